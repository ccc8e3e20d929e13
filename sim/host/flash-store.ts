import type { Flash } from '#firmware/index.ts'
import { IMAGE_ENGINE, imageVersion, type ImageEngine, Sha256 } from '#protocol/index.ts'

/** What a chip of flash is like. */
export interface FlashShape {
  readonly pageBytes: number
  readonly wordBytes: number
  readonly areaPages: number
  readonly engine: ImageEngine
  readonly erase_ms: number
  readonly word_ms: number
}

/** The serial flash of an ESP32 board: 4 kB sectors erased in 45 ms, 256 bytes written in 0.7 ms; two areas of 192 kB. */
export const BOARD_FLASH: FlashShape = {
  pageBytes: 4096, wordBytes: 4, areaPages: 48, engine: IMAGE_ENGINE.xs, erase_ms: 45, word_ms: 0.7 / 64,
}
/** Version of the image that a board of the virtual car leaves the works with. */
export const FACTORY_VERSION = imageVersion(0, 1, 0)

const ERASED = 0xff
const JOURNAL_PAGES = 2
const MS_ns = 1_000_000

/** Thrown out of a flash operation within which the power fails. */
export class PowerCut extends Error {
  constructor(operation: number) {
    super(`the power fails within flash operation ${operation}`)
  }
}

/** One change that the chip has not finished, and what was there before. */
interface Change {
  readonly address: number
  readonly before: Uint8Array
  readonly from_ns: number
  readonly until_ns: number
}

export interface FlashOptions {
  readonly shape: FlashShape
  /** The image that area A holds from the works. */
  readonly factory: () => Uint8Array
  /** In [0, 1): decides what a cut leaves of a word. */
  readonly dice: () => number
  readonly now_ns: () => number
  /** The processor stands still for so long. */
  readonly busy: (duration_ms: number) => void
}

/**
 * Flash to the word: writing turns ones into zeros, erasing makes ones, and both take their time. Where the power fails
 * meanwhile, words are as they were, as they shall be, or anything between. Pages are made when they are first looked at.
 */
export class FlashStore implements Flash {
  readonly pageBytes: number
  readonly wordBytes: number
  readonly areaPages: number
  readonly engine: ImageEngine
  /** Words written and pages erased since it was made. */
  operations = 0
  /** Within which operation the power fails; Infinity: none. */
  cutAt = Infinity
  private readonly options: FlashOptions
  private readonly pages = new Map<number, Uint8Array>()
  private pending: Change[] = []
  private changed = false

  constructor(options: FlashOptions) {
    const { pageBytes, wordBytes, areaPages, engine } = options.shape
    this.options = options
    this.pageBytes = pageBytes
    this.wordBytes = wordBytes
    this.areaPages = areaPages
    this.engine = engine
  }

  /** Nothing was ever written: the board is as it left the works. */
  get untouched(): boolean {
    return !this.changed
  }

  read(address: number, into: Uint8Array, length: number): void {
    this.requireRange(address, length)
    for (let i = 0; i < length; i++) into[i] = this.pageOf(address + i)[(address + i) % this.pageBytes]!
  }

  hash(address: number, length: number, into: Uint8Array): void {
    this.requireRange(address, length)
    const hash = new Sha256()
    for (let done = 0; done < length;) {
      const from = (address + done) % this.pageBytes
      const size = Math.min(length - done, this.pageBytes - from)
      hash.update(this.pageOf(address + done), from, from + size)
      done += size
    }
    hash.digest(into)
  }

  erase(address: number): void {
    if (address % this.pageBytes !== 0) throw new RangeError(`flash address ${address} begins no page of ${this.pageBytes} bytes`)
    this.requireRange(address, this.pageBytes)
    this.change(address, new Uint8Array(this.pageBytes).fill(ERASED), this.options.shape.erase_ms)
  }

  write(address: number, bytes: Uint8Array, length: number): void {
    const { wordBytes } = this
    if (address % wordBytes !== 0 || length % wordBytes !== 0) {
      throw new RangeError(`${length} bytes at flash address ${address} are no whole words of ${wordBytes} bytes`)
    }
    this.requireRange(address, length)
    for (let done = 0; done < length; done += wordBytes) {
      const page = this.pageOf(address + done)
      const from = (address + done) % this.pageBytes
      const after = Uint8Array.from({ length: wordBytes }, (_, i) => page[from + i]! & bytes[done + i]!)
      this.change(address + done, after, this.options.shape.word_ms)
    }
  }

  /** The power fails now: what the chip was at is half done, and what it had not begun is not. */
  powerFails(): void {
    const now_ns = this.options.now_ns()
    for (const { address, before, from_ns, until_ns } of this.pending.reverse()) {
      if (until_ns <= now_ns) continue
      this.put(address, from_ns >= now_ns ? before : this.mixed(before, this.bytesAt(address, before.length)))
    }
    this.pending = []
  }

  private change(address: number, after: Uint8Array, duration_ms: number): void {
    const { options } = this
    const now_ns = options.now_ns()
    const before = this.bytesAt(address, after.length)
    this.changed = true
    this.operations++
    if (this.operations === this.cutAt) {
      this.put(address, this.mixed(before, after))
      throw new PowerCut(this.operations)
    }
    this.put(address, after)
    const last = this.pending.at(-1)
    const from_ns = Math.max(now_ns, last?.until_ns ?? 0)
    if (last !== undefined && last.until_ns <= now_ns) this.pending = []
    this.pending.push({ address, before, from_ns, until_ns: from_ns + duration_ms * MS_ns })
    options.busy(duration_ms)
  }

  /** What a cut leaves: a part done, a part not, and bits of the word between as chance will have them. */
  private mixed(before: Uint8Array, after: Uint8Array): Uint8Array {
    const { dice } = this.options
    const left = before.slice()
    const reached = Math.floor(dice() * (after.length + 1))
    const scattered = dice() < 0.5
    for (let i = 0; i < after.length; i++) {
      if (i < reached && !scattered) left[i] = after[i]!
      else if (i === reached || scattered) {
        const taken = Math.floor(dice() * 256)
        left[i] = (before[i]! & ~taken) | (after[i]! & taken)
      }
    }
    return left
  }

  private bytesAt(address: number, length: number): Uint8Array {
    const from = address % this.pageBytes
    return this.pageOf(address).slice(from, from + length)
  }

  private put(address: number, bytes: Uint8Array): void {
    this.pageOf(address).set(bytes, address % this.pageBytes)
  }

  private pageOf(address: number): Uint8Array {
    const number = Math.floor(address / this.pageBytes)
    const known = this.pages.get(number)
    if (known !== undefined) return known
    const page = new Uint8Array(this.pageBytes).fill(ERASED)
    const offset = (number - JOURNAL_PAGES) * this.pageBytes
    if (offset >= 0 && offset < this.areaPages * this.pageBytes) page.set(this.options.factory().subarray(offset, offset + this.pageBytes))
    this.pages.set(number, page)
    return page
  }

  private requireRange(address: number, length: number): void {
    const size = (JOURNAL_PAGES + 2 * this.areaPages) * this.pageBytes
    if (address >= 0 && length >= 0 && address + length <= size) return
    throw new RangeError(`flash range ${address}…${address + length} is outside 0…${size}`)
  }
}
