import {
  type CodeOf, hubAddress, LOCATION, type NetworkSleepValues, SLEEP_PHASE, SLEEP_REASON, type SleepPhase, type SleepReason,
} from '#protocol/index.ts'
import type { Job, Schedule } from './schedule.ts'

/** Times of going to sleep and waking. */
export const SLEEP_RULES = {
  /** The manager proposes after so long without activity. */
  quiet_ms: 40_000,
  /** A hub that saw activity the manager did not see vetoes; their clocks may differ by this. */
  skew_ms: 1000,
  /** Time to veto, counted from the first proposal. */
  veto_ms: 500,
  /** Proposal and agreement are each sent this many times, this far apart: one of them may be lost. */
  repeats: 3,
  repeat_ms: 100,
  /** Pause after a veto. */
  retry_ms: 5000,
  /** From the agreement (for the manager: its last repetition) until the hub says nothing at all, and until it sleeps. */
  mute_ms: 150,
  settle_ms: 400,
  /** A hub that hears no manager sleeps by itself after so long without activity. */
  alone_ms: 60_000,
  /** A hub that the bus woke, and that hears nothing that concerns it, sleeps again after this. */
  listen_ms: 3000,
  /** How often a hub looks whether it is busy. */
  check_ms: 1000,
} as const

/**
 * - `awake`;
 * - `proposing`: the manager waits for vetoes; `agreeing`: it repeats the agreement;
 * - `settling`: silent but for the last words, about to sleep;
 * - `asleep`;
 * - `listening`: woken by the bus, and silent until something concerns it, so that hubs without a manager do not wake
 *   each other for ever; also woken by sockets of which one holds a stranger, until something of the others happens.
 */
export const SLEEP_STATE = { awake: 0, proposing: 1, agreeing: 2, settling: 3, asleep: 4, listening: 5 } as const
export type SleepState = CodeOf<typeof SLEEP_STATE>

/** `busy()` of a hub that is not. */
export const NOT_BUSY = -1

/** What going to sleep needs of the hub. */
export interface SleepHost {
  /** It is the power manager in charge, and may send. */
  leads(): boolean
  /** Its sockets are paired, and there is something in one that may not belong there: what woke it counts only once it is known to. */
  guarded(): boolean
  /** A manager elsewhere was heard of late. */
  managed(): boolean
  /** `SLEEP_REASON` of what is under way here, or `NOT_BUSY`. */
  busy(): SleepReason | typeof NOT_BUSY
  sendSleep(phase: SleepPhase, reason: SleepReason): void
  /** No periodic frames any more; a last HubStatus says that the hub sleeps. */
  fallSilent(): void
  /** Nothing at all is sent any more. */
  mute(): void
  /** Messages may be sent again. */
  unmute(): void
  /** Periodic frames again. */
  speak(): void
  /** Ports off, nothing waits, and the board asleep; `woken` is called when it is not any more. */
  powerDown(woken: (byBus: boolean) => void): void
  /** Ports on. */
  powerUp(): void
}

/** Decides when this hub sleeps and wakes; the agreement is told in the catalogue (NetworkSleep). */
export class SleepControl {
  state: SleepState
  /** From `start` on. */
  private host!: SleepHost
  private readonly schedule: Schedule
  private readonly checkJob: Job
  private readonly stepJob: Job
  private readonly woken: (byBus: boolean) => void
  private active_ms: number
  /** When the manager may propose again. */
  private retry_ms: number
  private began_ms: number
  private said: number
  private muted: boolean

  constructor(schedule: Schedule) {
    this.state = SLEEP_STATE.awake
    this.schedule = schedule
    this.checkJob = schedule.job('sleep check', () => this.check())
    this.stepJob = schedule.job('sleep step', () => this.step())
    this.woken = byBus => this.wake(byBus)
    this.active_ms = 0
    this.retry_ms = 0
    this.began_ms = 0
    this.said = 0
    this.muted = false
  }

  /** From boot on. */
  start(host: SleepHost): void {
    this.host = host
    this.active_ms = this.schedule.now()
    this.schedule.startIn(this.checkJob, SLEEP_RULES.check_ms)
  }

  /** Silent: asleep, about to be, or woken by something that may not concern it. */
  quiet(): boolean {
    return this.state >= SLEEP_STATE.settling
  }

  /** Something happened here, or somebody wants something of this hub (`SLEEP_REASON`). */
  activity(reason: SleepReason): void {
    this.active_ms = this.schedule.now()
    if (this.state === SLEEP_STATE.proposing) this.state = SLEEP_STATE.awake
    else if (this.state !== SLEEP_STATE.awake && this.state !== SLEEP_STATE.asleep) this.resume(reason, true)
  }

  /** A VehicleState: there is a manager, and it is awake. */
  managerHeard(): void {
    if (this.state === SLEEP_STATE.listening) this.resume(SLEEP_REASON.bus, false)
  }

  /** A NetworkSleep of another hub. */
  receive(values: NetworkSleepValues, source: number): void {
    if (values.phase === SLEEP_PHASE.waking) this.joinWaking()
    else if (values.phase === SLEEP_PHASE.vetoed) this.vetoed(values.reason)
    else if (source !== hubAddress(LOCATION.DASH) && source !== hubAddress(LOCATION.TRUNK)) return
    else if (values.phase === SLEEP_PHASE.proposed) this.proposed()
    else if (values.phase === SLEEP_PHASE.agreed) this.agreed()
  }

  private joinWaking(): void {
    if (this.state === SLEEP_STATE.awake || this.state === SLEEP_STATE.proposing) this.activity(SLEEP_REASON.bus)
    else if (this.state !== SLEEP_STATE.asleep) this.resume(SLEEP_REASON.bus, false)
  }

