import type { TargetOf } from '#protocol/catalogue/index.ts'
import { describe, expect } from 'vitest'

import { LOCATION } from '#protocol/catalogue/index.ts'
import { sedanPower } from '#sim/car/index.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

const DOORS = ['FL', 'FR', 'RL', 'RR'] as const
const glass_pct = (car: SimulatedVehicle, door: typeof DOORS[number]): number => car.shows(`${door}.window`)['position_pct'] as number
type Granted = TargetOf<'WindowStatus' | 'MirrorStatus' | 'LightStatus' | 'StereoStatus' | 'LatchStatus'>
const granted_A = (car: SimulatedVehicle, message: Granted): number | undefined => car.peek(message)?.granted_A
const manager = (car: SimulatedVehicle): unknown => car.status('VehicleState@ALL')['manager']
const shedLevel = (car: SimulatedVehicle): number => car.status('VehicleState@ALL').shedLevel

/** Watches what the components really draw through every cable. */
class Clamp {
  /** Largest share of its limit that a feeder carried so far. */
  worst = 0
  private readonly car: SimulatedVehicle
  private readonly plan

  constructor(car: SimulatedVehicle) {
    this.car = car
    this.plan = sedanPower(car.car.topology)!.plan!
  }

  /** Amperes of the parts of a hub, from their physics. */
  hub_A(location: number): number {
    let sum_A = 0
    for (const part of this.car.car.components.values()) if (LOCATION[part.hub] === location) sum_A += part.plant.current_A
    return sum_A
  }

  /** Lets time pass and clamps on every 5 ms. */
  async run(duration_ms: number): Promise<void> {
    for (let t = 0; t < duration_ms; t += 5) {
      await this.car.run(5)
      this.car.car.world.sync()
      this.read()
    }
  }

  async until(what: string, done: () => boolean, within_ms: number): Promise<void> {
    const end_ms = this.car.now_ms + within_ms
    while (!done()) {
      if (this.car.now_ms > end_ms) throw new Error(`waited ${within_ms} ms in vain until ${what}`)
      await this.run(20)
    }
  }

  private read(): void {
    const feeders_A = this.plan.feeders_A.map(() => 0)
    for (const hub of this.plan.hubs) {
      const hub_A = hub.idle_A + this.hub_A(hub.location)
      hub.path.forEach((feeder, i) => { feeders_A[feeder]! += hub.fraction[i]! * hub_A })
    }
    feeders_A.forEach((sum_A, feeder) => { this.worst = Math.max(this.worst, sum_A / this.plan.peaks_A[feeder]!) })
  }
}

/** Heaters, stereo: comfort that may be shed. */
async function comfortOn(car: SimulatedVehicle): Promise<void> {
  await car.press('DASH.mirrors.heat')
  await car.press('DASH.stereo.source')
  for (let i = 0; i < 10; i++) {
    await car.press('DASH.stereo.volumeUp', 100)
    await car.run(100)
  }
  await car.until('both heaters and the stereo run', () => car.status('MirrorStatus@FL')['heat'] === true
    && car.status('MirrorStatus@FR')['heat'] === true && car.shows('STEREO.amplifier')['playing'] === true, { within_ms: 3000 })
}

