import { linePlan, runs } from '#firmware/testing/index.ts'
import type * as Module from '#firmware/power/allocator/index.ts'
import { type PowerPlan, PRIORITY } from '#firmware/power/index.ts'
import { GRANT_RESULT } from '#protocol/index.ts'
import { COUPE, powerPlanOf, readTopology, SEDAN, type TopologyData } from '#sim/car/index.ts'
import { capabilityOf } from '#sim/power/index.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countStatements } from './statements.ts'

/** 20 ms on an ESP32, at 33 µs a statement. Far-fetched sequences that a search found take 420. */
const MOST = 600

const { module: { Allocator }, during } = await countStatements<typeof Module>('firmware/power/allocator/allocator.ts')
const planOf = (car: TopologyData): PowerPlan => {
  const topology = readTopology(car)
  return powerPlanOf(capabilityOf(topology.copper), topology)
}
const sedan = planOf(SEDAN)
const { safety, comfort, idle } = PRIORITY

/** Calls an allocator, and keeps what the dearest call took. */
class Meter {
  most = 0
  sum = 0
  now_ms = 1000
  readonly results: number[] = []
  readonly ports: { hub: number, port: number, sequence: number }[]
  private readonly allocator: Module.Allocator

  constructor(plan: PowerPlan) {
    this.allocator = new Allocator(plan)
    this.ports = plan.hubs.flatMap(({ ports }, hub) => Array.from({ length: ports }, (_, port) => ({ hub, port, sequence: 0 })))
  }

  call(work: (allocator: Module.Allocator) => void): void {
    const statements = during(() => work(this.allocator))
    this.most = Math.max(this.most, statements)
    this.sum += statements
  }

  ask(index: number, run_A: number, peak_A: number, priority: number): void {
    const at = this.ports[index % this.ports.length]!
    at.sequence = (at.sequence + 1) % 16
    this.call(allocator => allocator.request(this.now_ms, at.hub, at.port, at.sequence, run_A, peak_A, priority))
  }

  release(index: number): void {
    const { hub, port, sequence } = this.ports[index % this.ports.length]!
    this.call(allocator => allocator.release(hub, port, sequence))
  }

  answer(): void {
    let unfinished = true
    while (unfinished) {
      this.call((allocator) => {
        const answer = allocator.next(this.now_ms)
        if (answer !== undefined) this.results.push(answer.result)
        unfinished = allocator.unfinished
      })
    }
  }
}

describe('what the power manager of the sedan costs a board, in statements', () => {
  it('an ordinary request, with its answer', () => {
    const meter = new Meter(sedan)
    meter.ask(3, 9, 20, comfort)
    meter.answer()
    expect(meter.results).toEqual([GRANT_RESULT.granted])
    expect(meter.sum).toBeLessThan(390)
  })

  it('all 27 ports at once: no call is dearer than a usual one', () => {
    const meter = new Meter(sedan)
    meter.ports.forEach((_, index) => meter.ask(index, 9, 20, comfort))
    meter.answer()
    expect(meter.results.length).toBe(27)
    expect(meter.most).toBeLessThan(MOST * 0.53)
    expect(meter.sum).toBeLessThan(27 * MOST * 0.38)
  })

  it('a safety wish that makes room: answered by the first call, and each that takes a lease away is bounded', () => {
    const meter = new Meter(sedan)
    meter.ports.forEach((_, index) => {
      if (index !== 12) meter.ask(index, 2.8, 2.8, idle)
      meter.answer()
    })
    meter.results.length = 0
    meter.ask(12, 15, 20, safety)
    const first = { hub: -1, port: -1 }
    meter.call(allocator => Object.assign(first, allocator.next(meter.now_ms)))
    expect(first).toMatchObject({ hub: meter.ports[12]!.hub, port: meter.ports[12]!.port })
    meter.answer()
    expect(meter.results).toContain(GRANT_RESULT.revoked)
    expect(meter.most).toBeLessThan(MOST)
  })

  it('a takeover from a manager that had granted to all: reports are taken in one at a time', () => {
    const meter = new Meter(sedan)
    for (const { hub, port } of meter.ports) meter.call(allocator => allocator.adopt(meter.now_ms, hub, port, 2.8))
    expect(meter.sum).toBeLessThan(MOST)
    meter.answer()
    expect(meter.most).toBeLessThan(MOST)
  })
})

const amperes = fc.constantFrom(0.2, 0.4, 1, 2, 2.8, 3, 9, 11, 15, 18)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('ask' as const), index: fc.nat(31), run_A: amperes, peak_A: amperes, priority: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('all' as const), run_A: amperes, peak_A: amperes, priority: fc.nat(4), every: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('wait' as const), wait_ms: fc.constantFrom(1, 100, 490, 800, 2000, 2200, 10_000) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('release' as const), index: fc.nat(31) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('shed' as const, 'restrict' as const, 'freeze' as const), level: fc.nat(3) }) },
)

describe.each([
  ['the sedan', sedan, MOST], ['the coupe', planOf(COUPE), MOST],
  // A car whose volts bind before its fuses, with 32 ports.
  ['a long thin line', linePlan({ hubs: 8, ports: 4, spine_A: 80, segment_Ohm: 0.006, drop_Ohm: 0.05 }), 1.2 * MOST],
])('whatever happens in %s', (_name, plan, most) => {
  it('no call to the allocator takes longer than that', () => {
    fc.assert(fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const meter = new Meter(plan)
      /** Ports ask again every 490 ms. */
      const wishes: (readonly [number, number, number] | undefined)[] = []
      for (const at of steps) {
        if (at.act === 'ask') wishes[at.index % meter.ports.length] = [at.run_A, at.peak_A, at.priority]
        if (at.act === 'release') wishes[at.index % meter.ports.length] = undefined
        if (at.act === 'ask') meter.ask(at.index, at.run_A, at.peak_A, at.priority)
        else if (at.act === 'release') meter.release(at.index)
        else if (at.act === 'all') {
          for (let index = 0; index < meter.ports.length; index += at.every) {
            wishes[index] = [at.run_A, at.peak_A, at.priority % 4]
            meter.ask(index, at.run_A, at.peak_A, at.priority % 4)
          }
        } else if (at.act === 'wait') {
          for (let rest_ms = at.wait_ms; rest_ms > 0; rest_ms -= 490) {
            meter.answer()
            meter.now_ms += Math.min(rest_ms, 490)
            wishes.forEach((wish, index) => wish !== undefined && meter.ask(index, ...wish))
          }
          meter.answer()
        } else if (at.act === 'shed') meter.call(allocator => allocator.shed(at.level))
        else if (at.act === 'restrict') meter.call(allocator => allocator.restrict(at.level === 0))
        else meter.call(allocator => allocator.freeze(at.level === 0))
      }
      meter.answer()
      expect(meter.most).toBeLessThanOrEqual(most)
    }), { numRuns: runs(100), seed: 21 })
  })
})
