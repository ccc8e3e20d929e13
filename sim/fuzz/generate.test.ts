import { describe, expect, it } from 'vitest'
import { generateScript } from './generate.ts'
import { CARS } from '../car/index.ts'
import { FUZZ_KINDS, KIND_NAMES, kindNamed } from './kinds.ts'
import { EVERYTHING, fuzzOptions, onlyRates } from './options.ts'
import { runScript } from './run.ts'
import { FUZZ_SCENES, SCENE_NAMES } from './scenes.ts'
import { describeEvent, readScript, type Script } from './script.ts'
import { canHave, carNames, type CarNames } from './stage.ts'

const names = carNames()
const script = (run: number, given = {}): Script => generateScript(fuzzOptions({ seed: 5, ...given }), run, names)
const all = (given = {}): Script[] => Array.from({ length: 200 }, (_, run) => script(run, given))
const kindsOf = ({ events }: Script): Set<string> => new Set(events.map(event => event.kind))

describe('scripts', () => {
  it('are the same for the same seed and run, and others for others', () => {
    expect(script(3)).toEqual(script(3))
    expect(script(3)).not.toEqual(script(4))
    expect(script(3)).not.toEqual(script(3, { seed: 6 }))
  })

  it('are in the order of time, begin when the hubs are there and end before the calm', () => {
    for (const { events, for_ms } of all({ nights: 0 })) {
      expect(for_ms).toBe(30_000)
      expect(events.map(event => event.at_ms)).toEqual(events.map(event => event.at_ms).sort((a, b) => a - b))
      for (const event of events) {
        expect(event.at_ms).toBeGreaterThanOrEqual(FUZZ_KINDS[event.kind].early === true ? 0 : 1200)
        expect(event.at_ms + event.for_ms).toBeLessThanOrEqual(21_000)
      }
    }
  })

  it('leave every kind out of some runs and have it in others', () => {
    const scripts = all()
    for (const name of KIND_NAMES) {
      const having = scripts.filter(({ events }) => events.some(event => event.kind === name)).length
      expect([name, having > 5, having < 195]).toEqual([name, true, true])
    }
  })

  it('have nothing of what is switched off', () => {
    const scripts = all({ perMinute: onlyRates({ press: 100 }), nights: 0, off: 0 })
    expect(scripts.flatMap(one => [...kindsOf(one)]).filter(kind => kind !== 'press')).toEqual([])
    expect(scripts.filter(({ events }) => events.length > 0).length).toBeGreaterThan(190)
  })

  it('keep what another rate of one kind does not concern', () => {
    const cuts = ({ events }: Script): unknown[] => events.filter(event => event.kind === 'cut')
    for (let run = 0; run < 30; run++) {
      expect(cuts(script(run, { perMinute: { noise: 60, widow: 0 } }))).toEqual(cuts(script(run, { perMinute: { widow: 0 } })))
    }
  })

  it('are followed by a night when told so', () => {
    for (const one of all({ nights: 1 }).slice(0, 50)) {
      expect(one.for_ms).toBeGreaterThan(30_000 + 42_000)
      expect(one.events.some(event => event.kind === 'ignition' && event.at_ms === 21_000 && event.for_ms > 42_000)).toBe(true)
    }
  })

  it('hold hands where the rods of the standards are', () => {
    for (const one of all()) {
      for (const { kind, with: rod } of one.events) {
        if (kind !== 'obstacle') continue
        expect(rod['opening_mm']).toBeGreaterThanOrEqual(4)
        expect(rod['opening_mm']).toBeLessThanOrEqual(200)
        if (rod['stiffness_N_mm'] === 65) expect(rod['opening_mm']).toBeLessThanOrEqual(25)
      }
    }
  })

  it('survive being written down and read', () => {
    for (const one of all()) expect(readScript(JSON.parse(JSON.stringify(one)))).toEqual(one)
  })

  it('are printed a line an event', () => {
    for (const event of script(1).events) expect(describeEvent(event)).toMatch(/^ *\d+\.\d{3} s {2}[a-zA-Z0-9]+ /)
  })
})

/** Parameters that name something of the car, and where it is to be found. */
const NAMED = {
  window: 'windows', component: 'components', latch: 'latches', switch: 'switches', hub: 'hubs',
} as const satisfies Readonly<Record<string, keyof CarNames>>

