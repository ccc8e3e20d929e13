import { AMPLIFIER_PLUG as REGISTER, STEREO_SOURCE } from '#protocol/index.ts'
import type { ObservationOf } from './observation.ts'
import { Plant } from './plant.ts'

/** What a transmitter sends: frequency, RDS station name (at most 8 characters) and radio text. */
export interface Station {
  readonly frequency_MHz: number
  readonly name: string
  readonly title: string
}

/** The stations in range; in ascending order, 0.1 MHz raster. */
export const STATIONS: readonly Station[] = [
  { frequency_MHz: 88.4, name: 'SPINE 1', title: 'Morning traffic' },
  { frequency_MHz: 92.1, name: 'COPPER', title: 'Two Wires and a Pair' },
  { frequency_MHz: 95.8, name: 'HALL FM', title: 'Counting Pulses' },
  { frequency_MHz: 99.3, name: 'RECESSIV', title: 'Silence on the Bus' },
  { frequency_MHz: 103.6, name: 'KLASSIK', title: 'Concerto for Relay in C' },
  { frequency_MHz: 107.7, name: 'NEWS 107', title: 'The hour, every hour' },
]

export const AMPLIFIER_PARTS = {
  lowest_MHz: 87.5,
  highest_MHz: 108,
  raster_MHz: 0.1,
  /** A tuner measures the field strength of one raster step in about 20 ms. */
  seekStep_s: 0.02,
  /** RDS repeats the station name within about half a second. */
  rds_s: 0.5,
  /** Electronics awake, and a class AB stage at rest. */
  awake_A: 0.3,
  /** At full volume: 4 × 20 W of music at 13.5 V average about 8 A. */
  full_A: 8,
  /** Off: at most 1 mA. */
  off_A: 0.001,
  steps: 30,
  /** Below this the electronics reset. */
  least_V: 6,
} as const

const RASTER_COUNT = 205

/** An amplifier with a tuner, operated through registers. Its settings are lost with its supply; it wakes on the first station. */
export class AmplifierPlant extends Plant {
  private source = 0
  private volume = 0
  private balance_pct = 0
  private muted = false
  private powered = false
  /** Raster step of the tuner, 0 = 87.5 MHz. */
  private tuned = 0
  private seekDirection = 0
  private seekStart = 0
  private wait_s = 0
  private station: Station | undefined = undefined

  constructor() {
    super('amplifier')
  }

  get playing(): boolean {
    return this.powered && this.source !== STEREO_SOURCE.off && !this.muted && this.volume > 0
  }

  override write(register: number, value: number): void {
    if (!this.powered) return
    switch (register) {
      case REGISTER.source: this.source = Math.floor(value); break
      case REGISTER.volume: this.volume = Math.min(AMPLIFIER_PARTS.steps, Math.max(0, Math.floor(value))); break
      case REGISTER.balance_pct: this.balance_pct = Math.min(100, Math.max(-100, value)); break
      case REGISTER.muted: this.muted = value !== 0; break
      case REGISTER.frequency_MHz: this.tune(Math.round((value - AMPLIFIER_PARTS.lowest_MHz) / AMPLIFIER_PARTS.raster_MHz)); break
      case REGISTER.seek: this.seek(value); break
      default: return
    }
    this.wake()
  }

  override read(register: number): number {
    if (!this.powered) return 0
    switch (register) {
      case REGISTER.source: return this.source
      case REGISTER.volume: return this.volume
      case REGISTER.balance_pct: return this.balance_pct
      case REGISTER.muted: return this.muted ? 1 : 0
      case REGISTER.tunedFrequency_MHz: return frequency_MHz(this.tuned)
      case REGISTER.seeking: return this.seekDirection === 0 ? 0 : 1
      case REGISTER.stationLength: return this.station === undefined ? 0 : this.station.name.length
      case REGISTER.titleLength: return this.station === undefined ? 0 : this.station.title.length
      default: return this.character(register)
    }
  }

  override float(): void {
    this.wake()
  }

  override demand_A(supply_V: number): number {
    const a = AMPLIFIER_PARTS
    if (supply_V <= 0) return 0
    if (supply_V < a.least_V || this.source === STEREO_SOURCE.off) return a.off_A
    if (this.muted) return a.awake_A
    const loudness = this.volume / a.steps
    return a.awake_A + a.full_A * loudness * loudness
  }

  override step(dt_s: number, supply_V: number): void {
    const powered = supply_V >= AMPLIFIER_PARTS.least_V
    if (powered !== this.powered) this.restart(powered)
    this.current_A = this.demand_A(supply_V)
    this.active = powered && this.wait_s > 0
    if (!this.active) return
    this.wait_s -= dt_s
    if (this.wait_s > 0) return
    if (this.seekDirection === 0) this.station = stationAt(this.tuned)
    else this.seekStep()
    this.active = this.wait_s > 0
  }

  override observe(): ObservationOf<'amplifier'> {
    return {
      source: this.source,
      volume: this.volume,
      muted: this.muted,
      playing: this.playing,
      frequency_MHz: frequency_MHz(this.tuned),
      station: this.station?.name ?? '',
    }
  }

  private restart(powered: boolean): void {
    this.powered = powered
    this.source = STEREO_SOURCE.off
    this.volume = 0
    this.balance_pct = 0
    this.muted = false
    this.tune(stepOf(STATIONS[0]!))
    if (!powered) this.wait_s = 0
  }

  private tune(step: number): void {
    if (!(step >= 0 && step <= RASTER_COUNT)) return
    this.tuned = step
    this.seekDirection = 0
    this.station = undefined
    this.wait_s = AMPLIFIER_PARTS.rds_s
  }

  private seek(direction: number): void {
    this.seekDirection = direction > 0 ? 1 : direction < 0 ? -1 : 0
    if (this.seekDirection === 0) return
    this.seekStart = this.tuned
    this.station = undefined
    this.wait_s = AMPLIFIER_PARTS.seekStep_s
  }

  private seekStep(): void {
    const count = RASTER_COUNT + 1
    this.tuned = (this.tuned + this.seekDirection + count) % count
    const found = stationAt(this.tuned) !== undefined
    if (found || this.tuned === this.seekStart) {
      this.seekDirection = 0
      this.wait_s = AMPLIFIER_PARTS.rds_s
    } else {
      this.wait_s = AMPLIFIER_PARTS.seekStep_s
    }
  }

  private character(register: number): number {
    const station = this.station
    if (station === undefined) return 0
    if (register >= REGISTER.title) return codeAt(station.title, register - REGISTER.title)
    if (register >= REGISTER.station) return codeAt(station.name, register - REGISTER.station)
    return 0
  }
}

function frequency_MHz(step: number): number {
  return Math.round(10 * AMPLIFIER_PARTS.lowest_MHz + step) / 10
}

function stationAt(step: number): Station | undefined {
  for (const station of STATIONS) if (stepOf(station) === step) return station
  return undefined
}

function stepOf(station: Station): number {
  return Math.round((station.frequency_MHz - AMPLIFIER_PARTS.lowest_MHz) / AMPLIFIER_PARTS.raster_MHz)
}

function codeAt(text: string, index: number): number {
  return index < text.length ? text.charCodeAt(index) : 0
}
