import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, LATCH_ACTION, LATCH_FLAG, LATCH_PLUG, LATCH_STATE, LOCATION } from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { latchEntry } from './latch.ts'
import { LATCH_PARAMETERS } from './parameters.ts'
import { STROKES } from './strokes.ts'

type Bench = DriverBench<typeof latchEntry>

/** A latch whose drives take 100 ms a stroke, unless they are stuck. */
class LatchModel {
  stuck = false
  springBroken = false
  private pawl_ms = 0
  private lock_ms = 0

  step(b: DriverBench, fed: boolean): void {
    const pawl = fed ? Math.sign(b.duties[LATCH_PLUG.pawl]!) : 0
    const lock = fed ? Math.sign(b.duties[LATCH_PLUG.lock]!) : 0
    if (this.stuck) return
    if (pawl !== 0) this.pawl_ms = Math.max(-100, Math.min(100, this.pawl_ms + pawl))
    else if (!this.springBroken) this.pawl_ms -= Math.sign(this.pawl_ms)
    this.lock_ms = Math.max(0, Math.min(100, this.lock_ms + lock))
    if (this.pawl_ms === 100) b.setInput(LATCH_PLUG.ajar, true)
    if (this.pawl_ms === -100) b.setInput(LATCH_PLUG.ajar, false)
    b.setInput(LATCH_PLUG.locked, this.lock_ms > 50)
    b.setInput(LATCH_PLUG.home, Math.abs(this.pawl_ms) < 10)
  }
}

const DASH = LOCATION.DASH
const TOOL = 9

function latch(location: number = LOCATION.FL, flags = LATCH_FLAG.cinch | LATCH_FLAG.lock): { b: Bench, model: LatchModel } {
  const model = new LatchModel()
  const b = new DriverBench(latchEntry, benchDescriptor(COMPONENT_CLASS.latch, { flags }, 3, 10), {
    location,
    prepare: (bench) => {
      bench.inputs[LATCH_PLUG.home] = true
      bench.plant = model
    },
  })
  return { b, model }
}

function order(b: Bench, action: keyof typeof LATCH_ACTION, sender: number = DASH, sequence = 0): boolean {
  return b.command({ sequence, action: LATCH_ACTION[action] }, sender)
}

const rest = (b: Bench): number => b.until(() => b.pending === 0 && !b.component.moving(), 10000)

describe('a latch', () => {
  it('releases, springs home, and gives its power back', () => {
    const { b } = latch()
    expect(b.status()).toMatchObject({ state: LATCH_STATE.closed, ajar: 0 })
    expect(order(b, 'release')).toBe(true)
    expect(b.status().state).toBe(LATCH_STATE.releasing)
    expect(rest(b)).toBeLessThan(400)
    expect(b.status()).toMatchObject({ state: LATCH_STATE.ajar, ajar: 1, fault: 0 })
    expect(b.wishes).toMatchObject([{ priority: 1 }])
    expect(b.wish).toBeUndefined()
    expect(b.driving).toBe(false)
  })

  it('holds no current while its spring brings it home, and hears then that it has none', () => {
    const { b } = latch()
    order(b, 'release')
    b.until(() => b.status().ajar === 1, 1000)
    expect([b.wish, b.driving, b.component.moving()]).toEqual([undefined, false, true])
    b.setPower(false)
    rest(b)
    expect(b.status()).toMatchObject({ state: LATCH_STATE.ajar, fault: 0 })
  })

  it('pulls a lid shut that is ajar, and only then', () => {
    const { b } = latch(LOCATION.TRUNK)
    expect(order(b, 'cinch')).toBe(false)
    order(b, 'release')
    rest(b)
    expect(order(b, 'cinch')).toBe(true)
    b.run(50)
    expect(b.status().state).toBe(LATCH_STATE.cinching)
    rest(b)
    expect(b.status()).toMatchObject({ state: LATCH_STATE.closed, ajar: 0, fault: 0 })
  })

  it('locks and unlocks', () => {
    const { b } = latch()
    order(b, 'lock')
    rest(b)
    expect(b.status().locked).toBe(1)
    order(b, 'unlock')
    rest(b)
    expect(b.status()).toMatchObject({ locked: 0, fault: 0 })
  })

  it('an order while another runs takes its place, motors never drive both', () => {
    const { b } = latch()
    order(b, 'lock')
    b.run(20)
    order(b, 'release')
    b.run(300, () => expect(b.duties[LATCH_PLUG.pawl] !== 0 && b.duties[LATCH_PLUG.lock] !== 0).toBe(false))
    expect(b.status()).toMatchObject({ ajar: 1, locked: 0 })
  })

  it('pulls shut only as long as it is renewed: a processor that hangs holds no door on fingers', () => {
    const { b, model } = latch()
    b.inputs[LATCH_PLUG.ajar] = true
    model.stuck = true
    expect(order(b, 'cinch')).toBe(true)
    b.run(200)
    expect(b.duties[LATCH_PLUG.pawl]).toBe(-1)
    b.hang(b.holds_ms)
    expect(b.duties[LATCH_PLUG.pawl]).toBe(0)
    b.inputs[LATCH_PLUG.ajar] = false
    order(b, 'release')
    b.run(20)
    b.hang(1000)
    expect(b.duties[LATCH_PLUG.pawl]).toBe(1)
  })

  it('a release stops a cinch at once', () => {
    const { b } = latch(LOCATION.TRUNK)
    order(b, 'release')
    rest(b)
    order(b, 'cinch')
    b.run(50)
    order(b, 'release')
    b.run(20)
    expect(b.duties[LATCH_PLUG.pawl]).not.toBe(-1)
    rest(b)
    expect(b.status().ajar).toBe(1)
  })

  it('reports a door that someone opens', () => {
    const { b } = latch()
    const before = b.statusChanges
    b.plant = {}
    b.setInput(LATCH_PLUG.ajar, true)
    b.run(50)
    expect(b.statusChanges).toBe(before + 1)
    expect(b.status().state).toBe(LATCH_STATE.ajar)
    expect(b.pending).toBe(0)
  })
})

