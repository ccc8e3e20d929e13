import { type CanFrame, CLASSIC_DATA_BYTES, copyFrame, createFrame } from '#protocol/index.ts'

/** One receive buffer's acceptance: a frame passes if `(id & mask) === (filters[n] & mask)` for any n. An empty list passes nothing. */
export interface FilterBank {
  readonly mask: number
  readonly filters: readonly number[]
}

const MAX_ID = 0x1fff_ffff
/** Filters behind RXM0 and RXM1. */
const FIRST_FILTERS = 2
const SECOND_FILTERS = 4

/**
 * The receive side of an MCP2515 (data sheet DS20001801, section 4): RXB0 behind mask RXM0 and two filters, RXB1 behind
 * RXM1 and four; a frame for a full RXB0 rolls over into RXB1 (BUKT set); a frame that finds its buffer full is lost and
 * counted. Before the filters are set everything passes; afterwards only extended frames do.
 */
export class ReceiveBuffers {
  /** Frames lost because their buffers were full. */
  overflows = 0
  private readonly frames = [createFrame(CLASSIC_DATA_BYTES), createFrame(CLASSIC_DATA_BYTES)] as const
  private full0 = false
  private full1 = false
  private newest = 0
  private filtered = false
  private mask0 = 0
  private mask1 = 0
  private readonly filters0 = new Int32Array(FIRST_FILTERS)
  private readonly filters1 = new Int32Array(SECOND_FILTERS)
  private count0 = 0
  private count1 = 0

  /** Frames waiting to be read, 0–2. */
  get pending(): number {
    return (this.full0 ? 1 : 0) + (this.full1 ? 1 : 0)
  }

  configure(first: FilterBank, second: FilterBank): void {
    checkBank('first', first, FIRST_FILTERS)
    checkBank('second', second, SECOND_FILTERS)
    this.filtered = true
    this.mask0 = first.mask
    this.mask1 = second.mask
    this.count0 = first.filters.length
    this.count1 = second.filters.length
    for (let i = 0; i < this.count0; i++) this.filters0[i] = first.filters[i]! & first.mask
    for (let i = 0; i < this.count1; i++) this.filters1[i] = second.filters[i]! & second.mask
    this.clear()
  }

  /** Power-on state: no filters, empty buffers, no overflows. */
  reset(): void {
    this.filtered = false
    this.overflows = 0
    this.clear()
  }

  clear(): void {
    this.full0 = false
    this.full1 = false
  }

  /** Offers a frame from the bus. `true` if it was stored. */
  store(frame: CanFrame): boolean {
    if (this.filtered && !frame.extended) return false
    if (!this.filtered || this.passes0(frame.id)) {
      if (!this.full0) return this.fill(0, frame)
      if (!this.full1) return this.fill(1, frame)
    } else {
      if (!this.passes1(frame.id)) return false
      if (!this.full1) return this.fill(1, frame)
    }
    this.overflows++
    return false
  }

  /** Moves the older waiting frame into `into`; `false` when there is none. */
  read(into: CanFrame): boolean {
    if (this.full0 && (!this.full1 || this.newest === 1)) {
      this.full0 = false
      copyFrame(this.frames[0], into)
      return true
    }
    if (!this.full1) return false
    this.full1 = false
    copyFrame(this.frames[1], into)
    return true
  }

  private fill(buffer: 0 | 1, frame: CanFrame): boolean {
    copyFrame(frame, this.frames[buffer])
    if (buffer === 0) this.full0 = true
    else this.full1 = true
    this.newest = buffer
    return true
  }

  private passes0(id: number): boolean {
    const masked = id & this.mask0
    for (let i = 0; i < this.count0; i++) if (this.filters0[i] === masked) return true
    return false
  }

  private passes1(id: number): boolean {
    const masked = id & this.mask1
    for (let i = 0; i < this.count1; i++) if (this.filters1[i] === masked) return true
    return false
  }
}

function checkBank(name: string, bank: FilterBank, most: number): void {
  if (bank.filters.length > most) throw new RangeError(`${name} filter bank has ${bank.filters.length} filters; the controller has ${most}`)
  checkId(`mask of the ${name} filter bank`, bank.mask)
  for (const filter of bank.filters) checkId(`filter of the ${name} filter bank`, filter)
}

function checkId(name: string, id: number): void {
  if (!Number.isInteger(id) || id < 0 || id > MAX_ID) throw new RangeError(`${name} is ${id}, not a 29-bit number`)
}
