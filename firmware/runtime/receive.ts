import type { Codec } from '#protocol/index.ts'
import {
  CLASS_BYTE, dataIdOf, E2E_OUTCOME, E2eReceiver, isBroadcastKind, kindOf, LATER_KIND, locationOf, locationOfAddress,
  NULL_ADDRESS, pageOf, pduFormatOf, PF_ADDRESS_CLAIMED, sourceOf,
} from '#protocol/index.ts'
import type { AnyCodec } from '../message.ts'
import type { HubCounters } from './counters.ts'
import type { Schedule } from './schedule.ts'

/** Takes one message that passed every check. `values` belong to the receiver and are valid during the call. */
export type MessageHandler<Values extends object> = (values: Values, location: number, source: number) => void

interface Subscription {
  readonly codec: AnyCodec
  readonly values: object
  /** Of another class of kind 14 on the same page. */
  readonly next: Subscription | undefined
  handle(values: object, location: number, source: number): void
}

const KINDS = 16
/** Kinds from here on are those of component classes. */
const FIRST_CLASS_KIND = 8

function isTool(source: number): boolean {
  return locationOfAddress(source) === 0 && source !== NULL_ADDRESS
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
  /** While true, catalogue messages are counted and ignored. */
  silent: boolean
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly source: number
  private readonly location: number
  private readonly e2e: E2eReceiver
  private readonly table: (Subscription | undefined)[]

  /** `senders`: a power of two, about twice the number of (message, sender) pairs this hub wants. */
  constructor(schedule: Schedule, counters: HubCounters, source: number, senders: number) {
    this.onPeer = () => undefined
    this.onWish = () => undefined
    this.silent = false
    this.schedule = schedule
    this.counters = counters
    this.source = source
    this.location = locationOfAddress(source)
    this.e2e = new E2eReceiver(senders)
    counters.e2e = this.e2e.counts
    this.table = []
    for (let i = 0; i < 2 * KINDS; i++) this.table.push(undefined)
  }

  /** Wants the messages of a row from now on. One handler a row. */
  on<Values extends object>(codec: Codec<Values>, handle: MessageHandler<Values>): void {
    const index = codec.page * KINDS + codec.kind
    this.table[index] = { codec: codec, values: codec.create(), next: this.table[index], handle: handle }
  }

  /** One frame from the controller. */
  receive(id: number, data: Uint8Array, length: number): void {
    this.counters.rxFrames++
    if (!isBroadcastKind(id)) {
      // Who claims anew has booted: its counters start afresh.
      if (pduFormatOf(id) === PF_ADDRESS_CLAIMED) this.e2e.forget(sourceOf(id))
      if (isTool(sourceOf(id))) this.onWish()
      this.onPeer(id, data, length)
      return
    }
    if ((pageOf(id) === 1 && kindOf(id) >= FIRST_CLASS_KIND) || isTool(sourceOf(id))) this.onWish()
    const wanted = this.table[(pageOf(id) & 1) * KINDS + kindOf(id)]
    if (wanted === undefined || !this.concerns(id)) this.counters.rxUnwanted++
    else if (this.silent) this.counters.rxSilent++
    else if (sourceOf(id) === this.source) this.counters.rxOwnAddress++
    else if (kindOf(id) === LATER_KIND) this.receiveLater(wanted, id, data, length)
    else if (length < wanted.codec.length) this.counters.rxWrongLength++
    else if (this.passes(id, data, length)) this.take(wanted, id, data)
  }

  /** Of kind 14. Its classes share the sender's counter, so one that nobody here wants has to be counted along. */
  private receiveLater(first: Subscription, id: number, data: Uint8Array, length: number): void {
    let wanted: Subscription | undefined = first
    while (wanted !== undefined && wanted.codec.class !== data[CLASS_BYTE]) wanted = wanted.next
    if (length <= CLASS_BYTE || (wanted !== undefined && length < wanted.codec.length)) this.counters.rxWrongLength++
    else if (!this.passes(id, data, length)) return
    else if (wanted === undefined) this.counters.rxUnwanted++
    else this.take(wanted, id, data)
  }

  /** What hubs say concerns everyone, what is said to a hub only that one: a manager's controller lets in the rest too. */
  private concerns(id: number): boolean {
    if (pageOf(id) === 0) return true
    const location = locationOf(id)
    return location === this.location || location === 0
  }

  private passes(id: number, data: Uint8Array, length: number): boolean {
    return this.e2e.receive(dataIdOf(id), sourceOf(id), data, length, this.schedule.now()) <= E2E_OUTCOME.okSomeLost
  }

  private take(wanted: Subscription, id: number, data: Uint8Array): void {
    if (this.schedule.behind_ms() > wanted.codec.lifetime_ms) {
      this.counters.rxStale++
      return
    }
    wanted.codec.decode(data, wanted.values)
    wanted.handle(wanted.values, locationOf(id), sourceOf(id))
  }
}
