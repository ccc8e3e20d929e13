import { describe, expect, it } from 'vitest'
import type { DiodeFault } from './copper-faults.ts'
import { twoSpines } from './cables.ts'
import { Network } from './network.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'

const SOURCE_V = 13.5
const BODY_V = 0.7

/** A car with two spines, a few amperes at each hub, and diodes and cables that are broken. */
function car({ diodes = {}, cuts = [] }: { diodes?: Readonly<Record<string, DiodeFault>>, cuts?: readonly string[] } = {}) {
  const network = new Network(twoSpines(SEDAN_COPPER))
  network.setSource(SOURCE_V, 0.005)
  network.topology.hubs.forEach((_, hub) => network.loads.setCurrent(hub, 0, 2 + hub))
  for (const [cable, fault] of Object.entries(diodes)) network.setDiode(network.cableIndex(cable), fault)
  for (const cable of cuts) network.setCut(network.cableIndex(cable), 'supply', true)
  network.solve()
  const hub = (name: string): number => network.hubIndex(name)
  return {
    feeds_V: (name: string) => [network.feed_V(hub(name), 0), network.feed_V(hub(name), 1)] as const,
    off: (name: string) => network.diodesOff(hub(name)), supply_V: (name: string) => network.voltage_V[hub(name)]!,
  }
}

describe('before its diodes a hub has', () => {
  it('what the spines have, and nothing of one that is cut', () => {
    const { feeds_V, supply_V } = car({ cuts: ['B.spine.RL'] })
    expect(feeds_V('RL')).toEqual([expect.closeTo(supply_V('RL') + 5 * 0.007, 1), 0])
    expect(feeds_V('FL')[1]).toBeGreaterThan(12)
  })

  it('of a spine that is cut what a hub with a shorted diode feeds back, wherever it hangs there', () => {
    const { feeds_V, supply_V } = car({ cuts: ['B.spine.RL'], diodes: { 'B.drop.TRUNK': 'shorted' } })
    for (const name of ['RL', 'RR', 'TRUNK']) expect([name, feeds_V(name)[1]]).toEqual([name, expect.closeTo(supply_V('TRUNK'), 1)])
  })

  it('of a drop that is cut what its own shorted diode lets back', () => {
    const { feeds_V, supply_V } = car({ cuts: ['B.drop.FL'], diodes: { 'B.drop.FL': 'shorted' } })
    expect(feeds_V('FL')[1]).toBeCloseTo(supply_V('FL'), 6)
  })
})

describe('with its transistors off for a moment a hub has', () => {
  it('a body diode less, and its feeds as before', () => {
    const { off, feeds_V } = car()
    const [a_V, b_V] = feeds_V('FL')
    expect(off('FL')).toEqual({ supply_V: Math.max(a_V, b_V) - BODY_V, feeds_V: [a_V, b_V] })
  })

  it('as much as its feed through a diode that is shorted; nothing where the only one left is open', () => {
    const { off, feeds_V } = car({ diodes: { 'drop.FL': 'shorted', 'B.drop.RR': 'open' }, cuts: ['drop.RR'] })
    expect(off('FL').supply_V).toBe(feeds_V('FL')[0])
    expect(off('FR').supply_V).toBe(Math.max(...feeds_V('FR')) - BODY_V)
    expect(off('RR').supply_V).toBe(0)
  })

  it('a body diode less before a shorted one too, where the spine is dead but for it', () => {
    const { off, feeds_V } = car({ cuts: ['B.spine.HOOD'], diodes: { 'B.drop.FL': 'shorted' } })
    const { supply_V, feeds_V: [a_V, b_V] } = off('FL')
    expect([supply_V, a_V, b_V]).toEqual([feeds_V('FL')[0] - BODY_V, feeds_V('FL')[0], supply_V])
    // Who feeds it is another hub: nothing changes there.
    expect(off('FR').feeds_V).toEqual(feeds_V('FR'))
  })
})
