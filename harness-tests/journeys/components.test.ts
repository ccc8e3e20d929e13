import { describe, expect } from 'vitest'

import { LampPlant } from '#sim/plants/index.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

describe('a mirror', () => {
  journey('tilts while the joystick is held', async (car) => {
    const before_deg = car.shows('FL.mirror')['tiltX_deg'] as number
    car.hold('DASH.mirrorFL.right')
    await car.until('it moves', () => car.status('MirrorStatus@FL')['moving'] === true, { within_ms: 300 })
    await car.run(1000)
    car.release('DASH.mirrorFL.right')
    await car.until('it stands', () => car.status('MirrorStatus@FL')['moving'] === false, { within_ms: 500 })
    expect(car.shows('FL.mirror')['tiltX_deg']).toBeGreaterThan(before_deg + 1)
    expect(car.status('MirrorStatus@FL')['tiltX_deg']).toBeCloseTo(car.shows('FL.mirror')['tiltX_deg'] as number, 0)
  })

  journey('both fold and unfold', async (car) => {
    await car.press('DASH.mirrors.fold')
    for (const door of ['FL', 'FR'] as const) {
      await car.until(`${door} is folded`, () => car.status(`MirrorStatus@${door}`)['fold'] === 'folded', { within_ms: 10_000 })
      expect(car.shows(`${door}.mirror`)['folded_pct']).toBeGreaterThan(95)
    }
    await car.press('DASH.mirrors.unfold')
    for (const door of ['FL', 'FR'] as const) {
      await car.until(`${door} is out`, () => car.status(`MirrorStatus@${door}`)['fold'] === 'unfolded', { within_ms: 10_000 })
    }
  })

  journey('comes back to a stored place', async (car) => {
    car.send('MirrorCommand@FL', { action: 'goto', tiltX_deg: 4, tiltY_deg: -3 })
    await car.until('it is there', () => Math.abs((car.shows('FL.mirror')['tiltX_deg'] as number) - 4) < 0.6, { within_ms: 15_000 })
    await car.until('it stands', () => car.status('MirrorStatus@FL')['moving'] === false, { within_ms: 15_000 })
    await car.run(500)
    const { tiltX_deg, tiltY_deg } = car.shows('FL.mirror')
    expect(Math.abs(Number(tiltX_deg) - 4)).toBeLessThan(0.6)
    expect(Math.abs(Number(tiltY_deg) + 3)).toBeLessThan(0.6)
    car.send('MirrorCommand@FL', { action: 'store', memory: 1 })
    await car.run(500)
    car.send('MirrorCommand@FL', { action: 'goto', tiltX_deg: -5, tiltY_deg: 0 })
    await car.run(15_000)
    car.send('MirrorCommand@FL', { action: 'recall', memory: 1 })
    await car.run(15_000)
    expect(Math.abs(Number(car.shows('FL.mirror')['tiltX_deg']) - Number(tiltX_deg))).toBeLessThan(0.6)
    expect(Math.abs(Number(car.shows('FL.mirror')['tiltY_deg']) - Number(tiltY_deg))).toBeLessThan(0.6)
  })

  journey('heats with the ignition on, and not at low voltage', async (car) => {
    await car.press('DASH.mirrors.heat')
    await car.until('it heats', () => car.status('MirrorStatus@FL')['heat'] === true, { within_ms: 1000 })
    await car.until('current flows', () => car.status('MirrorStatus@FL').current_A > 2, { within_ms: 2000 })
    car.car.setSupply(8.2, 'FL')
    await car.until('it lets go', () => car.status('MirrorStatus@FL')['heat'] === false, { within_ms: 3000 })
  })
})

