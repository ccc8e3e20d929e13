import { describe, expect, it } from 'vitest'
import { GuardSteps, STEPS_FRICTION_A } from '../../testing/index.ts'
import { LAW, PinchGuard } from './guard.ts'
import { climateFactor } from './motor.ts'

const { startsFar_mm, scaleLeast, scaleMost, guarded_mm, top_mm, end_mm, end_N, growing_N, mayBeHand_N, moves_pulses_s } = LAW

/** Way of the drum in a tick in which the glass just moves. */
const CREEPS_mm = 0.06

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** A closing whose friction is found. */
function closing(from_mm: number, temperature_C = 23): GuardSteps {
  const steps = new GuardSteps(from_mm, temperature_C).pass(400)
  while (!steps.guard.found) steps.pass(10)
  return steps
}

/** A closing that has come to a gap. */
function closedTo(gap_mm: number): GuardSteps {
  const steps = closing(gap_mm + 30)
  while (steps.reading.gap_mm > gap_mm) steps.tick(0)
  return steps
}

/** A force grows by so much a tick, on a glass that hardly moves: the excess at which it is told. */
function toldAt_N(steps: GuardSteps, growth_N: number, from_N = 15): number {
  for (let force_N = from_N; force_N < 100; force_N += growth_N) if (steps.tick(force_N, CREEPS_mm)) return steps.guard.excess_N
  return NaN
}

describe('the friction that is found', () => {
  it.each([
    [150, 4, 9, 0.25], [150, 4, 9, 0.5], [150, 4, 9, 2], [startsFar_mm, 4, 9, 0.25], [startsFar_mm + 1, 18, 28, 0.25], [300, 18, 28, 2],
  ])('of a closing from %s mm is the mean beyond %s mm and 150 ms, until beyond %s mm and 250 ms: by %s mm a tick', (from_mm, fromWay_mm, toWay_mm, way_mm) => {
    const steps = new GuardSteps(from_mm)
    const { guard, reading } = steps
    const seen_A: number[] = []
    let over = false
    while (!over) {
      expect(guard.found).toBe(false)
      steps.scale = 1 + 0.01 * way_mm * reading.elapsed_ms / 10
      expect(steps.tick(0, way_mm)).toBe(false)
      const travelled_mm = from_mm - reading.gap_mm
      if (travelled_mm > fromWay_mm && reading.elapsed_ms > 150) seen_A.push(guard.load.load_A)
      over = travelled_mm > toWay_mm && reading.elapsed_ms > 250
    }
    expect(guard.found).toBe(true)
    expect(guard.friction_A).toBeCloseTo(mean(seen_A), 9)
  })

  it('weighs each tick by its length', () => {
    const steps = new GuardSteps(150)
    const { guard } = steps
    let sum_As = 0
    let time_s = 0
    while (!guard.found) {
      steps.dt_s = steps.reading.elapsed_ms < 200 ? 0.01 : 0.025
      steps.scale = steps.reading.elapsed_ms < 200 ? 1 : 1.5
      steps.tick(0)
      if (steps.reading.elapsed_ms <= 150) continue
      sum_As += guard.load.load_A * steps.dt_s
      time_s += steps.dt_s
    }
    expect(guard.friction_A).toBeCloseTo(sum_As / time_s, 9)
  })

  it.each([[1.2, 5, 'last'], [1, 6, 'mean']])('of a glass that breaks away, by %s mm a tick, is seen for %s ticks: the %s counts', (way_mm, ticks, counts) => {
    const steps = new GuardSteps(150)
    const { guard } = steps
    // It sticks for a second.
    for (let i = 0; i < 100; i++) steps.tick(0, 0)
    const seen_A: number[] = []
    while (!guard.found) {
      steps.scale += 0.05
      steps.tick(0, way_mm)
      seen_A.push(guard.load.load_A)
    }
    const counted_A = counts === 'last' ? seen_A.slice(-1) : seen_A.slice(-ticks)
    expect(guard.friction_A).toBeCloseTo(mean(counted_A), 9)
  })

  it.each([[0.1, scaleLeast], [3, scaleMost]])('is at %s times the learned one taken for %s times', (scale, taken) => {
    const steps = new GuardSteps(150)
    while (!steps.guard.found) {
      steps.scale = steps.reading.elapsed_ms > 130 ? scale : 1
      steps.tick(0)
    }
    expect(steps.guard.scale).toBe(taken)
  })

  it('in the cold is cold friction: found as such, and learned as that of 23 °C', () => {
    const steps = new GuardSteps(60, -30)
    const { guard } = steps
    steps.scale = 1.1
    while (!guard.atEnd()) expect(steps.tick(0)).toBe(false)
    expect(guard.scale).toBeCloseTo(1.1, 2)
    expect(guard.friction_A / (STEPS_FRICTION_A * climateFactor(-30))).toBeCloseTo(1.1, 2)
    guard.finish()
    // A closing counts by three tenths in what is learned.
    for (const gap_mm of [15, 6, 0]) expect(guard.profile.usual_A(gap_mm) / STEPS_FRICTION_A).toBeCloseTo(1.03, 2)
  })

  it('of the upper seal varies more: what it adds to the rest counts by the square', () => {
    const { guard, reading } = new GuardSteps(450, 23, gap_mm => gap_mm < 12 ? 10 : gap_mm < 40 ? STEPS_FRICTION_A : 6)
    guard.found = true
    const friction_A = (gap_mm: number, scale: number): number => {
      guard.scale = scale
      guard.update({ ...reading, dt_s: 0.01, gap_mm })
      return guard.friction_A
    }
    for (const scale of [0.8, 1, 1.25]) {
      expect(friction_A(6, scale)).toBeCloseTo((STEPS_FRICTION_A + (10 - STEPS_FRICTION_A) * scale) * scale, 9)
      expect(friction_A(20, scale)).toBeCloseTo(STEPS_FRICTION_A * scale, 9)
      expect(friction_A(100, scale)).toBeCloseTo(6 * scale, 9)
    }
    guard.begin(6, -30, false)
    expect(guard.friction_A).toBeCloseTo(10 * climateFactor(-30), 6)
  })
})

