import { describe, expect, it } from 'vitest'
import { segment, twoSpines } from './cables.ts'
import { flowsOf } from './flows.ts'
import { Network } from './network.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'
import type { CopperTopology } from './topology.ts'

const COPPER_C = 30
const RING: CopperTopology = {
  ...SEDAN_COPPER, layout: 'ring',
  cables: [...SEDAN_COPPER.cables, { ...segment('battery', 'tap.TRUNK', 4.6, 25, 1), name: 'spine.BACK', insulation: 'D', fuse: { rating_A: 100, kind: 'bolted' } }],
}

describe('how copper shares currents', () => {
  it('tells what a bad contact of a ring takes from each hub, in its supply and in its return, whose fuses differ', () => {
    const { flows, transfer_Ohm } = flowsOf(RING, COPPER_C)
    const network = new Network(RING, 1)
    network.setTemperature_C(COPPER_C)
    expect(flows[RING.cables.findIndex(({ name }) => name === 'spine.RR')]!.length).toBe(2)
    flows.forEach((two, cable) => (['supply', 'return'] as const).forEach((conductor, i) => {
      const { share, around } = two[i] ?? two[0]!
      for (const extra_Ohm of [0.03, 0.2]) {
        network.setCorrosion(cable, conductor, extra_Ohm)
        transfer_Ohm.forEach((row, at) => row.forEach((ohm, by) => {
          const more_Ohm = share[at]! * share[by]! * extra_Ohm / (1 + extra_Ohm * around.most_S)
          expect(network.transfer_Ohm(at, by) - ohm).toBeCloseTo(more_Ohm, 9)
        }))
        network.setCorrosion(cable, conductor, 0)
      }
    }))
  })

  it('tells what the hubs behind a cable lose more when nothing comes through it and they draw from the other spine alone', () => {
    const dual = twoSpines(SEDAN_COPPER)
    const { flows, blocked_Ohm, transfer_Ohm } = flowsOf(dual, COPPER_C)
    const network = new Network(dual, 1)
    network.setTemperature_C(COPPER_C)
    network.setSource(13, 0)
    for (const name of ['B.spine.HOOD', 'spine.STEREO', 'drop.RL']) {
      const cable = dual.cables.findIndex(other => other.name === name)
      const drawn_A = dual.hubs.map((_, hub) => flows[cable]![0]!.share[hub]! > 0.1 ? 1 + hub : 0)
      drawn_A.forEach((current_A, hub) => { network.loads.setCurrent(hub, 0, current_A) })
      network.setCut(cable, 'supply', true)
      network.solve()
      drawn_A.forEach((own_A, at) => {
        if (own_A === 0) return
        const lost_V = drawn_A.reduce((sum, current_A, by) => sum + (transfer_Ohm[at]![by]! + blocked_Ohm[cable]![at]![by]!) * current_A, 0)
        expect(13 - network.voltage_V[at]!).toBeCloseTo(lost_V, 6)
      })
      network.setCut(cable, 'supply', false)
    }
  })
})
