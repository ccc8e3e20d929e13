import { describe, expect } from 'vitest'

import { describeDtc, HUB_TYPE, LOCATION } from '#protocol/catalogue/index.ts'
import { DID, hubAddress, hubName, type HubName, HUBS, readName, SERVICE } from '#protocol/index.ts'
import { encodeClaim } from '#protocol/messages/index.ts'
import { Technician } from '#sim/diag/index.ts'
import { LatchPlant, SwitchPackPlant } from '#sim/plants/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

/** Somebody has reached the wires behind a headlight, with python-can and the DBC. */

const DASH = hubAddress(LOCATION.DASH)
const LOWEST = readName(hubName(HUB_TYPE.door, LOCATION.FL, 0))
/** The judge of frames takes a laptop's questions and answers for strange: they are no messages of the catalogue. */
const ASKED = { expects: ['frames'] }
const glass_pct = (car: SimulatedVehicle): number => car.shows('FL.window')['position_pct'] as number
const isOpen = (car: SimulatedVehicle): boolean => car.shows('FL.latch')['ajar'] === true

/** What a hub tells of a data identifier, in hex. */
async function told(laptop: Laptop, hub: HubName, did: number): Promise<string> {
  const client = laptop.hub(hub)
  const bytes = await laptop.wait(client.request(SERVICE.read, did >> 8, did & 0xff))
  client.close()
  return Buffer.from(bytes.subarray(2)).toString('hex')
}

/** Texts of the trouble codes that a hub has confirmed. */
async function troubles(laptop: Laptop, hub: HubName): Promise<string[]> {
  const client = laptop.hub(hub)
  const bytes = await laptop.wait(client.request(SERVICE.readFaults, 0x02, 0x08))
  client.close()
  const texts: string[] = []
  for (let i = 2; i + 4 <= bytes.length; i += 4) texts.push(describeDtc(bytes[i]! << 16 | bytes[i + 1]! << 8 | bytes[i + 2]!)!.text)
  return texts
}

