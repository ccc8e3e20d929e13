import {
  CommandReceiptCodec, coveredBy, FreshnessCodec, FreshnessEpochCodec, FreshnessProofCodec, FreshnessRequestCodec,
  highHalf, hubAddress, isBroadcastKind, KEY_ROLE, kindOf, LAST_COUNTER, LOCATION, locationOf, locationOfAddress, lowHalf,
  messageId, NOTICE, sourceOf, TAG_AT, TAG_BYTES, TagCodec, tagCounter, TAGGING, taggingOf, TOOL_ADDRESSES,
  usedCounter, VehicleStateCodec, wordOf,
} from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import type { HubCounters, Job, Notices, Schedule, Transmitter } from '../runtime/index.ts'
import { Companions } from './companions.ts'
import { HeardEpochs, managerOf, MANAGERS, OwnEpoch } from './epochs.ts'
import type { HubKeys } from './hub-keys.ts'
import { OwnChallenge } from './own-challenge.ts'
import { ProvedStates } from './proved-states.ts'
import { Receipts } from './receipts.ts'
import { TagQueue } from './tag-queue.ts'

/** A challenge serves so long while the hub is awake: a message that was kept from it can be said later no longer than this. */
const RENEW_ms = 2000
/** Hubs that were asked at once do not say theirs at once, then or later. */
const STAGGER_ms = 20
/** Least time between two challenges: who asks for them all the time makes nobody lose count. And after wrong words to all. */
const RENEW_PAUSE_ms = 100
const RENEW_ALL_PAUSE_ms = 500
/** Wrong tags looked at in a second: 2^28 guesses take two months. */
const WRONG_PER_SECOND = 50
const SECOND_ms = 1000
/** Proofs to hubs follow one another at this pace. */
const PROOF_PAUSE_ms = 1
/** What is said of the vehicle is tagged when it changes, and after this; it counts for so long, so that one tag may be lost. */
const TAG_STATE_ms = 500
const PROVED_STATE_ms = 1200
const LOCATIONS = 16
const PAGE_1 = 0x100_0000
/** Kinds from here on are those of component classes. */
const FIRST_CLASS_KIND = 8
/** Locations, a bit each. */
const EVERYONE = 0x1fe
/** Bytes of a receipt before its tag. */
const RECEIPT_HEAD: number = TAG_AT.receipt

/** What happens to what was found genuine, and to what is not known to be yet. */
export interface AuthenticUser {
  /** A message that had to wait for its tag, or that needs none. */
  deliver(id: number, data: Uint8Array, length: number): void
  /** Somebody, perhaps, commands, or manages: a reason to be awake and no more. */
  commanded(): void
  managed(): void
  /** A hub has another challenge. */
  renewed(location: number): void
  /** A hub has taken a command of this one. */
  confirmed(topic: number, location: number, sequence: number): void
}

/**
 * Who may say what to a hub with keys, and how this hub tells others that have them. What a tag is of, and over what, stands in
 * `protocol/authentic.ts`.
 */
export class Authentic {
  /** From `connect` on. */
  user!: AuthenticUser
  private readonly location: number
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly counters: HubCounters
  private readonly notices: Notices
  private readonly keys: HubKeys
  private readonly renewJob: Job
  private readonly sayJob: Job
  private readonly own: OwnChallenge
  private readonly heard: HeardEpochs
  private readonly epoch: OwnEpoch
  private readonly companions: Companions
  private readonly heardStates: ProvedStates
  private readonly saidState: ProvedStates
  private wrong: number
  private looked_ms: number
  /** As a sender, by location: the challenge of that hub, whether it is known, and how often it was used. */
  private readonly challenges: Uint32Array
  private readonly used: Uint16Array
  /** Locations whose challenges are known, and whose are to be asked for, a bit each. */
  private known: number
  private wanted: number
  private asked_ms: number
  /** When the epoch was said last. */
  private said_ms: number
  private readonly tags: TagQueue
  private readonly receipts: Receipts
  private readonly bytes: Uint8Array

