import { describe, expect, it } from 'vitest'
import { Kernel } from '../kernel/index.ts'
import { Trace, type TraceEvent } from '../trace/index.ts'
import { BrownOut } from './brown-out.ts'
import { cranking, jumpStart, loadDump, ProfileBuilder, reverse } from './profiles.ts'
import { SEDAN_COPPER } from './sedan-copper.ts'
import type { Supply, SupplyOptions } from './supply.ts'
import { createSupply } from './supply.ts'

const MS = 1_000_000

interface Bench {
  readonly kernel: Kernel
  readonly supply: Supply
  readonly events: TraceEvent[]
  run(ms: number): void
}

function bench(options: SupplyOptions = {}): Bench {
  const kernel = new Kernel(1)
  const trace = new Trace()
  const events: TraceEvent[] = []
  trace.subscribe(event => events.push(event))
  const supply = createSupply(kernel, SEDAN_COPPER, { trace, ...options })
  return { kernel, supply, events, run: ms => kernel.runUntil(kernel.now_ns + ms * MS) }
}

describe('loads', () => {
  it('lower the hub that draws, less its neighbours, and show in cables and meters', () => {
    const { supply } = bench()
    const rest_V = supply.batteryVoltage_V
    supply.setCurrent('FL', 0, 20)
    expect(supply.voltage_V('FL')).toBeLessThan(supply.voltage_V('FR'))
    expect(supply.voltage_V('FR')).toBeLessThan(supply.voltage_V('HOOD'))
    expect(supply.voltage_V('HOOD')).toBeLessThan(rest_V)
    expect(supply.current_A('drop.FL')).toBeCloseTo(20, 9)
    expect(supply.current_A('spine.FL')).toBeCloseTo(20, 9)
    expect(supply.current_A('spine.FR')).toBeCloseTo(0, 9)
    expect(supply.current_A(0)).toBeCloseTo(20, 9)
    expect(supply.hubCurrent_A('FL')).toBe(20)
    expect(supply.slotCurrent_A('FL', 0)).toBe(20)
    expect(supply.slotCurrent_A('FL', 1)).toBe(0)
    expect(supply.batteryCurrent_A).toBeCloseTo(20, 9)
    expect(supply.groundOffset_V('FL')).toBeGreaterThan(0.15)
    supply.clearLoad('FL', 0)
    expect(supply.voltage_V('FL')).toBe(supply.voltage_V('RR'))
  })

  it('are of every kind, by name or index', () => {
    const { supply } = bench()
    const hub = supply.hub('STEREO')
    supply.setResistance(hub, 0, 12, 5)
    supply.setPower(hub, 1, 60)
    supply.setMotor(hub, 2, 0, 0.5, 1, 3)
    expect(supply.slotCurrent_A(hub, 0)).toBeCloseTo(1, 0)
    expect(supply.slotCurrent_A(hub, 1)).toBeCloseTo(60 / supply.voltage_V(hub), 9)
    expect(supply.slotCurrent_A(hub, 2)).toBe(3)
    expect(supply.hubCurrent_A(hub)).toBeCloseTo(supply.current_A('drop.STEREO'), 9)
  })

  it('discharge the battery by what flowed, each for as long as it was set', () => {
    const { supply, run } = bench({ battery: { charge: 0.8 } })
    supply.setCurrent('FL', 0, 10)
    run(1_800_000)
    supply.setCurrent('FL', 0, 0)
    run(1_800_000)
    expect(supply.voltage_V('FL')).toBeGreaterThan(12)
    // 5 Ah, and what Peukert takes on top: 10 A are 2.9 times the current that empties it in 20 h.
    expect(supply.battery.charge).toBeLessThan(0.8 - 5 / 70)
    expect(supply.battery.charge).toBeGreaterThan(0.8 - 1.31 * 5 / 70)
  })

  it('that are wrong, or at wrong places, are refused', () => {
    const { supply } = bench()
    expect(() => supply.setCurrent('XX', 0, 1)).toThrow('there is no hub "XX"')
    expect(() => supply.setCurrent(8, 0, 1)).toThrow('hub index 8 is not in 0…7')
    expect(() => supply.voltage_V(-1)).toThrow('hub index -1')
    expect(() => supply.setCurrent('FL', 8, 1)).toThrow('load slot 8 is not in 0…7')
    expect(() => supply.setCurrent('FL', -1, 1)).toThrow('load slot -1')
    expect(() => supply.setHouseLoad(-1)).toThrow('load at the battery -1 A is not in 0…2000 A')
    expect(() => supply.current_A('x')).toThrow('there is no cable "x"')
  })
})

