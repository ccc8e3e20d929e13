import { describe, expect } from 'vitest'
import { copyFrame, HUB_TYPE, IMAGE_ENGINE, imageVersion, packImage } from '#protocol/index.ts'
import { type NamesOf, SEDAN_DUAL } from '#sim/car/index.ts'
import { currentFaults, MonitorModel, Technician, UpdateClient } from '#sim/diag/index.ts'
import { createLinkFrame } from '#sim/gateway/index.ts'
import { Laptop } from '../diagnosis/laptop.ts'
import { journey, type SimulatedVehicle } from '../kit/index.ts'

type Names = NamesOf<typeof SEDAN_DUAL>
type Dual = SimulatedVehicle<Names>
type Cable = Names['cable']
type Feeder = Names['feeder']

const HUBS = ['HOOD', 'DASH', 'FL', 'FR', 'STEREO', 'RL', 'RR', 'TRUNK'] as const
const DOORS = ['FL', 'FR', 'RL', 'RR'] as const
const options = { topology: SEDAN_DUAL } as const
/** Answers of several frames are none of the catalogue. */
const asked = { ...options, expects: ['frames'] }

/** Something that happens to one spine, and its end. */
interface Blow {
  readonly what: string
  strike(car: Dual): void
  mend(car: Dual): void
}

/** All that happens to one spine, everywhere on it: sawn through with its data pair, shorted, a diode broken, the pair disturbed. */
function blows(spine: 0 | 1): Record<'saws' | 'shorts' | 'pair' | 'diodes', Blow[]> {
  const name = (cable: string): string => spine === 0 ? cable : `B.${cable}`
  const feeders = HUBS.flatMap(hub => [name(`spine.${hub}`), name(`drop.${hub}`)]) as Feeder[]
  const bus = (car: Dual) => car.car.buses[spine]!.faults
  return {
    saws: feeders.map((cable) => {
      const fault = { kind: 'cut', cable, conductor: 'both' } as const
      const pairs = (car: Dual): Cable[] => car.car.cableNames.includes(cable) ? [cable as Cable] : []
      return {
        what: `${cable} is sawn through`,
        strike: (car) => {
          for (const pair of pairs(car)) car.car.cutCable(pair)
          car.car.powerFault(fault)
        },
        mend: (car) => {
          for (const pair of pairs(car)) car.car.mendCable(pair)
          car.car.powerRepair(fault)
        },
      }
    }),
    shorts: feeders.map((cable) => {
      const fault = { kind: 'cableShort', cable, at_m: 0.2, resistance_Ohm: 0.005 } as const
      return {
        what: `the conductors of ${cable} touch`,
        strike: car => car.car.powerFault(fault),
        mend: (car) => {
          car.car.powerRepair(fault)
          for (const { name: other, fuse } of SEDAN_DUAL.copper.cables) {
            if (fuse !== undefined) car.car.powerRepair({ kind: 'fuse', cable: other as Feeder })
          }
        },
      }
    }),
    pair: [
      { what: 'the pair is shorted', strike: car => bus(car).holdDominant(true), mend: car => bus(car).holdDominant(false) },
      { what: 'the pair is noisy', strike: car => bus(car).bitErrors(2e-3), mend: car => bus(car).bitErrors(0) },
      ...HUBS.map((hub): Blow => ({
        what: `${hub} babbles`, strike: car => bus(car).babble(hub, { id: 1 }), mend: car => bus(car).babble(hub, undefined),
      })),
    ],
    diodes: HUBS.flatMap(hub => (['open', 'shorted'] as const).map((state): Blow => {
      const fault = { kind: 'diode', cable: name(`drop.${hub}`) as Feeder, state } as const
      return { what: `the diode of ${fault.cable} is ${state}`, strike: car => car.car.powerFault(fault), mend: car => car.car.powerRepair(fault) }
    })),
  }
}

/** How long a window that is held stands still at most, ms. */
async function stillest_ms(car: Dual, window: `${(typeof DOORS)[number]}.window`, for_ms: number): Promise<number> {
  const read = (): number => car.shows(window)['position_pct'] as number
  let last_pct = read()
  let still_ms = 0
  let longest_ms = 0
  for (let passed_ms = 0; passed_ms < for_ms; passed_ms += 20) {
    await car.run(20)
    const now_pct = read()
    still_ms = now_pct === last_pct ? still_ms + 20 : 0
    last_pct = now_pct
    longest_ms = Math.max(longest_ms, still_ms)
  }
  return longest_ms
}

/** What ends with a window that stood still for longer than this is an interruption, ms. */
const INTERRUPTION_ms = 300

