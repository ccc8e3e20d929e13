import type { CodeOf } from '#protocol/index.ts'
import { Closing } from './closing.ts'
import { GOAL } from './goal.ts'
import type { WindowGoal } from './goal.ts'
import type { WindowInputs } from './inputs.ts'
import type { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import type { GlassPosition } from './position.ts'

/** One run of the glass in one direction: what the pulses say of it. */
export class Motion {
  /** +1 opens, −1 closes. */
  direction: number
  began_ms: number
  /** Magnitude, smoothed over a few ticks. */
  speed_pulses_s: number
  private beganCount: number
  /** The farthest count so far: a counter that goes to and fro, as one whose second signal is lost, shows no way. */
  private farthest: number
  private lastTick_ms: number
  /** Without a pulse, of the time that the processor saw. */
  private still_ms: number
  /** When the last tick came that was late by a pause of the processor. */
  private woke_ms: number

  constructor() {
    this.direction = 0
    this.began_ms = 0
    this.speed_pulses_s = 0
    this.beganCount = 0
    this.farthest = 0
    this.lastTick_ms = 0
    this.still_ms = 0
    this.woke_ms = -Infinity
  }

  begin(now_ms: number, count: number, direction: number): void {
    this.direction = direction
    this.began_ms = now_ms
    this.speed_pulses_s = 0
    this.beganCount = count
    this.farthest = count
    this.lastTick_ms = now_ms
    this.still_ms = 0
    this.woke_ms = -Infinity
  }

  /** Takes the counter at a tick. */
  update(now_ms: number, count: number): void {
    const elapsed_ms = now_ms - this.lastTick_ms
    if (!(elapsed_ms > 0)) return
    const paused = elapsed_ms > WINDOW_PARAMETERS.pause_ms
    if (paused) this.woke_ms = now_ms
    const pulses = Math.max(0, (count - this.farthest) * this.direction)
    this.still_ms = pulses > 0 ? 0 : this.still_ms + (paused ? WINDOW_PARAMETERS.pause_ms : elapsed_ms)
    this.speed_pulses_s = this.speed_pulses_s + (pulses * 1000 / elapsed_ms - this.speed_pulses_s) / 4
    if (pulses > 0) this.farthest = count
    this.lastTick_ms = now_ms
  }

  /** The motor is off for a while: that it stands says nothing. */
  held(): void {
    this.still_ms = 0
  }

  elapsed_ms(now_ms: number): number {
    return now_ms - this.began_ms
  }

  /** How far it has come. */
  way_pulses(count: number): number {
    return Math.abs(count - this.beganCount)
  }

  /** Time without a pulse; of a pause no more than what makes it one. */
  stalled_ms(): number {
    return this.still_ms
  }

  /** Nobody looked at it until just now. */
  wasUnwatched(now_ms: number): boolean {
    return now_ms - this.woke_ms <= WINDOW_PARAMETERS.woken_ms
  }
}

/** Duty that gives the motor `motor_V`. */
export function slowDuty(motor_V: number, supply_V: number): number {
  return Math.min(1, motor_V / supply_V)
}

/** Share of the duty at the start of a motion. */
export function ramp(elapsed_ms: number): number {
  return Math.min(1, WINDOW_PARAMETERS.rampFrom + (1 - WINDOW_PARAMETERS.rampFrom) * elapsed_ms / WINDOW_PARAMETERS.ramp_ms)
}

/**
 * Duty for a motor that opens, `elapsed_ms` after its start, brought in over a ramp: fast but near the lower end or a goal.
 * Gaps in mm, NaN = not known.
 */
export function motorDuty(elapsed_ms: number, gap_mm: number, goalGap_mm: number, supply_V: number): number {
  const fast = gap_mm > WINDOW_PARAMETERS.slowOpen_mm && !(goalGap_mm <= WINDOW_PARAMETERS.slowGoal_mm)
  return slowDuty(fast ? Infinity : WINDOW_PARAMETERS.slow_V, supply_V) * ramp(elapsed_ms)
}

/**
 * What a run has met. `obstacle`: something between glass and frame. `astray`: it moves where it cannot be. `unseen`: it moves, and gives
 * no pulses. Or the glass stands under
 * power: `dead`, no current flows; `end`, where an end of the travel is; `stop`, anywhere else, against more than friction;
 * `resistance`, against less.
 */
export const MET = { nothing: 0, obstacle: 1, astray: 2, dead: 3, end: 4, stop: 5, resistance: 6, unseen: 7 } as const
export type Met = CodeOf<typeof MET>

/** One run of the motor in one direction: how it is driven, and what it meets. */
export class GlassRun {
  /** For the motor: + opens; 0: off. */
  duty: number
  readonly closing: Closing
  /** Its pulses are lost, as the motor last ran. */
  blind: boolean
  private readonly inputs: WindowInputs
  private readonly position: GlassPosition
  private readonly goal: WindowGoal
  private readonly motion: Motion
  private backOffCount: number
  /** Way since the last pulse, by voltage and current, at least; and until when it was looked at. */
  private unseen_pulses: number
  private looked_ms: number

  constructor(inputs: WindowInputs, position: GlassPosition, goal: WindowGoal, motor: WindowMotor, run_A: number) {
    this.duty = 0
    this.closing = new Closing(motor, Math.min(run_A, WINDOW_PARAMETERS.unlearnedMost_A))
    this.inputs = inputs
    this.position = position
    this.goal = goal
    this.motion = new Motion()
    this.blind = false
    this.backOffCount = 0
    this.unseen_pulses = 0
    this.looked_ms = 0
  }

  /** `backed`: a closing follows its back-off. */
  begin(direction: number, backed: boolean): void {
    const inputs = this.inputs
    this.motion.begin(inputs.now_ms, inputs.count, direction)
    this.unseen_pulses = 0
    this.looked_ms = inputs.now_ms
    if (this.closes()) this.closing.begin(inputs.now_ms, this.gap_mm(), inputs.temperature_C, backed, this.goal.code === GOAL.learn)
    else if (this.position.gap_mm(inputs.count, 1) > WINDOW_PARAMETERS.freeOpen_mm) {
      this.closing.beginOpening(inputs.now_ms, inputs.temperature_C)
    }
    this.driveFrom(inputs.supply_V)
  }

  /** A closing from here is to begin with a back-off. */
  isNear(): boolean {
    return this.gap_mm() < WINDOW_PARAMETERS.backOffBelow_mm
  }

  /** Opens a little before a closing. */
  beginBackOff(): void {
    this.motion.begin(this.inputs.now_ms, this.inputs.count, 1)
    this.unseen_pulses = 0
    this.looked_ms = this.inputs.now_ms
    this.backOffCount = this.inputs.count + this.position.toPulses(
      Math.max(WINDOW_PARAMETERS.backOff_mm, WINDOW_PARAMETERS.backOffTo_mm - this.gap_mm()))
    this.closing.beginOpening(this.inputs.now_ms, this.inputs.temperature_C)
    this.driveBackOff()
  }

  driveBackOff(): void {
    this.closing.opening(this.inputs, this.duty)
    this.duty = slowDuty(WINDOW_PARAMETERS.backOff_V, this.inputs.supply_V) * ramp(this.elapsed_ms())
  }

  /** It has opened, or cannot. */
  backedOff(): boolean {
    return this.inputs.count >= this.backOffCount || this.stalled_ms() >= WINDOW_PARAMETERS.stall_ms
      || this.elapsed_ms() >= WINDOW_PARAMETERS.backOff_ms
  }

  end(): void {
    this.duty = 0
  }

  /** Takes the counter at a tick; the glass may still move while it is braked. */
  measure(): void {
    this.motion.update(this.inputs.now_ms, this.inputs.count)
  }

  /** +1 opens, −1 closes. */
  direction(): number {
    return this.motion.direction
  }

  elapsed_ms(): number {
    return this.motion.elapsed_ms(this.inputs.now_ms)
  }

  /** Time without a pulse. */
  stalled_ms(): number {
    return this.motion.stalled_ms()
  }

  /** The processor paused until just now: what the glass met meanwhile is not known. */
  wasUnwatched(): boolean {
    return this.motion.wasUnwatched(this.inputs.now_ms)
  }

  /** Every closing is guarded; without a position only a held switch closes. */
  closes(): boolean {
    return this.motion.direction === -1
  }

  /** The goal of a goto or a reversal is reached. */
  arrived(): boolean {
    return this.goal.arrived(this.inputs.count, this.motion.direction, this.motion.speed_pulses_s)
  }

  met(): Met {
    if (this.turnsUnseen()) return MET.unseen
    if (this.astray()) return MET.astray
    if (this.closes() && this.obstructed() && !this.pressesOn()) return MET.obstacle
    if (this.closes() && this.closing.slammed) this.motion.held()
    const atEnd = this.atEnd()
    if (this.stalled_ms() < this.patience_ms(atEnd)) return MET.nothing
    if (!this.drawsCurrent()) return MET.dead
    if (atEnd) return MET.end
    return this.pressed() ? MET.stop : MET.resistance
  }

  /** The motor turns, and the counter stands: its pulses are lost. To be asked once a tick. */
  turnsUnseen(): boolean {
    const inputs = this.inputs
    // From after the counter was read last to before it was read now, no longer than it stands, and of a pause no more than what makes
    // it one: that the processor was held up is no way without a pulse.
    const stalled_ms = this.stalled_ms()
    const dt_s = Math.min(inputs.taken_ms - this.looked_ms, WINDOW_PARAMETERS.pause_ms, stalled_ms) / 1000
    this.looked_ms = inputs.now_ms
    if (stalled_ms === 0) this.blind = false
    if (stalled_ms === 0 || !this.drawsCurrent()) this.unseen_pulses = 0
    else this.unseen_pulses = this.unseen_pulses + Math.max(0, this.leastSpeed_pulses_s(WINDOW_PARAMETERS.blindDoubt)) * Math.max(0, dt_s)
    const hand = this.closes() && this.closing.guard.mayHold()
    if (this.unseen_pulses <= (hand ? WINDOW_PARAMETERS.blindHand_pulses : WINDOW_PARAMETERS.blind_pulses)) return false
    this.blind = true
    return true
  }

  /** Not for long enough to say so, but it has turned by a pulse that did not come, or turns if its winding is as it is believed to be. */
  mayTurn(): boolean {
    return this.unseen_pulses >= 1 || this.leastSpeed_pulses_s(WINDOW_PARAMETERS.weakDoubt) > 0
  }

  /** The same motor turns no more: it is pressed into a stop. */
  standsUnseen(): boolean {
    return this.pressed() && this.leastSpeed_pulses_s(WINDOW_PARAMETERS.blindDoubt) <= 0
  }

  private leastSpeed_pulses_s(doubt: number): number {
    return this.closing.guard.load.leastSpeed_pulses_s(Math.abs(this.duty) * this.inputs.plug_V, this.winding_A(), doubt)
  }

  /** Sets the duty for the next tick. */
  drive(): void {
    if (!this.closes()) this.closing.opening(this.inputs, this.duty)
    this.driveFrom(this.inputs.plug_V)
  }

  /** `plug_V`: what a closing has to expect at its plug; at its start nothing is measured there yet. */
  private driveFrom(plug_V: number): void {
    const direction = this.motion.direction
    const count = this.inputs.count
    const supply_V = this.inputs.supply_V
    if (this.goal.code === GOAL.learn && direction === 1) {
      this.duty = slowDuty(WINDOW_PARAMETERS.learn_V, supply_V) * ramp(this.elapsed_ms())
      return
    }
    const goalGap_mm = this.position.toMillimetres(this.goal.left_pulses(count, direction))
    if (this.closes()) this.duty = -this.closing.duty(plug_V, goalGap_mm <= WINDOW_PARAMETERS.slowGoal_mm)
    else this.duty = motorDuty(this.elapsed_ms(), this.position.gap_mm(count, direction), goalGap_mm, supply_V)
  }

  /** At which current the eFuse is to hold now; Infinity: as granted. */
  bound_A(): number {
    return this.closes() ? this.closing.bound_A : Infinity
  }

  /** What the port has to give for long, A, as far as a closing needs it; 0: what the descriptor says is enough. */
  needs_A(): number {
    return this.closes() ? this.closing.neededNow_A(-this.duty) : 0
  }

  /** The same for a run from here that has not begun. */
  forecast_A(): number {
    const inputs = this.inputs
    if (this.goal.direction(inputs.count) >= 0) return 0
    return this.closing.forecast_A(this.position.gap_mm(inputs.count, -1), inputs.temperature_C, inputs.supply_V)
  }

  /** Current in the winding: the port sees its share by duty. */
  winding_A(): number {
    const duty = Math.abs(this.duty)
    return duty > 0 ? this.inputs.port_A / duty : 0
  }

  private obstructed(): boolean {
    const reading = this.closing.reading
    reading.elapsed_ms = this.elapsed_ms()
    reading.stalled_ms = this.unseen_pulses < 1 && this.drawsCurrent() ? this.stalled_ms() : 0
    reading.gap_mm = this.gap_mm()
    reading.pulses_s = this.motion.speed_pulses_s
    const met = this.closing.update(this.inputs, -this.duty)
    if (this.goal.code === GOAL.learn) this.goal.learning.lifts(this.inputs.count, this.closing.guard.load.pull_N())
    return met
  }

  /** What a learning run meets where its end has to be is pressed until it gives no more. */
  private pressesOn(): boolean {
    if (this.goal.code !== GOAL.learn || !this.goal.learning.meetsEnd(this.glassCount())) return false
    this.closing.guard.press()
    return true
  }

  /** What the counter would read without the stretch of the cable. */
  private glassCount(): number {
    return this.inputs.count + this.closing.guard.stretch_pulses()
  }

  /** From the closed end, mm; on the learning run by the descriptor's travel; at an unknown place as if a hand might be there. */
  private gap_mm(): number {
    const count = this.inputs.count
    if (this.goal.code === GOAL.learn) return this.position.toMillimetres(this.goal.learning.gap_pulses(count))
    if (this.position.known()) return this.position.gap_mm(count, -1)
    const way_mm = this.position.toMillimetres(this.motion.way_pulses(count))
    return Math.max(WINDOW_PARAMETERS.unknownGap_mm, WINDOW_PARAMETERS.unknownFrom_mm - way_mm)
  }

  private astray(): boolean {
    const count = this.inputs.count
    return this.goal.code === GOAL.learn ? this.goal.learning.astray(this.glassCount()) : this.position.astray(count)
  }

  /** Where the glass may be expected to stand. */
  private atEnd(): boolean {
    if (!this.position.known() || this.goal.code === GOAL.learn) return false
    return this.closes() ? this.closing.guard.atEnd() : this.position.gap_mm(this.inputs.count, 1) <= WINDOW_PARAMETERS.endZone_mm
  }

  /** How long it may stand under power. */
  private patience_ms(atEnd: boolean): number {
    if (atEnd) return WINDOW_PARAMETERS.endStall_ms
    if (!this.closes()) return WINDOW_PARAMETERS.stall_ms
    const guard = this.closing.guard
    if (guard.atEnd()) return guard.holds() ? 0 : WINDOW_PARAMETERS.endStall_ms
    return guard.found ? WINDOW_PARAMETERS.weakStall_ms : WINDOW_PARAMETERS.unfoundStall_ms
  }

  private drawsCurrent(): boolean {
    return this.winding_A() >= WINDOW_PARAMETERS.connected_A
  }

  private pressed(): boolean {
    return this.closes() ? this.closing.guard.pressed() : this.winding_A() >= WINDOW_PARAMETERS.pressed_A
  }
}
