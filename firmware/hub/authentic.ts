import {
  COUNTER_STEPS, FreshnessCodec, FreshnessRequestCodec, hubAddress, isTagged, KEY_ROLE, LAST_COUNTER, LOCATION, locationOfAddress, NOTICE,
  senderNibble, TAG_BYTES, TAGGED_BYTES, tagCounter, taggedBytes, tagFits, writeTag,
} from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import type { HubCounters, Job, Notices, Schedule, Transmitter } from '../runtime/index.ts'
import type { HubKeys } from './hub-keys.ts'

/** A challenge serves so long while the hub is awake: a command that was kept from it can be said later no longer than this. */
const RENEW_ms = 2000
/** Least time between two challenges: who asks for them all the time makes nobody lose count. */
const RENEW_PAUSE_ms = 100
/** Commands that were tagged just before a new challenge still count. */
const GRACE_ms = 50
/** Tags looked at in a second: 2^28 guesses take two months. */
const LOOKS_PER_SECOND = 50
const SECOND_ms = 1000
const LOCATIONS = 16
const WORD = 0x1_0000_0000
const HALF = 0x10000

/**
 * Who may move glass and latches of a hub with keys, and how this hub commands others that have them. Freshness comes from the
 * receiver: it says a random challenge, and each sender counts from it. So what was recorded before a reset, a sleep or a
 * takeover is of another challenge, and nothing about freshness has to outlive anything.
 */
export class Authentic {
  private readonly hal: Hal
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly counters: HubCounters
  private readonly notices: Notices
  private readonly keys: HubKeys
  private readonly renewJob: Job
  private readonly askJob: Job
  private readonly block: Uint8Array
  private readonly mac: Uint8Array
  /** As a receiver: the challenge in force, the one before, and by sender nibble the last counter taken with each. */
  private challenge: number
  private former: number
  private taken: Uint16Array
  private formerTaken: Uint16Array
  private renewed_ms: number
  private looks: number
  private looked_ms: number
  /** The hub whose challenge is asked for next. */
  private unknown: number
  /** As a sender, by location: the challenge of that hub, whether it is known, and how often it was used. */
  private readonly challenges: Uint32Array
  private readonly known: Uint8Array
  private readonly used: Uint16Array

  constructor(hal: Hal, schedule: Schedule, transmit: Transmitter, counters: HubCounters, notices: Notices, keys: HubKeys) {
    this.hal = hal
    this.schedule = schedule
    this.transmit = transmit
    this.counters = counters
    this.notices = notices
    this.keys = keys
    this.renewJob = schedule.job('challenge', () => this.renew())
    this.askJob = schedule.job('challenge request', () => this.ask(this.unknown))
    this.unknown = LOCATION.ALL
    this.block = new Uint8Array(TAGGED_BYTES)
    this.mac = new Uint8Array(TAGGED_BYTES)
    this.challenge = this.draw()
    this.former = this.challenge
    this.taken = new Uint16Array(LOCATIONS)
    this.formerTaken = new Uint16Array(LOCATIONS)
    this.renewed_ms = -Infinity
    this.looks = 0
    this.looked_ms = 0
    this.challenges = new Uint32Array(LOCATIONS)
    this.known = new Uint8Array(LOCATIONS)
    this.used = new Uint16Array(LOCATIONS)
  }

  /** The hub may send: says its challenge, and asks for those of the others. */
  start(): void {
    this.renew()
    this.ask(LOCATION.ALL)
  }

  /** Commands that were sent while the hub slept were not for now: nobody knows the challenge until it is said. */
  forget(): void {
    this.challenge = this.draw()
    this.renewed_ms = -Infinity
  }

  /** Says a new challenge. */
  renew(): void {
    const spent = this.formerTaken
    this.former = this.challenge
    this.formerTaken = this.taken
    this.taken = spent
    this.taken.fill(0)
    this.challenge = this.draw()
    this.renewed_ms = this.schedule.now()
    this.schedule.startIn(this.renewJob, RENEW_ms)
    const values = FreshnessCodec.create()
    values.challengeLow = this.challenge % HALF
    values.challengeHigh = Math.floor(this.challenge / HALF)
    this.transmit.send(FreshnessCodec, this.hal.location, values, 0)
  }

