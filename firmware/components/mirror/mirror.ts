import {
  type CodeOf, COMPONENT_CLASS, DIRECTION, type Direction, IGNITION, MIRROR_ACTION, MIRROR_FLAG, MIRROR_PLUG, MirrorCommandDecoder,
  type MirrorCommandValues, MirrorStatusEncoder, type MirrorStatusValues,
} from '#protocol/index.ts'
import { defineComponent } from '../component.ts'
import type { CommandedDriver, ContextOf, DriverJob } from '../component.ts'
import { FoldArm } from './arm.ts'
import { TiltAxis, tiltOf } from './axis.ts'
import { HeaterControl } from './heater.ts'
import { MirrorMemory } from './memory.ts'
import { MIRROR_PARAMETERS } from './parameters.ts'

/** What the port is asked to feed; `unsaid`: whatever it was asked, it is asked anew. */
const WISH = { unsaid: -1, nothing: 0, heat: 1, tilt: 2, all: 3 } as const
type Wish = CodeOf<typeof WISH>

function directionOf(code: Direction): number {
  return code === DIRECTION.positive ? 1 : code === DIRECTION.negative ? -1 : 0
}

/** An outside mirror: two tilt axes, a folding arm, a heater that makes way for the arm's current, and memories. */
class MirrorDriver implements CommandedDriver<MirrorCommandValues, MirrorStatusValues> {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.mirror>
  private readonly flags: number
  private readonly axisX: TiltAxis
  private readonly axisY: TiltAxis
  private readonly arm: FoldArm
  private readonly heater: HeaterControl
  private readonly memory: MirrorMemory
  private held: boolean
  private heating: boolean
  private ticking: boolean
  private wish: Wish
  private asked_ms: number
  private asking: boolean
  private readonly heatJob: DriverJob

  constructor(context: ContextOf<typeof COMPONENT_CLASS.mirror>) {
    this.statusCount = 1
    this.context = context
    this.flags = context.descriptor.data.flags
    this.axisX = new TiltAxis()
    this.axisY = new TiltAxis()
    this.arm = new FoldArm()
    this.heater = new HeaterControl()
    this.memory = new MirrorMemory(context)
    this.held = false
    this.heating = false
    this.ticking = false
    this.wish = WISH.nothing
    this.asked_ms = 0
    this.asking = false
    this.heatJob = context.job('heater', () => this.settle())
  }

  command(values: MirrorCommandValues, _sender: number): boolean {
    if (!this.obey(values)) return false
    if (!this.context.power.granted()) this.wish = WISH.unsaid
    this.settle()
    this.context.statusChanged(0)
    return true
  }

  /** The hold is over: the glass stops; an arm on its way goes on. */
  released(): void {
    if (!this.held) return
    this.stopTilt()
    this.settle()
  }

  tick(): void {
    const now_ms = this.context.hal.now()
    const port = this.context.port
    if (this.context.power.granted()) {
      this.axisX.step(now_ms, port.analog(MIRROR_PLUG.positionX))
      this.axisY.step(now_ms, port.analog(MIRROR_PLUG.positionY))
      this.arm.step(now_ms, port.analog(MIRROR_PLUG.positionFold))
    } else if (now_ms - this.asked_ms >= MIRROR_PARAMETERS.grant_ms) this.stopMotors()
    this.settle()
  }

  status(values: MirrorStatusValues, _index: number): void {
    const port = this.context.port
    values.tiltX_deg = tiltOf(port.analog(MIRROR_PLUG.positionX))
    values.tiltY_deg = tiltOf(port.analog(MIRROR_PLUG.positionY))
    values.fold = this.arm.state(port.analog(MIRROR_PLUG.positionFold))
    values.heat = this.heating ? 1 : 0
    values.moving = this.axisX.direction !== 0 || this.axisY.direction !== 0 ? 1 : 0
  }

  moving(): boolean {
    return this.axisX.direction !== 0 || this.axisY.direction !== 0 || this.arm.direction !== 0
  }

  /** Power taken away ends every motion; the heater goes on when it comes back, unless the eFuse took it. */
  powerChanged(granted: boolean): void {
    if (this.asking) return
    if (!granted) {
      this.stopMotors()
      if (this.context.port.tripped()) this.heater.set(this.context.hal.now(), false)
    }
    this.settle()
  }

  vehicleChanged(): void {
    if (this.heater.isWanted()) this.settle()
  }

  dispose(): void {
    this.stopMotors()
    this.drive(false)
    this.context.tick(0)
    this.context.power.release()
  }

  private obey(values: MirrorCommandValues): boolean {
    switch (values.action) {
      case MIRROR_ACTION.stop: return this.stop()
      case MIRROR_ACTION.tilt: return this.tilt(directionOf(values.directionX), directionOf(values.directionY))
      case MIRROR_ACTION.goto: return this.goto(values.tiltX_deg, values.tiltY_deg)
      case MIRROR_ACTION.fold: return this.fold(1)
      case MIRROR_ACTION.unfold: return this.fold(-1)
      case MIRROR_ACTION.heatOn: return this.heat()
      case MIRROR_ACTION.heatOff:
        this.heater.set(this.context.hal.now(), false)
        return true
      case MIRROR_ACTION.recall: return this.goto(this.memory.x_deg(values.memory), this.memory.y_deg(values.memory))
      case MIRROR_ACTION.store: return this.store(values.memory)
      default: return false
    }
  }

