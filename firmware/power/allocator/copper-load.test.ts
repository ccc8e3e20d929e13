import { describe, expect, it } from 'vitest'
import { linePlan } from '../../testing/index.ts'
import type { PowerPlan } from '../plan.ts'
import { copperLimitsOf } from './copper-limits.ts'
import { CopperLoad } from './copper-load.ts'

/** Three hubs in a line behind segments of 40 A, with drops of 25 A; 3 V may be lost, over next to no resistance. */
const line = (options: Parameters<typeof linePlan>[0] = {}): PowerPlan =>
  linePlan({ segment_Ohm: 0, drop_Ohm: 0.001, idle_A: 0, spine_A: 40, drop_A: 25, ...options })
const load = (plan: PowerPlan): CopperLoad => new CopperLoad(copperLimitsOf(plan))
const HUBS = 3
const SEGMENT = HUBS
const DROP = SEGMENT + HUBS
const VOLTS = DROP + HUBS

describe('the limits of a plan', () => {
  it('are its shares, its feeders and its volts, in whole numbers and never more than the plan says', () => {
    const plan = { ...line({ share_A: 7.0009, idle_A: 0.2001 }), source_V: 12, least_V: 9, source_Ohm: 0.0150001 }
    const { limits, weights, idle_mA } = copperLimitsOf({
      ...plan, feeders_A: [30, 30, 30, 18.75, 18.75, 18.75], peaks_A: [40.0000019, 40, 40, 25, 25, 25],
    })
    expect([...limits]).toEqual([
      7000, 7000, 7000, 40_000_001, 40e6, 40e6, 25e6, 25e6, 25e6, 3e9, 3e9, 3e9, 30e6, 30e6, 30e6, 18.75e6, 18.75e6, 18.75e6,
    ])
    expect([...idle_mA]).toEqual([201, 201, 201])
    expect([...weights[1]!]).toEqual([0, 1, 0, 1000, 1000, 0, 0, 1000, 0, 15_001, 16_001, 15_001, 1000, 1000, 0, 0, 1000, 0])
  })

  it('count a thousandth of a current where the plan says less', () => {
    const plan = line()
    const { weights } = copperLimitsOf({ ...plan, hubs: plan.hubs.map(hub => ({ ...hub, fraction: hub.path.map(() => 0.00001) })) })
    expect(weights[0]![SEGMENT]).toBe(1)
  })

  it('of a hub begin with its share, then come its drop and the segments towards the battery, then the volts', () => {
    // The last segment has one drop behind it, which is the smaller.
    const { rows } = copperLimitsOf({ ...line(), feeders_A: [40, 39, 38, 25, 25, 25], peaks_A: [40, 39, 38, 25, 25, 25] })
    const volts = [VOLTS, VOLTS + 1, VOLTS + 2]
    expect(rows).toEqual([
      [0, DROP, SEGMENT, ...volts], [1, DROP + 1, SEGMENT + 1, SEGMENT, ...volts],
      [2, DROP + 2, SEGMENT + 1, SEGMENT, ...volts],
    ])
  })

  it('leave out a segment that those before it protect, and one of two that are the same', () => {
    const { rows } = copperLimitsOf({ ...line(), feeders_A: [40, 40, 41, 25, 25, 40], peaks_A: [40, 40, 41, 25, 25, 40] })
    const volts = [VOLTS, VOLTS + 1, VOLTS + 2]
    // All 41 A that may be behind the last segment come through the first; so does what a drop of 40 A may carry.
    expect(rows).toEqual([[0, DROP, SEGMENT, ...volts], [1, DROP + 1, SEGMENT, ...volts], [2, SEGMENT, ...volts]])
    const twins = {
      ...line(), feeders_A: [20, 20], peaks_A: [20, 20],
      hubs: [{ ...line().hubs[0]!, path: [0, 1], fraction: [1, 1], transfer_Ohm: [0] }],
    }
    expect(copperLimitsOf(twins).rows).toEqual([[0, 2, 3]])
  })

  it('leave out a feeder that no hub uses', () => {
    const { rows } = copperLimitsOf({ ...line(), feeders_A: [40, 40, 40, 25, 25, 25, 1], peaks_A: [40, 40, 40, 25, 25, 25, 1] })
    expect(rows.flat()).not.toContain(DROP + HUBS)
    expect(rows[0]).toEqual([0, DROP, SEGMENT, VOLTS + 1, VOLTS + 2, VOLTS + 3])
  })

  it('end with what fuses bear for ever, where that is less than what they bear for a moment', () => {
    const { rows, lasting } = copperLimitsOf({ ...line(), feeders_A: [30, 30, 30, 18.75, 25, 18.75], peaks_A: [40, 40, 40, 25, 25, 25] })
    const volts = [VOLTS, VOLTS + 1, VOLTS + 2]
    expect(lasting).toBe(VOLTS + HUBS)
    expect(rows).toEqual([
      [0, DROP, SEGMENT, ...volts, lasting + 3, lasting], [1, DROP + 1, SEGMENT, ...volts, lasting],
      [2, DROP + 2, SEGMENT, ...volts, lasting + 5, lasting],
    ])
  })

  it('keep a feeder that carries more of one hub\'s current than the one before it, as in a ring', () => {
    const hub = { ...line().hubs[0]!, path: [0, 1], transfer_Ohm: [0, 0] }
    const hubs = [{ ...hub, fraction: [0.7, 0.3] }, { ...hub, fraction: [0.3, 0.7] }]
    expect(copperLimitsOf({ ...line(), feeders_A: [20, 20], peaks_A: [20, 20], hubs }).rows).toEqual([[0, 3, 2, 4, 5], [1, 3, 2, 4, 5]])
  })
})

