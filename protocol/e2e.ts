import { CRC8_TABLE } from './crc.ts'
import { CLASSIC_DATA_BYTES } from './frame.ts'

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

/** The CRC of a data id alone, with which that of its frames begins. */
export function startOf(dataId: number): number {
  return CRC8_TABLE[CRC8_TABLE[dataId & 0xff]! ^ (dataId >> 8)]!
}

/** Byte 0 of a frame whose other bytes are in place. Without a loop as far as can be: it is what every frame costs. */
export function checksum(data: Uint8Array, length: number, start: number): number {
  const t = CRC8_TABLE
  if (length < 6 || length > CLASSIC_DATA_BYTES) return crc8(data, 1, length, start)
  const six = t[t[t[t[t[start ^ data[1]!]! ^ data[2]!]! ^ data[3]!]! ^ data[4]!]! ^ data[5]!]!
  return length === CLASSIC_DATA_BYTES ? t[t[six ^ data[6]!]! ^ data[7]!]! : length === 6 ? six : t[six ^ data[6]!]!
}

/** Writes the header of a frame whose fields are already in place. */
export function protect(data: Uint8Array, length: number, dataId: number, counter: number): void {
  data[1] = counter
  data[0] = checksum(data, length, startOf(dataId))
}

/** True when the CRC fits. The CRC covers every byte of the frame, also those a newer sender appended. */
export function check(data: Uint8Array, length: number, dataId: number): boolean {
  return length >= E2E_HEADER_BYTES && checksum(data, length, startOf(dataId)) === data[0]
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
 * - `ok`: as expected, or the first from this sender, or the first after a long silence of one that moves nothing;
 * - `okSomeLost`: valid, and up to `E2E_MAX_DELTA − 1` frames before it are missing;
 * - `repeated`: the same counter with the same checksum again: nothing new;
 * - `wrongSequence`: too many are missing, or they are out of order, or counter 15;
 * - `badCrc`;
 * - `conflicting`: the same counter with another checksum, sooner than a reset takes: there are two senders;
 * - `invalid`: in sequence, but too many before it were not.
 *
 * `ok` and `okSomeLost` are to be used, the others not: `outcome <= E2E_OUTCOME.okSomeLost`.
 */
export const E2E_OUTCOME = { ok: 0, okSomeLost: 1, repeated: 2, wrongSequence: 3, badCrc: 4, conflicting: 5, invalid: 6 } as const
export const E2E_OUTCOMES = 7

/** Largest step of the counter that is accepted (MaxDeltaCounter). */
export const E2E_MAX_DELTA = 6
/**
 * Silence of a sender after which its counter starts afresh: it was reset, or sends on need only. Not that of a hub's command or
 * shedding: one that was recorded yesterday is out of sequence. Tools come and go, each with a counter of its own.
 */
export const E2E_SILENCE_ms = 1000

/**
 * The state machine of the profile over the last eight frames of a sender: no data until the first one, which initialises it and is
 * valid (MinOkStateInit 1: a command on need has to be obeyed at once); invalid when more than `E2E_ERRORS_VALID` were out of
 * sequence or conflicting (MaxErrorStateValid), valid again at `E2E_ERRORS_INVALID` of them (MaxErrorStateInvalid).
 */
export const E2E_ERRORS_VALID = 3
export const E2E_ERRORS_INVALID = 1

const PROBES = 8
/** Of a sender's state: its last counter, the checksum of that frame, a bit for each of the last eight frames that was an error. */
const COUNTER = 0x0f
const CHECKSUM = 0xff0
const HEAD_BITS = 12
const WINDOW = 0xff
const INVALID = 0x100
/** Keys of commands, and of PowerShed at all locations. */
const FIRST_COMMAND = 0x18000
const SHED_KEY = 0x11000
const HUB_ADDRESSES = 0x80

/** A hub that was reset does not send before it has claimed its address. */
const REBOOT_ms = 250

/** Senders of these do not start afresh by silence or by a claim, which anybody can send. */
function lasts(key: number): boolean {
  return (key & 0xf0) === HUB_ADDRESSES && (key >= FIRST_COMMAND || (key & 0x1ff00) === SHED_KEY)
}

function errorsOf(window: number): number {
  let errors = 0
  for (let bits = window; bits !== 0; bits &= bits - 1) errors++
  return errors
}

/** One sender of one message. */
export interface Talker<Taker> {
  /** Data id, then address; `NOBODY`. */
  key: number
  /** CRC of its data id. */
  start: number
  state: number
  heard_ms: number
  /** Its receiver's own: the identifier of its frames when nothing but this protection decides over them any more, and who takes them. */
  id: number
  taker: Taker | undefined
}

const NOBODY = -1

/** Of one kind the senders' addresses follow one another; kinds lie 11 apart, so that of those of a car hardly two meet. */
function placeIn(key: number): number {
  return key + (key >> 12) * 11
}

/** As nearly always: the sender's next counter, and no error of late. */
export function isNext(talker: Talker<unknown>, data: Uint8Array): boolean {
  return (talker.state & ~CHECKSUM) === data[1]! - 1 && data[1]! <= E2E_COUNTER_MAX
}

/** State of a sender without errors after a frame whose counter is valid. */
export function headOf(data: Uint8Array): number {
  return data[0]! << 4 | data[1]!
}

/** `sameBoot`: its sender cannot have been reset since the last. */
function judge(talker: Talker<unknown>, state: number, head: number, sameBoot: boolean): number {
  const step = (head & COUNTER) - (state & COUNTER)
  const delta = step < 0 ? step + E2E_COUNTER_MAX + 1 : step
  const window = state >> HEAD_BITS
  if (delta === 0 && (head ^ state & (1 << HEAD_BITS) - 1) === 0) {
    talker.state = state
    return E2E_OUTCOME.repeated
  }
  const fits = delta > 0 && delta <= E2E_MAX_DELTA
  const errors = window << 1 & WINDOW | (fits ? 0 : 1)
  const invalid = errorsOf(errors) > ((window & INVALID) !== 0 ? E2E_ERRORS_INVALID : E2E_ERRORS_VALID)
  talker.state = (invalid ? errors | INVALID : errors) << HEAD_BITS | head
  if (!fits) return delta === 0 && sameBoot ? E2E_OUTCOME.conflicting : E2E_OUTCOME.wrongSequence
  if (invalid) return E2E_OUTCOME.invalid
  return delta === 1 ? E2E_OUTCOME.ok : E2E_OUTCOME.okSomeLost
}

/**
 * Counter and state of every (data id, source) a node hears, in a table of fixed size. A full neighbourhood in the table
 * forgets a sender (`evicted` counts it): that sender's next frame counts as its first.
 */
export class E2eReceiver<Taker = undefined> {
  /** Frames by `E2E_OUTCOME`. */
  readonly counts: Uint32Array
  evicted: number
  /** Each at the place of its key, or near. */
  private readonly talkers: Talker<Taker>[]
  private readonly mask: number
  private readonly nobody: Talker<Taker>

  /** `capacity`: a power of two, about twice the number of pairs expected. */
  constructor(capacity: number) {
    this.counts = new Uint32Array(E2E_OUTCOMES)
    this.evicted = 0
    this.mask = capacity - 1
    this.nobody = { key: NOBODY, start: 0, state: 0, heard_ms: 0, id: NOBODY, taker: undefined }
    this.talkers = new Array<Talker<Taker>>(capacity).fill(this.nobody)
  }

  /** The sender of this key is this one, or somewhere near. */
  atHome(key: number): Talker<Taker> {
    return this.talkers[placeIn(key) & this.mask]!
  }

  /** Checks one received frame and remembers its counter. Returns an `E2E_OUTCOME`; never throws. */
  receive(dataId: number, source: number, data: Uint8Array, length: number, now_ms: number): number {
    const key = (dataId << 8) | source
    let outcome: number = E2E_OUTCOME.badCrc
    if (check(data, length, dataId)) {
      const counter = data[1]! & COUNTER
      const talker = this.atHome(key)
      if (talker.key === key && isNext(talker, data)) {
        talker.state = headOf(data)
        talker.heard_ms = now_ms
        outcome = E2E_OUTCOME.ok
      } else outcome = counter > E2E_COUNTER_MAX ? E2E_OUTCOME.wrongSequence : this.advance(key, data[0]! << 4 | counter, now_ms)
    }
    this.counts[outcome]!++
    return outcome
  }

  /** A sender was reset (it claimed its address anew): its next frames count as its first, but for its commands. */
  forget(source: number): void {
    for (const talker of this.talkers) {
      if ((talker.key & 0xff) === source && !lasts(talker.key)) talker.heard_ms = -Infinity
    }
  }

  /** Forgets every sender. */
  reset(): void {
    this.talkers.fill(this.nobody)
  }

  private advance(key: number, head: number, now_ms: number): number {
    const place = this.placeOf(key)
    const talker = this.talkers[place]!
    if (talker.key !== key) {
      if (talker.key === NOBODY) {
        this.talkers[place] = { key: key, start: startOf(key >> 8), state: head, heard_ms: now_ms, id: NOBODY, taker: undefined }
      } else {
        this.evicted++
        talker.key = key
        talker.start = startOf(key >> 8)
        talker.state = head
        talker.heard_ms = now_ms
        talker.id = NOBODY
      }
      return E2E_OUTCOME.ok
    }
    const age_ms = now_ms - talker.heard_ms
    const state = talker.state
    talker.state = head
    talker.heard_ms = now_ms
    if (age_ms > E2E_SILENCE_ms && !lasts(key)) return E2E_OUTCOME.ok
    return judge(talker, state, head, age_ms < REBOOT_ms)
  }

  /** The key's place, else a free one near its home, else its home. */
  private placeOf(key: number): number {
    const home = placeIn(key)
    for (let i = 0; i < PROBES; i++) {
      const place = (home + i) & this.mask
      const found = this.talkers[place]!.key
      if (found === key || found === NOBODY) return place
    }
    return home & this.mask
  }
}