  /** Stops the glass; if it stands already, the arm. */
  private stop(): boolean {
    if (this.axisX.direction !== 0 || this.axisY.direction !== 0 || this.held) this.stopTilt()
    else this.arm.stop(this.context.hal.now())
    return true
  }

  private tilt(x: number, y: number): boolean {
    this.axisX.hold(x)
    this.axisY.hold(y)
    this.held = x !== 0 || y !== 0
    return true
  }

  private goto(x_deg: number, y_deg: number): boolean {
    const range_deg = MIRROR_PARAMETERS.range_deg
    if (Math.abs(x_deg) > range_deg || Math.abs(y_deg) > range_deg || (isNaN(x_deg) && isNaN(y_deg))) return false
    this.held = false
    this.axisX.goto(x_deg, this.context.port.analog(MIRROR_PLUG.positionX))
    this.axisY.goto(y_deg, this.context.port.analog(MIRROR_PLUG.positionY))
    return true
  }

  private fold(direction: number): boolean {
    return (this.flags & MIRROR_FLAG.fold) !== 0 && this.arm.start(this.context.hal.now(), direction)
  }

  private heat(): boolean {
    if ((this.flags & MIRROR_FLAG.heater) === 0 || !this.ignitionOn()) return false
    this.heater.set(this.context.hal.now(), true)
    return true
  }

  private store(memory: number): boolean {
    if (this.moving()) return false
    const port = this.context.port
    return this.memory.store(memory, tiltOf(port.analog(MIRROR_PLUG.positionX)), tiltOf(port.analog(MIRROR_PLUG.positionY)))
  }

  private stopTilt(): void {
    this.held = false
    this.axisX.stop()
    this.axisY.stop()
  }

  private stopMotors(): void {
    this.stopTilt()
    this.arm.stop(this.context.hal.now())
  }

  private ignitionOn(): boolean {
    return this.context.vehicle.ignition() >= IGNITION.on
  }

  /** Brings power, outputs and timers in line with what axes, arm and heater want. */
  private settle(): void {
    const hal = this.context.hal
    const mayHeat = this.heater.update(hal.now(), hal.supply_V(), this.ignitionOn()) && this.arm.direction === 0
    const moving = this.moving()
    this.ask(this.arm.direction !== 0 || (mayHeat && moving) ? WISH.all : moving ? WISH.tilt : mayHeat ? WISH.heat : WISH.nothing)
    this.drive(mayHeat)
    if (moving !== this.ticking) {
      this.ticking = moving
      this.context.tick(moving ? MIRROR_PARAMETERS.tick_ms : 0)
      this.context.statusChanged(0)
    }
    if (this.heater.isWanted()) this.heatJob.notLater(MIRROR_PARAMETERS.heatPoll_ms)
  }

  private ask(wish: Wish): void {
    if (wish === this.wish) return
    this.wish = wish
    this.asked_ms = this.context.hal.now()
    const power = this.context.power
    const descriptor = this.context.descriptor
    const tilt_A = MIRROR_PARAMETERS.tilt_A
    // The answer may come from within the question; settle() goes on with it anyway.
    this.asking = true
    if (wish === WISH.nothing) power.release()
    else if (wish === WISH.tilt) power.want(tilt_A, tilt_A, MIRROR_PARAMETERS.tilt_ms, MIRROR_PARAMETERS.motorPriority)
    else if (wish === WISH.heat) power.want(descriptor.run_A, descriptor.peak_A, MIRROR_PARAMETERS.heat_ms, MIRROR_PARAMETERS.heatPriority)
    else power.want(descriptor.run_A, descriptor.peak_A, MIRROR_PARAMETERS.fold_ms, MIRROR_PARAMETERS.motorPriority)
    this.asking = false
  }

  private drive(mayHeat: boolean): void {
    const port = this.context.port
    const fed = this.context.power.granted()
    port.drive(MIRROR_PLUG.tiltX, fed ? this.axisX.direction : 0)
    port.drive(MIRROR_PLUG.tiltY, fed ? this.axisY.direction : 0)
    port.drive(MIRROR_PLUG.fold, fed ? this.arm.direction : 0)
    const heating = fed && mayHeat
    port.drive(MIRROR_PLUG.heater, heating ? 1 : 0)
    if (heating !== this.heating) {
      this.heating = heating
      this.context.statusChanged(0)
    }
  }
}

export const mirrorEntry = defineComponent({
  code: COMPONENT_CLASS.mirror,
  command: MirrorCommandDecoder,
  status: MirrorStatusEncoder,
  create: context => new MirrorDriver(context),
})
