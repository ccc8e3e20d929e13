import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  counterOf, dataIdOf, hubAddress, HubStatusCodec, LatchCommandCodec, LightCommandCodec, LOCATION, MirrorCommandCodec, PortStatusCodec,
  SwitchEventCodec, VehicleStateCodec, WindowCommandCodec, WindowStatusCodec,
} from '#protocol/index.ts'
import { FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { NO_KEY } from './frame-queue.ts'
import { Schedule } from './schedule.ts'
import { Transmitter } from './transmit.ts'

/** Frames that wait or are in the controller. */
const ROOM = 16

function setUp() {
  const hal = new FakeHal(LOCATION.DASH, 0)
  const counters = createCounters()
  const transmit = new Transmitter(hal.bus, new Schedule(hal, counters), counters, hubAddress(LOCATION.DASH), ROOM)
  transmit.open()
  return { bus: hal.bus, clock: hal.clock, counters, transmit }
}

/** Numbers that counters on the bus leave out, of all messages. Of one message they never go back. */
function missingNumbers(bus: FakeHal['bus']): number {
  const last = new Map<number, number>()
  let missing = 0
  for (const { id, data } of bus.sent) {
    const counter = counterOf(data)
    const step = (counter - (last.get(dataIdOf(id)) ?? (counter + 14) % 15) + 15) % 15
    expect(step).toBeGreaterThan(0)
    missing += step - 1
    last.set(dataIdOf(id), counter)
  }
  return missing
}

describe('the transmitter', () => {
  it('accounts for every frame, whatever happens', () => {
    const codecs = [
      HubStatusCodec, PortStatusCodec, SwitchEventCodec, WindowCommandCodec, LatchCommandCodec, VehicleStateCodec, WindowStatusCodec,
    ]
    const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })
    const frame = fc.record({ codec: small(0, codecs.length - 1), location: small(1, 3), key: small(-1, 2) })
    const action = fc.oneof(
      { weight: 6, arbitrary: frame },
      { weight: 2, arbitrary: fc.record({ advance_ms: fc.integer({ min: 0, max: 400 }) }) },
      { weight: 1, arbitrary: fc.record({ hold: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ refuse: fc.integer({ min: 1, max: 3 }) }) },
    )
    fc.assert(fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
      const { bus, clock, counters, transmit } = setUp()
      const balance = (): void => expect(counters.txQueued).toBe(counters.txSent + counters.txSuperseded
        + counters.txExpired + counters.txOverflow + counters.txDiscarded + transmit.waiting())
      /** Frames whose number may be missing: too old, or gone for an urgent one. */
      let withdrawn = 0
      for (const step of actions) {
        if ('codec' in step) {
          const codec = codecs[step.codec]!
          const dropped = counters.txOverflow
          transmit.send(codec, step.location, codec.create(), step.key)
          if (codec.priority <= 1) withdrawn += counters.txOverflow - dropped
        } else if ('advance_ms' in step) clock.advance(step.advance_ms)
        else if ('refuse' in step) bus.failNext = step.refuse
        else {
          bus.hold = step.hold
          bus.kick()
        }
        balance()
      }
      bus.hold = false
      bus.kick()
      clock.advance(5000)
      balance()
      expect(transmit.waiting()).toBe(0)
      expect(bus.sent.length).toBe(counters.txSent)
      expect(missingNumbers(bus)).toBeLessThanOrEqual(withdrawn + counters.txExpired)
    }), { seed: 2, numRuns: 200 })
  })

  it('leaves no number out however many frames come at once, and drops only what a full queue has to', () => {
    const codecs = [
      HubStatusCodec, PortStatusCodec, SwitchEventCodec, WindowCommandCodec, MirrorCommandCodec, LightCommandCodec, WindowStatusCodec,
    ]
    const frame = fc.record({ codec: fc.nat(codecs.length - 1), location: fc.integer({ min: 1, max: 8 }) })
    const bursts = fc.array(fc.array(frame, { minLength: ROOM, maxLength: 2 * ROOM }), { minLength: 2, maxLength: 4 })
    fc.assert(fc.property(bursts, (list) => {
      const { bus, clock, counters, transmit } = setUp()
      for (const burst of list) {
        bus.hold = true
        for (const { codec, location } of burst) {
          transmit.send(codecs[codec]!, location, codecs[codec]!.create(), NO_KEY)
          clock.advance(0.1)
        }
        expect(transmit.waiting()).toBe(ROOM)
        bus.hold = false
        bus.kick()
        clock.advance(220)
        expect(transmit.waiting()).toBe(0)
      }
      const came = list.reduce((sum, burst) => sum + burst.length, 0)
      expect(counters).toMatchObject({ txQueued: came, txExpired: 0, txSent: list.length * ROOM, txOverflow: came - list.length * ROOM })
      expect(missingNumbers(bus)).toBe(0)
    }), { seed: 2, numRuns: 200 })
  })
})
