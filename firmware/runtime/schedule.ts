import type { Hal } from '../hal.ts'
import type { HubCounters } from './counters.ts'

/** Something to do at a time. Made once, armed again and again. */
export interface Job {
  readonly name: string
  readonly fire: () => void
  /** When it fires, or last was to fire, ms since boot. */
  due_ms: number
  armed: boolean
  /** Reads inputs: of several jobs for one time it comes before those that send, so that they say what is so. */
  reads: boolean
  /** Takes long: it has a callback of the board for itself, so that what the bus brings is looked at before and after it. */
  alone: boolean
  /** Its neighbours by time while it is armed; the schedule's own. */
  next: Job
  before: Job
}

/** An end of the list, its own neighbour. */
function endOf(due_ms: number): Job {
  const end = { name: '', fire: () => undefined, due_ms: due_ms, armed: false, reads: false, alone: false } as unknown as Job
  end.next = end
  end.before = end
  return end
}

/** A job that fires this late means the hub stood still. */
export const STALL_ms = 50
/** How long after a stall frames that waited meanwhile are still being read from the controller. */
const AFTERMATH_ms = 5
/** Two times closer than this are one: half the clock's coarsest step. */
const EPSILON_ms = 0.05

/**
 * All of a hub's times on one timer of its board: jobs in a list sorted by time, searched from the nearer end, so that the usual
 * case (the next one fires and is armed again at the end, or a tick near the head) costs a few steps however many jobs there are.
 * Its two ends are jobs that are never due and were always, so that nobody has to ask whether there is a neighbour.
 */
export class Schedule {
  /**
   * `now()` as it was last asked: within one event of the board it does not change, so that what is called by others that asked
   * reads it here.
   */
  now_ms: number
  /** As long as it is not later than this, `behind_ms()` is 0. */
  watchful_ms: number
  private readonly hal: Hal
  private readonly counters: HubCounters
  private readonly wake: () => void
  private readonly first: Job
  private readonly last: Job
  private jobs: number
  private handle: number
  private armed_ms: number
  private running: boolean
  private stall_ms: number
  private stallEnd_ms: number
  /** When it last ran jobs. */
  private ran_ms: number
  private slept_ms: number
  private paused_ms: number

  constructor(hal: Hal, counters: HubCounters) {
    this.now_ms = 0
    this.watchful_ms = -Infinity
    this.hal = hal
    this.counters = counters
    this.first = endOf(-Infinity)
    this.last = endOf(Infinity)
    this.first.next = this.last
    this.last.before = this.first
    this.jobs = 0
    this.handle = 0
    this.armed_ms = 0
    this.running = false
    this.stall_ms = 0
    this.stallEnd_ms = -Infinity
    this.ran_ms = 0
    this.slept_ms = 0
    this.paused_ms = 0
    this.wake = () => this.run()
  }

  /**
   * Time awake since boot, ms; within a job never less than the job's own time, although a timer may fire a hair early.
   * It stands still while the board sleeps: to the protocol, sleep is no time, so nothing ages, expires or counts as a stall.
   */
  now(): number {
    const now = this.hal.now() - this.slept_ms
    if (now > this.now_ms) this.now_ms = now
    return this.now_ms
  }

  /** Makes a job; it is not armed. */
  job(name: string, fire: () => void): Job {
    this.jobs++
    return { name: name, fire: fire, due_ms: 0, armed: false, reads: false, alone: false, next: this.last, before: this.first }
  }

  /** Makes a job that reads inputs, and does what follows of them: it comes first of those for the same time, and alone. */
  reader(name: string, fire: () => void): Job {
    const job = this.loner(name, fire)
    job.reads = true
    return job
  }

  /** Makes a job that takes long: it shares no callback of the board with another. Armed for now, it comes in the next one. */
  loner(name: string, fire: () => void): Job {
    const job = this.job(name, fire)
    job.alone = true
    return job
  }

