import { beforeEach, describe, expect, it } from 'vitest'
import { WINDOW_ACTION } from '#protocol/index.ts'
import { GOAL, WindowGoal } from './goal.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { GlassPosition, LEARNED } from './position.ts'

const TRAVEL = 1000
/** Where the counter stands when the glass is closed. */
const CLOSED = 5000
const at = (percent: number): number => CLOSED + percent * TRAVEL / 100

let position: GlassPosition
let goal: WindowGoal

beforeEach(() => {
  position = new GlassPosition(TRAVEL)
  position.reference(CLOSED, 0)
  goal = new WindowGoal(position)
})

describe('a command', () => {
  it.each([['up', -1], ['autoUp', -1], ['down', 1], ['autoDown', 1], ['learn', 1], ['stop', 0]] as const)('%s leads %d', (action, way) => {
    // A position that comes with it means nothing, not even that of an end.
    for (const position_pct of [NaN, 0, 40, 100]) {
      goal.take(WINDOW_ACTION[action], position_pct, at(50))
      expect(goal.code).toBe(WINDOW_ACTION[action])
      expect(goal.direction(at(50))).toBe(way)
      expect(goal.left_pulses(at(50), -1)).toBeNaN()
      expect(goal.arrived(at(50), way, 0)).toBe(false)
    }
  })

  it('to learn begins with the lower end, however far an earlier one came', () => {
    goal.take(GOAL.learn, NaN, at(50))
    expect(goal.learning.stands(at(100))).toBe(LEARNED.lowerEnd)
    expect(goal.direction(at(100))).toBe(-1)
    goal.take(GOAL.learn, NaN, at(30))
    expect(goal.direction(at(30))).toBe(1)
  })

  it('leads its way also after a learning run that was broken off on its way up', () => {
    goal.take(GOAL.learn, NaN, at(50))
    goal.learning.stands(at(100))
    goal.take(GOAL.autoDown, NaN, at(50))
    expect(goal.direction(at(50))).toBe(1)
  })

  it('that is over leads nowhere', () => {
    goal.take(GOAL.autoDown, NaN, at(50))
    goal.drop()
    expect(goal.code).toBe(GOAL.none)
    expect(goal.direction(at(50))).toBe(0)
  })
})

describe('a switch that is let go', () => {
  it.each(['up', 'down'] as const)('ends %s', (action) => {
    goal.take(WINDOW_ACTION[action], NaN, at(50))
    expect(goal.released()).toBe(true)
    expect(goal.code).toBe(GOAL.none)
  })

  it.each(['autoUp', 'autoDown', 'learn', 'stop'] as const)('leaves %s as it is', (action) => {
    goal.take(WINDOW_ACTION[action], NaN, at(50))
    expect(goal.released()).toBe(false)
    expect(goal.code).toBe(WINDOW_ACTION[action])
  })
})

