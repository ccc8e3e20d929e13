/** Everything that happened on a bus since it was made. */
export interface BusCounters {
  /** Frames that at least one receiver or the transmitter holds to be good. */
  frames: number
  /** Their bits, start of frame to end of frame. */
  bits: number
  /** Stuff bits among them. */
  stuffBits: number
  /** Times the bus was taken by error flags. */
  errorFrames: number
  overloadFrames: number
  /** Error frames by the type that the first node to see the error gave it (of several in one bit the transmitter's). */
  readonly errors: ErrorsByType
}

export interface ErrorsByType {
  bit: number
  stuff: number
  form: number
  crc: number
  ack: number
}

export type ErrorName = keyof ErrorsByType

/** By `ERROR_TYPE` code. */
export const ERROR_NAMES: readonly ErrorName[] = ['bit', 'stuff', 'form', 'crc', 'ack']

export function createBusCounters(): BusCounters {
  return { frames: 0, bits: 0, stuffBits: 0, errorFrames: 0, overloadFrames: 0, errors: { bit: 0, stuff: 0, form: 0, crc: 0, ack: 0 } }
}

/** What measures load: time the bus was busy and time there was, both in ns and exact at any instant. */
export interface LoadSource {
  readonly busy_ns: number
  readonly elapsed_ns: number
}

/** Exact bus load between two readings: busy bit times / bit times. */
export class LoadMeter {
  private readonly source: LoadSource
  private busy_ns: number
  private elapsed_ns: number

  constructor(source: LoadSource) {
    this.source = source
    this.busy_ns = source.busy_ns
    this.elapsed_ns = source.elapsed_ns
  }

  /** Load since the last reading, 0–1; 0 when no time has passed. */
  read(): number {
    const busy_ns = this.source.busy_ns
    const elapsed_ns = this.source.elapsed_ns
    const elapsed = elapsed_ns - this.elapsed_ns
    const load = elapsed > 0 ? (busy_ns - this.busy_ns) / elapsed : 0
    this.busy_ns = busy_ns
    this.elapsed_ns = elapsed_ns
    return load
  }
}