describe('the engine', () => {
  it('regulates the battery node to 14.2 V and charges', () => {
    const { supply, run } = bench({ engine_rpm: 1500 })
    run(2000)
    expect(supply.batteryVoltage_V).toBeCloseTo(14.2, 1)
    expect(supply.batteryCurrent_A).toBeLessThan(0)
    expect(supply.engine_rpm).toBe(1500)
    expect(supply.alternatorCurrent_A).toBeGreaterThan(1)
  })

  it('dips at a load step by what the battery gives, and is back within two seconds', () => {
    const { supply, run } = bench({ engine_rpm: 2000 })
    run(1000)
    const before_V = supply.batteryVoltage_V
    supply.setCurrent('STEREO', 0, 15)
    supply.setCurrent('FL', 0, 20)
    expect(supply.batteryVoltage_V).toBeLessThan(before_V - 0.08)
    run(2000)
    expect(supply.batteryVoltage_V).toBeCloseTo(before_V, 1)
  })

  it('rises while the field follows a load that goes: the battery takes what is given too much', () => {
    for (const [battery, over_V] of [[{}, 0.18], [{ resistance_mOhm: 8 }, 0.355]] as const) {
      const { supply, run } = bench({ engine_rpm: 800, battery })
      for (const hub of ['STEREO', 'FL', 'FR']) supply.setCurrent(hub, 0, 14)
      run(5000)
      expect(supply.batteryVoltage_V).toBeCloseTo(14.2, 1)
      for (const hub of ['STEREO', 'FL', 'FR']) supply.clearLoad(hub, 0)
      expect(supply.batteryVoltage_V).toBeCloseTo(14.2 + over_V, 2)
      run(250)
      expect(supply.batteryVoltage_V).toBeLessThan(14.2 + over_V / 10)
      expect(supply.batteryVoltage_V).toBeGreaterThan(14.19)
    }
  })

  it('runs out of current at idle with the house on: the battery discharges', () => {
    const { supply, run } = bench({ engine_rpm: 800 })
    supply.setHouseLoad(90)
    run(10_000)
    expect(supply.alternatorCurrent_A).toBeCloseTo(70, 6)
    expect(supply.batteryCurrent_A).toBeCloseTo(20, 6)
    expect(supply.batteryVoltage_V).toBeLessThan(14)
  })

  it('pulls the supply below 10 V while a starter draws 600 A from a cold battery', () => {
    const { supply, run } = bench({ battery: { temperature_C: -18 } })
    supply.setHouseLoad(600)
    run(100)
    expect(supply.voltage_V('TRUNK')).toBeLessThan(10)
    supply.setHouseLoad(0)
    supply.engine_rpm = 900
    run(20_000)
    expect(supply.voltage_V('TRUNK')).toBeGreaterThan(13)
  })
})

describe('profiles', () => {
  it('take the place of the battery and give it back', () => {
    const { supply, run } = bench()
    const rest_V = supply.voltage_V('FL')
    supply.profile(cranking('II'))
    expect(supply.profileName).toBe('ISO 16750-2 cranking II')
    run(10)
    expect(supply.voltage_V('FL')).toBeCloseTo(4.5, 9)
    expect(supply.batteryCurrent_A).toBe(0)
    run(10_400)
    expect(supply.profileName).toBeUndefined()
    expect(supply.voltage_V('FL')).toBe(rest_V)
  })

  it('can be stopped, replaced, added to the battery, and be negative', () => {
    const { supply, run } = bench()
    const rest_V = supply.voltage_V('FL')
    supply.profile(reverse())
    run(100)
    supply.setCurrent('FL', 0, 5)
    expect(supply.voltage_V('FL')).toBe(-14)
    expect(supply.hubCurrent_A('FL')).toBe(0)
    supply.profile(jumpStart())
    run(100)
    expect(supply.voltage_V('HOOD')).toBeGreaterThan(23.9)
    supply.stopProfile()
    supply.setCurrent('FL', 0, 0)
    supply.profile(new ProfileBuilder(0).to(-3, 1).hold(1000).build('sag', 'add'))
    run(50)
    expect(supply.voltage_V('FL')).toBeCloseTo(rest_V - 3, 2)
  })

  it('step on the grid while they move, and only at their corners where they are level', () => {
    const { supply, run } = bench()
    run(5)
    let steps = 0
    supply.onStep(() => steps++)
    supply.profile(new ProfileBuilder(12).to(11, 20).hold(5000).to(12, 20).build('slow'))
    run(2000)
    expect(steps).toBeGreaterThanOrEqual(20)
    expect(steps).toBeLessThan(25)
    run(4000)
    expect(steps).toBeLessThan(60)
  })

  it('reach every hub: a load dump is 35 V everywhere', () => {
    const { supply, run } = bench()
    supply.profile(loadDump(100))
    run(20)
    for (const hub of SEDAN_COPPER.hubs) expect(supply.voltage_V(hub)).toBe(35)
  })
})

