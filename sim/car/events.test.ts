import { expect, it } from 'vitest'
import { SIGNALS, signalTopic, type Topic, topicOf } from '../trace/index.ts'
import { type Car, createCar } from './car.ts'
import type { Piece } from './ride.ts'
import { SEDAN } from './sedan.ts'

const SOFTER: Piece = {
  torque: 0.95, winding: 1, worm: 1, cable: 0.8, inertia: 1, age: 0, eFuse: 1.1, commutation: 0.05, currentGain: 1.05, currentOffset_A: 0.1,
  currentNoise_A: 0.1, voltageGain: 1, accelerationGain: 1, accelerationOffset_m_s2: 0, temperatureError_K: 5,
}

type Told = Exclude<Topic, `signal:${string}`>

/** What makes a booted car tell each kind of event. */
const CAUSES: Readonly<Record<Told, (car: Car) => void>> = {
  log: (car) => {
    car.setDescriptor('FL.window', new Uint8Array(8))
    car.unplug('FL.window')
    car.plug('FL.window')
    car.run(2000)
  },
  reset: car => car.resetHub('FL'),
  exception: car => car.run(1000),
  pause: car => car.pauseHub('FL', 5),
  switch: car => car.press('DASH.windowFL.down'),
  ignition: car => car.setIgnition('accessory'),
  gear: car => car.setGear('drive'),
  obstacle: (car) => {
    car.press('DASH.windowFL.down')
    car.run(3000)
    car.obstruct('FL.window', 50, 10)
  },
  road: car => car.ride.road(1),
  slam: car => car.ride.slam(30, 20),
  ripple: car => car.ride.ripple(2, 90),
  seals: car => car.ride.wet('FL.window', 0.8),
  piece: car => car.ride.fit('FL.window', SOFTER),
  obstacleGone: car => car.clearObstacle('FL.window'),
  plug: (car) => {
    car.unplug('FL.window')
    car.plug('FL.window')
  },
  unplug: car => car.unplug('FL.window'),
  pairCut: car => car.cutCable('drop.FL'),
  pairMended: car => car.mendCable('drop.FL'),
  bitErrors: car => car.bus.faults.bitErrors(1e-5),
  frameLoss: car => car.bus.faults.loseFrames('FL', 0.1),
  dropped: car => car.bus.faults.drop('FL'),
  babbling: car => car.bus.faults.babble('FL', { id: 1 }),
  spineCut: car => car.bus.faults.cut(2),
  dominant: car => car.bus.faults.holdDominant(true),
  pickedBits: car => car.bus.faults.pick({ field: 'data' }),
  copperFault: car => car.powerFault({ kind: 'cut', cable: 'drop.FL' }),
  copperRepair: car => car.powerRepair({ kind: 'cut', cable: 'drop.FL' }),
  fuseOpened: (car) => {
    car.powerFault({ kind: 'short', hub: 'FL', resistance_Ohm: 0.005 })
    car.run(500)
  },
  profile: (car) => {
    car.crank('I')
    car.run(1000)
  },
}

it.each(Object.keys(CAUSES) as Told[])('a car declares that it tells %s, and tells it', (topic) => {
  const car = createCar(topic === 'exception' ? { image: () => () => { throw new Error('bad flash') } } : {})
  const heard = new Set<Topic>()
  car.trace.subscribe(event => heard.add(topicOf(event)))
  car.boot()
  if (topic !== 'exception') car.run(1500)
  heard.clear()
  CAUSES[topic](car)
  expect([...car.trace.topics]).toContain(topic)
  expect([...heard]).toContain(topic)
})

it('a car tells every signal that it declares', () => {
  const lamp = { class: 'lamp', name: 'eight', channels: Array.from({ length: 8 }, (_, i) => ({ name: `${i}`, kind: 'led' as const, rated_W: 5 })) } as const
  const car = createCar({ topology: SEDAN })
  const heard = new Set<Topic>()
  car.addComponent('TRUNK', 2, lamp)
  car.addComponent('FL', 4, { class: 'seatFan' })
  car.trace.subscribe(event => heard.add(topicOf(event)), { signals: true })
  car.boot()
  car.run(200)
  const signals = SIGNALS.map(name => signalTopic(name))
  expect(signals.filter(topic => !car.trace.topics.has(topic))).toEqual([])
  expect(signals.filter(topic => !heard.has(topic))).toEqual([])
})