describe('who may', () => {
  it('a locked door refuses its handle, the dash and a tool until it is unlocked', () => {
    const { b } = latch(LOCATION.RL)
    order(b, 'lock')
    rest(b)
    for (const sender of [LOCATION.RL, DASH, TOOL]) expect(order(b, 'release', sender)).toBe(false)
    order(b, 'unlock')
    rest(b)
    expect(order(b, 'release', LOCATION.RL)).toBe(true)
  })

  it('a locked trunk refuses its handle; the dash and a tool unlock it first', () => {
    for (const sender of [DASH, TOOL]) {
      const { b } = latch(LOCATION.TRUNK)
      order(b, 'lock')
      rest(b)
      expect(order(b, 'release', LOCATION.TRUNK)).toBe(false)
      expect(order(b, 'release', sender)).toBe(true)
      rest(b)
      expect(b.status()).toMatchObject({ locked: 0, ajar: 1, fault: 0 })
    }
  })

  it.each([LOCATION.FL, LOCATION.TRUNK, LOCATION.HOOD])('nothing is released above 5 km/h, at %d', (location) => {
    const { b } = latch(location)
    b.speed_kmh = 5.5
    expect(order(b, 'release')).toBe(false)
    b.speed_kmh = 4.9
    expect(order(b, 'release')).toBe(true)
  })

  it('with the speed unknown a door opens when it is asked twice, a lid does not', () => {
    const { b: door } = latch(LOCATION.FR)
    const { b: hood } = latch(LOCATION.HOOD)
    for (const { b, opens } of [{ b: door, opens: true }, { b: hood, opens: false }]) {
      b.speed_kmh = NaN
      expect(order(b, 'release', DASH, 3)).toBe(false)
      b.run(500)
      expect(order(b, 'release', DASH, 3), 'a repetition').toBe(false)
      b.run(LATCH_PARAMETERS.insist_ms - 501)
      expect(order(b, 'release', DASH, 4)).toBe(opens)
    }
  })

  it.each([
    ['the second comes too late', (b: Bench) => b.run(LATCH_PARAMETERS.insist_ms + 1), 4],
    ['between them something else was asked for, and the first is repeated', (b: Bench) => order(b, 'unlock', DASH, 4), 3],
    ['sixteen commands later the number comes again', (b: Bench) => b.run(LATCH_PARAMETERS.insist_ms + 1), 3],
  ] as const)('with the speed unknown a door stays shut when %s', (_what, between, sequence) => {
    const { b } = latch(LOCATION.FR)
    b.speed_kmh = NaN
    expect(order(b, 'release', DASH, 3)).toBe(false)
    between(b)
    expect(order(b, 'release', DASH, sequence)).toBe(false)
    expect(order(b, 'release', DASH, sequence + 1), 'and then another').toBe(true)
  })

  it('what was asked for above 5 km/h is no first of two', () => {
    const { b } = latch(LOCATION.FR)
    b.speed_kmh = 120
    expect(order(b, 'release', DASH, 3)).toBe(false)
    b.speed_kmh = NaN
    expect(order(b, 'release', DASH, 4)).toBe(false)
    expect(order(b, 'release', DASH, 5)).toBe(true)
  })

  it('hardware that is not there refuses, as does a code that means nothing', () => {
    const { b } = latch(LOCATION.HOOD, 0)
    expect([order(b, 'lock'), order(b, 'unlock'), order(b, 'cinch')]).toEqual([false, false, false])
    expect(b.receiveAction(9)).toBe(false)
  })

  it('driving off during a release ends it', () => {
    const { b, model } = latch()
    model.stuck = true
    order(b, 'release')
    b.run(50)
    b.speed_kmh = 8
    b.component.vehicleChanged!()
    expect(b.driving).toBe(false)
    expect(b.status().fault).toBe(1)
  })
})