describe.each(Object.keys(CARS))('scripts of the %s', (car) => {
  const own = carNames(car)
  const scripts = (count: number, given = {}): Script[] =>
    Array.from({ length: count }, (_, run) => generateScript(fuzzOptions({ seed: 6, car, ...given }), run, own))

  it('name what it has', () => {
    const named = (name: unknown): name is string => typeof name === 'string' && name !== 'ALL'
    for (const { with: params } of scripts(150).flatMap(({ events }) => events)) {
      for (const [param, list] of Object.entries(NAMED)) if (named(params[param])) expect(own[list]).toContain(params[param])
      if (named(params['cable'])) expect([...own.cables, ...own.copper]).toContain(params['cable'])
      expect(Object.values(params)).not.toContain(undefined)
    }
  })

  it('have every kind that it can have', () => {
    const done = new Set(scripts(150).flatMap(one => [...kindsOf(one)]))
    expect(KIND_NAMES.filter(kind => !done.has(kind))).toEqual(KIND_NAMES.filter(kind => !canHave(FUZZ_KINDS[kind], own)))
    const all = [...Object.values(FUZZ_KINDS), ...Object.values(FUZZ_SCENES)]
    if (own.windows.length > 0) expect(all.every(one => canHave(one, own))).toBe(true)
  })

  it('can be run', { timeout: 60_000 }, () => {
    for (const one of scripts(2, { nights: 0 })) expect(runScript(one).verdicts).toEqual([])
  })
})

describe('reading a script', () => {
  const event = { at_ms: 1, kind: 'press', for_ms: 5, with: { switch: 'FL.window.up' } }
  const wrong: readonly [unknown, string][] = [
    [7, 'script: is 7, not an object'],
    [{ seed: 1, for_ms: 1 }, 'script.events: is missing'],
    [{ seed: 1, for_ms: -1, events: [] }, 'script.for_ms: is -1, not a number in 0…100000000 ms'],
    [{ seed: 1, for_ms: 1, events: [event, { ...event, kind: 'dance' }] }, 'script.events[1].kind: "dance" is not one of press'],
    [{ seed: 1, for_ms: 1, events: [{ ...event, at_ms: '1' }] }, 'script.events[0].at_ms: is "1", not a number'],
    [{ seed: 1, for_ms: 1, events: [{ ...event, with: { switch: null } }] }, 'script.events[0].with.switch: is null, not a number or a text'],
  ]
  it.each(wrong)('%j is refused: %s', (data, message) => {
    expect(() => readScript(data)).toThrow(message)
  })

  it('sorts events by time', () => {
    const events = [{ ...event, at_ms: 9 }, event]
    expect(readScript({ seed: 1, for_ms: 10, events }).events.map(one => one.at_ms)).toEqual([1, 9])
  })
})

describe('options', () => {
  it.each([
    [{ perMinute: { dance: 1 } }, 'unknown kind of event "dance"'],
    [{ perMinute: { press: -1 } }, '-1 events a minute of press are not in 0…6000'],
    [{ perMinute: { press: NaN } }, 'NaN events a minute'],
    [{ for_ms: 100 }, 'a run of 100 ms is not in 11200…86400000 ms: the car starts for 1200 ms, is left alone for the last 9000 ms, and between them there must be 1000 ms for events'],
    [{ for_ms: 10_000 }, 'a run of 10000 ms is not in 11200…86400000 ms'],
    [{ for_ms: 5000, quiet_ms: 4000 }, 'a run of 5000 ms is not in 6200…86400000 ms'],
    [{ quiet_ms: NaN }, 'a calm of NaN ms is not in 0…86400000 ms'],
    [{ off: 2 }, 'chance 2 is not in 0…1'],
    [{ nights: NaN }, 'chance NaN is not in 0…1'],
  ])('%j are refused: %s', (given, message) => {
    expect(() => fuzzOptions(given)).toThrow(message)
  })

  it('the shortest run has events', () => {
    const perMinute = { press: 600 }
    for (const { events } of all({ for_ms: 11_200, off: 0, nights: 0, perMinute }).slice(0, 20)) expect(events.length).toBeGreaterThan(0)
  })

  it('a kind that is not there is named with those that are', () => {
    expect(kindNamed('press')).toBe('press')
    expect(() => kindNamed('dance')).toThrow('unknown kind of event "dance": one of press, obstacle')
  })

  it('kinds and scenes have names of their own', () => {
    expect(Object.keys(EVERYTHING).length).toBe(KIND_NAMES.length + SCENE_NAMES.length)
  })
})
