import {
  COMPONENT_CLASS, LAMP_PLUG, LIGHT_ACTION, LIGHT_FAULT, LightCommandDecoder, type LightCommandValues, type LightFault,
  LightStatusEncoder, type LightStatusValues, LOCATION, rounded,
} from '#protocol/index.ts'
import { COMPONENT_FAULT, defineComponent } from '../component.ts'
import type { CommandedDriver, ContextOf, DriverJob } from '../component.ts'
import { BulbMonitor } from './monitor.ts'
import { LAMP_PARAMETERS, SUPPLY_MARGIN } from './parameters.ts'

/** Not what was asked for: it is asked anew, or given back. */
const UNSAID_A = -1

/** One dimmable output with its monitor. Levels are 0–1. */
class Channel {
  readonly monitor: BulbMonitor
  readonly nominal_A: number
  level: number
  goal: number
  /** Change of the level per fade tick. */
  step: number
  fault: LightFault
  /** Its bulb failed when it was lit last, and was not seen whole since. */
  broken: boolean

  constructor(nominal_A: number) {
    this.monitor = new BulbMonitor(nominal_A)
    this.nominal_A = nominal_A
    this.level = 0
    this.goal = 0
    this.step = 1
    this.fault = LIGHT_FAULT.none
    this.broken = false
  }
}

/** A lamp of 1–8 channels: fades, watches its bulbs, and reports one status a channel. */
class LampDriver implements CommandedDriver<LightCommandValues, LightStatusValues> {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.lamp>
  private readonly channels: Channel[]
  private fading: boolean
  private wanted_A: number
  private readonly watchJob: DriverJob

  constructor(context: ContextOf<typeof COMPONENT_CLASS.lamp>) {
    const data = context.descriptor.data
    this.context = context
    this.statusCount = data.channels
    this.channels = []
    for (let i = 0; i < data.channels; i++) this.channels.push(new Channel(data.nominal_A[i]!))
    this.fading = false
    this.wanted_A = 0
    this.watchJob = context.job('bulb check', () => this.watch())
  }

  command(values: LightCommandValues, _sender: number): boolean {
    const channel = this.channels[values.channel]
    if (values.action !== LIGHT_ACTION.set || channel === undefined) return false
    if (!(values.level_pct >= 0 && values.level_pct <= 100)) return false
    const fade_ms = values.fade_ms > 0 ? values.fade_ms : 0
    channel.goal = values.level_pct / 100
    const ticks = Math.max(1, rounded(fade_ms / LAMP_PARAMETERS.fadeTick_ms))
    channel.step = Math.abs(channel.goal - channel.level) / ticks
    channel.fault = LIGHT_FAULT.none
    channel.monitor.clear()
    if (!this.context.power.granted()) this.wanted_A = UNSAID_A
    this.settlePower()
    if (this.context.power.granted() || channel.goal === 0) this.startFades()
    if (ticks === 1) this.tick()
    this.context.statusChanged(values.channel)
    return true
  }

  tick(): void {
    let fading = false
    const granted = this.context.power.granted()
    for (let i = 0; i < this.channels.length; i++) {
      const channel = this.channels[i]!
      if (channel.level === channel.goal) continue
      this.stepLevel(i, channel, granted)
      if (channel.level === channel.goal) this.context.statusChanged(i)
      else if (granted) fading = true
    }
    if (!fading && this.fading) {
      this.fading = false
      this.context.tick(0)
    }
    this.settlePower()
    this.planWatch()
  }

  status(values: LightStatusValues, index: number): void {
    const channel = this.channels[index]
    if (channel === undefined) return
    values.channel = index
    values.fault = channel.fault
    values.fading = channel.level === channel.goal ? 0 : 1
    values.level_pct = channel.level * 100
  }

  moving(): boolean {
    return this.fading
  }

  /**
   * Without power the lamp is dark. What was wanted comes back with the power, unless the port's eFuse took it: then
   * the channels that were lit stay off until they are set again.
   */
  powerChanged(granted: boolean): void {
    if (granted) {
      this.startFades()
      return
    }
    const tripped = this.context.port.tripped()
    for (let i = 0; i < this.channels.length; i++) {
      const channel = this.channels[i]!
      if (channel.level === 0) continue
      if (tripped) channel.fault = LIGHT_FAULT.shortCircuit
      this.darken(i, channel, tripped)
    }
    if (this.fading) this.context.tick(0)
    this.fading = false
    this.context.statusChanged(-1)
  }

