import { beforeEach, describe, expect, it } from 'vitest'
import type { WindowAction } from '#protocol/index.ts'
import { GOAL, WindowGoal } from './goal.ts'
import { noInputs } from './inputs.ts'
import type { WindowInputs } from './inputs.ts'
import { WindowMotor } from './motor.ts'
import { MOTOR_DATA } from '../../testing/index.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { GlassPosition } from './position.ts'
import { GlassRun, MET, motorDuty, ramp, slowDuty } from './run.ts'

const TRAVEL = 950
const MIDDLE = 475
const PER_mm = WINDOW_PARAMETERS.pulses_mm
const SUPPLY_V = 13.5

let inputs: WindowInputs
let position: GlassPosition
let goal: WindowGoal
let run: GlassRun
/** What the guard says of a closing. */
let hand: boolean

beforeEach(() => {
  inputs = { ...noInputs(), now_ms: 10_000, count: MIDDLE, supply_V: SUPPLY_V, plug_V: SUPPLY_V, mayClose: true, fed: true }
  position = new GlassPosition(TRAVEL)
  position.reference(0, 0)
  goal = new WindowGoal(position)
  run = new GlassRun(inputs, position, goal, new WindowMotor(MOTOR_DATA), 8)
  hand = false
  run.closing.update = () => hand
})

/** A run for a goal begins; it is up to speed. */
function under(action: WindowAction, position_pct = NaN): void {
  goal.take(action, position_pct, inputs.count)
  run.begin(goal.direction(inputs.count), false)
  pass(WINDOW_PARAMETERS.ramp_ms, 2)
}

/** Time passes, with so many pulses every 10 ms. */
function pass(duration_ms: number, pulses = 0): void {
  const end_ms = inputs.now_ms + duration_ms
  while (inputs.now_ms < end_ms) {
    const tick_ms = Math.min(10, end_ms - inputs.now_ms)
    inputs.now_ms += tick_ms
    inputs.count += pulses * run.direction()
    run.measure()
    run.drive()
  }
}

/** So much flows in the motor now. */
function draws(winding_A: number): void {
  inputs.port_A = winding_A * Math.abs(run.duty)
}

/** What it has met after a standstill. */
function standing(stalled_ms: number, winding_A: number): number {
  pass(stalled_ms)
  draws(winding_A)
  return run.met()
}

describe('a glass that opens and stands', () => {
  it('in the middle has met something when it is pressed, after 200 ms', () => {
    under(GOAL.autoDown)
    expect(standing(WINDOW_PARAMETERS.stall_ms - 1, 20)).toBe(MET.nothing)
    expect(standing(1, 20)).toBe(MET.stop)
  })

  it('is pressed by more than opening takes; with less it lacks power, or its pulses are lost; with none it is not connected', () => {
    under(GOAL.autoDown)
    const { connected_A, pressed_A } = WINDOW_PARAMETERS
    const met = [0, connected_A - 0.01, connected_A, pressed_A - 0.01, pressed_A]
      .map(winding_A => standing(WINDOW_PARAMETERS.stall_ms, winding_A))
    expect(met).toEqual([MET.dead, MET.dead, MET.resistance, MET.resistance, MET.stop])
  })

  it('near its lower end stands there, after 100 ms, pressed or not', () => {
    position.measure(WINDOW_PARAMETERS.endZone_mm * PER_mm)
    inputs.count = -40
    under(GOAL.autoDown)
    pass(100, 2)
    expect(inputs.count).toBe(0)
    expect(standing(WINDOW_PARAMETERS.endStall_ms - 1, 20)).toBe(MET.nothing)
    expect(standing(1, 20)).toBe(MET.end)
    draws(3)
    expect(run.met()).toBe(MET.end)
  })

  it('a pulse before that, or at an unknown place, or on the learning run, is not at its end', () => {
    inputs.count = TRAVEL - 20 * 2 - WINDOW_PARAMETERS.endZone_mm * PER_mm - 0.001
    under(GOAL.autoDown)
    pass(100, 2)
    expect(standing(WINDOW_PARAMETERS.stall_ms, 20)).toBe(MET.stop)
    inputs.count = TRAVEL - 2
    goal.take(GOAL.learn, NaN, inputs.count)
    expect(run.met()).toBe(MET.stop)
    goal.take(GOAL.down, NaN, inputs.count)
    expect(run.met()).toBe(MET.end)
    position.forget()
    expect(run.met()).toBe(MET.stop)
  })

  it('the current in the winding is that of the port by the duty', () => {
    under(GOAL.learn)
    const duty = slowDuty(WINDOW_PARAMETERS.learn_V, SUPPLY_V)
    expect(run.duty).toBeCloseTo(duty, 12)
    inputs.port_A = 4
    expect(run.winding_A()).toBeCloseTo(4 / duty, 12)
    run.end()
    expect([run.duty, run.winding_A()]).toEqual([0, 0])
  })
})