  private proposed(): void {
    this.managerHeard()
    if (this.state !== SLEEP_STATE.awake || this.host.leads()) return
    const reason = this.objection()
    if (reason !== NOT_BUSY) this.host.sendSleep(SLEEP_PHASE.vetoed, reason)
  }

  private vetoed(reason: SleepReason): void {
    this.retry_ms = this.schedule.now() + SLEEP_RULES.retry_ms
    if (this.state === SLEEP_STATE.proposing) {
      this.state = SLEEP_STATE.awake
      this.schedule.stop(this.stepJob)
    } else if (this.state === SLEEP_STATE.agreeing || (this.state === SLEEP_STATE.settling && this.host.leads())) {
      this.resume(reason, true)
    }
  }

  private agreed(): void {
    if (this.host.leads() || (this.state !== SLEEP_STATE.awake && this.state !== SLEEP_STATE.listening)) return
    const reason = this.objection()
    if (reason === NOT_BUSY) this.settle()
    else this.host.sendSleep(SLEEP_PHASE.waking, reason)
  }

  /** Why this hub would not sleep now. */
  private objection(): SleepReason | typeof NOT_BUSY {
    const reason = this.host.busy()
    if (reason !== NOT_BUSY) return reason
    const quiet_ms = this.schedule.now() - this.active_ms
    return quiet_ms < SLEEP_RULES.quiet_ms - SLEEP_RULES.skew_ms && this.state === SLEEP_STATE.awake ? SLEEP_REASON.inactivity : NOT_BUSY
  }

  private check(): void {
    this.schedule.startIn(this.checkJob, SLEEP_RULES.check_ms)
    if (this.state !== SLEEP_STATE.awake) return
    const now = this.schedule.now()
    if (this.host.busy() !== NOT_BUSY) {
      this.active_ms = now
      return
    }
    const leads = this.host.leads()
    let due_ms = this.active_ms + (leads ? SLEEP_RULES.quiet_ms : SLEEP_RULES.alone_ms)
    if (leads && due_ms < this.retry_ms) due_ms = this.retry_ms
    if (now < due_ms) this.schedule.notLater(this.checkJob, due_ms)
    else if (leads) this.propose()
    else if (!this.host.managed()) this.settle()
  }

  private propose(): void {
    this.state = SLEEP_STATE.proposing
    this.began_ms = this.schedule.now()
    this.said = 0
    this.say(SLEEP_PHASE.proposed)
  }

  /** Once more, and the next time soon. */
  private say(phase: SleepPhase): void {
    this.said++
    this.host.sendSleep(phase, SLEEP_REASON.inactivity)
    this.schedule.startIn(this.stepJob, SLEEP_RULES.repeat_ms)
  }

  private step(): void {
    if (this.state === SLEEP_STATE.proposing) this.stepProposal()
    else if (this.state === SLEEP_STATE.agreeing) this.stepAgreement()
    else if (this.state === SLEEP_STATE.settling && !this.muted) this.mute()
    else if (this.state === SLEEP_STATE.settling || this.state === SLEEP_STATE.listening) this.fallAsleep()
  }

  private stepProposal(): void {
    const end_ms = this.began_ms + SLEEP_RULES.veto_ms
    if (this.said < SLEEP_RULES.repeats) this.say(SLEEP_PHASE.proposed)
    else if (this.schedule.now() < end_ms) this.schedule.startAt(this.stepJob, end_ms)
    else if (this.host.busy() !== NOT_BUSY) this.state = SLEEP_STATE.awake
    else {
      this.state = SLEEP_STATE.agreeing
      this.said = 0
      this.say(SLEEP_PHASE.agreed)
    }
  }

  private stepAgreement(): void {
    if (this.said < SLEEP_RULES.repeats) this.say(SLEEP_PHASE.agreed)
    else this.settle()
  }

  private settle(): void {
    this.state = SLEEP_STATE.settling
    this.muted = false
    this.began_ms = this.schedule.now()
    this.host.fallSilent()
    this.schedule.startIn(this.stepJob, SLEEP_RULES.mute_ms)
  }

  private mute(): void {
    this.muted = true
    this.host.mute()
    this.schedule.startAt(this.stepJob, this.began_ms + SLEEP_RULES.settle_ms)
  }

  private fallAsleep(): void {
    const reason = this.host.busy()
    if (reason !== NOT_BUSY) {
      this.resume(reason, true)
      return
    }
    this.state = SLEEP_STATE.asleep
    this.schedule.stop(this.checkJob)
    this.host.powerDown(this.woken)
  }

  /** The board is awake again. */
  private wake(byBus: boolean): void {
    this.host.powerUp()
    if (byBus ? this.host.leads() : !this.host.guarded()) {
      this.resume(byBus ? SLEEP_REASON.bus : SLEEP_REASON.switch, true)
      return
    }
    this.state = SLEEP_STATE.listening
    this.schedule.startIn(this.stepJob, SLEEP_RULES.listen_ms)
  }

  /** Awake; `tell`: the others may not know. What wakes goes before everything else. */
  private resume(reason: SleepReason, tell: boolean): void {
    this.state = SLEEP_STATE.awake
    this.active_ms = this.schedule.now()
    this.schedule.stop(this.stepJob)
    this.host.unmute()
    if (tell) this.host.sendSleep(SLEEP_PHASE.waking, reason)
    this.host.speak()
    this.schedule.startIn(this.checkJob, SLEEP_RULES.check_ms)
  }
}
