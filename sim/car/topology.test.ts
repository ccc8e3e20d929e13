import { COMPONENT_CLASS, decodeDescriptor, DESCRIPTOR_STATE, HUB_TYPE_AT, HUBS } from '#protocol/index.ts'
import { describe, expect, it } from 'vitest'
import { createCar } from './car.ts'
import { SEDAN } from './sedan.ts'
import type { CopperTopology } from '../power/index.ts'
import { DataError } from '../schema/index.ts'
import { readTopology } from './topology.ts'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- broken on purpose
type Draft = any

/** A copy of the sedan with one thing changed. */
function broken(change: (sedan: Draft) => void): unknown {
  const copy = JSON.parse(JSON.stringify(SEDAN))
  change(copy)
  return copy
}

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
    [(s: Draft) => delete s.name, 'topology.name: is missing'],
    [(s: Draft) => s.hubs = {}, 'topology.hubs: is an object, not a list'],
    [(s: Draft) => s.hubs = [], 'topology.hubs: has 0 entries, not 1…8'],
    [(s: Draft) => s.hubs[1].location = 'ROOF', 'topology.hubs[1].location: "ROOF" is not one of FL'],
    [(s: Draft) => s.hubs[1].location = 'HOOD', 'topology.hubs[1].location: there is a hub at HOOD already'],
    [(s: Draft) => s.hubs[2].image = 7, 'topology.hubs[2].image: is 7, not a text'],
    [(s: Draft) => s.hubs[2].ports[0].class = 'wndow', 'topology.hubs[2].ports[0].class: "wndow" is not one of window'],
    [(s: Draft) => s.hubs[2].ports[0].opening_pct = 101, 'topology.hubs[2].ports[0].opening_pct: is 101, not a number in 0…100 %'],
    [(s: Draft) => s.hubs[2].ports[0].colour = 'red', 'topology.hubs[2].ports[0].colour: is not known here: class'],
    [(s: Draft) => s.hubs[2].ports[1].name = 'window', 'topology.hubs[2].ports[1].name: "window" is taken at FL'],
    [(s: Draft) => s.hubs[2].ports[1].name = 'a.b', 'topology.hubs[2].ports[1].name: "a.b" has a dot in it'],
    [(s: Draft) => s.hubs[0].ports[1].channels[2].kind = 'neon', 'topology.hubs[0].ports[1].channels[2].kind: "neon" is not one of bulb, led'],
    [(s: Draft) => s.hubs[0].serial = 1.5, 'topology.hubs[0].serial: 1.5 is not a whole number'],
    [(s: Draft) => s.hubs[0] = null, 'topology.hubs[0]: is null, not an object'],
  ])('names the path of what is wrong: %#', (change, message) => {
    expect(() => readTopology(broken(change))).toThrow(DataError)
    expect(() => readTopology(broken(change))).toThrow(message)
  })

  it.each([
    [(s: Draft) => delete s.copper, 'topology.copper: is missing'],
    [(s: Draft) => s.copper.cables[11].fuse.rating_A = 60, 'topology.copper.cables[11].fuse.rating_A: 60 A is more than the cable\'s ampacity'],
    [(s: Draft) => s.copper.cables.push({ ...s.copper.cables[3], name: 'loop' }), 'topology.copper.cables[16]: "loop" closes a loop'],
    [(s: Draft) => s.copper.cables.splice(10, 1), 'topology.copper.hubs[2]: "FL" has no supply'],
    [(s: Draft) => s.hubs.splice(4, 1), 'topology.copper.hubs[4]: there is no hub at "STEREO" in topology.hubs'],
    [(s: Draft) => { s.copper.hubs.splice(2, 1); s.copper.cables.splice(10, 1) }, 'topology.hubs[2].location: FL has no supply'],
    [(s: Draft) => s.battery.charge = 2, 'topology.battery.charge: is 2, not a number in 0…1'],
    [(s: Draft) => s.battery.colour = 2, 'topology.battery.colour: is not known here'],
  ])('refuses copper that would burn or feed nobody: %#', (change, message) => {
    expect(() => readTopology(broken(change))).toThrow(message)
  })

  it('finds all problems in one run', () => {
    const problems = (): readonly string[] => {
      try {
        readTopology(broken((s) => {
          s.colour = 'red'
          s.hubs[1].location = 'ATTIC'
          s.hubs[2].ports[0].opening_pct = 101
          s.hubs[2].ports[1].maker = -1
          s.hubs[0].ports[1].channels[0].kind = 'neon'
          s.hubs[0].ports[1].channels[1].rated_W = 'much'
          s.battery.charge = 2
          s.copper.cables[3].gauge_mm2 = 3
          s.copper.cables[4].length_m = -1
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
