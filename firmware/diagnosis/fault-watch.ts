import {
  CAN_STATE, E2E_OUTCOME, FIRST_NOTICE_FAULT, HUB_FAULT,
  type HubFault, HUB_FAULTS, HUB_STATE, IGNITION, NOTICES, PORT_FAULT, PORT_FAULTS, RESET_CAUSE,
} from '#protocol/index.ts'
import type { Job } from '../runtime/index.ts'
import type { DiagnosedHub } from './hub.ts'
import type { FaultMemory } from './fault-memory.ts'

const WATCH_ms = 1000
/** Operating voltages of a component, V. */
const LOWEST_V = 9
const HIGHEST_V = 16
const HOTTEST_C = 85
/** A port without a fault for so long after one has passed every test: longer than any debounce, s. */
const CALM_s = 12

/** Judges the hub and its ports once a second, while it is awake. */
export class FaultWatch {
  private readonly hub: DiagnosedHub
  private readonly memory: FaultMemory
  private readonly job: Job
  private busOffs: number
  private conflicts: number
  private corrupt: number
  private ignition: number
  /** By `NOTICE`: how often it was noticed until the last look. */
  private readonly noticed: Uint16Array
  /** By port: seconds without a fault. */
  private readonly calm_s: Uint8Array
  /** An update did not become the running image. */
  private readonly updateFailed: boolean

  constructor(hub: DiagnosedHub, memory: FaultMemory, updateFailed: boolean) {
    this.hub = hub
    this.memory = memory
    this.job = hub.schedule.job('fault watch', () => this.look())
    this.busOffs = 0
    this.conflicts = 0
    this.corrupt = 0
    this.ignition = IGNITION.off
    this.noticed = new Uint16Array(NOTICES)
    this.calm_s = new Uint8Array(hub.slots.length)
    for (let port = 0; port < this.calm_s.length; port++) this.calm_s[port] = CALM_s - 1
    this.updateFailed = updateFailed
  }

  start(): void {
    this.hub.schedule.startIn(this.job, WATCH_ms)
  }

  /** Every test once. */
  look(): void {
    this.hub.schedule.startIn(this.job, WATCH_ms)
    const memory = this.memory
    const ignition = this.hub.vehicle.ignition()
    if (ignition === IGNITION.on && this.ignition !== IGNITION.on) this.beginCycle()
    this.ignition = ignition
    if (memory.watching) {
      this.lookAtHub()
      this.lookAtPorts()
    }
    if (memory.unsaved && this.still()) memory.save()
  }

  /** No motor runs. */
  still(): boolean {
    for (const slot of this.hub.slots) {
      if (slot.component !== undefined && slot.component.moving()) return false
    }
    return true
  }

  /** Calm ports too are judged once. */
  private lookOnce(): void {
    for (let port = 0; port < this.calm_s.length; port++) {
      if (this.calm_s[port] === CALM_s) this.calm_s[port] = CALM_s - 1
    }
  }

  /** All is to be tested anew. */
  private beginCycle(): void {
    this.memory.beginCycle()
    this.lookOnce()
  }

  private lookAtHub(): void {
    const hub = this.hub
    const hal = hub.hal
    const counters = hub.counters
    const supply_V = hal.supply_V()
    const corrupt = counters.e2e[E2E_OUTCOME.badCrc]!
    this.judge(HUB_FAULT.supplyLow, supply_V < LOWEST_V)
    this.judge(HUB_FAULT.supplyHigh, supply_V > HIGHEST_V)
    this.judge(HUB_FAULT.tooHot, hal.temperature_C() > HOTTEST_C)
    this.judge(HUB_FAULT.busOff, counters.busOffs > this.busOffs || hub.can.state() === CAN_STATE.busOff)
    // Who is awake alone misses nobody.
    const alone = hub.power === undefined || hub.standing.state() === HUB_STATE.sleeping
    this.judge(HUB_FAULT.managerLost, !alone && !hub.vehicle.fresh())
    this.judge(HUB_FAULT.addressTwice, counters.claimConflicts > this.conflicts)
    this.judge(HUB_FAULT.corruptMessages, corrupt > this.corrupt)
    this.judge(HUB_FAULT.watchdog, hal.resetCause === RESET_CAUSE.watchdog)
    this.judge(HUB_FAULT.brownOut, hal.resetCause === RESET_CAUSE.brownOut)
    this.judge(HUB_FAULT.updateFailed, this.updateFailed)
    if (hub.watch !== undefined) hub.watch.look()
    const notices = hub.notices.counts
    for (let notice = 0; notice < NOTICES; notice++) {
      this.memory.judge(FIRST_NOTICE_FAULT + notice, notices[notice] !== this.noticed[notice])
      this.noticed[notice] = notices[notice]!
    }
    if (hub.twin !== undefined) {
      this.judge(HUB_FAULT.spineA, hub.twin.faulty(0))
      this.judge(HUB_FAULT.spineB, hub.twin.faulty(1))
    }
    this.busOffs = counters.busOffs
    this.conflicts = counters.claimConflicts
    this.corrupt = corrupt
  }

  private judge(test: HubFault, fails: boolean): void {
    this.memory.judge(test, fails)
  }

  private lookAtPorts(): void {
    const slots = this.hub.slots
    let test = HUB_FAULTS.length
    for (let port = 0; port < slots.length; port++) {
      const code = slots[port]!.fault.code
      if (code !== PORT_FAULT.none) this.calm_s[port] = 0
      else if (this.calm_s[port]! < CALM_s) this.calm_s[port] = this.calm_s[port]! + 1
      else {
        test += PORT_FAULTS.length
        continue
      }
      for (let fault: number = PORT_FAULT.none + 1; fault <= PORT_FAULTS.length; fault++) this.memory.judge(test++, code === fault)
    }
  }
}
