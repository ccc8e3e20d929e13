import { describe, expect } from 'vitest'
import { CARS, createCar, type NamesOf, type TopologyData } from '#sim/car/index.ts'
import { sizeCar } from '#sim/plan/index.ts'
import { journey } from '../kit/index.ts'

type Switch = NamesOf<TopologyData>['switch']

/** What a driver may want all at once, and the hub and class that it takes. */
const WANTED: Readonly<Record<string, readonly [hub: string, component: string]>> = {
  'windowFL.down': ['FL', 'window'], 'windowFR.down': ['FR', 'window'], 'windowRL.down': ['RL', 'window'], 'windowRR.down': ['RR', 'window'],
  'mirrors.heat': ['FL', 'mirror'], 'lights.head': ['HOOD', 'lamp'], 'lights.tail': ['TRUNK', 'lamp'], 'lights.interior': ['DASH', 'lamp'],
  'stereo.source': ['STEREO', 'amplifier'], 'doors.unlock': ['FL', 'latch'], 'trunk.release': ['TRUNK', 'latch'],
}

function wantedOf(topology: TopologyData): Switch[] {
  const has = (hub: string, component: string): boolean =>
    topology.hubs.some(({ location, ports }) => location === hub && ports.some(part => part?.class === component))
  const wanted = Object.entries(WANTED).filter(([, [hub, component]]) => has(hub, component)).map(([name]) => `DASH.${name}`)
  return createCar({ topology }).switches.filter((name): name is Switch => wanted.includes(name))
}

/** Every checker judges each: ampacity, 9 V by our own doing, grants, leases, commands. */
describe.each(Object.keys(CARS))('the %s, as it comes and sized', (name) => {
  const cars: readonly (readonly [string, TopologyData])[] = [['as it comes', CARS[name]!], ['sized', sizeCar(CARS[name]!).car]]
  for (const [how, topology] of cars) {
    journey(`${how}: everything is wanted at once, and all hubs stay up`, async (car) => {
      const switches = wantedOf(topology)
      expect(switches.length).toBeGreaterThan(4)
      for (const one of switches) car.hold(one)
      await car.run(3000)
      for (const one of switches) car.release(one)
      await car.run(3000)
      const { hubs } = car.car.snapshot()
      expect(Object.entries(hubs).filter(([, hub]) => hub.state !== 'operating' || hub.boots !== 1)).toEqual([])
    }, { topology })
  }
})

const DUAL = { 'the sedan': sizeCar(CARS['sedan-dual']!).car, 'the van, laid twice': sizeCar(CARS['van']!, { together: 0.8, layout: 'dual' }).car }

describe.each(Object.entries(DUAL))('two sized spines of %s', (_name, topology) => {
  // The compiler knows the names of one spine.
  journey.each(['spine.HOOD', 'B.spine.HOOD'] as 'spine.HOOD'[])('%s is lost while everything is wanted: the other carries it all', async (car, cable) => {
    const switches = wantedOf(topology)
    for (const one of switches) car.hold(one)
    await car.run(1000)
    car.car.powerFault({ kind: 'cut', cable })
    await car.run(3000)
    const { hubs } = car.car.snapshot()
    expect(Object.entries(hubs).filter(([, hub]) => hub.boots !== 1 || !(hub.supply_V >= 9))).toEqual([])
  }, { topology })
})
