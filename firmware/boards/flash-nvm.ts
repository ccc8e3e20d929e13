import { crc16 } from '#protocol/index.ts'
import type { Nvm } from '../hal.ts'

/** Two pages of flash: words are written, which turns ones into zeros, and pages are erased, which makes all of them ones. */
export interface FlashPages {
  readonly pageBytes: number
  /** Reads into the front of `into`; addresses are bytes from the first page. */
  read(address: number, into: Uint8Array, length: number): void
  /** Erases the page that begins at `address`. */
  erase(address: number): void
  /** Writes whole words of up to 8 bytes. */
  write(address: number, bytes: Uint8Array, length: number): void
}

/** Everything begins and ends at a word of the largest kind. */
const WORD_BYTES = 8
/** Of a page: mark, number of the page's writing, CRC-16 over both. */
const MARK = 0x5a
const HEAD_BYTES = 8
/** Of a record: CRC-16 over all that follows, key, length; then the data. */
const RECORD_HEAD_BYTES = 4
const KEY_AT = 2
const LENGTH_AT = 3
const LONGEST_RECORD_BYTES = 128
const LARGEST_KEY = 255
const ERASED = 0xff

/** Bytes of flash that a record with so much data takes. */
function sizeOf(length: number): number {
  return WORD_BYTES * Math.ceil((RECORD_HEAD_BYTES + length) / WORD_BYTES)
}

function requireKey(key: number): void {
  if (Math.floor(key) === key && key >= 0 && key <= LARGEST_KEY) return
  throw new RangeError(`NVM key ${key} is not a whole number in 0…${LARGEST_KEY}`)
}

/**
 * Records that survive a reset, in two pages of flash: one behind the other in one page, the newest of a key counts. When
 * it is full the newest of each go to the other page, whose head is written last. So power may fail within any word
 * or erasure: a record is then the old one or the new one. A page is erased once in as many writes as fit into it.
 */
export class FlashNvm implements Nvm {
  private readonly flash: FlashPages
  private readonly record: Uint8Array
  /** The page that counts, and the number of its writing. */
  private page: number
  private sequence: number
  /** Where the next record goes; the page's end when something was cut off in it. */
  private end: number

  constructor(flash: FlashPages) {
    this.flash = flash
    this.record = new Uint8Array(RECORD_HEAD_BYTES + LONGEST_RECORD_BYTES + WORD_BYTES)
    const first = this.sequenceOf(0)
    const second = this.sequenceOf(1)
    // Of two whole pages the newer counts; the numbers wrap.
    this.page = second !== undefined && (first === undefined || ((second - first) & 0xffff) < 0x8000) ? 1 : 0
    const sequence = this.page === 0 ? first : second
    this.sequence = sequence === undefined ? 0 : sequence
    this.end = sequence === undefined ? flash.pageBytes : this.findEnd()
  }

  read(key: number): Uint8Array | undefined {
    requireKey(key)
    const offset = this.find(key)
    if (offset < 0) return undefined
    const length = this.load(offset)
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = this.record[RECORD_HEAD_BYTES + i]!
    return bytes
  }

  /** @throws Error when the records of all keys do not fit into a page. */
  write(key: number, bytes: Uint8Array): void {
    requireKey(key)
    if (bytes.length > LONGEST_RECORD_BYTES) throw new RangeError(`NVM record ${key} has ${bytes.length} bytes; at most ${LONGEST_RECORD_BYTES} fit`)
    if (this.holds(key, bytes)) return
    if (this.end + sizeOf(bytes.length) > this.flash.pageBytes) return this.move(key, bytes)
    this.append(this.page, this.end, key, bytes)
    this.end += sizeOf(bytes.length)
  }

  private holds(key: number, bytes: Uint8Array): boolean {
    const offset = this.find(key)
    if (offset < 0 || this.load(offset) !== bytes.length) return false
    for (let i = 0; i < bytes.length; i++) if (this.record[RECORD_HEAD_BYTES + i] !== bytes[i]) return false
    return true
  }

