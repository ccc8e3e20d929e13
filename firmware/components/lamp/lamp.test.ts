import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, LAMP_PLUG, LIGHT_FAULT, LOCATION } from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { COMPONENT_FAULT } from '../component.ts'
import { lampEntry } from './lamp.ts'
import { LAMP_PARAMETERS, LAMP_SENSE } from './parameters.ts'

type Bench = DriverBench<typeof lampEntry>

const NOMINAL_A = [5, 0.4]

function lamp(location: number = LOCATION.FL): { b: Bench, currents_A: (number | undefined)[] } {
  const currents_A: (number | undefined)[] = []
  const b = new DriverBench(lampEntry, benchDescriptor(COMPONENT_CLASS.lamp, { channels: 2, nominal_A: NOMINAL_A }, 5.4, 30), {
    location,
    prepare: (bench) => {
      bench.plant = {
        analog: (channel) => {
          const duty = bench.granted ? bench.duties[channel]! : 0
          const current_A = duty > 0 ? currents_A[channel] ?? duty * NOMINAL_A[channel]! : 0
          return Math.min(1, current_A / LAMP_PLUG.senseRange_A)
        },
      }
    },
  })
  return { b, currents_A }
}

function set(b: Bench, channel: number, level_pct: number, fade_ms = 0): boolean {
  return b.command({ sequence: 0, action: 0, channel, level_pct, fade_ms })
}

describe('a lamp', () => {
  it('reports one status a channel', () => {
    const { b } = lamp()
    expect(b.component.statusCount).toBe(2)
    set(b, 1, 40)
    expect(b.status(0)).toMatchObject({ channel: 0, level_pct: 0, fault: LIGHT_FAULT.none, fading: 0 })
    expect(b.status(1)).toMatchObject({ channel: 1, level_pct: 40, fading: 0 })
    expect([...b.duties.slice(0, 2)]).toEqual([0, 0.4])
  })

  it('fades in steps of the tick, monotonically, in the time asked for', () => {
    const { b } = lamp()
    set(b, 0, 100, 1000)
    const seen = new Set<number>()
    let before = 0
    const time_ms = b.until(() => {
      seen.add(b.duties[0]!)
      expect(b.duties[0]).toBeGreaterThanOrEqual(before)
      before = b.duties[0]!
      return before === 1
    }, 2000)
    expect(Math.abs(time_ms - 1000)).toBeLessThanOrEqual(LAMP_PARAMETERS.fadeTick_ms)
    expect(seen.size).toBeGreaterThan(40)
    expect(b.component.moving()).toBe(false)
  })

  it('turns round in the middle of a fade', () => {
    const { b } = lamp()
    set(b, 0, 100, 1000)
    b.run(500)
    set(b, 0, 0, 500)
    b.run(520)
    expect(b.duties[0]).toBe(0)
    expect(b.wish).toBeUndefined()
    expect(b.component.moving()).toBe(false)
  })

  it.each([[2, 50, 0], [7, 50, 0], [0, NaN, 0], [0, 101, 0], [0, -1, 0]])('refuses channel %d level %d', (channel, level, fade) => {
    const { b } = lamp()
    expect(set(b, channel, level, fade)).toBe(false)
    expect(b.driving).toBe(false)
  })

  it('a fade that is not given is none', () => {
    const { b } = lamp()
    expect(set(b, 0, 80, NaN)).toBe(true)
    expect(b.duties[0]).toBe(0.8)
  })

  it('asks for what it will draw at 16 V, exterior lamps with a higher priority', () => {
    const { b } = lamp()
    set(b, 0, 50)
    set(b, 1, 100)
    expect(b.wish).toMatchObject({ run_A: expect.closeTo(2.9 * 1.12, 9) as number, priority: 2 })
    const { b: head } = lamp(LOCATION.HOOD)
    set(head, 0, 100)
    expect(head.wish?.priority).toBe(1)
  })

  it('without power it stays dark, and lights when the power comes', () => {
    const { b } = lamp()
    b.grants = false
    expect(set(b, 0, 100)).toBe(true)
    b.run(1000)
    expect(b.driving).toBe(false)
    expect(b.status(0)).toMatchObject({ level_pct: 0, fading: 1 })
    b.setPower(true)
    b.run(50)
    expect(b.duties[0]).toBe(1)
  })

  it('that is turned off before the power comes wants none any more', () => {
    const { b } = lamp()
    b.grants = false
    set(b, 0, 100)
    expect(b.wish).toBeDefined()
    set(b, 0, 0)
    expect(b.wish).toBeUndefined()
  })

  it('a shed lamp comes back with the power', () => {
    const { b } = lamp()
    set(b, 0, 100)
    b.run(100)
    b.setPower(false)
    expect(b.driving).toBe(false)
    expect(b.status(0).level_pct).toBe(0)
    b.run(500)
    b.setPower(true)
    b.run(50)
    expect(b.duties[0]).toBe(1)
  })
})

