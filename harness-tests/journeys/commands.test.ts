import { describe, expect } from 'vitest'

import { journey, type SimulatedVehicle } from '../kit/index.ts'

const glass_pct = (car: SimulatedVehicle): number => car.shows('FL.window')['position_pct'] as number
const commands = (car: SimulatedVehicle, from_ms: number) => car.history('WindowCommand@FL', from_ms)
const portFault = (car: SimulatedVehicle, port: number) =>
  car.history('PortStatus@DASH').filter(seen => seen.values['port'] === port).at(-1)?.values['fault']
/** The socket of the driver's switch pack. */
const PACK = 1

describe('a command', () => {
  journey('is repeated with the same sequence until the status echoes it, though frames are lost', async (car) => {
    car.car.bus.faults.loseFrames('FL', 0.7)
    const from_ms = car.now_ms
    await car.press('DASH.windowFL.down', 150)
    await car.until('the glass moves', () => glass_pct(car) > 2, { within_ms: 3000 })
    const auto = commands(car, from_ms).filter(seen => seen.values['action'] === 'autoDown')
    expect(auto.length).toBeGreaterThan(0)
    expect(new Set(auto.map(seen => seen.values['sequence'])).size).toBe(1)
  }, { seeds: [3] })

  journey('that nobody hears fails loudly after half a second, at its sender', async (car) => {
    car.car.powerHub('FL', false)
    const from_ms = car.now_ms
    await car.press('DASH.windowFL.down', 150)
    await car.until('the dash reports the loss', () => portFault(car, PACK) === 'commandLost', { within_ms: 2500 })
    const seen = commands(car, from_ms)
    expect(seen.length).toBeGreaterThan(3)
    await car.run(1000)
    expect(commands(car, car.now_ms - 900)).toEqual([])
  })

  journey('is executed once, however often it is repeated', async (car) => {
    car.send('MirrorCommand@FL', { action: 'heatOn' }, { sequence: 5 })
    await car.until('it heats', () => car.status('MirrorStatus@FL')['heat'] === true, { within_ms: 500 })
    car.send('MirrorCommand@FL', { action: 'heatOff' }, { sequence: 6 })
    await car.until('it stops heating', () => car.status('MirrorStatus@FL')['heat'] === false, { within_ms: 500 })
    for (let i = 0; i < 4; i++) {
      car.send('MirrorCommand@FL', { action: 'heatOn' }, { sequence: 6 })
      await car.run(100)
    }
    expect(car.status('MirrorStatus@FL')['heat']).toBe(false)
    expect(car.status('MirrorStatus@FL')['echoSequence']).toBe(6)
  })

  journey('with a wrong checksum moves nothing and is counted', async (car) => {
    const counters = () => car.car.hub('FL').firmware!.counters
    const before_pct = glass_pct(car)
    const bad = counters().e2e[4]!
    car.car.bus.faults.clear()
    const { encodeMessage } = await import('#protocol/messages/index.ts')
    const frame = encodeMessage('WindowCommand@FL', { action: 'down', sequence: 1 })
    frame.data[0]! ^= 0x01
    car.driver.send(frame)
    await car.run(500)
    expect(glass_pct(car)).toBe(before_pct)
    expect(counters().e2e[4]).toBe(bad + 1)
  })
})

describe('a held switch', () => {
  journey('whose hub dies stops the glass within a quarter of a second', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => glass_pct(car) > 10, { within_ms: 3000 })
    car.car.powerHub('DASH', false)
    await car.until('the glass stands', () => Math.abs(car.shows('FL.window')['velocity_mm_s'] as number) < 1, { within_ms: 450 })
    const stopped_pct = glass_pct(car)
    await car.run(2000)
    expect(glass_pct(car)).toBeCloseTo(stopped_pct, 1)
    expect(stopped_pct).toBeLessThan(50)
  })

  journey('whose cable is cut stops the glass, and nothing bursts out when it is mended', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => glass_pct(car) > 5, { within_ms: 3000 })
    car.car.cutCable('drop.DASH')
    await car.run(600)
    const stopped_pct = glass_pct(car)
    car.release('DASH.windowFL.down')
    await car.run(3000)
    car.car.mendCable('drop.DASH')
    await car.expectNever('the glass moves again', () => Math.abs(glass_pct(car) - stopped_pct) > 0.5, { for_ms: 3000 })
  })

  journey('that was held through a reset of its hub starts nothing by itself', async (car) => {
    car.hold('FL.window.down')
    await car.until('the glass moves', () => glass_pct(car) > 5, { within_ms: 3000 })
    car.car.resetHub('FL')
    await car.run(300)
    const stopped_pct = glass_pct(car)
    await car.expectNever('the glass moves again', () => Math.abs(glass_pct(car) - stopped_pct) > 0.5, { for_ms: 3000 })
    car.release('FL.window.down')
    await car.run(300)
    car.hold('FL.window.down')
    await car.until('a new press moves it', () => glass_pct(car) > stopped_pct + 3, { within_ms: 1500 })
  })

  for (const from of ['up', 'down'] as const) {
    const to = from === 'up' ? 'down' : 'up'
    const sign = to === 'down' ? 1 : -1
    for (const [pack, where] of [['DASH.windowFL', 'of the driver'], ['FL.window', 'of the door itself']] as const) {
      journey(`${where} whose thumb slides from ${from} to ${to} turns the glass round, and holds it so`, async (car) => {
        const speed_mm_s = () => sign * (car.shows('FL.window')['velocity_mm_s'] as number)
        for (const gap_ms of [-3, 0, 3]) {
          car.send('WindowCommand@FL', { action: 'goto', position_pct: 75 })
          await car.until('the window is wide open', () => Math.abs(glass_pct(car) - 75) < 1 && Math.abs(speed_mm_s()) < 1)
          car.hold(`${pack}.${from}`)
          await car.until('the glass moves the first way', () => speed_mm_s() < -50, { within_ms: 1500 })
          if (gap_ms > 0) car.release(`${pack}.${from}`)
          else car.hold(`${pack}.${to}`)
          await car.run(Math.abs(gap_ms))
          if (gap_ms > 0) car.hold(`${pack}.${to}`)
          else car.release(`${pack}.${from}`)
          await car.until('the glass moves the other way', () => speed_mm_s() > 50, { within_ms: 800 })
          await car.expectNever('it stops under the thumb', () => speed_mm_s() < 10, { for_ms: 600 })
          car.release(`${pack}.${to}`)
          await car.until('it stands', () => Math.abs(speed_mm_s()) < 1, { within_ms: 450 })
        }
      })
    }
  }
})