describe('friction that changes under way', () => {
  /** What presses beyond friction after a force has lasted for 100 ms, and how friction follows it in one tick. */
  function follow_N(force_N: number, from_mm: number, dt_s = 0.01, temperature_C = 23): { excess_N: number, change_N: number } {
    const steps = closing(from_mm, temperature_C).pass(100, force_N)
    const { guard } = steps
    const before = guard.scale
    steps.dt_s = dt_s
    expect(steps.tick(force_N)).toBe(false)
    const change_A = (guard.scale - before) * STEPS_FRICTION_A * climateFactor(temperature_C)
    return { excess_N: guard.excess_N, change_N: change_A * guard.load.force_N_A }
  }

  it.each([23, -30])('is followed at 20 N/s when it rises, not beyond what presses, and not from 20 N on: at %s °C', (temperature_C) => {
    const [weak, strong] = [15, 25].map(force_N => follow_N(force_N, 150, 0.01, temperature_C))
    expect(weak!.change_N).toBeCloseTo(0.2, 6)
    expect(follow_N(15, 150, 0.02, temperature_C).change_N).toBeCloseTo(0.4, 6)
    expect(strong!.excess_N).toBeGreaterThan(mayBeHand_N)
    expect(strong!.change_N).toBe(0)
    const all = follow_N(6, 150, 0.4, temperature_C)
    expect(all.excess_N).toBeGreaterThan(2)
    expect(all.change_N).toBeCloseTo(all.excess_N, 6)
  })

  it.each([[23, 0.76 * 23 * 0.01], [26, 0.76 * 26 * 0.01], [27, 0.2], [60, 0.2]])('of a glass that creeps rises by 0.76 N a pulse at most: at %s pulses/s', (pulses_s, change_N) => {
    const steps = closing(150).pass(100, 15)
    const { guard, reading } = steps
    const before = guard.scale
    guard.update({ ...reading, pulses_s })
    expect((guard.scale - before) * STEPS_FRICTION_A * guard.load.force_N_A).toBeCloseTo(change_N, 6)
  })

  it('far open is followed at 200 N/s, also beyond 20 N', () => {
    const far = follow_N(42, 400)
    expect(far.excess_N).toBeGreaterThan(mayBeHand_N)
    expect(far.change_N).toBeCloseTo(2, 6)
  })

  it.each([23, -30])('is followed with a time constant of 0.3 s when it falls, at most to the load: at %s °C', (temperature_C) => {
    for (const [dt_s, share] of [[0.01, 0.01 / 0.3], [0.1, 0.1 / 0.3], [0.5, 1]] as const) {
      const { excess_N, change_N } = follow_N(-20, 150, dt_s, temperature_C)
      expect(excess_N).toBeLessThan(-5)
      expect(change_N).toBeCloseTo(share * excess_N, 6)
    }
  })

  it.each([[moves_pulses_s - 0.1, false], [moves_pulses_s, true]])('is seen on a glass that moves: at %s pulses/s: %s', (pulses_s, seen) => {
    const steps = closing(150)
    steps.tick(-20)
    const { guard, reading } = steps
    const before = guard.scale
    guard.profile.begin()
    guard.update({ ...reading, pulses_s })
    expect(guard.scale < before).toBe(seen)
    guard.finish()
    expect(guard.profile.usual_A(reading.gap_mm) < STEPS_FRICTION_A).toBe(seen)
  })

  it('is no warmth of the winding: the pulses say what that is as long as nothing presses by 12 N', () => {
    const followed = (force_N: number): boolean => {
      const steps = closing(150).pass(100, force_N)
      const { guard, reading } = steps
      const before_ohm = guard.load.resistance_ohm
      guard.update({ ...reading, pulses_s: 0.9 * reading.pulses_s })
      return guard.load.resistance_ohm !== before_ohm
    }
    expect([followed(0), followed(16)]).toEqual([true, false])
  })
})

