import { describe, expect } from 'vitest'

import { HUB_TYPE, LOCATION } from '#protocol/catalogue/index.ts'
import { type CanFrame, hubAddress, hubName, type HubName, HUBS, NRC, readName, SERVICE, SESSION } from '#protocol/index.ts'
import { encodeClaim, encodeMessage } from '#protocol/messages/index.ts'
import { SEDAN, SEDAN_DUAL } from '#sim/car/index.ts'
import { NegativeResponse, Technician } from '#sim/diag/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'
import { armed, ASKED, KEYS } from './keyed-car.ts'

/** Somebody with python-can and the DBC at a wire of a car that has keys and is paired, and no keys. */

const CARS = [['sedan', SEDAN], ['sedan-dual', SEDAN_DUAL]] as const
const DOORS = ['FL', 'FR', 'RL', 'RR'] as const
const ALL_ADDRESSES = 256
const LOWEST = readName(hubName(HUB_TYPE.door, LOCATION.FL, 0))

/** All that a stranger wants to change. */
function state(car: SimulatedVehicle): string {
  return JSON.stringify([
    ...DOORS.map(door => [(car.shows(`${door}.window`)['position_pct'] as number).toFixed(3), car.shows(`${door}.latch`)]),
    car.shows('TRUNK.latch'), car.shows('HOOD.latch'), car.shows('HOOD.lamp'), car.shows('FL.mirror'), car.shows('FR.mirror'),
  ])
}

function commands(source: number, counter: number): CanFrame[] {
  const from = { source, counter }
  const sequence = counter
  return [
    encodeMessage('WindowCommand@FL', { action: 'down', sequence }, from),
    encodeMessage('WindowCommand@RR', { action: 'autoDown', sequence }, from),
    encodeMessage('LatchCommand@FL', { action: 'unlock', sequence }, from),
    encodeMessage('LatchCommand@FL', { action: 'release', sequence }, from),
    encodeMessage('LatchCommand@TRUNK', { action: 'release', sequence }, from),
    encodeMessage('LightCommand@HOOD', { action: 'set', channel: 0, level_pct: 100, sequence }, from),
    encodeMessage('MirrorCommand@FL', { action: 'fold', sequence }, from),
  ]
}

/** Hubs that said how they are in the last 1.5 s. */
const speaking = (car: SimulatedVehicle): HubName[] => HUBS.filter(hub => car.history(`HubStatus@${hub}`, car.now_ms - 1500).length > 0)

async function refusal(work: Promise<unknown>): Promise<number> {
  return work.then(() => NRC.none, (error: unknown) => {
    if (error instanceof NegativeResponse) return error.code
    throw error
  })
}

describe.each(CARS)('a stranger at a wire of a %s with keys and paired sockets', (_name, topology) => {
  journey('commands nothing from any of the 256 addresses, locked, asleep or woken', async (car) => {
    await armed(car)
    await car.press('DASH.doors.lock')
    await car.run(1500)
    const stood = state(car)
    const attack = async (from: number, to: number): Promise<void> => {
      for (let source = from; source < to; source++) {
        for (const frame of commands(source, source % 15)) car.driver.send(frame)
        await car.run(4)
      }
      await car.run(500)
      expect(state(car)).toBe(stood)
    }
    await attack(0, ALL_ADDRESSES)
    if (topology === SEDAN_DUAL) return
    car.car.setIgnition('off')
    await car.until('it sleeps', () => [...car.car.hubs.values()].every(hub => hub.asleep), { within_ms: 60_000 })
    await attack(0x7e, 0x8b)
    await attack(0xf8, ALL_ADDRESSES)
    await car.press('DASH.doors.unlock')
    await car.until('the driver is obeyed', () => car.shows('FL.latch')['locked'] === false, { within_ms: 1000 })
  }, { topology, unpowered: true, ...ASKED })
})

describe('a stranger at a wire of a car with keys', () => {
  journey('silences no hub for good by a claim with a low NAME, not even while it boots', async (car) => {
    await armed(car)
    for (const hub of HUBS) car.car.resetHub(hub)
    for (let i = 0; i < 60; i++) {
      for (const hub of HUBS) car.driver.send(encodeClaim(hubAddress(LOCATION[hub]), LOWEST))
      await car.run(10)
    }
    await car.run(2000)
    expect(speaking(car).length).toBeLessThan(HUBS.length)
    await car.run(10_000)
    expect(speaking(car)).toEqual([...HUBS])
    await car.press('DASH.windowFL.down', 800)
    expect(car.shows('FL.window')['position_pct']).toBeGreaterThan(5)
  }, { unpowered: true, ...ASKED })

  journey('only reads by UDS: silences, restarts, blinds and programs no hub and clears no trace of itself; the workshop does', async (car) => {
    const laptop = await armed(car)
    const services: readonly (readonly [number, ...number[]])[] = [
      [SERVICE.communication, 1, 3], [SERVICE.faultSetting, 2], [SERVICE.reset, 1], [SERVICE.session, SESSION.programming],
      [SERVICE.routine, 1, 2, 1], [SERVICE.routine, 1, 2, 2], [SERVICE.clearFaults, 0xff, 0xff, 0xff], [SERVICE.write, 0x01, 0x20],
    ]
    for (const hub of ['FL', 'DASH'] as const) {
      const client = new Laptop(car.car, `stranger at ${hub}`).hub(hub)
      await laptop.wait(client.enter(SESSION.extended))
      for (const request of services) {
        expect([request, await refusal(laptop.wait(client.request(...request)))]).toEqual([request, NRC.securityAccessDenied])
      }
      client.tellAll(SERVICE.communication, 1, 3)
      client.tellAll(SERVICE.reset, 1)
      client.close()
    }
    await car.run(2000)
    expect(speaking(car)).toEqual([...HUBS])
    expect([...car.car.hubs.values()].map(hub => hub.counters.boots)).toEqual(HUBS.map(() => 1))
    const workshop = new Technician(laptop.wire, laptop.clock, KEYS)
    await laptop.wait(workshop.clear('FL'))
    await laptop.wait(workshop.routine('FL', 'selfTest'))
    await laptop.wait(workshop.reset('FL'))
    await car.run(1500)
    expect(car.car.hub('FL').counters.boots).toBe(2)
  }, { unpowered: true, ...ASKED })
})
