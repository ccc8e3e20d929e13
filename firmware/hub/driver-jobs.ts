import type { DriverJob } from '../components/index.ts'
import type { Job, Schedule } from '../runtime/index.ts'

/** A job of the hub's schedule in the hands of a driver. */
class ScheduledJob implements DriverJob {
  readonly job: Job
  private readonly schedule: Schedule

  constructor(schedule: Schedule, name: string, fire: () => void) {
    this.schedule = schedule
    this.job = schedule.reader(name, fire)
  }

  startIn(delay_ms: number): void {
    this.schedule.startIn(this.job, delay_ms)
  }

  notLater(delay_ms: number): void {
    this.schedule.notLater(this.job, this.schedule.now() + delay_ms)
  }

  stop(): void {
    this.schedule.stop(this.job)
  }

  armed(): boolean {
    return this.job.armed
  }
}

/** The jobs of the driver at a port: they end with it. */
export class DriverJobs {
  private readonly schedule: Schedule
  private readonly prefix: string
  private jobs: ScheduledJob[]

  /** `prefix` of the names of the jobs, as failure messages show them. */
  constructor(schedule: Schedule, prefix: string) {
    this.schedule = schedule
    this.prefix = prefix
    this.jobs = []
  }

  make(name: string, fire: () => void): DriverJob {
    const made = new ScheduledJob(this.schedule, `${this.prefix} ${name}`, fire)
    this.jobs.push(made)
    return made
  }

  /** The driver is gone: none of its jobs fires any more. */
  end(): void {
    for (const each of this.jobs) this.schedule.retire(each.job)
    this.jobs = []
  }
}
