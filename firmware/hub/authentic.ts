import {
  CommandReceiptCodec, FreshnessEncoder, FreshnessProofCodec, highHalf, hubAddress, isBroadcastKind, kindOf, LOCATION, locationOf,
  locationOfAddress, lowHalf, NOTICE, PowerGrantCodec, sourceOf, STATE_BYTES, stateBytes, TAG_AT, TAG_BYTES, TagCodec, TAGGING, taggingOf,
  TOOL_ADDRESSES, VehicleStateCodec, wordOf,
} from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import type { HubCounters, Job, Notices, Schedule, Transmitter } from '../runtime/index.ts'
import { Companions } from './companions.ts'
import { EarlyGrants } from './early-grants.ts'
import { HeardEpochs, managerOf, MANAGERS } from './epochs.ts'
import type { HubKeys } from './hub-keys.ts'
import { OwnChallenge, RENEW_ms } from './own-challenge.ts'
import { ProvedStates, StateTags } from './proved-states.ts'
import { Receipts } from './receipts.ts'
import { Sealing } from './sealing.ts'

/** A hub to which a manager has to prove itself again says its next challenge after this. */
const RENEW_LATE_ms = 500
/** Hubs that were asked at once do not say theirs at once, then or later. */
const STAGGER_ms = 20
/** Least time between two challenges: who asks for them all the time makes nobody lose count. And after wrong words to all. */
const RENEW_PAUSE_ms = 100
const RENEW_ALL_PAUSE_ms = 500
/** Wrong tags looked at in a second: 2^28 guesses take two months. */
const WRONG_PER_SECOND = 50
const SECOND_ms = 1000
/** What was proved of the vehicle counts for so long, so that two tags may be lost. */
const PROVED_STATE_ms = 1700
const PAGE_1 = 0x100_0000
/** Kinds from here on are those of component classes. */
const FIRST_CLASS_KIND = 8
const PORT_MASK = 0x0f

/** What happens to what was found genuine, and to what is not known to be yet. */
export interface AuthenticUser {
  /** A message that had to wait for its tag, or that needs none. */
  deliver(id: number, data: Uint8Array, length: number): void
  /** Somebody, perhaps, commands, or manages: a reason to be awake and no more. */
  commanded(): void
  managed(): void
  /** A hub has another challenge. */
  renewed(location: number): void
  /** Whether a port of this hub has a lease. */
  draws(port: number): boolean
  /** A hub has taken a command of this one. */
  confirmed(topic: number, location: number, sequence: number): void
}

/**
 * Who may say what to a hub with keys. What it says to others is `sealing`'s. What a tag is of, and over what, stands in
 * `protocol/authentic.ts`.
 */
export class Authentic {
  /** From `connect` on. */
  user!: AuthenticUser
  private readonly location: number
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  /** What this hub says. */
  readonly sealing: Sealing
  private readonly counters: HubCounters
  private readonly notices: Notices
  private readonly renewJob: Job
  private readonly own: OwnChallenge
  private readonly heard: HeardEpochs
  private readonly companions: Companions
  private readonly early: EarlyGrants
  private readonly states: StateTags
  private readonly heardStates: ProvedStates
  private wrong: number
  private looked_ms: number
  private readonly receipts: Receipts

  constructor(hal: Hal, schedule: Schedule, transmit: Transmitter, counters: HubCounters, notices: Notices, keys: HubKeys) {
    this.location = hal.location
    this.schedule = schedule
    this.transmit = transmit
    this.counters = counters
    this.notices = notices
    this.renewJob = schedule.job('challenge', () => this.renew())
    this.receipts = new Receipts(hal.location, schedule, transmit, keys)
    this.sealing = new Sealing(hal, schedule, transmit, keys)
    this.own = new OwnChallenge(keys, () => hal.random())
    this.heard = new HeardEpochs(keys, this.own)
    this.companions = new Companions((id, data, length, tag) => this.judge(id, data, length, tag))
    this.early = new EarlyGrants(schedule, (id, data, length) => this.user.deliver(id, data, length))
    this.states = new StateTags(MANAGERS, (id, data, length, tag) => this.judgeState(id, data, length, tag))
    this.heardStates = new ProvedStates(MANAGERS)
    this.wrong = 0
    this.looked_ms = 0
  }