describe('bulb faults', () => {
  it('no current: open circuit, after more than 10 ms', () => {
    const { b, currents_A } = lamp()
    currents_A[0] = 0
    set(b, 0, 100)
    b.run(LAMP_SENSE.confirm_ms)
    expect(b.status(0).fault).toBe(LIGHT_FAULT.none)
    b.run(300)
    expect(b.status(0)).toMatchObject({ fault: LIGHT_FAULT.openCircuit, level_pct: 100 })
    expect(b.status(1).fault).toBe(LIGHT_FAULT.none)
  })

  it('a bulb that burns out later is noticed too', () => {
    const { b, currents_A } = lamp()
    set(b, 1, 50)
    b.run(5000)
    expect(b.status(1).fault).toBe(LIGHT_FAULT.none)
    currents_A[1] = 0
    expect(b.until(() => b.status(1).fault === LIGHT_FAULT.openCircuit, 1000)).toBeLessThan(LAMP_PARAMETERS.watch_ms + 50)
  })

  it('is a fault of the port until its channel is lit and draws what it should, however often it is switched meanwhile', () => {
    const { b, currents_A } = lamp()
    const told = (): boolean => b.standing.has(COMPONENT_FAULT.bulb)
    currents_A[0] = 0
    set(b, 0, 100)
    b.run(300)
    expect([b.status(0).fault, told()]).toEqual([LIGHT_FAULT.openCircuit, true])
    set(b, 0, 0)
    set(b, 1, 100)
    b.run(1000)
    expect([b.status(0).fault, told()], 'dark, it is not seen whole').toEqual([LIGHT_FAULT.none, true])
    set(b, 0, 100)
    b.run(LAMP_SENSE.confirm_ms)
    expect(told(), 'while it is only suspected').toBe(true)
    currents_A[0] = undefined
    b.run(600)
    expect(told()).toBe(false)
  })

  it('of a shorted channel that was cut off stays; an eFuse that trips says nothing of the bulbs', () => {
    const { b, currents_A } = lamp()
    set(b, 1, 100)
    b.run(400)
    b.tripped = true
    currents_A[1] = 0
    b.run(600)
    expect(b.standing.size).toBe(0)
    b.tripped = false
    currents_A[0] = 10
    set(b, 0, 100)
    b.run(600)
    set(b, 0, 0)
    b.run(600)
    expect([...b.standing]).toEqual([COMPONENT_FAULT.bulb])
  })

  it('a dropout shorter than 10 ms is none', () => {
    const { b, currents_A } = lamp()
    set(b, 1, 100)
    let out_ms = 0
    b.run(4000, () => {
      out_ms = (out_ms + 1) % 100
      currents_A[1] = out_ms < 8 ? 0 : undefined
      expect(b.status(1).fault).toBe(LIGHT_FAULT.none)
    })
  })

  it('the inrush of a cold filament is none', () => {
    const { b, currents_A } = lamp()
    currents_A[1] = 4
    set(b, 1, 100)
    b.run(LAMP_SENSE.inrush_ms - 10)
    currents_A[1] = undefined
    b.run(1000)
    expect(b.status(1).fault).toBe(LIGHT_FAULT.none)
  })

  it.each([[1, 4], [0, 10]])('channel %d with %d A: short circuit, off, until it is set again', (channel, current_A) => {
    const { b, currents_A } = lamp()
    currents_A[channel] = current_A
    set(b, channel, 100)
    b.run(450)
    expect(b.status(channel)).toMatchObject({ fault: LIGHT_FAULT.shortCircuit, level_pct: 0 })
    expect(b.duties[channel]).toBe(0)
    currents_A[channel] = undefined
    b.run(5000)
    expect(b.duties[channel]).toBe(0)
    set(b, channel, 100)
    b.run(500)
    expect(b.status(channel)).toMatchObject({ fault: LIGHT_FAULT.none, level_pct: 100 })
  })

  it('an eFuse that trips darkens the lamp for good; setting it asks for power again', () => {
    const { b } = lamp()
    set(b, 0, 100)
    b.run(100)
    b.tripped = true
    b.setPower(false)
    b.tripped = false
    expect(b.status(0)).toMatchObject({ fault: LIGHT_FAULT.shortCircuit, level_pct: 0 })
    b.run(5000)
    expect(b.driving).toBe(false)
    set(b, 0, 100)
    b.run(50)
    expect(b.duties[0]).toBe(1)
  })

  it('unplugged: dark, silent', () => {
    const { b } = lamp()
    set(b, 0, 100, 1000)
    b.run(100)
    b.unplug()
    expect(b.driving).toBe(false)
    expect(b.pending).toBe(0)
    expect(b.wish).toBeUndefined()
  })

  it('nothing runs while everything is dark', () => {
    const { b } = lamp()
    set(b, 0, 100, 200)
    b.run(1000)
    set(b, 0, 0, 200)
    b.run(1000)
    expect(b.pending).toBe(0)
  })
})
