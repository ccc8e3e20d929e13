import { AMPLIFIER_PLUG, LAMP_PLUG, LATCH_PLUG, MIRROR_PLUG, VEHICLE_PLUG } from '#protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { Prng } from '../kernel/index.ts'
import { AmplifierPlant, STATIONS } from './amplifier.ts'
import { LampPlant } from './lamp.ts'
import { LatchPlant } from './latch.ts'
import { MirrorPlant } from './mirror.ts'
import type { Plant } from './plant.ts'
import { SwitchPackPlant } from './switch-pack.ts'
import { VehiclePlant } from './vehicle.ts'

function run(plant: Plant, seconds: number, supply_V = 13.5): void {
  for (let i = 0; i < Math.round(seconds * 1000); i++) plant.step(0.001, supply_V)
}

function watch(plant: Plant): string[] {
  const edges: string[] = []
  plant.listen({ wake: () => undefined, edge: (_plant, channel, level) => edges.push(`${channel}${level ? '+' : '-'}`) })
  return edges
}

describe('MirrorPlant', () => {
  it('tilts its whole range in 5–8 s and stops at both ends', () => {
    const mirror = new MirrorPlant()
    mirror.drive(MIRROR_PLUG.tiltX, -1)
    run(mirror, 5)
    expect(mirror.analog(MIRROR_PLUG.positionX)).toBe(0)
    expect(mirror.tiltX_deg).toBeLessThanOrEqual(-12)
    expect(mirror.tiltX_deg).toBeGreaterThan(-12.5)
    mirror.drive(MIRROR_PLUG.tiltX, 1)
    let took_s = 0
    while (mirror.tiltX_deg < 12 && took_s < 20) {
      run(mirror, 0.01)
      took_s += 0.01
    }
    expect(took_s).toBeGreaterThan(5)
    expect(took_s).toBeLessThan(8)
    expect(mirror.tiltY_deg).toBe(0)
  })

  it('folds in about 3 s, stays folded, and stalls at a held arm with more current', () => {
    const mirror = new MirrorPlant()
    mirror.drive(MIRROR_PLUG.fold, 1)
    run(mirror, 1)
    expect(mirror.current_A).toBeLessThan(2)
    mirror.holdArm(true)
    run(mirror, 1)
    expect(mirror.current_A).toBeGreaterThan(3)
    expect(mirror.folded).toBeLessThan(0.5)
    mirror.holdArm(false)
    run(mirror, 3)
    mirror.float()
    run(mirror, 1, 0)
    expect(mirror.analog(MIRROR_PLUG.positionFold)).toBe(1)
    expect(mirror.active).toBe(false)
  })

  it('heats with 5 A cold and 3 A warm, and rests when warm', () => {
    const mirror = new MirrorPlant()
    mirror.drive(MIRROR_PLUG.heater, 1)
    run(mirror, 0.01)
    expect(mirror.current_A).toBeCloseTo(5, 1)
    run(mirror, 180)
    expect(mirror.current_A).toBeCloseTo(3, 1)
    expect(mirror.active).toBe(false)
  })
})

describe('LatchPlant', () => {
  it('releases in well under a second and its spring brings the pawl home', () => {
    const latch = new LatchPlant()
    const edges = watch(latch)
    latch.drive(LATCH_PLUG.pawl, 1)
    run(latch, 0.3)
    expect(latch.lid).toBe('resting')
    latch.drive(LATCH_PLUG.pawl, 0)
    run(latch, 1)
    expect(latch.input(LATCH_PLUG.home)).toBe(true)
    expect(latch.active).toBe(false)
    expect(edges).toEqual([`${LATCH_PLUG.home}-`, `${LATCH_PLUG.ajar}+`, `${LATCH_PLUG.home}+`])
  })

  it('cinches a lid that rests on it, and not one that stands open', () => {
    const latch = new LatchPlant()
    latch.open()
    latch.drive(LATCH_PLUG.pawl, -1)
    run(latch, 0.5)
    expect(latch.input(LATCH_PLUG.ajar)).toBe(true)
    latch.drive(LATCH_PLUG.pawl, 0)
    run(latch, 1)
    latch.shut(false)
    expect(latch.lid).toBe('resting')
    latch.drive(LATCH_PLUG.pawl, -1)
    run(latch, 0.5)
    expect(latch.lid).toBe('closed')
    expect(latch.input(LATCH_PLUG.ajar)).toBe(false)
  })

  it('a lock holds the handle, is quick, and keeps its place without current', () => {
    const latch = new LatchPlant()
    latch.drive(LATCH_PLUG.lock, 1)
    run(latch, 0.2)
    latch.drive(LATCH_PLUG.lock, 0)
    run(latch, 1, 0)
    expect(latch.input(LATCH_PLUG.locked)).toBe(true)
    expect(latch.open()).toBe(false)
    latch.drive(LATCH_PLUG.lock, -1)
    run(latch, 0.2)
    expect(latch.open()).toBe(true)
    latch.shut()
    expect(latch.lid).toBe('closed')
  })

  it('does not open when it is jammed', () => {
    const latch = new LatchPlant()
    latch.jam(true)
    latch.drive(LATCH_PLUG.pawl, 1)
    run(latch, 1)
    expect(latch.lid).toBe('closed')
    expect(latch.current_A).toBeGreaterThan(8)
  })
})

