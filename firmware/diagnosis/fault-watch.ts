import {
  CAN_STATE, E2E_OUTCOME, FIRST_LOST_FAULT, FIRST_NOTICE_FAULT, HUB_FAULT, HUB_FAULTS, HUB_STATE, IGNITION, NOTICES, PORT_FAULT,
  PORT_FAULTS, RESET_CAUSE,
} from '#protocol/index.ts'
import type { Job } from '../runtime/index.ts'
import type { DiagnosedHub } from './hub.ts'
import type { FaultMemory } from './fault-memory.ts'

const WATCH_ms = 1000
/** Operating voltages of a component, V. */
const LOWEST_V = 9
const HIGHEST_V = 16
const HOTTEST_C = 85
/** What a sound feed loses at the current that its drop carries for ever, and the part of that current from which on it is looked at. */
const FEED_LOSS_V = 3.5
const FEED_LOADED = 1 / 4
/** One look may fall into a dip that the dash hub has not told yet. */
const FEED_LOOKS = 2
/** A hub or port without a fault for so long after one has passed every test: longer than any debounce, s. */
const CALM_s = 12
/** Which part of a look is next: the hub, then its ports. */
const HUB_PART = -1
const SPINE_TESTS = 1 << HUB_FAULT.spineA | 1 << HUB_FAULT.spineB | 1 << HUB_FAULT.feedA | 1 << HUB_FAULT.feedB | 1 << HUB_FAULT.diode
const LOST_TESTS = 0xff << FIRST_LOST_FAULT

/** Judges the hub once a second, while it is awake, then each port that has to be, in a callback of its own. */
export class FaultWatch {
  private readonly hub: DiagnosedHub
  private readonly memory: FaultMemory
  private readonly job: Job
  private busOffs: number
  private conflicts: number
  private corrupt: number
  private ticksLate: number
  private ignition: number
  /** Of the look under way: its next part, whether it begins an operation cycle, when the next look is. */
  private part: number
  private begins: boolean
  private next_ms: number
  /** By `NOTICE`: how often it was noticed until the last look. */
  private readonly noticed: Uint16Array
  /** By port: seconds without a fault; and those of the hub itself. */
  private readonly calm_s: Uint8Array
  private hubCalm_s: number
  /** An update did not become the running image. */
  private readonly updateFailed: boolean
  /** Looks under load, in a row, at which the feed was weak. */
  private weakLooks: number
  /** A bit for each test of the hub that does not concern it. */
  private readonly foreign: number

  constructor(hub: DiagnosedHub, memory: FaultMemory, updateFailed: boolean) {
    this.hub = hub
    this.memory = memory
    this.job = hub.schedule.loner('fault watch', () => this.step())
    this.busOffs = 0
    this.conflicts = 0
    this.corrupt = 0
    this.ticksLate = 0
    this.ignition = IGNITION.off
    this.part = HUB_PART
    this.begins = false
    this.next_ms = 0
    this.noticed = new Uint16Array(NOTICES)
    this.calm_s = new Uint8Array(hub.slots.length)
    this.calm_s.fill(CALM_s - 1)
    this.hubCalm_s = CALM_s - 1
    this.updateFailed = updateFailed
    this.weakLooks = 0
    this.foreign = (hub.twin === undefined ? SPINE_TESTS : 0) | (hub.seat === undefined ? LOST_TESTS : 0)
  }

  start(): void {
    this.hub.schedule.startIn(this.job, WATCH_ms)
  }

  /** Every test once, at once. */
  look(): void {
    this.part = HUB_PART
    do this.step()
    while (this.part !== HUB_PART)
  }

  /** One part of a look. */
  private step(): void {
    const schedule = this.hub.schedule
    const now = schedule.now()
    if (this.part === HUB_PART) {
      this.next_ms = now + WATCH_ms
      this.begin()
      this.lookAtHub()
      this.part = 0
    } else this.lookAtPort(this.part++)
    const ports = this.calm_s.length
    while (this.part < ports && !this.concerns(this.part)) this.part++
    if (this.part < ports) schedule.startAt(this.job, now)
    else {
      this.part = HUB_PART
      schedule.startAt(this.job, this.next_ms)
      if ((this.memory.unsaved || this.hub.pinches.unsaved) && this.still()) this.save()
    }
  }

  /** What is not yet in the board's memory. Call with motors off. */
  save(): void {
    this.memory.save()
    this.hub.pinches.save()
  }

  /** No motor runs. */
  still(): boolean {
    for (const slot of this.hub.slots) {
      if (slot.component !== undefined && slot.component.moving()) return false
    }
    return true
  }

  /** The ignition was switched on: a new operation cycle. In it, and when the memory wants it, what is calm is judged once too. */
  private begin(): void {
    const ignition = this.hub.vehicle.ignition()
    this.begins = ignition === IGNITION.on && this.ignition !== IGNITION.on
    this.ignition = ignition
    if (!this.begins && !this.memory.untested) return
    this.memory.untested = false
    if (this.hubCalm_s === CALM_s) this.hubCalm_s = CALM_s - 1
    for (let port = 0; port < this.calm_s.length; port++) {
      if (this.calm_s[port] === CALM_s) this.calm_s[port] = CALM_s - 1
    }
  }

