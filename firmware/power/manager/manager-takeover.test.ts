import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, LOCATION, MANAGER_STATE, PortStatusCodec, PowerRequestCodec } from '#protocol/index.ts'
import { ManagerBench as Bench } from '../../testing/index.ts'
import { MANAGER_RULES } from './manager.ts'

import { POWER_RULES } from '../rules.ts'

const { DASH, FL, FR, HOOD, TRUNK } = LOCATION
const { granted, deferred, revoked } = GRANT_RESULT
const { none, active, rebuilding, staticShares } = MANAGER_STATE
const { silence_ms, firstSilence_ms, rebuild_ms, tick_ms } = MANAGER_RULES

const request = (port: number, run_A: number, priority = 2, sequence = 1) =>
  ({ ...PowerRequestCodec.create(), port, sequence, run_A, peak_A: run_A, priority })
const report = (port: number, granted_A: number) => ({ ...PortStatusCodec.create(), port, granted_A })

/** Passes until the manager is in a state; how long that took. */
function until(bench: Bench, state: number, most_ms = 10_000): number {
  const from_ms = bench.hal.now()
  while (bench.manager.state !== state) {
    bench.pass(tick_ms)
    if (bench.hal.now() > from_ms + most_ms) throw new Error(`still ${bench.manager.state} after ${most_ms} ms`)
  }
  return bench.hal.now() - from_ms
}

describe('the standby takes over', () => {
  it('when the dash has been silent for longer than 350 ms: three VehicleStates', () => {
    for (const [silent_ms, state] of [[silence_ms, none], [silence_ms + 1, rebuilding]] as const) {
      const bench = new Bench(true)
      bench.other = active
      bench.pass(1000)
      bench.other = undefined
      // It looks every 100 ms: at 1.4 s.
      bench.hal.clock.advance(400 - silent_ms)
      bench.manager.managerHeard(active)
      bench.hal.clock.advance(silent_ms)
      expect(bench.manager.state).toBe(state)
    }
  })

  it('after its own boot when it has heard nothing for 1.5 s and three more', () => {
    const bench = new Bench(true)
    bench.hal.clock.advance(firstSilence_ms + silence_ms)
    expect(bench.manager.state).toBe(none)
    bench.hal.clock.advance(tick_ms)
    expect(bench.manager.state).toBe(rebuilding)
    expect(bench.manager.counters.takeovers).toBe(1)
  })

  it('and is not counted as having done so in the dash, which is in charge by right', () => {
    expect(new Bench().pass(500).manager.counters.takeovers).toBe(0)
  })

  it('while it may not send, never', () => {
    const bench = new Bench(true)
    bench.up = false
    bench.pass(5000)
    expect(bench.states).toEqual([])
  })

  it('with the reports that come from then on: what it heard before, the dash may have changed', () => {
    const bench = new Bench(true)
    bench.other = active
    bench.pass(1000)
    bench.other = undefined
    const hubs = new Map(bench.hubs)
    bench.hubs.clear()
    until(bench, rebuilding)
    bench.pass(300)
    expect(bench.manager.state).toBe(rebuilding)
    for (const [location, ports] of hubs) bench.hubs.set(location, ports)
    expect(until(bench, active)).toBeLessThanOrEqual(2 * tick_ms)
  })

  it('without what was given back while it stood by', () => {
    const bench = new Bench(true)
    bench.other = active
    bench.hubs.set(FL, [9, 3])
    bench.pass(1000)
    bench.hubs.delete(FL)
    bench.manager.released({ port: 0, sequence: 3 }, FL)
    bench.other = undefined
    until(bench, rebuilding)
    expect(bench.manager.allocator.find(1, 0)!.held).toBe(false)
    expect(bench.manager.allocator.find(1, 1)).toMatchObject({ held: true, run_mA: 3000 })
  })

  it('and answers nothing that was asked of the dash', () => {
    const bench = new Bench(true)
    bench.other = active
    bench.pass(1000)
    bench.other = undefined
    bench.manager.requested(request(0, 5, 0), FL)
    until(bench, rebuilding)
    bench.pass(500)
    expect(bench.answers).toEqual([])
  })

  it('with what the dash had shed, and recovers from that in stages', () => {
    const bench = new Bench(true)
    bench.other = active
    bench.hal.volts = 9
    bench.pass(1000)
    bench.inCharge.shedLevel = 2
    bench.other = undefined
    until(bench, rebuilding)
    expect(bench.said).toEqual([`state ${rebuilding} level 2`])
    until(bench, active)
    expect([bench.manager.shedLevel(), bench.ask(FL, 0, 3, 3, 2), bench.ask(FR, 0, 3, 3, 1)]).toEqual([2, deferred, granted])
    bench.hal.volts = 12
    bench.pass(2300)
    expect(bench.sheds.map(shed => shed.level)).toEqual([1, 0])
  })

  it('with nothing shed, whatever it shed itself long ago', () => {
    const bench = new Bench(true)
    bench.hal.volts = 8
    until(bench, active)
    bench.pass(tick_ms)
    expect(bench.manager.shedLevel()).toBe(2)
    bench.other = active
    bench.hal.volts = 12
    bench.pass(1000)
    bench.other = undefined
    until(bench, rebuilding)
    expect(bench.said.at(-1)).toBe(`state ${rebuilding} level 0`)
    expect(bench.manager.shedLevel()).toBe(0)
  })

  it('and falls silent at once when the dash speaks, whatever it was about to answer', () => {
    const bench = new Bench(true)
    until(bench, active)
    bench.manager.requested(request(0, 5), FL)
    bench.manager.managerHeard(none)
    bench.hal.clock.advance(50)
    expect([bench.manager.state, bench.answers]).toEqual([none, []])
  })
})