describe('room in the copper', () => {
  it('is what the tightest of drop, segment and volts leaves, idle currents counted', () => {
    expect(load(line()).room_mA(2)).toBe(25_000)
    expect(load(line({ idle_A: 0.5 })).room_mA(2)).toBe(24_500)
    expect(load(line({ drop_A: 50, idle_A: 0.5 })).room_mA(2)).toBe(38_500)
    // 3 V over 15 mΩ of the battery and 100 mΩ of the drop.
    expect(load(line({ drop_A: 50, drop_Ohm: 0.1 })).room_mA(2)).toBe(26_086)
  })

  it('shrinks and grows with what is taken, at the hub itself and wherever its feeders are shared', () => {
    const copper = load(line())
    copper.take(2, 20_000, 20_000)
    expect([0, 1, 2].map(hub => copper.room_mA(hub))).toEqual([20_000, 20_000, 5000])
    copper.take(2, 8000, 8000)
    expect(copper.room_mA(2)).toBe(-3000)
    copper.take(2, -28_000, -28_000)
    expect([0, 1, 2].map(hub => copper.room_mA(hub))).toEqual([25_000, 25_000, 25_000])
  })

  it('is the static share while nothing else may be used', () => {
    const copper = load(line({ share_A: 8, idle_A: 1 }))
    copper.restrict(true)
    copper.take(1, 5000, 5000)
    expect([0, 1].map(hub => copper.room_mA(hub))).toEqual([7000, 2000])
    expect([copper.shortRow(1, 2000, 2000), copper.shortRow(1, 2001, 2001)]).toEqual([-1, 1])
    copper.restrict(false)
    expect(copper.room_mA(1)).toBe(19_000)
    expect(copper.shortRow(1, 2001, 2001)).toBe(-1)
  })

  it('lacks first where it is most local', () => {
    const copper = load(line())
    expect([copper.shortRow(1, 25_000, 25_000), copper.shortRow(1, 25_001, 25_001)]).toEqual([-1, DROP + 1])
    copper.take(0, 25_000, 25_000)
    expect([copper.shortRow(1, 15_000, 15_000), copper.shortRow(1, 15_001, 15_001)]).toEqual([-1, SEGMENT])
    expect(copper.lack(SEGMENT, 1, 15_001, 15_001)).toBe(1000)
    expect(copper.lack(SEGMENT, 1, 14_999, 14_999)).toBe(-1000)
  })

  it('for long is less than for a peak where a fuse is in the way, and each counts its own', () => {
    const copper = load(line({ spine_A: 30, drop_A: 18, spinePeak_A: 40, dropPeak_A: 25 }))
    expect([copper.room_mA(1), copper.peakRoom_mA(1)]).toEqual([18_000, 25_000])
    copper.take(1, 9000, 20_000)
    expect([copper.room_mA(1), copper.peakRoom_mA(1)]).toEqual([5000, 5000])
    expect(copper.lastingRoom_mA(1)).toBe(9000)
    expect(load(line()).lastingRoom_mA(1)).toBe(Infinity)
    expect([copper.room_mA(0), copper.peakRoom_mA(0)]).toEqual([18_000, 20_000])
    copper.take(0, 14_000, 14_000)
    expect(copper.room_mA(2)).toBe(6000)
    copper.take(1, 0, -11_000)
    expect([copper.room_mA(2), copper.peakRoom_mA(2)]).toEqual([7000, 17_000])
    expect(copper.shortRow(2, 7001, 7001)).toBe(VOLTS + HUBS)
    expect(copper.shortRow(2, 7000, 17_001)).toBe(SEGMENT)
  })

  it('tells a row that bears more than it can, first of all a hub above its static share', () => {
    const copper = load(line({ share_A: 8, idle_A: 1 }))
    copper.take(1, 7000, 7000)
    expect(copper.isShort(1)).toBe(false)
    copper.take(1, 1, 1)
    expect([0, 1, 2].map(row => copper.isShort(row))).toEqual([false, true, false])
    expect([copper.concerns(1, 1), copper.concerns(1, 0), copper.concerns(SEGMENT, 0)]).toEqual([true, false, true])
  })
})

