import { describe, expect, it } from 'vitest'
import type { GivenOf, Target } from '#protocol/catalogue/index.ts'
import { encodeMessage } from '#protocol/messages/index.ts'
import { createCar } from '#sim/car/index.ts'
import { createLinkFrame } from '#sim/gateway/index.ts'
import { MonitorModel } from '#sim/diag/index.ts'

/** A bus on which somebody says what a test wants, a second apart. */
class Bus {
  readonly model = new MonitorModel(500_000)
  private readonly counters = new Map<string, number>()
  private time_s = 0

  say<To extends Target>(target: To, values: GivenOf<To>, source: number): this {
    const counter = this.counters.get(target) ?? 0
    this.counters.set(target, counter + 1)
    this.time_s++
    const frame = encodeMessage(target, values, { source, counter: counter % 15 })
    this.model.receive(Object.assign(createLinkFrame(), frame, { timestamp_ns: this.time_s * 1e9 }))
    return this
  }

  ask(run_A: number, peak_A: number, priority = 2, sequence = 1): this {
    return this.say('PowerRequest@FL', { port: 0, sequence, run_A, peak_A, duration_ms: 1000, priority }, 0x81)
  }

  grant(run_A: number, peak_A: number, sequence = 1): this {
    return this.say('PowerGrant@FL', { port: 0, sequence, run_A, peak_A, lease_ms: 3000, result: 'granted' }, 0x85)
  }

  answer(result: 'deferred' | 'refused' | 'revoked'): this {
    return this.say('PowerGrant@FL', { port: 0, sequence: 1, run_A: 0, peak_A: 0, lease_ms: 0, result }, 0x85)
  }

  release(sequence = 1): this {
    return this.say('PowerRelease@FL', { port: 0, sequence }, 0x81)
  }

  get told(): string[] {
    return this.model.events.filter(event => event.isContract).map(({ at_ns, text }) => `${at_ns / 1e9} ${text}`)
  }
}

describe('contracts over current, as a bus tells them', () => {
  it('are made, go on with less, and are released; a renewal that changes nothing is no news', () => {
    const bus = new Bus().say('PortStatus@FL', { port: 0, class: 'window', state: 'on' }, 0x81)
    bus.ask(9, 25.6).grant(9, 24.8).ask(9, 9, 2, 2).grant(9, 9, 2).ask(9, 9, 2, 3).grant(9, 9, 3)
    // Of a request before the one that holds.
    bus.release(2).release(3)
    expect(bus.told).toEqual([
      '3 FL.window may take 9.0 A from the spine for 3 s, and 24.8 of 25.6 A to start',
      '5 FL.window may go on with 9.0 A', '9 FL.window: its contract over 9.0 A ended: released',
    ])
  })

  it('wait and are refused, each told once, of a port whose hub has not said what is there', () => {
    const bus = new Bus().ask(9, 25).answer('deferred').ask(9, 25).answer('deferred').ask(9, 25).answer('refused').ask(9, 25).grant(4, 4)
    expect(bus.told).toEqual([
      '2 FL port 0 has to wait for 9.0 A, and 25.0 A to start', '6 FL port 0 is refused 9.0 A, and 25.0 A to start',
      '8 FL port 0 may take 4.0 of 9.0 A from the spine for 3 s',
    ])
  })

  it('end when the manager takes them back, when nobody renews them, and when their priority is shed', () => {
    const bus = new Bus().ask(5, 5).grant(5, 5).answer('revoked').answer('revoked').grant(5, 5)
    bus.model.advance(60e9)
    bus.ask(5, 5, 1).grant(5, 5).say('PowerShed@ALL', { level: 2, reason: 'cranking' }, 0x85).ask(6, 6, 2).grant(6, 6)
    bus.say('PowerShed@ALL', { level: 2, reason: 'cranking' }, 0x85).say('PowerShed@ALL', { level: 3, reason: 'undervoltage' }, 0x85)
    bus.say('PowerShed@ALL', { level: 0, reason: 'recovered' }, 0x85)
    expect(bus.told.map(text => text.replace(/^[\d.]+ /, ''))).toEqual([
      'FL port 0 may take 5.0 A from the spine for 3 s', 'FL port 0: its contract over 5.0 A ended: taken back by the manager',
      'FL port 0 may take 5.0 A from the spine for 3 s', 'FL port 0: its contract over 5.0 A ended: not renewed',
      'FL port 0 may take 5.0 A from the spine for 3 s', 'the manager sheds all comfort: cranking', 'FL port 0 may go on with 6.0 A',
      'the manager sheds all but safety: undervoltage', 'FL port 0: its contract over 6.0 A ended: shed, undervoltage', 'the manager sheds nothing any more',
    ])
    expect(bus.told[3]).toMatch(/^8\.1 /)
  })

  it('of a car: who presses four windows at once sees one wait', () => {
    const car = createCar({ seed: 7 })
    const model = new MonitorModel(500_000)
    const seen = createLinkFrame()
    car.tapFrames(({ frame, end_ns }) => model.receive(Object.assign(seen, frame, { timestamp_ns: end_ns })))
    car.boot()
    car.run(3000)
    for (const door of ['FL', 'FR', 'RL', 'RR']) car.press(`DASH.window${door}.down`)
    car.run(1000)
    for (const door of ['FL', 'FR', 'RL', 'RR']) car.release(`DASH.window${door}.down`)
    car.run(6000)
    const told = model.events.filter(event => event.isContract).map(({ text }) => text)
    expect(told.filter(text => / may take /.test(text)).length).toBe(4)
    expect(told.filter(text => / has to wait for 9\.0 A/.test(text)).length).toBe(1)
    expect(told.filter(text => / ended: released$/.test(text)).length).toBe(4)
  })
})
