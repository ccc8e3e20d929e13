import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, type Descriptor, IGNITION, SWITCH_LAYOUT_CODE } from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../testing/index.ts'
import type { ComponentEntry } from './component.ts'
import { COMPONENTS } from './registry.ts'

const DATA: Record<number, Descriptor['data']> = {
  [COMPONENT_CLASS.window]: { travel_pulses: 950, stall_A: 20 },
  [COMPONENT_CLASS.mirror]: { flags: 3 },
  [COMPONENT_CLASS.latch]: { flags: 3 },
  [COMPONENT_CLASS.lamp]: { channels: 4, nominal_A: [1, 2, 3, 4] },
  [COMPONENT_CLASS.amplifier]: { power_W: 80 },
  [COMPONENT_CLASS.switchPack]: { layout: SWITCH_LAYOUT_CODE.driver },
  [COMPONENT_CLASS.vehicle]: {},
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

describe('the registry', () => {
  it('has one entry for every component class', () => {
    const codes = COMPONENTS.map(entry => entry.code).sort((a, b) => a - b)
    expect(codes).toEqual(Object.values(COMPONENT_CLASS).filter(code => code !== COMPONENT_CLASS.none))
  })

  const classes = Object.entries(COMPONENT_CLASS)
  const named = COMPONENTS.map(entry => [classes.find(([, code]) => code === entry.code)![0], entry] as const)

  it.each(named)('%s: any frames, inputs, readings and losses leave a status that can be sent, and nothing after unplugging', (_name, entry) => {
    fc.assert(fc.property(events, fc.boolean(), (story, broken) => {
      const b = new DriverBench(entry, benchDescriptor(entry.code, DATA[entry.code]!), { prepare: (bench) => { if (broken) noisy(bench) } })
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

  it.each(named)('%s: at rest it asks for nothing and drives nothing; after a reset nothing moves by itself', (_name, entry) => {
    const b = new DriverBench(entry, benchDescriptor(entry.code, DATA[entry.code]!))
    b.setIgnition(IGNITION.on)
    b.run(5000)
    b.reset()
    b.run(5000)
    expect(b.wishes).toEqual([])
    expect(b.driving).toBe(false)
    expect(b.ticks).toBe(0)
  })
})
