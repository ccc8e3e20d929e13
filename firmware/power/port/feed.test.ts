import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, PORT_STATE } from '#protocol/index.ts'
import { FakeHal, IDLE_A, LeaseBench } from '../../testing/index.ts'
import { createCounters, Schedule } from '../../runtime/index.ts'
import { PortFeed } from './feed.ts'

const { off, on, limiting, tripped } = PORT_STATE

describe('the feed of a port', () => {
  it('is off and wants nothing before anything is plugged in', () => {
    const hal = new FakeHal(1, 1)
    const counters = createCounters()
    const nobody = {
      grantChanged: () => undefined, refusalChanged: () => undefined, feedChanged: () => undefined, overdrawnChanged: () => undefined,
    }
    const feed = new PortFeed(hal.sockets[0]!, 0, new Schedule(hal, counters), counters, nobody, undefined)
    expect([feed.state(), feed.granted(), feed.granted_A(), hal.sockets[0]!.powered]).toEqual([off, false, 0, false])
    feed.want(9, 9, 1000, 2)
    expect([feed.granted(), hal.sockets[0]!.limit_A]).toEqual([false, 0])
  })

  it('is limited before it is switched on', () => {
    const rig = new LeaseBench()
    const socket = rig.hal.sockets[0]!
    rig.grant(20)
    rig.feed.unplug()
    expect(socket.powered).toBe(false)
    const order: string[] = []
    socket.limit = current_A => order.push(`limit ${current_A.toFixed(3)}`)
    socket.power = powered => order.push(powered ? 'on' : 'off')
    rig.feed.plug(0.1)
    expect(order).toEqual(['off', `limit ${IDLE_A.toFixed(3)}`, 'on'])
  })

  it('gives the next component nothing of what the one before it was granted, refused or bound to', () => {
    const rig = new LeaseBench()
    rig.grant(9)
    rig.feed.bound(3)
    rig.feed.unplug()
    expect([rig.feed.granted(), rig.feed.granted_A(), rig.feed.state()]).toEqual([false, 0, off])
    rig.feed.plug(0.1)
    rig.feed.want(40, 40, 1000, 2)
    rig.pass(1)
    rig.answer({ result: GRANT_RESULT.refused })
    rig.feed.unplug()
    rig.feed.plug(0.1)
    rig.grant(9)
    expect(rig.limit()).toBe(9)
    expect(rig.told).toEqual(['0 granted', '0 refused', '0 granted'])
  })

  it('has no limit of its driver without a grant, and none left of it after', () => {
    const rig = new LeaseBench()
    rig.feed.bound(3)
    rig.grant(9)
    expect(rig.limit()).toBe(9)
    rig.feed.bound(5)
    expect([rig.limit(), rig.feed.limit_A()]).toEqual([5, 5])
    rig.feed.release()
    rig.grant(9)
    expect(rig.limit()).toBe(9)
  })

  it('writes a limit of its driver once, however often it is set', () => {
    const rig = new LeaseBench()
    rig.grant(9)
    rig.feed.bound(5)
    const { limitWrites } = rig.hal.sockets[0]!
    for (let i = 0; i < 10; i++) rig.feed.bound(5)
    expect(rig.hal.sockets[0]!.limitWrites).toBe(limitWrites)
  })

  it('draws what it has while its driver waits for more', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(1)
    rig.answer({ run_A: 4, peak_A: 4 })
    expect([rig.feed.granted(), rig.limit(), rig.told]).toEqual([false, 4, []])
    rig.feed.bound(3)
    expect(rig.limit()).toBe(3)
    rig.answer({ run_A: 0.2, peak_A: 0.2 })
    expect(rig.feed.limit_A()).toBeCloseTo(IDLE_A, 9)
  })

  it('under a name that a failing test can print', () => {
    expect(new LeaseBench().schedule.pending()).toContain('port 1 feed')
  })
})

