import {
  type CodeOf, COMPONENT_CLASS, LATCH_ACTION, LATCH_PLUG, LATCH_STATE, type LatchAction, LatchCommandDecoder,
  type LatchCommandValues, type LatchState, LatchStatusEncoder, type LatchStatusValues,
} from '#protocol/index.ts'
import { defineComponent } from '../component.ts'
import type { CommandedDriver, ContextOf, DriverJob } from '../component.ts'
import { LATCH_PARAMETERS } from './parameters.ts'
import { mayObey } from './rules.ts'
import type { LatchView } from './rules.ts'
import { STROKES, needsUnlock } from './strokes.ts'

/**
 * `rest`: motors off. `waiting`: for power. `driving`: a stroke runs. `pausing`: before the retry. `returning`: the pawl's
 * drive springs home.
 */
const PHASE = { rest: 0, waiting: 1, driving: 2, pausing: 3, returning: 4 } as const
type Phase = CodeOf<typeof PHASE>
const NO_ACTION = -1
const NO_SEQUENCE = -1

/** A latch: releases, pulls shut, locks and unlocks, each stroke with a time limit and one retry. */
class LatchDriver implements CommandedDriver<LatchCommandValues, LatchStatusValues> {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.latch>
  private readonly view: LatchView
  private phase: Phase
  /** The stroke that runs, and the one after it. */
  private action: LatchAction | typeof NO_ACTION
  private nextAction: LatchAction | typeof NO_ACTION
  private began_ms: number
  private retried: boolean
  private fault: boolean
  /** The last release that was asked for with the speed unknown, and when. */
  private askedSequence: number
  private asked_ms: number
  private readonly settleJob: DriverJob

  constructor(context: ContextOf<typeof COMPONENT_CLASS.latch>) {
    this.statusCount = 1
    this.context = context
    this.view = {
      location: context.location, sender: 0, locked: false, ajar: false, speed_kmh: NaN, insisted: false,
      flags: context.descriptor.data.flags,
    }
    this.phase = PHASE.rest
    this.action = NO_ACTION
    this.nextAction = NO_ACTION
    this.began_ms = 0
    this.retried = false
    this.fault = false
    this.askedSequence = NO_SEQUENCE
    this.asked_ms = -Infinity
    this.settleJob = context.job('inputs settle', () => context.statusChanged(0))
    context.port.onInput(() => this.settleJob.notLater(LATCH_PARAMETERS.settle_ms))
  }

  command(values: LatchCommandValues, sender: number): boolean {
    const view = this.look()
    view.sender = sender & 0x0f
    view.insisted = values.action === LATCH_ACTION.release && !(view.speed_kmh >= 0) && this.insists(values.sequence)
    if (!mayObey(values.action, view)) return false
    const unlockFirst = needsUnlock(values.action, view.locked)
    this.fault = false
    this.nextAction = unlockFirst ? values.action : NO_ACTION
    this.begin(unlockFirst ? LATCH_ACTION.unlock : values.action)
    this.context.statusChanged(0)
    return true
  }

  tick(): void {
    const elapsed_ms = this.context.hal.now() - this.began_ms
    if (this.phase === PHASE.waiting) {
      if (this.context.power.granted()) this.drive()
      else if (elapsed_ms >= (this.retried ? LATCH_PARAMETERS.regrant_ms : LATCH_PARAMETERS.grant_ms)) this.finish(true)
    } else if (this.phase === PHASE.driving) this.watchStroke(elapsed_ms)
    else if (this.phase === PHASE.pausing) {
      if (elapsed_ms >= LATCH_PARAMETERS.retryPause_ms) this.drive()
    } else if (this.phase === PHASE.returning) {
      if (this.context.port.input(LATCH_PLUG.home)) this.finish(false)
      else if (elapsed_ms >= LATCH_PARAMETERS.home_ms) this.finish(true)
    }
  }

  status(values: LatchStatusValues, _index: number): void {
    const view = this.look()
    values.state = this.state(view)
    values.ajar = view.ajar ? 1 : 0
    values.locked = view.locked ? 1 : 0
    values.fault = this.fault ? 1 : 0
  }

  moving(): boolean {
    return this.phase !== PHASE.rest
  }

  powerChanged(granted: boolean): void {
    if (granted) {
      if (this.phase === PHASE.waiting) this.drive()
    } else if (this.mayWantAgain()) this.wantAgain()
    else if (this.phase === PHASE.driving || this.phase === PHASE.pausing) this.finish(true)
  }

  /** Driving off in the middle of a release ends it. */
  vehicleChanged(): void {
    const releasing = this.action === LATCH_ACTION.release || this.nextAction === LATCH_ACTION.release
    if (this.phase === PHASE.rest || !releasing) return
    if (this.context.vehicle.speed_kmh() > LATCH_PARAMETERS.releaseSpeed_kmh) this.finish(true)
  }

