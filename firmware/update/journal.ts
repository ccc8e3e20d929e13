import { SHA256_BYTES, UPDATE_CAUSE, type UpdateCause, UPDATE_STATE, type UpdateState } from '#protocol/index.ts'
import type { Flash } from '../hal.ts'

/** Pages of the journal, in front of the areas. */
export const JOURNAL_PAGES = 2
/** A record: what is known, and the first bytes of its hash. */
const RECORD_BYTES = 32
const CHECKED_BYTES = 24
const ERASED = 0xff

/** What the journal says last. */
export interface JournalState {
  state: UpdateState
  /** `running`, `trial`: the area to boot; `writing`: the one that is being written, and the other is to boot. 0 or 1. */
  area: number
  /** Why the last update did not become the running image, and the supply then, 0.1 V. */
  cause: UpdateCause
  supply_dV: number
  /** `writing`: whole pages written; `trial`: boots so far. */
  count: number
  /** First four bytes of the digest of the image that is being written or tried. */
  tag: number
}

function initialState(): JournalState {
  return { state: UPDATE_STATE.running, area: 0, cause: UPDATE_CAUSE.none, supply_dV: 0, count: 0, tag: 0 }
}

/**
 * What is known of an update over resets: records, one behind the other in two pages of flash, the newest counts. A
 * record is checked by its hash, so one that was cut off is none; the page of the newest is never erased. So power may
 * fail within any word or erasure, and what was known before or after is read.
 */
export class Journal {
  readonly now: JournalState
  private readonly flash: Flash
  private readonly record: Uint8Array
  private readonly digest: Uint8Array
  private sequence: number
  private page: number
  /** Where the next record goes in `page`. */
  private offset: number

  constructor(flash: Flash) {
    this.now = initialState()
    this.flash = flash
    this.record = new Uint8Array(RECORD_BYTES)
    this.digest = new Uint8Array(SHA256_BYTES)
    this.sequence = 0
    this.page = 0
    this.offset = 0
    for (let page = 0; page < JOURNAL_PAGES; page++) this.scan(page)
  }

  /** Writes `now`. Called after each change of it. */
  append(): void {
    this.sequence++
    // A record may land on bytes that a cut left behind: then it is not what was written, and the next place is taken.
    for (let attempt = 0; attempt < RECORD_BYTES; attempt++) {
      if (this.offset + RECORD_BYTES > this.flash.pageBytes) {
        this.page = 1 - this.page
        this.offset = 0
        this.flash.erase(this.page * this.flash.pageBytes)
      }
      const address = this.page * this.flash.pageBytes + this.offset
      this.offset += RECORD_BYTES
      this.write(address)
      if (this.read(address) && this.sequenceOf() === this.sequence) return
    }
  }

  private scan(page: number): void {
    for (let offset = 0; offset + RECORD_BYTES <= this.flash.pageBytes; offset += RECORD_BYTES) {
      const whole = this.read(page * this.flash.pageBytes + offset)
      if (!whole && this.isErased()) return
      if (whole && this.sequenceOf() > this.sequence) this.take()
      if (whole ? this.sequenceOf() >= this.sequence : page === this.page) {
        this.page = page
        this.offset = offset + RECORD_BYTES
      }
    }
  }

  /** Reads the record at `address`; `false`: it is none. */
  private read(address: number): boolean {
    const record = this.record
    this.flash.read(address, record, RECORD_BYTES)
    if (this.isErased()) return false
    this.flash.hash(address, CHECKED_BYTES, this.digest)
    for (let i = CHECKED_BYTES; i < RECORD_BYTES; i++) if (record[i] !== this.digest[i - CHECKED_BYTES]) return false
    return true
  }

  private isErased(): boolean {
    for (let i = 0; i < RECORD_BYTES; i++) if (this.record[i] !== ERASED) return false
    return true
  }

  private word(from: number): number {
    const record = this.record
    return (record[from]! | record[from + 1]! << 8 | record[from + 2]! << 16 | record[from + 3]! << 24) >>> 0
  }

  private sequenceOf(): number {
    return this.word(0)
  }

  private take(): void {
    const record = this.record
    const now = this.now
    this.sequence = this.sequenceOf()
    now.state = record[4] as UpdateState
    now.area = record[5]!
    now.cause = record[6] as UpdateCause
    now.supply_dV = record[7]!
    now.tag = this.word(8)
    now.count = this.word(12)
  }

  private write(address: number): void {
    const record = this.record
    const now = this.now
    for (let i = 0; i < RECORD_BYTES; i++) record[i] = 0
    for (let i = 0; i < 4; i++) {
      record[i] = this.sequence >>> 8 * i & 0xff
      record[8 + i] = now.tag >>> 8 * i & 0xff
      record[12 + i] = now.count >>> 8 * i & 0xff
    }
    record[4] = now.state
    record[5] = now.area
    record[6] = now.cause
    record[7] = now.supply_dV
    // The hash is computed of what flash holds: first what it covers, then the hash. Both are whole words.
    this.flash.write(address, record, CHECKED_BYTES)
    this.flash.hash(address, CHECKED_BYTES, this.digest)
    this.flash.write(address + CHECKED_BYTES, this.digest, RECORD_BYTES - CHECKED_BYTES)
  }
}