describe('a goto', () => {
  const tolerance = WINDOW_PARAMETERS.goalTolerance_pct

  it('leads to its place, and knows the way that is left', () => {
    goal.take(GOAL.goto, 40, at(70))
    expect(goal.code).toBe(GOAL.goto)
    expect(goal.direction(at(70))).toBe(-1)
    expect(goal.left_pulses(at(70), -1)).toBe(300)
    expect(goal.left_pulses(at(30), -1)).toBe(-100)
    expect(goal.direction(at(30))).toBe(1)
  })

  it('to an end, or as good as there, is a motion to that end', () => {
    const tried: [number, number][] = [
      [0, GOAL.autoUp], [tolerance, GOAL.autoUp], [tolerance + 0.1, GOAL.goto],
      [100, GOAL.autoDown], [100 - tolerance, GOAL.autoDown], [100 - tolerance - 0.1, GOAL.goto],
    ]
    for (const [position_pct, code] of tried) {
      goal.take(GOAL.goto, position_pct, at(50))
      expect(goal.code, `${position_pct} %`).toBe(code)
    }
  })

  it('from within its tolerance is there already, at the ends too', () => {
    for (const end of [0, 100]) {
      const inner = end === 0 ? 1 : -1
      goal.take(GOAL.goto, end, at(end) + inner * tolerance * TRAVEL / 100)
      expect(goal.code).toBe(GOAL.goto)
      expect(goal.direction(at(end) + inner * tolerance * TRAVEL / 100)).toBe(0)
      goal.take(GOAL.goto, end, at(end) + inner * (tolerance * TRAVEL / 100 + 1))
      expect(goal.code).not.toBe(GOAL.goto)
    }
  })

  it('is corrected twice; then near is near enough', () => {
    goal.take(GOAL.goto, 40, at(70))
    for (let start = 0; start <= WINDOW_PARAMETERS.goalCorrections; start++) {
      expect(goal.direction(at(30))).toBe(1)
      goal.started()
    }
    expect(goal.direction(at(30))).toBe(0)
    goal.take(GOAL.goto, 40, at(70))
    expect(goal.direction(at(30))).toBe(1)
  })

  it('counts only its own starts', () => {
    goal.take(GOAL.autoDown, NaN, at(50))
    for (let start = 0; start < 10; start++) goal.started()
    goal.take(GOAL.goto, 40, at(70))
    expect(goal.direction(at(30))).toBe(1)
  })

  it('brakes ahead by what the glass goes in 12 ms', () => {
    goal.take(GOAL.goto, 40, at(70))
    const lead = 250 * WINDOW_PARAMETERS.brakeLead_ms / 1000
    expect(goal.arrived(at(40) + lead + 0.5, -1, 250)).toBe(false)
    expect(goal.arrived(at(40) + lead, -1, 250)).toBe(true)
    expect(goal.arrived(at(40) - 5, -1, 250)).toBe(true)
    expect(goal.arrived(at(40) - 5, 1, 250)).toBe(false)
  })
})

describe('a reversal', () => {
  it('leads down by what it is told, and is over there', () => {
    goal.take(GOAL.up, NaN, at(30))
    goal.reverse(at(30), 400)
    expect(goal.reversing()).toBe(true)
    expect(goal.direction(at(30))).toBe(1)
    expect(goal.direction(at(70) - 1)).toBe(1)
    expect(goal.direction(at(70))).toBe(0)
    expect(goal.arrived(at(70) - 1, 1, 1000)).toBe(false)
    expect(goal.arrived(at(70), 1, 0)).toBe(true)
  })

  it('ends at the lower end: the known one, or that of the learning run, or none', () => {
    goal.take(GOAL.up, NaN, at(90))
    goal.reverse(at(90), 400)
    expect(goal.arrived(at(100), 1, 0)).toBe(true)
    expect(goal.arrived(at(100) - 1, 1, 0)).toBe(false)
    position.forget()
    goal.resume()
    goal.take(GOAL.learn, NaN, at(90))
    goal.learning.stands(at(95))
    goal.reverse(at(90), 400)
    expect(goal.arrived(at(95), 1, 0)).toBe(true)
    expect(goal.arrived(at(95) - 1, 1, 0)).toBe(false)
    goal.resume()
    goal.take(GOAL.up, NaN, at(90))
    goal.reverse(at(90), 400)
    expect(goal.arrived(at(95), 1, 0)).toBe(false)
    expect(goal.arrived(at(130), 1, 0)).toBe(true)
  })

  it('is not turned away by a command: that comes after it', () => {
    goal.take(GOAL.up, NaN, at(30))
    goal.reverse(at(30), 400)
    goal.take(GOAL.autoDown, NaN, at(40))
    expect(goal.reversing()).toBe(true)
    expect(goal.released()).toBe(false)
    goal.resume()
    expect(goal.code).toBe(GOAL.autoDown)
  })

  it('forgets what was asked, when the switch is let go or when it begins anew', () => {
    goal.take(GOAL.up, NaN, at(30))
    goal.reverse(at(30), 400)
    goal.take(GOAL.down, NaN, at(40))
    expect(goal.released()).toBe(false)
    goal.resume()
    expect(goal.code).toBe(GOAL.none)
    goal.reverse(at(30), 400)
    goal.take(GOAL.autoDown, NaN, at(40))
    goal.reverse(at(50), 400)
    goal.resume()
    expect(goal.code).toBe(GOAL.none)
  })
})
