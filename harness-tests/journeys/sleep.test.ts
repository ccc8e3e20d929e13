import type { TargetOf } from '#protocol/catalogue/index.ts'
import { describe, expect } from 'vitest'
import { COUPE, SEDAN } from '#sim/car/index.ts'
import { LatchPlant } from '#sim/plants/index.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

/** 40 s without activity, then the agreement and the silence after it. */
const UNTIL_ASLEEP_ms = 42_000
/** Target for the first response. */
const RESPONSE_ms = 100
const LONG_ms = 600_000
const WHILE_ms = 60_000

const glass_pct = (car: SimulatedVehicle, door: 'FL' | 'FR' | 'RL' | 'RR' = 'FL'): number => car.shows(`${door}.window`)['position_pct'] as number
const asleep = (car: SimulatedVehicle): boolean => [...car.car.hubs.values()].every(hub => hub.asleep)
const awake = (car: SimulatedVehicle): boolean => [...car.car.hubs.values()].every(hub => !hub.asleep)
const frames = (car: SimulatedVehicle): number => car.car.bus.counters.frames
const busy_ns = (car: SimulatedVehicle): number => car.car.bus.busy_ns
const claims = (car: SimulatedVehicle): number =>
  [...car.car.hubs.values()].reduce((sum, hub) => sum + hub.firmware!.counters.claimsSent, 0)

async function sleeping(car: SimulatedVehicle): Promise<void> {
  car.car.setIgnition('off')
  await car.until('all hubs sleep', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms })
}

type Echo = TargetOf<'WindowStatus' | 'MirrorStatus' | 'LightStatus' | 'StereoStatus' | 'LatchStatus'>

/** Wakes the car and returns the time until the status of a component echoes the command, and until something moved. */
async function response(car: SimulatedVehicle, press: () => void, status: Echo, moved: () => boolean): Promise<number> {
  const start_ms = car.now_ms
  press()
  const echo_ms = await car.until('the command is echoed',
    () => car.history(status, start_ms).some(seen => seen.values['echoSender'] !== 0), { within_ms: RESPONSE_ms })
  await car.until('something moves', moved, { within_ms: RESPONSE_ms })
  return echo_ms
}

describe('a car left alone with ignition off', () => {
  journey('sleeps 40 s later: ports off, hubs at 100 µA, no bit on the bus for ten minutes', async (car) => {
    car.car.setIgnition('off')
    const off_ms = car.now_ms
    await car.until('all hubs sleep', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms })
    expect(car.now_ms - off_ms).toBeGreaterThan(40_000)
    for (const hub of ['FL', 'FR', 'RL', 'RR', 'DASH', 'TRUNK', 'HOOD', 'STEREO'] as const) {
      expect(car.status(`HubStatus@${hub}`)['state']).toBe('sleeping')
    }
    await car.run(10)
    const snapshot = car.car.snapshot()
    for (const hub of Object.values(snapshot.hubs)) expect(hub).toMatchObject({ state: 'sleeping', current_A: 0 })
    for (const part of Object.values(snapshot.components)) expect(part.powered).toBe(false)
    const before = [frames(car), busy_ns(car)]
    await car.run(LONG_ms)
    expect([frames(car), busy_ns(car)]).toEqual(before)
    expect(asleep(car)).toBe(true)
  })

  for (const topology of [SEDAN, COUPE]) {
    journey(`draws from the copper of the ${topology.name} 100 µA a hub at most, and as much at the battery`, async (car) => {
      await sleeping(car)
      await car.run(1000)
      const { supply } = car.car.power
      const drawn_A = [...car.car.hubs.keys()].map(hub => supply.hubCurrent_A(hub))
      for (const hub_A of drawn_A) {
        expect(hub_A).toBeGreaterThan(20e-6)
        expect(hub_A).toBeLessThanOrEqual(100e-6)
      }
      const sum_A = drawn_A.reduce((sum, hub_A) => sum + hub_A, 0)
      expect(Math.abs(supply.current_A(0))).toBeCloseTo(sum_A, 6)
      expect(supply.batteryCurrent_A).toBeCloseTo(sum_A, 6)
      car.car.setIgnition('accessory')
      await car.until('all are awake', () => awake(car), { within_ms: RESPONSE_ms })
      await car.run(500)
      expect(supply.batteryCurrent_A).toBeGreaterThan(0.05 * car.car.hubs.size)
    }, { topology })
  }

  journey('is silent within a second of the agreement', async (car) => {
    await sleeping(car)
    const agreed = car.history('NetworkSleep@ALL').filter(seen => seen.values['phase'] === 'agreed')
    const last = car.bus.since(0).at(-1)!
    expect(agreed).toHaveLength(3)
    expect(last.t_ms - agreed[0]!.t_ms).toBeLessThan(1000)
  })

  journey('moves nothing by itself while it sleeps and after it woke', async (car) => {
    await car.press('DASH.windowFL.down', 700)
    await car.run(3000)
    await sleeping(car)
    // The amplifier forgets its volume with its supply.
    const names = [...car.car.components.keys()].filter(name => name !== 'STEREO.amplifier')
    const before = names.map(name => JSON.stringify(car.shows(name)))
    await car.run(WHILE_ms)
    car.car.setIgnition('on')
    await car.until('all are awake', () => awake(car), { within_ms: RESPONSE_ms })
    await car.run(5000)
    const after = names.map(name => JSON.stringify(car.shows(name)))
    const differing = after.filter((text, index) => text !== before[index])
    expect(differing).toEqual([expect.stringContaining('"ignition":"on"')])
  })
})

