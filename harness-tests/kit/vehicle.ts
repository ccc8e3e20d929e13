import type { GivenOf, Target } from '#protocol/catalogue/index.ts'
import { MessageSender, parseTarget } from '#protocol/messages/index.ts'
import type { CarNames } from '#sim/car/index.ts'
import type { TraceEvent } from '#sim/trace/index.ts'
import type { Driver } from './driver.ts'
import { duration } from './limits.ts'
import type { Heard, ReadingAt, SedanNames } from './names.ts'
import { type Observed, Observer } from './observer.ts'
import { situation, unseen } from './report.ts'
import { StandingFaults } from './standing-faults.ts'

/** How long `until` waits when neither it nor the journey says, ms of bus time. */
const DEFAULT_LIMIT_ms = 10_000
/** A press that everybody takes for a tap. */
const TAP_ms = 150
/** Conditions asked between two looks at the real clock. */
const PATIENCE = 256

/** Thrown by `until`, `expectNever` and `status`; carries what a reader needs to find the cause. */
export class ExpectationError extends Error {}

/**
 * The car as a tester sees it: press switches, send commands, read what the bus says, wait for something, make sure that
 * something never happens. Time is the bus's own. `Names` are the names of its parts, those of the sedan unless told otherwise.
 */
export class Vehicle<Names extends CarNames = SedanNames> {
  readonly driver: Driver
  readonly bus = new Observer()
  readonly events: TraceEvent[] = []
  /** Faults that were made and stand. */
  readonly faults = new StandingFaults()
  /** How long `until` waits when it is not told, ms of bus time. */
  within_ms = DEFAULT_LIMIT_ms
  /** Whether the real time of the test is over; then waiting throws. */
  timeIsUp: () => boolean = () => false
  /** What the condition that is waited for reads: how to show each again. Undefined while nothing is waited for. */
  private reads: Map<string, () => string> | undefined = undefined
  private readonly sender = new MessageSender()

  constructor(driver: Driver) {
    this.driver = driver
    driver.onFrame((frame, t_ns) => this.bus.observe(frame, t_ns))
    driver.onEvent((event) => {
      this.events.push(event)
      this.faults.observe(event)
    })
  }

  /** Bus time, ms. */
  get now_ms(): number {
    return this.driver.now_ns / 1e6
  }

  /** Holds a switch (`DASH.windowFL.up`) down. */
  hold(name: Names['switch']): void {
    this.driver.press(name)
  }

  release(name: Names['switch']): void {
    this.driver.release(name)
  }

  /** Presses a switch for a time (a tap when left out) and lets that time pass. Throws RangeError for a time that is none. */
  async press(name: Names['switch'], duration_ms = TAP_ms): Promise<void> {
    duration('press: duration_ms', duration_ms)
    this.driver.press(name)
    await this.run(duration_ms)
    this.driver.release(name)
  }

  /** Lets time pass. Throws RangeError for a time that is none. */
  async run(duration_ms: number): Promise<void> {
    await this.wait('time passes', () => false, duration('run: duration_ms', duration_ms))
  }

  /**
   * Sends a command as a tester's tool would (source 0xF9), with E2E protection and a fresh sequence, once: loss is for
   * the journey to see. `values` take enum names. Returns the sequence, undefined for rows that have none.
   */
  send<To extends Target>(target: To, values: GivenOf<To>, options: { source?: number, sequence?: number } = {}): number | undefined {
    const { entry, location } = parseTarget(target as string)
    const sequence = this.sender.sequence(entry, location, options.source, options.sequence)
    this.driver.send(this.sender.encode(entry, location, sequence === undefined ? values : { sequence, ...values }, options.source))
    return sequence
  }

  /** The newest reading of a message: `car.status('WindowStatus@FL').position_pct`. Throws ExpectationError when there was none yet. */
  status<From extends Heard>(target: From): ReadingAt<From> {
    const reading = this.peek(target)
    if (reading === undefined) throw new ExpectationError(unseen(this, target))
    return reading
  }

  /** Like `status`, with undefined instead of an error. */
  peek<From extends Heard>(target: From): ReadingAt<From> | undefined {
    const last = this.bus.last(target)
    this.noteRead(target, () => JSON.stringify(this.bus.last(target)?.values) ?? 'not seen yet')
    return last?.values
  }

  /** Frames of a message since a time, oldest first. Throws RangeError for a time that is none, or for which frames are forgotten. */
  history<From extends Heard>(target: From, from_ms = 0): Observed<ReadingAt<From>>[] {
    const frames = this.bus.history(target, from_ms)
    this.noteRead(`history of ${target}`, () => {
      const found = this.bus.keptOf(target, from_ms)
      return `${found.length} since ${from_ms.toFixed(1)} ms${found.length === 0 ? '' : `, the last ${JSON.stringify(found.at(-1)?.values)}`}`
    })
    return frames
  }

  /** Waits until `done()` is true; returns how long it took, ms of bus time. Throws when it is not within the limit. */
  async until(what: string, done: () => boolean, options: { within_ms?: number } = {}): Promise<number> {
    const limit_ms = duration('until: within_ms', options.within_ms ?? this.within_ms)
    const start_ms = this.now_ms
    if (await this.wait(what, done, limit_ms)) return this.now_ms - start_ms
    throw new ExpectationError(`waited ${limit_ms} ms in vain until ${what}\n${this.situation()}`)
  }

  /** Lets `for_ms` pass and throws as soon as `bad()` is true. */
  async expectNever(what: string, bad: () => boolean, options: { for_ms: number }): Promise<void> {
    if (!await this.wait(what, bad, duration('expectNever: for_ms', options.for_ms))) return
    throw new ExpectationError(`at ${this.now_ms.toFixed(3)} ms it happened that ${what}\n${this.situation()}`)
  }

  /** What the last condition read, what the hubs said, the faults that stand, the last frames and events, the timers. */
  situation(): string {
    return situation(this, [...this.reads ?? []].map(([what, show]) => `${what}  ${show()}`))
  }

  /** A condition is about to be shown `what`; `show` tells it again when the condition was waited for in vain. */
  protected noteRead(what: string, show: () => string): void {
    if (this.reads !== undefined && !this.reads.has(what)) this.reads.set(what, show)
  }

  private wait(what: string, done: () => boolean, limit_ms: number): Promise<boolean> {
    this.reads = new Map()
    let asked = 0
    return this.driver.advance(() => {
      if (++asked % PATIENCE === 0 && this.timeIsUp()) {
        throw new ExpectationError(`the test's time ran out while waiting until ${what}\n${this.situation()}`)
      }
      const met: unknown = done()
      if (met instanceof Promise) throw new TypeError(`${what}: the condition is async, and a promise is always true`)
      return Boolean(met)
    }, limit_ms)
  }
}
