import { FrictionProfile, LEAST_CURRENT_A, LoadObserver } from './load.ts'
import type { LoadReading } from './load.ts'
import { climateFactor, stretch_mm, WINDOW_MOTOR } from './motor.ts'

/** What is known of a closing glass at a tick. */
export interface ClosingReading extends LoadReading {
  now_ms: number
  /** Since the motor started. */
  elapsed_ms: number
  /** Since the last pulse. */
  stalled_ms: number
  /** Of the drum from where it stands, with a slack cable, when the glass is closed. */
  gap_mm: number
  /** Of the drum. */
  speed_mm_s: number
}

/** The numbers of the law. */
export const GUARD_PARAMETERS = {
  /** Force above friction that counts as an obstacle: where the law looks (4–200 mm), and above. */
  trip_N: 50,
  tripFar_N: 70,
  guarded_mm: 215,
  /** One reading this much above it is enough; else it takes two. */
  sure_N: 14,
  /** The force is looked at this share of a tick ahead, by its slope; not on a road, which has slopes of its own. */
  ahead: 0.8,
  aheadMost_s: 0.02,
  /** More while the cable is being tightened and the motor starts. */
  start_ms: 350,
  start_N: 15,
  /** In the first moments of a closing from far open, today's friction is not known yet. */
  firstFar_N: 70,
  /** On a rough road the force dips as much as it peaks, and only the road makes it dip: from so much on, up to so much more. */
  roadFrom_N: 10,
  roadMost_N: 16,
  roadForgets_s: 3,
  /** Of a moving car, until more is known. */
  roadFirst_N: 20,
  /** The eFuse's limit lies this much above what trips; over the last of the way the seal has to be pressed. */
  margin_N: 12,
  sealMargin_N: 45,
  /** Current for the start beyond friction, A. */
  start_A: 1.5,
  /** Below this gap nothing is told from the end stop: a rod of 65 N/mm at 4 mm has 100 N at 2.5 mm. */
  end_mm: 1.8,
  /** The upper seal begins here. */
  topSeal_mm: 15,
  /** A glass that stands this long away from the end, pressed by what trips, is held; by less, the motor may be weak. */
  stall_ms: 80,
  startStall_ms: 350,
  /** The end stop is one that it is pressed into by so much. */
  end_N: 25,
  /** Friction of today against the learned one: how far it may differ, and how fast that is followed. */
  scaleLeast: 0.6,
  scaleMost: 1.7,
  farFollows_s: 0.12,
  nearFollows_s: 1.5,
  nearClamp_N: 15,
  creeping_mm_s: 15,
  /** What a closing that begins low meets first is friction within these shares; the nominal one is a generous one. */
  firstFollows_ms: 500,
  firstLeast: 0.8,
  firstMost: 1.08,
  unlearnedMost: 0.93,
} as const

/**
 * Tells an obstacle from friction while the glass closes: the load on the motor above what closing took at this place
 * before, scaled by what it takes today. It also says at which current the eFuse is to hold, so that the glass is not
 * pressed harder while nobody computes.
 */
export class PinchGuard {
  /** Load beyond friction, N. */
  excess_N: number
  /** Where the glass is, the stretch of the cable allowed for, mm. */
  glass_mm: number
  /** What closing should take here and now. */
  friction_A: number
  /** The profile is learned for all of this closing. */
  learned: boolean
  readonly profile: FrictionProfile
  readonly load: LoadObserver
  private climate: number
  private scale: number
  private last_ms: number
  private slope_N_s: number
  private road_N: number
  private over: number
  private elapsed_ms: number
  private driving: boolean

  /** `nominal_A`: taken for friction until there is something learned. */
  constructor(nominal_A: number) {
    this.excess_N = 0
    this.glass_mm = NaN
    this.friction_A = nominal_A
    this.learned = false
    this.profile = new FrictionProfile(nominal_A)
    this.load = new LoadObserver()
    this.climate = 1
    this.scale = 1
    this.last_ms = 0
    this.slope_N_s = 0
    this.road_N = 0
    this.over = 0
    this.elapsed_ms = 0
    // Stryker disable next-line BooleanLiteral: begin() says whether the car moves before anything asks.
    this.driving = false
  }

