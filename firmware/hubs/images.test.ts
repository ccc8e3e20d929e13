import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  COMPONENT_CLASS, type ComponentName, type Descriptor, DESCRIPTOR_DATA, type DescriptorField, IGNITION,
} from '#protocol/index.ts'
import type { ComponentEntry } from '../components/index.ts'
import { benchDescriptor, DriverBench } from '../testing/index.ts'
import { IMAGES } from './images.ts'

/** The driver of each class, from whatever image has it. One that no image has is a compile error. */
const ENTRIES = Object.values(IMAGES).flatMap((image): ComponentEntry[] => image.components)
type Driven = (typeof IMAGES)[keyof typeof IMAGES]['components'][number]['code']
const WITHOUT_DRIVER: Readonly<Record<Exclude<(typeof COMPONENT_CLASS)[ComponentName], Driven>, never>> = {}

/** Class data by the names of their fields; 3 otherwise. */
const SAMPLES: Readonly<Partial<Record<string, number | number[]>>> = {
  travel_pulses: 950, stall_A: 20, channels: 4, nominal_A: [1, 2, 3, 4], power_W: 80, layout: 1,
}

function dataOf(name: ComponentName): Descriptor['data'] {
  const fields: readonly DescriptorField[] = DESCRIPTOR_DATA[name]
  return Object.fromEntries(fields.map(field => [field.name, SAMPLES[field.name] ?? 3]))
}

const IGNITIONS = Object.values(IGNITION)

const events = fc.array(fc.record({
  kind: fc.constantFrom('command', 'command', 'command', 'released', 'input', 'grant', 'vehicle', 'supply', 'trip', 'reset'),
  bytes: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  wait_ms: fc.nat(1500),
}), { maxLength: 20 })

/** Plant values that jump about: what a driver reads when everything is broken. */
function noisy(b: DriverBench): void {
  let state = 1
  const next = (): number => {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    return state / 0x7fffffff
  }
  b.plant = { analog: next, pulses: () => Math.floor(next() * 2000) - 1000, current_A: () => next() * 30 }
}

function happen(b: DriverBench, entry: ComponentEntry, kind: string, bytes: Uint8Array): void {
  const first = bytes[0]!
  if (kind === 'command' && entry.command !== undefined) {
    b.receive(bytes, first & 0x0f)
  } else if (kind === 'released') b.component.released?.()
  else if (kind === 'input') b.setInput(first % 40, (first & 0x80) !== 0)
  else if (kind === 'grant') {
    b.grants = (first & 1) !== 0
    if (b.wish !== undefined) b.setPower(b.grants)
  } else if (kind === 'vehicle') {
    b.speed_kmh = first > 200 ? NaN : first / 4
    b.setIgnition(IGNITIONS[first % 4]!)
  } else if (kind === 'supply') b.supply_V = first / 10
  else if (kind === 'trip') {
    b.tripped = (first & 1) !== 0
    if (b.granted && b.tripped) b.setPower(false)
  } else if (kind === 'reset') b.reset()
}

describe('the drivers of all images', () => {
  const named = (Object.keys(DESCRIPTOR_DATA) as ComponentName[])
    .map(name => [name, ENTRIES.find(entry => entry.code === COMPONENT_CLASS[name])!] as const)

  it('are one for every component class, the same in each image', () => {
    expect(WITHOUT_DRIVER).toEqual({})
    expect(named.map(([, entry]) => entry?.code)).toEqual(Object.values(COMPONENT_CLASS).filter(code => code !== COMPONENT_CLASS.none))
    expect(new Set(ENTRIES).size).toBe(named.length)
  })

  it.each(named)('%s: any frames, inputs, readings and losses leave a status that can be sent, and nothing after unplugging', (name, entry) => {
    fc.assert(fc.property(events, fc.boolean(), (story, broken) => {
      const b = new DriverBench(entry, benchDescriptor(entry.code, dataOf(name)), { prepare: (bench) => { if (broken) noisy(bench) } })
      for (const { kind, bytes, wait_ms } of story) {
        happen(b, entry, kind, bytes)
        for (let index = 0; index < b.component.statusCount; index++) b.status(index)
        b.run(wait_ms)
        if (!b.granted && b.driving) throw new Error('drives without a grant')
        if (b.wish === undefined && b.driving) throw new Error('drives without a wish')
      }
      b.unplug()
      expect(b.driving).toBe(false)
      expect(b.pending).toBe(0)
      expect(b.wish).toBeUndefined()
      const quiet = [b.statusChanges, b.edges.length, b.events.length, b.writes.length, b.readings.length, b.saves.length]
      b.setInput(1, !b.inputs[1])
      b.run(3000)
      expect([b.statusChanges, b.edges.length, b.events.length, b.writes.length, b.readings.length, b.saves.length]).toEqual(quiet)
    }), { numRuns: 60, seed: 11 })
  })

  it.each(named)('%s: at rest it asks for nothing and drives nothing; after a reset nothing moves by itself', (name, entry) => {
    const b = new DriverBench(entry, benchDescriptor(entry.code, dataOf(name)))
    b.setIgnition(IGNITION.on)
    b.run(5000)
    b.reset()
    b.run(5000)
    expect(b.wishes).toEqual([])
    expect(b.driving).toBe(false)
    expect(b.ticks).toBe(0)
  })
})
