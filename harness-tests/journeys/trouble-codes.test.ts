import { describe, expect } from 'vitest'
import { type DidValues, dtcNamed, HUB_FAULT_TEXTS, PORT_FAULT_TEXTS } from '#protocol/catalogue/index.ts'
import { HUB_PORT, HUB_RECORD, nvmKey } from '#firmware/runtime/index.ts'
import { AGEING_CYCLES, decodeDescriptor, type Descriptor, type DescriptorContent, encodeDescriptor, type HubName } from '#protocol/index.ts'
import { encodeMessage } from '#protocol/messages/index.ts'
import { type HubTrouble, Technician } from '#sim/diag/index.ts'
import { LampPlant } from '#sim/plants/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

/** Faults as the technician with `spine diag` reads them: there, mended, over, and forgotten. */

/** The judge of frames takes a laptop's questions and answers for strange: they are no messages of the catalogue. */
const ASKED = { expects: ['frames'] }
/** Longer than any of these has to be there, or gone, before it counts; and a look at it more. */
const DEBOUNCED_ms = 5000

/** A technician at a car, and what they read. */
function atTheCar(car: SimulatedVehicle): { laptop: Laptop, technician: Technician, read: (hub: HubName) => Promise<HubTrouble[]> } {
  const laptop = new Laptop(car.car)
  const technician = new Technician(laptop.wire, laptop.clock)
  return { laptop, technician, read: hub => laptop.wait(technician.troubles(hub)) }
}

/** Texts of the trouble codes that a hub keeps, those that stand now marked. */
function told(troubles: readonly HubTrouble[]): string[] {
  return troubles.map(({ description, status }) => `${description!.text}${status.includes('failed') ? ' now' : ''}`)
}

/** The ignition off and on, as often as it takes. */
async function cycles(car: SimulatedVehicle, count: number): Promise<void> {
  for (let cycle = 0; cycle < count; cycle++) {
    car.car.setIgnition('off')
    await car.run(2000)
    car.car.setIgnition('on')
    await car.run(3000)
  }
}

describe('a bulb that burns', () => {
  const { text } = PORT_FAULT_TEXTS.bulb

  journey('is read with its circumstances while the lamp is dark again, is over when a new one glows, and ages', async (car) => {
    const { read } = atTheCar(car)
    const lamp = car.car.plant('HOOD.lamp', LampPlant)
    await car.press('DASH.lights.head')
    await car.run(1000)
    expect(told(await read('HOOD'))).toEqual([])
    lamp.setFault(0, 'burnt')
    await car.run(DEBOUNCED_ms)
    const [trouble] = await read('HOOD')
    expect(told([trouble!])).toEqual([`${text} now`])
    expect([trouble!.code.slice(-3), trouble!.description!.port, trouble!.occurrences]).toEqual(['-1D', 1, 1])
    expect(trouble!.snapshot).toMatchObject({ ignition: 2, speed_kmh: 0 })
    // Off: nobody sees the bulb, and the code stands.
    await car.press('DASH.lights.head')
    await car.until('it is dark', () => car.history('LightStatus@HOOD').filter(seen => seen.values.channel === 0).at(-1)?.values.level_pct === 0)
    await car.run(DEBOUNCED_ms)
    expect(told(await read('HOOD'))).toEqual([`${text} now`])
    lamp.setFault(0, 'none')
    await car.press('DASH.lights.head')
    await car.run(DEBOUNCED_ms)
    expect(told(await read('HOOD')), 'it glows: over, and kept').toEqual([text])
    expect((await read('HOOD'))[0]!.status).toContain('confirmed')
    await cycles(car, AGEING_CYCLES - 1)
    expect((await read('HOOD'))[0]!.cyclesWithout).toBe(AGEING_CYCLES - 2)
    await cycles(car, 2)
    expect(told(await read('HOOD')), 'forgotten').toEqual([])
  }, { ...ASKED, timeout_ms: 120_000 })

  journey('is told after a reset as soon as the lamp is lit, and cleared by the workshop', async (car) => {
    const { laptop, technician, read } = atTheCar(car)
    const lamp = car.car.plant('HOOD.lamp', LampPlant)
    lamp.setFault(1, 'burnt')
    await car.run(DEBOUNCED_ms)
    expect(told(await read('HOOD')), 'nobody has lit it yet').toEqual([])
    for (let i = 0; i < 2; i++) {
      car.send('LightCommand@HOOD', { action: 'set', channel: 1, level_pct: 100 })
      await car.run(DEBOUNCED_ms)
      expect(told(await read('HOOD'))).toEqual([`${text} now`])
      if (i === 0) car.car.resetHub('HOOD')
      await car.run(DEBOUNCED_ms)
    }
    expect((await read('HOOD'))[0]!.occurrences).toBe(2)
    car.send('LightCommand@HOOD', { action: 'set', channel: 1, level_pct: 0 })
    await car.run(1000)
    lamp.setFault(1, 'none')
    car.send('LightCommand@HOOD', { action: 'set', channel: 1, level_pct: 80 })
    await car.run(DEBOUNCED_ms)
    await laptop.wait(technician.clear('HOOD'))
    expect(told(await read('HOOD'))).toEqual([])
  }, ASKED)
})