describe('a sleeping car wakes', () => {
  journey('at a window switch: the glass answers within 100 ms', async (car) => {
    await sleeping(car)
    await car.run(WHILE_ms)
    const claimed = claims(car)
    const echo_ms = await response(car, () => car.hold('DASH.windowFL.down'), 'WindowStatus@FL', () => glass_pct(car) > 0.1)
    expect(echo_ms).toBeLessThan(50)
    await car.run(1500)
    car.release('DASH.windowFL.down')
    await car.run(1000)
    const stopped_pct = glass_pct(car)
    expect(stopped_pct).toBeGreaterThan(20)
    await car.expectNever('the glass moves on', () => Math.abs(glass_pct(car) - stopped_pct) > 0.5, { for_ms: 2000 })
    expect(claims(car)).toBe(claimed)
    await car.until('it sleeps again', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms })
  })

  journey('at a switch in a rear door, which works its own window', async (car) => {
    await sleeping(car)
    await car.run(5000)
    await response(car, () => car.hold('RR.window.down'), 'WindowStatus@RR', () => glass_pct(car, 'RR') > 0.1)
  })

  journey('at the trunk\'s switch in the dashboard: the trunk opens', async (car) => {
    await sleeping(car)
    await car.run(5000)
    await car.press('DASH.trunk.release', 60)
    await car.until('the trunk is open', () => car.status('LatchStatus@TRUNK')['ajar'] === true, { within_ms: 2000 })
  })

  journey('at the ignition: every hub is there, and the windows close again', async (car) => {
    await sleeping(car)
    await car.run(WHILE_ms)
    const start_ms = car.now_ms
    car.car.setIgnition('on')
    await car.until('the car says so', () => car.history('VehicleState@ALL', start_ms).some(seen => seen.values['ignition'] === 'on'),
      { within_ms: RESPONSE_ms })
    await car.run(1500)
    for (const hub of ['FL', 'FR', 'RL', 'RR', 'DASH', 'TRUNK', 'HOOD', 'STEREO'] as const) {
      expect(car.history(`HubStatus@${hub}`, start_ms).at(-1)?.values['state']).toBe('operating')
    }
    await car.expectNever('it sleeps', () => !awake(car), { for_ms: 60_000 })
  })

  journey('at a tool\'s frame, which may be lost; the one it repeats is obeyed', async (car) => {
    await sleeping(car)
    await car.run(60_000)
    const sequence = 7
    const start_ms = car.now_ms
    const echoed = (): boolean => car.history('WindowStatus@RL', start_ms).some(seen => seen.values['echoSequence'] === sequence && seen.values['echoSender'] === 9)
    for (let sent = 0; sent < 5 && !echoed(); sent++) {
      car.send('WindowCommand@RL', { action: 'goto', position_pct: 30 }, { sequence })
      await car.run(100)
    }
    expect(echoed()).toBe(true)
    expect(awake(car)).toBe(true)
    await car.until('the glass is there', () => Math.abs(glass_pct(car, 'RL') - 30) < 2, { within_ms: 6000 })
    await car.until('it sleeps again', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms + 5000 })
  })

  journey('at the button in the trunk and at a door that somebody opens', async (car) => {
    await sleeping(car)
    await car.run(1000)
    await car.press('TRUNK.latch.release', 60)
    await car.until('the trunk is open', () => car.status('LatchStatus@TRUNK')['ajar'] === true, { within_ms: 2000 })
    await car.until('it sleeps again', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms + 5000 })
    expect(car.car.plant('FL.latch', LatchPlant).open()).toBe(true)
    await car.until('it is told', () => car.status('LatchStatus@FL')['ajar'] === true, { within_ms: RESPONSE_ms })
    expect(awake(car)).toBe(true)
  })

  journey('at a component that is unplugged', async (car) => {
    await sleeping(car)
    await car.run(1000)
    car.car.unplug('RL.lamp')
    await car.until('all are awake', () => awake(car), { within_ms: RESPONSE_ms })
    await car.until('it is told', () => car.status('ComponentAnnounce@RL')['descriptor'] === 'absent', { within_ms: 1000 })
  })
})

