import { describe, expect, it } from 'vitest'
import {
  COMPONENT_CLASS, DIRECTION, IGNITION, MIRROR_ACTION, MIRROR_FLAG, MIRROR_FOLD, MIRROR_PLUG, MirrorCommandCodec,
  type MirrorCommandValues,
} from '#protocol/index.ts'
import { benchDescriptor, DriverBench } from '../../testing/index.ts'
import { mirrorEntry } from './mirror.ts'
import { MIRROR_PARAMETERS } from './parameters.ts'

type Bench = DriverBench<typeof mirrorEntry>

/** Axes of 4°/s over ±12°, an arm that folds in 3 s. */
class MirrorModel {
  x_deg = 0
  y_deg = 0
  arm = 0
  blockedX = false
  blockedArm = false

  step(b: DriverBench, fed: boolean): void {
    if (!fed) return
    if (!this.blockedX) this.x_deg = Math.max(-12, Math.min(12, this.x_deg + b.duties[MIRROR_PLUG.tiltX]! * 0.004))
    this.y_deg = Math.max(-12, Math.min(12, this.y_deg + b.duties[MIRROR_PLUG.tiltY]! * 0.004))
    if (!this.blockedArm) this.arm = Math.max(0, Math.min(1, this.arm + b.duties[MIRROR_PLUG.fold]! / 3000))
  }

  analog(channel: number): number {
    return channel === MIRROR_PLUG.positionFold ? this.arm : ((channel === MIRROR_PLUG.positionX ? this.x_deg : this.y_deg) + 12) / 24
  }
}

function mirror(flags = MIRROR_FLAG.heater | MIRROR_FLAG.fold): { b: Bench, model: MirrorModel } {
  const model = new MirrorModel()
  const b = new DriverBench(mirrorEntry, benchDescriptor(COMPONENT_CLASS.mirror, { flags }, 3.5, 5.5), {
    prepare: (bench) => { bench.plant = model },
  })
  return { b, model }
}

function order(b: Bench, action: keyof typeof MIRROR_ACTION, values: Partial<MirrorCommandValues> = {}): boolean {
  return b.command({ ...MirrorCommandCodec.create(), ...values, action: MIRROR_ACTION[action] })
}

const still = (b: Bench): number => b.until(() => !b.component.moving(), 30000)
const heater = (b: Bench): number => b.duties[MIRROR_PLUG.heater]!

