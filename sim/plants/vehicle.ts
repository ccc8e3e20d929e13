import { GEAR, IGNITION, VEHICLE_PLUG } from '#protocol/index.ts'
import type { ObservationOf } from './observation.ts'
import { Plant, requireRange } from './plant.ts'

export type IgnitionName = keyof typeof IGNITION
export type GearName = keyof typeof GEAR

/** Fastest a car of this kind goes, km/h. */
const TOP_SPEED_kmh = 250
/** It brakes as hard as tyres hold: 1 g. */
const BRAKES_m_s2 = 9.81

/** Ignition lock, gear selector and wheel sensor: what the dash hub knows of the rest of the car. */
export class VehiclePlant extends Plant {
  private ignition: number = IGNITION.on
  private gear: number = GEAR.park
  private speed_m_s = 0
  private wanted_m_s = 0
  private distance_m = 0
  private wheelLost = false

  constructor() {
    super('vehicle')
  }

  get speed_kmh(): number {
    return this.speed_m_s * 3.6
  }

  /** Turns the key. */
  setIgnition(position: IgnitionName): void {
    const before = this.ignition
    const after = codeOf('ignition', IGNITION, position)
    this.ignition = after
    for (let channel = 0; channel < IGNITION_INPUTS.length; channel++) {
      const needs = IGNITION_INPUTS[channel]!
      const level = after >= needs
      if ((before >= needs) !== level) this.edge(channel, level)
    }
  }

  setGear(gear: GearName): void {
    this.gear = codeOf('gear', GEAR, gear)
  }

  /** It goes so fast at once, and gets slower as hard as it brakes: a wheel that stops faster is one not heard. Negative: backwards. */
  setSpeed(speed_kmh: number): void {
    requireRange('speed', speed_kmh, -TOP_SPEED_kmh, TOP_SPEED_kmh, 'km/h')
    this.wanted_m_s = speed_kmh / 3.6
    if (this.wanted_m_s * this.speed_m_s >= 0 && Math.abs(this.wanted_m_s) > Math.abs(this.speed_m_s)) this.speed_m_s = this.wanted_m_s
    this.wake()
  }

  /** The wheel sensor gives no pulses any more, or does again. */
  loseWheel(lost: boolean): void {
    this.wheelLost = lost
  }

  override input(channel: number): boolean {
    return channel >= 0 && channel < IGNITION_INPUTS.length && this.ignition >= IGNITION_INPUTS[channel]!
  }

  override analog(channel: number): number {
    return channel === VEHICLE_PLUG.gear ? this.gear / GEAR.manual : 0
  }

  override pulses(channel: number): number {
    return channel === VEHICLE_PLUG.wheel ? Math.floor(this.distance_m / VEHICLE_PLUG.wheelPulse_m) : 0
  }

  override float(): void {}

  override demand_A(): number {
    return 0
  }

  override step(dt_s: number): void {
    if (!this.wheelLost) this.distance_m += this.speed_m_s * dt_s
    if (this.speed_m_s !== this.wanted_m_s) this.brake_m_s(BRAKES_m_s2 * dt_s)
    this.active = this.speed_m_s !== 0
  }

  private brake_m_s(by_m_s: number): void {
    const { speed_m_s, wanted_m_s } = this
    const turns = wanted_m_s * speed_m_s < 0
    const least_m_s = turns ? 0 : Math.abs(wanted_m_s)
    const slower_m_s = Math.max(least_m_s, Math.abs(speed_m_s) - by_m_s)
    this.speed_m_s = slower_m_s === 0 && turns ? wanted_m_s : speed_m_s < 0 ? -slower_m_s : slower_m_s
  }

  override observe(): ObservationOf<'vehicle'> {
    return { ignition: nameOf(IGNITION, this.ignition), gear: nameOf(GEAR, this.gear), speed_kmh: this.speed_kmh }
  }
}

/** The ignition position each input needs, by channel. */
const IGNITION_INPUTS: readonly number[] = [IGNITION.accessory, IGNITION.on, IGNITION.start]

function codeOf(what: string, codes: Readonly<Record<string, number>>, name: string): number {
  if (Object.hasOwn(codes, name)) return codes[name]!
  throw new RangeError(`unknown ${what} "${name}": one of ${Object.keys(codes).join(', ')}`)
}

function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  for (const name of Object.keys(codes)) if (codes[name] === code) return name
  return String(code)
}