describe('LampPlant', () => {
  const bulb21 = { kind: 'bulb', rated_W: 21 } as const

  it('a bulb draws its rated current warm and about eight times of it cold', () => {
    const lamp = new LampPlant([bulb21])
    lamp.drive(0, 1)
    lamp.step(0.001, 13.5)
    expect(lamp.current_A / (21 / 13.5)).toBeGreaterThan(7)
    run(lamp, 1)
    expect(lamp.current_A).toBeCloseTo(21 / 13.5, 1)
    expect(lamp.analog(0)).toBeCloseTo(lamp.current_A / LAMP_PLUG.senseRange_A, 9)
    expect(lamp.light(0)).toBeCloseTo(1, 1)
    expect(lamp.active).toBe(false)
  })

  it('an LED has no inrush and follows its duty', () => {
    const lamp = new LampPlant([{ kind: 'led', rated_W: 5.4 }])
    lamp.drive(0, 0.5)
    lamp.step(0.001, 13.5)
    expect(lamp.current_A).toBeCloseTo(0.2, 9)
    expect(lamp.active).toBe(false)
  })

  it('burnt draws nothing, shorted far too much, and other channels go on', () => {
    const lamp = new LampPlant([bulb21, bulb21])
    lamp.setFault(0, 'burnt')
    lamp.drive(0, 1)
    lamp.drive(1, 1)
    run(lamp, 1)
    expect(lamp.analog(0)).toBe(0)
    expect(lamp.light(0)).toBe(0)
    expect(lamp.light(1)).toBeGreaterThan(0.9)
    lamp.setFault(0, 'shorted')
    lamp.step(0.001, 13.5)
    expect(lamp.analog(0)).toBe(1)
    expect(lamp.current_A).toBeGreaterThan(100)
    expect(() => lamp.setFault(2, 'burnt')).toThrow(/lamp channel 2 is not in 0…1/)
    expect(() => new LampPlant([])).toThrow(RangeError)
  })
})

describe('AmplifierPlant', () => {
  function awake(): AmplifierPlant {
    const amplifier = new AmplifierPlant()
    run(amplifier, 0.01)
    amplifier.write(AMPLIFIER_PLUG.source, 1)
    return amplifier
  }

  function text(amplifier: AmplifierPlant, length: number, first: number): string {
    return String.fromCharCode(...Array.from({ length: amplifier.read(length) }, (_, i) => amplifier.read(first + i)))
  }

  it('draws by the square of its volume, little when muted, at most 1 mA when off', () => {
    const amplifier = awake()
    amplifier.write(AMPLIFIER_PLUG.volume, 30)
    expect(amplifier.demand_A(13.5)).toBeCloseTo(8.3, 9)
    amplifier.write(AMPLIFIER_PLUG.volume, 15)
    expect(amplifier.demand_A(13.5)).toBeCloseTo(2.3, 9)
    amplifier.write(AMPLIFIER_PLUG.muted, 1)
    expect(amplifier.demand_A(13.5)).toBeCloseTo(0.3, 9)
    amplifier.write(AMPLIFIER_PLUG.source, 0)
    expect(amplifier.demand_A(13.5)).toBeLessThanOrEqual(0.001)
  })

  it('seeks to the next station in both directions, around the end of the band, and then knows its texts', () => {
    const amplifier = awake()
    expect(amplifier.read(AMPLIFIER_PLUG.tunedFrequency_MHz)).toBe(STATIONS[0]!.frequency_MHz)
    for (const station of [...STATIONS.slice(1), STATIONS[0]]) {
      amplifier.write(AMPLIFIER_PLUG.seek, 1)
      expect(amplifier.read(AMPLIFIER_PLUG.seeking)).toBe(1)
      run(amplifier, 4)
      expect(amplifier.read(AMPLIFIER_PLUG.seeking)).toBe(0)
      expect(amplifier.read(AMPLIFIER_PLUG.tunedFrequency_MHz)).toBe(station!.frequency_MHz)
      run(amplifier, 1)
      expect(text(amplifier, AMPLIFIER_PLUG.stationLength, AMPLIFIER_PLUG.station)).toBe(station!.name)
      expect(text(amplifier, AMPLIFIER_PLUG.titleLength, AMPLIFIER_PLUG.title)).toBe(station!.title)
      expect(amplifier.active).toBe(false)
    }
    amplifier.write(AMPLIFIER_PLUG.seek, -1)
    run(amplifier, 4)
    expect(amplifier.read(AMPLIFIER_PLUG.tunedFrequency_MHz)).toBe(STATIONS[STATIONS.length - 1]!.frequency_MHz)
  })

  it('tunes where nothing is sent, ignores what is out of the band, forgets all without supply', () => {
    const amplifier = awake()
    amplifier.write(AMPLIFIER_PLUG.frequency_MHz, 90)
    amplifier.write(AMPLIFIER_PLUG.frequency_MHz, 200)
    run(amplifier, 1)
    expect(amplifier.read(AMPLIFIER_PLUG.tunedFrequency_MHz)).toBe(90)
    expect(amplifier.read(AMPLIFIER_PLUG.stationLength)).toBe(0)
    run(amplifier, 0.01, 0)
    expect(amplifier.read(AMPLIFIER_PLUG.tunedFrequency_MHz)).toBe(0)
    amplifier.write(AMPLIFIER_PLUG.source, 1)
    run(amplifier, 0.01)
    expect(amplifier.read(AMPLIFIER_PLUG.source)).toBe(0)
  })
})

