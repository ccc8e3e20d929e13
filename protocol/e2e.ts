import { CRC8_TABLE } from './crc.ts'

/**
 * End-to-end protection: AUTOSAR E2E profile 11 (PRS_E2EProtocol), data id mode "both". Byte 0 is the CRC-8 (polynomial
 * 0x1D, start 0, no final xor) over the data id's low byte, its high byte and bytes 1…length−1; the low nibble of
 * byte 1 is a counter 0–14; its high nibble is 0. The data id is page << 8 | PS.
 */

/** Bytes before a message's own fields. */
const E2E_HEADER_BYTES = 2
/** Counters run 0 … 14; 15 is invalid. */
export const E2E_COUNTER_MAX = 14

/** CRC-8 of profile 11 over any bytes ("123456789" gives 0x37). */
export function crc8(data: Uint8Array, from: number, to: number, start: number): number {
  let crc = start
  for (let i = from; i < to; i++) crc = CRC8_TABLE[crc ^ data[i]!]!
  return crc
}

/** Writes the header of a frame whose fields are already in place. */
export function protect(data: Uint8Array, length: number, dataId: number, counter: number): void {
  const table = CRC8_TABLE
  data[1] = counter
  let crc = table[table[dataId & 0xff]! ^ (dataId >> 8)]!
  for (let i = 1; i < length; i++) crc = table[crc ^ data[i]!]!
  data[0] = crc
}

/** True when the CRC fits. The CRC covers every byte of the frame, also those a newer sender appended. */
export function check(data: Uint8Array, length: number, dataId: number): boolean {
  const table = CRC8_TABLE
  let crc = table[table[dataId & 0xff]! ^ (dataId >> 8)]!
  for (let i = 1; i < length; i++) crc = table[crc ^ data[i]!]!
  return length >= E2E_HEADER_BYTES && crc === data[0]
}

/** 0–14; 15 is invalid. */
export function counterOf(data: Uint8Array): number {
  return data[1]! & 0x0f
}

/** The counter after this one. */
export function nextCounter(counter: number): number {
  return counter >= E2E_COUNTER_MAX ? 0 : counter + 1
}

/**
 * What a frame's header says.
 * - `ok`: as expected, or the first from this sender, or the first after a long silence;
 * - `okSomeLost`: valid, and up to `E2E_MAX_DELTA − 1` frames before it are missing;
 * - `repeated`: the same counter again: nothing new;
 * - `wrongSequence`: too many are missing, or they are out of order, or counter 15; the next one in sequence is ok;
 * - `badCrc`.
 *
 * `ok` and `okSomeLost` are to be used, the others not: `outcome <= E2E_OUTCOME.okSomeLost`.
 */
export const E2E_OUTCOME = { ok: 0, okSomeLost: 1, repeated: 2, wrongSequence: 3, badCrc: 4 } as const

/** Largest step of the counter that is accepted (MaxDeltaCounter). */
export const E2E_MAX_DELTA = 6
/** Silence of a sender after which its counter starts afresh: it was reset, or sends on need only. */
export const E2E_SILENCE_ms = 1000

const EMPTY = -1
const PROBES = 8

/**
 * Counter state of every (data id, source) a node hears, in a table of fixed size. A full neighbourhood in the table
 * forgets a sender (`evicted` counts it): that sender's next frame counts as its first.
 */
export class E2eReceiver {
  /** Frames by `E2E_OUTCOME`. */
  readonly counts: Uint32Array
  evicted: number
  private readonly keys: Int32Array
  private readonly counters: Uint8Array
  private readonly times_ms: Float64Array
  private readonly mask: number

  /** `capacity`: a power of two, about twice the number of pairs expected. */
  constructor(capacity: number) {
    this.counts = new Uint32Array(5)
    this.evicted = 0
    this.keys = new Int32Array(capacity)
    this.counters = new Uint8Array(capacity)
    this.times_ms = new Float64Array(capacity)
    this.mask = capacity - 1
    this.keys.fill(EMPTY)
  }

  /** Checks one received frame and remembers its counter. Returns an `E2E_OUTCOME`; never throws. */
  receive(dataId: number, source: number, data: Uint8Array, length: number, now_ms: number): number {
    const outcome = check(data, length, dataId) ? this.advance((dataId << 8) | source, data[1]! & 0x0f, now_ms) : E2E_OUTCOME.badCrc
    this.counts[outcome]!++
    return outcome
  }

  /** A sender was reset (it claimed its address anew): its next frames count as its first. */
  forget(source: number): void {
    for (let i = 0; i <= this.mask; i++) {
      if ((this.keys[i]! & 0xff) === source) this.times_ms[i] = -Infinity
    }
  }

  /** Forgets every sender. */
  reset(): void {
    this.keys.fill(EMPTY)
  }

  /** `key`: data id and source. */
  private advance(key: number, counter: number, now_ms: number): number {
    if (counter > E2E_COUNTER_MAX) return E2E_OUTCOME.wrongSequence
    const home = (key ^ (key >> 7)) & this.mask
    const slot = this.keys[home] === key ? home : this.slotOf(key, home)
    const found = this.keys[slot]
    const step = counter - this.counters[slot]!
    const known = found === key && now_ms - this.times_ms[slot]! <= E2E_SILENCE_ms
    if (found !== key) {
      if (found !== EMPTY) this.evicted++
      this.keys[slot] = key
    }
    this.counters[slot] = counter
    this.times_ms[slot] = now_ms
    if (!known) return E2E_OUTCOME.ok
    const delta = step < 0 ? step + E2E_COUNTER_MAX + 1 : step
    if (delta === 1) return E2E_OUTCOME.ok
    if (delta === 0) return E2E_OUTCOME.repeated
    return delta <= E2E_MAX_DELTA ? E2E_OUTCOME.okSomeLost : E2E_OUTCOME.wrongSequence
  }

  /** The key's slot, else a free one near its home, else its home. */
  private slotOf(key: number, home: number): number {
    for (let i = 0; i < PROBES; i++) {
      const slot = (home + i) & this.mask
      const found = this.keys[slot]
      if (found === key || found === EMPTY) return slot
    }
    return home
  }
}
