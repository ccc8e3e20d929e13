import { WINDOW_ACTION, WINDOW_STATE } from '#protocol/catalogue/enums.ts'
import { MotorHeat } from '../motor-heat.ts'
import { Closing } from './closing.ts'
import { GotoGoal } from './goto.ts'
import { LEARNED, LearningRun } from './learning.ts'
import { Motion } from './motion.ts'
import { WINDOW_LIMITS } from './parameters.ts'
import { stretch_mm } from './motor.ts'
import { GlassPosition } from './position.ts'
import { motorDuty, ramp, slowDuty } from './speed.ts'

/** What the control sees; the driver fills it in before every call. */
export interface WindowInputs {
  now_ms: number
  /** Hall counter, up while opening. */
  count: number
  /** Drawn from the port. */
  current_A: number
  /** Where the eFuse holds it. */
  limit_A: number
  supply_V: number
  /** Of the door. */
  temperature_C: number
  /** Of the car; NaN: not known. */
  speed_kmh: number
  /** Ignition on. */
  mayClose: boolean
  /** The port is fed. */
  fed: boolean
}

/**
 * `rest`: off. `waiting`: for power. `running`. `braking`: motor shorted, before it turns round or rests. `probing`: off,
 * standing at what may be the lower stop with the switch still held. (The upper one has a seal before it, and hands.)
 */
export const PHASE = { rest: 0, waiting: 1, running: 2, braking: 3, probing: 4 } as const

/** What it is at: a `WINDOW_ACTION`, or the reversal after a pinch. */
const GOAL = {
  none: WINDOW_ACTION.stop, up: WINDOW_ACTION.up, down: WINDOW_ACTION.down, autoUp: WINDOW_ACTION.autoUp,
  autoDown: WINDOW_ACTION.autoDown, goto: WINDOW_ACTION.goto, learn: WINDOW_ACTION.learn, reverse: 16,
} as const

/** The state machine of a window: pure, inputs in, duty and brake out. */
export class WindowControl {
  readonly inputs: WindowInputs
  readonly position: GlassPosition
  phase: number
  /** For the motor while `running`: + opens. */
  duty: number
  /** The last closing met an obstacle. */
  pinched: boolean
  /** No pulses or no power. */
  fault: boolean
  private blocked: boolean
  private goal: number
  private afterReversal: number
  private reopenCount: number
  private powerLosses: number
  private phaseBegan_ms: number
  private readonly run_A: number
  private readonly gotoGoal: GotoGoal
  private readonly learning: LearningRun
  private readonly motion: Motion
  private readonly heat: MotorHeat
  readonly closing: Closing

  constructor(travel_pulses: number, run_A: number, stall_A: number) {
    this.inputs = {
      now_ms: 0, count: 0, current_A: 0, limit_A: Infinity, supply_V: 0, temperature_C: 23, speed_kmh: NaN, mayClose: false, fed: false,
    }
    this.position = new GlassPosition(travel_pulses)
    this.phase = PHASE.rest
    this.duty = 0
    this.pinched = false
    this.fault = false
    this.blocked = false
    this.goal = GOAL.none
    this.afterReversal = GOAL.none
    this.reopenCount = 0
    this.powerLosses = 0
    this.phaseBegan_ms = 0
    this.run_A = run_A
    this.gotoGoal = new GotoGoal()
    this.learning = new LearningRun(travel_pulses)
    this.motion = new Motion()
    this.heat = new MotorHeat(WINDOW_LIMITS.stallTime_s * stall_A * stall_A, WINDOW_LIMITS.warmShare, WINDOW_LIMITS.restartShare,
      WINDOW_LIMITS.cooling_s)
    this.closing = new Closing(run_A)
  }

  /** Executes a `WINDOW_ACTION`. `false`: refused. */
  command(action: number, position_pct: number): boolean {
    if (!this.accepts(action, position_pct)) return false
    if (this.reversing()) {
      // The hand comes first: the reversal is finished, then what was asked goes on.
      this.afterReversal = action
      return true
    }
    if (action !== GOAL.none) {
      this.fault = false
      this.blocked = false
    }
    this.goal = action
    if (action === GOAL.goto) this.setGoto(position_pct)
    if (action === GOAL.learn) this.learning.begin()
    this.pursue()
    return true
  }

  /** A held command is over. */
  released(): void {
    if (this.afterReversal === GOAL.down) this.afterReversal = GOAL.none
    if (this.goal !== GOAL.up && this.goal !== GOAL.down) return
    this.goal = GOAL.none
    this.pursue()
  }