describe('faults', () => {
  it.each(['release', 'lock'] as const)('%s that does not get there: one retry, then a fault, motors off in time', (action) => {
    const { b, model } = latch()
    model.stuck = true
    order(b, action)
    let on_ms = 0
    let starts = 0
    let was = false
    b.run(5000, () => {
      if (b.driving) on_ms += 1
      if (b.driving && !was) starts += 1
      was = b.driving
    })
    expect(starts).toBe(2)
    expect(on_ms).toBeLessThanOrEqual(2 * STROKES[LATCH_ACTION[action]]!.limit_ms + 3 * LATCH_PARAMETERS.tick_ms)
    expect(b.status()).toMatchObject({ fault: 1, state: LATCH_STATE.blocked })
    expect(b.wish).toBeUndefined()
  })

  it('a drive that does not spring home is a fault', () => {
    const { b, model } = latch()
    model.springBroken = true
    order(b, 'release')
    b.run(LATCH_PARAMETERS.home_ms + 500)
    expect(b.status()).toMatchObject({ fault: 1, ajar: 1 })
    expect(b.component.moving()).toBe(false)
  })

  it('no power: gives up with a fault', () => {
    const { b } = latch()
    b.grants = false
    order(b, 'release')
    b.run(LATCH_PARAMETERS.grant_ms + 50)
    expect(b.status().fault).toBe(1)
    expect(b.pending).toBe(0)
  })

  it('power that comes late is used, power withdrawn ends the stroke for good', () => {
    const { b, model } = latch()
    model.stuck = true
    b.grants = false
    order(b, 'release')
    b.run(300)
    b.setPower(true)
    expect(b.duties[LATCH_PLUG.pawl]).toBe(1)
    b.run(50)
    b.setPower(false)
    expect(b.driving).toBe(false)
    b.setPower(true)
    b.run(1000)
    expect(b.driving).toBe(false)
    expect(b.status().fault).toBe(1)
  })

  it('a stroke that trips its eFuse runs once more when the feed is back, and not a third time', () => {
    const { b, model } = latch()
    const trip = (): void => {
      b.run(50)
      b.tripped = true
      b.grants = false
      b.setPower(false)
      expect(b.driving).toBe(false)
      b.run(LATCH_PARAMETERS.grant_ms + 50)
      b.tripped = false
    }
    model.stuck = true
    order(b, 'release')
    trip()
    expect(b.status().state).toBe(LATCH_STATE.releasing)
    // The peak that was granted was less than it takes to break loose: now it wants all of it.
    expect(b.wishes).toMatchObject([{ run_A: 3, peak_A: 10 }, { run_A: 10, peak_A: 10 }])
    model.stuck = false
    b.setPower(true)
    expect(rest(b)).toBeLessThan(400)
    expect(b.status()).toMatchObject({ state: LATCH_STATE.ajar, fault: 0 })
    b.setInput(LATCH_PLUG.ajar, false)
    model.stuck = true
    b.grants = true
    order(b, 'release')
    trip()
    b.setPower(true)
    trip()
    expect(b.status()).toMatchObject({ state: LATCH_STATE.blocked, fault: 1 })
    b.setPower(true)
    b.run(3000)
    expect(b.driving).toBe(false)
  })

  it('what trips while it pulls shut is not pulled again: it may be shut upon fingers', () => {
    const { b, model } = latch()
    b.setInput(LATCH_PLUG.ajar, true)
    model.stuck = true
    order(b, 'cinch')
    b.run(50)
    expect(b.duties[LATCH_PLUG.pawl]).toBe(-1)
    b.tripped = true
    b.setPower(false)
    expect(b.status()).toMatchObject({ state: LATCH_STATE.blocked, fault: 1 })
    b.tripped = false
    b.setPower(true)
    b.run(3000)
    expect([b.driving, b.wishes.length]).toEqual([false, 1])
  })

  it('whose feed does not come back after a trip is blocked', () => {
    const { b } = latch()
    order(b, 'release')
    b.run(50)
    b.tripped = true
    b.grants = false
    b.setPower(false)
    b.run(LATCH_PARAMETERS.regrant_ms - 20)
    expect(b.status().fault).toBe(0)
    b.run(40)
    expect(b.status()).toMatchObject({ state: LATCH_STATE.blocked, fault: 1 })
    expect(b.pending).toBe(0)
  })

  it('unplugged in the middle: off, silent', () => {
    const { b } = latch()
    order(b, 'release')
    b.run(30)
    b.unplug()
    b.setInput(LATCH_PLUG.ajar, true)
    const changes = b.statusChanges
    b.run(1000)
    expect(b.driving).toBe(false)
    expect(b.pending).toBe(0)
    expect(b.statusChanges).toBe(changes)
  })
})