describe('a window that does not say what motor it has', () => {
  /** Pulls it, writes its memory anew, and plugs it in. */
  async function describeAs(car: SimulatedVehicle, content: Partial<Descriptor['data']>): Promise<void> {
    const whole = decodeDescriptor(car.car.component('FL.window').plant.memory).descriptor!
    car.car.unplug('FL.window')
    await car.run(300)
    car.car.setDescriptor('FL.window', encodeDescriptor({ ...whole, data: { ...whole.data, ...content } } as DescriptorContent))
    car.car.plug('FL.window')
    await car.run(DEBOUNCED_ms)
  }

  journey('closes only while its switch is held, and its hub keeps why, until it is replaced', async (car) => {
    const { laptop, technician, read } = atTheCar(car)
    const { torque_Nm_A } = decodeDescriptor(car.car.component('FL.window').plant.memory).descriptor!.data as { torque_Nm_A: number }
    await describeAs(car, { torque_Nm_A: 0 })
    expect(told((await read('FL')).filter(({ status }) => status.includes('failed')))).toEqual([`${PORT_FAULT_TEXTS.motorUnknown.text} now`])
    await car.press('FL.window.down', 1500)
    await car.run(300)
    await car.press('FL.window.up')
    await car.run(500)
    expect(car.status('WindowStatus@FL').state, 'it says so on the bus').toBe('motorUnknown')
    await describeAs(car, { torque_Nm_A })
    expect(told(await read('FL'))).toContain(PORT_FAULT_TEXTS.motorUnknown.text)
    await laptop.wait(technician.clear('FL'))
    expect(told(await read('FL'))).toEqual([])
  }, ASKED)
})

describe('messages that arrive damaged', () => {
  journey('are read at the hub that hears them, are over with them, and are cleared', async (car) => {
    const { laptop, technician, read } = atTheCar(car)
    const glass_pct = car.shows('FL.window')['position_pct']
    /** A tool with a wrong checksum, and now and then one with a right one. */
    const speak = async (for_ms: number, every_ms: number): Promise<void> => {
      for (let spoken_ms = 0, counter = 0; spoken_ms < for_ms; spoken_ms += every_ms, counter++) {
        const frame = encodeMessage('WindowCommand@FL', { action: 'down' }, { counter: counter % 16 })
        frame.data[0] = frame.data[0]! ^ 0x55
        laptop.wire.send(frame)
        await car.run(every_ms)
      }
    }
    await speak(1200, 400)
    await car.run(DEBOUNCED_ms)
    expect(told(await read('FL')), 'some noise is no fault').toEqual([])
    await speak(5000, 400)
    expect(told(await read('FL'))).toEqual([`${HUB_FAULT_TEXTS.corruptMessages.text} now`])
    expect(told(await read('FR')), 'they were not for FR').toEqual([])
    expect(car.shows('FL.window')['position_pct'], 'none is obeyed').toBe(glass_pct)
    await car.run(DEBOUNCED_ms)
    expect(told(await read('FL'))).toEqual([HUB_FAULT_TEXTS.corruptMessages.text])
    await laptop.wait(technician.clear('FL'))
    expect(told(await read('FL'))).toEqual([])
  }, ASKED)
})