describe('what would be if others gave back', () => {
  const copper = load(line())
  copper.take(0, 20_000, 20_000)
  copper.take(1, 20_000, 20_000)

  it('fits when they give enough, on every way', () => {
    expect(copper.fitsWithout(2, 10_000, 10_000, new Float64Array([10_000, 0, 0]), new Float64Array([10_000, 0, 0]))).toBe(true)
    expect(copper.fitsWithout(2, 10_000, 10_000, new Float64Array([4000, 6000, 0]), new Float64Array([4000, 6000, 0]))).toBe(true)
    expect(copper.fitsWithout(2, 10_000, 10_000, new Float64Array([4000, 5999, 0]), new Float64Array([4000, 5999, 0]))).toBe(false)
  })

  it('does not fit when they give where it is not needed', () => {
    expect(copper.fitsWithout(1, 10_000, 10_000, new Float64Array([20_000, 0, 0]), new Float64Array([20_000, 0, 0]))).toBe(false)
    expect(copper.fitsWithout(1, 10_000, 10_000, new Float64Array([5000, 5000, 0]), new Float64Array([5000, 5000, 0]))).toBe(true)
  })

  it('fits with nothing given where there is room', () => {
    expect(load(line()).fitsWithout(1, 25_000, 25_000, new Float64Array(3), new Float64Array(3))).toBe(true)
  })

  it('fits the static share only, while nothing else may be used', () => {
    const restricted = load(line({ share_A: 8 }))
    restricted.restrict(true)
    expect(restricted.fitsWithout(1, 9000, 9000, new Float64Array(3), new Float64Array(3))).toBe(false)
    expect(restricted.fitsWithout(1, 8000, 8000, new Float64Array(3), new Float64Array(3))).toBe(true)
  })
})

describe('one hub competes with another', () => {
  it('when its current would leave too little on a way that they share', () => {
    const copper = load(line())
    expect(copper.competes(0, 20_000, 20_000, 2, 20_000, 20_000)).toBe(false)
    expect(copper.competes(0, 20_001, 20_001, 2, 20_000, 20_000)).toBe(true)
    copper.take(1, 20_000, 20_000)
    expect(copper.competes(0, 1, 1, 2, 20_000, 20_000)).toBe(true)
  })

  it('not when it gives back', () => {
    const copper = load(line())
    copper.take(0, 20_000, 20_000)
    expect(copper.competes(0, -1000, -1000, 2, 20_000, 20_000)).toBe(false)
  })

  it('not for what that one cannot have anyway, since its own drop is full', () => {
    const copper = load(line())
    copper.take(2, 10_000, 10_000)
    expect(copper.competes(0, 20_000, 20_000, 2, 15_000, 15_000)).toBe(true)
    expect(copper.competes(0, 20_000, 20_000, 2, 15_001, 15_001)).toBe(false)
  })

  it('at the same hub for the drop', () => {
    const copper = load(line())
    copper.take(2, 20_000, 20_000)
    expect([copper.competes(2, 1, 1, 2, 5000, 5000), copper.competes(2, 0, 0, 2, 5000, 5000)]).toEqual([true, false])
  })

  it('for its static share never, while nothing else may be used, but at the same hub', () => {
    const copper = load(line({ share_A: 8 }))
    copper.restrict(true)
    expect([copper.competes(0, 8000, 8000, 2, 8000, 8000), copper.competes(2, 1, 1, 2, 8000, 8000)]).toEqual([false, true])
  })
})

describe('what fuses bear for long', () => {
  const plan = { ...line(), feeders_A: [30, 30, 30, 18.75, 18.75, 18.75], peaks_A: [40, 40, 40, 25, 25, 25] }

  it('is competed for by run currents, where peaks would leave room', () => {
    expect(load(plan).competes(0, 16_000, 16_000, 1, 15_000, 15_000)).toBe(true)
    expect(load(plan).competes(0, 10_000, 16_000, 1, 15_000, 15_000)).toBe(false)
  })

  it('that another lacks on its own drop is not what a hub takes from it', () => {
    expect(load(plan).competes(0, 16_000, 16_000, 1, 20_000, 20_000)).toBe(false)
  })
})
