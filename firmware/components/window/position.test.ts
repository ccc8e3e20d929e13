import { describe, expect, it } from 'vitest'
import { WINDOW_LIMITS } from './parameters.ts'
import { GlassPosition } from './position.ts'

const TRAVEL = 950
const PER_mm = WINDOW_LIMITS.pulses_mm

function closedAt(count: number): GlassPosition {
  const position = new GlassPosition(TRAVEL)
  position.reference(count, 0)
  return position
}

describe('the position of the glass', () => {
  it('is unknown until there is a reference, and again when it is forgotten', () => {
    const position = new GlassPosition(TRAVEL)
    expect(position.known()).toBe(false)
    expect([position.pulses(5), position.percent(5), position.gap_mm(5, 1), position.gap_mm(5, -1)]).toEqual([NaN, NaN, NaN, NaN])
    position.reference(100, 40)
    expect(position.known()).toBe(true)
    expect(position.pulses(100)).toBe(40)
    expect(position.pulses(60)).toBe(0)
    position.forget()
    expect(position.known()).toBe(false)
  })

  it('is 0 % closed and 100 % open, no less and no more', () => {
    const position = closedAt(-200)
    expect([-210, -200, -200 + TRAVEL / 4, -200 + TRAVEL, 900].map(count => position.percent(count))).toEqual([0, 0, 25, 100, 100])
    expect([0, 25, 100].map(percent => position.countAt(percent))).toEqual([-200, -200 + TRAVEL / 4, -200 + TRAVEL])
  })

  it('has a gap to either end, in millimetres of the gear, whatever the travel is', () => {
    const position = closedAt(0)
    expect(position.gap_mm(100 * PER_mm, -1)).toBeCloseTo(100, 9)
    expect(position.gap_mm(TRAVEL - 10 * PER_mm, 1)).toBeCloseTo(10, 9)
    expect(position.toPulses(200)).toBeCloseTo(200 * PER_mm, 9)
    position.measure(700)
    expect(position.toMillimetres(PER_mm)).toBeCloseTo(1, 9)
    expect(position.gap_mm(700, 1)).toBe(0)
  })

  it('has the travel of the descriptor until that is measured', () => {
    const position = new GlassPosition(TRAVEL)
    expect([position.travel_pulses, position.measured]).toEqual([TRAVEL, false])
    position.measure(940)
    expect([position.travel_pulses, position.measured]).toEqual([940, true])
    expect(position.known()).toBe(false)
  })

  it('was wrong when the counter passes an end by more than cable and buffers give', () => {
    const position = closedAt(0)
    const most = WINDOW_LIMITS.astray_mm * PER_mm
    for (const count of [-most, 0, 400, TRAVEL, TRAVEL + most - 0.5]) expect(position.astray(count), `${count}`).toBe(false)
    for (const count of [-most - 0.001, TRAVEL + most + 0.5]) expect(position.astray(count), `${count}`).toBe(true)
    position.forget()
    expect(position.astray(-1e6)).toBe(false)
  })
})
