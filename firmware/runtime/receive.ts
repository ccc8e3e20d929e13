import type { Decoder } from '#protocol/index.ts'
import {
  checksum, CLASS_BYTE, E2E_OUTCOME, E2eReceiver, headOf, hubAddress, isBroadcastKind, isNext, LATER_KIND, LOCATION, locationOfAddress,
  NULL_ADDRESS, pduFormatOf, PF_ADDRESS_CLAIMED, TOOL_ADDRESSES,
} from '#protocol/index.ts'
import type { AnyDecoder } from '../message.ts'
import type { HubCounters } from './counters.ts'
import type { Schedule } from './schedule.ts'

/** Takes one message that passed every check. `values` belong to the receiver and are valid during the call. */
export type MessageHandler<Values extends object> = (values: Values, location: number, source: number) => void

interface Subscription {
  readonly codec: AnyDecoder
  readonly values: object
  readonly length: number
  readonly lifetime_ms: number
  /** Of kind 14. */
  readonly later: boolean
  /** Of another class of kind 14 on the same page. */
  readonly next: Subscription | undefined
  handle(values: object, location: number, source: number): void
}

const LOCATIONS = 16
/** Kinds from here on are those of component classes. */
const FIRST_CLASS_KIND = 8
/** Of an identifier: the low bit of its page, its kind and its location. */
const ROWS = 512
const ROW_TO_HUB = 256
const FIRST_COMMAND_ROW = ROW_TO_HUB + FIRST_CLASS_KIND * LOCATIONS
/** Numbers beyond those of what is wanted: a command that nothing here obeys, which keeps awake all the same; no catalogue message. */
const WISHES = 255
/** Hubs and strangers are below. */
const FIRST_TOOL: number = Math.min(TOOL_ADDRESSES[0]!, TOOL_ADDRESSES[1]!)

/** Its row, of a catalogue message. */
function rowOf(id: number): number {
  return (id >>> 8) & 0xff | (id >>> 16) & ROW_TO_HUB
}

/** The addresses of hubs follow one another. */
const FIRST_HUB: number = hubAddress(LOCATION.FL)
const LAST_HUB: number = hubAddress(LOCATION.STEREO)

/** No hub's address: a tool's, or a stranger's. */
function isForeign(source: number): boolean {
  return (source < FIRST_HUB || source > LAST_HUB) && source !== NULL_ADDRESS
}

/**
 * Takes frames from the controller to whoever wants their kind: first the identifier decides, then length, age and
 * end-to-end protection are checked, then the message is decoded into a record made at boot. A frame that fails
 * changes nothing but the counter of its cause.
 */
export class Receiver {
  /** Takes frames that are no catalogue messages: claims, requests, diagnostics. */
  onPeer: (id: number, data: Uint8Array, length: number) => void
  /** Somebody wants something: a command to a component of this hub, or any frame of a tool that passed the filters. */
  onWish: () => void
  /** A message of another hub came out of sequence; `conflicting`: there are two that send it. */
  onDoubt: (id: number, conflicting: boolean) => void
  /** A frame with this hub's own address, which it did not send. */
  onForged: (id: number) => void
  /** While true, catalogue messages are counted and ignored. */
  silent: boolean
  /** Takes one frame from the controller. First comes whether anybody wants it: at a busy hub most are wanted by nobody. */
  readonly receive: (id: number, data: Uint8Array, length: number) => void
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly source: number
  private readonly location: number
  private readonly e2e: E2eReceiver<Subscription>
  /** By row: the number of what is wanted of it, from 1; 0: nothing; `WISHES`. */
  private readonly wanted: Uint8Array
  private readonly subscriptions: Subscription[]

  /** `senders`: a power of two, about twice the number of (message, sender) pairs this hub wants. */
  constructor(schedule: Schedule, counters: HubCounters, source: number, senders: number) {
    this.onPeer = () => undefined
    this.onWish = () => undefined
    this.onDoubt = () => undefined
    this.onForged = () => undefined
    this.silent = false
    this.schedule = schedule
    this.counters = counters
    this.source = source
    this.location = locationOfAddress(source)
    this.e2e = new E2eReceiver<Subscription>(senders)
    const e2e = this.e2e
    const outcomes = e2e.counts
    counters.e2e = outcomes
    const wanted = new Uint8Array(ROWS)
    wanted.fill(WISHES, FIRST_COMMAND_ROW, ROWS)
    this.wanted = wanted
    this.subscriptions = []
    this.receive = (id, data, length) => {
      counters.rxFrames++
      const row = rowOf(id)
      if (wanted[row] !== 0) {
        const key = row << 8 | id & 0xff
        const talker = e2e.atHome(key)
        if (talker.id === id && isNext(talker, data) && !this.silent) {
          const taker = talker.taker!
          const now_ms = schedule.now()
          if (now_ms <= schedule.watchful_ms && length >= taker.length && checksum(data, length, talker.start) === data[0]) {
            talker.state = headOf(data)
            talker.heard_ms = now_ms
            outcomes[E2E_OUTCOME.ok]!++
            taker.codec.decode(data, taker.values)
            taker.handle(taker.values, (id >>> 8) & 0x0f, id & 0xff)
            return
          }
        }
      } else if (isBroadcastKind(id) && (id & 0xff) < FIRST_TOOL) {
        counters.rxUnwanted++
        return
      }
      this.look(id, row, data, length)
    }
  }

