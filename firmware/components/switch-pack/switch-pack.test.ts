import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, SWITCH, SWITCH_EDGE, SWITCH_LAYOUT, SWITCH_LAYOUT_CODE, SWITCH_PLUG } from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { switchCodes } from './layout.ts'
import { SWITCH_PARAMETERS } from './parameters.ts'
import { switchPackEntry } from './switch-pack.ts'

function pack(layout: number, held: number[] = []): DriverBench {
  const descriptor = benchDescriptor(COMPONENT_CLASS.switchPack, { layout })
  return new DriverBench(switchPackEntry, descriptor, { prepare: b => held.forEach((channel) => { b.inputs[channel] = true }) })
}

const door = (held: number[] = []): DriverBench => pack(SWITCH_LAYOUT_CODE.door, held)
const edges = (b: DriverBench): number[][] => b.edges.map(edge => [edge.code, edge.edge])

describe('layouts', () => {
  it('name a switch function for every input', () => {
    for (const [name, names] of Object.entries(SWITCH_LAYOUT)) {
      const codes = switchCodes(SWITCH_LAYOUT_CODE[name as keyof typeof SWITCH_LAYOUT])
      expect([...codes]).toEqual(names.map(key => SWITCH[key]))
      expect(codes.every(code => code > 0)).toBe(true)
    }
  })

  it('an unknown layout has no switches', () => {
    const b = pack(99)
    b.setInput(0, true)
    b.run(100)
    expect(b.edges).toEqual([])
  })
})

describe('the resistor of a pack', () => {
  it('once seen is missed when the contacts open, and no more when they are closed', () => {
    let level = 0
    const b = new DriverBench(switchPackEntry, benchDescriptor(COMPONENT_CLASS.switchPack, { layout: SWITCH_LAYOUT_CODE.door }), {
      prepare: (bench) => { bench.plant = { analog: channel => channel === SWITCH_PLUG.line ? level : 1 } },
    })
    const stands = (shown: number): boolean | undefined => {
      level = shown
      b.component.inspect!()
      return b.faults.at(-1)
    }
    expect([0, 0.05].map(stands)).toEqual([false, false])
    expect([SWITCH_PLUG.connected, 0.5, 0, 0, 0.5].map(stands)).toEqual([false, false, true, true, false])
  })
})

describe('a switch', () => {
  it('counts when it has rested for the debounce time, and nothing runs afterwards', () => {
    const b = door()
    b.setInput(0, true)
    b.run(SWITCH_PARAMETERS.debounce_ms - 1)
    expect(b.edges).toEqual([])
    b.run(2)
    expect(b.edges).toMatchObject([{ code: SWITCH['window.up'], edge: SWITCH_EDGE.pressed, duration_ms: 0 }])
    b.setInput(0, false)
    b.run(30)
    expect(b.edges).toHaveLength(2)
    expect(b.edges[1]).toMatchObject({ edge: SWITCH_EDGE.released })
    b.run(500)
    expect(b.pending).toBe(0)
  })

  it('bounces into one edge', () => {
    const b = door()
    for (let i = 0; i < 7; i++) {
      b.setInput(1, i % 2 === 0)
      b.run(3)
    }
    b.run(40)
    expect(edges(b)).toEqual([[SWITCH['window.down'], SWITCH_EDGE.pressed]])
  })

  it('a glitch shorter than the debounce time is nothing', () => {
    const b = door()
    b.setInput(1, true)
    b.run(4)
    b.setInput(1, false)
    b.run(100)
    expect(b.edges).toEqual([])
    expect(b.pending).toBe(0)
  })

  it('becomes a hold, and tells how long it was pressed', () => {
    const b = door()
    b.setInput(0, true)
    b.run(1000)
    b.setInput(0, false)
    b.run(50)
    expect(edges(b).map(edge => edge[1])).toEqual([SWITCH_EDGE.pressed, SWITCH_EDGE.held, SWITCH_EDGE.released])
    expect(b.edges[2]!.duration_ms).toBeCloseTo(1000, -1)
  })

  it('pressed for 30 s it is stuck, and dead until it was open once', () => {
    const b = door()
    b.setInput(0, true)
    b.run(SWITCH_PARAMETERS.stuck_ms - 100)
    const faulty = (): boolean | undefined => {
      b.component.inspect!()
      return b.faults.at(-1)
    }
    expect(faulty()).toBe(false)
    b.run(200)
    expect(faulty()).toBe(true)
    expect(edges(b).map(edge => edge[1])).toEqual([SWITCH_EDGE.pressed, SWITCH_EDGE.held, SWITCH_EDGE.stuck])
    expect(b.component.moving()).toBe(false)
    b.run(5000)
    expect([b.pending, faulty()]).toEqual([0, true])
    b.setInput(0, false)
    b.run(50)
    expect(faulty()).toBe(false)
    b.setInput(0, true)
    b.run(50)
    expect(b.edges.at(-1)).toMatchObject({ edge: SWITCH_EDGE.pressed })
    expect(b.edges).toHaveLength(4)
  })

  it('held at boot starts nothing until it was released', () => {
    const b = door([0])
    b.run(2000)
    expect(b.edges).toEqual([])
    b.setInput(0, false)
    b.run(50)
    expect(b.edges).toEqual([])
    b.setInput(0, true)
    b.run(50)
    expect(edges(b)).toEqual([[SWITCH['window.up'], SWITCH_EDGE.pressed]])
  })

  it('that never comes to rest counts as stuck', () => {
    const b = door()
    b.setInput(0, true)
    b.run(50)
    for (let i = 0; i < 300; i++) {
      b.setInput(0, i % 2 === 1)
      b.run(5)
    }
    expect(b.edges.at(-1)).toMatchObject({ edge: SWITCH_EDGE.stuck })
    expect(b.component.moving()).toBe(false)
  })

  it('two at once are told apart, with their own times', () => {
    const b = door()
    b.setInput(0, true)
    b.run(100)
    b.setInput(2, true)
    b.run(390)
    b.setInput(0, false)
    b.run(100)
    expect(edges(b)).toEqual([
      [SWITCH['window.up'], SWITCH_EDGE.pressed], [SWITCH['latch.release'], SWITCH_EDGE.pressed],
      [SWITCH['window.up'], SWITCH_EDGE.held], [SWITCH['window.up'], SWITCH_EDGE.released],
      [SWITCH['latch.release'], SWITCH_EDGE.held],
    ])
  })

  it('becomes a hold in its own time, though another one has been held for long', () => {
    const b = door()
    b.setInput(0, true)
    b.run(5000)
    b.setInput(1, true)
    b.setInput(0, false)
    b.run(500)
    expect(edges(b).slice(2)).toEqual([
      [SWITCH['window.up'], SWITCH_EDGE.released], [SWITCH['window.down'], SWITCH_EDGE.pressed], [SWITCH['window.down'], SWITCH_EDGE.held],
    ])
    expect(b.edges.at(-1)!.duration_ms).toBe(SWITCH_PARAMETERS.hold_ms)
  })

  it('unplugged while pressed: released, then silence', () => {
    const b = door()
    b.setInput(0, true)
    b.run(100)
    b.unplug()
    expect(b.edges.at(-1)).toMatchObject({ edge: SWITCH_EDGE.released })
    expect(b.pending).toBe(0)
    b.setInput(0, false)
    b.setInput(1, true)
    b.run(1000)
    expect(b.edges).toHaveLength(2)
  })
})
