import { describe, expect, it } from 'vitest'
import { createCar } from '#sim/car/index.ts'
import { fit } from '../lib/screen.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'
import { type CarStatus, carLines, carSummary } from './car-screen.ts'

const STATUS: CarStatus = { load: 0.02, frames_per_s: 73, speed: 1, links: ['spine:127.0.0.1:7030  up'], faults: [], linkChanges: [], events: ['1.00 s DASH pressed'], lags: 0, slipped_ms: 0 }

describe('the picture of a running car', () => {
  const car = createCar()
  car.boot()
  car.run(1000)
  car.press('DASH.windowFL.down')
  car.run(1500)
  const snapshot = car.snapshot()

  it('has a line a hub with what its components do, the load, the links', () => {
    const lines = carLines(car, snapshot, STATUS, fakeTerminal())
    expect(lines[0]).toContain('spine car sedan  2.5 s at 1.00×  bus 500 kbit/s  load 2.0 %  73 frames/s')
    expect(lines.find(line => line.startsWith('FL '))).toMatch(/operating +14\.1 V +\d+\.\d A +window open [1-9]\d* % [\d.]+\/[\d.]+ A · mirror 0\.0°\/0\.0° · latch closed/)
    expect(lines.find(line => line.startsWith('DASH '))).toContain('pressed windowFL.down')
    expect(lines.find(line => line.startsWith('battery '))).toMatch(/^battery 14\.\d V -?\d+\.\d A {2}alternator \d+\.\d A at 800 rpm {2}fullest cable \S+ \d+\.\d\/\d+ A$/)
    expect(lines).toContain('no faults')
    expect(lines).toContain('spine:127.0.0.1:7030  up')
  })

  it('gives the components a line of their own on a narrow screen', () => {
    const lines = carLines(car, snapshot, STATUS, fakeTerminal({ columns: 80 }))
    const hub = lines.findIndex(line => line.startsWith('FL '))
    expect(lines[hub]).not.toContain('window')
    expect(lines[hub + 1]).toMatch(/^ {2}window open [1-9]/)
  })

  it('is one line for logs', () => {
    expect(carSummary(snapshot, { ...STATUS, faults: ['RL: silent'] })).toMatch(/^2\.5 s {2}8\/8 hubs operating {2}load 2\.00 % .*faults: RL: silent$/)
  })

  it('fits every screen', () => {
    const terminal = fakeTerminal({ columns: 40, rows: 10 })
    const picture = fit(carLines(car, snapshot, STATUS, terminal), terminal).split('\n')
    expect(picture).toHaveLength(9)
    for (const line of picture) expect(line.length).toBeLessThanOrEqual(40)
    expect(picture.at(-1)).toMatch(/^… \d+ more lines$/)
  })
})
