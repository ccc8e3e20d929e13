import { Allocator } from '#firmware/power/allocator/index.ts'
import { PRIORITY } from '#firmware/power/index.ts'
import { GRANT_RESULT } from '#protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { capabilityOf } from '../power/index.ts'
import { budgetOf } from './budget.ts'
import { COUPE } from './coupe.ts'
import { claimOf, powerPlanOf } from './power-plan.ts'
import { SEDAN } from './sedan.ts'
import { readTopology, type TopologyData } from './topology.ts'

describe.each([SEDAN, COUPE])('the budget of the $name', (car) => {
  const budget = budgetOf(readTopology(car))

  it('tells a set that fits and that nobody who waits could join', () => {
    const [best] = budget.sets
    expect(best!.minimum_V).toBeGreaterThanOrEqual(9)
    expect(best!.waiting.length).toBeGreaterThan(0)
    for (const one of best!.waiting) expect(one.binds).not.toBe('nothing')
    expect(best!.running.length + best!.waiting.length).toBe(budget.consumers.length)
    for (const hub of budget.hubs) expect(hub.set_V).toBeGreaterThanOrEqual(hub.allRunning_V)
  })

  it('tells what the power manager does: each set is granted whole, and who waits is put off', () => {
    const topology = readTopology(car)
    for (const set of budget.sets) {
      const allocator = new Allocator(powerPlanOf(capabilityOf(topology.copper), topology))
      const ask = (name: string): boolean => {
        const hub = topology.hubs.findIndex(plan => name.startsWith(`${plan.location}.`))
        const port = topology.hubs[hub]!.ports.findIndex(part => part !== undefined && name.endsWith(`.${part.name}`))
        const { run_A } = claimOf(topology.hubs[hub]!.ports[port]!)
        allocator.request(0, hub, port, 1, run_A, run_A, PRIORITY.comfort)
        return allocator.next(0)!.result === GRANT_RESULT.granted
      }
      const small = topology.hubs.flatMap(hub => hub.ports.flatMap(part => part === undefined ? [] : [{ name: `${hub.location}.${part.name}`, ...claimOf(part) }]))
        .filter(part => part.run_A > 0 && !budget.consumers.some(one => one.name === part.name))
      for (const { name } of small) expect(ask(name), name).toBe(true)
      for (const name of set.running) expect(ask(name), name).toBe(true)
      for (const { name } of set.waiting) expect(ask(name), name).toBe(false)
    }
  })

  it('adds up what is behind each cable', () => {
    const [main] = budget.feeders
    expect(main!.run_A).toBeCloseTo(budget.hubs.reduce((sum_A, hub) => sum_A + hub.run_A, 0), 6)
    expect(main!.run_A).toBeGreaterThan(main!.limit_A)
    for (const feeder of budget.feeders) {
      expect(feeder.limit_A).toBeLessThanOrEqual(feeder.ampacity_A)
      expect(feeder.peak_A).toBeGreaterThanOrEqual(feeder.run_A)
    }
  })
})

describe('the budget', () => {
  it('finds that all can run behind enough copper, and the voltage that binds behind a thin cable', () => {
    const tiny = (length_m: number): TopologyData => ({
      name: 'tiny', hubs: [{ location: 'FL', image: 'door', ports: [{ class: 'window' }] }],
      copper: {
        layout: 'line', battery: 'battery', taps: [], hubs: ['FL'],
        cables: [{ name: 'drop.FL', from: 'battery', to: 'FL', length_m, gauge_mm2: 2.5, fuse: { rating_A: 20 } }],
      },
    })
    expect(budgetOf(readTopology(tiny(2))).sets[0]!.waiting).toEqual([])
    expect(budgetOf(readTopology(tiny(50))).sets[0]!.waiting).toEqual([{ name: 'FL.window', binds: '9 V at FL' }])
  })
})
