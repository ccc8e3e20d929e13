import {
  CANNOT_CLAIM_ID, CLAIM_ANSWER_STEP_ms, CLAIM_SETTLE_ms, claimId, compareNames, destinationOf, GLOBAL_ADDRESS, HUB_STATE,
  hubAddress, type HubState, NAME_BYTES, pduFormatOf, PF_ADDRESS_CLAIMED, PF_REQUEST, PGN_ADDRESS_CLAIMED, requestedPgn, sourceOf,
} from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'
import type { Transmitter } from './transmit.ts'

/** "Cannot claim" is sent after a random time up to this (SAE J1939-81 4.4.3), so that two losers do not collide. */
export const CANNOT_CLAIM_SPREAD_ms = 153
/** Hubs of one location that boot together must not claim in the same bit time: their claims differ in the NAME only. */
const FIRST_CLAIM_SPREAD_ms = 15
/** Least time between two claims. */
const CLAIM_INTERVAL_ms = 20
/** A settled hub answers so many claims at once, then one in each pause: two that are both settled do not argue for ever. */
const DEFENCES = 3
const DEFENCE_PAUSE_ms = 1000
/** A claim that comes again after this hub's lower NAME was heard is that of a settled hub, which stays. */
const CONTESTS = 2
/** A hub that went silent claims anew after this: who claimed may be gone, or was an impostor who said one frame. */
export const RECLAIM_ms = 10_000

/**
 * Address claim after SAE J1939-81 for a node with one fixed address: 0x80 | location. Two hubs at one location are a
 * wiring fault. Of two that boot together the higher NAME (or both, when they are equal) says "cannot claim" and is silent
 * but for a claim every 10 s; who comes later than the other settled does so whatever its NAME. A settled hub stays: its location is in
 * its plug, so who claims its address is mounted wrong or an impostor, and neither may silence it.
 */
export class AddressClaim {
  /** The address stood uncontested for 250 ms. */
  onClaimed: () => void
  /** Another hub holds the address. */
  onLost: () => void
  /** A request for a parameter group other than the claim's; the answer waits `delay_ms`. */
  onRequest: (pgn: number, delay_ms: number) => void
  /** A claim does not get through. */
  onStuck: () => void
  /** `HUB_STATE`: claiming, operating or silent. */
  state: HubState
  readonly name: Uint8Array
  /** NAME that last claimed this hub's address; zeros: none did since boot. */
  readonly rival: Uint8Array
  private readonly hal: Hal
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly counters: HubCounters
  private readonly id: number
  private readonly claimJob: Job
  private readonly settleJob: Job
  private readonly surrenderJob: Job
  private readonly reclaimJob: Job
  private last_ms: number
  /** Claims of others since this hub's own was heard; defences since the last pause, and when that began. */
  private contests: number
  private defences: number
  private paused_ms: number

  /** `name`: see `hubName`. */
  constructor(hal: Hal, schedule: Schedule, transmit: Transmitter, counters: HubCounters, name: Uint8Array) {
    this.onClaimed = () => undefined
    this.onLost = () => undefined
    this.onRequest = () => undefined
    this.onStuck = () => undefined
    this.state = HUB_STATE.booting
    this.hal = hal
    this.schedule = schedule
    this.transmit = transmit
    this.counters = counters
    this.name = name
    this.rival = new Uint8Array(NAME_BYTES)
    this.id = claimId(hubAddress(hal.location))
    this.claimJob = schedule.job('address claim', () => this.claim())
    this.settleJob = schedule.loner('address claim settles', () => this.settle())
    this.surrenderJob = schedule.job('cannot claim', () => this.sendCannotClaim())
    this.reclaimJob = schedule.job('claims anew', () => this.start())
    this.last_ms = -Infinity
    this.contests = 0
    this.defences = 0
    this.paused_ms = -Infinity
    transmit.onPeerSent = id => this.sent(id)
  }

  /** Claims for the first time, location × 20 ms from now. */
  start(): void {
    this.state = HUB_STATE.claiming
    this.last_ms = -Infinity
    this.contests = 0
    this.schedule.startIn(this.claimJob, this.answerDelay_ms() + this.hal.random() * FIRST_CLAIM_SPREAD_ms)
  }