describe('SwitchPackPlant', () => {
  it('bounces at most 5 ms, then rests at its level, the same way for the same seed', () => {
    const edgesOf = (seed: number): string[] => {
      const pack = new SwitchPackPlant(['up', 'down'], new Prng(seed, 'pack'))
      const edges = watch(pack)
      for (let i = 0; i < 20; i++) {
        pack.press(1)
        expect(pack.input(1)).toBe(true)
        run(pack, 0.005)
        expect(pack.input(1)).toBe(true)
        expect(pack.active).toBe(false)
        pack.release(1)
        run(pack, 0.005)
        expect(pack.input(1)).toBe(false)
        expect(pack.input(0)).toBe(false)
      }
      return edges
    }
    expect(edgesOf(1)).toEqual(edgesOf(1))
    expect(edgesOf(1).length).toBeGreaterThan(45)
    expect(edgesOf(1)).not.toEqual(edgesOf(2))
  })
})

describe('VehiclePlant', () => {
  it('counts a wheel pulse every 0.1 m, backwards too, and brakes before it stands or turns round', () => {
    const vehicle = new VehiclePlant()
    vehicle.setSpeed(36)
    run(vehicle, 1.0005)
    expect(Math.abs(vehicle.pulses(VEHICLE_PLUG.wheel) - 100)).toBeLessThanOrEqual(1)
    vehicle.setSpeed(0)
    run(vehicle, 0.5)
    expect(vehicle.speed_kmh).toBeCloseTo(36 - 0.5 * 9.81 * 3.6, 6)
    run(vehicle, 0.6)
    const stood = vehicle.pulses(VEHICLE_PLUG.wheel)
    expect([vehicle.active, vehicle.speed_kmh, Math.abs(stood - 151) <= 2]).toEqual([false, 0, true])
    vehicle.setSpeed(-36)
    run(vehicle, 1.0005)
    expect(Math.abs(vehicle.pulses(VEHICLE_PLUG.wheel) - stood + 100)).toBeLessThanOrEqual(1)
    vehicle.setSpeed(18)
    run(vehicle, 0.5)
    expect(vehicle.speed_kmh).toBeCloseTo(-36 + 0.5 * 9.81 * 3.6, 6)
    run(vehicle, 0.6)
    expect(vehicle.speed_kmh).toBe(18)
  })

  it('has a lock whose positions imply the lower ones, and a gear selector', () => {
    const vehicle = new VehiclePlant()
    const edges = watch(vehicle)
    vehicle.setIgnition('off')
    vehicle.setIgnition('start')
    expect(edges).toEqual(['0-', '1-', '0+', '1+', '2+'])
    vehicle.setGear('drive')
    expect(vehicle.analog(VEHICLE_PLUG.gear)).toBe(0.75)
    expect(() => vehicle.setGear('fifth' as never)).toThrow(/unknown gear "fifth": one of park, reverse/)
    expect(() => vehicle.setSpeed(400)).toThrow(/speed 400 km\/h/)
  })
})