describe('a part in a socket that is paired with another', () => {
  journey('is read at its hub with the remedy, and is over when it is paired, or the right one is back', async (car) => {
    const { laptop, technician, read } = atTheCar(car)
    const { text, remedy } = PORT_FAULT_TEXTS.notPaired
    await laptop.wait(technician.pair('FL', 'pair'))
    const strip = car.car.addComponent('FL', 1, { class: 'switchPack', layout: 'door', name: 'strip' })
    car.car.unplug('FL.mirror')
    await car.run(300)
    car.car.plug(strip)
    await car.run(DEBOUNCED_ms)
    const trouble = (await read('FL')).find(({ description }) => description?.text === text)!
    expect([trouble.status.includes('failed'), trouble.description!.remedy]).toEqual([true, remedy])
    car.car.unplug(strip)
    await car.run(300)
    car.car.plug('FL.mirror')
    await car.run(DEBOUNCED_ms)
    expect(told(await read('FL'))).toContain(text)
    await laptop.wait(technician.clear('FL'))
    expect(told(await read('FL'))).toEqual([])
    car.car.unplug('FL.mirror')
    await car.run(300)
    car.car.plug(strip)
    await car.run(DEBOUNCED_ms)
    expect(told(await read('FL'))).toContain(`${text} now`)
    await laptop.wait(technician.pair('FL', 'pair'))
    await car.run(DEBOUNCED_ms)
    expect(told(await read('FL')), 'what the remedy says').toContain(text)
  }, ASKED)
})

describe('the reversals of a window', () => {
  const counted = async (laptop: Laptop, technician: Technician): Promise<DidValues[]> => (await laptop.wait(technician.did('FL', 'pinches')))

  journey('are counted by its hub, over resets, ever and since the workshop cleared, and written once each', async (car) => {
    const { laptop, technician } = atTheCar(car)
    const status = () => car.status('WindowStatus@FL')
    car.send('WindowCommand@FL', { action: 'learn' })
    await car.until('the travel is learned', () => status().learned && status().state === 'still', { within_ms: 30_000 })
    const pinch = async (): Promise<void> => {
      car.send('WindowCommand@FL', { action: 'autoDown' })
      await car.until('it is open', () => status().position_pct === 100 && status().state === 'still', { within_ms: 8000 })
      car.car.obstruct('FL.window', 150, 10)
      car.send('WindowCommand@FL', { action: 'autoUp' })
      await car.until('it closes', () => status().state === 'closing', { within_ms: 1000 })
      await car.until('it lets go', () => status().pinch, { within_ms: 8000 })
      await car.until('it stands', () => status().state !== 'reversing', { within_ms: 8000 })
      await car.run(2000)
      car.car.clearObstacle('FL.window')
    }
    expect((await counted(laptop, technician))[0]).toEqual({ reversals: 0, sinceClear: 0 })
    const { nvm } = car.car.hub('FL')
    const key = nvmKey(HUB_PORT, HUB_RECORD.pinches)
    let writes = 0
    const write = nvm.write.bind(nvm)
    nvm.write = (at, bytes) => {
      if (at === key) writes++
      write(at, bytes)
    }
    await pinch()
    await pinch()
    await car.run(10_000)
    expect([(await counted(laptop, technician))[0], writes]).toEqual([{ reversals: 2, sinceClear: 2 }, 2])
    car.car.resetHub('FL')
    await car.run(2000)
    expect((await counted(laptop, technician))[0]).toEqual({ reversals: 2, sinceClear: 2 })
    await laptop.wait(technician.clear('FL', dtcNamed('U3003-16')))
    expect((await counted(laptop, technician))[0], 'one code is not all').toEqual({ reversals: 2, sinceClear: 2 })
    await laptop.wait(technician.clear('FL'))
    expect((await counted(laptop, technician))[0]).toEqual({ reversals: 2, sinceClear: 0 })
    await pinch()
    const ports = await counted(laptop, technician)
    expect([ports[0], ports.slice(1).every(({ reversals }) => reversals === 0)]).toEqual([{ reversals: 3, sinceClear: 1 }, true])
  }, { ...ASKED, timeout_ms: 60_000 })
})