  /** The hub goes to sleep. */
  rest(): void {
    this.schedule.stop(this.claimJob)
    this.schedule.stop(this.reclaimJob)
    if (this.state === HUB_STATE.claiming) this.schedule.stop(this.settleJob)
  }

  /** It wakes. */
  wake(): void {
    if (this.state === HUB_STATE.claiming || this.state === HUB_STATE.silent) this.start()
  }

  /** The address is claimed: catalogue messages may be sent. */
  operating(): boolean {
    return this.state === HUB_STATE.operating
  }

  /** A claim or a request. `false`: neither. */
  receive(id: number, data: Uint8Array, length: number): boolean {
    const format = pduFormatOf(id)
    if (format === PF_ADDRESS_CLAIMED) this.receiveClaim(sourceOf(id), data, length)
    else if (format === PF_REQUEST) this.receiveRequest(destinationOf(id), requestedPgn(data, length))
    else return false
    return true
  }

  private answerDelay_ms(): number {
    return this.hal.location * CLAIM_ANSWER_STEP_ms
  }

  private receiveClaim(source: number, data: Uint8Array, length: number): void {
    if (length !== NAME_BYTES) {
      this.counters.rxWrongLength++
      return
    }
    if (source !== hubAddress(this.hal.location) || this.state === HUB_STATE.silent) return
    this.counters.claimConflicts++
    for (let i = 0; i < NAME_BYTES; i++) this.rival[i] = data[i]!
    if (this.state === HUB_STATE.operating) this.defend()
    else if (compareNames(this.name, data) >= 0) this.surrender()
    else {
      if (this.last_ms > -Infinity) this.contests++
      if (this.contests < CONTESTS) this.claimAgain()
      else this.surrender()
    }
  }

  private claimAgain(): void {
    this.schedule.notLater(this.claimJob, Math.max(this.last_ms + CLAIM_INTERVAL_ms, this.schedule.now()))
  }

  private defend(): void {
    const now = this.schedule.now()
    if (now - this.paused_ms >= DEFENCE_PAUSE_ms) {
      this.paused_ms = now
      this.defences = 0
    }
    if (this.defences === DEFENCES) return
    this.defences++
    this.claimAgain()
  }

  private surrender(): void {
    this.state = HUB_STATE.silent
    this.schedule.stop(this.claimJob)
    this.schedule.stop(this.settleJob)
    this.schedule.startIn(this.reclaimJob, RECLAIM_ms)
    this.hal.log(`address ${hubAddress(this.hal.location)} is another hub's: silent`)
    this.onLost()
    this.answerCannotClaim()
  }

  private answerCannotClaim(): void {
    if (!this.surrenderJob.armed) this.schedule.startIn(this.surrenderJob, this.hal.random() * CANNOT_CLAIM_SPREAD_ms)
  }

  private receiveRequest(destination: number, pgn: number): void {
    if (destination !== GLOBAL_ADDRESS && destination !== hubAddress(this.hal.location)) return
    if (pgn === PGN_ADDRESS_CLAIMED) {
      if (this.state === HUB_STATE.silent) this.answerCannotClaim()
      else this.schedule.notLater(this.claimJob, this.schedule.now() + this.answerDelay_ms())
    } else if (this.state === HUB_STATE.operating) {
      this.onRequest(pgn, this.answerDelay_ms())
    }
  }

  private claim(): void {
    this.last_ms = this.schedule.now()
    this.transmit.sendPeer(this.id, this.name, NAME_BYTES)
    if (this.state === HUB_STATE.claiming) this.schedule.startIn(this.settleJob, CLAIM_SETTLE_ms)
  }

  private sent(id: number): void {
    if (id === this.id || id === CANNOT_CLAIM_ID) this.counters.claimsSent++
    if (id === this.id && this.state === HUB_STATE.claiming) this.schedule.startIn(this.settleJob, CLAIM_SETTLE_ms)
  }

  private settle(): void {
    if (this.transmit.holds(this.id)) {
      this.onStuck()
      this.schedule.startIn(this.settleJob, CLAIM_SETTLE_ms)
      return
    }
    this.state = HUB_STATE.operating
    this.onClaimed()
  }

  private sendCannotClaim(): void {
    this.transmit.sendPeer(CANNOT_CLAIM_ID, this.name, NAME_BYTES)
  }
}
