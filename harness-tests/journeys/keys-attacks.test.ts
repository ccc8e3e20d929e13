import { describe, expect, it } from 'vitest'

import { HUB_PORT, HUB_RECORD, NO_CLASS, saveRecord } from '#firmware/runtime/index.ts'
import { type CanFrame, dataIdOf, hubAddress, type HubName, HUBS, LOCATION, protect } from '#protocol/index.ts'
import { encodeMessage } from '#protocol/messages/index.ts'
import { createCar } from '#sim/car/index.ts'
import { keyBytes, Technician } from '#sim/diag/index.ts'
import { Prng } from '#sim/kernel/index.ts'
import { journey } from '../kit/index.ts'
import { isTagged, keyed, KEYS, view } from './keyed-car.ts'

/** Presses, so many that the slow ones, up to an eighth by the seed, are fewer than those left out; `SPINE_PRESSES` for more. */
const PRESSES = Number(process.env['SPINE_PRESSES'] ?? 120)
const SEED = Number(process.env['SPINE_SEED'] ?? 1)
/** Of each way down, from the top, before the glass is closed again. */
const PRESSES_DOWN = 6
/** A glass that is open so far is closed first: one at its end moves nowhere. */
const LOW_pct = 85

/** From the thumb to the first movement of the glass, ms of the car's time, on the reference board, the shortest first. */
function pressesTake_ms(keys: boolean): number[] {
  const car = createCar({ seed: SEED, cpu: 'esp32-xs' })
  if (keys) for (const host of car.hubs.values()) saveRecord(host.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.keys, Uint8Array.from(keyBytes(KEYS)))
  car.boot()
  car.run(6500)
  const position_pct = (): number => {
    car.world.sync()
    return car.component('FL.window').plant.observe()['position_pct'] as number
  }
  const hold = (name: 'DASH.windowFL.up' | 'DASH.windowFL.down', duration_ms: number): void => {
    car.press(name)
    car.run(duration_ms)
    car.release(name)
    car.run(700)
  }
  const taken_ms: number[] = []
  for (let press = 0; press < PRESSES; press++) {
    // Always the same way: a drum that turns around has its slack to take up.
    if (press % PRESSES_DOWN === 0 || position_pct() > LOW_pct) {
      if (press > 0) hold('DASH.windowFL.up', 9000)
      hold('DASH.windowFL.down', 700)
    }
    car.run(200 + 137.3 * press % 377)
    const from_pct = position_pct()
    const begun_ns = car.now_ns
    car.press('DASH.windowFL.down')
    while (Math.abs(position_pct() - from_pct) < 1e-6 && car.now_ns - begun_ns < 1e9) car.run(0.5)
    taken_ms.push((car.now_ns - begun_ns) / 1e6)
    car.run(300)
    car.release('DASH.windowFL.down')
  }
  return taken_ms.sort((a, b) => a - b)
}

describe('on boards that pay for their callbacks', () => {
  it('a press moves the glass within 20 ms of a car without keys', () => {
    const open_ms = pressesTake_ms(false)
    const keyed_ms = pressesTake_ms(true)
    const late_ms = keyed_ms.map((taken_ms, i) => taken_ms - open_ms[i]!)
    if (process.env['SPINE_PRESSES'] !== undefined) {
      for (const share of [0.5, 0.9, 0.95, 0.99, 1]) {
        const i = Math.ceil(share * PRESSES) - 1
        console.log(`${share * 100} % of ${PRESSES} presses take up to ${open_ms[i]} ms, with keys ${keyed_ms[i]} ms`)
      }
    }
    // A hub that is busy loses a request for current now and then: of a hundred presses 5 to 12, by the seed, are later by 20 to 120 ms.
    expect(late_ms[Math.ceil(0.85 * PRESSES) - 1], `open ${open_ms.join(' ')} ms, with keys ${keyed_ms.join(' ')} ms`).toBeLessThan(20)
    expect(keyed_ms[Math.ceil(0.9 * PRESSES) - 1]).toBeLessThan(250)
  }, 1000 * PRESSES)
})

