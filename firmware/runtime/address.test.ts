import { describe, expect, it } from 'vitest'
import {
  CAN_STATE, CANNOT_CLAIM_ID, CLAIM_SETTLE_ms, claimId, ComponentAnnounceCodec, GLOBAL_ADDRESS, HUB_STATE, HUB_TYPE, hubAddress,
  hubName, kindOf, LOCATION, messagePgn, pageOf, pduFormatOf, PF_ADDRESS_CLAIMED, PGN_ADDRESS_CLAIMED, requestId,
  WindowCommandCodec, writeRequest,
} from '#protocol/index.ts'
import { createHub, type Hub } from '../hub/index.ts'
import { DOOR } from '../hubs/index.ts'
import { connect, DESCRIPTORS, FakeClock, FakeHal, sendTo } from '../testing/index.ts'
import { CANNOT_CLAIM_SPREAD_ms, RECLAIM_ms } from './address.ts'

const HERE = LOCATION.FR
const SERIAL = 5000
const MINE = claimId(hubAddress(HERE))

function boot(hal: FakeHal = new FakeHal(HERE, 1, new FakeClock(), SERIAL)): { hal: FakeHal, hub: Hub } {
  const hub = createHub(hal, DOOR)
  return { hal, hub }
}

function operating(): { hal: FakeHal, hub: Hub } {
  const { hal, hub } = boot()
  hal.clock.advance(1000)
  return { hal, hub }
}

function claims(hal: FakeHal): number[] {
  return hal.bus.sent.filter(frame => pduFormatOf(frame.id) === PF_ADDRESS_CLAIMED).map(frame => frame.id)
}

function request(hal: FakeHal, destination: number, pgn: number): void {
  const data = new Uint8Array(3)
  writeRequest(data, pgn)
  hal.bus.deliver(requestId(destination, 0xf9), data)
}