  constructor(hal: Hal, schedule: Schedule, transmit: Transmitter, counters: HubCounters, notices: Notices, keys: HubKeys) {
    this.location = hal.location
    this.schedule = schedule
    this.transmit = transmit
    this.counters = counters
    this.notices = notices
    this.keys = keys
    this.renewJob = schedule.job('challenge', () => this.renew())
    this.sayJob = schedule.job('tags', () => this.say())
    this.tags = new TagQueue(schedule, transmit)
    this.receipts = new Receipts(hal.location, schedule, transmit, keys)
    const random = (): number => hal.random()
    this.own = new OwnChallenge(keys, random)
    this.heard = new HeardEpochs(keys, this.own)
    this.epoch = new OwnEpoch(keys, random)
    this.companions = new Companions((id, data, length, tag) => this.judge(id, data, length, tag))
    this.heardStates = new ProvedStates(MANAGERS)
    this.saidState = new ProvedStates(1)
    this.wrong = 0
    this.looked_ms = 0
    this.challenges = new Uint32Array(LOCATIONS)
    this.used = new Uint16Array(LOCATIONS)
    this.known = 0
    this.wanted = 0
    this.asked_ms = -Infinity
    this.said_ms = -Infinity
    this.bytes = new Uint8Array(FreshnessProofCodec.length)
  }

  /** The hub may send: says its challenge, and asks for those of the others. */
  start(): void {
    this.renew()
    this.wanted = EVERYONE
    this.sayNow()
  }

  /** The hub slept: what was sent meanwhile was not for now. */
  forget(): void {
    this.own.forget()
    this.heard.forget()
    this.epoch.forget()
    this.companions.forget()
    this.heardStates.forget()
    this.saidState.forget()
  }

  /** Says a new challenge. */
  renew(): void {
    const now = this.schedule.now()
    this.own.renew(now)
    this.schedule.startIn(this.renewJob, RENEW_ms)
    const values = FreshnessCodec.create()
    values.challengeLow = lowHalf(this.own.word)
    values.challengeHigh = highHalf(this.own.word)
    this.transmit.send(FreshnessCodec, this.location, values, 0)
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
    if (this.epoch.speaks(this.schedule.now())) {
      this.epoch.due = true
      this.sayNow()
    }
  }

  /** A Freshness of another hub. */
  heardChallenge(location: number, source: number, low: number, high: number): void {
    const challenge = wordOf(low, high)
    if (source !== hubAddress(location) || (this.knows(location) && this.challenges[location] === challenge)) return
    this.challenges[location] = challenge
    this.known |= 1 << location
    this.used[location] = 0
    if (this.epoch.speaks(this.schedule.now())) {
      this.epoch.unproved |= 1 << location
      this.sayNow()
    }
    this.user.renewed(location)
  }

  /** A FreshnessEpoch. */
  heardEpoch(source: number, low: number, high: number): void {
    const manager = managerOf(source)
    const now = this.schedule.now()
    if (manager >= 0 && this.heard.heard(manager, wordOf(low, high), now)) this.companions.again(now)
  }

  /** Whether that hub has keys: it proves what it says of commands of this hub. */
  knows(location: number): boolean {
    return (this.known >> location & 1) !== 0
  }

  /** A command that was admitted last has been taken. */
  acknowledge(topic: number, source: number, sequence: number): void {
    this.receipts.add(topic, source, sequence, this.own.taken)
  }

  /** Puts a tag into a frame that leaves the queue; returns its length. A hub that says no challenge has no keys. */
  seal(id: number, data: Uint8Array, length: number): number {
    return taggingOf(id, data) === TAGGING.inside && this.sign(id, data, length, data, length) ? length + TAG_BYTES : length
  }

  /** A frame goes to the controller: its tag follows, if it is one of those. */
  sealed(id: number, data: Uint8Array, length: number): void {
    if (taggingOf(id, data) !== TAGGING.behind) return
    if (kindOf(id) === VehicleStateCodec.kind) {
      const now = this.schedule.now()
      if (this.epoch.speaks(now) && this.saidState.knows(0, data, now, TAG_STATE_ms)) return
      this.saidState.prove(0, data, now)
    }
    if (!this.sign(id, data, length, this.tags.next(), TAG_AT.tag)) return
    this.tags.add(locationOf(id), coveredBy(id, data))
    this.sayNow()
  }

  /** `false`: to a hub whose challenge is not known. */
  private sign(id: number, data: Uint8Array, length: number, into: Uint8Array, at: number): boolean {
    const location = locationOf(id)
    if (location === LOCATION.ALL) {
      this.epoch.sign(id, data, length, into, at, this.known, this.schedule.now())
      this.sayNow()
      return true
    }
    if (!this.knows(location) || this.used[location]! >= LAST_COUNTER) {
      this.wanted |= 1 << location
      this.sayNow()
      return false
    }
    const counter = this.used[location]! + 1
    this.used[location] = counter
    this.keys.sign(KEY_ROLE.hub, id, this.challenges[location]!, counter, data, length, into, at)
    return true
  }