describe('a latch', () => {
  journey('of the trunk is released from the dashboard', async (car) => {
    expect(car.status('LatchStatus@TRUNK')['state']).toBe('closed')
    await car.press('DASH.trunk.release')
    await car.until('the lid is ajar', () => car.status('LatchStatus@TRUNK')['ajar'] === true, { within_ms: 3000 })
    expect(car.shows('TRUNK.latch')['ajar']).toBe(true)
  })

  journey('of the hood opens at once with every lamp beside it lit', async (car) => {
    for (const channel of [0, 1, 2, 3] as const) {
      car.send('LightCommand@HOOD', { action: 'set', channel, level_pct: 100, fade_ms: 0 })
      await car.until(`lamp ${channel} is lit`, () => (car.shows('HOOD.lamp')[`light${channel}_pct`] as number) > 80, { within_ms: 3000 })
    }
    await car.press('DASH.hood.release')
    await car.until('the hood is ajar', () => car.status('LatchStatus@HOOD')['ajar'] === true, { within_ms: 800 })
    await car.run(2000)
    expect(car.status('LatchStatus@HOOD')['fault']).toBe(false)
  })

  journey('locks in all doors at once', async (car) => {
    await car.press('DASH.doors.lock')
    for (const door of ['FL', 'FR', 'RL', 'RR', 'TRUNK'] as const) {
      await car.until(`${door} is locked`, () => car.status(`LatchStatus@${door}`)['locked'] === true, { within_ms: 3000 })
      expect(car.shows(`${door}.latch`)['locked']).toBe(true)
    }
    await car.press('DASH.doors.unlock')
    await car.until('all are unlocked', () => (['FL', 'FR', 'RL', 'RR'] as const).every(door => car.shows(`${door}.latch`)['locked'] === false), { within_ms: 3000 })
  })
})

describe('a lamp', () => {
  journey('fades to a level', async (car) => {
    car.send('LightCommand@DASH', { action: 'set', channel: 0, level_pct: 80, fade_ms: 1000 })
    await car.run(500)
    const half_pct = car.shows('DASH.lamp')['light0_pct'] as number
    expect(half_pct).toBeGreaterThan(5)
    expect(half_pct).toBeLessThan(75)
    await car.run(1000)
    expect(car.history('LightStatus@DASH').filter(seen => seen.values['channel'] === 0).at(-1)?.values['level_pct']).toBe(80)
  })

  journey('is switched from the dashboard, and a burnt bulb is reported', async (car) => {
    const channel0 = () => car.history('LightStatus@HOOD').filter(seen => seen.values['channel'] === 0).at(-1)?.values
    await car.press('DASH.lights.head')
    await car.until('the low beam is on', () => channel0()?.['level_pct'] === 100, { within_ms: 1000 })
    await car.until('the filament is hot', () => (car.shows('HOOD.lamp')['light0_pct'] as number) > 80, { within_ms: 300 })
    car.car.plant('HOOD.lamp', LampPlant).setFault(0, 'burnt')
    await car.until('the fault is reported', () => channel0()?.['fault'] === 'openCircuit', { within_ms: 3000 })
  })
})

