import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { MOTOR_DATA, runs } from '../../testing/index.ts'
import { PinchGuard } from './guard.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { decodeWindowRecord, encodeWindowRecord, GlassPosition, LEARNED, LearningRun, plausible, TravelEnds } from './position.ts'

const MOTOR = new WindowMotor(MOTOR_DATA)

const TRAVEL = 950
const PER_mm = WINDOW_PARAMETERS.pulses_mm

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
    const most = WINDOW_PARAMETERS.astray_mm * PER_mm
    for (const count of [-most, 0, 400, TRAVEL, TRAVEL + most - 0.5]) expect(position.astray(count), `${count}`).toBe(false)
    for (const count of [-most - 0.001, TRAVEL + most + 0.5]) expect(position.astray(count), `${count}`).toBe(true)
    position.forget()
    expect(position.astray(-1e6)).toBe(false)
  })
})

const NOMINAL = 1000

/** A run that has found its lower end at 5000. */
function upward(): LearningRun {
  const run = new LearningRun(NOMINAL)
  run.begin()
  expect(run.stands(5000)).toBe(LEARNED.lowerEnd)
  return run
}

describe('a learning run', () => {
  it('goes down first, then up', () => {
    const run = new LearningRun(NOMINAL)
    expect(run.direction).toBe(1)
    expect(run.stands(5000)).toBe(LEARNED.lowerEnd)
    expect([run.direction, run.lowCount]).toEqual([-1, 5000])
    run.begin()
    expect(run.direction).toBe(1)
  })

  it('finds the travel, within 1.5 % of the descriptor\'s', () => {
    for (const [travel_pulses, learned] of [
      [985, LEARNED.done], [1000, LEARNED.done], [1014, LEARNED.done], [984, LEARNED.failed], [1016, LEARNED.failed], [3, LEARNED.failed],
    ] as const) {
      const run = upward()
      expect(run.stands(5000 - travel_pulses), `${travel_pulses}`).toBe(learned)
      expect(run.travel_pulses).toBe(travel_pulses)
    }
  })

  it('knows the gap by the descriptor\'s travel, and where no end can be any more', () => {
    const run = upward()
    expect([run.gap_pulses(5000), run.gap_pulses(4100), run.gap_pulses(3990)]).toEqual([1000, 100, -10])
    expect([run.astray(5000), run.astray(3986), run.astray(3984)]).toEqual([false, false, true])
  })

  it('is nowhere astray on its way down: the counter may begin anywhere', () => {
    const run = upward()
    run.begin()
    expect([run.astray(-9000), run.astray(9000)]).toEqual([false, false])
  })

  it('takes for the lower end where the drum pulled least before it lifts the glass: there the cable was slack', () => {
    const run = upward()
    for (const [count, load_N] of [[5000, 5], [4999, 5], [4998, 140], [4990, 80], [4985, 60], [4980, 75], [4975, 119]] as const) {
      run.lifts(count, load_N)
      expect(run.lowCount, `${count}`).toBe(5000)
    }
    run.lifts(4970, 121)
    expect([run.lowCount, run.gap_pulses(4970)]).toEqual([4985, 985])
    // It lifts: what comes now is friction.
    for (const load_N of [20, 200]) run.lifts(4960, load_N)
    expect(run.lowCount).toBe(4985)
    expect(run.stands(4985 - 1000)).toBe(LEARNED.done)
    expect(run.travel_pulses).toBe(1000)
  })

  it('keeps where it stood when the drum lifts the glass at once, or not within 25 mm', () => {
    const atOnce = upward()
    for (const count of [4998, 4990, 4980]) atOnce.lifts(count, 200)
    const never = upward()
    never.lifts(4990, 60)
    never.lifts(5000 - Math.ceil(25 * PER_mm) - 1, 300)
    expect([atOnce.lowCount, never.lowCount]).toEqual([5000, 5000])
  })

  it('looks for it anew when it is made again', () => {
    const run = upward()
    run.lifts(4990, 60)
    run.lifts(4980, 130)
    run.begin()
    run.stands(6000)
    expect(run.lowCount).toBe(6000)
    run.lifts(5990, 70)
    run.lifts(5980, 131)
    expect(run.lowCount).toBe(5990)
  })

  it('meets its end where that has to be, and as long as it gives no more than a seal: 4 mm', () => {
    const run = upward()
    expect([run.meetsEnd(4016), run.meetsEnd(4015)]).toEqual([false, true])
    const further = upward()
    expect([further.meetsEnd(3986), further.meetsEnd(3984)]).toEqual([true, false])
    const other = upward()
    const met = 4010
    expect(other.meetsEnd(met)).toBe(true)
    expect(other.meetsEnd(met - 4 * PER_mm)).toBe(true)
    expect(other.meetsEnd(met - 4 * PER_mm - 0.1)).toBe(false)
    expect(other.stands(met - 4 * PER_mm - 0.1)).toBe(LEARNED.failed)
    other.begin()
    other.stands(5000)
    expect(other.meetsEnd(3990)).toBe(true)
  })

  it('compares the travel with the descriptor\'s', () => {
    for (const [travel_pulses, same] of [[996, true], [995, false], [1004, true], [1005, false]] as const) {
      const run = upward()
      run.stands(5000 - travel_pulses)
      expect(run.asDescribed(4), `${travel_pulses}`).toBe(same)
    }
  })
})

