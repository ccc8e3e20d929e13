import { afterEach, describe, expect, it, vi } from 'vitest'
import { Network } from './network.ts'
import { Solver } from './solver.ts'
import type { CopperTopology } from './topology.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** One drop, no contacts, a fuse without resistance: nothing but copper. */
function singleDrop(length_m = 5): CopperTopology {
  return {
    layout: 'line', battery: 'battery', taps: [], hubs: ['HUB'],
    cables: [{
      name: 'drop', from: 'battery', to: 'HUB', length_m, gauge_mm2: 2.5, connectors: 0, fuse: { rating_A: 20, resistance_mOhm: 0 },
    }],
  }
}

/** Battery, two equal arms to LEFT and RIGHT, and a bridge between them that closes the ring. */
function ring(): CopperTopology {
  const arm = { length_m: 2, gauge_mm2: 6, connectors: 0, fuse: { rating_A: 30, resistance_mOhm: 0 } }
  const drop = { length_m: 1, gauge_mm2: 2.5, connectors: 0, fuse: { rating_A: 20, resistance_mOhm: 0 } }
  return {
    layout: 'ring', battery: 'battery', taps: ['left', 'right'], hubs: ['LEFT', 'RIGHT'],
    cables: [
      { ...arm, name: 'arm.left', from: 'battery', to: 'left' },
      { ...arm, name: 'arm.right', from: 'battery', to: 'right' },
      { ...arm, name: 'bridge', from: 'left', to: 'right' },
      { ...drop, name: 'drop.LEFT', from: 'left', to: 'LEFT' },
      { ...drop, name: 'drop.RIGHT', from: 'right', to: 'RIGHT' },
    ],
  }
}

describe('one drop', () => {
  it('loses 1.5 V at 20 A over 5 m of 2.5 mm² and back, half of it in the ground', () => {
    const network = new Network(singleDrop())
    network.setSource(12, 0)
    network.loads.setCurrent(0, 0, 20)
    expect(network.solve()).toBe(true)
    expect(network.voltage_V[0]).toBeCloseTo(12 - 20 * 10 * 0.0076, 9)
    expect(network.voltage_V[0]).toBeCloseTo(12 - 1.52, 9)
    expect(network.groundOffset_V(0)).toBeCloseTo(0.76, 9)
    expect(network.current_A(0)).toBeCloseTo(20, 9)
    expect(network.current_A(0, 'return')).toBeCloseTo(20, 9)
    expect(network.hubCurrent_A(0)).toBe(20)
    expect(network.resistance_Ohm(0)).toBeCloseTo(0.076, 12)
  })

  it('counts the source resistance at the battery', () => {
    const network = new Network(singleDrop())
    network.setSource(12, 0.01)
    network.loads.setCurrent(0, 0, 10)
    network.solve()
    expect(network.batteryVoltage_V).toBeCloseTo(11.9, 9)
    expect(network.voltage_V[0]).toBeCloseTo(11.9 - 0.76, 9)
    expect(network.hubsCurrent_A).toBe(10)
  })

  it('divides the voltage between copper and a resistor', () => {
    const network = new Network(singleDrop())
    network.setSource(12, 0)
    network.loads.setResistance(0, 3, 0.924)
    network.solve()
    expect(network.current_A(0)).toBeCloseTo(12, 6)
  })

  it('solves the quadratic of a converter and takes the higher voltage', () => {
    const network = new Network(singleDrop())
    network.setSource(12, 0)
    network.loads.setPower(0, 0, 150, 6)
    network.solve()
    expect(network.voltage_V[0]).toBeCloseTo((12 + Math.sqrt(144 - 4 * 0.076 * 150)) / 2, 5)
  })

  it('collapses to the resistor of the converter when the copper cannot carry its power', () => {
    const network = new Network(singleDrop(50))
    network.setSource(12, 0)
    network.loads.setPower(0, 0, 60, 8)
    expect(network.solve()).toBe(true)
    // 0.76 Ω carries at most 47 W; the converter stays below 8 V as 64/60 Ω.
    expect(network.voltage_V[0]).toBeCloseTo(12 * (64 / 60) / (64 / 60 + 0.76), 6)
  })

  it('runs a motor on the difference to its back-EMF, and regulates its stall at the port\'s limit', () => {
    const network = new Network(singleDrop())
    network.setSource(12, 0)
    network.loads.setMotor(0, 0, 8, 0.5)
    network.solve()
    expect(network.current_A(0)).toBeCloseTo(4 / 0.576, 6)
    network.loads.setMotor(0, 0, 0, 0.5, 1, 15)
    network.solve()
    expect(network.current_A(0)).toBeCloseTo(15, 9)
    network.loads.setMotor(0, 0, 13, 0.5)
    network.solve()
    expect(network.current_A(0)).toBe(0)
  })

  it('draws duty times the motor\'s current from the hub', () => {
    const network = new Network(singleDrop(0.01))
    network.setSource(12, 0)
    network.loads.setMotor(0, 0, 2, 0.5, 0.5)
    network.solve()
    expect(network.current_A(0)).toBeCloseTo(0.5 * (0.5 * 12 - 2) / 0.5, 1)
  })

  it('resists 22 % more at 76 °C', () => {
    const network = new Network(singleDrop())
    network.setTemperature_C(76)
    expect(network.resistance_Ohm(0)).toBeCloseTo(0.076 * (1 + 56 * 0.00393), 9)
  })

  it('draws nothing from a reversed supply', () => {
    const network = new Network(singleDrop())
    network.setSource(-14, 0.01)
    network.loads.setCurrent(0, 0, 10)
    network.loads.setPower(0, 1, 10)
    network.solve()
    expect(network.voltage_V[0]).toBe(-14)
    expect(network.hubsCurrent_A).toBe(0)
  })
})