describe('a car does not sleep', () => {
  journey('while a lamp is lit, and does when it is dark', async (car) => {
    car.send('LightCommand@FL', { channel: 0, level_pct: 100, fade_ms: 0, action: 'set' })
    car.car.setIgnition('off')
    await car.expectNever('a hub sleeps', () => !awake(car), { for_ms: 120_000 })
    expect(car.history('NetworkSleep@ALL').some(seen => seen.values['phase'] === 'vetoed' && seen.values['reason'] === 'component')).toBe(true)
    car.send('LightCommand@FL', { channel: 0, level_pct: 0, fade_ms: 0, action: 'set' })
    await car.until('it sleeps', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms + 5000 })
  })

  journey('while doors are opened: every one counts', async (car) => {
    car.car.setIgnition('off')
    for (const door of ['FL', 'FR', 'RL', 'RR'] as const) {
      await car.run(35_000)
      car.car.plant(`${door}.latch`, LatchPlant).open()
    }
    await car.expectNever('a hub sleeps', () => !awake(car), { for_ms: 39_000 })
    await car.until('it sleeps', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms })
  })

  journey('while a switch is held: its hub says so when the manager proposes', async (car) => {
    car.car.setIgnition('off')
    await car.run(39_800)
    car.hold('RL.window.down')
    await car.run(5000)
    car.release('RL.window.down')
    expect(awake(car)).toBe(true)
    const released_ms = car.now_ms
    await car.until('it sleeps', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms + 5000 })
    expect(car.now_ms - released_ms).toBeGreaterThan(39_000)
  })

  journey('when something begins just as it was agreed', async (car) => {
    car.car.setIgnition('off')
    await car.until('it is agreed', () => car.peek('NetworkSleep@ALL')?.['phase'] === 'agreed', { within_ms: UNTIL_ASLEEP_ms })
    await response(car, () => car.hold('FR.window.down'), 'WindowStatus@FR', () => glass_pct(car, 'FR') > 0.1)
    await car.run(2000)
    expect(awake(car)).toBe(true)
    expect(glass_pct(car, 'FR')).toBeGreaterThan(20)
  })
})

describe('faults around sleep', () => {
  journey('frames that are lost as it falls asleep and as it wakes lose no command and no sleep', async (car) => {
    for (const hub of car.car.hubs.keys()) car.car.bus.faults.loseFrames(hub, 0.3)
    car.car.setIgnition('off')
    await car.until('all hubs sleep', () => asleep(car), { within_ms: 300_000 })
    await car.run(WHILE_ms)
    expect(asleep(car)).toBe(true)
    car.hold('DASH.windowFR.down')
    await car.until('the glass moves', () => glass_pct(car, 'FR') > 1, { within_ms: 1500 })
  })

  journey('a hub that is reset in a sleeping car wakes it, and not for ever', async (car) => {
    await sleeping(car)
    await car.run(10_000)
    car.car.resetHub('RR')
    await car.until('all are awake', () => awake(car), { within_ms: 1000 })
    await car.until('it sleeps again', () => asleep(car), { within_ms: UNTIL_ASLEEP_ms + 5000 })
    const before = frames(car)
    await car.run(WHILE_ms)
    expect(frames(car)).toBe(before)
  })

  journey('without dash the trunk leads, and the car sleeps as well', async (car) => {
    car.car.setIgnition('off')
    await car.run(500)
    car.car.hub('DASH').powerOff()
    const others = [...car.car.hubs.values()].filter(hub => hub.name !== 'DASH')
    await car.until('the others sleep', () => others.every(hub => hub.asleep), { within_ms: 70_000 })
    const before = frames(car)
    await car.run(WHILE_ms)
    expect(frames(car)).toBe(before)
  })

  journey('without any manager each hub sleeps by itself, and they do not wake each other for ever', async (car) => {
    car.car.setIgnition('off')
    await car.run(500)
    for (const name of ['DASH', 'TRUNK'] as const) car.car.hub(name).powerOff()
    const others = [...car.car.hubs.values()].filter(hub => hub.on)
    await car.until('the others sleep', () => others.every(hub => hub.asleep), { within_ms: 90_000 })
    const before = frames(car)
    await car.run(WHILE_ms)
    expect(frames(car)).toBe(before)
    const start_ms = car.now_ms
    car.hold('RL.window.down')
    await car.until('its own switch works a window', () => car.history('WindowStatus@RL', start_ms).length > 0, { within_ms: RESPONSE_ms })
  })

  journey('a cut spine sleeps on both sides', async (car) => {
    car.car.cutCable('spine.STEREO')
    car.car.setIgnition('off')
    await car.until('all hubs sleep', () => asleep(car), { within_ms: 90_000 })
    await car.run(WHILE_ms)
    expect(asleep(car)).toBe(true)
  })
})