  /** One tick, or a change of power. */
  step(): void {
    const now_ms = this.inputs.now_ms
    this.heat.update(now_ms, this.motor_A())
    this.motion.update(now_ms, this.inputs.count)
    const elapsed_ms = now_ms - this.phaseBegan_ms
    if (this.phase === PHASE.running) this.run(elapsed_ms)
    else if (this.phase === PHASE.waiting) this.wait(elapsed_ms)
    else if (this.phase === PHASE.braking) {
      const stands = elapsed_ms >= WINDOW_LIMITS.brake_ms && this.motion.stalled_ms(now_ms) >= WINDOW_LIMITS.standstill_ms
      if (stands || elapsed_ms >= WINDOW_LIMITS.brakeMost_ms) this.proceed()
    } else if (this.phase === PHASE.probing && elapsed_ms >= WINDOW_LIMITS.referenceHold_ms) {
      this.position.reference(this.inputs.count, this.position.travel_pulses)
      this.goal = GOAL.none
      this.rest()
    }
  }

  /** The motor is too warm to start. */
  thermal(): boolean {
    if (this.phase !== PHASE.running) this.heat.update(this.inputs.now_ms, 0)
    return this.heat.tooWarm
  }

  /** It reverses after a pinch, or is about to. */
  reversing(): boolean {
    return this.goal === GOAL.reverse
  }

  /** It drives, or is about to. */
  needsPower(): boolean {
    return this.phase === PHASE.running || this.phase === PHASE.waiting || (this.phase === PHASE.braking && this.goal !== GOAL.none)
  }

  /** `WINDOW_STATE` */
  state(): number {
    if (this.phase === PHASE.waiting) return WINDOW_STATE.waiting
    if (this.phase === PHASE.running || this.phase === PHASE.braking) {
      if (this.reversing()) return WINDOW_STATE.reversing
      if (this.goal === GOAL.learn) return WINDOW_STATE.learning
      return this.motion.direction > 0 ? WINDOW_STATE.opening : WINDOW_STATE.closing
    }
    if (this.blocked) return WINDOW_STATE.blocked
    return this.position.known() ? WINDOW_STATE.still : WINDOW_STATE.unlearned
  }

  private accepts(action: number, position_pct: number): boolean {
    if (action === GOAL.none) return true
    if (this.reversing()) return action === GOAL.down || action === GOAL.autoDown
    if (this.thermal()) return false
    const mayClose = this.inputs.mayClose
    const known = this.position.known()
    switch (action) {
      case GOAL.up: return mayClose
      case GOAL.down: return true
      case GOAL.autoUp: return mayClose && known
      case GOAL.autoDown: return known
      case GOAL.goto:
        return known && position_pct >= 0 && position_pct <= 100
          && (mayClose || position_pct >= this.position.percent(this.inputs.count))
      case GOAL.learn: return mayClose
      default: return false
    }
  }

  /** The ends are gone to as such, so that the reference is renewed there. */
  private setGoto(position_pct: number): void {
    const tolerance_pct = WINDOW_LIMITS.goalTolerance_pct
    const here_pct = this.position.percent(this.inputs.count)
    this.gotoGoal.set(this.position.countAt(position_pct), this.position.travel_pulses)
    if (Math.abs(position_pct - here_pct) <= tolerance_pct) return
    if (position_pct <= tolerance_pct) this.goal = GOAL.autoUp
    else if (position_pct >= 100 - tolerance_pct) this.goal = GOAL.autoDown
  }

  /** Turns to the goal from whatever it does now. */
  private pursue(): void {
    if (this.phase === PHASE.running) {
      if (this.wantedDirection() !== this.motion.direction) this.brake()
    } else if (this.phase !== PHASE.braking) this.proceed()
  }

  /** From a standstill: starts, waits for power, or rests. */
  private proceed(): void {
    const direction = this.wantedDirection()
    if (direction === 0 || !this.mayMove(direction)) {
      this.goal = GOAL.none
      this.rest()
    } else if (!this.inputs.fed) this.enter(PHASE.waiting)
    else this.start(direction)
  }

  /** At which current the eFuse is to hold now; Infinity: as granted. */
  bound_A(): number {
    return this.phase === PHASE.running && this.guarded() ? this.closing.bound_A : Infinity
  }

  /** What the port has to give for long, A, as far as a closing needs it; 0: what the descriptor says is enough. */
  needs_A(): number {
    const inputs = this.inputs
    if (this.phase === PHASE.running) return this.guarded() ? this.closing.found_A(-this.duty) : 0
    if (this.wantedDirection() >= 0) return 0
    return this.closing.forecast_A(this.position.gap_mm(inputs.count, -1), inputs.temperature_C, inputs.supply_V)
  }