describe('rebuilding', () => {
  it('ends after 2 s when a port does not report', () => {
    const bench = new Bench()
    bench.hubs.set(TRUNK, [0])
    bench.pass(rebuild_ms - tick_ms)
    expect(bench.ask(FL, 0, 5)).toBe(deferred)
    bench.hal.clock.advance(tick_ms - 2)
    expect(bench.manager.state).toBe(rebuilding)
    bench.hal.clock.advance(1)
    expect(bench.manager.state).toBe(active)
  })

  it('grants nothing new but to safety', () => {
    for (const priority of [0, 1, 2, 3]) {
      const bench = new Bench()
      bench.hubs.delete(TRUNK)
      bench.pass(100)
      expect(bench.ask(FL, 0, 5, 5, priority)).toBe(priority === 0 ? granted : deferred)
    }
  })

  it('counts what ports report meanwhile as granted', () => {
    const bench = new Bench()
    bench.hubs.delete(TRUNK)
    bench.manager.portReported(report(1, 7), FL)
    bench.hal.clock.advance(tick_ms)
    expect(bench.manager.allocator.find(1, 1)).toMatchObject({ held: true, run_mA: 7000 })
    bench.hubs.set(TRUNK, [0, 0])
    until(bench, active)
    bench.manager.portReported(report(0, 7), FL)
    expect(bench.manager.allocator.find(1, 0)!.held).toBe(false)
  })

  it('counts the lease of a port of its own hub from its renewal on', () => {
    const bench = new Bench()
    bench.ownLeases_A = [0, 0]
    bench.hubs.delete(TRUNK)
    bench.pass(100)
    bench.ownLeases_A = [6, 0]
    expect([bench.ask(DASH, 0, 6), bench.ask(DASH, 1, 3)]).toEqual([granted, deferred])
  })

  it('is over: a port that says it holds what nobody granted asks like any other', () => {
    const bench = new Bench().pass(300)
    bench.ask(FL, 1, 16)
    bench.manager.portReported(report(0, 7), FL)
    expect(bench.ask(FL, 0, 7)).toBe(deferred)
  })

  it('does not begin again while another manager goes on speaking', () => {
    const bench = new Bench()
    bench.other = active
    bench.hubs.set(TRUNK, [0])
    expect(until(bench, staticShares)).toBe(rebuild_ms)
  })
})