  /** The hub may send: says its challenge, and asks for those of the others. */
  start(): void {
    this.renew()
    this.sealing.start()
  }

  /** The hub slept: what was sent meanwhile was not for now. */
  forget(): void {
    this.own.forget()
    this.heard.forget()
    this.sealing.forget()
    this.companions.forget()
    this.early.forget()
    this.states.forget()
    this.heardStates.forget()
  }

  /** Says a new challenge. */
  renew(): void {
    const now = this.schedule.now()
    this.own.renew(now)
    this.schedule.startIn(this.renewJob, this.heard.isLate(now) ? RENEW_LATE_ms : RENEW_ms)
    const values = FreshnessEncoder.create()
    values.challengeLow = lowHalf(this.own.word)
    values.challengeHigh = highHalf(this.own.word)
    this.transmit.send(FreshnessEncoder, this.location, values, 0)
  }

  /** Whether a frame may go on to its receiver now. */
  admits(id: number, data: Uint8Array, length: number): boolean {
    const source = sourceOf(id)
    if (!isBroadcastKind(id) || source === hubAddress(this.location)) return true
    // Nobody obeys a stranger anyhow.
    if (locationOfAddress(source) === 0 && TOOL_ADDRESSES.indexOf(source) < 0) return true
    const kind = kindOf(id)
    if ((id & PAGE_1) === 0) {
      if (kind !== CommandReceiptCodec.kind) return true
      this.receipt(id, data, length)
      return false
    }
    const location = locationOf(id)
    if (location !== LOCATION.ALL && location !== this.location) return true
    const tagging = taggingOf(id, data)
    if (tagging === TAGGING.inside) return this.isGenuine(id, data, length)
    if (tagging === TAGGING.behind) this.hold(id, data, length)
    else if (kind === TagCodec.kind) this.tag(id, data, length)
    else if (kind === FreshnessProofCodec.kind) this.proof(id, data, length)
    else return true
    return false
  }

  /** A FreshnessRequest. */
  asked(target: number): void {
    if (target !== LOCATION.ALL && target !== this.location) return
    if (target === LOCATION.ALL) this.schedule.notLater(this.renewJob, this.schedule.now() + this.location * STAGGER_ms)
    else this.renewSoon(RENEW_PAUSE_ms)
    this.sealing.asked()
  }

  /** A Freshness of another hub. */
  heardChallenge(location: number, source: number, low: number, high: number): void {
    if (source === hubAddress(location) && this.sealing.heardChallenge(location, wordOf(low, high))) this.user.renewed(location)
  }

  /** A FreshnessEpoch. */
  heardEpoch(source: number, low: number, high: number): void {
    const manager = managerOf(source)
    const now = this.schedule.now()
    if (manager >= 0 && this.heard.heard(manager, wordOf(low, high), now)) this.states.again(now)
  }

  /** A command that was admitted last has been taken. */
  acknowledge(topic: number, source: number, sequence: number): void {
    this.receipts.add(topic, source, sequence, this.own.taken)
  }

  private hold(id: number, data: Uint8Array, length: number): void {
    const now = this.schedule.now()
    if (kindOf(id) !== VehicleStateCodec.kind) {
      if (kindOf(id) >= FIRST_CLASS_KIND) this.user.commanded()
      else if (length >= PowerGrantCodec.length && this.early.believes(id, data, this.user.draws(data[2]! & PORT_MASK))) {
        this.user.deliver(id, data, length)
      }
      this.companions.holdFrame(id, data, length, now)
      return
    }
    const manager = managerOf(sourceOf(id))
    this.user.managed()
    if (manager < 0 || length < VehicleStateCodec.length) return
    const isProved = this.heard.isProved(manager, now) && this.heardStates.knows(manager, data, now, PROVED_STATE_ms)
    if (isProved) this.user.deliver(id, data, length)
    this.states.holdFrame(manager, id, data, length, now)
  }