  /**
   * Wants the messages of a row from now on, where the catalogue has them. One handler a row. What hubs say concerns everyone, what is
   * said to a hub only that one: a manager's controller lets in the rest too.
   */
  on<Values extends object>(codec: Decoder<Values>, handle: MessageHandler<Values>): void {
    const later = codec.kind === LATER_KIND
    this.subscriptions.push({
      codec: codec, values: codec.create(), length: codec.length, lifetime_ms: codec.lifetime_ms, later: later,
      next: later ? this.laterOn(codec.page) : undefined, handle: handle,
    })
    const number = this.subscriptions.length
    const first = codec.page * ROW_TO_HUB + codec.kind * LOCATIONS
    let location = 0
    let bits = codec.page === 0 ? codec.locations : codec.locations & (1 << LOCATION.ALL | 1 << this.location)
    while (bits > 0) {
      if ((bits & 1) === 1) this.wanted[first + location] = number
      location++
      bits = bits >> 1
    }
  }

  /** The last of kind 14 that is wanted on this page. */
  private laterOn(page: number): Subscription | undefined {
    let last: Subscription | undefined = undefined
    for (const one of this.subscriptions) if (one.later && one.codec.page === page) last = one
    return last
  }

  /** One that somebody may want. */
  private look(id: number, row: number, data: Uint8Array, length: number): void {
    if (!isBroadcastKind(id)) {
      this.receivePeer(id, data, length)
      return
    }
    const source = id & 0xff
    if (source < FIRST_HUB || source > LAST_HUB) {
      if (TOOL_ADDRESSES.indexOf(source) < 0) {
        // Nobody obeys a stranger, nor is awake for it.
        this.counters.rxUnwanted++
        return
      }
      this.onWish()
    } else if (row >= FIRST_COMMAND_ROW) this.onWish()
    const first = this.subscriptions[this.wanted[row]! - 1]
    if (first === undefined) this.counters.rxUnwanted++
    else if (this.silent) this.counters.rxSilent++
    else if (source === this.source) this.forged(id)
    else {
      // Classes of kind 14 share the sender's counter, so one that nobody here wants is counted along.
      const wanted = first.later ? this.classOf(first, data) : first
      if (length < (wanted === undefined ? CLASS_BYTE + 1 : wanted.length)) this.counters.rxWrongLength++
      else {
        // The clock is read once for all that hear the message.
        const now_ms = this.schedule.now()
        // A frame that waited while the hub stood still came then: its sender may have been reset since.
        const waited_ms = now_ms > this.schedule.watchful_ms ? this.schedule.behind_ms() : 0
        const outcome = this.e2e.receive(row, source, data, length, now_ms - waited_ms)
        if (outcome > E2E_OUTCOME.okSomeLost) this.doubt(outcome, id, waited_ms)
        else if (wanted === undefined) this.counters.rxUnwanted++
        else {
          // Of a hub, and no command: nothing else has to be looked at when the next one comes.
          if (row < FIRST_COMMAND_ROW && source <= LAST_HUB && !wanted.later) this.remember(id, row << 8 | source, wanted)
          this.take(wanted, id, data, now_ms)
        }
      }
    }
  }

  private remember(id: number, key: number, wanted: Subscription): void {
    const talker = this.e2e.atHome(key)
    if (talker.key !== key) return
    talker.id = id
    talker.taker = wanted
  }

  private doubt(outcome: number, id: number, waited_ms: number): void {
    const conflicting = outcome === E2E_OUTCOME.conflicting && waited_ms === 0
    if (outcome !== E2E_OUTCOME.badCrc && outcome !== E2E_OUTCOME.repeated) this.onDoubt(id, conflicting)
  }

  /** One frame that was found genuine by more than its checksum and counter: these may have been skipped. */
  deliver(id: number, data: Uint8Array, length: number): void {
    this.counters.rxFrames++
    let wanted = this.subscriptions[this.wanted[rowOf(id)]! - 1]
    if (wanted !== undefined && wanted.later) wanted = this.classOf(wanted, data)
    if (wanted === undefined) this.counters.rxUnwanted++
    else if (this.silent) this.counters.rxSilent++
    else if (length < wanted.length) this.counters.rxWrongLength++
    else this.take(wanted, id, data, this.schedule.now())
  }

  private receivePeer(id: number, data: Uint8Array, length: number): void {
    // Who claims anew has booted: its counters start afresh.
    if (pduFormatOf(id) === PF_ADDRESS_CLAIMED) this.e2e.forget(id & 0xff)
    if (isForeign(id & 0xff)) this.onWish()
    this.onPeer(id, data, length)
  }

  /** Of the classes of kind 14 that one of a frame. */
  private classOf(first: Subscription, data: Uint8Array): Subscription | undefined {
    let wanted: Subscription | undefined = first
    while (wanted !== undefined && wanted.codec.class !== data[CLASS_BYTE]) wanted = wanted.next
    return wanted
  }

  private forged(id: number): void {
    this.counters.rxOwnAddress++
    this.onForged(id)
  }

  private take(wanted: Subscription, id: number, data: Uint8Array, now_ms: number): void {
    if (now_ms > this.schedule.watchful_ms && this.schedule.behind_ms() > wanted.lifetime_ms) {
      this.counters.rxStale++
      return
    }
    wanted.codec.decode(data, wanted.values)
    wanted.handle(wanted.values, (id >>> 8) & 0x0f, id & 0xff)
  }
}
