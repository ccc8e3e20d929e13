import { FrictionProfile } from './friction.ts'
import { LEAST_CURRENT_A, LoadObserver } from './load.ts'
import { WINDOW_MOTOR, frictionAt, stretch_mm } from './motor.ts'

/** What is known of a closing glass at a tick. */
export interface ClosingState {
  now_ms: number
  /** Since the motor started. */
  elapsed_ms: number
  /** Since the last pulse. */
  stalled_ms: number
  /** Of the drum from where it stands, with a slack cable, when the glass is closed. */
  gap_mm: number
  /** Of the drum. */
  speed_mm_s: number
  speed_pulses_s: number
  /** In the winding. */
  motor_A: number
  /** At the motor since the last tick: duty × supply. */
  motor_V: number
  /** The eFuse holds the current at the limit. */
  limited: boolean
  /** The supply rose since the last tick. */
  risen: boolean
}

export const PINCH_LIMITS = {
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
  readonly friction: FrictionProfile
  readonly load: LoadObserver
  private climate: number
  private scale: number
  private learned: boolean
  private expected_A: number
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
    this.friction = new FrictionProfile(nominal_A)
    this.load = new LoadObserver()
    this.climate = 1
    this.scale = 1
    this.learned = false
    this.expected_A = nominal_A
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
    this.friction.begin()
    this.load.begin(temperature_C)
    this.climate = frictionAt(temperature_C)
    // Stryker disable next-line EqualityOperator: where both are the same it does not matter which is taken.
    this.learned = this.friction.known(gap_mm < PINCH_LIMITS.guarded_mm ? gap_mm : PINCH_LIMITS.guarded_mm)
    this.excess_N = 0
    this.glass_mm = gap_mm
    this.scale = this.learned || this.far() ? 1 : PINCH_LIMITS.unlearnedMost
    this.expected_A = this.today_A(gap_mm)
    this.last_ms = now_ms
    this.slope_N_s = 0
    this.driving = driving
    this.road_N = driving ? PINCH_LIMITS.roadFirst_N : 0
    this.over = 0
    this.elapsed_ms = 0
  }

  /** Takes one tick. True: something is between glass and frame. */
  update(state: ClosingState): boolean {
    const dt_s = (state.now_ms - this.last_ms) / 1000
    if (!(dt_s > 0)) return false
    this.last_ms = state.now_ms
    this.elapsed_ms = state.elapsed_ms
    const started = state.elapsed_ms >= PINCH_LIMITS.start_ms
    this.load.update(state, dt_s, started && this.excess_N < PINCH_LIMITS.nearClamp_N)
    this.glass_mm = state.gap_mm + stretch_mm(this.load.load_A)
    this.expected_A = this.today_A(this.glass_mm)
    const before_N = this.excess_N
    this.excess_N = (this.load.load_A - this.expected_A) * WINDOW_MOTOR.force_N_A
    this.slope_N_s = (this.slope_N_s + (this.excess_N - before_N) / dt_s) / 2
    if (this.atEnd()) return false
    if (this.held(state, started) || this.tripped(started, started && state.limited && !state.risen, dt_s)) return true
    this.road_N = this.road_N - this.road_N * Math.min(1, dt_s / PINCH_LIMITS.roadForgets_s)
    if (!started) return false
    this.friction.see(this.glass_mm, this.load.load_A / this.climate)
    this.follow(dt_s, state.speed_mm_s)
    return false
  }

  /** The glass stands at the top: within what is told from an obstacle no more. */
  atEnd(): boolean {
    return !(this.glass_mm > PINCH_LIMITS.end_mm)
  }

  /** It stands at the top, and is pressed into it. */
  pressed(): boolean {
    return this.atEnd() && this.excess_N >= PINCH_LIMITS.end_N
  }

  /** The glass was pressed into the stop: what was seen of friction on the way is learned. */
  finish(): void {
    this.friction.see(0, this.expected_A / this.climate)
    this.friction.finish()
  }

  /** What closing should take here and now, A. */
  friction_A(): number {
    return this.expected_A
  }

  /** Is there a profile for all of this closing? */
  known(): boolean {
    return this.learned
  }

  /** The gap is larger than what a hand is pinched in. */
  far(): boolean {
    return this.glass_mm > PINCH_LIMITS.guarded_mm
  }

  /** Current in the motor that the eFuse shall not let it exceed, A. */
  limit_A(): number {
    const beyond_N = this.trip_N() + (this.atEnd() ? PINCH_LIMITS.sealMargin_N : PINCH_LIMITS.margin_N)
    const start_A = this.elapsed_ms < PINCH_LIMITS.start_ms ? PINCH_LIMITS.start_A : 0
    return this.expected_A + beyond_N / WINDOW_MOTOR.force_N_A + start_A
  }

  /** Current in the motor that closing needs at a place, A, with this friction: a hand has to show. Far open there is none. */
  needs_A(gap_mm: number, friction_A: number, most_A: number): number {
    if (gap_mm > PINCH_LIMITS.guarded_mm) return most_A
    return friction_A + (PINCH_LIMITS.trip_N + PINCH_LIMITS.margin_N) / WINDOW_MOTOR.force_N_A
  }

  /** Friction at a place as it is today. The upper seal has no share in the motor's own friction, so it varies more. */
  private today_A(gap_mm: number): number {
    const learned_A = this.friction.usual_A(gap_mm)
    const usual_A = this.friction.usual_A(Math.max(PINCH_LIMITS.topSeal_mm, gap_mm))
    return (usual_A + (learned_A - usual_A) * this.scale) * this.climate * this.scale
  }

  private trip_N(): number {
    const road_N = Math.max(0, Math.min(PINCH_LIMITS.roadMost_N, this.road_N - PINCH_LIMITS.roadFrom_N))
    if (!this.far()) return PINCH_LIMITS.trip_N + road_N
    return PINCH_LIMITS.tripFar_N + road_N + (this.elapsed_ms < PINCH_LIMITS.firstFollows_ms ? PINCH_LIMITS.firstFar_N : 0)
  }

  /**
   * It stands, and is pressed, or the eFuse hides whether it is: with less a low supply may only just not move it. (At its
   * start it may take as long as a weak motor may.)
   */
  private held(state: ClosingState, started: boolean): boolean {
    if (state.stalled_ms < (started ? PINCH_LIMITS.stall_ms : PINCH_LIMITS.startStall_ms)) return false
    return this.excess_N > this.trip_N() || (state.limited && started)
  }

  /** A force that trips, and that the eFuse has to hold back (`heldBack`), is no noise; a supply that rose may be. */
  private tripped(started: boolean, heldBack: boolean, dt_s: number): boolean {
    const trip_N = this.trip_N() + (started ? 0 : PINCH_LIMITS.start_N)
    const smooth = started && this.road_N < PINCH_LIMITS.roadFrom_N
    const ahead_s = smooth ? Math.min(dt_s * PINCH_LIMITS.ahead, PINCH_LIMITS.aheadMost_s) : 0
    const over = this.excess_N > trip_N || this.excess_N + this.slope_N_s * ahead_s > trip_N
    this.over = over ? this.over + 1 : 0
    return this.over >= 2 || this.excess_N > (heldBack ? trip_N : trip_N + PINCH_LIMITS.sure_N)
  }

  /** Follows what friction is today; slowly where a hand might be, so that a hand does not become friction. */
  private follow(dt_s: number, speed_mm_s: number): void {
    const limits = PINCH_LIMITS
    if (this.driving) this.road_N = Math.max(this.road_N, -this.excess_N)
    const far = this.far()
    const first = this.elapsed_ms < limits.firstFollows_ms
    let follows_s: number = limits.nearFollows_s
    let clamp_N: number = limits.nearClamp_N
    if (far || first) {
      follows_s = limits.farFollows_s
      clamp_N = Infinity
    }
    // A glass that is held back follows no increase, else a hand it creeps against would become friction.
    const heldBack = !far && speed_mm_s < limits.creeping_mm_s
    const excess_N = Math.max(-clamp_N, Math.min(heldBack ? 0 : clamp_N, this.excess_N))
    // A descriptor may claim that closing takes nothing.
    const expected_A = Math.max(LEAST_CURRENT_A, this.expected_A)
    const wanted = this.scale * (1 + excess_N / WINDOW_MOTOR.force_N_A / expected_A)
    const least = far ? limits.scaleLeast : limits.firstLeast
    const most = far ? limits.scaleMost : this.learned ? limits.firstMost : limits.unlearnedMost
    const bounded = first ? Math.max(least, Math.min(most, wanted)) : wanted
    this.scale = this.scale + (bounded - this.scale) * Math.min(1, dt_s / follows_s)
    this.scale = Math.max(limits.scaleLeast, Math.min(limits.scaleMost, this.scale))
  }
}