describe('the stereo', () => {
  journey('plays, seeks a station and shows its name', async (car) => {
    await car.press('DASH.stereo.source')
    await car.until('it plays FM', () => car.status('StereoStatus@STEREO')['source'] === 'fm', { within_ms: 1500 })
    const before_MHz = car.status('StereoStatus@STEREO')['frequency_MHz']
    await car.press('DASH.stereo.seekUp')
    await car.until('a station is found', () => {
      const now_MHz = car.status('StereoStatus@STEREO')['frequency_MHz']
      return !Number.isNaN(now_MHz) && now_MHz !== before_MHz
    }, { within_ms: 20_000 })
    await car.run(3000)
    const parts = car.history('StereoText@STEREO').filter(seen => seen.values['kind'] === 'station')
    const transfer = parts.at(-1)?.values['transfer']
    const codes = parts.filter(part => part.values['transfer'] === transfer).flatMap(part => ([0, 1, 2, 3, 4] as const).map(i => part.values[`char${i}`]))
    expect(String.fromCharCode(...codes.slice(0, codes.indexOf(0) < 0 ? undefined : codes.indexOf(0))).trim()).toBe(car.shows('STEREO.amplifier')['station'])
  })

  journey('takes its volume step by step, and draws more when louder', async (car) => {
    await car.press('DASH.stereo.source')
    await car.until('it plays', () => car.shows('STEREO.amplifier')['playing'] === true, { within_ms: 3000 })
    const before = car.status('StereoStatus@STEREO').volume
    for (let i = 0; i < 3; i++) {
      await car.press('DASH.stereo.volumeUp')
      await car.run(600)
    }
    await car.until('three steps louder', () => car.status('StereoStatus@STEREO')['volume'] === before + 3, { within_ms: 2000 })
    await car.press('DASH.stereo.mute')
    await car.until('it is silent', () => car.status('StereoStatus@STEREO')['muted'] === true, { within_ms: 1500 })
  })

  const SET = { playing: true, volume: 17, frequency_MHz: 95.8 }

  /** On, tuned and louder than at first. */
  async function playing(car: SimulatedVehicle): Promise<void> {
    await car.press('DASH.stereo.source')
    await car.until('it plays', () => car.shows('STEREO.amplifier')['playing'] === true, { within_ms: 3000 })
    for (const values of [{ action: 'volume', volume: 17 }, { action: 'tune', frequency_MHz: 95.8 }] as const) {
      car.send('StereoCommand@STEREO', values)
      await car.run(200)
    }
    expect(car.shows('STEREO.amplifier')).toMatchObject(SET)
  }
  const plays = (car: SimulatedVehicle) => (Object.keys(SET) as (keyof typeof SET)[]).every(name => car.shows('STEREO.amplifier')[name] === SET[name])
  const reported = (car: SimulatedVehicle) => car.status('StereoStatus@STEREO')

  // The electronics reset below 6 V, a hub below 4 V.
  journey('that a dip of its supply reset, while its hub lived on, plays on as it was set', async (car) => {
    await playing(car)
    const { boots } = car.car.hub('STEREO').counters
    car.car.setSupply(5, 'STEREO')
    await car.run(20)
    car.car.setSupply(undefined, 'STEREO')
    await car.run(5)
    expect(car.shows('STEREO.amplifier')).toMatchObject({ playing: false, volume: 0 })
    await car.until('it plays as before', () => plays(car), { within_ms: 1000 })
    expect(car.car.hub('STEREO').counters.boots).toBe(boots)
    await car.run(1500)
    expect(reported(car)).toMatchObject({ source: 'fm', volume: 17, muted: false })
  })

  journey('that stays below its least voltage says that it is off, and plays on when it may', async (car) => {
    await playing(car)
    car.car.setSupply(5, 'STEREO')
    await car.until('it reports that it is off', () => reported(car)['source'] === 'off', { within_ms: 1000 })
    await car.expectNever('it claims to play', () => reported(car)['source'] !== 'off', { for_ms: 3000 })
    car.car.setSupply(undefined, 'STEREO')
    await car.until('it plays as before', () => plays(car), { within_ms: 3000 })
    await car.until('it says so', () => reported(car)['source'] === 'fm', { within_ms: 200 })
  })

  journey('that was shed plays on as it was set', async (car) => {
    await playing(car)
    car.car.setSupply(10)
    await car.until('it reports that it is off', () => reported(car)['source'] === 'off' && !plays(car), { within_ms: 1000 })
    car.car.setSupply(undefined)
    await car.until('it plays as before', () => plays(car), { within_ms: 5000 })
    await car.until('it says so', () => reported(car)['source'] === 'fm', { within_ms: 200 })
  })

  journey('whose eFuse latched is off until somebody wants it, and then as it was set', async (car) => {
    await playing(car)
    const { plant } = car.car.component('STEREO.amplifier')
    plant.demand_A = supply_V => supply_V / 0.1
    plant.wake()
    await car.until('the eFuse latches', () => car.history('PortStatus@STEREO').at(-1)?.values['state'] === 'tripped', { within_ms: 1500 })
    await car.until('it reports that it is off', () => reported(car)['source'] === 'off', { within_ms: 200 })
    delete (plant as { demand_A?: unknown }).demand_A
    await car.run(6000)
    expect(reported(car)['source']).toBe('off')
    expect(car.shows('STEREO.amplifier')['playing']).toBe(false)
    await car.press('DASH.stereo.source')
    await car.until('it plays as before', () => plays(car), { within_ms: 2000 })
  })
})