/** Each blow in turn, while a window moves that the dash commands; after it the door's own switch is to turn it round. */
async function withstand(car: Dual, all: readonly Blow[]): Promise<void> {
  const still_ms: Record<string, number> = {}
  let turn = 0
  for (const blow of all) {
    const door = DOORS[turn++ % DOORS.length]!
    const at_pct = (): number => car.shows(`${door}.window`)['position_pct'] as number
    const [there, back] = at_pct() < 50 ? ['down', 'up'] as const : ['up', 'down'] as const
    car.hold(`DASH.window${door}.${there}`)
    await car.run(400)
    blow.strike(car)
    still_ms[blow.what] = await stillest_ms(car, `${door}.window`, 600)
    car.release(`DASH.window${door}.${there}`)
    await car.run(150)
    const turned_pct = at_pct()
    car.hold(`${door}.window.${back}`)
    await car.until(`${blow.what}: ${door} turns round`, () => Math.abs(at_pct() - turned_pct) > 2, { within_ms: 600 })
    car.release(`${door}.window.${back}`)
    blow.mend(car)
    await car.run(300)
  }
  expect(Object.entries(still_ms).filter(([, longest_ms]) => longest_ms > INTERRUPTION_ms)).toEqual([])
  for (const hub of HUBS) expect(car.car.hub(hub).counters).toEqual({ boots: 1, exceptions: 0, watchdogResets: 0 })
}

describe.each([['A', 0], ['B', 1]] as const)('of a car with two spines, spine %s', (_name, spine) => {
  const { saws, shorts, pair, diodes } = blows(spine)
  journey('can be sawn through anywhere, and nothing stops', car => withstand(car, saws), options)
  // The judge of ampacities sees the current of the short, until its fuse has opened.
  journey('can be shorted anywhere, and nothing stops', car => withstand(car, shorts), { ...options, expects: ['ampacity'] })
  journey('can have its pair shorted, noisy and talked down, and nothing stops', car => withstand(car, pair), options)
  journey('can have any diode broken, and nothing stops', car => withstand(car, diodes), options)
})

describe('what a car with two spines says', () => {
  journey('of a saw through spine B: degraded, a trouble code, and which hubs are heard on A only', async (car) => {
    car.car.cutCable('B.spine.RL')
    await car.run(5000)
    const states = HUBS.map(hub => `${hub} ${car.status(`HubStatus@${hub}`)['state'] as string}`)
    expect(states.filter(text => text.endsWith('degraded'))).toEqual(expect.arrayContaining(['DASH degraded', 'TRUNK degraded', 'RL degraded', 'RR degraded']))
    const monitor = new MonitorModel(500_000)
    const seen = createLinkFrame()
    const stop = car.car.tapFrames(({ frame, end_ns }) => {
      copyFrame(frame, seen)
      seen.timestamp_ns = end_ns
      monitor.receive(seen)
    })
    await car.run(2200)
    stop()
    expect(currentFaults(monitor)).toContain('DASH: degraded, and not by a port: npx spine diag dtc DASH')
    const laptop = new Laptop(car.car)
    const technician = new Technician(laptop.wire, laptop.clock)
    const [dash] = await laptop.wait(technician.did('DASH', 'spines'))
    expect(dash).toMatchObject({ sendsA: 1, sendsB: 1, unheardA: '', unheardB: 'RL RR TRUNK' })
    const [trunk] = await laptop.wait(technician.did('TRUNK', 'spines'))
    expect(trunk).toMatchObject({ unheardA: '', unheardB: 'FL FR DASH HOOD STEREO' })
    const codes = (await laptop.wait(technician.troubles('DASH'))).filter(fault => fault.status.includes('failed')).map(fault => fault.code)
    expect(codes).toEqual(['U0074-87'])
    car.car.mendCable('B.spine.RL')
    await car.run(3000)
    expect(HUBS.map(hub => car.status(`HubStatus@${hub}`)['state'])).toEqual(HUBS.map(() => 'operating'))
  }, options)

  const failing = async (laptop: Laptop, hub: (typeof HUBS)[number]): Promise<string[]> =>
    (await laptop.wait(new Technician(laptop.wire, laptop.clock).troubles(hub))).filter(fault => fault.status.includes('failed')).map(fault => fault.code)

  journey('of a feed that is gone: every hub behind the cut, no other, and until it is mended', async (car) => {
    const fault = { kind: 'cut', cable: 'B.spine.RL', conductor: 'supply' } as const
    const laptop = new Laptop(car.car)
    await car.run(3000)
    for (const hub of HUBS) expect(await failing(laptop, hub), hub).toEqual([])
    car.car.powerFault(fault)
    await car.run(3000)
    for (const hub of HUBS) {
      const behind = ['RL', 'RR', 'TRUNK'].includes(hub)
      expect(await failing(laptop, hub), hub).toEqual(behind ? ['B1106-13'] : [])
      expect(car.status(`HubStatus@${hub}`)['state'], hub).toBe(behind ? 'degraded' : 'operating')
    }
    const [spines] = await laptop.wait(new Technician(laptop.wire, laptop.clock).did('RL', 'spines'))
    expect(Number(spines!['feedB_V'])).toBeLessThan(0.2)
    expect(Number(spines!['feedA_V'])).toBeGreaterThan(12)
    car.car.powerRepair(fault)
    await car.run(3000)
    for (const hub of HUBS) expect(car.status(`HubStatus@${hub}`)['state'], hub).toBe('operating')
    expect(await failing(laptop, 'RL')).toEqual([])
  }, asked)

  journey('of the fuse of a drop that is gone, in the one hub', async (car) => {
    car.car.powerFault({ kind: 'fuse', cable: 'drop.HOOD' })
    await car.run(3000)
    const laptop = new Laptop(car.car)
    for (const hub of HUBS) expect(await failing(laptop, hub), hub).toEqual(hub === 'HOOD' ? ['B1105-13'] : [])
  }, asked)

  journey('of a diode that is shorted: its hub, and no other; also when its spine is cut, which it feeds from behind then', async (car) => {
    const laptop = new Laptop(car.car)
    const diode = { kind: 'diode', cable: 'B.drop.RR', state: 'shorted' } as const
    car.car.powerFault(diode)
    await car.run(6000)
    for (const hub of HUBS) {
      expect(await failing(laptop, hub), hub).toEqual(hub === 'RR' ? ['B1107-73'] : [])
      expect(car.status(`HubStatus@${hub}`)['state'], hub).toBe(hub === 'RR' ? 'degraded' : 'operating')
    }
    car.car.powerFault({ kind: 'fuse', cable: 'B.spine.HOOD' })
    await car.run(6000)
    // All are fed through RR: nobody can know that the battery does not feed B.
    for (const hub of HUBS) expect(await failing(laptop, hub), hub).toEqual(hub === 'RR' ? ['B1107-73'] : [])
    car.car.powerRepair(diode)
    await car.run(6000)
    for (const hub of HUBS) expect(await failing(laptop, hub), hub).toEqual(['B1106-13'])
  }, asked)

  journey('of two sound feeds: nothing, whatever runs', async (car) => {
    const laptop = new Laptop(car.car)
    for (const door of DOORS) car.hold(`${door}.window.down`)
    car.hold('DASH.lights.head')
    car.car.crank('II')
    for (let second = 0; second < 8; second++) {
      await car.run(1000)
      for (const hub of HUBS) expect(car.status(`HubStatus@${hub}`)['state'], `${hub} after ${second} s`).toBe('operating')
    }
    for (const hub of HUBS) expect((await failing(laptop, hub)).filter(code => /^B110[567]/.test(code)), hub).toEqual([])
  }, asked)

  journey('of a dead spine A: every hub that it cannot send there', async (car) => {
    car.car.buses[0]!.faults.holdDominant(true)
    await car.run(3000)
    expect(HUBS.map(hub => car.status(`HubStatus@${hub}`)['state'])).toEqual(HUBS.map(() => 'degraded'))
    const laptop = new Laptop(car.car)
    const [spines] = await laptop.wait(new Technician(laptop.wire, laptop.clock).did('FL', 'spines'))
    expect(spines).toMatchObject({ sendsA: 0, sendsB: 1 })
  }, options)
})