describe('an impostor at the headlight, and a car without keys', () => {
  journey('cannot silence one hub by a claim with a low NAME: each stays, and names both', async (car) => {
    for (const hub of HUBS) {
      car.driver.send(encodeClaim(hubAddress(LOCATION[hub]), LOWEST))
      await car.run(5)
    }
    const from_ms = car.now_ms
    await car.run(2500)
    for (const hub of HUBS) {
      expect(car.history(`AddressClaimed@${hub}`, from_ms - 100).length, hub).toBeGreaterThan(1)
      expect(car.history(`HubStatus@${hub}`, from_ms).length, hub).toBeGreaterThan(1)
    }
    await car.press('DASH.windowFL.down', 500)
    expect(glass_pct(car)).toBeGreaterThan(5)
    const laptop = new Laptop(car.car)
    for (const hub of ['FL', 'DASH'] as const) {
      const text = await told(laptop, hub, DID.rival)
      expect(text.slice(16)).toBe('10008208ffe00000')
      expect(text.slice(0, 16)).not.toBe(text.slice(16))
      expect(await troubles(laptop, hub)).toContain('another hub claims this location')
    }
  }, ASKED)

  journey('opens no door at 120 km/h by playing the dash, whatever it says of the speed', async (car) => {
    car.car.setSpeed(120)
    await car.until('the car says so', () => car.status('VehicleState@ALL')['speed_kmh'] === 120)
    car.driver.send(encodeClaim(DASH, LOWEST))
    for (let i = 0; i < 400; i++) {
      const speed_kmh = i % 3 === 0 ? 0 : i % 3 === 1 ? NaN : 3
      car.send('VehicleState', { ignition: i % 2 === 0 ? 'on' : 'off', speed_kmh, manager: 'active' }, { source: DASH })
      if (i % 10 === 5) car.send('LatchCommand@FL', { action: 'release' })
      await car.run(25)
      expect(isOpen(car), `after ${i} frames`).toBe(false)
    }
    await car.run(1000)
    const laptop = new Laptop(car.car)
    expect(await troubles(laptop, 'DASH')).toContain('somebody sends with this hub\'s address')
    expect(await troubles(laptop, 'FL')).toContain('two senders with one identifier')
    expect((await told(laptop, 'DASH', DID.noticed)).slice(4, 12)).toBe('09ff0085')
  }, ASKED)

  journey('opens no door at 120 km/h by cutting the dash off; 10 s later who asks twice is not trapped', async (car) => {
    car.car.setSpeed(120)
    await car.until('the car says so', () => car.status('VehicleState@ALL')['speed_kmh'] === 120)
    car.car.powerHub('DASH', false)
    for (let i = 0; i < 45; i++) {
      car.send('LatchCommand@FL', { action: 'release' })
      await car.run(200)
      expect(isOpen(car), `after ${i * 200} ms`).toBe(false)
    }
    await car.run(2000)
    car.send('LatchCommand@FL', { action: 'release' })
    await car.run(1000)
    expect(isOpen(car), 'after one release with the speed unknown').toBe(false)
    car.send('LatchCommand@FL', { action: 'release' })
    await car.until('the door opens', () => car.car.plant('FL.latch', LatchPlant).open(), { within_ms: 1500 })
  })

  journey('sheds loads by PowerShed from the dash\'s address for no longer than the dash needs to set it right', async (car) => {
    car.hold('DASH.windowFL.down')
    await car.run(500)
    car.send('PowerShed', { level: 3, reason: 'undervoltage' }, { source: DASH })
    const said_ms = car.now_ms
    await car.until('the dash says how it is', () => car.history('VehicleState@ALL', said_ms).some(state => state.values.shedLevel === 0), { within_ms: 30 })
    car.release('DASH.windowFL.down')
    await car.run(1000)
    // What stopped does not move on by itself; the next press works.
    await car.press('DASH.windowFL.down', 1500)
    expect(glass_pct(car)).toBeGreaterThan(45)
    const laptop = new Laptop(car.car)
    expect(await troubles(laptop, 'DASH')).toEqual(['somebody sends with this hub\'s address'])
    expect((await told(laptop, 'DASH', DID.noticed)).slice(4, 12)).toBe('01ff1085')
  }, ASKED)

  journey('that speaks for others or floods is noticed and named by both managers', async (car) => {
    car.send('WindowCommand@FL', { action: 'down' }, { source: 0x42 })
    await car.run(2500)
    const laptop = new Laptop(car.car)
    expect(await troubles(laptop, 'DASH')).toEqual(['somebody sends who does not belong to this car'])
    expect((await told(laptop, 'TRUNK', DID.noticed)).slice(12, 24)).toBe('000109ff8142')
    for (let i = 0; i < 2500; i++) {
      car.send('SwitchEvent@FL', { switch: 'none', edge: 'pressed' }, { source: 0xf9 })
      await car.run(1)
    }
    await car.run(1500)
    expect(await troubles(laptop, 'DASH')).toContain('one address sends too much')
  }, ASKED)
})

