import { COMPONENT_CLASS, IGNITION, SEAT_FAN_PLUG, SEAT_FAN_STATE, type SeatFanState } from '#protocol/index.ts'
import { SeatFanCommandDecoder, type SeatFanCommandValues, SeatFanStatusEncoder, type SeatFanStatusValues } from '#protocol/index.ts'
import { PRIORITY } from '../../power/index.ts'
import { defineComponent } from '../component.ts'
import type { CommandedDriver, ContextOf, DriverJob } from '../component.ts'

export const SEAT_FAN_PARAMETERS = {
  /** The lease it asks for. */
  lease_ms: 10_000,
  priority: PRIORITY.comfort,
  /** How often the current is looked at; the first time after the inrush. */
  check_ms: 500,
  /** Below this level, 0–1, the current says nothing. */
  leastLevel: 0.2,
  /** Share of the expected current below which nothing is connected. */
  open: 0.3,
} as const

/** Drives one output at a level, 0–1: with the ignition on, and while there is power. */
class SeatFanDriver implements CommandedDriver<SeatFanCommandValues, SeatFanStatusValues> {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.seatFan>
  private readonly checkJob: DriverJob
  /** The level wanted; 0 = off. */
  private goal: number
  /** It drew no current, or tripped the eFuse: off until the next command. */
  private fault: boolean

  constructor(context: ContextOf<typeof COMPONENT_CLASS.seatFan>) {
    this.statusCount = 1
    this.context = context
    this.checkJob = context.job('current check', () => this.check())
    this.goal = 0
    this.fault = false
  }

  command(values: SeatFanCommandValues, _sender: number): boolean {
    if (!(values.level_pct >= 0 && values.level_pct <= 100)) return false
    if (values.level_pct > 0 && !this.mayRun()) return false
    this.fault = false
    this.setGoal(values.level_pct / 100)
    return true
  }

  status(values: SeatFanStatusValues, _index: number): void {
    values.state = this.state()
    values.level_pct = 100 * this.level()
  }

  moving(): boolean {
    return false
  }

  /** Without power it is off, and comes back with it, unless the port's eFuse took it. */
  powerChanged(granted: boolean): void {
    if (!granted && this.goal > 0 && this.context.port.tripped()) this.fail()
    else this.drive()
  }

  vehicleChanged(): void {
    if (this.goal > 0 && !this.mayRun()) this.setGoal(0)
  }

  dispose(): void {
    this.context.port.drive(SEAT_FAN_PLUG.output, 0)
    this.context.power.release()
  }

  private mayRun(): boolean {
    return this.context.vehicle.ignition() >= IGNITION.on
  }

  /** What it does now, 0–1. */
  private level(): number {
    return this.context.power.granted() ? this.goal : 0
  }

  private state(): SeatFanState {
    if (this.fault) return SEAT_FAN_STATE.fault
    if (this.goal === 0) return SEAT_FAN_STATE.off
    return this.context.power.granted() ? SEAT_FAN_STATE.on : SEAT_FAN_STATE.waiting
  }

  private setGoal(goal: number): void {
    const needs = this.context.descriptor
    this.goal = goal
    if (goal === 0) this.context.power.release()
    else this.context.power.want(needs.run_A, needs.peak_A, SEAT_FAN_PARAMETERS.lease_ms, SEAT_FAN_PARAMETERS.priority)
    this.drive()
  }

  private drive(): void {
    const level = this.level()
    this.context.port.drive(SEAT_FAN_PLUG.output, level)
    if (level > 0) this.checkJob.startIn(SEAT_FAN_PARAMETERS.check_ms)
    else this.checkJob.stop()
    this.context.statusChanged(0)
  }

  private check(): void {
    const level = this.level()
    const least_A = SEAT_FAN_PARAMETERS.open * level * this.context.descriptor.run_A
    if (level >= SEAT_FAN_PARAMETERS.leastLevel && this.context.port.current_A() < least_A) this.fail()
    else if (level > 0) this.checkJob.startIn(SEAT_FAN_PARAMETERS.check_ms)
  }

  private fail(): void {
    this.fault = true
    this.setGoal(0)
  }
}

export const seatFanEntry = defineComponent({
  code: COMPONENT_CLASS.seatFan,
  command: SeatFanCommandDecoder,
  status: SeatFanStatusEncoder,
  create: context => new SeatFanDriver(context),
})
