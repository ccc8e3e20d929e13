import { HUBS } from '#protocol/index.ts'
import { COUPE, SEDAN } from '#sim/car/index.ts'
import { WindowPlant } from '#sim/plants/index.ts'
import { jumpStart, loadDump } from '#sim/power/index.ts'
import { describe, expect } from 'vitest'
import { journey, type Reading, type SimulatedVehicle } from '../kit/index.ts'

const DOORS = ['FL', 'FR', 'RL', 'RR'] as const
const LIGHTS = ['DASH.lights.head', 'DASH.lights.tail', 'DASH.lights.interior'] as const

/** The worst of the copper since it was begun, by a sample a millisecond. */
interface Watch {
  lowest_V: number
  lowestHub: string
  /** Largest share of its ampacity that any cable carried. */
  fullest: number
  fullestCable: string
  /** Largest current of the first cable, through which everything flows, A. */
  most_A: number
}

function watch(car: SimulatedVehicle): Watch {
  const seen: Watch = { lowest_V: Infinity, lowestHub: '', fullest: 0, fullestCable: '', most_A: 0 }
  const { supply } = car.car.power
  const look = (): void => {
    for (const hub of car.car.hubs.keys()) {
      const hub_V = car.car.supply_V(hub)
      if (hub_V < seen.lowest_V) Object.assign(seen, { lowest_V: hub_V, lowestHub: hub })
    }
    seen.most_A = Math.max(seen.most_A, Math.abs(supply.current_A(0)))
    supply.capability.cables.forEach((cable, i) => {
      const share = Math.abs(supply.current_A(i)) / cable.ampacity_A
      if (share > seen.fullest) Object.assign(seen, { fullest: share, fullestCable: cable.name })
    })
  }
  supply.onStep(look)
  look()
  return seen
}

const glass_m = (car: SimulatedVehicle, door: typeof DOORS[number]): number => car.car.plant(`${door}.window`, WindowPlant).position_m
const ONCE = HUBS.map(() => 1)
const boots = (car: SimulatedVehicle): number[] => HUBS.map(hub => car.car.hubs.get(hub)?.counters.boots ?? 0)
const drawn_A = (car: SimulatedVehicle): number => {
  let sum_A = 0
  for (const feed of car.car.power.feeds.values()) sum_A += feed.ports_A()
  return sum_A
}

const operating = (car: SimulatedVehicle): string[] => HUBS.filter(hub => car.car.snapshot().hubs[hub]!.state === 'operating')

/** Both heaters, lamps, the stereo loud, and all windows on their way down. */
async function everythingOn(car: SimulatedVehicle): Promise<void> {
  car.send('StereoCommand@STEREO', { action: 'source', source: 'fm' })
  await car.run(200)
  car.send('StereoCommand@STEREO', { action: 'volume', volume: 30 })
  for (const name of ['DASH.mirrors.heat', ...LIGHTS] as const) await car.press(name, 100)
  for (const door of DOORS) car.hold(`DASH.window${door}.down`)
}

describe('everything at once', () => {
  journey('works: the peaks take turns, no cable above its ampacity, no hub below 9 V', async (car) => {
    const seen = watch(car)
    const pressed_ms = car.now_ms
    await everythingOn(car)
    await car.press('DASH.trunk.release', 100)
    await car.until('all windows are open', () => DOORS.every(door => glass_m(car, door) > 0.4), { within_ms: 15_000 })
    await car.until('the lid is open', () => car.status('LatchStatus@TRUNK')['ajar'] === true, { within_ms: 5000 })
    for (const door of DOORS) car.release(`DASH.window${door}.down`)
    await car.run(300)
    for (const door of ['FL', 'FR'] as const) expect(car.status(`MirrorStatus@${door}`)['heat']).toBe(true)
    expect(car.shows('STEREO.amplifier')['playing']).toBe(true)
    for (const door of DOORS) car.hold(`DASH.window${door}.up`)
    await car.until('all are closed', () => DOORS.every(door => glass_m(car, door) < 0.002), { within_ms: 15_000 })
    for (const door of DOORS) car.release(`DASH.window${door}.up`)

    const begun_ms = DOORS.map(door => car.history(`PowerGrant@${door}`, pressed_ms)
      .find(grant => grant.values['port'] === 0 && grant.values['result'] === 'granted')!.t_ms).sort((one, other) => one - other)
    expect(begun_ms[3]! - begun_ms[0]!).toBeGreaterThan(300)
    expect(seen.most_A).toBeGreaterThan(40)
    expect(seen.fullest, seen.fullestCable).toBeLessThanOrEqual(1)
    expect(seen.lowest_V, seen.lowestHub).toBeGreaterThanOrEqual(9)
    expect(boots(car)).toEqual(ONCE)
    const troubled = HUBS.flatMap(hub => car.history(`PortStatus@${hub}`, pressed_ms).filter(port => port.values['fault'] !== 'none'))
    expect(troubled.map(port => [port.target, port.values])).toEqual([])
  })

  journey('works with the engine off on an old battery: comfort is shed, nothing falls below 9 V', async (car) => {
    car.car.setIgnition('accessory')
    car.car.setIgnition('on')
    await car.run(2000)
    const seen = watch(car)
    await everythingOn(car)
    await car.until('all windows are open', () => DOORS.every(door => glass_m(car, door) > 0.4), { within_ms: 30_000 })
    expect(seen.fullest, seen.fullestCable).toBeLessThanOrEqual(1)
    expect(seen.lowest_V, seen.lowestHub).toBeGreaterThanOrEqual(9)
    expect(boots(car)).toEqual(ONCE)
  }, { topology: { ...SEDAN, battery: { capacity_Ah: 70, charge: 0.4, temperature_C: -10, resistance_mOhm: 8 } } })
})

