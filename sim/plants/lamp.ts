import { LAMP_PLUG } from '#protocol/index.ts'
import { type Observation, OBSERVED } from './observation.ts'
import { fraction, Plant } from './plant.ts'

/** One light source as its data sheet rates it. */
export interface LightSource {
  readonly kind: 'bulb' | 'led'
  /** Power at 13.5 V, W. */
  readonly rated_W: number
}

export const LAMP_PARTS = {
  /** Ratings are given at 13.5 V, the test voltage of automotive bulbs. */
  rated_V: 13.5,
  /** Tungsten is 8–12 times as conductive cold as glowing; the low end, as leads and sockets are in series. */
  coldRatio: 8,
  /** Filaments reach their light in about 50–100 ms. */
  filament_s: 0.25,
  /** Copper of a chafed lead to ground. */
  short_ohm: 0.1,
  /** Forward voltage of an LED string with its driver: below it there is no light and no current. */
  led_V: 6,
} as const

export type LampFault = 'none' | 'burnt' | 'shorted'

/** A lamp of up to eight channels: bulbs with cold inrush, or LEDs with a constant-current driver. */
export class LampPlant extends Plant {
  private readonly sources: readonly LightSource[]
  private readonly duties: Float64Array
  private readonly heats: Float64Array
  private readonly currents_A: Float64Array
  private readonly faults: LampFault[]
  /** Filaments, cold and glowing. */
  private readonly cold_ohm: Float64Array
  private readonly hot_ohm: Float64Array

  constructor(sources: readonly LightSource[]) {
    super('lamp')
    if (sources.length < 1 || sources.length > LAMP_PLUG.channels) {
      throw new RangeError(`a lamp has 1…${LAMP_PLUG.channels} channels, not ${sources.length}`)
    }
    this.sources = sources
    this.duties = new Float64Array(sources.length)
    this.heats = new Float64Array(sources.length)
    this.currents_A = new Float64Array(sources.length)
    this.faults = sources.map(() => 'none')
    this.hot_ohm = Float64Array.from(sources, source => LAMP_PARTS.rated_V * LAMP_PARTS.rated_V / source.rated_W)
    this.cold_ohm = this.hot_ohm.map(hot_ohm => hot_ohm / LAMP_PARTS.coldRatio)
  }

  get channels(): number {
    return this.sources.length
  }

  /** Light of a channel, 0–1 of its rating. */
  light(channel: number): number {
    this.requireChannel(channel)
    if (this.faults[channel] !== 'none') return 0
    if (this.sources[channel]!.kind === 'bulb') return this.heats[channel]!
    return this.currents_A[channel]! > 0 ? this.duties[channel]! : 0
  }

  /** A filament breaks, a lead is shorted to ground, or the fault is repaired. */
  setFault(channel: number, fault: LampFault): void {
    this.requireChannel(channel)
    this.faults[channel] = fault
    this.wake()
  }

  override drive(channel: number, duty: number): void {
    if (channel < 0 || channel >= this.sources.length) return
    this.duties[channel] = duty > 0 ? duty : 0
    this.wake()
  }

  override analog(channel: number): number {
    if (channel < 0 || channel >= this.sources.length) return 0
    return fraction(this.currents_A[channel]! / LAMP_PLUG.senseRange_A)
  }

  override float(): void {
    this.duties.fill(0)
    this.wake()
  }

  override demand_A(supply_V: number): number {
    let sum_A = 0
    for (let channel = 0; channel < this.sources.length; channel++) sum_A += this.channelDemand_A(channel, supply_V)
    return sum_A
  }

  override step(dt_s: number, supply_V: number): void {
    const p = LAMP_PARTS
    let sum_A = 0
    let warming = false
    for (let channel = 0; channel < this.sources.length; channel++) {
      const drawn_A = this.channelDemand_A(channel, supply_V)
      this.currents_A[channel] = drawn_A
      sum_A += drawn_A
      const source = this.sources[channel]!
      if (source.kind === 'led') continue
      const power = this.faults[channel] === 'none' ? drawn_A * supply_V / source.rated_W : 0
      const heat = this.heats[channel]!
      // A filament radiates with the fourth power of its temperature, and loses a little through its leads.
      const change = power - (0.9 * heat * heat * heat + 0.1) * heat
      if (change > 0.0005 || change < -0.0005) {
        this.heats[channel] = heat + change * dt_s / p.filament_s
        warming = true
      } else if (power === 0) {
        this.heats[channel] = 0
      }
    }
    this.current_A = sum_A
    this.active = warming
  }

  override observe(): Observation {
    const seen: Observation = {}
    for (let channel = 0; channel < this.sources.length; channel++) {
      seen[OBSERVED.lamp[channel]!] = 100 * this.light(channel)
      if (this.faults[channel] !== 'none') seen[`fault${channel}`] = this.faults[channel]!
    }
    return seen
  }

  private channelDemand_A(channel: number, supply_V: number): number {
    const p = LAMP_PARTS
    const duty = this.duties[channel]!
    if (duty === 0 || supply_V <= 0) return 0
    const fault = this.faults[channel]
    if (fault === 'burnt') return 0
    if (fault === 'shorted') return duty * supply_V / p.short_ohm
    const source = this.sources[channel]!
    if (source.kind === 'led') return supply_V > p.led_V ? duty * source.rated_W / p.rated_V : 0
    const cold_ohm = this.cold_ohm[channel]!
    return duty * supply_V / (cold_ohm + (this.hot_ohm[channel]! - cold_ohm) * this.heats[channel]!)
  }

  private requireChannel(channel: number): void {
    if (Number.isInteger(channel) && channel >= 0 && channel < this.sources.length) return
    throw new RangeError(`lamp channel ${channel} is not in 0…${this.sources.length - 1}`)
  }
}