  /** Writes the newest record of each key and this one into the other page, and makes that one count. */
  private move(key: number, bytes: Uint8Array): void {
    const target = 1 - this.page
    this.flash.erase(target * this.flash.pageBytes)
    let end = HEAD_BYTES
    let size = 0
    for (let offset = HEAD_BYTES; offset < this.end; offset += size) {
      const length = this.load(offset)
      if (length < 0) break
      size = sizeOf(length)
      const other = this.record[KEY_AT]!
      if (other === key || this.find(other) !== offset) continue
      this.load(offset)
      this.reserve(end, length)
      this.flash.write(target * this.flash.pageBytes + end, this.record, size)
      end += size
    }
    this.reserve(end, bytes.length)
    this.append(target, end, key, bytes)
    this.end = end + sizeOf(bytes.length)
    this.page = target
    this.sequence = (this.sequence + 1) & 0xffff
    const head = new Uint8Array(HEAD_BYTES)
    head[0] = MARK
    head[1] = this.sequence & 0xff
    head[2] = this.sequence >> 8
    const crc = crc16(head, 0, 3)
    head[3] = crc & 0xff
    head[4] = crc >> 8
    this.flash.write(target * this.flash.pageBytes, head, HEAD_BYTES)
  }

  private reserve(end: number, length: number): void {
    if (end + sizeOf(length) > this.flash.pageBytes) throw new Error(`NVM records need more than a page of ${this.flash.pageBytes} bytes`)
  }

  private append(page: number, offset: number, key: number, bytes: Uint8Array): void {
    const record = this.record
    record.fill(ERASED)
    record[KEY_AT] = key
    record[LENGTH_AT] = bytes.length
    for (let i = 0; i < bytes.length; i++) record[RECORD_HEAD_BYTES + i] = bytes[i]!
    const crc = this.crc(bytes.length)
    record[0] = crc & 0xff
    record[1] = crc >> 8
    this.flash.write(page * this.flash.pageBytes + offset, record, sizeOf(bytes.length))
  }

  /** Of the record in hand. */
  private crc(length: number): number {
    return crc16(this.record, KEY_AT, RECORD_HEAD_BYTES + length)
  }

  /** Where the newest record of a key is; −1: nowhere. */
  private find(key: number): number {
    let found = -1
    for (let offset = HEAD_BYTES; offset < this.end;) {
      const length = this.load(offset)
      if (length < 0) break
      if (this.record[KEY_AT] === key) found = offset
      offset += sizeOf(length)
    }
    return found
  }

  /** Takes the record at `offset` in hand; its length, or −1 when there is none or it was cut off. */
  private load(offset: number): number {
    const flash = this.flash
    const record = this.record
    if (offset + RECORD_HEAD_BYTES > flash.pageBytes) return -1
    flash.read(this.page * flash.pageBytes + offset, record, RECORD_HEAD_BYTES)
    const length = record[LENGTH_AT]!
    if (length > LONGEST_RECORD_BYTES || offset + sizeOf(length) > flash.pageBytes) return -1
    flash.read(this.page * flash.pageBytes + offset, record, sizeOf(length))
    return (record[0]! | (record[1]! << 8)) === this.crc(length) ? length : -1
  }

  private findEnd(): number {
    const flash = this.flash
    const record = this.record
    let offset = HEAD_BYTES
    for (;;) {
      const length = this.load(offset)
      if (length < 0) break
      offset += sizeOf(length)
    }
    // What was cut off may be anywhere behind: then nothing more is written into this page.
    for (let at = offset; at < flash.pageBytes; at += WORD_BYTES) {
      flash.read(this.page * flash.pageBytes + at, record, WORD_BYTES)
      for (let i = 0; i < WORD_BYTES; i++) if (record[i] !== ERASED) return flash.pageBytes
    }
    return offset
  }

  private sequenceOf(page: number): number | undefined {
    const head = this.record
    this.flash.read(page * this.flash.pageBytes, head, HEAD_BYTES)
    if (head[0] !== MARK || (head[3]! | (head[4]! << 8)) !== crc16(head, 0, 3)) return undefined
    return head[1]! | (head[2]! << 8)
  }
}