  private wantedDirection(): number {
    switch (this.goal) {
      case GOAL.up: return -1
      case GOAL.autoUp: return -1
      case GOAL.down: return 1
      case GOAL.autoDown: return 1
      case GOAL.learn: return this.learning.direction
      case GOAL.reverse: return this.inputs.count < this.reopenCount ? 1 : 0
      case GOAL.goto: return this.gotoGoal.direction(this.inputs.count)
      default: return 0
    }
  }

  /** A reversal is never refused; everything else ends with a hot motor, closing with the ignition. */
  private mayMove(direction: number): boolean {
    if (this.reversing()) return true
    return !this.heat.tooHot && (direction > 0 || this.inputs.mayClose)
  }

  private start(direction: number): void {
    if (this.goal === GOAL.goto) this.gotoGoal.started()
    this.motion.begin(this.inputs.now_ms, this.inputs.count, direction)
    if (direction < 0) {
      this.pinched = false
      this.closing.begin(this.inputs.now_ms, this.gap_mm(), this.inputs.temperature_C, this.inputs.speed_kmh >= WINDOW_LIMITS.driving_kmh)
    }
    this.enter(PHASE.running)
    this.setDuty(0)
  }

  private wait(elapsed_ms: number): void {
    if (this.inputs.fed || !this.mayMove(this.wantedDirection())) this.proceed()
    else if (elapsed_ms >= WINDOW_LIMITS.grant_ms) {
      this.fault = true
      this.goal = GOAL.none
      this.rest()
    }
  }

  private run(elapsed_ms: number): void {
    const direction = this.motion.direction
    if (!this.inputs.fed) this.powerLost()
    else if (!this.mayMove(direction)) this.stop()
    else if (elapsed_ms >= WINDOW_LIMITS.run_ms) this.fail()
    else if (this.arrived()) this.reached()
    else if (this.obstructed()) this.obstacle()
    else if (!this.stalled()) this.setDuty(elapsed_ms)
  }

  private arrived(): boolean {
    if (this.goal === GOAL.reverse) return this.inputs.count >= this.reopenCount
    if (this.goal !== GOAL.goto) return false
    const lead_pulses = this.motion.speed_pulses_s * WINDOW_LIMITS.brakeLead_ms / 1000
    return this.gotoGoal.left(this.inputs.count, this.motion.direction) <= lead_pulses
  }

  /** The goal of a goto or a reversal is reached: a goto brakes and looks where it stands. */
  private reached(): void {
    if (this.goal === GOAL.reverse) {
      this.goal = this.afterReversal
      this.pursue()
    } else this.brake()
  }

  /** Every closing is; without a position only a held switch closes. */
  private guarded(): boolean {
    return this.motion.direction < 0
  }

  /** From the closed end, mm; on the learning run by the descriptor's travel; at an unknown place as if a hand might be there. */
  private gap_mm(): number {
    if (this.goal === GOAL.learn) return this.position.toMillimetres(this.learning.gap_pulses(this.inputs.count))
    return this.position.known() ? this.position.gap_mm(this.inputs.count, -1) : WINDOW_LIMITS.unknownGap_mm
  }

  private obstructed(): boolean {
    if (!this.guarded()) return false
    const state = this.closing.state
    const now_ms = this.inputs.now_ms
    state.elapsed_ms = this.motion.elapsed_ms(now_ms)
    state.stalled_ms = this.drawsCurrent() ? this.motion.stalled_ms(now_ms) : 0
    state.gap_mm = this.gap_mm()
    state.speed_pulses_s = this.motion.speed_pulses_s
    state.speed_mm_s = this.position.toMillimetres(this.motion.speed_pulses_s)
    return this.closing.update(this.inputs, -this.duty)
  }

  /** Something is in the way: open again. On the learning run it may be the end. */
  private obstacle(): void {
    if (this.goal === GOAL.learn) this.learnEnd()
    else this.reverse(this.position.toPulses(WINDOW_LIMITS.reopen_mm))
  }

