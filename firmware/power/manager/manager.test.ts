import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, IGNITION, LOCATION, MANAGER_STATE, PowerRequestCodec, SHED_REASON } from '#protocol/index.ts'
import { linePlan, ManagerBench as Bench, PORTS } from '../../testing/index.ts'
import { POWER_RULES } from '../rules.ts'
import { FIRST_MANAGER } from './entries.ts'
import { MANAGER_RULES } from './manager.ts'

const { DASH, FL, FR, TRUNK } = LOCATION
const { granted, deferred, refused, revoked } = GRANT_RESULT
const { none, active, rebuilding, staticShares } = MANAGER_STATE

describe('the manager in the dash', () => {
  it('is in charge as soon as every port has reported', () => {
    const bench = new Bench()
    expect(bench.manager.state).toBe(rebuilding)
    expect(bench.ask(FL, 0, 5)).toBe(deferred)
    expect(bench.ask(FR, 0, 5, 5, 0)).toBe(granted)
    bench.pass(200)
    expect(bench.manager.state).toBe(active)
    const values = { port: 0, sequence: 1, run_A: 5, peak_A: 5, lease_ms: 2000, result: granted }
    expect(bench.answers.at(-1)).toMatchObject({ location: FL, values })
    expect(bench.states).toEqual([rebuilding, active])
  })

  it('gives a peak to who waits for it in the moment in which another\'s ends', () => {
    const bench = new Bench().pass(300)
    expect(bench.ask(FL, 0, 5, 18)).toBe(granted)
    const began_ms = bench.answers.at(-1)!.at_ms
    bench.hubs.get(FL)![0] = 5
    expect(bench.ask(FR, 0, 5, 18)).toBe(granted)
    bench.hubs.get(FR)![0] = 5
    bench.hal.clock.advance(7)
    expect(bench.ask(TRUNK, 0, 5, 18)).toBe(deferred)
    bench.pass(700)
    const { location, at_ms } = bench.answers.at(-1)!
    expect(location).toBe(TRUNK)
    expect(at_ms - began_ms).toBeGreaterThanOrEqual(POWER_RULES.peakReserved_ms)
    // A few decisions, and no tick.
    expect(at_ms - began_ms).toBeLessThan(POWER_RULES.peakReserved_ms + 10)
  })

  it('is in charge, whether or not anybody listens to its state', () => {
    const manager = FIRST_MANAGER.create(new Bench().host(), linePlan({ hubs: 1, ports: PORTS, locations: [DASH] }))
    manager.start()
    expect(manager.state).toBe(active)
  })

  it('manages hubs of a plan that does not have its own', () => {
    const manager = FIRST_MANAGER.create(new Bench().host(), linePlan({ hubs: 2, ports: PORTS, locations: [FL, FR] }))
    manager.start()
    expect(manager.state).toBe(rebuilding)
  })

  it('learns the leases of the one before it', () => {
    const bench = new Bench()
    bench.up = false
    bench.ownLeases_A = [0, 3]
    bench.hubs.set(FL, [9, 0])
    bench.pass(100)
    bench.up = true
    bench.pass(200)
    expect(bench.manager.allocator.find(1, 0)).toMatchObject({ held: true, run_mA: 9000 })
    expect(bench.manager.allocator.find(0, 1)).toMatchObject({ held: true, run_mA: 3000 })
    bench.hubs.set(FL, [0, 0])
    bench.manager.released({ port: 0, sequence: 3 }, FL)
    bench.manager.released({ port: 0, sequence: 3 }, LOCATION.HOOD)
    expect(bench.manager.allocator.find(1, 0)!.held).toBe(false)
  })

  it('renews a former lease while it learns', () => {
    const bench = new Bench()
    bench.hubs.delete(TRUNK)
    bench.hubs.set(FL, [9, 0])
    bench.pass(100)
    expect(bench.manager.state).toBe(rebuilding)
    expect(bench.ask(FL, 0, 9)).toBe(granted)
    expect(bench.ask(FL, 1, 3)).toBe(deferred)
  })

  it('names a hub that it heard and that is silent for 5 s, and none in the 5 s after the car woke', () => {
    const bench = new Bench().pass(300)
    bench.hubs.delete(FL)
    bench.pass(4900)
    expect(bench.manager.lost()).toBe(0)
    bench.pass(300)
    expect(bench.manager.lost()).toBe(1 << FL - 1)
    bench.manager.listen()
    expect(bench.manager.lost()).toBe(0)
    bench.pass(5200)
    expect(bench.manager.lost()).toBe(1 << FL - 1)
  })

  it('answers everything, and counts it', () => {
    const bench = new Bench().pass(300)
    expect(bench.ask(FL, 0, 30)).toBe(refused)
    expect(bench.ask(FR, 0, 30)).toBe(refused)
    expect(bench.ask(FL, 9, 5)).toBe(undefined)
    expect(bench.ask(LOCATION.HOOD, 0, 5)).toBe(undefined)
    expect(bench.ask(FL, 0, 16, 16, 3)).toBe(granted)
    expect(bench.ask(FL, 1, 9, 9, 0)).toBe(deferred)
    bench.hal.clock.advance(5)
    expect(bench.answers.find(answer => answer.values.result === revoked)).toMatchObject({ location: FL, values: { port: 0, run_A: 0 } })
    expect(bench.manager.counters).toMatchObject({ granted: 1, refused: 2, deferred: 1, revoked: 1, strangers: 1 })
    expect(bench.manager.allocator.absurd).toBe(3)
  })

  it('answers many requests one after the other, and leaves the board time between them', () => {
    const bench = new Bench().pass(300)
    for (let i = 0; i < 4 * PORTS; i++) {
      const location = [DASH, FL, FR, TRUNK][i >> 1]!
      bench.manager.requested({ ...PowerRequestCodec.create(), port: i & 1, sequence: 2, run_A: 1, peak_A: 1, priority: 2 }, location)
    }
    bench.manager.requested({ ...PowerRequestCodec.create(), port: 0, sequence: 3, run_A: 1, peak_A: 1, priority: 2 }, FL)
    const began_ms = bench.hal.now()
    bench.hal.clock.advance(20)
    expect(bench.answers.map(answer => answer.at_ms - began_ms)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('goes on granting while it hears most hubs, and keeps the static share of one that it misses', () => {
    const bench = new Bench().pass(300)
    expect(bench.ask(TRUNK, 0, 3)).toBe(granted)
    bench.hubs.delete(TRUNK)
    bench.pass(POWER_RULES.missing_ms + 200)
    expect(bench.manager.state).toBe(active)
    // Of the 40 A of the spine 8 are its share, 1.5 what the others draw at rest.
    expect([bench.ask(FL, 0, 19), bench.ask(FR, 0, 12), bench.ask(FR, 1, 11)]).toEqual([granted, deferred, granted])
    bench.hubs.set(TRUNK, [0, 0])
    bench.pass(100)
    expect(bench.manager.state).toBe(rebuilding)
    bench.pass(600)
    expect([bench.manager.state, bench.ask(TRUNK, 0, 8)]).toEqual([active, granted])
  })

  it('keeps what a hub had that it misses, until that can have no more than its share', () => {
    for (const [silent_ms, fits_A] of [[8000, 4.5], [12_000, 12.5]] as const) {
      const bench = new Bench().pass(300)
      expect(bench.ask(TRUNK, 0, 16)).toBe(granted)
      bench.hubs.delete(TRUNK)
      bench.pass(silent_ms)
      bench.ask(FL, 0, 18)
      expect([silent_ms, bench.ask(FR, 0, fits_A + 0.5), bench.ask(FR, 1, fits_A - 0.5)]).toEqual([silent_ms, deferred, granted])
    }
  })

  it('takes back what others have of the share of a hub that it misses, the least important first, and never from safety', () => {
    const bench = new Bench().pass(300)
    expect([bench.ask(FL, 0, 18, 18, 0), bench.ask(FR, 0, 16, 16, 3)]).toEqual([granted, granted])
    bench.hubs.delete(TRUNK)
    const renew = (): void => {
      bench.ask(FL, 0, 18, 18, 0, 2)
      bench.ask(FR, 0, 16, 16, 3, 2)
    }
    for (let t = 0; t < POWER_RULES.missing_ms + 200; t += 500) {
      renew()
      bench.pass(500)
    }
    const revocations = bench.answers.filter(answer => answer.values.result === revoked).map(answer => answer.location)
    expect([...new Set(revocations)]).toEqual([FR])
  })

  /** It stands by in the trunk, and hears the door FL of the four. */
  function fewHubs(): Bench {
    const bench = new Bench(true)
    bench.other = active
    bench.pass(300)
    bench.other = undefined
    return bench
  }

  it('keeps to the static shares while it misses most hubs, and gives nothing new until the others\' leases are over', () => {
    const bench = fewHubs()
    const hubs = new Map(bench.hubs)
    bench.hubs.delete(DASH)
    bench.pass(5000)
    expect(bench.manager.state).toBe(active)
    expect([bench.ask(TRUNK, 0, 9), bench.ask(TRUNK, 1, 4)]).toEqual([granted, granted])
    bench.hubs.delete(FR)
    bench.pass(POWER_RULES.missing_ms + 200)
    expect(bench.manager.state).toBe(staticShares)
    expect(bench.ask(TRUNK, 1, 2)).toBe(deferred)
    bench.pass(1000)
    bench.ask(TRUNK, 1, 2)
    bench.pass(1200)
    expect(bench.answers.at(-1)).toMatchObject({ location: TRUNK, values: { port: 1, result: granted } })
    // More than its share: not now, maybe later.
    expect(bench.ask(TRUNK, 0, 9)).toBe(deferred)
    for (const [location, ports] of hubs) bench.hubs.set(location, ports)
    bench.pass(800)
    expect(bench.manager.state).toBe(active)
    expect(bench.answers.at(-1)).toMatchObject({ location: TRUNK, values: { run_A: 9, result: granted } })
  })

  it('takes leases beyond the share back when most hubs go missing', () => {
    const bench = fewHubs()
    bench.hubs.delete(DASH)
    bench.pass(5000)
    bench.hubs.delete(FR)
    for (let t = 0; t < POWER_RULES.missing_ms + 200; t += 500) {
      bench.ask(TRUNK, 0, 9, 9, 2, t / 500)
      bench.pass(500)
    }
    expect(bench.answers.some(answer => answer.location === TRUNK && answer.values.result === revoked)).toBe(true)
  })

  it('of half of the hubs is in charge, the standby is not', () => {
    for (const [standby, state] of [[false, active], [true, staticShares]] as const) {
      const bench = new Bench(standby)
      for (const location of [FR, standby ? DASH : TRUNK]) bench.hubs.delete(location)
      bench.pass(4500)
      expect(bench.manager.state).toBe(state)
    }
  })

  it('that hears nobody at all is not in charge, until somebody speaks', () => {
    for (const standby of [false, true]) {
      const bench = new Bench(standby)
      const hubs = new Map(bench.hubs)
      bench.hubs.clear()
      bench.pass(6000)
      expect([standby, bench.manager.state, bench.states.slice(-2)]).toEqual([standby, none, [staticShares, none]])
      bench.hubs.set(FL, hubs.get(FL)!)
      bench.pass(200)
      expect([standby, bench.manager.state]).toEqual([standby, rebuilding])
    }
  })

  it('that hears another one in charge is not heard by it: it keeps to the shares', () => {
    const bench = new Bench().pass(300)
    bench.other = active
    bench.pass(MANAGER_RULES.rebuild_ms + 200)
    expect(bench.states.slice(2)).not.toContain(active)
    expect(bench.states).toContain(staticShares)
    bench.other = undefined
    bench.pass(800)
    expect(bench.manager.state).toBe(active)
  })

  it('learns anew when another manager was at work', () => {
    const bench = new Bench().pass(300)
    bench.manager.managerHeard(none)
    expect(bench.manager.state).toBe(active)
    bench.manager.managerHeard(active)
    expect(bench.manager.state).toBe(rebuilding)
    bench.manager.managerHeard(active)
    bench.pass(1200)
    expect(bench.manager.state).toBe(active)
  })

  it('rests while its hub may not send', () => {
    const bench = new Bench().pass(300)
    bench.hal.volts = 8
    bench.pass(300)
    expect(bench.manager.shedLevel()).toBe(2)
    bench.up = false
    bench.hal.volts = 13
    bench.pass(200)
    expect(bench.manager.state).toBe(none)
    expect(bench.manager.shedLevel()).toBe(0)
    expect(bench.ask(FL, 0, 5)).toBe(undefined)
    bench.manager.released({ port: 0, sequence: 1 }, FL)
    bench.manager.managerHeard(active)
    expect(bench.manager.state).toBe(none)
    bench.up = true
    bench.pass(1200)
    expect(bench.manager.state).toBe(active)
  })
})

describe('shedding', () => {
  it('follows the supply with hysteresis, and recovers step by step', () => {
    const bench = new Bench().pass(300)
    bench.ask(FL, 0, 5, 5, 3)
    bench.hal.volts = 8
    bench.pass(200)
    expect(bench.sheds).toEqual([])
    bench.pass(100)
    expect(bench.sheds).toEqual([{ level: 2, reason: SHED_REASON.undervoltage }])
    expect(bench.manager.shedLevel()).toBe(2)
    expect(bench.ask(FR, 0, 5, 5, 2)).toBe(deferred)
    bench.hal.volts = 7
    bench.pass(300)
    expect(bench.sheds.at(-1)!.level).toBe(3)
    bench.hal.volts = 9
    bench.pass(3000)
    expect(bench.manager.shedLevel()).toBe(2)
    bench.hal.volts = 12
    bench.pass(1000)
    expect(bench.manager.shedLevel()).toBe(1)
    bench.pass(1000)
    expect(bench.sheds.at(-1)).toEqual({ level: 0, reason: SHED_REASON.recovered })
  })

  it('clears the way for the starter before the voltage falls, and holds while it turns', () => {
    const bench = new Bench().pass(300)
    bench.ignitionNow = IGNITION.start
    bench.pass(100)
    expect(bench.sheds).toEqual([{ level: 2, reason: SHED_REASON.cranking }])
    bench.pass(5000)
    expect(bench.manager.shedLevel()).toBe(2)
    bench.ignitionNow = IGNITION.on
    bench.pass(2200)
    expect(bench.sheds.map(shed => shed.level)).toEqual([2, 1, 0])
  })
})

describe('the standby in the trunk', () => {
  it('says nothing as long as the dash speaks', () => {
    const bench = new Bench(true)
    bench.other = active
    bench.pass(5000)
    expect(bench.states).toEqual([])
    expect(bench.ask(FL, 0, 5)).toBe(undefined)
    expect(bench.answers).toEqual([])
  })

  it('gives the dash time to boot', () => {
    const bench = new Bench(true)
    bench.pass(MANAGER_RULES.firstSilence_ms)
    expect(bench.manager.state).toBe(none)
    bench.pass(600)
    expect(bench.states).toEqual([rebuilding, active])
  })

  it('takes over after three missed VehicleStates, with the leases that ports reported', () => {
    const bench = new Bench(true)
    bench.other = active
    bench.hubs.set(FL, [9, 0])
    bench.pass(1000)
    bench.other = undefined
    bench.hubs.delete(DASH)
    bench.pass(200)
    expect(bench.manager.state).toBe(none)
    bench.pass(200)
    expect(bench.manager.state).toBe(rebuilding)
    expect(bench.manager.counters.takeovers).toBe(1)
    expect(bench.ask(FL, 0, 9)).toBe(granted)
    expect(bench.ask(FR, 0, 5, 5, 1)).toBe(deferred)
    expect(bench.ask(FR, 1, 4, 4, 0)).toBe(granted)
    bench.pass(MANAGER_RULES.rebuild_ms)
    expect(bench.manager.state).toBe(active)
    // The dash may have given something elsewhere, of which it has to let go first.
    expect(bench.ask(FR, 0, 5, 5, 1)).toBe(deferred)
    bench.pass(2300)
    expect(bench.ask(FR, 0, 5, 5, 1)).toBe(granted)
  })

  it('makes way as soon as the dash speaks', () => {
    const bench = new Bench(true)
    bench.pass(2500)
    expect(bench.manager.state).not.toBe(none)
    bench.manager.managerHeard(rebuilding)
    expect(bench.manager.state).toBe(none)
    expect(bench.states.at(-1)).toBe(none)
    bench.manager.managerHeard(active)
    expect(bench.states.at(-1)).toBe(none)
  })
})