  /** Arms `job` for a time; moves it if it is armed. Behind others for the same time, but readers before those that send. */
  startAt(job: Job, due_ms: number): void {
    if (job.armed) this.unlink(job)
    job.due_ms = due_ms
    job.armed = true
    let before = this.first
    let after = before.next
    // A tick is nearly always due before all others.
    if (due_ms >= after.due_ms) {
      before = this.last.before
      if (due_ms - after.due_ms < before.due_ms - due_ms) {
        while (after.due_ms <= due_ms) after = after.next
        before = after.before
      } else while (before.due_ms > due_ms) before = before.before
      if (job.reads) while (before.due_ms === due_ms && !before.reads) before = before.before
      after = before.next
    }
    job.next = after
    job.before = before
    after.before = job
    before.next = job
    if (!this.running && before === this.first) this.arm()
  }

  startIn(job: Job, delay_ms: number): void {
    this.startAt(job, this.now() + delay_ms)
  }

  /** Arms `job` unless it fires earlier anyway; not for a time that never comes (Infinity). */
  notLater(job: Job, due_ms: number): void {
    if (due_ms < Infinity && (!job.armed || job.due_ms > due_ms)) this.startAt(job, due_ms)
  }

  stop(job: Job): void {
    if (job.armed) this.unlink(job)
  }

  /** The job is not needed any more; it must not be armed again. */
  retire(job: Job): void {
    this.stop(job)
    this.jobs--
  }

  /**
   * How long the hub has not looked after itself, ms: 0 as a rule. What the controller delivers meanwhile may be as old
   * as this. Within an event that has asked for `now`.
   */
  behind_ms(): number {
    const now = this.now_ms
    if (now - this.stallEnd_ms < AFTERMATH_ms) return this.stall_ms
    // It stood still since some time after it last ran a job.
    return now - this.first.next.due_ms > STALL_ms ? now - this.ran_ms : 0
  }

  /** The board goes to sleep: the jobs' clock stands still until `resume`. */
  pause(): void {
    this.paused_ms = this.hal.now()
  }

  /** The board woke. */
  resume(): void {
    this.slept_ms += this.hal.now() - this.paused_ms
    if (this.handle !== 0) this.hal.cancel(this.handle)
    this.handle = 0
    this.arm()
  }

  /** Names of the armed jobs, soonest first; for failure messages. */
  pending(): string[] {
    const names: string[] = []
    for (let job = this.first.next; job !== this.last; job = job.next) names.push(job.name)
    return names
  }

  private run(): void {
    this.handle = 0
    this.running = true
    const now = this.hal.now() - this.slept_ms
    if (now > this.now_ms) this.now_ms = now
    const first = this.first
    let job = first.next
    if (now - job.due_ms > STALL_ms) this.noteStall(now, now - job.due_ms)
    this.ran_ms = now
    const latest_ms = now + EPSILON_ms
    let most = this.jobs
    while (job.due_ms <= latest_ms) {
      first.next = job.next
      job.next.before = first
      job.armed = false
      if (job.due_ms > this.now_ms) this.now_ms = job.due_ms
      job.fire()
      if (job.alone) break
      job = first.next
      if (job.alone) break
      most--
      if (most === 0) break
    }
    this.running = false
    this.arm()
  }

  private noteStall(now: number, late_ms: number): void {
    const goesOn = now - this.stallEnd_ms < AFTERMATH_ms
    this.stallEnd_ms = now
    // What was due in a stall comes in several callbacks.
    if (goesOn) return
    this.stall_ms = now - this.ran_ms
    this.counters.stalls++
    if (late_ms > this.counters.longestStall_ms) this.counters.longestStall_ms = late_ms
  }

  private arm(): void {
    const due_ms = this.first.next.due_ms
    if (this.handle !== 0) {
      if (this.armed_ms <= due_ms) return
      this.hal.cancel(this.handle)
    } else if (due_ms === Infinity) return
    this.armed_ms = due_ms
    this.watchful_ms = this.now_ms - this.stallEnd_ms < AFTERMATH_ms ? -Infinity : due_ms + STALL_ms
    const delay_ms = due_ms - (this.hal.now() - this.slept_ms)
    this.handle = this.hal.after(delay_ms > 0 ? delay_ms : 0, this.wake)
  }

  private unlink(job: Job): void {
    const before = job.before
    const after = job.next
    job.armed = false
    before.next = after
    after.before = before
  }
}