describe('an obstacle', () => {
  it('is told at 28 N of a force that grows slowly, in the upper seal at 33 N, far open at 45 N', () => {
    expect(Math.abs(toldAt_N(closing(150), 1) - 28)).toBeLessThan(1)
    expect(Math.abs(toldAt_N(closedTo(6), 1) - 33)).toBeLessThan(1)
    expect(Math.abs(toldAt_N(closing(255), 4) - 45)).toBeLessThan(3)
  })

  it.each([[10, 0.5], [20, 0.5], [40, 0.25]])('that grows by 4 N each tick of %s ms is looked at %s of a tick ahead', (tick_ms, ahead) => {
    // Whichever part of its growth a tick meets.
    const told_N = Array.from({ length: 40 }, (_, i) => {
      const steps = closing(150)
      steps.dt_s = tick_ms / 1000
      return toldAt_N(steps, 4, 11 + 4 * i / 40)
    })
    expect(Math.min(...told_N)).toBeCloseTo(28 - 4 * ahead, 0)
    expect(Math.max(...told_N)).toBeCloseTo(28 - 4 * ahead + 4, 0)
  })

  it('is looked at ahead from 10 N on only: a load that comes back to friction grows fast, too', () => {
    const excesses_N: number[] = []
    for (let force_N = 0; force_N < 600; force_N++) {
      const steps = closing(150).pass(100, -300)
      const told = steps.tick(force_N)
      const { excess_N } = steps.guard
      if (excess_N < 5 || excess_N > 15) continue
      expect(told, `${excess_N} N`).toBe(excess_N > growing_N)
      excesses_N.push(excess_N)
    }
    expect([Math.min(...excesses_N) < 6, Math.max(...excesses_N) > 14]).toEqual([true, true])
  })
})