  private tag(id: number, data: Uint8Array, length: number): void {
    const now = this.schedule.now()
    const manager = managerOf(sourceOf(id))
    const ofState = locationOf(id) === LOCATION.ALL
    this.counters.rxFrames++
    if (length < TagCodec.length) this.counters.rxWrongLength++
    else if (ofState) {
      if (manager >= 0 && !this.states.holdTag(manager, id, data, length, now)) this.refuse(id)
    } else if (!this.companions.holdTag(id, data, length, now)) this.refuse(id)
  }

  /** A message with the tag behind it. */
  private judge(id: number, data: Uint8Array, length: number, tag: Uint8Array): boolean {
    if (!this.takes(id, data, length, tag, TAG_AT.tag)) return false
    if (kindOf(id) !== PowerGrantCodec.kind || !this.early.proved(data)) this.user.deliver(id, data, length)
    return true
  }

  private judgeState(id: number, data: Uint8Array, length: number, tag: Uint8Array): boolean {
    const state = this.heardStates.state
    stateBytes(state, data)
    if (!this.takes(id, state, STATE_BYTES, tag, TAG_AT.tag)) return false
    this.heardStates.prove(managerOf(sourceOf(id)), data, this.schedule.now())
    this.user.deliver(id, data, length)
    return true
  }

  private isGenuine(id: number, data: Uint8Array, length: number): boolean {
    if (length >= 2 + TAG_BYTES && this.takes(id, data, length - TAG_BYTES, data, length - TAG_BYTES)) return true
    this.counters.rxFrames++
    if (kindOf(id) >= FIRST_CLASS_KIND) this.user.commanded()
    this.refuse(id)
    return false
  }

  private takes(id: number, data: Uint8Array, length: number, tag: Uint8Array, at: number): boolean {
    const now = this.schedule.now()
    if (!this.mayLook(now)) return false
    if (locationOf(id) !== LOCATION.ALL) return this.own.takes(id, data, length, tag, at, now)
    const manager = managerOf(sourceOf(id))
    return manager >= 0 && this.heard.isProved(manager, now) && this.heard.takes(manager, id, data, length, tag, at)
  }

  private proof(id: number, data: Uint8Array, length: number): void {
    const manager = managerOf(sourceOf(id))
    const now = this.schedule.now()
    this.counters.rxFrames++
    if (manager < 0 || length < FreshnessProofCodec.length || !this.mayLook(now)) return
    if (this.heard.prove(manager, id, data, now)) this.states.again(now)
    else {
      this.wrong++
      // Its epoch may have been lost, or an older one been said by somebody else since.
      this.sealing.want(locationOfAddress(sourceOf(id)))
    }
  }

  /** A hub says that it has taken a command. */
  private receipt(id: number, data: Uint8Array, length: number): void {
    const location = locationOf(id)
    this.counters.rxFrames++
    if (length < CommandReceiptCodec.length || sourceOf(id) !== hubAddress(location) || !this.sealing.knows(location)) return
    if (data[3]! >> 4 !== this.location || !this.mayLook(this.schedule.now())) return
    if (this.sealing.fitsReceipt(id, data)) this.user.confirmed(data[2]!, location, data[3]! & 0x0f)
    else this.wrong++
  }

  private refuse(id: number): void {
    const manager = managerOf(sourceOf(id))
    const toAll = locationOf(id) === LOCATION.ALL
    // Of a manager whose epoch is not proved yet nothing can be told.
    const isUnknown = toAll && manager >= 0 && !this.heard.isProved(manager, this.schedule.now())
    if (!isUnknown) {
      this.wrong++
      this.counters.rxNotAuthentic++
      this.notices.note(NOTICE.notAuthentic, id)
    }
    this.renewSoon(toAll ? RENEW_ALL_PAUSE_ms : RENEW_PAUSE_ms)
  }

  private mayLook(now: number): boolean {
    if (now - this.looked_ms >= SECOND_ms) {
      this.looked_ms = now
      this.wrong = 0
    }
    return this.wrong < WRONG_PER_SECOND
  }

  private renewSoon(pause_ms: number): void {
    this.schedule.notLater(this.renewJob, Math.max(this.schedule.now(), this.own.renewed_ms + pause_ms))
  }
}
