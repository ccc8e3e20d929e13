import { crc16, decodeDescriptor, type DescriptorContent, encodeDescriptor } from '#protocol/index.ts'
import { COUPE, type HubName, SEDAN } from '#sim/car/index.ts'
import { LampPlant, WindowPlant } from '#sim/plants/index.ts'
import { describe, expect } from 'vitest'
import { journey, type Reading, type SedanNames, type SimulatedVehicle } from '../kit/index.ts'

/** What a port may draw while nobody granted anything: its idle current with margins. */
const IDLE_A = 0.5
/** Bus time from the plug to the first motion. */
const USABLE_ms = 1000

const faults = (car: SimulatedVehicle, hub: HubName, port: number, from_ms: number): unknown[] =>
  car.history(`PortStatus@${hub}`, from_ms).filter(seen => seen.values['port'] === port).map(seen => seen.values['fault'])
const announced = (car: SimulatedVehicle, hub: HubName, from_ms: number): Reading | undefined =>
  car.history(`ComponentAnnounce@${hub}`, from_ms).at(-1)?.values

/** The descriptor of a component with other content, as a maker who lies writes it. */
function lie(car: SimulatedVehicle, name: SedanNames['component'], content: Partial<DescriptorContent>): void {
  const honest = decodeDescriptor(car.car.component(name).plant.memory).descriptor!
  car.car.setDescriptor(name, encodeDescriptor({ ...honest, ...content } as DescriptorContent))
}

/** A memory image with one byte changed and its CRC made good again. */
function rewritten(memory: Uint8Array, at: number, value: number): Uint8Array {
  const bytes = memory.slice()
  bytes[at] = value
  const end = bytes[2]! - 2
  const crc = crc16(bytes, 0, end)
  bytes[end] = crc & 0xff
  bytes[end + 1] = crc >>> 8
  return bytes
}

describe('a window of another make', () => {
  for (const topology of [SEDAN, COUPE]) {
    journey(`takes the place of one in the ${topology.name}: found, granted and usable in under 1 s, then it learns its door`, async (car) => {
      const door = 'FR'
      car.car.unplug(`${door}.window`)
      await car.until('its absence is told', () => announced(car, door, 0)?.['descriptor'] === 'absent', { within_ms: 500 })
      const name = car.car.addComponent(door, 0, { class: 'window', name: 'other', maker: 77, model: 3, serial: 4711, opening_pct: 60 })
      lie(car, name, { run_A: 8.6, peak_A: 18 })
      const from_ms = car.now_ms
      car.car.plug(name)
      const plant = car.car.plant(name, WindowPlant)
      await car.until('it is announced', () => announced(car, door, from_ms)?.['maker'] === 77, { within_ms: 200 })
      expect(announced(car, door, from_ms)).toMatchObject({ port: 0, descriptor: 'present', class: 'window' })
      const before_m = plant.position_m
      car.hold(`DASH.window${door}.down`)
      await car.until('its glass moves', () => plant.position_m > before_m + 0.005, { within_ms: USABLE_ms - (car.now_ms - from_ms) })
      expect(car.history(`PowerGrant@${door}`, from_ms).some(grant => grant.values['result'] === 'granted' && grant.values['run_A'] === 8.6)).toBe(true)
      car.release(`DASH.window${door}.down`)
      await car.run(800)
      // It was never seen before: it closes in short steps only, until it has made its learning run.
      expect(car.status(`WindowStatus@${door}`)).toMatchObject({ learned: false, state: 'unlearned' })
      car.send(`WindowCommand@${door}`, { action: 'learn' })
      await car.until('it has learned', () => car.status(`WindowStatus@${door}`)['learned'] === true
        && car.status(`WindowStatus@${door}`)['state'] === 'still', { within_ms: 30_000 })
      car.send(`WindowCommand@${door}`, { action: 'goto', position_pct: 40 })
      await car.until('it goes where it is sent', () => Math.abs(plant.position_m / 0.45 * 100 - 40) < 2, { within_ms: 10_000 })
    }, { topology })
  }

  journey('goes again, and the old one comes back with what it had learned', async (car) => {
    const learned_pct = Number(car.status('WindowStatus@RL')['position_pct'])
    car.car.unplug('RL.window')
    await car.run(300)
    const name = car.car.addComponent('RL', 0, { class: 'window', name: 'other', maker: 77, model: 3, serial: 4711, opening_pct: 20 })
    car.car.plug(name)
    await car.run(500)
    expect(car.status('WindowStatus@RL')['learned']).toBe(false)
    car.car.unplug(name)
    await car.run(300)
    car.car.plug('RL.window', 0)
    await car.run(500)
    expect(car.status('WindowStatus@RL')).toMatchObject({ learned: true, position_pct: learned_pct })
  })
})

