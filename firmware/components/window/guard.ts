import { FrictionProfile, LoadObserver } from './load.ts'
import type { LoadReading } from './load.ts'
import { climateFactor } from './motor.ts'
import type { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

/** What is known of a closing glass at a tick. */
export interface ClosingReading extends LoadReading {
  /** Of the interval in which it was measured. */
  dt_s: number
  /** Since the motor started. */
  elapsed_ms: number
  /** Since the last pulse. */
  stalled_ms: number
  /** Of the drum from where it stands, with a slack cable, when the glass is closed. */
  gap_mm: number
}

/** The numbers of the law, by a short name: a build puts each in its place only where the table itself is named. */
export const LAW = {
  /** Force above friction that counts as an obstacle: where the law looks (4–200 mm), and above. */
  trip_N: 28,
  tripFar_N: 45,
  /** And in the upper seal, in which a glass sticks and slips. */
  tripTop_N: 33,
  top_mm: 9,
  /**
   * Where an object may be stiff (65 N/mm up to 25 mm), a glass that the road shakes and a seal that holds it hide one from what trips.
   * There a load that stays for `lasts_s` while the drum turns this fast counts sooner, on any road.
   */
  stiff_mm: 30,
  lasting_N: 20,
  lasts_s: 0.05,
  winds_pulses_s: 20,
  /** And more on a rough road, N a m/s². */
  rough_Ns2_m: 6,
  roughTop_Ns2_m: 7.5,
  guarded_mm: 207,
  /** A growing force is looked at this share of a tick ahead, from `growing_N` on. */
  ahead: 0.5,
  /** Share of the newest slope in the one that is believed. */
  slopeShare: 0.35,
  aheadMost_s: 0.02,
  growing_N: 10,
  /** Friction is found in this part of the drum's way, once the motor runs steadily: the cable is tight, and the back-off has made room. */
  findFrom_mm: 4,
  findFrom_ms: 150,
  found_mm: 9,
  /** The same of one that begins above `startsFar_mm`, far from any hand: pressed into the lower stop, the drum first unwinds the cable. */
  startsFar_mm: 270,
  findFromFar_mm: 18,
  foundFar_mm: 28,
  found_ms: 250,
  findLeast_s: 0.05,
  /** What may be found, as a multiple of the usual friction; it falls no lower. */
  scaleLeast: 0.4,
  scaleMost: 2.6,
  /**
   * Until then a load so far above the lowest since the glass has gone by so much is an obstacle: something was put in while it backed off,
   * and is met before friction is found. The cable is tight by then: what winds it up would look like a hand. That load is at most what the
   * back-off tells, also of a glass that has not gone as far, and less by `less_N` at most.
   */
  moved_mm: 2.5,
  rise_N: 38,
  less_N: 60,
  /**
   * The back-off tells it by its own load: a lip seal drags so much more against its lip than along it, breaking away included; and
   * the weight, which helped, is to be lifted: 1 + `against` times 49 N, and 10 N that this may be wrong by.
   */
  against: 1.8,
  lifts_N: 147,
  /**
   * Friction that falls is followed with this time constant; one that rises, so fast, a glass that creeps so much a pulse, and not while a
   * hand may be what rises.
   */
  falls_s: 0.3,
  rises_N_s: 20,
  rises_N_pulse: 0.76,
  risesFar_N_s: 200,
  mayBeHand_N: 20,
  /** The load of a glass that stands is no friction. */
  moves_pulses_s: 10,
  /** A speed is steady, and says what the winding is, below this. */
  steady_N: 12,
  /** The eFuse's limit lies this much above what trips; at the end the seal has to be pressed. Its own tolerance comes on top. */
  margin_N: 14,
  endMargin_N: 45,
  /** What the learning run takes for its end is pressed less than what tripped: it may be a hand. */
  learnMargin_N: -16,
  /** That ends at once when it presses by so much more: a glass that sticks goes on by itself, and may jump into a hand. */
  learnBeyond_N: 15,
  eFuse: 1.1,
  /** Below this gap nothing is told from the end stop: a rod of 65 N/mm at 4 mm has 100 N at 2.5 mm; a cable may give 0.7 mm more. */
  end_mm: 1.8,
  /**
   * The closed end was found with what the cable gave on a usual day. Of what it gives more today so much is doubtful: a unit's cable may
   * be softer than believed, and its motor stronger.
   */
  endDoubt: 0.25,
  /** The upper seal begins here. */
  topSeal_mm: 15,
  /** The end stop is one that it is pressed into by so much. */
  end_N: 25,
} as const

/**
 * Tells an obstacle from friction while the glass closes: a load that rises above what this very closing took before. What
 * closing took at this place on other days gives the shape of that, and the first millimetres its scale today. It
 * also says at which current the eFuse is to hold, so that the glass is not pressed harder while nobody computes.
 */
export class PinchGuard {
  /** Load beyond friction, N. */
  excess_N: number
  /** Where the glass is, the stretch of the cable allowed for, mm. */
  glass_mm: number
  /** What closing should take here and now. */
  friction_A: number
  /** The gap is larger than what a hand is pinched in. */
  far: boolean
  /** Today's friction is found. */
  found: boolean
  /** On the learning run. */
  learns: boolean
  readonly profile: FrictionProfile
  readonly load: LoadObserver
  private readonly motor: WindowMotor
  private climate: number
  /** Friction of this closing over the usual one, the temperature allowed for. */
  scale: number
  /** The usual friction where the glass is, without climate and scale. */
  private learned_A: number
  private began_mm: number
  private slope_N_s: number
  /** What of `excess_N` has lasted, N; 0 when it was below friction. */
  private lasting_N: number
  private foundSum: number
  private found_s: number
  /** The most that friction may be until it is found, and its lowest load by then, of a glass that goes. */
  private most_A: number
  private least_A: number
  private ended: boolean

  /** `nominal_A`: taken for friction until there is something learned. */
  constructor(motor: WindowMotor, nominal_A: number) {
    this.excess_N = 0
    this.glass_mm = NaN
    this.far = false
    this.friction_A = nominal_A
    this.found = false
    this.profile = new FrictionProfile(nominal_A)
    this.load = new LoadObserver(motor)
    this.motor = motor
    this.climate = 1
    this.scale = 1
    this.learned_A = nominal_A
    this.began_mm = NaN
    this.slope_N_s = 0
    this.lasting_N = 0
    this.foundSum = 0
    this.found_s = 0
    this.most_A = Infinity
    this.least_A = Infinity
    this.ended = false
    this.learns = false
  }

  /**
   * A closing begins from a drum at `gap_mm`, with the door at `temperature_C`. `learns`: on the learning run, which has no end before
   * it is told (`press`): where the glass is it knows by the descriptor only.
   */
  begin(gap_mm: number, temperature_C: number, learns: boolean): void {
    this.learns = learns
    this.profile.begin()
    const opened_A = this.load.gathered()
    this.load.begin(temperature_C)
    this.climate = climateFactor(temperature_C)
    this.excess_N = 0
    this.glass_mm = gap_mm
    this.far = gap_mm > LAW.guarded_mm
    this.scale = 1
    this.friction_A = this.frictionHere_A(gap_mm)
    this.found = false
    this.began_mm = gap_mm
    this.slope_N_s = 0
    this.lasting_N = 0
    this.foundSum = 0
    this.found_s = 0
    const force_N_A = this.load.force_N_A
    const told_A = LAW.against * opened_A - (LAW.against - 1) * this.motor.free_A * this.climate + LAW.lifts_N / force_N_A
    this.most_A = this.friction_A * LAW.scaleMost
    if (gap_mm <= LAW.startsFar_mm && told_A < this.most_A) this.most_A = told_A
    this.least_A = this.most_A
    // The middle of what it may be: a glass that is given more goes too fast into what was put in.
    this.scale = Math.max(LAW.scaleLeast, Math.min(1, (this.most_A - LAW.less_N / 2 / force_N_A) / this.friction_A))
    this.ended = false
  }

  /** Takes one tick. True: something is between glass and frame. */
  update(reading: ClosingReading): boolean {
    const dt_s = reading.dt_s
    this.load.update(reading, dt_s)
    this.glass_mm = reading.gap_mm + this.motor.stretch_mm(this.load.load_A)
    this.far = this.glass_mm > LAW.guarded_mm
    if (!this.found) this.find(reading)
    this.friction_A = this.frictionHere_A(this.glass_mm)
    const before_N = this.excess_N
    this.excess_N = (this.load.load_A - this.friction_A) * this.load.force_N_A
    this.slope_N_s = this.slope_N_s + ((this.excess_N - before_N) / dt_s - this.slope_N_s) * LAW.slopeShare
    if (this.glass_mm <= LAW.end_mm && !this.learns && this.isEnd()) this.ended = true
    if (this.ended && !this.learns) return false
    const tripped = this.tripped(dt_s, reading.pulses_s)
    if (tripped && !this.ended) return true
    if (!this.found || reading.pulses_s < LAW.moves_pulses_s) return tripped
    this.profile.see(this.glass_mm, this.load.load_A / this.climate)
    if (this.ended) return tripped
    this.follow(dt_s, reading.pulses_s)
    if (this.excess_N < LAW.steady_N) this.load.follow(reading, dt_s)
    return false
  }

  /** By how much the cable gives now: the glass lags behind the drum by as much. */
  stretch_pulses(): number {
    return this.motor.stretch_mm(this.load.load_A) * WINDOW_PARAMETERS.pulses_mm
  }

  /** What tripped on the learning run may be the end: it is pressed until it gives no more. */
  press(): void {
    this.ended = true
  }

  /** What the learning run presses on holds: it is pressed no longer. */
  holds(): boolean {
    return this.learns && this.ended && this.excess_N > this.trip_N() + LAW.learnBeyond_N
  }

  /** The glass is, or was, at the top: within what is told from an obstacle no more. */
  atEnd(): boolean {
    return this.ended
  }

  /** What it presses on may be a hand. */
  mayHold(): boolean {
    return this.excess_N > LAW.mayBeHand_N
  }

  /** It stands at the top, and is pressed into it. */
  pressed(): boolean {
    return this.ended && (this.learns || this.excess_N >= LAW.end_N)
  }

  /** The glass was pressed into the stop: what was seen of friction on the way is learned. */
  finish(): void {
    this.profile.see(0, this.friction_A / this.climate)
    this.profile.finish()
  }

  /** What the driver lets the winding take now, A: within it a hand is held while nobody computes. */
  windingBound_A(): number {
    const margin_N = !this.ended ? LAW.margin_N : this.learns ? LAW.learnMargin_N : LAW.endMargin_N
    return LAW.eFuse * (this.found ? this.friction_A : this.most_A) + (this.trip_N() + margin_N) / this.load.force_N_A
  }

  /** What the winding needs at a place, A, with this friction: a hand has to show. Far open there is none. */
  windingNeeds_A(gap_mm: number, friction_A: number, most_A: number): number {
    return gap_mm > LAW.guarded_mm ? most_A
      : LAW.eFuse * friction_A + (LAW.trip_N + LAW.margin_N) / this.load.force_N_A
  }

  /** Friction at a place as it is today. The upper seal has no share in the motor's own friction, so it varies more. */
  private frictionHere_A(gap_mm: number): number {
    const topSeal_mm = LAW.topSeal_mm
    const learned_A = this.profile.usual_A(gap_mm)
    // Stryker disable next-line EqualityOperator: where the seal begins both are the same place.
    const usual_A = gap_mm < topSeal_mm ? this.profile.usual_A(topSeal_mm) : learned_A
    this.learned_A = learned_A
    return (usual_A + (learned_A - usual_A) * this.scale) * this.climate * this.scale
  }

  /**
   * Nothing is told from the end stop any more: today that begins at `end_mm` or below, so it is asked only near there. A glass that
   * something has held up for a while is not there yet: its cable gives more than its load tells.
   */
  private isEnd(): boolean {
    const more_mm = this.motor.stretch_mm(this.friction_A) - this.motor.stretch_mm(this.learned_A)
    return this.glass_mm <= LAW.end_mm - LAW.endDoubt * Math.max(0, more_mm) && this.lasting_N < LAW.lasting_N
  }

  private trip_N(): number {
    const rough_m_s2 = this.load.rough_m_s2
    if (this.glass_mm < LAW.top_mm) return LAW.tripTop_N + LAW.roughTop_Ns2_m * rough_m_s2
    return (this.far ? LAW.tripFar_N : LAW.trip_N) + LAW.rough_Ns2_m * rough_m_s2
  }

  /** Takes the mean of load over usual friction in the first millimetres. */
  private find(reading: ClosingReading): void {
    const travelled_mm = this.began_mm - reading.gap_mm
    const startedFar = this.began_mm > LAW.startsFar_mm
    const share = this.load.load_A / (this.profile.usual_A(this.glass_mm) * this.climate)
    if (travelled_mm > (startedFar ? LAW.findFromFar_mm : LAW.findFrom_mm) && reading.elapsed_ms > LAW.findFrom_ms) {
      this.foundSum = this.foundSum + share * reading.dt_s
      this.found_s = this.found_s + reading.dt_s
      if (this.load.load_A < this.least_A && this.began_mm - this.glass_mm > LAW.moved_mm) {
        this.least_A = Math.max(this.load.load_A, this.most_A - LAW.less_N / this.load.force_N_A)
      }
    }
    if (!(travelled_mm > (startedFar ? LAW.foundFar_mm : LAW.found_mm) && reading.elapsed_ms > LAW.found_ms)) return
    this.found = true
    const scale = this.found_s > LAW.findLeast_s ? this.foundSum / this.found_s : share
    this.scale = Math.max(LAW.scaleLeast, Math.min(LAW.scaleMost, scale))
  }

  /** Something is in the way, by what the last `dt_s` say, in which the drum turned by `pulses_s`. To be asked once a tick. */
  private tripped(dt_s: number, pulses_s: number): boolean {
    if (!this.found) return (this.load.load_A - this.least_A) * this.load.force_N_A > LAW.rise_N
    const excess_N = this.excess_N
    const lasting_N = this.lasting_N + (excess_N - this.lasting_N) * dt_s / (dt_s + LAW.lasts_s)
    this.lasting_N = lasting_N > 0 ? lasting_N : 0
    if (lasting_N > LAW.lasting_N && this.glass_mm < LAW.stiff_mm && pulses_s > LAW.winds_pulses_s) return true
    const ahead_s = excess_N > LAW.growing_N ? Math.min(dt_s, LAW.aheadMost_s) * LAW.ahead : 0
    return excess_N + Math.max(0, this.slope_N_s) * ahead_s > this.trip_N()
  }

  /** Follows what friction is today, so that a hand does not become friction. */
  private follow(dt_s: number, pulses_s: number): void {
    const far = this.far
    let change_N = 0
    // Stryker disable next-line EqualityOperator: of no excess either share is none.
    if (this.excess_N < 0) change_N = this.excess_N * Math.min(1, dt_s / LAW.falls_s)
    else if (far || this.excess_N < LAW.mayBeHand_N) {
      const rises_N_s = far ? LAW.risesFar_N_s : Math.min(LAW.rises_N_s, LAW.rises_N_pulse * pulses_s)
      change_N = Math.min(this.excess_N, rises_N_s * dt_s)
    }
    const scale = this.scale + change_N / (this.learned_A * this.climate * this.load.force_N_A)
    this.scale = Math.max(LAW.scaleLeast, scale)
  }
}