  private lookAtHub(): void {
    const memory = this.memory
    if (this.begins) memory.beginCycle(0, HUB_FAULTS.length)
    if (!memory.watching) return
    if (this.hub.watch !== undefined) this.hub.watch.look()
    const failing = this.failing()
    if (failing !== 0) this.hubCalm_s = 0
    else if (this.hubCalm_s < CALM_s) this.hubCalm_s++
    else return
    memory.judge(0, HUB_FAULTS.length, failing, this.foreign)
  }

  /** A port with a fault, or that had one of late, or whose tests want to be said anew. */
  private concerns(port: number): boolean {
    if (!this.memory.watching) return this.begins
    if (this.hub.slots[port]!.fault.code !== PORT_FAULT.none) this.calm_s[port] = 0
    return this.calm_s[port]! < CALM_s
  }

  private lookAtPort(port: number): void {
    const memory = this.memory
    const first = HUB_FAULTS.length + port * PORT_FAULTS.length
    if (this.begins) memory.beginCycle(first, PORT_FAULTS.length)
    if (!memory.watching) return
    const code = this.hub.slots[port]!.fault.code
    if (code === PORT_FAULT.none) this.calm_s[port]!++
    memory.judge(first, PORT_FAULTS.length, code === PORT_FAULT.none ? 0 : 1 << code - 1, 0)
  }

  /** A bit for each test of the hub that fails now. */
  private failing(): number {
    const hub = this.hub
    const hal = hub.hal
    const counters = hub.counters
    const supply_V = hal.supply_V()
    const corrupt = counters.e2e[E2E_OUTCOME.badCrc]!
    let failing = 0
    if (supply_V < LOWEST_V) failing |= 1 << HUB_FAULT.supplyLow
    if (supply_V > HIGHEST_V) failing |= 1 << HUB_FAULT.supplyHigh
    if (hal.temperature_C() > HOTTEST_C) failing |= 1 << HUB_FAULT.tooHot
    if (counters.busOffs > this.busOffs || hub.can.state() === CAN_STATE.busOff) failing |= 1 << HUB_FAULT.busOff
    // Who is awake alone misses nobody.
    const lost = hub.power !== undefined && !hub.vehicle.fresh() && hub.standing.state() !== HUB_STATE.sleeping
    if (lost) failing |= 1 << HUB_FAULT.managerLost
    if (counters.claimConflicts > this.conflicts) failing |= 1 << HUB_FAULT.addressTwice
    if (corrupt > this.corrupt) failing |= 1 << HUB_FAULT.corruptMessages
    if (counters.ticksLate > this.ticksLate) failing |= 1 << HUB_FAULT.ticksLate
    if (hal.resetCause === RESET_CAUSE.watchdog) failing |= 1 << HUB_FAULT.watchdog
    if (hal.resetCause === RESET_CAUSE.brownOut) failing |= 1 << HUB_FAULT.brownOut
    if (this.updateFailed) failing |= 1 << HUB_FAULT.updateFailed
    const notices = hub.notices.counts
    for (let notice = 0; notice < NOTICES; notice++) {
      if (notices[notice] === this.noticed[notice]) continue
      failing |= 1 << FIRST_NOTICE_FAULT + notice
      this.noticed[notice] = notices[notice]!
    }
    if (hub.twin !== undefined) {
      if (hub.twin.faulty(0)) failing |= 1 << HUB_FAULT.spineA
      if (hub.twin.faulty(1)) failing |= 1 << HUB_FAULT.spineB
      if (hub.twin.feeds.fails(0)) failing |= 1 << HUB_FAULT.feedA
      if (hub.twin.feeds.fails(1)) failing |= 1 << HUB_FAULT.feedB
      if (this.still()) hub.twin.feeds.look()
      if (hub.twin.feeds.leaks) failing |= 1 << HUB_FAULT.diode
    }
    this.lookAtFeed(supply_V)
    if (this.weakLooks === FEED_LOOKS) failing |= 1 << HUB_FAULT.weakFeed
    failing |= hub.standing.lost() << FIRST_LOST_FAULT
    this.busOffs = counters.busOffs
    this.conflicts = counters.claimConflicts
    this.corrupt = corrupt
    this.ticksLate = counters.ticksLate
    return failing
  }

  /** Does it have much less than the hub that says VehicleState, and that by its own load? What it found stays until it is loaded again. */
  private lookAtFeed(supply_V: number): void {
    const hub = this.hub
    const battery_V = hub.vehicle.battery_V()
    if (hub.power === undefined || hub.power.drop === undefined || !(battery_V > 0)) return
    let current_A = 0
    for (const slot of hub.slots) current_A += slot.port.current_A()
    const load = current_A / hub.power.drop.run_A
    if (load < FEED_LOADED) return
    if (battery_V - supply_V < FEED_LOSS_V * load) this.weakLooks = 0
    else if (this.weakLooks < FEED_LOOKS) this.weakLooks++
  }
}
