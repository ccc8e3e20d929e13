import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, GEAR, IGNITION, VEHICLE_PLUG } from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { VEHICLE_PARAMETERS } from './parameters.ts'
import { vehicleEntry } from './vehicle.ts'

function vehicle(): { b: DriverBench, car: { speed_kmh: number, gear: number } } {
  const car = { speed_kmh: 0, gear: 0 }
  let distance_m = 0
  const b = new DriverBench(vehicleEntry, benchDescriptor(COMPONENT_CLASS.vehicle, {}), {
    prepare: (bench) => {
      bench.inputs[VEHICLE_PLUG.accessory] = true
      bench.inputs[VEHICLE_PLUG.on] = true
      bench.plant = {
        step: () => { distance_m += car.speed_kmh / 3600 },
        pulses: () => Math.floor(distance_m / VEHICLE_PLUG.wheelPulse_m),
        analog: () => car.gear / GEAR.manual,
      }
    },
  })
  return { b, car }
}

const last = (b: DriverBench): DriverBench['readings'][number] => b.readings.at(-1)!

describe('the vehicle component', () => {
  it('reads ignition, gear and standstill at once', () => {
    expect(vehicle().b.readings).toEqual([{ ignition: IGNITION.on, gear: GEAR.park, speed_kmh: 0 }])
  })

  it.each([[3], [5], [30], [130], [250]])('measures %d km/h within 1 km/h', (speed_kmh) => {
    const { b, car } = vehicle()
    car.speed_kmh = speed_kmh
    b.run(2000)
    expect(Math.abs(last(b).speed_kmh - speed_kmh)).toBeLessThanOrEqual(1)
    expect(b.component.moving()).toBe(true)
    car.speed_kmh = 0
    b.run(1500)
    expect(last(b).speed_kmh).toBe(0)
    expect(b.component.moving()).toBe(false)
  })

  it('notices driving off within the poll at rest plus one', () => {
    const { b, car } = vehicle()
    b.run(1000)
    car.speed_kmh = 20
    expect(b.until(() => last(b).speed_kmh > 0, 1000)).toBeLessThanOrEqual(VEHICLE_PARAMETERS.onPoll_ms + VEHICLE_PARAMETERS.movingPoll_ms)
  })

  it('debounces the ignition lock, then reports it fast', () => {
    const { b } = vehicle()
    b.setInput(VEHICLE_PLUG.on, false)
    b.run(5)
    b.setInput(VEHICLE_PLUG.on, true)
    b.run(100)
    expect(b.readings).toHaveLength(1)
    b.setInput(VEHICLE_PLUG.on, false)
    expect(b.until(() => last(b).ignition === IGNITION.accessory, 1000)).toBeLessThanOrEqual(2 * VEHICLE_PARAMETERS.debounce_ms)
    b.setInput(VEHICLE_PLUG.accessory, false)
    b.run(100)
    expect(last(b).ignition).toBe(IGNITION.off)
  })

  it('start wins over on', () => {
    const { b } = vehicle()
    b.setInput(VEHICLE_PLUG.start, true)
    b.run(100)
    expect(last(b).ignition).toBe(IGNITION.start)
  })

  it('reads the gear, and nothing outside its codes', () => {
    const { b, car } = vehicle()
    for (const gear of [GEAR.reverse, GEAR.neutral, GEAR.drive, GEAR.manual]) {
      car.gear = gear
      b.run(300)
      expect(last(b).gear).toBe(gear)
    }
    car.gear = 9
    b.run(300)
    expect(last(b).gear).toBe(GEAR.manual)
  })

  it('polls once a second with the ignition off', () => {
    const { b } = vehicle()
    b.setInput(VEHICLE_PLUG.on, false)
    b.setInput(VEHICLE_PLUG.accessory, false)
    b.run(2000)
    let reads = 0
    b.plant.pulses = () => {
      reads += 1
      return 0
    }
    b.run(5000)
    expect(reads).toBe(5)
  })

  it('unplugged: silent', () => {
    const { b, car } = vehicle()
    b.unplug()
    car.speed_kmh = 50
    b.setInput(VEHICLE_PLUG.on, false)
    b.run(2000)
    expect(b.readings).toHaveLength(1)
    expect(b.pending).toBe(0)
  })
})
