import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, GEAR, IGNITION, VEHICLE_PLUG } from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { VEHICLE_PARAMETERS } from './parameters.ts'
import { vehicleEntry } from './vehicle.ts'

interface Driven { speed_kmh: number, gear: number, lost: boolean }

function vehicle(): { b: DriverBench, car: Driven } {
  const car: Driven = { speed_kmh: 0, gear: 0, lost: false }
  let distance_m = 0
  const b = new DriverBench(vehicleEntry, benchDescriptor(COMPONENT_CLASS.vehicle, {}), {
    prepare: (bench) => {
      bench.inputs[VEHICLE_PLUG.accessory] = true
      bench.inputs[VEHICLE_PLUG.on] = true
      bench.plant = {
        step: () => { if (!car.lost) distance_m += car.speed_kmh / 3600 },
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
    b.run(10_000, () => { car.speed_kmh = Math.max(0, car.speed_kmh - 0.035) })
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

describe('a wheel sensor that is lost', () => {
  /** Drives at a speed in gear D, and loses the sensor. */
  function losing(speed_kmh: number): ReturnType<typeof vehicle> {
    const made = vehicle()
    made.car.gear = GEAR.drive
    made.car.speed_kmh = speed_kmh
    made.b.run(3000)
    made.car.lost = true
    return made
  }
  const key = (b: DriverBench, on: boolean): void => {
    b.setInput(VEHICLE_PLUG.on, on)
    b.setInput(VEHICLE_PLUG.accessory, on)
    b.run(1200)
  }

  it.each([[13], [30], [120], [250]])('at %d km/h leaves the speed as it was, for as long as it takes, and is a fault', (speed_kmh) => {
    const { b } = losing(speed_kmh)
    const from = b.readings.length
    b.run(60_000)
    expect(Math.abs(last(b).speed_kmh - speed_kmh)).toBeLessThanOrEqual(2)
    expect(Math.min(...b.readings.slice(from).map(reading => reading.speed_kmh))).toBeGreaterThan(5)
    expect(b.faults).toEqual([true])
    expect(b.component.moving()).toBe(false)
  })

  it.each([[5, 20], [9, 20], [50, 25], [130, 40], [130, 48]])('is not what it is when the car brakes from %d km/h by %d km/h a second', (speed_kmh, brakes_kmh_s) => {
    const { b, car } = losing(speed_kmh)
    car.lost = false
    b.run(5000, () => { car.speed_kmh = Math.max(0, car.speed_kmh - brakes_kmh_s / 1000) })
    expect([last(b).speed_kmh, b.faults]).toEqual([0, []])
  })

  it('is over when its pulses are back for half a second, not when one comes', () => {
    const { b, car } = losing(80)
    b.run(3000)
    car.speed_kmh = 50
    car.lost = false
    b.run(130)
    car.lost = true
    b.run(2000)
    expect([Math.round(last(b).speed_kmh / 10), b.faults]).toEqual([8, [true]])
    car.lost = false
    b.run(3000)
    expect(Math.abs(last(b).speed_kmh - 50)).toBeLessThanOrEqual(1)
    expect(b.faults).toEqual([true, false])
  })

  it('the car stands when the key is off, or the selector in P; and is held again when it may drive', () => {
    const { b, car } = losing(80)
    b.run(5000)
    car.gear = GEAR.park
    b.run(1500)
    expect(last(b)).toMatchObject({ gear: GEAR.park, speed_kmh: 0 })
    car.gear = GEAR.drive
    b.run(1500)
    expect(Math.round(last(b).speed_kmh / 10)).toBe(8)
    key(b, false)
    expect(last(b)).toMatchObject({ ignition: IGNITION.off, speed_kmh: 0 })
    key(b, true)
    expect(Math.round(last(b).speed_kmh / 10)).toBe(8)
  })

  it('with key and selector, as one plug takes them all, says nothing of a standstill until they are back', () => {
    const { b, car } = losing(120)
    car.gear = GEAR.park
    key(b, false)
    b.run(30_000)
    expect(last(b)).toMatchObject({ ignition: IGNITION.off, gear: GEAR.park })
    expect(last(b).speed_kmh).toBeGreaterThan(100)
    car.gear = GEAR.drive
    key(b, true)
    expect(last(b).speed_kmh).toBeGreaterThan(100)
    key(b, false)
    expect(last(b).speed_kmh).toBe(0)
  })
})
