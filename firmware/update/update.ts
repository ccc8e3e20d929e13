import {
  headerFault, type HubType, IMAGE_FAULT, IMAGE_HEADER_BYTES, type ImageFault, imageVersionOf, NRC, type Nrc, rounded,
  UPDATE_CAUSE, UPDATE_STATE,
} from '#protocol/index.ts'
import type { Flash, Hal } from '../hal.ts'
import type { Job, Schedule } from '../runtime/index.ts'
import { areaAddress, areaBytes, areaFault } from './areas.ts'
import { Journal } from './journal.ts'

/** Flash is not written below this supply: what the regulator of a board needs, and a margin. */
const LOWEST_V = 6
/** A new image that has run this long, with its address, has proved itself. */
export const PROOF_ms = 10_000
const MOST_dV = 0xff

/** What an update is told in. */
interface Teller {
  put(value: number, bytes: number): void
}

/** Receives an image into the area that does not run, and has it tried. One a hub, where its board has room. */
export class Update {
  private readonly hal: Hal
  private readonly flash: Flash
  private readonly hubType: HubType
  private readonly journal: Journal
  private readonly word: Uint8Array
  private readonly header: Uint8Array
  /** The address is claimed: what runs works. */
  private readonly works: () => boolean
  private readonly proofJob: Job
  private readonly schedule: Schedule
  /** The area that runs. */
  private readonly running: number
  /** Bytes of the image that are still expected, and where the next one goes within the area. */
  private left: number
  private offset: number
  private begun: number

  constructor(hal: Hal, flash: Flash, hubType: HubType, schedule: Schedule, works: () => boolean) {
    this.hal = hal
    this.flash = flash
    this.hubType = hubType
    this.schedule = schedule
    this.works = works
    this.journal = new Journal(flash)
    this.word = new Uint8Array(flash.wordBytes)
    this.header = new Uint8Array(IMAGE_HEADER_BYTES)
    const now = this.journal.now
    this.running = now.state === UPDATE_STATE.writing ? 1 - now.area : now.area
    this.left = 0
    this.offset = 0
    this.begun = 0
    this.proofJob = schedule.job('new image proved', () => this.prove())
    if (now.state === UPDATE_STATE.trial) schedule.startIn(this.proofJob, PROOF_ms)
  }

  /** The last update did not become the running image. */
  failed(): boolean {
    return this.journal.now.cause !== UPDATE_CAUSE.none
  }

  /**
   * 19 bytes: state, area, cause, supply then 0.1 V, bytes written (4), tag of the image (4), boots on trial, area that runs, engine,
   * room for an image, bytes (4).
   */
  tell(teller: Teller): void {
    const now = this.journal.now
    const writing = now.state === UPDATE_STATE.writing
    teller.put(now.state, 1)
    teller.put(now.area, 1)
    teller.put(now.cause, 1)
    teller.put(now.supply_dV, 1)
    teller.put(writing ? now.count * this.flash.pageBytes : 0, 4)
    teller.put(now.tag, 4)
    teller.put(writing ? 0 : now.count, 1)
    teller.put(this.running, 1)
    teller.put(this.flash.engine, 1)
    teller.put(areaBytes(this.flash), 4)
  }

  /**
   * The bytes from `offset` on, `length` of them, are announced: the whole image, or what is missing of one whose first
   * pages are there.
   */
  begin(offset: number, length: number): Nrc {
    const now = this.journal.now
    // The other area has the only image that is proved.
    if (now.state === UPDATE_STATE.trial) return NRC.conditionsNotCorrect
    const resumed = offset > 0
    if (resumed && (now.state !== UPDATE_STATE.writing || offset !== now.count * this.flash.pageBytes)) return NRC.requestOutOfRange
    if (length === 0) return NRC.requestOutOfRange
    if (offset + length > areaBytes(this.flash)) return NRC.downloadNotAccepted
    if (this.starves()) return NRC.voltageTooLow
    now.state = UPDATE_STATE.writing
    now.area = 1 - this.running
    now.cause = UPDATE_CAUSE.none
    if (!resumed) {
      now.count = 0
      now.tag = 0
    }
    this.journal.append()
    this.begun = offset
    this.offset = offset
    this.left = length
    return NRC.none
  }

