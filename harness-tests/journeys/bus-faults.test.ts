import { describe, expect } from 'vitest'

import { HUB_STATE, HUB_TYPE, LOCATION } from '#protocol/catalogue/index.ts'
import { hubAddress, hubName, readName } from '#protocol/index.ts'
import { encodeClaim } from '#protocol/messages/index.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

const HUBS = ['DASH', 'FL', 'FR', 'RL', 'RR', 'TRUNK', 'HOOD', 'STEREO'] as const
type Hub = typeof HUBS[number]
type Door = 'FL' | 'FR' | 'RL' | 'RR'
/** The NAME of a second board at FL's location. */
const double = (serial: number) => readName(hubName(HUB_TYPE.door, LOCATION.FL, serial))
const heard = (car: SimulatedVehicle, hub: Hub, within_ms = 1500) => car.history(`HubStatus@${hub}`, car.now_ms - within_ms).length > 0
const allHeard = (car: SimulatedVehicle) => HUBS.every(hub => heard(car, hub))
const glass_pct = (car: SimulatedVehicle, door: Door): number => car.shows(`${door}.window`)['position_pct'] as number

describe('the bus', () => {
  journey('carries every hub within a second and a half of power-on', async (car) => {
    car.car.boot()
    await car.until('all hubs report', () => HUBS.every(hub => car.peek(`HubStatus@${hub}`)?.['state'] === 'operating'), { within_ms: 1500 })
    expect(car.history('CannotClaimAddress@ALL')).toEqual([])
  }, { unpowered: true })

  journey('with bit errors loses nothing but time', async (car) => {
    car.car.bus.faults.bitErrors(2e-4)
    await car.press('DASH.windowFR.down', 150)
    await car.until('the window opens all the way', () => glass_pct(car, 'FR') > 98, { within_ms: 10_000 })
    expect(car.car.bus.counters.errorFrames).toBeGreaterThan(10)
    expect(allHeard(car)).toBe(true)
  })

  journey('whose node hears noise alone keeps the others going, and takes that node back', async (car) => {
    car.car.bus.faults.bitErrorsAt('RL', 0.02)
    await car.run(5000)
    expect(HUBS.filter(hub => hub !== 'RL').every(hub => heard(car, hub))).toBe(true)
    car.car.bus.faults.bitErrorsAt('RL', 0)
    await car.until('RL is heard again', () => heard(car, 'RL', 500), { within_ms: 5000 })
  })

  journey('lives with a dropped node and takes it back', async (car) => {
    car.car.cutCable('drop.RR')
    await car.run(3000)
    expect(heard(car, 'RR')).toBe(false)
    expect(heard(car, 'RL')).toBe(true)
    expect(car.car.hub('RR').controllers[0]!.state).toBe(1)
    car.car.mendCable('drop.RR')
    await car.until('RR is heard again', () => heard(car, 'RR', 500), { within_ms: 3000 })
  })

  journey('cut in two works on each side, and heals', async (car) => {
    car.car.cutCable('spine.STEREO')
    await car.press('DASH.windowFL.down', 150)
    await car.until('the front obeys', () => glass_pct(car, 'FL') > 20, { within_ms: 3000 })
    await car.press('DASH.windowRL.down', 150)
    await car.run(2000)
    expect(glass_pct(car, 'RL')).toBeLessThan(1)
    car.hold('RR.window.down')
    await car.until('the rear door obeys its own switch', () => glass_pct(car, 'RR') > 5, { within_ms: 3000 })
    car.release('RR.window.down')
    car.car.mendCable('spine.STEREO')
    await car.run(1500)
    const before_pct = glass_pct(car, 'RL')
    expect(before_pct).toBeLessThan(1)
    await car.press('DASH.windowRL.down', 150)
    await car.until('the rear obeys again', () => glass_pct(car, 'RL') > 20, { within_ms: 3000 })
  })

  journey('under a babbling idiot of low priority stays in use', async (car) => {
    car.car.bus.faults.babble('STEREO', { id: 0x1fff_ff88 })
    await car.run(500)
    expect(car.car.loadMeter.read()).toBeGreaterThan(0.2)
    await car.press('DASH.windowFL.down', 150)
    await car.until('the glass moves', () => glass_pct(car, 'FL') > 5, { within_ms: 2000 })
  })

  journey('under a babbling idiot of high priority is silent, stops the glass, and comes back', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => glass_pct(car, 'FL') > 5, { within_ms: 3000 })
    car.car.bus.faults.babble('STEREO', { id: 0x0000_0001 })
    await car.run(700)
    const stopped_pct = glass_pct(car, 'FL')
    await car.run(1000)
    expect(glass_pct(car, 'FL')).toBeCloseTo(stopped_pct, 1)
    car.release('DASH.windowFL.down')
    car.car.bus.faults.babble('STEREO', undefined)
    await car.until('all report', () => allHeard(car), { within_ms: 5000 })
  })

  journey('held dominant is dead, and comes back by itself', async (car) => {
    car.car.bus.faults.holdDominant(true)
    await car.run(2000)
    const frames = car.bus.frames
    await car.run(1000)
    expect(car.bus.frames).toBe(frames)
    car.car.bus.faults.holdDominant(false)
    await car.until('all report', () => HUBS.every(hub => heard(car, hub, 900)), { within_ms: 10_000 })
  })
})

describe('a hub', () => {
  journey('that is reset comes back with its address and says why', async (car) => {
    car.car.resetHub('TRUNK', 'watchdog')
    const from_ms = car.now_ms
    await car.until('it claims', () => car.history('AddressClaimed@TRUNK', from_ms).length > 0, { within_ms: 1500 })
    await car.until('it operates', () => car.history('HubStatus@TRUNK', from_ms).at(-1)?.values['state'] === 'operating', { within_ms: 3000 })
    expect(car.status('HubStatus@TRUNK')['resetCause']).toBe('watchdog')
  })

  journey('whose processor pauses loses frames by the count of its controller, and no command', async (car) => {
    car.car.pauseHub('FL', 60)
    await car.press('DASH.windowFL.down', 150)
    await car.until('the glass moves', () => glass_pct(car, 'FL') > 2, { within_ms: 2000 })
  })

  journey('keeps its address against a higher NAME, by claiming it again', async (car) => {
    const from_ms = car.now_ms
    car.driver.send(encodeClaim(hubAddress(LOCATION.FL), double(0x1f_ffff)))
    await car.until('FL claims again', () => car.history('AddressClaimed@FL', from_ms).length > 1, { within_ms: 500 })
    await car.run(1500)
    expect(heard(car, 'FL', 1200)).toBe(true)
  })

  journey('that boots gives way to a lower NAME at its location: it says so and goes silent', async (car) => {
    car.car.boot()
    await car.until('FL claims', () => car.history('AddressClaimed@FL').length > 0, { within_ms: 500 })
    car.driver.send(encodeClaim(hubAddress(LOCATION.FL), double(0)))
    await car.until('it cannot claim', () => car.history('CannotClaimAddress@ALL').length > 0, { within_ms: 500 })
    await car.run(500)
    await car.expectNever('it speaks', () => heard(car, 'FL', 300) || car.history('WindowStatus@FL', car.now_ms - 300).length > 0, { for_ms: 3000 })
    expect(car.car.hub('FL').firmware?.state()).toBe(HUB_STATE.silent)
  }, { unpowered: true })
})