describe('a ring', () => {
  it('shares a symmetric load evenly and leaves the bridge without current', () => {
    const network = new Network(ring())
    network.setSource(12, 0)
    network.loads.setCurrent(0, 0, 10)
    network.loads.setCurrent(1, 0, 10)
    network.solve()
    expect(network.current_A(network.cableIndex('arm.left'))).toBeCloseTo(10, 9)
    expect(network.current_A(network.cableIndex('bridge'))).toBeCloseTo(0, 9)
    expect(network.voltage_V[0]).toBeCloseTo(network.voltage_V[1]!, 9)
  })

  it('feeds one side two thirds directly and one third around', () => {
    const network = new Network(ring())
    network.setSource(12, 0)
    network.loads.setCurrent(network.hubIndex('RIGHT'), 0, 15)
    network.solve()
    expect(network.current_A(1)).toBeCloseTo(10, 9)
    expect(network.current_A(0)).toBeCloseTo(5, 9)
    expect(network.current_A(2)).toBeCloseTo(5, 9)
    expect(network.share(2, 0)).toBeCloseTo(-1 / 3, 9)
    expect(network.transfer_Ohm(0, 1)).toBeCloseTo(2 * 2 * 0.00314 / 3, 9)
  })

  it('goes on feeding both hubs over the bridge when an arm is cut, and sends the return its own way', () => {
    const network = new Network(ring())
    network.setSource(12, 0)
    network.loads.setCurrent(0, 0, 6)
    network.setCut(0, 'supply', true)
    network.solve()
    expect(network.current_A(0)).toBe(0)
    expect(network.current_A(2)).toBeCloseTo(-6, 9)
    expect(network.current_A(0, 'return')).toBeCloseTo(4, 9)
    expect(network.resistance_Ohm(0)).toBe(Infinity)
    expect(network.groundOffset_V(0)).toBeCloseTo(6 * (0.0076 + 2 * 2 * 0.00314 / 3), 9)
  })
})

describe('faults', () => {
  it('takes a hub down when either conductor is cut; with an open return the ground floats up to the supply', () => {
    const network = new Network(ring())
    network.setSource(12, 0)
    network.loads.setCurrent(0, 0, 5)
    network.setCut(3, 'return', true)
    network.solve()
    expect(network.voltage_V[0]).toBe(0)
    expect(network.hubCurrent_A(0)).toBe(0)
    expect(network.voltage_V[1]).toBe(12)
    expect(network.groundOffset_V(0)).toBe(12)
    network.setCut(3, 'both', true)
    network.solve()
    expect(network.groundOffset_V(0)).toBe(0)
    network.setCut(3, 'both', false)
    network.solve()
    expect(network.voltage_V[0]).toBeGreaterThan(11)
  })

  it('loses volts in a corroded ground contact, all of them in the ground offset', () => {
    const network = new Network(singleDrop())
    network.setSource(12, 0)
    network.loads.setCurrent(0, 0, 10)
    network.setCorrosion(0, 'return', 0.05)
    network.solve()
    expect(network.voltage_V[0]).toBeCloseTo(12 - 0.76 - 0.5, 9)
    expect(network.groundOffset_V(0)).toBeCloseTo(0.38 + 0.5, 9)
  })

  it('opens an overloaded fuse, says which, and stays open until it is replaced', () => {
    const network = new Network(ring())
    network.setSource(12, 0.01)
    network.loads.setResistance(0, 0, 0.02)
    network.solve()
    const opened: number[] = []
    for (let ms = 0; ms < 1000; ms++) {
      network.advance(0.001, cable => opened.push(cable))
      network.solve()
    }
    expect(opened).toEqual([3])
    expect(network.fuses[3]?.blown).toBe(true)
    expect(network.voltage_V[0]).toBe(0)
    network.loads.clear(0, 0)
    network.setFuse(3, false)
    network.solve()
    expect(network.voltage_V[0]).toBe(12)
    network.setFuse(3, true)
    network.solve()
    expect(network.voltage_V[0]).toBe(0)
  })

  it('lets a cable without a fuse be', () => {
    const topology = singleDrop()
    const network = new Network({
      ...topology, taps: ['tap'],
      cables: [{ ...topology.cables[0]!, to: 'tap' }, { name: 'rest', from: 'tap', to: 'HUB', length_m: 1, gauge_mm2: 2.5, returnGauge_mm2: 4 }],
    })
    network.setSource(12, 0)
    network.loads.setCurrent(0, 0, 1)
    network.solve()
    network.advance(1, () => expect.unreachable())
    expect(() => network.setFuse(1, true)).toThrow('cable rest has no fuse')
    expect(network.resistance_Ohm(1)).toBeCloseTo(0.0076 + 0.00471 + 4 * 0.003, 9)
  })
})

