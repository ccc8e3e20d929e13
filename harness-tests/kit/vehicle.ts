import type { GivenValues } from '#protocol/catalogue/index.ts'
import { MessageSender, parseTarget } from '#protocol/messages.ts'
import { eventText, type TraceEvent } from '#sim/trace/index.ts'
import { type Driver } from './driver.ts'
import { type Observed, Observer, type Reading } from './observer.ts'

/** How long `until` waits when it is not told, ms of bus time. */
const DEFAULT_LIMIT_ms = 10_000

/** Thrown by `until` and `expectNever`; carries what a reader needs to find the cause. */
export class ExpectationError extends Error {}

/**
 * The car as a tester sees it: press switches, send commands, read what the bus says, wait for something, make sure that
 * something never happens. Time is the bus's own.
 */
export class Vehicle {
  readonly driver: Driver
  readonly bus = new Observer()
  readonly events: TraceEvent[] = []
  private readonly sender = new MessageSender()

  constructor(driver: Driver) {
    this.driver = driver
    driver.onFrame((frame, t_ns) => this.bus.observe(frame, t_ns))
    driver.onEvent(event => this.events.push(event))
  }

  /** Bus time, ms. */
  get now_ms(): number {
    return this.driver.now_ns / 1e6
  }

  /** Holds a switch (`DASH.windowFL.up`) down. */
  hold(name: string): void {
    this.driver.press(name)
  }

  release(name: string): void {
    this.driver.release(name)
  }

  /** Presses a switch for a time (a tap when left out) and lets that time pass. */
  async press(name: string, duration_ms = 150): Promise<void> {
    this.driver.press(name)
    await this.run(duration_ms)
    this.driver.release(name)
  }

  /** Lets time pass. */
  async run(duration_ms: number): Promise<void> {
    await this.driver.advance(() => false, duration_ms)
  }

  /**
   * Sends a command as a tester's tool would (source 0xF9), with E2E protection and a fresh sequence, once: loss is for
   * the journey to see. `values` take enum names. Returns the sequence, undefined for rows that have none.
   */
  send(target: string, values: GivenValues, options: { source?: number, sequence?: number } = {}): number | undefined {
    const { entry, location } = parseTarget(target)
    const sequence = this.sender.sequence(entry, location, options.source, options.sequence)
    this.driver.send(this.sender.encode(entry, location, sequence === undefined ? values : { sequence, ...values }, options.source))
    return sequence
  }

  /** The newest reading of a message: `car.status('WindowStatus@FL').position_pct`. Throws when there was none yet. */
  status(target: string): Reading {
    const last = this.bus.last(target)
    if (last === undefined) throw new ExpectationError(`no ${target} was seen up to ${this.now_ms.toFixed(1)} ms`)
    return last.values
  }

  /** Like `status`, with undefined instead of an error. */
  peek(target: string): Reading | undefined {
    return this.bus.last(target)?.values
  }

  /** Frames of a message since a time, oldest first. */
  history(target: string, from_ms = 0): Observed[] {
    return this.bus.history(target, from_ms)
  }

  /** Waits until `done()` is true; returns how long it took, ms of bus time. Throws when it is not within the limit. */
  async until(what: string, done: () => boolean, options: { within_ms?: number } = {}): Promise<number> {
    const limit_ms = options.within_ms ?? DEFAULT_LIMIT_ms
    const start_ms = this.now_ms
    if (await this.driver.advance(done, limit_ms)) return this.now_ms - start_ms
    throw new ExpectationError(`waited ${limit_ms} ms in vain until ${what}\n${this.situation()}`)
  }

  /** Lets `for_ms` pass and throws as soon as `bad()` is true. */
  async expectNever(what: string, bad: () => boolean, options: { for_ms: number }): Promise<void> {
    if (!await this.driver.advance(bad, options.for_ms)) return
    throw new ExpectationError(`at ${this.now_ms.toFixed(3)} ms it happened that ${what}\n${this.situation()}`)
  }

  /** The last words on the bus, the last events, and what the car waits for. */
  situation(): string {
    const frames = this.bus.history(undefined, this.now_ms - 500).slice(-12)
      .map(o => `  ${o.t_ms.toFixed(3)} ms  ${o.target}  ${JSON.stringify(o.values)}`)
    const events = this.events.slice(-8).map(e => `  ${(e.t_ns / 1e6).toFixed(3)} ms  ${eventText(e)}`)
    const pending = this.driver.pending().slice(0, 10).map(text => `  ${text}`)
    const part = (title: string, lines: string[]): string => lines.length === 0 ? '' : `${title}\n${lines.join('\n')}\n`
    return `${this.driver.name}, ${this.now_ms.toFixed(3)} ms\n${part('last frames:', frames)}${part('last events:', events)}${part('armed timers:', pending)}`
  }
}