  dispose(): void {
    this.context.tick(0)
    for (let i = 0; i < this.channels.length; i++) this.context.port.drive(i, 0)
    this.context.power.release()
  }

  private stepLevel(index: number, channel: Channel, granted: boolean): void {
    const brighter = channel.goal > channel.level
    if (brighter && !granted) return
    if (channel.level === 0) channel.monitor.start(this.context.hal.now())
    const next = channel.level + (brighter ? channel.step : -channel.step)
    const arrived = !(channel.step > 0) || (brighter ? next >= channel.goal - 1e-6 : next <= channel.goal + 1e-6)
    channel.level = arrived ? channel.goal : next
    if (channel.level === 0) channel.monitor.reset()
    this.context.port.drive(index, channel.level)
  }

  private startFades(): void {
    let needed = false
    for (let i = 0; i < this.channels.length; i++) if (this.channels[i]!.level !== this.channels[i]!.goal) needed = true
    if (!needed || this.fading) return
    this.fading = true
    this.context.tick(LAMP_PARAMETERS.fadeTick_ms)
  }

  /** Asks for the current of all channels at the brighter of level and goal; gives back when all are dark. */
  private settlePower(): void {
    let sum_A = 0
    for (let i = 0; i < this.channels.length; i++) {
      const channel = this.channels[i]!
      sum_A = sum_A + channel.nominal_A * Math.max(channel.level, channel.goal)
    }
    if (sum_A === this.wanted_A) return
    const before_A = this.wanted_A
    this.wanted_A = sum_A
    if (sum_A === 0) this.context.power.release()
    else if (sum_A > before_A || !this.fading) {
      const exterior = this.context.location === LOCATION.HOOD || this.context.location === LOCATION.TRUNK
      const run_A = sum_A * SUPPLY_MARGIN
      this.context.power.want(run_A, Math.max(run_A, this.context.descriptor.peak_A), LAMP_PARAMETERS.lease_ms,
        exterior ? LAMP_PARAMETERS.exteriorPriority : LAMP_PARAMETERS.interiorPriority)
    }
  }

  private planWatch(): void {
    if (this.watchJob.armed()) return
    let lit = false
    let suspicious = false
    for (let i = 0; i < this.channels.length; i++) {
      if (this.channels[i]!.level > 0) lit = true
      if (this.channels[i]!.monitor.suspicious()) suspicious = true
    }
    if (lit) this.watchJob.startIn(suspicious ? LAMP_PARAMETERS.lookAgain_ms : LAMP_PARAMETERS.watch_ms)
  }

  private watch(): void {
    const now_ms = this.context.hal.now()
    const tripped = this.context.port.tripped()
    let broken = false
    for (let i = 0; i < this.channels.length; i++) {
      const channel = this.channels[i]!
      const seen = channel.level > 0
        ? channel.monitor.read(now_ms, channel.level, this.context.port.analog(i) * LAMP_PLUG.senseRange_A) : LIGHT_FAULT.none
      // Without its eFuse a lamp tells nothing of its bulbs.
      if (!tripped && (seen !== LIGHT_FAULT.none || channel.monitor.sound(now_ms))) channel.broken = seen !== LIGHT_FAULT.none
      if (channel.broken) broken = true
      if (!(channel.level > 0)) continue
      const fault = tripped ? LIGHT_FAULT.shortCircuit : seen
      if (fault === channel.fault) continue
      channel.fault = fault
      if (fault === LIGHT_FAULT.shortCircuit) this.cutOff(i, channel)
      this.context.statusChanged(i)
    }
    this.context.faulty(COMPONENT_FAULT.bulb, broken)
    this.planWatch()
  }

  /** A shorted channel goes off and stays off until it is set again. */
  private cutOff(index: number, channel: Channel): void {
    this.darken(index, channel, true)
    this.settlePower()
  }

  private darken(index: number, channel: Channel, forGood: boolean): void {
    channel.level = 0
    channel.step = 1
    if (forGood) channel.goal = 0
    channel.monitor.reset()
    this.context.port.drive(index, 0)
  }
}

export const lampEntry = defineComponent({
  code: COMPONENT_CLASS.lamp,
  command: LightCommandDecoder,
  status: LightStatusEncoder,
  create: context => new LampDriver(context),
})