  /** A closing begins at `now_ms` from `gap_mm` (NaN: not known) with the door at `temperature_C`; `driving`: the car moves. */
  begin(now_ms: number, gap_mm: number, temperature_C: number, driving: boolean): void {
    this.profile.begin()
    this.load.begin(temperature_C)
    this.climate = climateFactor(temperature_C)
    // Stryker disable next-line EqualityOperator: where both are the same it does not matter which is taken.
    this.learned = this.profile.known(gap_mm < GUARD_PARAMETERS.guarded_mm ? gap_mm : GUARD_PARAMETERS.guarded_mm)
    this.excess_N = 0
    this.glass_mm = gap_mm
    this.scale = this.learned || this.far() ? 1 : GUARD_PARAMETERS.unlearnedMost
    this.friction_A = this.frictionHere_A(gap_mm)
    this.last_ms = now_ms
    this.slope_N_s = 0
    this.driving = driving
    this.road_N = driving ? GUARD_PARAMETERS.roadFirst_N : 0
    this.over = 0
    this.elapsed_ms = 0
  }

  /** Takes one tick. True: something is between glass and frame. */
  update(reading: ClosingReading): boolean {
    const dt_s = (reading.now_ms - this.last_ms) / 1000
    if (!(dt_s > 0)) return false
    this.last_ms = reading.now_ms
    this.elapsed_ms = reading.elapsed_ms
    const started = reading.elapsed_ms >= GUARD_PARAMETERS.start_ms
    this.load.update(reading, dt_s, started && this.excess_N < GUARD_PARAMETERS.nearClamp_N)
    this.glass_mm = reading.gap_mm + stretch_mm(this.load.load_A)
    this.friction_A = this.frictionHere_A(this.glass_mm)
    const before_N = this.excess_N
    this.excess_N = (this.load.load_A - this.friction_A) * WINDOW_MOTOR.force_N_A
    this.slope_N_s = (this.slope_N_s + (this.excess_N - before_N) / dt_s) / 2
    if (this.atEnd()) return false
    if (this.held(reading, started) || this.tripped(started, started && reading.limited && !reading.risen, dt_s)) return true
    this.road_N = this.road_N - this.road_N * Math.min(1, dt_s / GUARD_PARAMETERS.roadForgets_s)
    if (!started) return false
    this.profile.see(this.glass_mm, this.load.load_A / this.climate)
    this.follow(dt_s, reading.speed_mm_s)
    return false
  }

  /** The glass stands at the top: within what is told from an obstacle no more. */
  atEnd(): boolean {
    return !(this.glass_mm > GUARD_PARAMETERS.end_mm)
  }

  /** It stands at the top, and is pressed into it. */
  pressed(): boolean {
    return this.atEnd() && this.excess_N >= GUARD_PARAMETERS.end_N
  }

  /** The glass was pressed into the stop: what was seen of friction on the way is learned. */
  finish(): void {
    this.profile.see(0, this.friction_A / this.climate)
    this.profile.finish()
  }

  /** The gap is larger than what a hand is pinched in. */
  far(): boolean {
    return this.glass_mm > GUARD_PARAMETERS.guarded_mm
  }

  /** What the driver lets the winding take now, A: within it a hand is held while nobody computes. */
  windingBound_A(): number {
    const beyond_N = this.trip_N() + (this.atEnd() ? GUARD_PARAMETERS.sealMargin_N : GUARD_PARAMETERS.margin_N)
    const start_A = this.elapsed_ms < GUARD_PARAMETERS.start_ms ? GUARD_PARAMETERS.start_A : 0
    return this.friction_A + beyond_N / WINDOW_MOTOR.force_N_A + start_A
  }

  /** What the winding needs at a place, A, with this friction: a hand has to show. Far open there is none. */
  windingNeeds_A(gap_mm: number, friction_A: number, most_A: number): number {
    if (gap_mm > GUARD_PARAMETERS.guarded_mm) return most_A
    return friction_A + (GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.margin_N) / WINDOW_MOTOR.force_N_A
  }