describe('the coupe', () => {
  journey('has no switches for windows that it has not, and locks its doors without asking for others', async (car) => {
    expect(car.car.switches.filter(name => /\.window(RL|RR)\./.test(name))).toEqual([])
    const from_ms = car.now_ms
    await car.press('DASH.doors.lock', 100)
    await car.until('both doors are locked', () => (['FL', 'FR'] as const).every(door => car.status(`LatchStatus@${door}`)['locked'] === true), { within_ms: 2000 })
    await car.press('DASH.windowFR.down', 800)
    expect(car.car.plant('FR.window', WindowPlant).position_m).toBeGreaterThan(0.01)
    await car.run(2000)
    expect(car.history('PortStatus@DASH', from_ms).filter(port => port.values['fault'] !== 'none')).toEqual([])
    expect(car.history('LatchCommand@RL').concat(car.history('LatchCommand@RR'))).toEqual([])
  }, { topology: COUPE })
})

describe('a mirror that is replaced', () => {
  journey('goes to the places that were stored at its location', async (car) => {
    car.send('MirrorCommand@FR', { action: 'goto', tiltX_deg: 4, tiltY_deg: -3 })
    await car.run(15_000)
    car.send('MirrorCommand@FR', { action: 'store', memory: 1 })
    await car.run(500)
    const stored = car.shows('FR.mirror')
    car.car.unplug('FR.mirror')
    await car.run(300)
    const name = car.car.addComponent('FR', 1, { class: 'mirror', name: 'spare', maker: 9, model: 1, serial: 5 })
    car.car.plug(name)
    await car.run(500)
    car.send('MirrorCommand@FR', { action: 'recall', memory: 1 })
    await car.run(15_000)
    for (const axis of ['tiltX_deg', 'tiltY_deg'] as const) {
      expect(Math.abs(Number(car.shows(name)[axis]) - Number(stored[axis])), axis).toBeLessThan(0.8)
    }
  })
})

describe('a component that cannot be trusted', () => {
  const CASES = [
    { what: 'a damaged memory', state: 'badCrc', image: (memory: Uint8Array) => memory.map((byte, at) => at === 4 ? byte ^ 0xff : byte) },
    { what: 'a layout of another version', state: 'badVersion', image: (memory: Uint8Array) => rewritten(memory, 1, 2) },
    { what: 'a class that nobody knows', state: 'unknownClass', image: (memory: Uint8Array) => rewritten(memory, 3, 200) },
    { what: 'no memory', state: 'unreadable', image: () => new Uint8Array(0) },
  ]
  for (const { what, state, image } of CASES) {
    journey(`for ${what} stays off, and its port says ${state}`, async (car) => {
      const good = car.car.component('RR.window').plant.memory
      car.car.unplug('RR.window')
      await car.run(300)
      car.car.setDescriptor('RR.window', image(good))
      const from_ms = car.now_ms
      car.car.plug('RR.window')
      await car.until('it is refused', () => announced(car, 'RR', from_ms)?.['descriptor'] === state, { within_ms: 500 })
      await car.until('the port says so', () => faults(car, 'RR', 0, from_ms).at(-1) === 'badDescriptor', { within_ms: 500 })
      car.hold('RR.window.down')
      await car.expectNever('it is fed', () => car.car.component('RR.window').outlet!.powered, { for_ms: 1500 })
      car.release('RR.window.down')
      // Repaired in the field: it is taken without a reset of anything.
      car.car.unplug('RR.window')
      await car.run(300)
      car.car.setDescriptor('RR.window', good)
      const again_ms = car.now_ms
      car.car.plug('RR.window')
      await car.until('it is taken', () => announced(car, 'RR', again_ms)?.['descriptor'] === 'present', { within_ms: 500 })
      await car.until('the fault is gone', () => faults(car, 'RR', 0, again_ms).at(-1) === 'none', { within_ms: 1500 })
    })
  }
})