  dispose(): void {
    this.stopMotors()
    this.phase = PHASE.rest
    this.context.tick(0)
    this.context.power.release()
  }

  /** A repetition of the first release is not the second. */
  private insists(sequence: number): boolean {
    const now_ms = this.context.hal.now()
    const since_ms = now_ms - this.asked_ms
    if (sequence === this.askedSequence && since_ms <= LATCH_PARAMETERS.insist_ms) return false
    this.askedSequence = sequence
    this.asked_ms = now_ms
    return since_ms <= LATCH_PARAMETERS.insist_ms
  }

  private look(): LatchView {
    const port = this.context.port
    this.view.ajar = port.input(LATCH_PLUG.ajar)
    this.view.locked = port.input(LATCH_PLUG.locked)
    this.view.speed_kmh = this.context.vehicle.speed_kmh()
    return this.view
  }

  private state(view: LatchView): LatchState {
    if (this.phase !== PHASE.rest && this.action === LATCH_ACTION.release) return LATCH_STATE.releasing
    if (this.phase !== PHASE.rest && this.action === LATCH_ACTION.cinch) return LATCH_STATE.cinching
    if (this.fault) return LATCH_STATE.blocked
    return view.ajar ? LATCH_STATE.ajar : LATCH_STATE.closed
  }

  /** Starts a stroke, ending the one that runs. */
  private begin(action: LatchAction): void {
    this.stopMotors()
    this.action = action
    this.retried = false
    this.context.tick(LATCH_PARAMETERS.tick_ms)
    this.want(this.context.descriptor.run_A)
    if (this.phase === PHASE.waiting && this.context.power.granted()) this.drive()
  }

  /** Its eFuse tripped for the first time, and not while it pulled shut: what stopped that may be fingers. */
  private mayWantAgain(): boolean {
    return this.phase === PHASE.driving && !this.retried && !STROKES[this.action]!.watched && this.context.port.tripped()
  }

  /**
   * Others drew so much that its peak was less than it takes to break loose. The feed comes back, and the stroke with it: it asks for all
   * of its peak now, so that less important ports make room.
   */
  private wantAgain(): void {
    this.stopMotors()
    this.retried = true
    this.want(this.context.descriptor.peak_A)
  }

  private want(run_A: number): void {
    this.phase = PHASE.waiting
    this.began_ms = this.context.hal.now()
    this.context.power.want(run_A, this.context.descriptor.peak_A, LATCH_PARAMETERS.lease_ms, LATCH_PARAMETERS.priority)
  }

  private drive(): void {
    const stroke = STROKES[this.action]!
    this.phase = PHASE.driving
    this.began_ms = this.context.hal.now()
    if (stroke.watched) this.context.port.driveWatched(stroke.channel, stroke.duty)
    else this.context.port.drive(stroke.channel, stroke.duty)
  }

  private watchStroke(elapsed_ms: number): void {
    const stroke = STROKES[this.action]!
    if (this.context.port.input(stroke.input) === stroke.level) {
      this.stopMotors()
      this.reached()
    } else if (elapsed_ms >= stroke.limit_ms) {
      this.stopMotors()
      if (this.retried) this.finish(true)
      else {
        this.retried = true
        this.phase = PHASE.pausing
        this.began_ms = this.context.hal.now()
      }
    } else if (stroke.watched) this.context.port.driveWatched(stroke.channel, stroke.duty)
  }

  private reached(): void {
    const next = this.nextAction
    if (next !== NO_ACTION) {
      this.nextAction = NO_ACTION
      this.begin(next)
    } else if (STROKES[this.action]!.channel === LATCH_PLUG.pawl) {
      this.phase = PHASE.returning
      this.began_ms = this.context.hal.now()
      // A spring draws nothing: another latch may wait for this current.
      this.context.power.release()
    } else this.finish(false)
  }

  private finish(fault: boolean): void {
    this.stopMotors()
    this.phase = PHASE.rest
    this.action = NO_ACTION
    this.nextAction = NO_ACTION
    this.fault = fault
    this.context.tick(0)
    this.context.power.release()
    this.context.statusChanged(0)
  }

  private stopMotors(): void {
    this.context.port.drive(LATCH_PLUG.pawl, 0)
    this.context.port.drive(LATCH_PLUG.lock, 0)
  }
}

export const latchEntry = defineComponent({
  code: COMPONENT_CLASS.latch,
  command: LatchCommandDecoder,
  status: LatchStatusEncoder,
  create: context => new LatchDriver(context),
})