describe('the dash comes back', () => {
  /** It was off the bus for long; the trunk granted 9 A to FL meanwhile. */
  function backAgain(): Bench {
    const bench = new Bench().pass(300)
    bench.ask(FL, 0, 4)
    bench.up = false
    bench.hubs.clear()
    bench.pass(10_000)
    return bench
  }

  it('and learns what was granted meanwhile, before it grants anything', () => {
    const bench = backAgain()
    bench.up = true
    bench.pass(300)
    expect(bench.manager.state).toBe(rebuilding)
    expect(bench.ask(FR, 0, 5)).toBe(deferred)
    bench.hubs.set(FL, [9, 0]).set(FR, [0, 0]).set(TRUNK, [0, 0])
    expect(until(bench, active)).toBeLessThanOrEqual(2 * tick_ms)
    expect(bench.manager.allocator.find(1, 0)).toMatchObject({ held: true, run_mA: 9000, priority: 1 })
  })

  it('and takes a lease of its own that is long over for none', () => {
    const bench = backAgain()
    bench.hubs.set(FL, [9, 0])
    bench.pass(100)
    bench.hubs.clear()
    bench.up = true
    bench.pass(100)
    expect(bench.manager.allocator.find(1, 0)).toMatchObject({ held: true, run_mA: 9000 })
  })

  it('and does not believe reports that are older than the last word of the trunk\'s manager', () => {
    const bench = new Bench()
    bench.up = false
    bench.pass(500)
    bench.manager.managerHeard(none)
    bench.hal.clock.advance(10)
    bench.manager.managerHeard(active)
    bench.hubs.clear()
    bench.up = true
    bench.pass(500)
    expect(bench.manager.state).toBe(rebuilding)
  })

  it('and is in charge at once where nobody else was', () => {
    const bench = new Bench()
    bench.up = false
    bench.pass(300)
    bench.hubs.clear()
    bench.up = true
    bench.pass(200)
    expect(bench.manager.state).toBe(active)
  })
})

describe('a hub that is missed', () => {
  it('leaves its standby in charge of all others: it gives nothing new for as long as leases of the other side may last', () => {
    const bench = new Bench(true)
    bench.hubs.delete(DASH)
    bench.other = active
    bench.pass(300)
    bench.other = undefined
    const silent_ms = bench.hal.now() - 100
    until(bench, active)
    while (bench.hal.now() < silent_ms + POWER_RULES.settled_ms) {
      expect(bench.ask(FL, 0, 15)).toBe(deferred)
      bench.pass(100)
    }
    expect(bench.ask(FR, 1, 5, 5, 0)).toBe(granted)
    bench.pass(400)
    expect(bench.ask(FL, 0, 15)).toBe(granted)
  })

  it('that is back is believed when all ports have reported anew', () => {
    const bench = new Bench().pass(300)
    const hubs = new Map(bench.hubs)
    bench.hubs.clear()
    until(bench, staticShares)
    for (const location of [FL, FR, TRUNK]) bench.manager.heard(location)
    bench.pass(100)
    expect(bench.manager.state).toBe(rebuilding)
    bench.pass(500)
    expect([bench.manager.state, bench.ask(FR, 0, 5)]).toEqual([rebuilding, deferred])
    for (const [location, ports] of hubs) bench.hubs.set(location, ports)
    until(bench, active)
    expect(bench.ask(FL, 0, 15)).toBe(granted)
  })

  it('is none that asks, gives back or reports a port', () => {
    const bench = new Bench().pass(300)
    bench.hubs.clear()
    for (let t = 0; t < 2 * POWER_RULES.missing_ms; t += 500) {
      bench.manager.requested(request(0, 1, 2, t / 500), FL)
      bench.manager.released({ port: 1, sequence: t / 500 }, FR)
      bench.manager.portReported(report(0, 0), TRUNK)
      bench.hal.clock.advance(500)
    }
    expect(bench.manager.state).toBe(active)
  })

  it('is none that the plan does not have: that is counted, and ignored', () => {
    const bench = new Bench().pass(300)
    bench.manager.heard(HOOD)
    bench.manager.requested(request(0, 1), HOOD)
    bench.manager.released({ port: 0, sequence: 1 }, HOOD)
    bench.manager.portReported(report(0, 5), HOOD)
    bench.pass(300)
    expect(bench.manager.counters.strangers).toBe(4)
    expect(bench.answers).toEqual([])
  })
})

