import { describe, expect, it } from 'vitest'

import type { SignalName, TraceEvent } from '../trace/index.ts'
import { createCar, type Car } from './car.ts'

function drive(car: Car): string {
  const frames: string[] = []
  car.bus.tap(({ frame, end_ns }) => frames.push(`${end_ns} ${frame.id} ${frame.data.join(' ')}`))
  car.boot()
  car.run(1000)
  car.press('DASH.windowFL.down')
  car.run(1500)
  car.release('DASH.windowFL.down')
  car.obstruct('FL.window', 50, 10)
  car.run(1000)
  car.setSupply(9, 'FL')
  car.run(200)
  return frames.join('\n')
}

describe('signals', () => {
  it('tell what is physical, on change, and change nothing', () => {
    const listened = createCar({ seed: 3 })
    const events: TraceEvent[] = []
    listened.trace.subscribe(event => events.push(event), { signals: true })
    expect(drive(listened)).toBe(drive(createCar({ seed: 3 })))

    const of = (source: string, name: SignalName): number[] =>
      events.flatMap(event => event.kind === 'signal' && event.source === source && event.name === name ? [event.value] : [])
    const positions = of('FL.window', 'position_pct')
    expect(positions.length).toBeGreaterThan(20)
    expect(positions.at(-1)).toBeCloseTo(listened.component('FL.window').plant.observe().position_pct as number, 0)
    expect(Math.max(...of('FL.window', 'velocity_mm_s'))).toBeGreaterThan(50)
    expect(of('FL.window', 'velocity_mm_s').at(-1)).toBe(0)
    expect(Math.max(...of('FL.0', 'current_A'))).toBeGreaterThan(2)
    expect(of('FL', 'supply_V')[0]).toBeCloseTo(14.19, 2)
    expect(of('FL', 'supply_V').at(-1)).toBe(9)
    expect(of('RR.window', 'position_pct')).toEqual([0])
  })

  it('cost nothing while nobody asked for them', () => {
    const car = createCar()
    const events: TraceEvent[] = []
    car.trace.subscribe(event => events.push(event))
    drive(car)
    expect(events.filter(event => event.kind === 'signal')).toEqual([])
    expect(car.kernel.pending().some(timer => timer.name === 'signals')).toBe(false)
  })

  it('and standing faults are told to who comes late', () => {
    const car = createCar({ faults: { bitErrorRate: 1e-5, dropped: ['RL'] } })
    car.cutCable('spine.FL')
    const events: TraceEvent[] = []
    const end = car.trace.subscribe(event => events.push(event))
    expect(events).toEqual([
      { t_ns: 0, kind: 'bitErrors', source: 'spine0', rate: 1e-5 }, { t_ns: 0, kind: 'dropped', source: 'RL', dropped: true },
      { t_ns: 0, kind: 'spineCut', source: 'spine0', position: 1, cut: true },
    ])
    car.mendCable('spine.FL')
    expect(events.at(-2)).toEqual({ t_ns: 0, kind: 'spineCut', source: 'spine0', position: 1, cut: false })
    end()
    car.bus.faults.clear()
    expect(events.length).toBe(5)
  })
})
