import { describe, expect } from 'vitest'
import { HUB_FAULT_TEXTS } from '#protocol/catalogue/index.ts'
import type { HubName } from '#protocol/index.ts'
import { MonitorModel, standingFaults, Technician } from '#sim/diag/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

const LOST = Object.entries(HUB_FAULT_TEXTS).filter(([name]) => /^lost[A-Z]/.test(name)).map(([, { text }]) => text)

/** A laptop at the car, which wakes it: codes of lost hubs that a hub keeps, those that stand now marked. */
async function lostBy(car: SimulatedVehicle, hub: HubName): Promise<string[]> {
  const laptop = new Laptop(car.car, `laptop at ${hub} ${car.now_ms}`)
  const troubles = await laptop.wait(new Technician(laptop.wire, laptop.clock).troubles(hub))
  return troubles.filter(({ description }) => LOST.includes(description?.text ?? ''))
    .map(({ description, status }) => `${description!.text}${status.includes('failed') ? ' now' : ''}`)
}

describe('a hub whose drop is severed', () => {
  journey('is named by dash and trunk, on the bus too, and no more when it is back: the code stays', async (car) => {
    await car.run(3000)
    car.car.powerFault({ kind: 'cut', cable: 'drop.FL' })
    car.car.cutCable('drop.FL')
    await car.run(4500)
    expect(await lostBy(car, 'DASH')).toEqual([])
    // Who begins to listen now has never heard FL.
    const late = new MonitorModel(500_000)
    car.car.bus.tap(({ frame, end_ns }) => late.receive(Object.assign({}, frame, { timestamp_ns: end_ns, origin: '', error: false })))
    await car.run(4000)
    for (const hub of ['DASH', 'TRUNK'] as const) expect(await lostBy(car, hub), hub).toEqual(['the hub at FL is lost now'])
    expect(standingFaults(late).map(({ source, text }) => `${source}: ${text}`)).toEqual(
      expect.arrayContaining(['HubStatus@DASH: lost FL', 'HubStatus@TRUNK: lost FL']))
    expect(car.status('HubStatus@DASH')['state']).toBe('degraded')
    car.car.powerRepair({ kind: 'cut', cable: 'drop.FL' })
    car.car.mendCable('drop.FL')
    await car.run(5000)
    for (const hub of ['DASH', 'TRUNK'] as const) expect(await lostBy(car, hub), hub).toEqual(['the hub at FL is lost'])
    expect(car.status('HubStatus@DASH')).toMatchObject({ state: 'operating', lost: 0 })
  }, { expects: ['frames'] })
})

describe('nobody is lost', () => {
  journey('in a car that sleeps, wakes for a moment, sleeps, and drives off', async (car) => {
    car.car.setIgnition('off')
    await car.run(50_000)
    await car.press('FL.window.down', 200)
    await car.run(46_000)
    car.car.setIgnition('on')
    await car.run(7000)
    for (const hub of ['DASH', 'TRUNK'] as const) expect(await lostBy(car, hub), hub).toEqual([])
  }, { expects: ['frames'] })

  journey('where a real hub is to take a place that nobody has yet', async (car) => {
    await car.run(20_000)
    for (const hub of ['DASH', 'TRUNK'] as const) expect(await lostBy(car, hub), hub).toEqual([])
    expect(car.status('HubStatus@DASH')).toMatchObject({ state: 'operating', lost: 0 })
  }, { without: ['FL'], expects: ['frames'] })
})
