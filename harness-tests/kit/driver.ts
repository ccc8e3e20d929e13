import type { CanFrame } from '#protocol/index.ts'
import type { TraceEvent } from '#sim/trace/index.ts'

/**
 * What the kit needs of a car: the simulated one, one behind a link, or one in a recording. A journey speaks to
 * `Vehicle` and runs on any of them; an ability that a driver lacks throws an error that names it.
 */
export interface Driver {
  /** For messages: `simulator, seed 7`. */
  readonly name: string
  /** Time of the bus, ns. */
  readonly now_ns: number
  onFrame(handler: (frame: CanFrame, t_ns: number) => void): void
  /** Events beside the bus: resets, faults, switches. Only the simulator has them. */
  onEvent(handler: (event: TraceEvent) => void): void
  send(frame: CanFrame): void
  press(name: string): void
  release(name: string): void
  /**
   * Lets time pass until `done()` or for `limit_ms`. Asks after every event. Resolves to the last answer of `done()`.
   * Throws RangeError for a time that is none.
   */
  advance(done: () => boolean, limit_ms: number): Promise<boolean>
  /** What it waits for, for failure messages. */
  pending(): string[]
  /** Whether the hub at a location runs, in a few words, where the driver can know it. */
  hubState?(location: string): string
  close(): Promise<void>
}

/** An ability this driver does not have. */
export function unable(driver: string, ability: string): Error {
  return new Error(`${driver} cannot ${ability}: run this journey against the simulator`)
}