  /** Whether a frame may go on to its receiver. */
  admits(id: number, data: Uint8Array, length: number): boolean {
    const location = (id >>> 8) & 0x0f
    if (!isTagged(id) || (location !== LOCATION.ALL && location !== this.hal.location)) return true
    if (this.isGenuine(id, data, length - TAG_BYTES)) return true
    this.counters.rxNotAuthentic++
    this.notices.note(NOTICE.notAuthentic, id)
    this.renewSoon()
    return false
  }

  /** A FreshnessRequest. */
  asked(target: number): void {
    if (target === LOCATION.ALL || target === this.hal.location) this.renewSoon()
  }

  /** A Freshness of another hub. `true`: a new challenge. */
  heard(location: number, source: number, low: number, high: number): boolean {
    const challenge = high * HALF + low
    if (source !== hubAddress(location) || (this.known[location] === 1 && this.challenges[location] === challenge)) return false
    this.challenges[location] = challenge
    this.known[location] = 1
    this.used[location] = 0
    return true
  }

  /** Puts a tag behind a command to another hub; returns the frame's length. A hub that says no challenge has no keys. */
  seal(id: number, location: number, data: Uint8Array, length: number): number {
    if (!isTagged(id)) return length
    if (this.known[location] === 0 || this.used[location]! >= LAST_COUNTER) {
      // Not from within sending.
      this.unknown = location
      this.schedule.notLater(this.askJob, this.schedule.now())
      return length
    }
    const counter = this.used[location]! + 1
    this.used[location] = counter
    const bytes = taggedBytes(this.block, id, this.challenges[location]!, counter, data, length)
    if (!this.keys.cmac(KEY_ROLE.hub, this.block, bytes, this.mac)) return length
    writeTag(data, length, this.mac, counter)
    return length + TAG_BYTES
  }

  private isGenuine(id: number, data: Uint8Array, length: number): boolean {
    const now = this.schedule.now()
    if (length < 2 || !this.mayLook(now)) return false
    if (this.fits(id, data, length, this.challenge, this.taken)) return true
    return now - this.renewed_ms <= GRACE_ms && this.fits(id, data, length, this.former, this.formerTaken)
  }

  /** Later than the last of this sender, by as few as the four bits say. */
  private fits(id: number, data: Uint8Array, length: number, challenge: number, taken: Uint16Array): boolean {
    const sender = senderNibble(id)
    const last = taken[sender]!
    const step = (tagCounter(data, length) - last) & COUNTER_STEPS - 1
    const counter = last + (step === 0 ? COUNTER_STEPS : step)
    if (counter > LAST_COUNTER) return false
    const bytes = taggedBytes(this.block, id, challenge, counter, data, length)
    const role = locationOfAddress(id & 0xff) > 0 ? KEY_ROLE.hub : KEY_ROLE.tool
    if (!this.keys.cmac(role, this.block, bytes, this.mac) || !tagFits(data, length, this.mac)) return false
    taken[sender] = counter
    return true
  }

  private mayLook(now: number): boolean {
    if (now - this.looked_ms >= SECOND_ms) {
      this.looked_ms = now
      this.looks = 0
    }
    this.looks++
    return this.looks <= LOOKS_PER_SECOND
  }

  private renewSoon(): void {
    this.schedule.notLater(this.renewJob, Math.max(this.schedule.now(), this.renewed_ms + RENEW_PAUSE_ms))
  }

  private ask(location: number): void {
    const values = FreshnessRequestCodec.create()
    values.target = location
    this.transmit.send(FreshnessRequestCodec, LOCATION.ALL, values, location)
  }

  private draw(): number {
    return Math.floor(this.hal.random() * WORD)
  }
}
