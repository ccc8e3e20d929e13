import { GRANT_RESULT } from '#protocol/index.ts'
import { type Account, Allocator } from '../power/allocator/index.ts'
import { PRIORITY } from '../power/index.ts'
import { answersOf } from './allocator-answers.ts'
import { linePlan } from './power-plans.ts'
import type { LineOptions } from './power-plans.ts'

const RESULTS = Object.keys(GRANT_RESULT)

/** An allocator at 10 s, for one spine and three hubs of three ports where only the ampacities bind. Its answers are words. */
export class AllocatorBench {
  readonly allocator: Allocator
  now_ms = 10_000
  /** Of the next request. */
  sequence = 0

  constructor(options: LineOptions = {}) {
    this.allocator = new Allocator(linePlan({ segment_Ohm: 0, drop_Ohm: 0.001, idle_A: 0, ...options }))
  }

  /** Asks, without looking for the answer. */
  request(hub: number, port: number, run_A: number, priority: number = PRIORITY.comfort, peak_A = run_A): boolean {
    return this.allocator.request(this.now_ms, hub, port, this.sequence++ & 0x0f, run_A, peak_A, priority)
  }

  /** All that is told now: `hub.port granted run/peak`, or without currents. */
  answers(): string[] {
    const all: string[] = []
    answersOf(this.allocator, this.now_ms, ({ hub, port, result, run_mA, peak_mA }) => {
      all.push(`${hub}.${port} ${RESULTS[result]}${result === GRANT_RESULT.granted ? ` ${run_mA / 1000}/${peak_mA / 1000}` : ''}`)
    })
    return all
  }

  ask(hub: number, port: number, run_A: number, priority: number = PRIORITY.comfort, peak_A = run_A): string[] {
    this.request(hub, port, run_A, priority, peak_A)
    return this.answers()
  }

  /** Time passes until then; ports say that they hold nothing, so that what is over is over. */
  at(now_ms: number): this {
    this.now_ms = now_ms
    for (let hub = 0; hub < 3; hub++) for (let port = 0; port < 3; port++) this.allocator.reported(now_ms, hub, port, 0)
    return this
  }

  account(hub: number, port: number): Account {
    return this.allocator.find(hub, port)!
  }
}
