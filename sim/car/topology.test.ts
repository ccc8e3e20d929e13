import { COMPONENT_CLASS, decodeDescriptor, DESCRIPTOR_STATE, HUB_TYPE_AT, HUBS } from '#protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { createCar } from './car.ts'
import { SEDAN } from './sedan.ts'
import type { CopperTopology } from '../power/index.ts'
import { DataError } from '../schema/index.ts'
import { changed } from '../schema/testing/index.ts'
import { readTopology } from './topology.ts'

describe('readTopology', () => {
  it('accepts the sedan: every hub once, with the image of its place', () => {
    const sedan = readTopology(SEDAN)
    expect(sedan.hubs.map(hub => hub.location).sort()).toEqual([...HUBS].sort())
    for (const hub of sedan.hubs) expect(hub.image).toBe(HUB_TYPE_AT[hub.location])
  })

  it('gives each component a valid descriptor of its class', () => {
    const car = createCar()
    for (const component of car.components.values()) {
      const { state, descriptor } = decodeDescriptor(component.plant.memory)
      expect(state).toBe(DESCRIPTOR_STATE.present)
      expect(descriptor!.class).toBe(COMPONENT_CLASS[component.class])
      expect(descriptor!.peak_A).toBeGreaterThanOrEqual(descriptor!.run_A)
    }
    expect(car.components.size).toBeGreaterThan(20)
  })

  it.each([
    [{ name: undefined }, 'topology.name: is missing'],
    [{ hubs: {} }, 'topology.hubs: is an object, not a list'],
    [{ hubs: [] }, 'topology.hubs: has 0 entries, not 1…8'],
    [{ 'hubs.1.location': 'ROOF' }, 'topology.hubs[1].location: "ROOF" is not one of FL'],
    [{ 'hubs.1.location': 'HOOD' }, 'topology.hubs[1].location: there is a hub at HOOD already'],
    [{ 'hubs.2.image': 7 }, 'topology.hubs[2].image: is 7, not a text'],
    [{ 'hubs.2.ports.0.class': 'wndow' }, 'topology.hubs[2].ports[0].class: "wndow" is not one of window'],
    [{ 'hubs.2.ports.0.opening_pct': 101 }, 'topology.hubs[2].ports[0].opening_pct: is 101, not a number in 0…100 %'],
    [{ 'hubs.2.ports.0.colour': 'red' }, 'topology.hubs[2].ports[0].colour: is not known here: class'],
    [{ 'hubs.2.ports.1.name': 'window' }, 'topology.hubs[2].ports[1].name: "window" is taken at FL'],
    [{ 'hubs.2.ports.1.name': 'a.b' }, 'topology.hubs[2].ports[1].name: "a.b" has a dot in it'],
    [{ 'hubs.0.ports.1.channels.2.kind': 'neon' }, 'topology.hubs[0].ports[1].channels[2].kind: "neon" is not one of bulb, led'],
    [{ 'hubs.0.serial': 1.5 }, 'topology.hubs[0].serial: 1.5 is not a whole number'],
    [{ 'hubs.0': null }, 'topology.hubs[0]: is null, not an object'],
  ])('names the path of what is wrong: %#', (change, message) => {
    expect(() => readTopology(changed(SEDAN, change))).toThrow(DataError)
    expect(() => readTopology(changed(SEDAN, change))).toThrow(message)
  })

  it.each([
    [{ copper: undefined }, 'topology.copper: is missing'],
    [{ 'copper.cables.11.fuse.rating_A': 60 }, 'topology.copper.cables[11].fuse.rating_A: 60 A is more than the cable\'s ampacity'],
    [{ 'copper.cables': [...SEDAN.copper.cables, { ...SEDAN.copper.cables[3], name: 'loop' }] }, 'topology.copper.cables[16]: "loop" closes a loop'],
    [{ 'copper.cables': SEDAN.copper.cables.toSpliced(10, 1) }, 'topology.copper.hubs[2]: "FL" has no supply'],
    [{ hubs: SEDAN.hubs.toSpliced(4, 1) }, 'topology.copper.hubs[4]: there is no hub at "STEREO" in topology.hubs'],
    [{ 'copper.hubs': SEDAN.copper.hubs.toSpliced(2, 1), 'copper.cables': SEDAN.copper.cables.toSpliced(10, 1) }, 'topology.hubs[2].location: FL has no supply'],
    [{ 'battery.charge': 2 }, 'topology.battery.charge: is 2, not a number in 0…1'],
    [{ 'battery.colour': 2 }, 'topology.battery.colour: is not known here'],
  ])('refuses copper that would burn or feed nobody: %#', (change, message) => {
    expect(() => readTopology(changed(SEDAN, change))).toThrow(message)
  })

  it('finds all problems in one run', () => {
    const problems = (): readonly string[] => {
      try {
        readTopology(changed(SEDAN, {
          colour: 'red',
          'hubs.1.location': 'ATTIC',
          'hubs.2.ports.0.opening_pct': 101,
          'hubs.2.ports.1.maker': -1,
          'hubs.0.ports.1.channels.0.kind': 'neon',
          'hubs.0.ports.1.channels.1.rated_W': 'much',
          'battery.charge': 2,
          'copper.cables.3.gauge_mm2': 3,
          'copper.cables.4.length_m': -1,
        }))
      } catch (error) {
        return (error as DataError).problems.map(problem => problem.split(':')[0]!)
      }
      return []
    }
    expect(problems()).toEqual([
      'topology.colour', 'topology.hubs[0].ports[1].channels[0].kind', 'topology.hubs[0].ports[1].channels[1].rated_W',
      'topology.hubs[1].location', 'topology.hubs[2].ports[0].opening_pct', 'topology.hubs[2].ports[1].maker',
      'topology.copper.cables[3].gauge_mm2', 'topology.copper.cables[4].length_m', 'topology.battery.charge',
    ])
  })

  it('leaves sockets empty where the data say null', () => {
    const copper: CopperTopology = {
      layout: 'line', battery: 'battery', taps: [], hubs: ['FL'],
      cables: [{ name: 'drop.FL', from: 'battery', to: 'FL', length_m: 2, gauge_mm2: 4, fuse: { rating_A: 25 } }],
    }
    const car = createCar({ topology: { name: 'bare', copper, hubs: [{ location: 'FL', image: 'door', ports: [null, { class: 'latch' }] }] } })
    expect([...car.components.keys()]).toEqual(['FL.latch'])
    expect(car.hub('FL').outlets.length).toBe(2)
  })
})