describe('cranking', () => {
  for (const level of ['I', 'II', 'IV'] as const) {
    journey(`at level ${level} resets no hub: comfort goes before the dip and comes back in stages, the glass stands`, async (car) => {
      await everythingOn(car)
      await car.run(700)
      const before_A = drawn_A(car)
      const from_ms = car.now_ms
      const seen = watch(car)
      car.car.crank(level)
      await car.run(195)
      expect(car.car.power.supply.profileName).toBeUndefined()
      expect(drawn_A(car)).toBeLessThan(before_A / 2)
      const sheds = (): Reading[] => car.history('PowerShed@ALL', from_ms).map(shed => shed.values)
      expect(sheds()[0]).toMatchObject({ level: 2, reason: 'cranking' })
      for (const comfort of ['FL.mirror', 'FR.mirror', 'STEREO.amplifier', 'FL.window', 'RR.window'] as const) {
        expect(car.car.component(comfort).plant.current_A, comfort).toBeLessThan(0.5)
      }
      await car.run(300)
      const stopped_m = DOORS.map(door => glass_m(car, door))
      await car.until('the engine runs', () => car.car.power.engine.running, { within_ms: 15_000 })
      DOORS.forEach((door, i) => expect(glass_m(car, door)).toBeCloseTo(stopped_m[i]!, 2))
      for (const door of DOORS) car.release(`DASH.window${door}.down`)
      const runs_ms = car.now_ms
      await car.until('comfort is back', () => car.status('VehicleState@ALL')['shedLevel'] === 0, { within_ms: 60_000 })
      const levels = sheds().map(shed => Number(shed['level']))
      const back = car.history('PowerShed@ALL', runs_ms).map(shed => Number(shed.values['level']))
      expect(back.slice(-2)).toEqual([1, 0])
      levels.forEach((shed, i) => expect(shed - (levels[i - 1] ?? 0), 'recovers one level at a time').toBeGreaterThanOrEqual(-1))
      await car.until('the heaters are back', () => (['FL', 'FR'] as const).every(door => Number(car.status(`MirrorStatus@${door}`)['granted_A']) > 0), { within_ms: 2000 })
      DOORS.forEach((door, i) => expect(glass_m(car, door)).toBeCloseTo(stopped_m[i]!, 2))
      expect(seen.lowest_V).toBeLessThan({ I: 8, II: 4.6, IV: 6 }[level])
      expect(boots(car)).toEqual(ONCE)
    })
  }

  journey('at level III may reset hubs: they come back by themselves, and nothing moves by itself', async (car) => {
    await everythingOn(car)
    await car.run(700)
    car.car.crank('III')
    await car.run(400)
    for (const door of DOORS) car.release(`DASH.window${door}.down`)
    await car.until('the engine runs', () => car.car.power.engine.running, { within_ms: 5000 })
    // The dip, and twice the ripple of 2 Hz that goes down to 4 V.
    expect(Math.max(...boots(car))).toBeGreaterThan(1)
    expect(Math.max(...boots(car))).toBeLessThanOrEqual(4)
    await car.run(500)
    const stands_m = DOORS.map(door => glass_m(car, door))
    await car.until('all operate', () => operating(car).length === HUBS.length, { within_ms: 3000 })
    await car.expectNever('glass moves', () => DOORS.some((door, i) => Math.abs(glass_m(car, door) - stands_m[i]!) > 0.002), { for_ms: 4000 })
    await car.until('a hub says why', () => HUBS.some(hub => car.peek(`HubStatus@${hub}`)?.['resetCause'] === 'brownOut'), { within_ms: 3000 })
  })

  journey('at level III with the switches held all the time moves nothing after the reset', async (car) => {
    await everythingOn(car)
    await car.run(700)
    car.car.crank('III')
    await car.run(400)
    const stands_m = DOORS.map(door => glass_m(car, door))
    await car.expectNever('glass moves', () => DOORS.some((door, i) => Math.abs(glass_m(car, door) - stands_m[i]!) > 0.002), { for_ms: 8000 })
    expect(operating(car)).toHaveLength(HUBS.length)
  })

  for (const topology of [SEDAN, COUPE]) {
    journey(`of the ${topology.name} by the starter on its own battery after a rest: no hub resets, and it charges after it`, async (car) => {
      car.car.setIgnition('off')
      await car.run(900_000)
      car.car.setIgnition('on')
      await car.run(3000)
      const seen = watch(car)
      car.car.crank()
      await car.until('the engine runs', () => car.car.power.engine.running, { within_ms: 3000 })
      expect(seen.lowest_V).toBeGreaterThan(9)
      expect(seen.lowest_V).toBeLessThan(10.5)
      await car.until('it charges', () => car.car.supply_V('DASH') > 13.8, { within_ms: 10_000 })
      expect(car.status('VehicleState@ALL')['ignition']).toBe('on')
      expect(new Set(boots(car).filter(count => count > 0))).toEqual(new Set([1]))
    }, { topology })
  }
})

