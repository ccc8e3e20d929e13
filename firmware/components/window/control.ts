import { WINDOW_STATE, type WindowAction, type WindowState } from '#protocol/index.ts'
import { COMMAND_RANK } from '../component.ts'
import type { CommandRank } from '../component.ts'
import type { Closing } from './closing.ts'
import { GOAL, Permission, WindowGoal } from './goal.ts'
import { noInputs } from './inputs.ts'
import type { WindowInputs } from './inputs.ts'
import type { FrictionProfile } from './load.ts'
import type { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { PHASE } from './phase.ts'
import type { Phase } from './phase.ts'
import { GlassPosition, LEARNED, TravelEnds } from './position.ts'
import { GlassRun, MET } from './run.ts'
import type { Met } from './run.ts'

/** What it is when it stands still at a known place, by `GUARDING`. */
const STILL = [WINDOW_STATE.still, WINDOW_STATE.motorUnknown, WINDOW_STATE.noMeans, WINDOW_STATE.roadUnseen]

/**
 * The state machine of a window: pure, inputs in, duty and brake out. What it is at (`WindowGoal`) says which way; the run
 * (`GlassRun`) drives the motor and says what it met; this is when it starts, brakes, reverses and rests (`PHASE`).
 */
export class WindowControl {
  readonly inputs: WindowInputs
  readonly position: GlassPosition
  readonly closing: Closing
  /** What closing took, and takes: kept over a reset. */
  readonly profile: FrictionProfile
  phase: Phase
  /** The last closing met an obstacle. */
  pinched: boolean
  /** No pulses or no power. */
  fault: boolean
  private blocked: boolean
  private powerLosses: number
  /** The closing that is about to begin has had its back-off, all of it. */
  private backed: boolean
  /** How long it has been in its phase, of the time that the processor saw: a pause counts as no more than what makes it one. */
  private phase_ms: number
  private stepped_ms: number
  private readonly goal: WindowGoal
  private readonly glass: GlassRun
  private readonly ends: TravelEnds
  private readonly may: Permission

  constructor(travel_pulses: number, motor: WindowMotor, run_A: number, stall_A: number) {
    this.inputs = noInputs()
    this.position = new GlassPosition(travel_pulses)
    this.goal = new WindowGoal(this.position)
    this.glass = new GlassRun(this.inputs, this.position, this.goal, motor, run_A)
    this.closing = this.glass.closing
    this.profile = this.closing.guard.profile
    this.ends = new TravelEnds(this.position, this.goal.learning, this.closing.guard)
    this.may = new Permission(this.inputs, this.position, this.goal, stall_A)
    this.phase = PHASE.rest
    this.pinched = false
    this.fault = false
    this.blocked = false
    this.powerLosses = 0
    this.backed = false
    this.phase_ms = 0
    this.stepped_ms = 0
  }

  /** For the motor: + opens; 0 in all phases but `running`. */
  get duty(): number {
    return this.glass.duty
  }

  /** `false`: refused. */
  command(action: WindowAction, position_pct: number): boolean {
    this.may.warm(this.glass.winding_A())
    if (!this.may.accepts(action, position_pct)) {
      if (action === GOAL.down || action === GOAL.autoDown) this.outranked()
      return false
    }
    if (!this.reversing() && action !== GOAL.none) {
      this.fault = false
      this.blocked = false
    }
    this.goal.take(action, position_pct, this.inputs.count)
    this.pursue()
    return true
  }

  /** Whether it closes the glass, or is held to open it. */
  rank(action: WindowAction, position_pct: number): CommandRank {
    if (action === GOAL.down) return COMMAND_RANK.insists
    const closes = action === GOAL.up || action === GOAL.autoUp || action === GOAL.learn
      || (action === GOAL.goto && position_pct < this.position.percent(this.inputs.count))
    return closes ? COMMAND_RANK.yields : COMMAND_RANK.any
  }

  /** Who wants it open, and may not have that, as the motor is too warm or the place unknown, has it closed no further. */
  outranked(): void {
    if (this.goal.direction(this.inputs.count) >= 0) return
    this.glass.measure()
    if (this.phase === PHASE.running) this.forbidden()
    else this.stop()
  }

  /** A held command is over. */
  released(): void {
    if (this.goal.released()) this.pursue()
  }

  /** One tick, or a change of power. */
  step(): void {
    const elapsed_ms = this.seen_ms()
    this.may.warm(this.glass.winding_A())
    this.glass.measure()
    if (this.phase === PHASE.running) this.run()
    else if (this.phase === PHASE.backingOff) this.backOff()
    else if (this.phase === PHASE.waiting) this.wait(elapsed_ms)
    else if (this.phase === PHASE.braking) {
      const stalled_ms = this.glass.stalled_ms()
      const stands = this.reversing() ? Math.min(elapsed_ms, stalled_ms) >= WINDOW_PARAMETERS.turn_ms
        : elapsed_ms >= WINDOW_PARAMETERS.brake_ms && stalled_ms >= WINDOW_PARAMETERS.standstill_ms
      if (stands || elapsed_ms >= WINDOW_PARAMETERS.brakeMost_ms) this.proceed()
    } else if (this.phase === PHASE.probing && elapsed_ms >= WINDOW_PARAMETERS.referenceHold_ms) {
      this.ends.open(this.inputs.count)
      this.rest()
    }
  }

  /** `fed` may have changed just now: what waits for it goes. */
  powered(): void {
    if (this.phase === PHASE.waiting) this.proceed()
  }

  /** The motor is too warm to start. */
  thermal(): boolean {
    this.may.warm(this.glass.winding_A())
    return this.may.tooWarm()
  }

  /** Its pulses are lost. */
  blind(): boolean {
    return this.glass.blind
  }

  /** It reverses after a pinch, or is about to. */
  reversing(): boolean {
    return this.goal.reversing()
  }

  /** It drives, or is about to. */
  needsPower(): boolean {
    return this.moves() || this.phase === PHASE.waiting || (this.phase === PHASE.braking && this.goal.code !== GOAL.none)
  }

  /** At which current the eFuse is to hold now; Infinity: as granted. */
  bound_A(): number {
    return this.phase === PHASE.running ? this.glass.bound_A() : Infinity
  }

  /** What the port has to give for long, A, as far as a closing needs it; 0: what the descriptor says is enough. */
  needs_A(): number {
    return this.phase === PHASE.running ? this.glass.needs_A() : this.glass.forecast_A()
  }

  /** `WINDOW_STATE` */
  state(): WindowState {
    if (this.phase === PHASE.waiting) return WINDOW_STATE.waiting
    if (this.moves() || this.phase === PHASE.braking) {
      if (this.reversing()) return WINDOW_STATE.reversing
      if (this.goal.code === GOAL.learn) return WINDOW_STATE.learning
      return this.heading() < 0 ? WINDOW_STATE.closing : WINDOW_STATE.opening
    }
    if (this.blocked) return WINDOW_STATE.blocked
    return this.position.known() ? STILL[this.inputs.guarding]! : WINDOW_STATE.unlearned
  }

  /** Turns to the goal from whatever it does now. */
  private pursue(): void {
    if (this.moves()) {
      const direction = this.goal.direction(this.inputs.count)
      this.glass.measure()
      if (direction === 0 && this.guarded() && this.glass.wasUnwatched()) this.release()
      else if (direction !== this.heading() || this.guardedElse()) this.enter(PHASE.braking)
    } else if (this.phase !== PHASE.braking) this.proceed()
  }

  /** It closes on a learning run and is to no more, or the other way round: each is guarded by its own rules, from its beginning. */
  private guardedElse(): boolean {
    return this.glass.closes() && this.closing.guard.learns !== (this.goal.code === GOAL.learn)
  }

  /** From a standstill: starts, waits for power, or rests. */
  private proceed(): void {
    const direction = this.goal.direction(this.inputs.count)
    if (direction === 0 || (direction < 0 && this.shut()) || !this.may.moves(direction)) this.rest()
    else if (!this.inputs.fed) this.enter(PHASE.waiting)
    else this.start(direction)
  }

  /** It stands as it was pressed into the upper stop: there is nothing to close. The learning run is to find that stop. */
  private shut(): boolean {
    return this.goal.code !== GOAL.learn && this.position.gap_mm(this.inputs.count, -1) < 0
  }

  private start(direction: number): void {
    if (direction < 0) this.pinched = false
    if (direction < 0 && !this.backed && this.glass.isNear()) {
      this.glass.beginBackOff()
      this.enter(PHASE.backingOff)
      return
    }
    this.goal.started()
    this.glass.begin(direction, this.backed)
    this.backed = false
    this.enter(PHASE.running)
  }

  /** The motor is driven. */
  moves(): boolean {
    return this.phase === PHASE.running || this.phase === PHASE.backingOff
  }

  /** Where it goes in the end: a back-off is part of a closing. */
  private heading(): number {
    return this.backed || this.phase === PHASE.backingOff ? -1 : this.glass.direction()
  }

  private backOff(): void {
    if (!this.inputs.fed) this.fail()
    else if (!this.may.moves(-1)) this.stop()
    else if (this.glass.turnsUnseen()) this.lost()
    else if (this.glass.backedOff()) {
      this.backed = true
      this.enter(PHASE.braking)
    } else this.glass.driveBackOff()
  }

  private wait(elapsed_ms: number): void {
    if (this.inputs.fed || !this.may.moves(this.goal.direction(this.inputs.count))) this.proceed()
    else if (elapsed_ms >= WINDOW_PARAMETERS.grant_ms) {
      this.fault = true
      this.rest()
    }
  }

  private run(): void {
    if (!this.inputs.fed) this.powerLost()
    else if (!this.may.moves(this.glass.direction())) this.forbidden()
    else if (this.inputs.dropped) this.lookedAway()
    else if (this.glass.elapsed_ms() >= WINDOW_PARAMETERS.run_ms) this.fail()
    else if (this.glass.arrived()) this.reached()
    else this.meet(this.glass.met())
  }

  /** A goto brakes and looks where it stands; after a reversal it does what was asked meanwhile. */
  private reached(): void {
    if (this.reversing()) {
      this.goal.resume()
      this.pursue()
    } else this.enter(PHASE.braking)
  }

  private meet(met: Met): void {
    if (met === MET.nothing) this.glass.drive()
    else if (met === MET.dead) this.unfed()
    else if (met === MET.end) this.endReached()
    else if (met === MET.unseen) this.pulsesLost()
    else if (met === MET.resistance) this.block()
    else if (this.goal.code === GOAL.learn) this.learnEnd()
    else if (met === MET.obstacle) this.release()
    else if (met === MET.stop) this.stopFound()
    else this.lost()
  }

  /** At an unknown place it may be the lower stop: it is, when the switch stays held. */
  private stopFound(): void {
    if (this.position.known()) this.block()
    else if (this.goal.code === GOAL.down && this.position.measured) this.enter(PHASE.probing)
    else this.stop()
  }

  /** A reversal without pulses opens by time, until it is pressed into a stop. */
  private pulsesLost(): void {
    if (!this.reversing()) this.lost()
    else {
      this.position.forget()
      this.fault = true
      if (this.glass.elapsed_ms() >= WINDOW_PARAMETERS.blindOpen_ms || this.glass.standsUnseen()) this.stop()
      else this.glass.drive()
    }
  }

  /** The position was wrong, and the guard was not where the glass is: open again. */
  private lost(): void {
    this.position.forget()
    this.fault = true
    if (this.glass.closes()) this.release()
    else this.stop()
  }

  private endReached(): void {
    if (this.glass.closes()) this.ends.closed(this.inputs.count)
    this.stop()
  }

  private learnEnd(): void {
    const learned = this.ends.learn(this.inputs.count)
    if (learned === LEARNED.lowerEnd) this.enter(PHASE.braking)
    else if (learned === LEARNED.done) this.stop()
    else {
      this.fault = true
      // It may be a hand: all the way down again.
      this.reverse(Infinity)
    }
  }

  /** The processor paused for so long that the board took the closing motor away. */
  private lookedAway(): void {
    if (this.goal.code === GOAL.learn) this.lost()
    else this.release()
  }

  /** What it presses on is let go. */
  private release(): void {
    this.reverse(this.position.toPulses(WINDOW_PARAMETERS.reopen_mm))
  }

  private reverse(reopen_pulses: number): void {
    this.pinched = true
    this.back(reopen_pulses)
  }

  private back(reopen_pulses: number): void {
    this.powerLosses = 0
    this.goal.reverse(this.inputs.count, reopen_pulses)
    this.enter(PHASE.braking)
  }

  private forbidden(): void {
    if (this.presses()) this.release()
    else this.stop()
  }

  /** Is this a closing in which nobody expects to be pressed? The learning run presses where its end may be. */
  private guarded(): boolean {
    return this.glass.closes() && (this.goal.code !== GOAL.learn || !this.closing.guard.atEnd())
  }

  /**
   * It pushes against more than friction, though not yet against so much that it is an obstacle; or the processor paused, and
   * the guard with it. Where such a closing stops the worm would hold it, and nobody may be there to open it.
   */
  private presses(): boolean {
    if (!this.guarded()) return false
    const guard = this.closing.guard
    const known = guard.found && !guard.atEnd()
    return this.glass.wasUnwatched() || (known && guard.excess_N >= WINDOW_PARAMETERS.presses_N)
  }

  /**
   * A reversal asks again and waits, but not for ever. Everything else is over.
   */
  private powerLost(): void {
    this.powerLosses = this.powerLosses + 1
    if (this.reversing() && this.powerLosses <= WINDOW_PARAMETERS.reversalPowerLosses) {
      this.enter(PHASE.waiting)
      return
    }
    this.unfed()
  }

  /**
   * No current flows any more. A closing that pressed on something lets it go, and an eFuse that held a closing and then tripped, which
   * its hub may not have noticed yet, may have held it on a hand.
   */
  private unfed(): void {
    // Shorting the motor takes no feed.
    if (this.presses() || (this.guarded() && this.closing.wasLimited(this.inputs.now_ms))) this.release()
    else this.fail()
  }

  /** The motor is too weak for what it met, or turned unseen. A closing lets go of what may be a hand: the worm would hold it. */
  private block(): void {
    this.blocked = true
    this.fault = true
    const mayHold = this.glass.mayTurn() || this.closing.guard.mayHold()
    if (mayHold && this.guarded()) this.back(this.position.toPulses(WINDOW_PARAMETERS.letGo_mm))
    else this.stop()
  }

  private fail(): void {
    this.fault = true
    this.stop()
  }

  private stop(): void {
    this.goal.drop()
    this.enter(PHASE.braking)
  }

  private rest(): void {
    this.goal.drop()
    this.backed = false
    this.enter(PHASE.rest)
  }

  private enter(phase: Phase): void {
    if (phase !== PHASE.running && phase !== PHASE.backingOff) this.glass.end()
    if (phase === PHASE.waiting && this.phase === PHASE.waiting) return
    this.phase = phase
    this.phase_ms = 0
    this.stepped_ms = this.inputs.now_ms
  }

  /** After a pause an answer may be there that nobody has read yet: only ticks count. */
  private seen_ms(): number {
    const now_ms = this.inputs.now_ms
    const passed_ms = now_ms - this.stepped_ms
    this.phase_ms = this.phase_ms + (passed_ms < WINDOW_PARAMETERS.pause_ms ? passed_ms : WINDOW_PARAMETERS.pause_ms)
    this.stepped_ms = now_ms
    return this.phase_ms
  }
}
