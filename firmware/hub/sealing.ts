import {
  coveredBy, FreshnessEpochEncoder, FreshnessProofEncoder, FreshnessRequestEncoder, highHalf, hubAddress, KEY_ROLE, kindOf, LAST_COUNTER,
  LOCATION, locationOf, lowHalf, messageId, STATE_BYTES, TAG_AT, TAG_BYTES, tagCounter, TAGGING, taggingOf, usedCounter, VehicleStateCodec,
} from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import type { Job, Schedule, Sealer, Transmitter } from '../runtime/index.ts'
import { OwnEpoch } from './epochs.ts'
import type { HubKeys } from './hub-keys.ts'
import { ProvedStates } from './proved-states.ts'
import { TagQueue } from './tag-queue.ts'

/** Proofs to hubs follow one another at this pace. */
const PROOF_PAUSE_ms = 1
/** What is said of the vehicle is tagged when it changes, and after this. */
const TAG_STATE_ms = 500
const LOCATIONS = 16
/** Locations, a bit each. */
const EVERYONE = 0x1fe
/** Bytes of a receipt before its tag. */
const RECEIPT_HEAD: number = TAG_AT.receipt

/** What a hub with keys says: knows the challenges of others, tags what goes to them, and proves what it says to all. */
export class Sealing implements Sealer {
  private readonly location: number
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly keys: HubKeys
  private readonly sayJob: Job
  private readonly epoch: OwnEpoch
  private readonly saidState: ProvedStates
  private readonly tags: TagQueue
  /** By location: the challenge of that hub, and how often it was used. */
  private readonly challenges: Uint32Array
  private readonly used: Uint16Array
  /** Locations whose challenges are known, and whose are to be asked for, a bit each. */
  private known: number
  private wanted: number
  private asked_ms: number
  /** When the epoch was said last. */
  private said_ms: number
  private readonly bytes: Uint8Array

  constructor(hal: Hal, schedule: Schedule, transmit: Transmitter, keys: HubKeys) {
    this.location = hal.location
    this.schedule = schedule
    this.transmit = transmit
    this.keys = keys
    this.sayJob = schedule.job('freshness', () => this.say())
    this.epoch = new OwnEpoch(keys, () => hal.random())
    this.saidState = new ProvedStates(1)
    this.tags = new TagQueue(transmit)
    this.challenges = new Uint32Array(LOCATIONS)
    this.used = new Uint16Array(LOCATIONS)
    this.known = 0
    this.wanted = 0
    this.asked_ms = -Infinity
    this.said_ms = -Infinity
    this.bytes = new Uint8Array(FreshnessProofEncoder.length)
  }

  /** Asks for the challenges of all. */
  start(): void {
    this.wanted = EVERYONE
    this.sayNow()
  }

  /** The hub slept. */
  forget(): void {
    this.epoch.forget()
    this.saidState.forget()
  }

  /** Asks a hub for its challenge, and a manager for its epoch. */
  want(location: number): void {
    this.wanted |= 1 << location
    this.sayNow()
  }

  /** Somebody asks for freshness: a manager says its epoch again. */
  asked(): void {
    if (!this.epoch.speaks(this.schedule.now())) return
    this.epoch.due = true
    this.sayNow()
  }

  /** Whether that hub has keys: it proves what it says of commands of this hub. */
  knows(location: number): boolean {
    return (this.known >> location & 1) !== 0
  }

  /** A challenge of another hub. `false`: it is known already. */
  heardChallenge(location: number, challenge: number): boolean {
    if (this.knows(location) && this.challenges[location] === challenge) return false
    this.challenges[location] = challenge
    this.known |= 1 << location
    this.used[location] = 0
    if (this.epoch.speaks(this.schedule.now())) {
      this.epoch.unproved |= 1 << location
      this.sayNow()
    }
    return true
  }

  /** Whether a CommandReceipt is of a command that was tagged here. */
  fitsReceipt(id: number, data: Uint8Array): boolean {
    const location = locationOf(id)
    const counter = usedCounter(this.used[location]!, tagCounter(data, RECEIPT_HEAD))
    return counter > 0 && this.keys.fits(KEY_ROLE.hub, id, this.challenges[location]!, counter, data, RECEIPT_HEAD, data, RECEIPT_HEAD)
  }

  /** Puts a tag into a frame that leaves the queue; returns its length. A hub that says no challenge has no keys. */
  seal(id: number, data: Uint8Array, length: number): number {
    return taggingOf(id, data) === TAGGING.inside && this.sign(id, data, length, data, length) ? length + TAG_BYTES : length
  }

  /** A frame goes to the controller: its tag follows, if it is one of those. */
  sealed(id: number, data: Uint8Array, length: number): void {
    if (taggingOf(id, data) !== TAGGING.behind) return
    if (kindOf(id) !== VehicleStateCodec.kind) this.tagBehind(id, data, data, length)
    else {
      const now = this.schedule.now()
      if (this.epoch.speaks(now) && this.saidState.knows(0, data, now, TAG_STATE_ms)) return
      this.saidState.prove(0, data, now)
      this.tagBehind(id, data, this.saidState.state, STATE_BYTES)
    }
  }

  /** Frames were handed to the controller. */
  follow(): void {
    this.tags.say()
  }

  private tagBehind(id: number, data: Uint8Array, tagged: Uint8Array, length: number): void {
    if (this.sign(id, tagged, length, this.tags.next(), TAG_AT.tag)) this.tags.add(locationOf(id), coveredBy(id, data))
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
      this.want(location)
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
    if (this.epoch.due && this.isTime(this.said_ms + FreshnessEpochEncoder.minimumInterval_ms, now)) this.sayEpoch(now)
    if (this.wanted !== 0 && this.isTime(this.asked_ms + FreshnessRequestEncoder.minimumInterval_ms, now)) this.ask(now)
    if (this.epoch.unproved !== 0) this.sayProof()
  }

  /** `false`: not yet, but then. */
  private isTime(due_ms: number, now: number): boolean {
    if (due_ms > now) this.schedule.notLater(this.sayJob, due_ms)
    return due_ms <= now
  }

  private sayEpoch(now: number): void {
    const values = FreshnessEpochEncoder.create()
    values.epochLow = lowHalf(this.epoch.word)
    values.epochHigh = highHalf(this.epoch.word)
    this.epoch.due = false
    this.said_ms = now
    this.transmit.send(FreshnessEpochEncoder, LOCATION.ALL, values, 0)
  }

  /** To one hub, and soon to the next. */
  private sayProof(): void {
    let location = 1
    while ((this.epoch.unproved >> location & 1) === 0) location++
    this.epoch.unproved &= ~(1 << location)
    // That hub waits for the next tag.
    this.saidState.forget()
    const id = messageId(FreshnessProofEncoder.priority, 1, FreshnessProofEncoder.kind, location, hubAddress(this.location))
    this.epoch.prove(id, this.challenges[location]!, this.bytes)
    this.transmit.sendEncoded(FreshnessProofEncoder, location, this.bytes, 0)
    if (this.epoch.unproved !== 0) this.schedule.notLater(this.sayJob, this.schedule.now() + PROOF_PAUSE_ms)
  }

  /** Asks the wanted hub for its challenge, or all. */
  private ask(now: number): void {
    const values = FreshnessRequestEncoder.create()
    let location = 1
    while ((this.wanted >> location & 1) === 0) location++
    values.target = this.wanted === 1 << location ? location : LOCATION.ALL
    this.wanted = 0
    this.asked_ms = now
    this.transmit.send(FreshnessRequestEncoder, LOCATION.ALL, values, 0)
  }
}