  /** Takes `data[from]` … `data[to - 1]`, whole words but for the last of an image; they lie within one page. */
  write(data: Uint8Array, from: number, to: number): Nrc {
    const flash = this.flash
    const size = to - from
    if (size > this.left || (size < this.left && size % flash.wordBytes !== 0)) return NRC.requestOutOfRange
    if (this.offset % flash.pageBytes + size > flash.pageBytes) return NRC.requestOutOfRange
    if (this.offset === 0 && this.wrongHeader(data, from, size) !== IMAGE_FAULT.none) return NRC.downloadNotAccepted
    if (this.starves()) return NRC.voltageTooLow
    const start = areaAddress(flash, 1 - this.running) + this.offset
    if (this.offset % flash.pageBytes === 0) flash.erase(start)
    const whole = size - size % flash.wordBytes
    flash.write(start, data.slice(from, from + whole), whole)
    if (whole < size) {
      for (let i = 0; i < flash.wordBytes; i++) this.word[i] = whole + i < size ? data[from + whole + i]! : 0xff
      flash.write(start + whole, this.word, flash.wordBytes)
    }
    if (this.offset === 0) this.journal.now.tag = (data[from]! << 24 | data[from + 1]! << 16 | data[from + 2]! << 8 | data[from + 3]!) >>> 0
    this.offset += size
    this.left -= size
    if (this.offset % flash.pageBytes === 0) {
      this.journal.now.count = this.offset / flash.pageBytes
      this.journal.append()
    }
    return NRC.none
  }

  /** Everything that was announced is there. */
  complete(): boolean {
    return this.left === 0 && this.offset > 0
  }

  /** Checks what was written, and has it booted next. An older one only when `older` says so. */
  arm(older: boolean): ImageFault {
    if (this.journal.now.state !== UPDATE_STATE.writing || this.left > 0) return IMAGE_FAULT.truncated
    const area = 1 - this.running
    const fault = areaFault(this.flash, area, this.hubType)
    if (fault !== IMAGE_FAULT.none) return fault
    this.flash.read(areaAddress(this.flash, area), this.header, IMAGE_HEADER_BYTES)
    if (imageVersionOf(this.header) < this.hal.version && !older) return IMAGE_FAULT.older
    const now = this.journal.now
    now.state = UPDATE_STATE.trial
    now.count = 0
    this.journal.append()
    return IMAGE_FAULT.none
  }

  /** Nothing was taken since `begin`. */
  fresh(): boolean {
    return this.offset === this.begun
  }

  /** The next byte is the first of a page, which has to be erased. */
  startsPage(): boolean {
    return this.offset % this.flash.pageBytes === 0
  }

  private wrongHeader(data: Uint8Array, from: number, size: number): ImageFault {
    return headerFault(data.slice(from, from + Math.min(size, IMAGE_HEADER_BYTES)), this.hubType, this.flash.engine, areaBytes(this.flash))
  }

  /** The supply is too low to write, which is kept. */
  private starves(): boolean {
    const supply_V = this.hal.supply_V()
    if (supply_V >= LOWEST_V) return false
    const now = this.journal.now
    if (now.state === UPDATE_STATE.writing && now.cause === UPDATE_CAUSE.none) {
      now.cause = UPDATE_CAUSE.supplyLow
      now.supply_dV = Math.min(MOST_dV, rounded(supply_V * 10))
      this.journal.append()
    }
    return true
  }

  private prove(): void {
    if (!this.works()) {
      this.schedule.startIn(this.proofJob, PROOF_ms)
      return
    }
    const now = this.journal.now
    now.state = UPDATE_STATE.running
    now.cause = UPDATE_CAUSE.none
    now.count = 0
    this.journal.append()
  }
}