describe('tilt', () => {
  it('moves both axes while held, and stops when nobody holds', () => {
    const { b, model } = mirror()
    order(b, 'tilt', { directionX: DIRECTION.positive, directionY: DIRECTION.negative })
    b.run(500)
    expect(b.status().moving).toBe(1)
    b.component.released!()
    expect(b.driving).toBe(false)
    expect(model.x_deg).toBeGreaterThan(1.5)
    expect(model.y_deg).toBeLessThan(-1.5)
    expect(b.status().tiltX_deg).toBeCloseTo(model.x_deg, 0)
    expect(b.pending).toBe(0)
  })

  it('at its end it stops by itself: less than 60 mV in 5 s', () => {
    const { b, model } = mirror()
    order(b, 'tilt', { directionX: DIRECTION.positive })
    b.run(6000)
    expect(model.x_deg).toBe(12)
    expect(still(b)).toBeLessThan(5500)
  })

  it('a blocked axis is off after 5 s', () => {
    const { b, model } = mirror()
    model.blockedX = true
    order(b, 'tilt', { directionX: DIRECTION.negative })
    expect(still(b)).toBeLessThanOrEqual(MIRROR_PARAMETERS.stallWindow_ms + 2 * MIRROR_PARAMETERS.tick_ms)
  })

  it('15 s in one direction are the most, also when the command is given again', () => {
    const { b } = mirror()
    let analog = 0
    b.plant = { step: () => { analog += 0.00002 }, analog: () => analog }
    let ran_ms = 0
    b.run(20000, () => {
      if (b.now_ms % 1000 === 0 && b.now_ms < 15000) order(b, 'tilt', { directionX: DIRECTION.positive })
      if (b.driving) ran_ms += 1
    })
    expect(ran_ms).toBeLessThanOrEqual(MIRROR_PARAMETERS.tilt_ms + 2 * MIRROR_PARAMETERS.tick_ms)
  })

  it('goes to an angle; an axis that is not given stays', () => {
    const { b, model } = mirror()
    order(b, 'goto', { tiltX_deg: -7.3 })
    still(b)
    expect(model.x_deg).toBeCloseTo(-7.3, 0)
    expect(Math.abs(model.x_deg + 7.3)).toBeLessThanOrEqual(MIRROR_PARAMETERS.tolerance_deg)
    expect(model.y_deg).toBe(0)
    b.component.released!()
    expect(order(b, 'goto')).toBe(false)
    expect(order(b, 'goto', { tiltX_deg: 20 })).toBe(false)
  })

  it('silence after a goto does not stop it', () => {
    const { b, model } = mirror()
    order(b, 'goto', { tiltX_deg: 10, tiltY_deg: 10 })
    b.run(250)
    b.component.released!()
    still(b)
    expect(model.y_deg).toBeGreaterThan(9.7)
  })

  it('stores and recalls, over a reset too; not while it moves', () => {
    const { b, model } = mirror()
    order(b, 'goto', { tiltX_deg: 5, tiltY_deg: -3 })
    expect(order(b, 'store', { memory: 2 })).toBe(false)
    still(b)
    const stored_deg = model.x_deg
    expect(order(b, 'store', { memory: 2 })).toBe(true)
    order(b, 'goto', { tiltX_deg: -10, tiltY_deg: 10 })
    still(b)
    b.reset()
    expect(order(b, 'recall', { memory: 1 })).toBe(false)
    expect(order(b, 'recall', { memory: 2 })).toBe(true)
    still(b)
    expect(model.x_deg).toBeCloseTo(stored_deg, 0)
    expect(b.saves.every(save => !save.driving)).toBe(true)
  })
})

describe('the arm', () => {
  it('folds and unfolds', () => {
    const { b, model } = mirror()
    expect(order(b, 'fold')).toBe(true)
    b.run(100)
    expect(b.status().fold).toBe(MIRROR_FOLD.moving)
    expect(still(b)).toBeLessThan(4000)
    expect(b.status().fold).toBe(MIRROR_FOLD.folded)
    order(b, 'unfold')
    still(b)
    expect(model.arm).toBeLessThan(0.03)
    expect(b.status().fold).toBe(MIRROR_FOLD.unfolded)
    expect(b.wish).toBeUndefined()
  })

  it('turns round on the way', () => {
    const { b } = mirror()
    order(b, 'fold')
    b.run(1000)
    order(b, 'unfold')
    still(b)
    expect(b.status().fold).toBe(MIRROR_FOLD.unfolded)
  })

  it('held by a hand: off, blocked, and free again with the next command', () => {
    const { b, model } = mirror()
    order(b, 'fold')
    b.run(1000)
    model.blockedArm = true
    expect(still(b)).toBeLessThanOrEqual(MIRROR_PARAMETERS.foldStall_ms + 40)
    expect(b.status().fold).toBe(MIRROR_FOLD.blocked)
    model.blockedArm = false
    order(b, 'unfold')
    still(b)
    expect(b.status().fold).toBe(MIRROR_FOLD.unfolded)
  })

  it('rests after 45 s of use', () => {
    const { b } = mirror()
    let used_ms = 0
    for (let i = 0; i < 40; i++) {
      if (!order(b, i % 2 === 0 ? 'fold' : 'unfold')) break
      used_ms += still(b)
    }
    expect(used_ms).toBeGreaterThan(40000)
    expect(used_ms).toBeLessThan(47000)
    expect(order(b, 'fold')).toBe(false)
    b.run(70000)
    expect(order(b, b.status().fold === MIRROR_FOLD.folded ? 'unfold' : 'fold')).toBe(true)
  })

  it('is refused where there is none', () => {
    const { b } = mirror(0)
    expect([order(b, 'fold'), order(b, 'unfold'), order(b, 'heatOn')]).toEqual([false, false, false])
  })

  it('a tilt that ends does not stop it; a stop of its own does', () => {
    const { b } = mirror()
    order(b, 'fold')
    order(b, 'tilt', { directionY: DIRECTION.positive })
    b.run(300)
    order(b, 'stop')
    b.run(20)
    expect(b.duties[MIRROR_PLUG.fold]).toBe(1)
    expect(b.duties[MIRROR_PLUG.tiltY]).toBe(0)
    order(b, 'stop')
    expect(b.driving).toBe(false)
  })
})