describe('a component that draws more than its descriptor says', () => {
  journey('a lamp is held at what it claimed, switched off and reported; its hub goes on', async (car) => {
    car.car.unplug('HOOD.lamp')
    const { channels } = car.car.plant('HOOD.lamp', LampPlant)
    lie(car, 'HOOD.lamp', { run_A: 1, peak_A: 2, data: { channels, nominal_A: Array.from({ length: channels }, () => 0.5) } })
    car.car.plug('HOOD.lamp')
    await car.run(500)
    const from_ms = car.now_ms
    let most_A = 0
    await car.press('DASH.lights.head', 60)
    await car.until('it is reported', () => {
      most_A = Math.max(most_A, car.car.component('HOOD.lamp').plant.current_A)
      return faults(car, 'HOOD', 1, from_ms).some(fault => fault !== 'none')
        || car.history('LightStatus@HOOD', from_ms).some(light => light.values['fault'] === 'shortCircuit')
    }, { within_ms: 2000 })
    await car.until('it is dark', () => car.car.component('HOOD.lamp').plant.current_A < IDLE_A, { within_ms: 2000 })
    expect(most_A).toBeGreaterThan(1)
    expect(most_A).toBeLessThanOrEqual(2.1)
    expect(car.car.hub('HOOD').counters.boots).toBe(1)
  })

  journey('a window is held at what it claimed; the others go on', async (car) => {
    car.car.unplug('RL.window')
    lie(car, 'RL.window', { run_A: 2, peak_A: 3 })
    car.car.plug('RL.window')
    await car.run(500)
    let most_A = 0
    for (const direction of ['down', 'up'] as const) {
      car.hold(`DASH.windowRL.${direction}`)
      for (let t = 0; t < 1500; t += 5) {
        await car.run(5)
        most_A = Math.max(most_A, car.car.component('RL.window').plant.current_A)
      }
      car.release(`DASH.windowRL.${direction}`)
      await car.run(500)
    }
    expect(most_A).toBeGreaterThan(2)
    expect(most_A).toBeLessThanOrEqual(3.1)
    await car.press('DASH.windowRR.down', 600)
    expect(car.car.plant('RR.window', WindowPlant).position_m).toBeGreaterThan(0.01)
  })

  journey('a window that claims 1 A takes the place where that does not move it for no stop; an honest one finds its own again', async (car) => {
    const glass_m = (): number => car.car.plant('RL.window', WindowPlant).position_m
    const status = (): Reading => car.status('WindowStatus@RL')
    car.hold('DASH.windowRL.down')
    await car.until('it is half open', () => glass_m() > 0.2, { within_ms: 5000 })
    car.car.resetHub('RL')
    car.release('DASH.windowRL.down')
    await car.run(1500)
    expect(status()).toMatchObject({ learned: false })
    const honest = car.car.component('RL.window').plant.memory
    for (const currents of [{ run_A: 1, peak_A: 1 }, { run_A: 1, peak_A: 20 }]) {
      car.car.unplug('RL.window')
      await car.run(300)
      car.car.setDescriptor('RL.window', honest)
      lie(car, 'RL.window', currents)
      car.car.plug('RL.window')
      await car.run(500)
      for (const direction of ['down', 'up', 'down'] as const) {
        car.hold(`DASH.windowRL.${direction}`)
        await car.expectNever('it knows where it is', () => status()['learned'] === true, { for_ms: 1500 })
        car.release(`DASH.windowRL.${direction}`)
        await car.run(300)
      }
      expect(glass_m()).toBeLessThan(0.4)
    }
    car.car.unplug('RL.window')
    await car.run(300)
    car.car.setDescriptor('RL.window', honest)
    car.car.plug('RL.window')
    await car.run(1500)
    car.hold('DASH.windowRL.down')
    await car.until('it stands at its stop, and knows it', () => status()['learned'] === true, { within_ms: 8000 })
    car.release('DASH.windowRL.down')
    expect(status()).toMatchObject({ position_pct: 100, fault: false })
    expect(glass_m()).toBeGreaterThan(0.449)
  })

  journey('at rest, without having asked for anything, is reported too', async (car) => {
    const from_ms = car.now_ms
    const { plant } = car.car.component('STEREO.amplifier')
    // A capacitor that leaks: 5 Ω across the plug.
    plant.demand_A = supply_V => supply_V / 5
    plant.wake()
    await car.until('it is reported', () => faults(car, 'STEREO', 0, from_ms).includes('overDescriptor')
      || faults(car, 'STEREO', 0, from_ms).includes('eFuse'), { within_ms: 2000 })
    expect(plant.current_A).toBeLessThan(IDLE_A)
  })
})

describe('a plug that is pulled under load', () => {
  journey('ends the current and the lease at once; plugged again, nothing moves by itself, and it works', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => car.car.plant('FL.window', WindowPlant).position_m > 0.05, { within_ms: 3000 })
    const pulled_ms = car.now_ms
    car.car.unplug('FL.window')
    await car.run(2)
    expect(car.car.component('FL.window').plant.current_A).toBe(0)
    await car.until('its lease is given back', () => car.history('PowerRelease@FL', pulled_ms).length > 0, { within_ms: 50 })
    car.release('DASH.windowFL.down')
    await car.run(300)
    car.hold('DASH.windowFL.down')
    await car.until('the sender says that nobody is there', () =>
      car.history('PortStatus@DASH', pulled_ms).some(port => port.values['fault'] === 'commandLost'), { within_ms: 1500 })
    const stands_m = car.car.plant('FL.window', WindowPlant).position_m
    car.car.plug('FL.window')
    await car.expectNever('the glass moves', () => Math.abs(car.car.plant('FL.window', WindowPlant).position_m - stands_m) > 0.002, { for_ms: 3000 })
    car.release('DASH.windowFL.down')
    await car.run(500)
    await car.press('DASH.windowFL.down', 800)
    expect(car.car.plant('FL.window', WindowPlant).position_m).toBeGreaterThan(stands_m + 0.01)
  })

  journey('of a heated mirror and a playing stereo leaves both hubs at work', async (car) => {
    await car.press('DASH.mirrors.heat', 100)
    await car.press('DASH.stereo.source', 100)
    await car.run(1000)
    for (const name of ['FL.mirror', 'STEREO.amplifier'] as const) car.car.unplug(name)
    await car.run(1000)
    for (const hub of ['FL', 'STEREO'] as const) {
      expect(car.car.hub(hub).counters).toMatchObject({ boots: 1, exceptions: 0 })
      expect(car.car.power.feeds.get(hub)!.ports_A()).toBeLessThan(IDLE_A)
    }
  })
})