/** Attacks of one seed, each a frame or two; `SPINE_ATTACKS` in the environment for more of them. */
const ATTACKS = Number(process.env['SPINE_ATTACKS'] ?? 600)
/** Between two of them: so fast that hubs are tired of looking at wrong tags, and so slow that each is really looked at. */
const PACES = [{ pace: 'fast', pause_ms: 3 }, { pace: 'slow', pause_ms: 25 }] as const
const DOORS = ['FL', 'FR', 'RL', 'RR'] as const
const ATTACKED: readonly HubName[] = ['FL', 'FR', 'RL', 'RR', 'TRUNK', 'DASH']
const SPEED_kmh = 90

describe('mutated attacks on a car with keys', () => {
  journey.each(PACES)(`${ATTACKS} of them, $pace, move nothing and are believed nothing`, async (car, { pause_ms }) => {
    const laptop = await keyed(car)
    await laptop.wait(new Technician(laptop.wire, laptop.clock).giveKeys('STEREO', KEYS))
    await car.run(2000)
    const dice = new Prng(car.car.kernel.seed, 'attacks')
    const tape: CanFrame[] = []
    // Whatever has to do with keys, said while the car stood still, was opened, and drove.
    car.driver.onFrame((frame) => {
      const kind = frame.id >>> 12 & 0xf1f
      if (isTagged(frame) || [4, 5, 6, 7].includes(kind & 0x0f)) tape.push({ ...frame, data: frame.data.slice() })
    })
    for (const door of DOORS) await car.press(`DASH.window${door}.down`, 500)
    for (const name of ['lock', 'unlock', 'lock'] as const) await car.press(`DASH.doors.${name}`)
    await car.press('DASH.lights.head')
    await car.press('DASH.mirrors.fold')
    await car.run(3000)
    car.car.setSpeed(SPEED_kmh)
    await car.until('all know the speed', () => ATTACKED.every(hub => view(car, hub)[1] >= SPEED_kmh - 1), { within_ms: 20_000 })
    const recorded = [...tape]
    const pick = <Item>(items: readonly Item[]): Item => items[dice.below(items.length)]!
    const state = (): string => JSON.stringify([
      ...DOORS.map(door => [(car.shows(`${door}.window`)['position_pct'] as number).toFixed(3), car.shows(`${door}.latch`)]),
      car.shows('TRUNK.latch'), car.shows('HOOD.latch'), car.shows('HOOD.lamp'), car.shows('FL.mirror'), car.shows('FR.mirror'),
    ])
    const stood = state()
    const sources = [0xf9, 0xfa, ...HUBS.map(hub => hubAddress(LOCATION[hub]))]
    const start = (): { source: number, counter: number } => ({ source: pick(sources), counter: dice.below(15) })
    const word = (): number => dice.below(0x10000)
    const sequence = (): number => dice.below(16)
    const forged = (): CanFrame => pick<() => CanFrame>([
      () => encodeMessage(`WindowCommand@${pick(DOORS)}`, { action: pick(['up', 'down', 'autoUp', 'autoDown', 'learn']), sequence: sequence() }, start()),
      () => encodeMessage(`LatchCommand@${pick([...DOORS, 'TRUNK', 'HOOD'] as const)}`, { action: pick(['release', 'unlock']), sequence: sequence() }, start()),
      () => encodeMessage(`LightCommand@${pick(['HOOD', 'TRUNK', 'DASH'] as const)}`, { action: 'set', channel: dice.below(4), level_pct: dice.below(100), sequence: sequence() }, start()),
      () => encodeMessage(`MirrorCommand@${pick(['FL', 'FR'] as const)}`, { action: pick(['fold', 'unfold', 'tilt']), sequence: sequence() }, start()),
      () => encodeMessage('VehicleState@ALL', { ignition: pick(['off', 'on']), speed_kmh: dice.below(89), manager: 'active' }, start()),
      () => encodeMessage('PowerShed@ALL', { level: dice.below(4), reason: 'cranking' }, start()),
      () => encodeMessage('NetworkSleep@ALL', { phase: pick(['proposed', 'agreed']) }, start()),
      () => encodeMessage(`PowerGrant@${pick(HUBS)}`, { port: dice.below(5), sequence: sequence(), run_A: 20, peak_A: 30, lease_ms: 2000, result: pick(['granted', 'revoked']) }, start()),
    ])()
    const again = (): CanFrame => pick(recorded)
    const attacks: (() => CanFrame)[] = [
      forged, forged,
      // Replayed as it was; with another tag, counter or source; cut short; grown.
      again,
      () => ({ ...again(), data: Uint8Array.from(again().data, byte => dice.chance(0.2) ? dice.below(256) : byte) }),
      () => ({ ...again(), id: (again().id & ~0xff | pick(sources)) >>> 0 }),
      () => ({ ...again(), length: dice.below(8) }),
      // To all: no window command is.
      () => ({ ...forged(), id: (forged().id & ~0xf00) >>> 0 }),
      () => {
        const frame = forged()
        return { ...frame, length: 8, data: Uint8Array.from({ length: 8 }, (_, i) => frame.data[i] ?? dice.below(256)) }
      },
      () => encodeMessage(`Freshness@${pick(HUBS)}`, { challengeLow: word(), challengeHigh: word() }, start()),
      () => encodeMessage('FreshnessRequest@ALL', { target: dice.below(9) }, start()),
      () => encodeMessage('FreshnessEpoch@ALL', { epochLow: word(), epochHigh: word() }, start()),
      () => encodeMessage(`FreshnessProof@${pick(HUBS)}`, { counter: word(), tagLow: word(), tagHigh: word() }, start()),
      () => encodeMessage(`Tag@${pick([...HUBS, 'ALL'] as const)}`, { counter: dice.below(15), kind: pick([0, 3, 9, 11, 12, 14]), tagLow: word(), tagHigh: word() }, start()),
      () => encodeMessage(`CommandReceipt@${pick(HUBS)}`, { topic: pick([8, 10, 11]), sequence: sequence(), sender: dice.below(16), tagLow: word(), tagHigh: word() }, start()),
    ]
    // Where freshness might be lost: resets, brown-outs, a dash that is away (the trunk takes over).
    const hardships: (() => Promise<void>)[] = [
      async () => car.car.resetHub(pick(ATTACKED)),
      async () => {
        const hub = pick(ATTACKED)
        car.car.powerHub(hub, false)
        await car.run(50 + dice.below(1000))
        car.car.powerHub(hub, true)
      },
    ]
    for (let i = 0; i < ATTACKS; i++) {
      const attack = pick(attacks)()
      const frame = { ...attack, data: attack.data.slice() }
      // Half of what was altered has a right checksum and any counter.
      if (isTagged(frame) && frame.length >= 2 && dice.chance(0.5)) protect(frame.data, frame.length, dataIdOf(frame.id), dice.below(15))
      car.driver.send(frame)
      if (dice.chance(0.1)) await car.run(dice.below(60))
      if (dice.chance(0.004)) await pick(hardships)()
      await car.run(pause_ms)
      if (i % 50 === 0) expect(state(), `after ${i} attacks`).toBe(stood)
      // The dash believes its own wheel sensor, which says nothing in the first moment after a boot.
      for (const hub of ATTACKED.filter(hub => hub !== 'DASH')) {
        const speed_kmh = car.car.hub(hub).firmware?.vehicle.speed_kmh() ?? NaN
        if (speed_kmh < SPEED_kmh - 1) throw new Error(`${hub} believes ${speed_kmh} km/h after ${i} attacks`)
      }
    }
    await car.run(1000)
    expect(state()).toBe(stood)
  }, { expects: ['frames'], timeout_ms: 3_600_000 })
})