describe('address claim (SAE J1939-81)', () => {
  it('claims at location × 20 ms, sends nothing else for 250 ms, then operates', () => {
    const { hal, hub } = boot()
    expect(hub.state()).toBe(HUB_STATE.claiming)
    hal.clock.advance(HERE * 20 + CLAIM_SETTLE_ms)
    expect(hal.bus.sent.map(frame => frame.id)).toEqual([MINE])
    expect(Array.from(hal.bus.sent[0]!.data)).toEqual(Array.from(hubName(HUB_TYPE.door, HERE, SERIAL)))
    expect(hal.bus.sent[0]!.at_ms).toBeCloseTo(HERE * 20 + hal.bus.frame_ms, 6)
    expect(hub.state()).toBe(HUB_STATE.claiming)
    hal.clock.advance(10)
    expect(hub.state()).toBe(HUB_STATE.operating)
  })

  it('counts the 250 ms from the moment the claim got through', () => {
    const { hal, hub } = boot()
    hal.bus.hold = true
    hal.clock.advance(5000)
    expect(hub.state()).toBe(HUB_STATE.claiming)
    hal.bus.hold = false
    hal.bus.kick()
    hal.clock.advance(CLAIM_SETTLE_ms - 10)
    expect(hub.state()).toBe(HUB_STATE.claiming)
    hal.clock.advance(20)
    expect(hub.state()).toBe(HUB_STATE.operating)
  })

  it('defends its address against a higher NAME', () => {
    const { hal, hub } = operating()
    hal.bus.deliver(MINE, hubName(HUB_TYPE.door, HERE, SERIAL + 1))
    hal.clock.advance(30)
    expect(claims(hal)).toEqual([MINE, MINE])
    expect(hub.state()).toBe(HUB_STATE.operating)
    expect(hub.counters.claimConflicts).toBe(1)
  })

  it('a storm of claims is answered at most every 20 ms', () => {
    const { hal } = operating()
    for (let i = 0; i < 200; i++) {
      hal.bus.deliver(MINE, hubName(HUB_TYPE.door, HERE, SERIAL + 1))
      hal.clock.advance(1)
    }
    expect(claims(hal).length).toBeLessThanOrEqual(12)
  })

  for (const [what, serial] of [['a lower', SERIAL - 1], ['the same', SERIAL]] as const) {
    it(`settled, defends its address against ${what} NAME too, and keeps both NAMEs`, () => {
      const { hal, hub } = operating()
      hal.bus.deliver(MINE, hubName(HUB_TYPE.door, HERE, serial))
      hal.clock.advance(30)
      expect(claims(hal)).toEqual([MINE, MINE])
      expect([hub.state(), hub.counters.claimConflicts]).toEqual([HUB_STATE.operating, 1])
    })

    it(`claiming, goes silent before ${what} NAME, and says so after a random time`, () => {
      const { hal, hub } = boot()
      hal.clock.advance(HERE * 20 + 30)
      hal.dice = [0.5]
      const before = hal.bus.sent.length
      hal.bus.deliver(MINE, hubName(HUB_TYPE.door, HERE, serial))
      expect(hub.state()).toBe(HUB_STATE.silent)
      hal.clock.advance(CANNOT_CLAIM_SPREAD_ms / 2 - 1)
      expect(hal.bus.sent.length).toBe(before)
      hal.clock.advance(5000)
      expect(hal.bus.sent.slice(before).map(frame => frame.id)).toEqual([CANNOT_CLAIM_ID])
      expect(hal.logged.some(line => line.includes('silent'))).toBe(true)
    })
  }

  it('a silent hub obeys nobody, and answers a request for claims with "cannot claim"', () => {
    const { hal, hub } = boot()
    hal.sockets[0]!.plug(DESCRIPTORS.window)
    hal.clock.advance(100)
    hal.bus.deliver(MINE, hubName(HUB_TYPE.door, HERE, SERIAL - 1))
    hal.clock.advance(1000)
    sendTo(hal, WindowCommandCodec, HERE, { ...WindowCommandCodec.create(), action: 4 }, 0)
    expect(hub.counters.rxSilent).toBe(1)
    expect(hub.counters.commandsExecuted).toBe(0)
    const before = hal.bus.sent.length
    request(hal, GLOBAL_ADDRESS, PGN_ADDRESS_CLAIMED)
    hal.clock.advance(1000)
    expect(hal.bus.sent.slice(before).map(frame => frame.id)).toEqual([CANNOT_CLAIM_ID])
  })

  it('a silent hub claims anew every 10 s: who silenced it may have been an impostor, or is gone', () => {
    const { hal, hub } = boot()
    hal.clock.advance(HERE * 20 + 30)
    const rival = (): void => void hal.bus.deliver(MINE, hubName(HUB_TYPE.door, HERE, SERIAL - 1))
    for (let i = 0; i < 3; i++) {
      rival()
      expect(hub.state()).toBe(HUB_STATE.silent)
      const before = claims(hal).filter(id => id === MINE).length
      hal.clock.advance(RECLAIM_ms - 1)
      expect(claims(hal).filter(id => id === MINE).length).toBe(before)
      hal.clock.advance(HERE * 20 + 30)
      expect(claims(hal).filter(id => id === MINE).length).toBe(before + 1)
    }
    hal.clock.advance(300)
    expect(hub.state()).toBe(HUB_STATE.operating)
    sendTo(hal, WindowCommandCodec, HERE, { ...WindowCommandCodec.create(), action: 4 }, 0)
    expect([hub.counters.rxSilent, hub.counters.rxNoComponent]).toEqual([0, 1])
  })

  it('of two hubs at one location that boot together one stays', () => {
    const clock = new FakeClock()
    const low = new FakeHal(HERE, 0, clock, SERIAL)
    const high = new FakeHal(HERE, 0, clock, SERIAL + 1)
    high.dice = [0.9]
    connect([low, high])
    const first = createHub(low, DOOR)
    const second = createHub(high, DOOR)
    clock.advance(2000)
    expect([first.state(), second.state()]).toEqual([HUB_STATE.operating, HUB_STATE.silent])
  })

  it('who comes later to a settled hub\'s location goes silent, whatever its NAME', () => {
    for (const serial of [SERIAL - 1, SERIAL, SERIAL + 1]) {
      const clock = new FakeClock()
      const settled = new FakeHal(HERE, 0, clock, SERIAL)
      const late = new FakeHal(HERE, 0, clock, serial)
      connect([settled, late])
      const first = createHub(settled, DOOR)
      clock.advance(2000)
      const second = createHub(late, DOOR)
      clock.advance(2000)
      expect([first.state(), second.state()]).toEqual([HUB_STATE.operating, HUB_STATE.silent])
    }
  })

  it('two settled hubs whose buses become one do not argue for ever: at most three claims a second each', () => {
    const { hal } = operating()
    for (let i = 0; i < 5000; i++) {
      hal.bus.deliver(MINE, hubName(HUB_TYPE.door, HERE, SERIAL - 1))
      hal.clock.advance(1)
    }
    expect(claims(hal).length).toBeLessThanOrEqual(1 + 3 * 5)
  })

  it('answers a request for claims after location × 20 ms, to all or to its address only', () => {
    const { hal } = operating()
    request(hal, GLOBAL_ADDRESS, PGN_ADDRESS_CLAIMED)
    hal.clock.advance(HERE * 20 - 1)
    expect(claims(hal).length).toBe(1)
    hal.clock.advance(3)
    expect(claims(hal).length).toBe(2)
    request(hal, hubAddress(HERE), PGN_ADDRESS_CLAIMED)
    request(hal, hubAddress(LOCATION.RL), PGN_ADDRESS_CLAIMED)
    hal.clock.advance(100)
    expect(claims(hal).length).toBe(3)
  })

  it('answers a request for ComponentAnnounce with a frame for each port', () => {
    const { hal, hub } = operating()
    const count = (): number => hal.bus.sent.filter(frame => pageOf(frame.id) === 0 && pduFormatOf(frame.id) === 0xff
      && kindOf(frame.id) === ComponentAnnounceCodec.kind).length
    expect(count()).toBe(1)
    request(hal, GLOBAL_ADDRESS, messagePgn(0, ComponentAnnounceCodec.kind, 0))
    hal.clock.advance(100)
    expect(count()).toBe(2)
    request(hal, hubAddress(HERE), messagePgn(0, ComponentAnnounceCodec.kind, HERE))
    hal.clock.advance(100)
    expect(count()).toBe(3)
    request(hal, hubAddress(HERE), messagePgn(0, ComponentAnnounceCodec.kind, LOCATION.RR))
    hal.clock.advance(100)
    expect(count()).toBe(3)
    expect(hub.counters.requestsUnknown).toBe(1)
  })

  it('malformed claims and requests change nothing', () => {
    const { hal, hub } = operating()
    for (let length = 0; length < 8; length++) hal.bus.deliver(MINE, new Uint8Array(length))
    for (let length = 0; length < 3; length++) hal.bus.deliver(requestId(GLOBAL_ADDRESS, 0xf9), new Uint8Array(length))
    hal.clock.advance(500)
    expect(hub.state()).toBe(HUB_STATE.operating)
    expect(hub.counters.rxWrongLength).toBe(8)
    expect(hub.counters.requestsUnknown).toBe(3)
  })

  it('refuses coding pins that name no location', () => {
    for (const location of [0, 9, 15, NaN]) expect(() => createHub(new FakeHal(location, 0), DOOR)).toThrow(/location .* is outside 1…8/)
  })
})

