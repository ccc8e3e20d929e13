import { describe, expect, it } from 'vitest'

import type { TraceRecord } from '../kernel/trace.ts'
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
    const records: TraceRecord[] = []
    listened.trace.subscribe(record => records.push(record), { signals: true })
    expect(drive(listened)).toBe(drive(createCar({ seed: 3 })))

    const of = (source: string, name: string): number[] =>
      records.filter(record => record.kind === 'signal' && record.source === source && record.text === name).map(record => record.value!)
    const positions = of('FL.window', 'position_pct')
    expect(positions.length).toBeGreaterThan(20)
    expect(positions.at(-1)).toBeCloseTo(listened.component('FL.window').plant.observe()['position_pct'] as number, 0)
    expect(Math.max(...of('FL.window', 'velocity_mm_s'))).toBeGreaterThan(50)
    expect(of('FL.window', 'velocity_mm_s').at(-1)).toBe(0)
    expect(Math.max(...of('FL.0', 'current_A'))).toBeGreaterThan(2)
    expect(of('FL', 'supply_V')[0]).toBeCloseTo(14.19, 2)
    expect(of('FL', 'supply_V').at(-1)).toBe(9)
    expect(of('RR.window', 'position_pct')).toEqual([0])
  })

  it('cost nothing while nobody asked for them', () => {
    const car = createCar()
    const records: TraceRecord[] = []
    car.trace.subscribe(record => records.push(record))
    drive(car)
    expect(records.filter(record => record.kind === 'signal')).toEqual([])
    expect(car.kernel.pending().some(timer => timer.name === 'signals')).toBe(false)
  })

  it('and standing faults are told to who comes late', () => {
    const car = createCar({ faults: { bitErrorRate: 1e-5, dropped: ['RL'] } })
    car.cutCable('spine.FL')
    const records: TraceRecord[] = []
    const end = car.trace.subscribe(record => records.push(record))
    expect(records.map(({ source, text, value }) => `${source} ${text} ${value}`)).toEqual([
      'spine0 bit error rate 0.00001', 'RL dropped 1', 'spine0 cut behind 1 1',
    ])
    car.mendCable('spine.FL')
    expect(records.at(-2)).toMatchObject({ kind: 'fault', source: 'spine0', text: 'cut behind 1', value: 0 })
    end()
    car.bus.faults.clear()
    expect(records.length).toBe(5)
  })
})