describe('a travel from the memory', () => {
  it('is that of the component within 1.5 %', () => {
    expect([984, 985, 1014, 1016, NaN].map(travel_pulses => plausible(travel_pulses, NOMINAL))).toEqual([false, true, true, false, false])
  })
})

const LOAD_A = 13
/** By so much the drum has wound up the cable under that load. */
const STRETCH = MOTOR.stretch_mm(LOAD_A) * WINDOW_PARAMETERS.pulses_mm

let position: GlassPosition
let learning: LearningRun
let ends: TravelEnds
let pressed: boolean
let frictionLearned: number

beforeEach(() => {
  position = new GlassPosition(TRAVEL)
  learning = new LearningRun(TRAVEL)
  pressed = true
  frictionLearned = 0
  const guard = new PinchGuard(MOTOR, LOAD_A)
  guard.pressed = () => pressed
  guard.finish = () => { frictionLearned++ }
  guard.load.load_A = LOAD_A
  ends = new TravelEnds(position, learning, guard)
})

describe('a glass at an end of its travel', () => {
  it('at the lower stop is open', () => {
    position.measure(940)
    ends.open(2000)
    expect(position.pulses(2000)).toBe(940)
  })

  it('pressed into the upper stop is closed, but for the stretch of the cable; what closing took is learned', () => {
    ends.closed(300)
    expect(position.pulses(300)).toBeCloseTo(-STRETCH, 9)
    expect(STRETCH).toBeGreaterThan(5)
    expect(frictionLearned).toBe(1)
  })

  it('not pressed into it teaches nothing', () => {
    position.reference(300, 2)
    pressed = false
    ends.closed(300)
    expect(position.pulses(300)).toBe(2)
    expect(frictionLearned).toBe(0)
  })
})

describe('a learning run', () => {
  it('keeps what was known at its lower end, and takes travel and position from its upper one', () => {
    position.reference(0, 123)
    expect(ends.learn(5000)).toBe(LEARNED.lowerEnd)
    expect(position.pulses(0)).toBe(123)
    expect(ends.learn(5000 - TRAVEL)).toBe(LEARNED.done)
    expect(position.measured).toBe(true)
    // The glass lags behind the drum by the stretch of the cable.
    expect(position.travel_pulses).toBeCloseTo(TRAVEL - STRETCH, 9)
    expect(position.percent(5000)).toBeCloseTo(100, 9)
    expect(position.pulses(5000 - TRAVEL)).toBeCloseTo(-STRETCH, 9)
  })

  it('learns what closing took where the travel is the descriptor\'s within 2 mm, the stretch of the cable allowed for', () => {
    const most = WINDOW_PARAMETERS.describedWithin_mm * WINDOW_PARAMETERS.pulses_mm
    for (const [off, learned] of [[0, 1], [most - 0.1, 1], [most + 0.1, 0], [-most + 0.1, 1], [-most - 0.1, 0]] as const) {
      frictionLearned = 0
      learning.begin()
      ends.learn(5000)
      expect(ends.learn(5000 - TRAVEL - off - STRETCH)).toBe(LEARNED.done)
      expect(frictionLearned, `${off}`).toBe(learned)
    }
  })

  it('that failed leaves nothing known', () => {
    position.reference(0, 123)
    ends.learn(5000)
    expect(ends.learn(4900)).toBe(LEARNED.failed)
    expect(position.known()).toBe(false)
    expect(position.measured).toBe(false)
    expect(frictionLearned).toBe(0)
  })
})

const RECORD = { serial: 0x89abcdef, travel_pulses: 0x0123, position_pulses: 0x0256 }

describe('what a window keeps over a reset', () => {
  it('has this image: version, serial, travel, position counted from 256 below closed; least significant byte first', () => {
    expect([...encodeWindowRecord(RECORD)]).toEqual([2, 0xef, 0xcd, 0xab, 0x89, 0x23, 0x01, 0x56, 0x03])
    expect([...encodeWindowRecord({ ...RECORD, position_pulses: NaN })].slice(7)).toEqual([0xff, 0xff])
  })

  it('is read as it was written', () => {
    const position = fc.oneof(fc.constant(NaN), fc.integer({ min: -256, max: 0xfffe - 256 }))
    const record = fc.record({ serial: fc.nat(0xffffffff), travel_pulses: fc.nat(0xffff), position_pulses: position })
    fc.assert(fc.property(record, (one) => {
      expect(decodeWindowRecord(encodeWindowRecord(one))).toEqual(one)
    }), { seed: 61, numRuns: runs(200) })
  })

  it('rounds, and ends where the image does: a position off the scale is not an unknown one', () => {
    const kept = (position_pulses: number): number =>
      decodeWindowRecord(encodeWindowRecord({ ...RECORD, position_pulses }))!.position_pulses
    expect([kept(-0.6), kept(10.4), kept(-1e6), kept(1e6)]).toEqual([-1, 10, -256, 0xfffe - 256])
    expect(decodeWindowRecord(encodeWindowRecord({ ...RECORD, travel_pulses: 950.6 }))!.travel_pulses).toBe(951)
  })

  it('is none of another length, another version, or none at all', () => {
    const bytes = encodeWindowRecord(RECORD)
    expect(decodeWindowRecord(undefined)).toBeUndefined()
    expect(decodeWindowRecord(bytes.slice(0, 8))).toBeUndefined()
    expect(decodeWindowRecord(new Uint8Array([...bytes, 0]))).toBeUndefined()
    expect(decodeWindowRecord(new Uint8Array([1, ...bytes.slice(1)]))).toBeUndefined()
  })
})