describe('bus-off', () => {
  it('is left by itself, with pauses that double, and the first again after 10 s of health', () => {
    const { hal, hub } = operating()
    hal.bus.errorState = CAN_STATE.busOff
    const times: number[] = []
    let seen = 0
    for (let t = 0; t < 20_000; t += 10) {
      hal.clock.advance(10)
      if (hal.bus.recoveries > seen) {
        seen = hal.bus.recoveries
        times.push(hal.clock.now_ms)
      }
    }
    expect(times.length).toBeGreaterThan(5)
    expect(times[0]).toBeLessThan(2300)
    const gaps = times.slice(1).map((time, i) => time - times[i]!)
    for (let i = 1; i < gaps.length; i++) expect(gaps[i]).toBeGreaterThanOrEqual(gaps[i - 1]! - 1001)
    expect(gaps[gaps.length - 1]).toBeGreaterThan(3000)
    expect(hub.counters.busRecoveries).toBe(times.length)
    expect(hub.state()).toBe(HUB_STATE.operating)
    hal.bus.errorState = CAN_STATE.errorActive
    hal.bus.kick()
    hal.clock.advance(11_000)
    hal.bus.errorState = CAN_STATE.busOff
    const before = hal.bus.recoveries
    hal.clock.advance(1300)
    expect(hal.bus.recoveries).toBe(before + 1)
  })

  it('old commands do not burst out afterwards', () => {
    const { hal } = operating()
    hal.bus.errorState = CAN_STATE.busOff
    hal.clock.advance(10_000)
    const before = hal.bus.sent.length
    hal.bus.errorState = CAN_STATE.errorActive
    hal.bus.kick()
    hal.clock.advance(10)
    // At most one heartbeat and one port's status wait, both of the last period.
    expect(hal.bus.sent.length - before).toBeLessThanOrEqual(3)
  })

  it('is found early when a frame is stuck', () => {
    const { hal } = operating()
    hal.bus.errorState = CAN_STATE.busOff
    hal.clock.advance(1900)
    expect(hal.bus.recoveries).toBeGreaterThan(0)
  })
})