describe('overvoltage', () => {
  for (const profile of [loadDump(400), jumpStart(5)]) {
    journey(`${profile.name} leaves all hubs running and moves nothing`, async (car) => {
      const before_m = DOORS.map(door => glass_m(car, door))
      const seen = watch(car)
      car.car.profile(profile)
      await car.run(6000)
      expect(seen.lowest_V).toBeGreaterThan(9)
      expect(boots(car)).toEqual(ONCE)
      DOORS.forEach((door, i) => expect(glass_m(car, door)).toBe(before_m[i]))
      await car.press('DASH.windowFL.down', 400)
      expect(glass_m(car, 'FL')).toBeGreaterThan(0.005)
    })
  }
})

describe('bad copper', () => {
  journey('a blown fuse of a drop takes one hub away and no other; a new fuse brings it back, and nothing moves by itself', async (car) => {
    car.hold('DASH.windowRL.down')
    await car.until('the glass moves', () => glass_m(car, 'RL') > 0.03, { within_ms: 3000 })
    car.car.powerFault({ kind: 'fuse', cable: 'drop.RL' })
    await car.run(1500)
    const stands_m = glass_m(car, 'RL')
    expect(car.car.snapshot().hubs.RL!.state).toBe('brownOut')
    await car.press('DASH.windowRR.down', 400)
    expect(glass_m(car, 'RR')).toBeGreaterThan(0.005)
    car.release('DASH.windowRL.down')
    car.car.powerRepair({ kind: 'fuse', cable: 'drop.RL' })
    const from_ms = car.now_ms
    await car.until('it is back', () => car.history('HubStatus@RL', from_ms).at(-1)?.values['state'] === 'operating', { within_ms: 3000 })
    await car.expectNever('the glass moves', () => Math.abs(glass_m(car, 'RL') - stands_m) > 0.002, { for_ms: 2000 })
  })

  journey('a corroded connector costs volts under load, and the hub stays up', async (car) => {
    car.car.powerFault({ kind: 'corrosion', cable: 'drop.FR', extra_Ohm: 0.25 })
    const seen = watch(car)
    await car.press('DASH.windowFR.down', 1500)
    expect(seen.lowestHub).toBe('FR')
    expect(seen.lowest_V).toBeLessThan(13)
    expect(glass_m(car, 'FR')).toBeGreaterThan(0.03)
    expect(boots(car)).toEqual(ONCE)
  })

  journey('a spine cut behind STEREO takes the rear away; the front goes on', async (car) => {
    car.car.powerFault({ kind: 'cut', cable: 'spine.RL' })
    await car.run(3000)
    const { hubs } = car.car.snapshot()
    expect(HUBS.filter(hub => hubs[hub]!.state === 'brownOut').sort()).toEqual(['RL', 'RR', 'TRUNK'])
    car.hold('DASH.windowFL.down')
    await car.until('the front obeys', () => glass_m(car, 'FL') > 0.03, { within_ms: 4000 })
  })

  journey('a shorted hub blows its own fuse and no other', async (car) => {
    car.car.powerFault({ kind: 'short', hub: 'RR', resistance_Ohm: 0.01 })
    await car.until('its fuse is open', () => car.car.supply_V('RR') === 0, { within_ms: 2000 })
    await car.run(2000)
    expect(operating(car)).toHaveLength(7)
    expect(car.car.supply_V('RL')).toBeGreaterThan(13)
  })
})