describe('a motor whose pulses are lost', () => {
  it('stands only when it is pressed, and by its voltage and current may turn no more', () => {
    under(GOAL.autoDown)
    const { pressed_A, blindDoubt } = WINDOW_PARAMETERS
    const stands = (winding_A: number, motor_V: number): boolean => {
      inputs.plug_V = motor_V / run.duty
      draws(winding_A)
      return run.standsUnseen()
    }
    expect(run.duty).toBe(1)
    const standing_V = blindDoubt * run.closing.guard.load.resistance_ohm * pressed_A
    expect([stands(pressed_A, standing_V), stands(pressed_A, standing_V + 0.01), stands(pressed_A - 0.01, 1)]).toEqual([true, false, false])
  })
})

describe('an opening', () => {
  it('shows its rotor where the lower stop is more than 100 mm away: near it, or where that is not known, it may meet something', () => {
    let begun = 0
    run.closing.beginOpening = () => { begun++ }
    const shows = (gap_mm: number): boolean => {
      const before = begun
      inputs.count = TRAVEL - gap_mm * PER_mm
      run.begin(1, false)
      return begun > before
    }
    expect([shows(300), shows(100.1), shows(99.9), shows(0)]).toEqual([true, true, false, false])
    position.forget()
    expect(shows(300)).toBe(false)
  })
})