describe('faults', () => {
  it('a cut spine takes down what is behind it and comes back when joined', () => {
    const { supply, events } = bench()
    const cut = { kind: 'cut', cable: 'spine.STEREO' } as const
    supply.fault(cut)
    expect(['FR', 'STEREO', 'TRUNK'].map(hub => supply.voltage_V(hub) > 12)).toEqual([true, false, false])
    supply.repair(cut)
    expect(supply.voltage_V('TRUNK')).toBeGreaterThan(12)
    expect(events).toEqual([
      { t_ns: 0, kind: 'copperFault', source: 'spine.STEREO', fault: 'cut' }, { t_ns: 0, kind: 'copperRepair', source: 'spine.STEREO', fault: 'cut' },
    ])
  })

  it('a corroded contact costs volts under load only', () => {
    const { supply } = bench()
    const before_V = supply.voltage_V('RR')
    supply.fault({ kind: 'corrosion', cable: 'drop.RR', extra_Ohm: 0.1, conductor: 'return' })
    expect(supply.voltage_V('RR')).toBe(before_V)
    supply.setCurrent('RR', 0, 10)
    expect(supply.groundOffset_V('RR')).toBeGreaterThan(1)
    supply.repair({ kind: 'corrosion', cable: 'drop.RR', extra_Ohm: 0.1, conductor: 'return' })
    expect(supply.groundOffset_V('RR')).toBeLessThan(0.4)
  })

  it('a short in a door opens that drop\'s fuse only, and the others live on', () => {
    const { supply, run, events } = bench()
    supply.fault({ kind: 'short', hub: 'FL', resistance_Ohm: 0.005 })
    expect(supply.current_A('drop.FL')).toBeGreaterThan(150)
    expect(supply.voltage_V('FR')).toBeLessThan(12)
    run(200)
    expect(events).toMatchObject([{ kind: 'copperFault', source: 'FL', fault: 'short' }, { kind: 'fuseOpened', source: 'drop.FL' }])
    expect(supply.voltage_V('FL')).toBe(0)
    expect(supply.voltage_V('FR')).toBeGreaterThan(12)
    supply.repair({ kind: 'short', hub: 'FL', resistance_Ohm: 0.005 })
    supply.repair({ kind: 'fuse', cable: 'drop.FL' })
    expect(supply.voltage_V('FL')).toBeGreaterThan(12)
    supply.fault({ kind: 'fuse', cable: 'drop.FL' })
    expect(supply.voltage_V('FL')).toBe(0)
  })

  it('a lasting overload opens a fuse without anybody looking', () => {
    const { supply, run, events } = bench()
    supply.setCurrent('DASH', 0, 22)
    run(20_000)
    expect(events.map(event => event.kind)).toEqual(['fuseOpened'])
    expect(events[0]!.t_ns).toBeGreaterThan(500 * MS)
  })

  it('in the cold, copper resists less and the battery more', () => {
    const { supply } = bench()
    const warm_Ohm = supply.network.resistance_Ohm(0)
    supply.setTemperature_C(-30)
    expect(supply.network.resistance_Ohm(0)).toBeLessThan(warm_Ohm)
    expect(supply.battery.resistance_Ohm).toBeGreaterThan(0.006)
  })
})

