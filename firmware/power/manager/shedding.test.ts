import { describe, expect, it } from 'vitest'
import { IGNITION, type Ignition, SHED_REASON } from '#protocol/index.ts'
import { Shedding, SHED_RULES } from './shedding.ts'

const { below_V, above_V, stage_ms, again_ms } = SHED_RULES
const { undervoltage, cranking, recovered } = SHED_REASON
const PERIOD_ms = 100
/** From the first low reading to the level. */
const DUE_ms = SHED_RULES.readings * PERIOD_ms

/** Reads the supply every 100 ms, and notes what changes. */
class Readings {
  readonly shedding = new Shedding()
  now_ms = 0
  ignition: Ignition = IGNITION.on
  readonly changes: { at_ms: number, level: number, reason: number }[] = []

  /** For so long at so many volts; the time of the last change since, or NaN. */
  at(supply_V: number, duration_ms: number): number {
    const before = this.changes.length
    const end_ms = this.now_ms + duration_ms
    while (this.now_ms < end_ms) {
      this.now_ms += PERIOD_ms
      const { shedding, now_ms } = this
      if (!shedding.read(now_ms, supply_V, this.ignition)) continue
      this.changes.push({ at_ms: now_ms, level: shedding.level, reason: shedding.reason })
    }
    return this.changes.length > before ? this.changes.at(-1)!.at_ms : NaN
  }
}

describe('shedding by the supply', () => {
  it('sheds nothing at first', () => {
    expect([new Shedding().level, new Shedding().reason]).toEqual([0, recovered])
  })

  for (const level of [1, 2, 3]) {
    it(`reaches level ${level} below ${below_V[level]} V, and not at it`, () => {
      const at = new Readings()
      at.at(below_V[level]!, 1000)
      expect(at.shedding.level).toBe(level - 1)
      at.at(below_V[level]! - 0.01, 1000)
      expect(at.shedding.level).toBe(level)
      expect(at.shedding.reason).toBe(undervoltage)
    })

    it(`leaves level ${level} at ${above_V[level]} V, and not below it`, () => {
      const at = new Readings()
      at.at(below_V[level]! - 0.01, 1000)
      at.at(above_V[level]! - 0.01, 60_000)
      expect(at.shedding.level).toBe(level)
      at.at(above_V[level]!, stage_ms)
      expect([at.shedding.level, at.shedding.reason]).toEqual([level - 1, recovered])
    })
  }

  it('takes three readings in a row: a motor\'s inrush is none, nor a fuse that melts elsewhere', () => {
    const at = new Readings()
    for (let i = 0; i < 5; i++) {
      at.at(9, 2 * PERIOD_ms)
      at.at(12, PERIOD_ms)
    }
    expect(at.changes).toEqual([])
    at.at(9, 3 * PERIOD_ms)
    expect(at.changes).toEqual([{ at_ms: at.now_ms, level: 1, reason: undervoltage }])
  })

  it('takes three readings for each further level', () => {
    const at = new Readings()
    at.at(9, DUE_ms)
    at.at(8, 2 * PERIOD_ms)
    expect(at.shedding.level).toBe(1)
    at.at(8, PERIOD_ms)
    expect(at.shedding.level).toBe(2)
  })

  it('goes at once to the level of the last reading', () => {
    const at = new Readings()
    at.at(9, 2 * PERIOD_ms)
    at.at(7, PERIOD_ms)
    expect(at.changes.map(change => change.level)).toEqual([3])
  })

  it('neither sheds nor recovers on a supply that it cannot read', () => {
    const at = new Readings()
    at.at(NaN, 1000)
    at.at(8, DUE_ms)
    at.at(NaN, 60_000)
    expect(at.shedding.level).toBe(2)
  })
})

describe('the recovery', () => {
  it('goes one level at a time, each after a second of good supply', () => {
    const at = new Readings()
    at.at(7, DUE_ms)
    const from_ms = at.now_ms
    at.at(13, 10_000)
    expect(at.changes.slice(1).map(({ at_ms, level, reason }) => [at_ms - from_ms, level, reason])).toEqual([
      [stage_ms, 2, recovered], [2 * stage_ms, 1, recovered], [3 * stage_ms, 0, recovered],
    ])
  })

  it('begins anew with every reading that is not good', () => {
    const at = new Readings()
    at.at(9, DUE_ms)
    for (let i = 0; i < 5; i++) {
      at.at(13, stage_ms - PERIOD_ms)
      at.at(11, PERIOD_ms)
    }
    expect(at.shedding.level).toBe(1)
    at.at(13, stage_ms)
    expect(at.shedding.level).toBe(0)
  })

  it('takes twice as long each time the supply falls again within 10 s of it, up to 32 s', () => {
    const at = new Readings()
    const times_ms: number[] = []
    for (let round = 0; round < 8; round++) {
      at.at(10, DUE_ms)
      const from_ms = at.now_ms
      while (at.shedding.level > 0) at.at(13, PERIOD_ms)
      times_ms.push(at.now_ms - from_ms)
    }
    expect(times_ms).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000])
  })

  it('takes a second again when the supply was good for 10 s, and after the starter', () => {
    for (const [good_ms, takes_ms] of [[again_ms - PERIOD_ms, 2000], [again_ms, 1000]] as const) {
      const at = new Readings()
      at.at(10, DUE_ms)
      at.at(13, stage_ms)
      at.at(13, good_ms - DUE_ms)
      at.at(10, DUE_ms)
      const from_ms = at.now_ms
      expect(at.at(13, 5000) - from_ms).toBe(takes_ms)
    }
    const at = new Readings()
    at.at(10, DUE_ms)
    at.at(13, stage_ms)
    at.ignition = IGNITION.start
    at.at(11, 500)
    at.ignition = IGNITION.on
    const from_ms = at.now_ms
    at.at(13, 5000)
    expect(at.changes.slice(-2).map(change => change.at_ms - from_ms)).toEqual([1000, 2000])
  })
})

describe('the starter', () => {
  it('has comfort shed at the first reading, before the supply falls', () => {
    for (const volts of [13, 9]) {
      const at = new Readings()
      at.at(volts, 1000)
      at.ignition = IGNITION.start
      at.at(13, PERIOD_ms)
      expect(at.changes.at(-1)).toEqual({ at_ms: at.now_ms, level: 2, reason: cranking })
    }
  })

  it('is told once, and nothing recovers while it turns', () => {
    const at = new Readings()
    at.ignition = IGNITION.start
    at.at(13, 20_000)
    expect(at.changes.length).toBe(1)
    at.ignition = IGNITION.on
    at.at(13, stage_ms - PERIOD_ms)
    expect(at.shedding.level).toBe(2)
    at.at(13, PERIOD_ms)
    expect(at.shedding.level).toBe(1)
  })

  it('has access shed too when the supply falls that far, which stays so until it is good', () => {
    const at = new Readings()
    at.ignition = IGNITION.start
    at.at(7, 500)
    expect([at.shedding.level, at.shedding.reason]).toEqual([3, undervoltage])
    at.at(13, 5000)
    expect(at.shedding.level).toBe(3)
  })
})

describe('a manager that takes over', () => {
  it('goes on with the level of the one before, and recovers from it in stages', () => {
    const at = new Readings()
    at.now_ms = 60_000
    at.shedding.begin(at.now_ms, 2)
    at.at(13, stage_ms - PERIOD_ms)
    expect(at.changes).toEqual([])
    at.at(13, 2 * stage_ms)
    expect(at.changes.map(({ at_ms, level }) => [at_ms - 60_000, level])).toEqual([[1000, 1], [2000, 0]])
  })
})
