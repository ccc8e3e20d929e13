import { describe, expect, it } from 'vitest'
import { createFrame } from '#protocol/index.ts'
import { attachNode, createCar, SEDAN_DUAL } from './index.ts'

function booted() {
  const car = createCar({ topology: SEDAN_DUAL })
  car.boot()
  car.run(2000)
  return car
}

describe('a car with two spines', () => {
  it('says everything on both, and one of two copies to who asks for frames', () => {
    const car = createCar({ topology: SEDAN_DUAL })
    const raw: Record<number, string[]> = { 0: [], 1: [] }
    const once: string[] = []
    for (const bus of car.buses) bus.tap(({ frame }) => raw[frame.bus]!.push(`${frame.id} ${frame.data.join(' ')}`))
    car.tapFrames(({ frame }) => once.push(`${frame.id} ${frame.data.join(' ')}`))
    car.boot()
    car.run(5000)
    expect(raw[0]!.length).toBeGreaterThan(200)
    expect([...raw[1]!].sort()).toEqual([...raw[0]!].sort())
    expect([...once].sort()).toEqual([...raw[0]!].sort())
  })

  it('boots on either spine alone, whichever it is', () => {
    for (const dead of [0, 1]) {
      const car = createCar({ topology: SEDAN_DUAL })
      car.buses[dead]!.faults.holdDominant(true)
      car.boot()
      car.run(3000)
      const states = Object.entries(car.snapshot().hubs).map(([name, hub]) => `${name} ${hub.state}`)
      expect(states).toEqual([...car.hubs.keys()].map(name => `${name} degraded`))
    }
  })

  it('has cables, pairs and faults of spine B by name', () => {
    const car = booted()
    expect(car.cableNames.filter(name => name.startsWith('B.')).length).toBe(15)
    car.cutCable('B.spine.FL')
    car.run(1000)
    expect(car.snapshot().hubs['FL']!.state).toBe('degraded')
    car.mendCable('B.spine.FL')
    car.run(1000)
    expect(car.snapshot().hubs['FL']!.state).toBe('operating')
    expect(() => car.powerFault({ kind: 'diode', cable: 'spine.FL', state: 'open' })).toThrow('cable spine.FL has no diode')
    expect(() => createCar({ faults: { spineB: { stuckDominant: true } } })).toThrow('faults.spineB: this car has one spine')
    expect(() => createCar({ topology: SEDAN_DUAL, faults: { spineB: { dropped: ['ROOF'] } } })).toThrow('faults.spineB.dropped[0]: "ROOF" is not one of')
  })

  it('feeds each hub by the better of its two feeds, and by the other when that is gone', () => {
    const car = booted()
    const both_V = car.supply_V('RR')
    car.powerFault({ kind: 'cut', cable: 'spine.HOOD' })
    car.run(10)
    expect(car.supply_V('RR')).toBeLessThan(both_V)
    expect(car.supply_V('RR')).toBeGreaterThan(both_V - 0.2)
    car.powerFault({ kind: 'cut', cable: 'B.spine.HOOD' })
    car.run(10)
    expect(car.supply_V('RR')).toBe(0)
  })

  it('opens the fuse in the middle of a spine that is shorted behind it, and that alone', () => {
    const car = booted()
    car.powerFault({ kind: 'cableShort', cable: 'B.spine.TRUNK', at_m: 0.7, resistance_Ohm: 0.005 })
    car.run(2000)
    const { network } = car.power.supply
    const blown = network.topology.cables.filter((_, i) => network.fuses[i]?.blown === true).map(cable => cable.name)
    expect(blown).toEqual(['B.spine.RL'])
    expect(car.supply_V('TRUNK')).toBeGreaterThan(12)
    for (const host of car.hubs.values()) expect(host.counters.boots).toBe(1)
  })
})

describe('a node on two spines', () => {
  it('hears each frame once, sends on both, and works while one is dead', () => {
    const car = booted()
    const tool = attachNode(car, { name: 'tool' })
    const only = attachNode(car, { name: 'on B', bus: 1 })
    const heard: [number, number] = [0, 0]
    tool.onFrame(() => heard[0]++)
    only.onFrame(() => heard[1]++)
    car.run(3000)
    expect(heard[0]).toBe(heard[1])
    car.buses[0]!.faults.holdDominant(true)
    car.run(3000)
    tool.setOnline(true)
    car.run(10)
    const frame = createFrame(8)
    frame.id = 0x18ff_00f9
    frame.length = 8
    expect(tool.send(frame)).toBe(true)
    let arrived = false
    car.buses[1]!.tap(({ sender }) => { arrived ||= sender === 'tool' })
    car.run(100)
    expect(arrived).toBe(true)
    expect(() => attachNode(car, { name: 'x', bus: 2 })).toThrow('bus 2 is not in 0…1')
  })
})