describe('where it is', () => {
  it('a guard that has not begun knows of no hand and no end', () => {
    const { motor } = new GuardSteps(100)
    const guard = new PinchGuard(motor, 9)
    expect([guard.found, guard.far, guard.learns, guard.atEnd(), guard.pressed(), guard.mayHold()])
      .toEqual([false, false, false, false, false, false])
  })

  it('a hand may be pinched up to where the law looks, from the first moment on', () => {
    const far = (gap_mm: number): boolean[] => {
      const { guard, reading } = new GuardSteps(gap_mm)
      const atFirst = guard.far
      guard.far = !atFirst
      guard.update({ ...reading, dt_s: 0.01 })
      return [atFirst, guard.far]
    }
    expect([far(guarded_mm), far(guarded_mm + 0.001)]).toEqual([[false, false], [true, true]])
  })

  it('the glass lags behind the drum by the stretch of the cable', () => {
    const { guard, motor, reading } = closing(150)
    expect(guard.glass_mm).toBeCloseTo(reading.gap_mm + motor.stretch_mm(STEPS_FRICTION_A), 2)
  })

  it('is told from the end further on a day on which closing takes more, by a quarter of what the cable gives more', () => {
    const endedAt_mm = (scale: number): { ended_mm: number, usual_mm: number, today_mm: number } => {
      const steps = new GuardSteps(40)
      steps.scale = scale
      while (!steps.guard.found) steps.tick(0, 0.2)
      while (!steps.guard.atEnd()) steps.tick(0, 0.02)
      const { motor, guard: { glass_mm, friction_A } } = steps
      return { ended_mm: glass_mm, usual_mm: motor.stretch_mm(STEPS_FRICTION_A), today_mm: motor.stretch_mm(friction_A) }
    }
    const heavy = endedAt_mm(1.6)
    expect(heavy.today_mm - heavy.usual_mm).toBeGreaterThan(1.5)
    expect(heavy.ended_mm).toBeCloseTo(end_mm - 0.25 * (heavy.today_mm - heavy.usual_mm), 1)
    for (const scale of [1, 0.7]) expect(endedAt_mm(scale).ended_mm, `${scale}`).toBeCloseTo(end_mm, 1)
  })

  it('from 1.8 mm on nothing is told from the end any more', () => {
    const ended = (gap_mm: number): boolean => {
      const { guard, reading } = new GuardSteps(10)
      guard.update({ ...reading, dt_s: 0.01, gap_mm })
      return guard.atEnd()
    }
    expect([ended(end_mm + 0.001), ended(end_mm)]).toEqual([false, true])
  })

  it('it is pressed into the end from 25 N on, and a hand is what presses by more than 20 N', () => {
    const { guard } = closedTo(6)
    const pressed = (excess_N: number): boolean[] => {
      guard.excess_N = excess_N
      return [guard.mayHold(), guard.pressed()]
    }
    expect([mayBeHand_N, mayBeHand_N + 0.001, end_N].map(pressed)).toEqual([[false, false], [true, false], [true, false]])
    guard.update({ ...closedTo(6).reading, gap_mm: -3 })
    expect([end_N - 0.001, end_N].map(pressed)).toEqual([[true, false], [true, true]])
  })

  it('the upper seal begins below 9 mm', () => {
    const beyond_A = (glass_mm: number): number => {
      const { guard } = new GuardSteps(20)
      guard.glass_mm = glass_mm
      return guard.windingBound_A()
    }
    expect(beyond_A(top_mm)).toBe(beyond_A(20))
    expect(beyond_A(top_mm - 0.001)).toBeGreaterThan(beyond_A(20))
  })
})

describe('a closing', () => {
  /** What a guard says that begins to close from 150 mm, and of a closing that takes a fifth more than usual. */
  function says(guard: PinchGuard): unknown[] {
    guard.begin(150, 23, false)
    const atFirst = [guard.found, guard.far, guard.atEnd(), guard.excess_N, guard.glass_mm, guard.friction_A, guard.windingBound_A()]
    const steps = new GuardSteps(150)
    steps.scale = 1.2
    const friction_uA = Array.from({ length: 60 }, () => {
      steps.tick(0)
      guard.update(steps.reading)
      return Math.round(1e6 * guard.friction_A)
    })
    guard.finish()
    return [atFirst, friction_uA, guard.profile.usual_A(140), guard.profile.usual_A(20)]
  }

  it('knows nothing of the one before: one that met a hand at once, one that was pressed into the end, one from far open', () => {
    const met = new GuardSteps(150)
    for (let i = 0; i < 22; i++) met.tick(80)
    const ended = closedTo(2)
    while (!ended.guard.atEnd()) ended.tick(0)
    for (let i = 0; i < 10; i++) ended.tick(100, 0.1)
    expect(ended.guard.pressed()).toBe(true)
    const first = says(new GuardSteps(150).guard)
    for (const { guard } of [met, ended, closing(400)]) expect(says(guard)).toEqual(first)
  })
})