describe('time', () => {
  it('costs nothing while nothing moves', () => {
    const { supply, kernel, run } = bench()
    supply.setCurrent('FL', 0, 0.02)
    run(60_000)
    let steps = 0
    supply.onStep(() => steps++)
    run(3_600_000)
    expect(steps).toBeLessThan(10)
    expect(kernel.now_ns).toBe(3_660_000 * MS)
  })

  it('is worth a step now and then while the battery drifts', () => {
    const { supply, run } = bench({ engine_rpm: 2000 })
    supply.setCurrent('FL', 0, 10)
    run(5000)
    let steps = 0
    supply.onStep(() => steps++)
    run(60_000)
    expect(steps).toBeLessThan(3000)
  })

  it('is divided differently with the same result: reading in between changes nothing much', () => {
    const ends = [1, 7, 100].map((pause_ms) => {
      const { supply, run } = bench({ engine_rpm: 1200 })
      supply.setCurrent('RL', 0, 18)
      for (let t_ms = 0; t_ms < 700; t_ms += pause_ms) {
        run(pause_ms)
        supply.step()
      }
      return supply.voltage_V('RL')
    })
    expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(0.005)
  })

  it('gives the same bits in every run, whoever looks in between', () => {
    const run = (curious: boolean): number[] => {
      const { supply, run, kernel } = bench({ engine_rpm: 900 })
      const look = kernel.timer('look', () => {
        supply.voltage_V('FL')
        supply.current_A('spine.RL')
        look.startIn(333_333)
      })
      if (curious) look.startIn(1)
      const seen: number[] = []
      supply.onStep(() => seen.push(supply.voltage_V('TRUNK')))
      supply.setPower('TRUNK', 0, 80)
      run(100.4)
      supply.setMotor('FL', 0, 6, 0.6)
      if (curious) supply.voltage_V('FL')
      supply.setMotor('FR', 0, 6, 0.6)
      run(200)
      supply.profile(cranking('III'))
      run(1500)
      return seen
    }
    expect(run(false)).toEqual(run(false))
    expect(run(true)).toEqual(run(false))
  })

  it('listeners may leave while they are told, twice', () => {
    const { supply, run } = bench()
    let told = 0
    const leave = supply.onStep(() => {
      told++
      leave()
      leave()
    })
    supply.setCurrent('FL', 0, 1)
    run(10)
    expect(told).toBe(1)
  })
})

describe('brown-out', () => {
  function watch(options?: SupplyOptions): Bench & { seen: [number, boolean][], watcher: BrownOut } {
    const b = bench(options)
    const seen: [number, boolean][] = []
    const watcher = new BrownOut(b.kernel, b.supply, 'FL', down => seen.push([b.kernel.now_ns / MS, down]))
    return { ...b, seen, watcher }
  }

  it.each(['I', 'II', 'IV'] as const)('does not reset a hub while cranking at level %s', (level) => {
    const { supply, run, seen, watcher } = watch()
    supply.setPower('FL', 0, 1.5, 4)
    supply.profile(cranking(level))
    run(12_000)
    expect(seen).toEqual([])
    expect(watcher.down).toBe(false)
  })

  it('resets it at level III, 1 ms after 4 V, and lets it boot when there are 4.5 V again', () => {
    const { supply, run, seen } = watch()
    supply.profile(cranking('III'))
    run(100)
    expect(seen.map(([, down]) => down)).toEqual([true, false])
    // 12 V to 3 V in 5 ms passes 4 V at 4.4 ms, seen at 5 ms; 3 V to 5 V in 50 ms from 20 ms on passes 4.5 V at 57.5 ms.
    expect(seen[0]![0]).toBe(6)
    expect(seen[1]![0]).toBe(58)
  })

  it('forgives a dip shorter than 1 ms', () => {
    const { supply, run, seen } = watch()
    supply.profile(new ProfileBuilder(12).to(3, 0.5).hold(0.4).to(12, 0.05).hold(5).build('short dip'))
    run(20)
    supply.profile(new ProfileBuilder(12).to(12, 0.6).to(3, 0.1).hold(0.5).to(12, 0.1).hold(5).build('dip on the grid'))
    run(20)
    expect(seen).toEqual([])
  })

  it('sees a cut cable, holds the hub down, and stops when closed', () => {
    const { supply, run, seen, watcher } = watch()
    supply.fault({ kind: 'cut', cable: 'drop.FL', conductor: 'supply' })
    run(50)
    expect(seen).toEqual([[2, true]])
    expect(watcher.down).toBe(true)
    watcher.close()
    supply.repair({ kind: 'cut', cable: 'drop.FL', conductor: 'supply' })
    run(50)
    expect(seen).toHaveLength(1)
  })

  it('begins down where there is no voltage', () => {
    const { kernel, supply } = bench()
    supply.fault({ kind: 'fuse', cable: 'drop.FL' })
    expect(new BrownOut(kernel, supply, 'FL', () => {}, { reset_V: 5, start_V: 6, hold_ms: 2 }).down).toBe(true)
  })
})
