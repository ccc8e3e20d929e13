import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { GivenOf, NameOf, SLEEP_PHASE, SLEEP_REASON, Target } from '#protocol/catalogue/index.ts'
import { encodeClaim, encodeMessage, encodeRequest } from '#protocol/messages/index.ts'
import { type CanFrame, readName } from '#protocol/index.ts'
import { createLinkFrame, type LinkFrame } from '../gateway/index.ts'
import { currentFaults } from './faults.ts'
import { monitorJson } from './monitor-json.ts'
import { MonitorModel } from './monitor-model.ts'
import { powerOf } from './power-half.ts'

const at = (frame: CanFrame, time_s: number): LinkFrame => Object.assign(createLinkFrame(), frame, { timestamp_ns: time_s * 1e9 })
const fl = <To extends Target & `${string}@FL`>(target: To, values: GivenOf<To>, counter: number): CanFrame =>
  encodeMessage(target, values, { source: 0x81, counter })

describe('the monitor\'s model of a bus', () => {
  it('keeps the newest values of a message, by port where it speaks of ports', () => {
    const model = new MonitorModel(500_000)
    model.receive(at(fl('WindowStatus@FL', { position_pct: 10, state: 'opening' }, 0), 1))
    model.receive(at(fl('WindowStatus@FL', { position_pct: 12, state: 'opening' }, 1), 1.1))
    model.receive(at(fl('PortStatus@FL', { port: 0, state: 'on', current_A: 4 }, 0), 1.1))
    model.receive(at(fl('PortStatus@FL', { port: 1, state: 'off' }, 1), 1.1))
    expect([...model.signals.keys()]).toEqual(['WindowStatus@FL', 'PortStatus@FL#0', 'PortStatus@FL#1'])
    expect(model.signals.get('WindowStatus@FL')).toMatchObject({ frames: 2, values: { position_pct: 12 } })
    expect(model.counters.messages).toBe(4)
  })

  it('knows what a board only plays by its port\'s status, so also when it begins to listen late', () => {
    const model = new MonitorModel(500_000)
    model.receive(at(fl('HubStatus@FL', { state: 'operating', supply_V: 12 }, 0), 1))
    model.receive(at(fl('PortStatus@FL', { port: 0, state: 'on', class: 'window', stub: true }, 0), 1))
    model.receive(at(fl('PortStatus@FL', { port: 1, state: 'on', class: 'mirror' }, 1), 1))
    expect(powerOf(model).hubs[0]!.ports.map(port => [port.class, port.stub])).toEqual([['window', true], ['mirror', false]])
  })

  it('counts what fails its end-to-end check, and believes none of it', () => {
    const model = new MonitorModel(500_000)
    const spoilt = fl('WindowStatus@FL', { position_pct: 99 }, 1)
    spoilt.data[6]! ^= 0x10
    model.receive(at(fl('WindowStatus@FL', { position_pct: 10 }, 0), 1))
    model.receive(at(spoilt, 1.1))
    model.receive(at(fl('WindowStatus@FL', { position_pct: 11 }, 0), 1.2))
    model.receive(at(fl('WindowStatus@FL', { position_pct: 12 }, 3), 1.3))
    model.receive(at(fl('WindowStatus@FL', { position_pct: 50 }, 13), 1.4))
    expect(model.counters).toMatchObject({ badCrc: 1, repeated: 0, okSomeLost: 1, wrongSequence: 2, messages: 2 })
    expect(model.signals.get('WindowStatus@FL')?.values.position_pct).toBe(12)
  })

  it('knows hubs by their heartbeat and misses a silent one', () => {
    const model = new MonitorModel(500_000)
    model.receive(at(fl('HubStatus@FL', { state: 'operating', supply_V: 13.4 }, 0), 1))
    expect(currentFaults(model)).toEqual([])
    model.advance(6e9)
    expect(currentFaults(model)).toEqual(['FL: silent for 5 s'])
    expect(monitorJson(model)).toMatchObject({ nodes: [{ name: 'FL', age_ms: 5000, status: { state: 'operating' } }] })
  })

  it('takes a hub that said it sleeps for asleep, not for missing, until it speaks again', () => {
    const model = new MonitorModel(500_000)
    const network = (phase: NameOf<typeof SLEEP_PHASE>, reason: NameOf<typeof SLEEP_REASON>, counter: number): CanFrame =>
      encodeMessage('NetworkSleep@ALL', { phase, reason }, { source: 0x81, counter })
    model.receive(at(fl('WindowStatus@FL', { position_pct: 10, state: 'still' }, 0), 1))
    for (let i = 0; i < 3; i++) model.receive(at(network('agreed', 'inactivity', i), 1.1 + i / 10))
    expect(model.networkAsleep).toBe(false)
    model.receive(at(fl('HubStatus@FL', { state: 'sleeping' }, 0), 1.5))
    // What it had said before was still on its way.
    model.receive(at(fl('WindowStatus@FL', { position_pct: 10, state: 'still' }, 1), 1.6))
    model.advance(600e9)
    expect(currentFaults(model)).toEqual([])
    expect(monitorJson(model)).toMatchObject({
      bus: { asleep: true }, nodes: [{ asleep: true }], signals: [{ stale: false }, { stale: false }, { stale: false }],
    })
    model.receive(at(network('waking', 'switch', 3), 700))
    expect(model.networkAsleep).toBe(false)
    expect(currentFaults(model)).toEqual(['FL: silent for 699 s'])
    model.receive(at(fl('HubStatus@FL', { state: 'operating' }, 1), 700.1))
    expect(currentFaults(model)).toEqual([])
    expect(model.events.map(event => event.text)).toEqual(['network sleep agreed by FL, inactivity', 'network waking by FL, switch'])
  })

  it('reports faults, and notes when they come and go', () => {
    const model = new MonitorModel(500_000)
    model.receive(at(fl('WindowStatus@FL', { state: 'closing' }, 0), 1))
    model.receive(at(fl('WindowStatus@FL', { state: 'reversing', pinch: 1 }, 1), 1.1))
    expect(currentFaults(model)).toEqual(['WindowStatus@FL: pinch'])
    model.receive(at(fl('WindowStatus@FL', { state: 'still', pinch: 0 }, 2), 1.2))
    expect(currentFaults(model)).toEqual([])
    expect(model.events.map(event => event.text)).toEqual(['WindowStatus@FL: pinch', 'WindowStatus@FL: pinch is over'])
  })

  it('tells switches, claims, requests and foreign frames apart', () => {
    const model = new MonitorModel(500_000)
    model.receive(at(encodeMessage('SwitchEvent@DASH', { switch: 'windowFL.down', edge: 'released', duration_ms: 400 }, { source: 0x85 }), 1))
    model.receive(at(encodeClaim(0x81, readName(new Uint8Array(8))), 1))
    model.receive(at(encodeRequest(0xee00), 1))
    model.receive(at({ ...fl('WindowStatus@FL', {}, 0), extended: false, id: 0x123 }, 1))
    expect(model.events[0]!.text).toBe('DASH.windowFL.down released after 400 ms')
    expect(model.counters).toMatchObject({ addressClaims: 1, requests: 1, foreign: 1, messages: 1 })
  })

  it('never throws and stays bounded, whatever is on the bus', () => {
    const frame = fc.record({
      id: fc.integer({ min: 0, max: 0x1fff_ffff }), extended: fc.boolean(), remote: fc.boolean(), length: fc.integer({ min: 0, max: 8 }),
      data: fc.uint8Array({ minLength: 8, maxLength: 8 }), timestamp_ns: fc.integer({ min: 0, max: 1e12 }), error: fc.boolean(),
    })
    fc.assert(fc.property(fc.array(frame, { maxLength: 300 }), (frames) => {
      const model = new MonitorModel(500_000)
      for (const part of frames) model.receive(Object.assign(createLinkFrame(), part, part.extended ? {} : { id: part.id & 0x7ff }))
      expect(model.counters.frames).toBe(frames.length)
      expect(model.nodes.size).toBeLessThanOrEqual(256)
      JSON.stringify(monitorJson(model))
    }), { seed: 7, numRuns: 100 })
  })
})