describe('the heater', () => {
  it('turns off after ten minutes', () => {
    const { b } = mirror()
    expect(order(b, 'heatOn')).toBe(true)
    expect(b.wish?.priority).toBe(3)
    b.run(1000)
    expect(b.status().heat).toBe(1)
    const time_ms = b.until(() => heater(b) === 0, 700000)
    expect(Math.abs(time_ms - MIRROR_PARAMETERS.heat_ms)).toBeLessThan(2000)
    expect(b.wish).toBeUndefined()
    b.run(1000)
    expect(b.pending).toBe(0)
  })

  it('needs the ignition, and goes off with it for good', () => {
    const { b } = mirror()
    b.ignition = IGNITION.accessory
    expect(order(b, 'heatOn')).toBe(false)
    b.ignition = IGNITION.on
    order(b, 'heatOn')
    b.run(100)
    b.setIgnition(IGNITION.off)
    expect(heater(b)).toBe(0)
    b.setIgnition(IGNITION.on)
    b.run(2000)
    expect(heater(b)).toBe(0)
  })

  it('is locked below 8.5 V and comes back above 9 V', () => {
    const { b } = mirror()
    order(b, 'heatOn')
    b.run(100)
    b.supply_V = 8.4
    b.run(600)
    expect(heater(b)).toBe(0)
    b.supply_V = 8.8
    b.run(2000)
    expect(heater(b)).toBe(0)
    b.supply_V = 9.1
    b.run(600)
    expect(heater(b)).toBe(1)
  })

  it('makes way for the arm', () => {
    const { b } = mirror()
    order(b, 'heatOn')
    b.run(100)
    order(b, 'fold')
    b.run(100, () => expect(heater(b) !== 0 && b.duties[MIRROR_PLUG.fold] !== 0).toBe(false))
    still(b)
    b.run(20)
    expect(heater(b)).toBe(1)
  })

  it('shed: comes back with the power; tripped: does not', () => {
    const { b } = mirror()
    order(b, 'heatOn')
    b.run(100)
    b.setPower(false)
    expect(heater(b)).toBe(0)
    b.setPower(true)
    expect(heater(b)).toBe(1)
    b.tripped = true
    b.setPower(false)
    b.setPower(true)
    b.run(1000)
    expect(heater(b)).toBe(0)
  })
})

describe('power and plug', () => {
  it('without power nothing moves, and after 2 s the wish is dropped', () => {
    const { b } = mirror()
    b.grants = false
    order(b, 'fold')
    b.run(MIRROR_PARAMETERS.grant_ms + 50)
    expect(b.component.moving()).toBe(false)
    expect(b.pending).toBe(0)
    b.setPower(true)
    b.run(500)
    expect(b.driving).toBe(false)
  })

  it('that is stopped before the power comes wants none any more', () => {
    const { b } = mirror()
    b.grants = false
    order(b, 'tilt', { directionX: DIRECTION.positive })
    expect(b.wish).toBeDefined()
    order(b, 'stop')
    expect(b.wish).toBeUndefined()
  })

  it('withdrawn on the way: stands still, does not go on by itself', () => {
    const { b } = mirror()
    order(b, 'goto', { tiltX_deg: 10 })
    b.run(200)
    b.setPower(false)
    b.run(100)
    b.setPower(true)
    b.run(1000)
    expect(b.driving).toBe(false)
  })

  it('unplugged: off, silent', () => {
    const { b } = mirror()
    order(b, 'heatOn')
    order(b, 'fold')
    b.run(200)
    b.unplug()
    expect(b.driving).toBe(false)
    expect(b.pending).toBe(0)
    b.run(2000)
    expect(b.pending).toBe(0)
  })
})