describe('work', () => {
  it('factors only when a cable changes', () => {
    const network = new Network(ring())
    network.setSource(12, 0.01)
    for (let i = 0; i < 5; i++) {
      network.loads.setCurrent(0, 0, i)
      network.setSource(12 + i / 10, 0.01)
      network.solve()
    }
    expect(network.factorings).toBe(1)
    network.setCorrosion(0, 'both', 0.01)
    network.solve()
    network.solve()
    expect(network.factorings).toBe(2)
  })

  it('answers about the copper before anything was solved, and after a change', () => {
    const network = new Network(ring())
    expect(network.transfer_Ohm(0, 0)).toBeCloseTo(2 * (0.0076 + 2 * 2 * 0.00314 / 3), 9)
    network.setCut(2, 'both', true)
    expect(network.transfer_Ohm(0, 1)).toBe(0)
    expect(network.share(0, 0)).toBeCloseTo(1, 12)
    network.setCut(2, 'both', false)
    expect(network.share(0, 0)).toBeCloseTo(2 / 3, 12)
  })

  it('counts a solve that did not converge', () => {
    vi.spyOn(Solver.prototype, 'solve').mockReturnValue(false)
    const network = new Network(ring())
    expect(network.solve()).toBe(false)
    expect(network.nonConvergences).toBe(1)
  })
})

describe('wrong calls', () => {
  const network = new Network(ring())
  const calls: [string, () => unknown, string][] = [
    ['a hub that is not there', () => network.hubIndex('FL'), 'there is no hub "FL"; there are LEFT, RIGHT'],
    ['a cable that is not there', () => network.cableIndex('x'), 'there is no cable "x"'],
    ['a source without a voltage', () => network.setSource(NaN, 0), 'source voltage NaN V'],
    ['a negative source resistance', () => network.setSource(12, -1), 'source resistance -1 Ω'],
    ['an open source', () => network.setSource(12, Infinity), 'source resistance Infinity Ω'],
    ['a temperature', () => network.setTemperature_C(201), 'copper 201 °C is not in -60…200 °C'],
    ['no ambient', () => network.setAmbient_C('door', NaN), 'ambient NaN °C is not in -60…200 °C'],
    ['a spot beyond the cable', () => network.setCut(0, 'both', true, 99), 'spot along'],
    ['no spot', () => network.setShort(0, NaN, 0.1), 'NaN m is not in 0…'],
    ['a short of nothing', () => network.setShort(0, 0.1, 0), 'resistance 0 Ω'],
    ['a cable without an ampacity', () => network.ampacity_A(5), 'cable index 5 is not in 0…4'],
    ['a cable index', () => network.setCut(5, 'both', true), 'cable index 5 is not in 0…4'],
    ['a negative cable index', () => network.setCut(-1, 'both', true), 'cable index -1'],
    ['half a cable index', () => network.setCut(0.5, 'both', true), 'cable index 0.5'],
    ['a contact', () => network.setCorrosion(0, 'both', -0.1), 'contact resistance -0.1 Ω'],
    ['an open contact', () => network.setCorrosion(0, 'both', Infinity), 'contact resistance Infinity Ω'],
    ['a fuse of no cable', () => network.setFuse(99, true), 'cable 99 has no fuse'],
    ['a current', () => network.loads.setCurrent(0, 0, -1), 'current -1 A'],
    ['absurd amperes', () => network.loads.setCurrent(0, 0, 1e308), 'current 1e+308 A is not in 0…10000 A'],
    ['no current', () => network.loads.setCurrent(0, 0, NaN), 'current NaN A'],
    ['a resistance', () => network.loads.setResistance(0, 0, 0), 'resistance 0 Ω'],
    ['a power', () => network.loads.setPower(0, 0, -1), 'power -1 W'],
    ['a lowest voltage', () => network.loads.setPower(0, 0, 1, 0), 'lowest voltage of a power load 0 V'],
    ['a limit', () => network.loads.setPower(0, 0, 1, 6, -1), 'current limit -1 A'],
    ['a duty', () => network.loads.setMotor(0, 0, 1, 1, 1.1), 'duty 1.1 is not in 0…1'],
    ['a back-EMF', () => network.loads.setMotor(0, 0, NaN, 1), 'back-EMF NaN V'],
    ['a hub index', () => network.loads.setCurrent(2, 0, 1), 'hub index 2 is not in 0…1'],
    ['a slot', () => network.loads.setCurrent(0, 8, 1), 'load slot 8 is not in 0…7'],
  ]
  it.each(calls)('refuses %s', (_, call, message) => {
    expect(call).toThrow(RangeError)
    expect(call).toThrow(message)
  })
})
