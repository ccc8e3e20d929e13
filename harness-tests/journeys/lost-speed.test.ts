import { describe, expect } from 'vitest'
import { describeDtc } from '#protocol/catalogue/index.ts'
import { SERVICE } from '#protocol/index.ts'
import { LatchPlant, VehiclePlant } from '#sim/plants/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

const FAST_kmh = 120
const LATCHES = ['FL.latch', 'FR.latch', 'RL.latch', 'RR.latch', 'HOOD.latch', 'TRUNK.latch'] as const
const RELEASES = [
  'FL.latch.release', 'FR.latch.release', 'RL.latch.release', 'RR.latch.release', 'TRUNK.latch.release', 'DASH.trunk.release',
  'DASH.hood.release',
] as const

const LOSSES: readonly { readonly what: string, readonly lose: (car: SimulatedVehicle) => void }[] = [
  { what: 'whose wheel sensor gives no pulses', lose: ({ car }) => car.plant('DASH.vehicle', VehiclePlant).loseWheel(true) },
  {
    what: 'whose signals of the vehicle plug are lost, key and selector too',
    lose: ({ car }) => { car.component('DASH.vehicle').outlet!.signalsOpen = true },
  },
  { what: 'whose vehicle plug is pulled out', lose: ({ car }) => car.unplug('DASH.vehicle') },
]

function shut({ car }: SimulatedVehicle): boolean {
  return LATCHES.every(name => car.plant(name, LatchPlant).lid === 'closed')
}

async function pressAll(car: SimulatedVehicle): Promise<void> {
  for (const name of RELEASES) await car.press(name, 150)
}

/** Drives fast, and loses its speed. */
async function losing(car: SimulatedVehicle, lose: (car: SimulatedVehicle) => void): Promise<void> {
  car.car.setGear('drive')
  car.car.setSpeed(FAST_kmh)
  await car.until('the car says so', () => car.status('VehicleState@ALL')['speed_kmh'] === FAST_kmh)
  lose(car)
}

describe.each(LOSSES)('a car at 120 km/h $what', ({ lose }) => {
  journey('opens no door and no lid, however long ago that was', async (car) => {
    await losing(car, lose)
    for (const wait_ms of [100, 400, 3000, 12_000, 45_000]) {
      await car.run(wait_ms)
      await pressAll(car)
      await car.expectNever('a door opens', () => !shut(car), { for_ms: 1500 })
    }
  })
})

describe('a car whose wheel sensor is lost', () => {
  const { lose } = LOSSES[0]!

  journey('opens its doors when the selector is in P, or the key off', async (car) => {
    await losing(car, lose)
    await car.run(5000)
    car.car.setSpeed(0)
    await car.run(8000)
    car.car.setGear('park')
    // To the doors no speed falls faster than a car brakes.
    await car.run(2500)
    await car.press('FL.latch.release', 150)
    await car.until('it opens', () => car.car.plant('FL.latch', LatchPlant).lid !== 'closed', { within_ms: 3000 })
  })

  journey('says so: a trouble code of the port, when it has been read for two seconds', async (car) => {
    await losing(car, lose)
    await car.run(4000)
    const laptop = new Laptop(car.car)
    const client = laptop.hub('DASH')
    const bytes = await laptop.wait(client.request(SERVICE.readFaults, 0x02, 0x08))
    client.close()
    const texts: string[] = []
    for (let i = 2; i + 4 <= bytes.length; i += 4) texts.push(describeDtc(bytes[i]! << 16 | bytes[i + 1]! << 8 | bytes[i + 2]!)!.text)
    expect(texts).toContain('a sensor or contact of the component fails')
  }, { expects: ['frames'] })
})