describe('a glass that closes', () => {
  it('meets what the guard says, at once', () => {
    under(GOAL.autoUp)
    draws(10)
    const told: unknown[] = []
    run.closing.update = (...all) => {
      told.push(all)
      return hand
    }
    expect(run.met()).toBe(MET.nothing)
    expect(told).toEqual([[inputs, -run.duty]])
    expect(run.duty).toBeLessThan(0)
    hand = true
    expect(run.met()).toBe(MET.obstacle)
  })

  it('is not guarded while it opens', () => {
    hand = true
    under(GOAL.autoDown)
    draws(10)
    expect(run.met()).toBe(MET.nothing)
  })

  it('and stands, far from the end, has 500 ms before it counts as too weak; 1.5 s while its friction is not found', () => {
    under(GOAL.autoUp)
    expect(standing(WINDOW_PARAMETERS.unfoundStall_ms - 1, 10)).toBe(MET.nothing)
    expect(standing(1, 10)).toBe(MET.resistance)
    under(GOAL.autoUp)
    run.closing.guard.found = true
    expect(standing(WINDOW_PARAMETERS.weakStall_ms - 1, 10)).toBe(MET.nothing)
    expect([standing(1, 10), standing(0, 0)]).toEqual([MET.resistance, MET.dead])
  })

  it('at its end stands there after 100 ms; on the learning run only when it is pressed, and at once when it holds', () => {
    under(GOAL.autoUp)
    Object.assign(run.closing.guard, { found: true, atEnd: () => true })
    expect([standing(WINDOW_PARAMETERS.endStall_ms - 1, 10), standing(1, 10)]).toEqual([MET.nothing, MET.end])
    goal.take(GOAL.learn, NaN, MIDDLE)
    expect(standing(WINDOW_PARAMETERS.weakStall_ms, 10)).toBe(MET.resistance)
    run.closing.guard.pressed = () => true
    expect(run.met()).toBe(MET.stop)
    run.begin(-1, false)
    expect(run.met()).toBe(MET.nothing)
    run.closing.guard.holds = () => true
    expect(run.met()).toBe(MET.stop)
  })

  it('a motor that is off while the door is slammed says nothing by standing', () => {
    under(GOAL.autoUp)
    draws(10)
    pass(600)
    expect(run.stalled_ms()).toBeGreaterThanOrEqual(600)
    run.closing.update = () => {
      run.closing.slammed = true
      return false
    }
    expect(run.met()).toBe(MET.nothing)
    expect(run.stalled_ms()).toBe(0)
  })

  it('tells the guard how it moves, and where: at an unknown place, where a hand may be', () => {
    under(GOAL.autoUp)
    draws(10)
    run.met()
    const { reading } = run.closing
    expect(reading).toMatchObject({ elapsed_ms: 100, stalled_ms: 0 })
    expect(reading.gap_mm).toBeCloseTo(inputs.count / PER_mm, 9)
    expect(reading.pulses_s).toBeGreaterThan(180)
    pass(40)
    draws(10)
    run.met()
    expect(reading).toMatchObject({ elapsed_ms: 140, stalled_ms: 40 })
    draws(0.5)
    run.met()
    expect(reading.stalled_ms).toBe(0)
    position.forget()
    const { unknownFrom_mm, unknownGap_mm } = WINDOW_PARAMETERS
    under(GOAL.up)
    // So that it finds its friction it seems to come closer, as far as a hand may be.
    const came_mm = [0, 1, 2, 3].map(() => {
      run.met()
      const { gap_mm } = reading
      pass(10, 25)
      return unknownFrom_mm - gap_mm
    })
    expect(came_mm[0]).toBeGreaterThanOrEqual(0)
    for (const [i, way_mm] of came_mm.entries()) {
      expect(way_mm).toBeCloseTo(Math.min(unknownFrom_mm - unknownGap_mm, came_mm[0]! + i * 25 / PER_mm), 9)
    }
    expect(came_mm[3]).toBe(unknownFrom_mm - unknownGap_mm)
  })

  it('tells the guard that it stands until its motor has turned by a pulse that did not come', () => {
    under(GOAL.autoUp)
    inputs.taken_ms = inputs.now_ms
    run.met()
    const told_ms = [1, 2, 3, 4].map(() => {
      pass(10)
      inputs.taken_ms = inputs.now_ms
      // By its voltage and current it makes 40 pulses/s at least.
      const { resistance_ohm, emf_Vs } = run.closing.guard.load
      draws((Math.abs(run.duty) * inputs.plug_V - 40 * emf_Vs) / (WINDOW_PARAMETERS.blindDoubt * resistance_ohm))
      run.met()
      return run.closing.reading.stalled_ms
    })
    expect(told_ms).toEqual([10, 20, 0, 0])
  })

  it('presses on what it meets on the learning run only, and there where its end may be', () => {
    let mayBeEnd = true
    goal.learning.meetsEnd = () => mayBeEnd
    hand = true
    under(GOAL.autoUp)
    draws(10)
    expect([run.met(), run.closing.guard.atEnd()]).toEqual([MET.obstacle, false])
    goal.take(GOAL.learn, NaN, MIDDLE)
    goal.learning.stands(MIDDLE)
    run.begin(-1, false)
    mayBeEnd = false
    expect([run.met(), run.closing.guard.atEnd()]).toEqual([MET.obstacle, false])
    mayBeEnd = true
    expect([run.met(), run.closing.guard.atEnd()]).toEqual([MET.nothing, true])
  })

  it('tells the learning run, and no other closing, what it pulls with where', () => {
    const told: unknown[] = []
    goal.learning.lifts = (...all) => { told.push(all) }
    under(GOAL.autoUp)
    run.met()
    expect(told).toEqual([])
    goal.take(GOAL.learn, NaN, MIDDLE)
    goal.learning.stands(MIDDLE)
    inputs.count = MIDDLE
    run.begin(-1, false)
    run.closing.guard.load.load_A = 4
    run.met()
    expect(told).toEqual([[MIDDLE, 4 * run.closing.guard.load.force_N_A]])
  })

  it('on the learning run has its gap from the lower end and the descriptor\'s travel', () => {
    goal.take(GOAL.learn, NaN, 2000)
    goal.learning.stands(2000)
    inputs.count = 2000
    run.begin(-1, false)
    pass(50, 2)
    run.met()
    expect(run.closing.reading.gap_mm).toBeCloseTo((TRAVEL - 10) / PER_mm, 9)
  })

  it('begins with its gap, the door\'s temperature, whether it backed off, and whether it learns', () => {
    const begun: unknown[] = []
    run.closing.begin = (...all) => { begun.push(all) }
    inputs.temperature_C = -20
    for (const backed of [false, true]) run.begin(-1, backed)
    run.begin(1, false)
    const gap_mm = position.gap_mm(MIDDLE, -1)
    goal.take(GOAL.learn, NaN, MIDDLE)
    goal.learning.stands(MIDDLE)
    run.begin(-1, false)
    const learned_mm = position.toMillimetres(TRAVEL)
    expect(begun).toEqual([
      [10_000, gap_mm, -20, false, false], [10_000, gap_mm, -20, true, false], [10_000, learned_mm, -20, false, true],
    ])
  })
})

describe('a glass where it cannot be', () => {
  it('is astray, opening and closing', () => {
    const most = WINDOW_PARAMETERS.astray_mm * PER_mm
    under(GOAL.autoUp)
    inputs.count = -Math.floor(most)
    expect(run.met()).toBe(MET.nothing)
    inputs.count -= 1
    hand = true
    expect(run.met()).toBe(MET.astray)
    under(GOAL.autoDown)
    inputs.count = TRAVEL + Math.ceil(most)
    expect(run.met()).toBe(MET.astray)
  })

  it('on the learning run is where no end can be, whatever was known before', () => {
    goal.take(GOAL.learn, NaN, 3000)
    inputs.count = 3000
    run.begin(1, false)
    expect(run.met()).toBe(MET.nothing)
    goal.learning.stands(3000)
    run.begin(-1, false)
    expect(run.met()).toBe(MET.nothing)
    inputs.count = 3000 - Math.ceil(WINDOW_PARAMETERS.travelMost * TRAVEL) - 1
    expect(run.met()).toBe(MET.astray)
  })
})