describe('a look at the port', () => {
  it('says limiting from 98 % of the limit on', () => {
    const rig = new LeaseBench()
    rig.grant(5)
    const socket = rig.hal.sockets[0]!
    for (const [share, state] of [[0.979, on], [0.98, limiting], [1, limiting]] as const) {
      socket.drawn_A = 5 * share
      expect(rig.feed.state()).toBe(state)
    }
  })

  it('comes every second at rest and every 100 ms with a grant, and tells what changed once', () => {
    const rig = new LeaseBench()
    const socket = rig.hal.sockets[0]!
    const toldWithin = (change: () => void): number => {
      const before = rig.states.length
      const from_ms = rig.hal.now()
      change()
      while (rig.states.length === before && rig.hal.now() < from_ms + 2000) rig.pass(1)
      return rig.hal.now() - from_ms
    }
    expect(toldWithin(() => { socket.drawn_A = 0.5 })).toBe(1000)
    expect(toldWithin(() => { socket.drawn_A = 0 })).toBe(1000)
    expect(rig.states).toEqual([{ state: limiting, granted: false }, { state: on, granted: false }])
    rig.grant(5)
    rig.pass(50)
    expect(toldWithin(() => { socket.drawn_A = 5 })).toBe(50)
    expect(toldWithin(() => { socket.drawn_A = 1 })).toBe(100)
    expect(rig.states.slice(2)).toEqual([{ state: limiting, granted: true }, { state: on, granted: true }])
    rig.pass(500)
    expect(rig.states.length).toBe(4)
  })

  it('finds a tripped eFuse: the grant is gone, the lease given back, the fault told once', () => {
    const rig = new LeaseBench()
    rig.grant(5)
    rig.hal.sockets[0]!.latched = true
    rig.pass(100)
    expect([rig.feed.state(), rig.feed.granted(), rig.feed.granted_A(), rig.counters.trips]).toEqual([tripped, false, 0, 1])
    expect(rig.states).toEqual([{ state: tripped, granted: false }])
    expect(rig.told).toEqual(['0 granted', '0 gone'])
    rig.pass(3000)
    expect([rig.releases().length, rig.counters.trips]).toEqual([1, 1])
  })
})

describe('a tripped feed', () => {
  /** Tripped at the look 100 ms after the grant. */
  function tripping(): LeaseBench {
    const rig = new LeaseBench()
    rig.grant(5)
    rig.hal.sockets[0]!.latched = true
    rig.pass(100)
    return rig
  }

  it('is switched on again a second after the trip for a driver that wants current, and asked for anew', () => {
    const rig = tripping()
    rig.pass(300)
    const asked = rig.counters.powerRequests
    rig.feed.want(5, 5, 10_000, 2)
    rig.pass(699)
    expect([rig.feed.state(), rig.counters.powerRequests]).toEqual([tripped, asked])
    rig.pass(2)
    expect([rig.feed.state(), rig.counters.powerRequests]).toEqual([on, asked + 1])
    expect(rig.hal.sockets[0]!.latched).toBe(false)
    rig.answer()
    expect([rig.feed.granted(), rig.limit()]).toEqual([true, 5])
  })

  it('is switched on at once for a driver that wants current later', () => {
    const rig = tripping()
    rig.pass(1700)
    rig.feed.want(5, 5, 10_000, 2)
    rig.pass(1)
    expect(rig.feed.state()).toBe(on)
  })

  it('comes back with the idle current after five seconds for nobody', () => {
    const rig = tripping()
    rig.pass(4999)
    expect(rig.feed.state()).toBe(tripped)
    const asked = rig.counters.powerRequests
    rig.pass(1)
    expect([rig.feed.state(), rig.hal.sockets[0]!.powered, rig.counters.powerRequests]).toEqual([on, true, asked])
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
  })

  it('asks for nothing at its return where nobody ever wanted current', () => {
    const rig = new LeaseBench()
    rig.hal.sockets[0]!.latched = true
    rig.pass(7000)
    expect([rig.feed.state(), rig.counters.trips, rig.counters.powerRequests]).toEqual([on, 1, 0])
  })

  it('is forgotten with its component', () => {
    const rig = tripping()
    rig.feed.want(5, 5, 10_000, 2)
    rig.feed.unplug()
    rig.pass(2000)
    expect([rig.feed.state(), rig.hal.sockets[0]!.powered]).toEqual([off, false])
    rig.feed.plug(0.1)
    expect(rig.feed.state()).toBe(on)
    rig.grant(5)
    expect(rig.feed.granted()).toBe(true)
  })

  it('does not come back sooner for the wish of the component before', () => {
    const rig = new LeaseBench()
    rig.grant(5)
    rig.feed.unplug()
    rig.feed.plug(0.1)
    rig.hal.sockets[0]!.latched = true
    const asked = rig.counters.powerRequests
    rig.pass(5500)
    expect([rig.feed.state(), rig.counters.powerRequests]).toEqual([tripped, asked])
  })

  it('is refused no more, and tells of the next refusal', () => {
    const rig = new LeaseBench()
    for (let round = 0; round < 2; round++) {
      rig.feed.want(40, 40, 1000, 2)
      rig.pass(1)
      rig.answer({ result: GRANT_RESULT.refused })
      rig.hal.sockets[0]!.latched = true
      rig.pass(1000)
      rig.pass(6000)
    }
    expect(rig.told).toEqual(['0 refused', '0 no longer refused', '0 refused', '0 no longer refused'])
  })
})