  /** Deals with a glass that stands under power. */
  private stalled(): boolean {
    const stalled_ms = this.motion.stalled_ms(this.inputs.now_ms)
    const known = this.position.known() && this.goal !== GOAL.learn
    const guarded = this.guarded()
    const near = known && (guarded ? this.closing.guard.atEnd() : this.position.gap_mm(this.inputs.count, 1) <= WINDOW_LIMITS.endZone_mm)
    if (stalled_ms < (near ? WINDOW_LIMITS.endStall_ms : guarded ? WINDOW_LIMITS.weakStall_ms : WINDOW_LIMITS.stall_ms)) return false
    if (!this.drawsCurrent()) this.fail()
    else if (this.goal === GOAL.learn) this.learnEnd()
    else if (near) this.endReached()
    else if (!known && this.goal === GOAL.down) this.enter(PHASE.probing)
    else {
      this.blocked = true
      this.fail()
    }
    return true
  }

  private endReached(): void {
    if (this.motion.direction < 0 && this.closing.guard.pressed()) {
      this.closedAt(this.inputs.count)
      this.closing.guard.finish()
    }
    this.stop()
  }

  /** The glass is pressed into the upper stop: the drum has wound up what the cable gives. */
  private closedAt(count: number): void {
    this.position.reference(count, -this.position.toPulses(stretch_mm(this.closing.guard.load.load_A)))
  }

  /** An end of the learning run: first the lower, then the upper. */
  private learnEnd(): void {
    const count = this.inputs.count
    const learned = this.learning.stands(count)
    if (learned === LEARNED.lowerEnd) {
      this.brake()
    } else if (learned === LEARNED.done) {
      const stretch_pulses = this.position.toPulses(stretch_mm(this.closing.guard.load.load_A))
      this.position.travel_pulses = this.learning.travel_pulses - stretch_pulses
      this.position.reference(count, -stretch_pulses)
      if (this.learning.asDescribed(stretch_pulses + this.position.toPulses(WINDOW_LIMITS.describedWithin_mm))) this.closing.guard.finish()
      this.stop()
    } else {
      this.position.forget()
      this.fault = true
      // An obstacle may be a hand: all the way down again.
      if (learned === LEARNED.obstacle) this.reverse(this.learning.travel_pulses)
      else this.stop()
    }
  }

  private reverse(reopen_pulses: number): void {
    this.pinched = true
    this.afterReversal = GOAL.none
    this.powerLosses = 0
    const low = this.position.known() ? this.position.countAt(100) : this.goal === GOAL.learn ? this.learning.lowCount : Infinity
    this.reopenCount = Math.min(this.inputs.count + reopen_pulses, low)
    this.goal = GOAL.reverse
    this.brake()
  }

  /**
   * A reversal asks again and waits, but not for ever. An eFuse that held a closing and then tripped may have held it on a
   * hand. Everything else is over.
   */
  private powerLost(): void {
    this.powerLosses = this.powerLosses + 1
    if (this.reversing() && this.powerLosses <= WINDOW_LIMITS.reversalPowerLosses) {
      this.enter(PHASE.waiting)
      return
    }
    // Shorting the motor takes no feed.
    if (this.guarded() && this.goal !== GOAL.learn && this.closing.heldBack(this.inputs.now_ms)) this.obstacle()
    else this.fail()
  }

  private fail(): void {
    this.fault = true
    this.stop()
  }

  private stop(): void {
    this.goal = GOAL.none
    this.brake()
  }

  private brake(): void {
    this.enter(PHASE.braking)
  }

  private rest(): void {
    this.enter(PHASE.rest)
  }

  private enter(phase: number): void {
    if (phase !== PHASE.running) this.duty = 0
    if (phase === PHASE.waiting && this.phase === PHASE.waiting) return
    this.phase = phase
    this.phaseBegan_ms = this.inputs.now_ms
  }

  private setDuty(elapsed_ms: number): void {
    const direction = this.motion.direction
    const count = this.inputs.count
    const supply_V = this.inputs.supply_V
    if (this.goal === GOAL.learn && direction > 0) {
      this.duty = slowDuty(WINDOW_LIMITS.learn_V, supply_V) * ramp(elapsed_ms)
      return
    }
    const goalGap_mm = this.goal === GOAL.goto ? this.position.toMillimetres(this.gotoGoal.left(count, direction)) : NaN
    if (this.guarded()) this.duty = -this.closing.duty(supply_V, goalGap_mm <= WINDOW_LIMITS.slowGoal_mm)
    else this.duty = motorDuty(elapsed_ms, this.position.gap_mm(count, direction), goalGap_mm, supply_V)
  }

  private drawsCurrent(): boolean {
    return this.motor_A() >= WINDOW_LIMITS.stallCurrentShare * this.run_A
  }

  /** Current in the winding: the port sees its share by duty. */
  private motor_A(): number {
    if (this.phase !== PHASE.running) return 0
    const duty = Math.abs(this.duty)
    return duty > 0 ? this.inputs.current_A / duty : 0
  }
}
