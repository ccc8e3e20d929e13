import type { Prng } from '../kernel/index.ts'
import { normal, WINDOW_PULSE_m, WINDOW_REGULATOR } from '../plants/index.ts'

/** How well a hub measures: the current sense of a smart switch with its converter, the supply, the door's acceleration. */
export interface MeasuringErrors {
  readonly currentGain: number
  readonly currentOffset_A: number
  /** Of one sample, rms. */
  readonly currentNoise_A: number
  readonly voltageGain: number
  readonly accelerationGain: number
  readonly accelerationOffset_m_s2: number
  readonly temperatureError_K: number
}

/** Steps of the converters, and noise that every board has. */
const STEP_A = 0.01
const STEP_V = 0.02
const NOISE_V = 0.02
const NOISE_m_s2 = 0.1

/**
 * What the firmware gets to see: samples at 1 kHz with their errors. The noise of a mean of n samples is drawn at once, √n
 * times smaller than that of one.
 */
export class Measuring {
  errors: MeasuringErrors
  private readonly dice: Prng
  private plug_V = 0
  private sum_A = 0
  private sum_V = 0
  private samples = 0
  private mean_A_ = 0
  private mean_V_ = 0
  private sum_m_s2 = 0
  private shaken = 0
  private last_m_s2 = 0

  constructor(dice: Prng, errors: MeasuringErrors) {
    this.dice = dice
    this.errors = errors
  }

  /** So many milliseconds of the same: what flows at the port, what is at the plug; and how the door moves. */
  sample(current_A: number, plug_V: number, acceleration_m_s2: number, times = 1): void {
    const { errors } = this
    this.plug_V = plug_V * errors.voltageGain
    this.sum_A += Math.round((current_A * errors.currentGain + errors.currentOffset_A) / STEP_A) * STEP_A * times
    this.sum_V += Math.round(this.plug_V / STEP_V) * STEP_V * times
    this.samples += times
    this.sum_m_s2 += acceleration_m_s2 * errors.accelerationGain + errors.accelerationOffset_m_s2
    this.shaken++
  }

  /** A single reading of a current. */
  current_A(current_A: number): number {
    const { errors } = this
    return positive(current_A * errors.currentGain + errors.currentOffset_A + errors.currentNoise_A * normal(this.dice))
  }

  /** A single reading of a voltage. */
  voltage_V(voltage_V: number): number {
    return Math.round((voltage_V * this.errors.voltageGain + NOISE_V * normal(this.dice)) / STEP_V) * STEP_V
  }

  /** Ends an interval of the means of current and plug voltage; one without a sample says what the last one said. */
  takeMeans(): void {
    const { samples } = this
    if (samples === 0) return
    const noise = 1 / Math.sqrt(samples)
    this.mean_A_ = positive(this.sum_A / samples + this.errors.currentNoise_A * noise * normal(this.dice))
    this.mean_V_ = this.sum_V / samples + NOISE_V * noise * normal(this.dice)
    this.sum_A = 0
    this.sum_V = 0
    this.samples = 0
  }

  get mean_A(): number {
    return this.mean_A_
  }

  get mean_V(): number {
    return this.mean_V_
  }

  /** The mean since the last call. */
  acceleration_m_s2(): number {
    if (this.shaken === 0) return this.last_m_s2
    this.last_m_s2 = this.sum_m_s2 / this.shaken + NOISE_m_s2 / Math.sqrt(this.shaken) * normal(this.dice)
    this.sum_m_s2 = 0
    this.shaken = 0
    return this.last_m_s2
  }
}

/** Commutations a Hall pulse: ten a turn of the rotor. */
const COMMUTATIONS_A_PULSE = 10 / WINDOW_REGULATOR.pulsesPerRevolution

/** A window motor's current with the ripple of its commutator, `share` of it either way: a triangle wave over the rotor's angle. */
export function commutated_A(current_A: number, drum_m: number, share: number): number {
  if (share === 0 || current_A === 0) return current_A
  const turns = drum_m / WINDOW_PULSE_m * COMMUTATIONS_A_PULSE
  const at = turns - Math.floor(turns)
  return current_A * (1 + share * (at < 0.5 ? 4 * at - 1 : 3 - 4 * at))
}

function positive(value: number): number {
  return value > 0 ? value : 0
}