describe('the learning run', () => {
  /** One that has come to a gap, by the descriptor. */
  function learning(gap_mm: number): GuardSteps {
    const steps = new GuardSteps(gap_mm + 20)
    steps.guard.begin(gap_mm + 20, 23, true)
    while (steps.reading.gap_mm > gap_mm) expect(steps.tick(0)).toBe(false)
    return steps
  }

  it('is at its end when it is told so, not by the place: a hand is told beyond the descriptor\'s, too', () => {
    const steps = learning(-10)
    expect([steps.guard.atEnd(), steps.guard.pressed()]).toEqual([false, false])
    expect(steps.told_ms(60, 100)).toBeLessThanOrEqual(60)
    steps.guard.press()
    expect([steps.guard.atEnd(), steps.guard.pressed()]).toEqual([true, true])
  })

  it('and no other closing presses no longer what holds by 15 N more than trips', () => {
    const holds = (guard: PinchGuard, excess_N: number): boolean => {
      guard.excess_N = excess_N
      return guard.holds()
    }
    const { guard } = learning(20)
    expect(holds(guard, 100)).toBe(false)
    guard.press()
    expect([holds(guard, 43), holds(guard, 43.001)]).toEqual([false, true])
    const { guard: other } = closing(50)
    other.press()
    expect(holds(other, 100)).toBe(false)
  })

  it('says of what it presses as long as it does: moving or not, an obstacle', () => {
    const steps = learning(20)
    expect(steps.told_ms(60, 100)).toBeLessThanOrEqual(60)
    steps.guard.press()
    const told = [0.5, 0, 0].map(way_mm => steps.tick(60, way_mm))
    for (let i = 0; i < 20; i++) steps.tick(-20)
    expect([...told, steps.tick(-20), steps.tick(-20, 0)]).toEqual([true, true, true, false, false])
  })

  it('follows friction no more once it presses; what its seal takes is seen all the same', () => {
    const steps = learning(20)
    steps.guard.press()
    const { scale } = steps.guard
    steps.guard.profile.begin()
    for (let i = 0; i < 20; i++) expect(steps.tick(10)).toBe(false)
    steps.guard.profile.finish()
    expect(steps.guard.scale).toBe(scale)
    expect(steps.guard.profile.usual_A(18)).toBeGreaterThan(STEPS_FRICTION_A)
  })

  it('presses its end by 16 N less than what tripped, where a closing presses it by 45 N more: it may be a hand', () => {
    const beyond_N = ({ guard }: GuardSteps): number => (guard.windingBound_A() - 1.1 * guard.friction_A) * guard.load.force_N_A
    const steps = learning(20)
    expect(beyond_N(steps)).toBeCloseTo(28 + 14, 6)
    steps.guard.press()
    expect(beyond_N(steps)).toBeCloseTo(28 - 16, 6)
  })

  it('knows by how many pulses the cable gives', () => {
    const { guard, motor } = learning(20)
    expect(guard.stretch_pulses()).toBeCloseTo(2.1124 * motor.stretch_mm(guard.load.load_A), 9)
    expect(guard.stretch_pulses()).toBeGreaterThan(3)
  })
})

describe('the current that a closing is given', () => {
  it('before friction is found is the most that the back-off tells, or 2.6 times the usual, and what trips', () => {
    const bound_A = (opened_A?: number, from_mm = 150): number => {
      const { guard } = new GuardSteps(from_mm, 23, () => STEPS_FRICTION_A, opened_A)
      return guard.windingBound_A() - ((from_mm > guarded_mm ? 45 : 28) + 14) / guard.load.force_N_A
    }
    const { motor } = new GuardSteps(150)
    expect(bound_A(4)).toBeCloseTo(1.1 * (motor.free_A + 1.8 * (4 - motor.free_A) + 147 / motor.force_N_A), 9)
    // More than it can be, no back-off, and one that began far from any hand, where the back-off does not tell.
    for (const [opened_A, from_mm] of [[40, 150], [undefined, 150], [4, startsFar_mm + 1]] as const) {
      expect(bound_A(opened_A, from_mm)).toBeCloseTo(1.1 * 2.6 * STEPS_FRICTION_A, 6)
    }
    expect(bound_A(4, startsFar_mm)).toBeCloseTo(bound_A(4), 9)
  })

  it('tells less of a back-off in the cold, where the motor itself takes more of it', () => {
    const { guard, motor } = new GuardSteps(150, -30, () => STEPS_FRICTION_A, 5)
    const told_A = 1.8 * 5 - 0.8 * motor.free_A * climateFactor(-30) + 147 / guard.load.force_N_A
    expect(guard.windingBound_A()).toBeCloseTo(1.1 * told_A + (28 + 14) / guard.load.force_N_A, 9)
  })

  it('is all that it may be far open, and what shows a hand up to where the law looks', () => {
    const { guard } = closing(150)
    expect([guarded_mm, guarded_mm + 0.001].map(gap_mm => guard.windingNeeds_A(gap_mm, 8, 9)))
      .toEqual([expect.closeTo(1.1 * 8 + (28 + 14) / guard.load.force_N_A, 9), 9])
  })
})