describe('an answer of the manager', () => {
  it('has currents and a lease when it grants, and none else', () => {
    const bench = new Bench().pass(300)
    bench.ask(FL, 0, 16, 18, 3, 7)
    const whole = { port: 0, sequence: 7, run_A: 16, peak_A: 18, lease_ms: POWER_RULES.lease_ms, result: granted }
    expect(bench.answers.at(-1)!.values).toMatchObject(whole)
    bench.ask(FL, 1, 9, 9, 0, 8)
    bench.hal.clock.advance(5)
    const nothing = { run_A: 0, peak_A: 0, lease_ms: 0 }
    expect(bench.answers.slice(1).map(answer => answer.values)).toEqual([
      expect.objectContaining({ ...nothing, port: 1, result: deferred }), expect.objectContaining({ ...nothing, port: 0, result: revoked }),
    ])
  })

  it('to a lease that another manager gave has a sequence that a frame can carry', () => {
    const bench = new Bench(true)
    bench.other = active
    bench.hubs.set(FL, [15, 0])
    bench.pass(1000)
    bench.other = undefined
    for (const location of [DASH, FR]) bench.hubs.delete(location)
    until(bench, staticShares)
    bench.hal.clock.advance(5)
    // Beyond the static share.
    const answer = bench.answers.find(each => each.values.result === revoked)
    expect(answer).toMatchObject({ location: FL, values: { port: 0, sequence: 0xf } })
  })

  it('to a wish that has to wait comes as soon as another gives back', () => {
    const bench = new Bench().pass(300)
    expect([bench.ask(FL, 0, 16), bench.ask(FL, 1, 9)]).toEqual([granted, deferred])
    bench.manager.released({ port: 0, sequence: 1 }, FL)
    bench.hal.clock.advance(1)
    expect(bench.answers.at(-1)).toMatchObject({ location: FL, values: { port: 1, result: granted } })
  })

  it('is one at a time: between two the hub looks after other things', () => {
    const bench = new Bench().pass(300)
    for (const port of [0, 1]) bench.manager.requested(request(port, 1), FL)
    let between = -1
    bench.schedule.startIn(bench.schedule.job('other things', () => { between = bench.answers.length }), 0)
    bench.hal.clock.advance(MANAGER_RULES.pause_ms - 0.1)
    expect([between, bench.answers.length]).toEqual([1, 1])
    bench.hal.clock.advance(0.1)
    expect(bench.answers.length).toBe(2)
  })

  it('comes from jobs that a failing test can name', () => {
    const bench = new Bench().pass(300)
    bench.manager.requested(request(0, 1), FL)
    expect(bench.schedule.pending()).toEqual(expect.arrayContaining(['power manager', 'power decision']))
  })
})

describe('shedding', () => {
  it('is in the VehicleState before PowerShed says it', () => {
    const bench = new Bench().pass(300)
    bench.hal.volts = 10
    bench.pass(300)
    expect(bench.said.slice(-2)).toEqual([`state ${active} level 1`, 'shed 1'])
    expect(bench.manager.counters.sheds).toBe(1)
  })
})