  /** Not from within sending. */
  private sayNow(): void {
    this.schedule.notLater(this.sayJob, this.schedule.now())
  }

  private say(): void {
    const now = this.schedule.now()
    if (this.epoch.due && this.isTime(this.said_ms + FreshnessEpochCodec.minimumInterval_ms, now)) this.sayEpoch(now)
    this.tags.say()
    if (this.wanted !== 0 && this.isTime(this.asked_ms + FreshnessRequestCodec.minimumInterval_ms, now)) this.ask(now)
    if (this.epoch.unproved !== 0) this.sayProof()
  }

  /** `false`: not yet, but then. */
  private isTime(due_ms: number, now: number): boolean {
    if (due_ms > now) this.schedule.notLater(this.sayJob, due_ms)
    return due_ms <= now
  }

  private sayEpoch(now: number): void {
    const values = FreshnessEpochCodec.create()
    values.epochLow = lowHalf(this.epoch.word)
    values.epochHigh = highHalf(this.epoch.word)
    this.epoch.due = false
    this.said_ms = now
    this.transmit.send(FreshnessEpochCodec, LOCATION.ALL, values, 0)
  }

  /** To one hub, and soon to the next. */
  private sayProof(): void {
    let location = 1
    while ((this.epoch.unproved >> location & 1) === 0) location++
    this.epoch.unproved &= ~(1 << location)
    // That hub waits for the next tag.
    this.saidState.forget()
    const id = messageId(FreshnessProofCodec.priority, 1, FreshnessProofCodec.kind, location, hubAddress(this.location))
    this.epoch.prove(id, this.challenges[location]!, this.bytes)
    this.transmit.sendEncoded(FreshnessProofCodec, location, this.bytes, 0)
    if (this.epoch.unproved !== 0) this.schedule.notLater(this.sayJob, this.schedule.now() + PROOF_PAUSE_ms)
  }

  private hold(id: number, data: Uint8Array, length: number): void {
    const now = this.schedule.now()
    if (kindOf(id) >= FIRST_CLASS_KIND) this.user.commanded()
    else if (kindOf(id) === VehicleStateCodec.kind) {
      const manager = managerOf(sourceOf(id))
      this.user.managed()
      const isProved = manager >= 0 && this.heard.isProved(manager, now)
      if (isProved && this.heardStates.knows(manager, data, now, PROVED_STATE_ms)) this.user.deliver(id, data, length)
    }
    this.companions.holdFrame(id, data, length, now)
  }

  private tag(id: number, data: Uint8Array, length: number): void {
    this.counters.rxFrames++
    if (length < TagCodec.length) this.counters.rxWrongLength++
    else if (!this.companions.holdTag(id, data, length, this.schedule.now())) this.refuse(id)
  }

  /** A message with the tag behind it. */
  private judge(id: number, data: Uint8Array, length: number, tag: Uint8Array): boolean {
    if (!this.takes(id, data, length, tag, TAG_AT.tag)) return false
    if (kindOf(id) === VehicleStateCodec.kind) this.heardStates.prove(managerOf(sourceOf(id)), data, this.schedule.now())
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
    if (this.heard.prove(manager, id, data, now)) this.companions.again(now)
    else this.wrong++
  }

  /** A hub says that it has taken a command. */
  private receipt(id: number, data: Uint8Array, length: number): void {
    const location = locationOf(id)
    this.counters.rxFrames++
    if (length < CommandReceiptCodec.length || sourceOf(id) !== hubAddress(location) || !this.knows(location)) return
    if (data[3]! >> 4 !== this.location || !this.mayLook(this.schedule.now())) return
    const counter = usedCounter(this.used[location]!, tagCounter(data, RECEIPT_HEAD))
    if (counter > 0 && this.keys.fits(KEY_ROLE.hub, id, this.challenges[location]!, counter, data, RECEIPT_HEAD, data, RECEIPT_HEAD)) {
      this.user.confirmed(data[2]!, location, data[3]! & 0x0f)
    } else this.wrong++
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

  /** Asks the wanted hub for its challenge, or all. */
  private ask(now: number): void {
    const values = FreshnessRequestCodec.create()
    let location = 1
    while ((this.wanted >> location & 1) === 0) location++
    values.target = this.wanted === 1 << location ? location : LOCATION.ALL
    this.wanted = 0
    this.asked_ms = now
    this.transmit.send(FreshnessRequestCodec, LOCATION.ALL, values, 0)
  }
}