describe('a switch pack in the mirror\'s socket of a locked, sleeping car', () => {
  const asleep = (car: SimulatedVehicle): string[] => [...car.car.hubs.values()].filter(hub => hub.asleep).map(hub => hub.name)
  const awake = (car: SimulatedVehicle): string[] => [...car.car.hubs.values()].filter(hub => !hub.asleep).map(hub => hub.name)
  const sleeps = (car: SimulatedVehicle): Promise<number> => car.until('the car sleeps', () => awake(car).length === 0, { within_ms: 60_000 })

  /** The mirror is pulled out, which the car notices, and when it sleeps again there is a pack of switches in its place. */
  async function plugIntruder(car: SimulatedVehicle): Promise<SwitchPackPlant> {
    await car.press('DASH.doors.lock')
    await car.run(1000)
    car.car.setIgnition('off')
    await sleeps(car)
    car.car.unplug('FL.mirror')
    await car.run(1000)
    expect(awake(car).length).toBe(8)
    await sleeps(car)
    const name = car.car.addComponent('FL', 1, { class: 'switchPack', layout: 'door', name: 'intruder' })
    car.car.plug(name)
    return car.car.plant(name, SwitchPackPlant)
  }

  async function pairAll(car: SimulatedVehicle): Promise<Laptop> {
    const laptop = new Laptop(car.car)
    const technician = new Technician(laptop.wire, laptop.clock)
    for (const hub of HUBS) await laptop.wait(technician.pair(hub, 'pair'))
    return laptop
  }

  journey('opens the window of a car that is not paired', async (car) => {
    const intruder = await plugIntruder(car)
    await car.run(1000)
    intruder.press(1)
    await car.until('the glass moves', () => glass_pct(car) > 5, { within_ms: 3000 })
    intruder.release(1)
  })

  journey('of a paired car wakes its own hub only, moves nothing and is told', async (car) => {
    const laptop = await pairAll(car)
    const intruder = await plugIntruder(car)
    for (let i = 0; i < 30; i++) {
      for (const index of [0, 1, 2]) intruder.press(index)
      await car.run(300)
      expect(asleep(car).length).toBeGreaterThanOrEqual(7)
      for (const index of [0, 1, 2]) intruder.release(index)
      await car.run(300)
      expect(asleep(car).length).toBeGreaterThanOrEqual(7)
    }
    expect([glass_pct(car), isOpen(car)]).toEqual([0, false])
    car.car.setIgnition('on')
    await car.run(3000)
    // The mirror was pulled out before.
    expect(await troubles(laptop, 'FL')).toEqual(['component that this socket is not paired with', 'component is gone'])
    await car.until('its port says so', () => car.history('PortStatus@FL', car.now_ms - 1500).some(({ values }) => values.port === 1
      && values.fault === 'notPaired' && values.state === 'rejected'), { within_ms: 2000 })
    // Its own switches wake a paired car as fast as any.
    car.car.unplug(car.named('component', 'FL.intruder'))
    car.car.plug('FL.mirror')
    car.car.setIgnition('off')
    await sleeps(car)
    const pressed_ms = car.now_ms
    car.hold('DASH.windowFL.down')
    await car.until('it is echoed', () => car.history('WindowStatus@FL', pressed_ms).some(({ values }) => values.echoSender !== 0), { within_ms: 100 })
    await car.until('the glass moves', () => glass_pct(car) > 0.1, { within_ms: 100 })
  }, ASKED)

  journey('a socket is paired with what was plugged in, through resets, until a tool says otherwise with the ignition on', async (car) => {
    const laptop = await pairAll(car)
    const technician = new Technician(laptop.wire, laptop.clock)
    car.car.resetHub('FL')
    await car.run(2000)
    car.car.unplug('FL.window')
    car.car.plug(car.car.addComponent('FL', 0, { class: 'window', name: 'other', maker: 77, model: 3, serial: 4711 }))
    await car.until('a window of another make is welcome', () => car.status('ComponentAnnounce@FL')['maker'] === 77, { within_ms: 1000 })
    car.car.unplug('FL.mirror')
    car.car.plug(car.car.addComponent('FL', 1, { class: 'switchPack', layout: 'door', name: 'strip' }))
    await car.until('switches in its socket are not', () => car.status('ComponentAnnounce@FL')['descriptor'] === 'notPaired', { within_ms: 1000 })
    car.car.setIgnition('off')
    await car.run(3000)
    await expect(laptop.wait(technician.pair('FL', 'pair'))).rejects.toThrow('conditionsNotCorrect')
    car.car.setIgnition('on')
    await car.run(500)
    await laptop.wait(technician.pair('FL', 'pair'))
    await car.until('now they are', () => car.status('ComponentAnnounce@FL')['descriptor'] === 'present', { within_ms: 1000 })
    await laptop.wait(technician.pair('FL', 'unpair'))
    car.car.unplug(car.named('component', 'FL.strip'))
    car.car.plug('FL.mirror')
    await car.until('anything is', () => car.status('ComponentAnnounce@FL')['class'] === 'mirror', { within_ms: 1000 })
  }, ASKED)
})