describe('a component that draws more than its descriptor promised', () => {
  it('is told at the third look in a row at which it draws all of its grant', () => {
    const rig = new LeaseBench()
    rig.grant(5)
    const socket = rig.hal.sockets[0]!
    socket.drawn_A = 5
    rig.pass(200)
    socket.drawn_A = 4
    rig.pass(100)
    socket.drawn_A = 5
    rig.pass(200)
    expect(rig.overdrawn).toEqual([])
    rig.pass(100)
    expect(rig.overdrawn).toEqual([true])
    rig.pass(500)
    expect(rig.overdrawn).toEqual([true])
  })

  it('is believed again when it draws more than at rest and less than it was granted', () => {
    const rig = new LeaseBench()
    rig.grant(5)
    const socket = rig.hal.sockets[0]!
    socket.drawn_A = 5
    rig.pass(300)
    for (const drawn_A of [0, IDLE_A, 5 * 0.98]) {
      socket.drawn_A = drawn_A
      rig.pass(300)
      expect(rig.overdrawn).toEqual([true])
    }
    socket.drawn_A = IDLE_A + 0.01
    rig.pass(100)
    expect(rig.overdrawn).toEqual([true, false])
  })

  it('is not one that its driver holds below its grant; at the grant it is', () => {
    const rig = new LeaseBench()
    rig.grant(5)
    const socket = rig.hal.sockets[0]!
    rig.feed.bound(3)
    socket.drawn_A = 3
    rig.pass(1000)
    expect(rig.overdrawn).toEqual([])
    rig.feed.bound(5)
    socket.drawn_A = 5
    rig.pass(300)
    expect(rig.overdrawn).toEqual([true])
  })

  it('is compared with a grant only: without one it is over its idle current at the first look', () => {
    const rig = new LeaseBench()
    rig.hal.sockets[0]!.drawn_A = IDLE_A
    rig.pass(5000)
    expect([rig.overdrawn, rig.states]).toEqual([[], [{ state: limiting, granted: false }]])
  })

  it('is told of again when it is plugged in again', () => {
    const rig = new LeaseBench()
    for (let round = 0; round < 2; round++) {
      rig.grant(5)
      rig.hal.sockets[0]!.drawn_A = 5
      rig.pass(300)
      rig.hal.sockets[0]!.drawn_A = 0
      rig.feed.unplug()
      rig.feed.plug(0.1)
    }
    expect(rig.overdrawn).toEqual([true, true])
  })

  it('is watched from the first look on, whatever was there before', () => {
    const rig = new LeaseBench()
    rig.grant(5)
    rig.hal.sockets[0]!.drawn_A = 5
    rig.pass(200)
    rig.feed.unplug()
    rig.feed.plug(0.1)
    rig.grant(5)
    rig.pass(200)
    expect(rig.overdrawn).toEqual([])
  })
})
