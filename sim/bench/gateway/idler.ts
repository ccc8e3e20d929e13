import { workerData } from 'node:worker_threads'

/**
 * Sleeps a millisecond at a time and notes how late it wakes: what the machine itself does to a thread that has nothing
 * to do. Runs until its worker is ended.
 */

/** What the idler is told when it is made. */
export interface IdlerData {
  /** Frames of lateness, µs, as a ring. */
  readonly late_us: Float64Array
  /** [0] never changes: it sleeps on it; [1] counts how often it woke. */
  readonly bed: Int32Array
}

const NAP_ms = 1
const { late_us, bed } = workerData as IdlerData

for (;;) {
  const begin_ms = performance.now()
  Atomics.wait(bed, 0, 0, NAP_ms)
  late_us[bed[1]! % late_us.length] = Math.max(0, (performance.now() - begin_ms - NAP_ms) * 1000)
  Atomics.add(bed, 1, 1)
}