describe('the power of the car', () => {
  journey('carries everything at once: windows, heaters, stereo, trunk; the peaks take turns', async (car) => {
    const clamp = new Clamp(car)
    await comfortOn(car)
    const pressed_ms = car.now_ms
    for (const door of DOORS) car.hold(`DASH.window${door}.down`)
    await clamp.run(50)
    car.hold('DASH.trunk.release')
    await clamp.until('all windows move', () => DOORS.every(door => glass_pct(car, door) > 0.5), 2500)
    car.release('DASH.trunk.release')
    await clamp.until('all windows are open', () => DOORS.every(door => glass_pct(car, door) > 99), 10_000)
    expect(car.shows('TRUNK.latch')['ajar']).toBe(true)
    for (const door of DOORS) car.release(`DASH.window${door}.down`)
    await clamp.run(500)
    for (const door of DOORS) car.hold(`DASH.window${door}.up`)
    await clamp.until('all windows are shut', () => DOORS.every(door => glass_pct(car, door) < 1), 15_000)
    for (const door of DOORS) car.release(`DASH.window${door}.up`)
    expect(clamp.worst).toBeLessThanOrEqual(1)
    expect(car.status('MirrorStatus@FL')['heat']).toBe(true)
    expect(car.shows('STEREO.amplifier')['playing']).toBe(true)
    expect(car.history('PowerShed@ALL')).toEqual([])

    // All windows asked within 50 ms; together their peaks would be 80 A.
    const first = DOORS.map(door => car.history(`PowerGrant@${door}`, pressed_ms)
      .find(grant => grant.values['port'] === 0 && grant.values['result'] === 'granted')!)
    const begun_ms = first.map(grant => grant.t_ms - pressed_ms).sort((one, other) => one - other)
    expect(begun_ms[0]).toBeLessThan(120)
    expect(begun_ms[3]! - begun_ms[0]!).toBeGreaterThan(300)
  })

  journey('feeds a single window within 100 ms, and takes its lease back when it stands', async (car) => {
    const pressed_ms = car.now_ms
    car.hold('DASH.windowRR.down')
    await car.until('its lease is there', () => granted_A(car, 'WindowStatus@RR') === 9, { within_ms: 100 })
    await car.run(3000)
    const requests = car.history('PowerRequest@RR', pressed_ms)
    expect(requests.length).toBeGreaterThanOrEqual(3)
    expect(requests.length).toBeLessThanOrEqual(5)
    car.release('DASH.windowRR.down')
    await car.until('it gives it back', () => car.history('PowerRelease@RR', pressed_ms).length === 1, { within_ms: 500 })
    await car.until('the port says so', () => granted_A(car, 'WindowStatus@RR') === 0, { within_ms: 200 })
  })

  journey('lets everything run at any voltage of a healthy car: no eFuse trips', async (car) => {
    await comfortOn(car)
    await car.press('DASH.lights.head')
    await car.press('DASH.lights.tail')
    for (const supply_V of [16, 14.5, 12]) {
      car.car.setSupply(supply_V)
      await car.run(2500)
      for (const part of ['HOOD.lamp', 'TRUNK.lamp', 'FL.mirror', 'STEREO.amplifier']) {
        const { current_A, limiting, tripped } = car.car.snapshot().components[part]!
        const seen = { part, supply_V, lit: current_A > 0.3, limiting, tripped }
        expect(seen).toEqual({ part, supply_V, lit: true, limiting: false, tripped: false })
      }
    }
  })

  journey('sheds comfort at low voltage, keeps the windows working, and recovers in stages', async (car) => {
    await comfortOn(car)
    car.car.setSupply(10)
    const low_ms = car.now_ms
    await car.until('heaters and stereo let go', () => (['MirrorStatus@FL', 'MirrorStatus@FR', 'StereoStatus@STEREO'] as const)
      .every(message => granted_A(car, message) === 0), { within_ms: 400 })
    expect(car.history('PowerShed@ALL', low_ms)[0]!.values).toMatchObject({ level: 1, reason: 'undervoltage' })
    car.hold('DASH.windowFL.down')
    await car.until('a window still opens', () => glass_pct(car, 'FL') > 10, { within_ms: 3000 })
    car.release('DASH.windowFL.down')
    // Level 1 ends at 11.5 V only.
    car.car.setSupply(11)
    await car.expectNever('the comfort comes back', () => shedLevel(car) === 0, { for_ms: 3000 })
    car.car.setSupply(13)
    await car.until('nothing is shed', () => shedLevel(car) === 0, { within_ms: 1500 })
    const heats = (door: 'FL' | 'FR'): boolean => granted_A(car, `MirrorStatus@${door}`)! > 0
    await car.until('the heaters are back', () => heats('FL') && heats('FR'), { within_ms: 2000 })
    await car.until('the stereo plays', () => car.shows('STEREO.amplifier')['playing'] === true, { within_ms: 2000 })
  })

  journey('makes way for the starter, and comes back in stages when the engine runs', async (car) => {
    await comfortOn(car)
    car.hold('DASH.windowFL.down')
    await car.until('the glass moves', () => glass_pct(car, 'FL') > 10, { within_ms: 3000 })
    car.car.setIgnition('start')
    const cranked_ms = car.now_ms
    await car.until('comfort is off', () => (['FL', 'FR'] as const).every(door => granted_A(car, `MirrorStatus@${door}`) === 0)
      && granted_A(car, 'WindowStatus@FL') === 0 && granted_A(car, 'StereoStatus@STEREO') === 0, { within_ms: 300 })
    expect(car.history('PowerShed@ALL', cranked_ms)[0]!.values).toMatchObject({ level: 2, reason: 'cranking' })
    const stopped_pct = glass_pct(car, 'FL')
    await car.expectNever('the glass goes on', () => Math.abs(glass_pct(car, 'FL') - stopped_pct) > 2, { for_ms: 1000 })
    car.release('DASH.windowFL.down')
    car.car.setIgnition('on')
    const on_ms = car.now_ms
    await car.until('nothing is shed', () => shedLevel(car) === 0, { within_ms: 4000 })
    const levels = car.history('PowerShed@ALL', on_ms).map(shed => shed.values['level'])
    expect(levels).toEqual([1, 0])
    await car.until('the heaters are back', () => granted_A(car, 'MirrorStatus@FL')! > 0, { within_ms: 2000 })
    await car.expectNever('the glass moves by itself', () => Math.abs(glass_pct(car, 'FL') - stopped_pct) > 2, { for_ms: 1000 })
  })

  journey('goes on without its manager: the trunk takes over and grants, but what the dash may draw', async (car) => {
    expect(manager(car)).toBe('active')
    car.car.powerHub('DASH', false)
    const died_ms = car.now_ms
    const inCharge = (): number | undefined => car.bus.last('VehicleState@ALL')?.source
    await car.until('the trunk takes over', () => inCharge() === 0x86 && manager(car) === 'rebuilding', { within_ms: 600 })
    expect(car.status('VehicleState@ALL')['ignition']).toBe('off')
    await car.until('it grants', () => manager(car) === 'active', { within_ms: 2500 })
    await car.run(2000)
    car.hold('FL.window.down')
    await car.until('a window opens by the switch in its door', () => glass_pct(car, 'FL') > 20, { within_ms: 4000 })
    const grants = car.history('PowerGrant@FL', died_ms)
    expect(grants.every(grant => grant.source === 0x86)).toBe(true)
    const share_A = sedanPower(car.car.topology)!.shares_A[LOCATION.FL]!
    expect(grants.some(grant => Number(grant.values['peak_A']) > share_A)).toBe(true)
    car.release('FL.window.down')
    await car.run(500)

    car.car.powerHub('DASH', true)
    const back_ms = car.now_ms
    await car.until('the dash is in charge again', () => inCharge() === 0x85 && manager(car) === 'active', { within_ms: 4000 })
    await car.run(1000)
    const last = car.history('VehicleState@ALL', back_ms).filter(state => state.source === 0x86).at(-1)
    expect(last === undefined || last.t_ms < back_ms + 1000).toBe(true)
    car.hold('DASH.windowFL.up')
    await car.until('and the window closes', () => glass_pct(car, 'FL') < 10, { within_ms: 6000 })
  })

  journey('opens windows and doors without any manager, from the static share', async (car) => {
    car.car.powerHub('DASH', false)
    car.car.powerHub('TRUNK', false)
    await car.run(5000)
    car.hold('RL.window.down')
    await car.until('the window opens', () => glass_pct(car, 'RL') > 30, { within_ms: 4000 })
    const share_A = sedanPower(car.car.topology)!.shares_A[LOCATION.RL]!
    expect(granted_A(car, 'WindowStatus@RL')).toBeGreaterThan(5)
    expect(granted_A(car, 'WindowStatus@RL')).toBeLessThanOrEqual(share_A + 0.1)
    car.release('RL.window.down')
  })

  journey('keeps the smaller part of a cut spine within its static shares, and becomes one again', async (car) => {
    await comfortOn(car)
    car.car.cutCable('spine.RL')
    const cut_ms = car.now_ms
    const says = (source: number): unknown => car.history('VehicleState@ALL', cut_ms)
      .filter(state => state.source === source).at(-1)?.values['manager']
    const split = (): boolean => says(0x85) === 'active' && says(0x86) === 'staticShares'
    await car.until('the rear manager keeps to the shares', split, { within_ms: 5000 })
    await car.run(2500)
    const power = sedanPower(car.car.topology)!
    car.hold('DASH.windowFL.down')
    car.hold('RR.window.down')
    const clamp = new Clamp(car)
    await clamp.until('windows on both sides open', () => glass_pct(car, 'FL') > 30 && glass_pct(car, 'RR') > 30, 6000)
    const rear: readonly number[] = [LOCATION.RL, LOCATION.RR, LOCATION.TRUNK]
    for (const hub of power.plan!.hubs) {
      if (rear.includes(hub.location)) expect(clamp.hub_A(hub.location)).toBeLessThanOrEqual(hub.share_A)
    }
    car.release('DASH.windowFL.down')
    car.release('RR.window.down')
    car.car.mendCable('spine.RL')
    const mended_ms = car.now_ms
    const inCharge = (): number | undefined => car.bus.last('VehicleState@ALL')?.source
    await car.until('one manager is left', () => manager(car) === 'active' && inCharge() === 0x85, { within_ms: 6000 })
    await car.run(1000)
    expect(car.history('VehicleState@ALL', mended_ms + 3000).every(state => state.source === 0x85)).toBe(true)
  })

  journey('ignores the grant of an impostor, and requests that make no sense', async (car) => {
    const grant = { port: 0, run_A: 40, peak_A: 40, lease_ms: 10_000, result: 'granted' } as const
    for (let sequence = 0; sequence < 16; sequence++) {
      car.send('PowerGrant@FL', { ...grant, sequence })
      car.send('PowerGrant@FL', { ...grant, sequence }, { source: 0x82 })
      await car.run(20)
    }
    const { firmware } = car.car.hub('FL')
    expect(firmware!.counters.grantsForeign).toBe(32)
    expect(car.car.component('FL.window').outlet!.currentLimit_A).toBeLessThan(1)
    // From the manager's own address, but nobody asked.
    car.send('PowerGrant@FL', { ...grant, sequence: 3 }, { source: 0x85 })
    await car.run(20)
    expect(car.car.component('FL.window').outlet!.currentLimit_A).toBeLessThan(1)

    const asked_ms = car.now_ms
    car.send('PowerRequest@RL', { port: 0, sequence: 1, run_A: 50, peak_A: 50, duration_ms: 1000, priority: 1 }, { source: 0x83 })
    await car.until('too much is refused', () => car.history('PowerGrant@RL', asked_ms).at(-1)?.values['result'] === 'refused', { within_ms: 100 })
    car.send('PowerRequest@RL', { port: 9, sequence: 2, run_A: 5, peak_A: 5, duration_ms: 1000, priority: 1 }, { source: 0x83 })
    car.send('PowerRequest@FL', { port: 0, sequence: 2, run_A: 5, peak_A: 5, duration_ms: 1000, priority: 1 })
    await car.run(200)
    expect(car.history('PowerGrant@FL', asked_ms).filter(answer => answer.source === 0x85)).toEqual([])
    car.hold('DASH.windowFL.down')
    await car.until('the car works as before', () => glass_pct(car, 'FL') > 10, { within_ms: 3000 })
  })
})