describe('how it is driven', () => {
  it('opening: by the ramp, the lower end and the goal', () => {
    goal.take(GOAL.goto, 90, MIDDLE)
    run.begin(1, false)
    expect(run.duty).toBeCloseTo(ramp(0), 12)
    for (const count of [MIDDLE, 0.9 * TRAVEL - 30 * PER_mm, 0.9 * TRAVEL - 20 * PER_mm]) {
      inputs.count = count
      inputs.now_ms += 60
      run.drive()
      const goalGap_mm = position.toMillimetres(goal.left_pulses(count, 1))
      expect(run.duty).toBeCloseTo(motorDuty(run.elapsed_ms(), position.gap_mm(count, 1), goalGap_mm, SUPPLY_V), 12)
    }
    expect(run.duty).toBeLessThan(0.6)
    inputs.count = TRAVEL - 5
    goal.take(GOAL.autoDown, NaN, inputs.count)
    run.drive()
    expect(run.duty).toBeLessThan(0.6)
  })

  it('opening on the learning run: slow, by the ramp', () => {
    goal.take(GOAL.learn, NaN, MIDDLE)
    run.begin(1, false)
    const full = slowDuty(WINDOW_PARAMETERS.learn_V, SUPPLY_V)
    expect(run.duty).toBeCloseTo(full * ramp(0), 12)
    inputs.now_ms += WINDOW_PARAMETERS.ramp_ms / 2
    run.drive()
    expect(run.duty).toBeCloseTo(full * ramp(WINDOW_PARAMETERS.ramp_ms / 2), 12)
  })

  it('closing: by the guard\'s speed, slower from 25 mm before a goal on; on the learning run too', () => {
    const near: boolean[] = []
    run.closing.duty = (_supply_V, nearGoal) => {
      near.push(nearGoal)
      return 0.3
    }
    position.reference(0, 0.2 * TRAVEL)
    goal.take(GOAL.goto, 20, MIDDLE)
    run.begin(-1, false)
    const goalCount = 0
    for (const left_mm of [WINDOW_PARAMETERS.slowGoal_mm + 0.001, WINDOW_PARAMETERS.slowGoal_mm]) {
      inputs.count = goalCount + left_mm * PER_mm
      run.drive()
    }
    goal.take(GOAL.autoUp, NaN, inputs.count)
    run.drive()
    goal.learning.stands(TRAVEL)
    goal.code = GOAL.learn
    run.drive()
    expect(near).toEqual([false, false, true, false, false])
    expect(run.duty).toBe(-0.3)
  })
})

describe('what it takes of the port', () => {
  it('is bounded while it closes, and what a closing needs; opening takes what the descriptor says', () => {
    under(GOAL.autoUp)
    expect(run.bound_A()).toBe(run.closing.bound_A)
    expect(run.bound_A()).toBeLessThan(30)
    expect(run.needs_A()).toBe(run.closing.neededNow_A(-run.duty))
    expect(run.needs_A()).toBeGreaterThan(0)
    under(GOAL.autoDown)
    expect(run.bound_A()).toBe(Infinity)
    expect(run.needs_A()).toBe(0)
  })

  it('is forecast for a closing only', () => {
    for (const action of [GOAL.none, GOAL.autoDown]) {
      goal.take(action, NaN, MIDDLE)
      expect(run.forecast_A()).toBe(0)
    }
    goal.take(GOAL.autoUp, NaN, MIDDLE)
    const from: number[] = []
    run.closing.forecast_A = (gap_mm) => {
      from.push(gap_mm)
      return 7
    }
    inputs.count = 700
    expect(run.forecast_A()).toBe(7)
    expect(from).toEqual([700 / PER_mm])
  })

  it('is expected to be what the descriptor says, as long as nothing is learned, but no more than hides no hand', () => {
    for (const [run_A, expected_A] of [[3, 3], [8, 8], [9, 9], [9.1, 9], [655, 9]] as const) {
      const { guard } = new GlassRun(inputs, position, goal, new WindowMotor(MOTOR_DATA), run_A).closing
      expect(guard.profile.usual_A(100), `${run_A}`).toBe(expected_A)
    }
  })
})

describe('where it ends', () => {
  it('is what its goal says, by its direction and speed', () => {
    under(GOAL.goto, 80)
    inputs.count = 0.8 * TRAVEL - 3
    expect(run.arrived()).toBe(false)
    inputs.count = 0.8 * TRAVEL - 1
    expect(run.arrived()).toBe(true)
    pass(200)
    inputs.count = 0.8 * TRAVEL - 1
    expect(run.arrived()).toBe(false)
  })
})