  /** Friction at a place as it is today. The upper seal has no share in the motor's own friction, so it varies more. */
  private frictionHere_A(gap_mm: number): number {
    const learned_A = this.profile.usual_A(gap_mm)
    const usual_A = this.profile.usual_A(Math.max(GUARD_PARAMETERS.topSeal_mm, gap_mm))
    return (usual_A + (learned_A - usual_A) * this.scale) * this.climate * this.scale
  }

  private trip_N(): number {
    const road_N = Math.max(0, Math.min(GUARD_PARAMETERS.roadMost_N, this.road_N - GUARD_PARAMETERS.roadFrom_N))
    if (!this.far()) return GUARD_PARAMETERS.trip_N + road_N
    return GUARD_PARAMETERS.tripFar_N + road_N + (this.elapsed_ms < GUARD_PARAMETERS.firstFollows_ms ? GUARD_PARAMETERS.firstFar_N : 0)
  }

  /**
   * It stands, and is pressed, or the eFuse hides whether it is: with less a low supply may only just not move it. (At its
   * start it may take as long as a weak motor may.)
   */
  private held(reading: ClosingReading, started: boolean): boolean {
    if (reading.stalled_ms < (started ? GUARD_PARAMETERS.stall_ms : GUARD_PARAMETERS.startStall_ms)) return false
    return this.excess_N > this.trip_N() || (reading.limited && started)
  }

  /** A force that trips, and that the eFuse has to limit, is no noise; a supply that rose may be. */
  private tripped(started: boolean, limited: boolean, dt_s: number): boolean {
    const trip_N = this.trip_N() + (started ? 0 : GUARD_PARAMETERS.start_N)
    const smooth = started && this.road_N < GUARD_PARAMETERS.roadFrom_N
    const ahead_s = smooth ? Math.min(dt_s * GUARD_PARAMETERS.ahead, GUARD_PARAMETERS.aheadMost_s) : 0
    const over = this.excess_N > trip_N || this.excess_N + this.slope_N_s * ahead_s > trip_N
    this.over = over ? this.over + 1 : 0
    return this.over >= 2 || this.excess_N > (limited ? trip_N : trip_N + GUARD_PARAMETERS.sure_N)
  }

  /** Follows what friction is today; slowly where a hand might be, so that a hand does not become friction. */
  private follow(dt_s: number, speed_mm_s: number): void {
    if (this.driving) this.road_N = Math.max(this.road_N, -this.excess_N)
    const far = this.far()
    const first = this.elapsed_ms < GUARD_PARAMETERS.firstFollows_ms
    let follows_s: number = GUARD_PARAMETERS.nearFollows_s
    let clamp_N: number = GUARD_PARAMETERS.nearClamp_N
    if (far || first) {
      follows_s = GUARD_PARAMETERS.farFollows_s
      clamp_N = Infinity
    }
    // A glass that is held back follows no increase, else a hand it creeps against would become friction.
    const creeps = !far && speed_mm_s < GUARD_PARAMETERS.creeping_mm_s
    const excess_N = Math.max(-clamp_N, Math.min(creeps ? 0 : clamp_N, this.excess_N))
    // A descriptor may claim that closing takes nothing.
    const friction_A = Math.max(LEAST_CURRENT_A, this.friction_A)
    const wanted = this.scale * (1 + excess_N / WINDOW_MOTOR.force_N_A / friction_A)
    const least = far ? GUARD_PARAMETERS.scaleLeast : GUARD_PARAMETERS.firstLeast
    const most = far ? GUARD_PARAMETERS.scaleMost : this.learned ? GUARD_PARAMETERS.firstMost : GUARD_PARAMETERS.unlearnedMost
    const allowed = first ? Math.max(least, Math.min(most, wanted)) : wanted
    this.scale = this.scale + (allowed - this.scale) * Math.min(1, dt_s / follows_s)
    this.scale = Math.max(GUARD_PARAMETERS.scaleLeast, Math.min(GUARD_PARAMETERS.scaleMost, this.scale))
  }
}