describe.each([['A', 0], ['B', 1]] as const)('with spine %s broken, a car with two', (_name, spine) => {
  journey('sleeps at its time and wakes at a switch', async (car) => {
    car.car.buses[spine]!.faults.cut(3)
    car.car.buses[spine]!.faults.drop('DASH')
    await car.run(1000)
    car.car.setIgnition('off')
    await car.until('all hubs sleep', () => [...car.car.hubs.values()].every(hub => hub.asleep), { within_ms: 45_000 })
    await car.run(10_000)
    car.hold('DASH.windowRL.down')
    await car.until('the glass moves', () => car.shows('RL.window')['position_pct'] as number > 0.1, { within_ms: 500 })
    car.release('DASH.windowRL.down')
  }, options)

  journey.each([
    { what: 'held dominant', begin: (car: Dual) => car.car.buses[spine]!.faults.holdDominant(true) },
    { what: 'so noisy that frames fail', begin: (car: Dual) => car.car.buses[spine]!.faults.bitErrors(2e-3) },
  ])('whose pair is $what sleeps at its time, is not woken by it, and wakes at a switch', async (car, { begin }) => {
    begin(car)
    await car.run(1000)
    car.car.setIgnition('off')
    const asleep = (): boolean => [...car.car.hubs.values()].every(hub => hub.asleep)
    await car.until('all hubs sleep', asleep, { within_ms: 45_000 })
    await car.until('one wakes', () => !asleep(), { within_ms: 60_000 }).then(() => { throw new Error('it woke by itself') }, () => undefined)
    expect(asleep()).toBe(true)
    car.hold('DASH.windowRL.down')
    await car.until('the glass moves', () => car.shows('RL.window')['position_pct'] as number > 0.1, { within_ms: 500 })
    car.release('DASH.windowRL.down')
  }, options)

  journey('is updated and diagnosed', async (car) => {
    car.car.buses[spine]!.faults.holdDominant(true)
    await car.run(1000)
    const laptop = new Laptop(car.car)
    const image = packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, imageVersion(1, 2, 3), Uint8Array.from({ length: 5000 }, (_, i) => i * 13))
    const result = await laptop.wait(new UpdateClient(laptop.wire, laptop.clock, 'FL', image, { older: false }).run())
    expect(result).toMatchObject({ before: '0.1.0', now: '1.2.3' })
  }, options)
})
