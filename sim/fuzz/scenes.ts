import { TOOL_ADDRESSES, WINDOW_ACTION } from '#protocol/index.ts'
import type { Prng } from '../kernel/index.ts'
import { CRANKING_LEVELS } from '../power/index.ts'
import { namesOf } from '../schema/index.ts'
import { pick, scaled, whole } from './dice.ts'
import type { KindName } from './kinds.ts'
import type { Params } from './kinds/index.ts'
import type { CarNames, NameList } from './stage.ts'

/** One event of a scene. */
export interface Step {
  /** Since the scene began. */
  readonly after_ms: number
  readonly kind: KindName
  readonly for_ms: number
  readonly with: Params
}

/** Events that only mean something together: chance alone hardly ever holds a hand into a window that closes. */
export interface FuzzScene {
  readonly summary: string
  /** How often, in a run that has it, unless the options say otherwise. */
  readonly perMinute: number
  /** What it picks from: it is not played with a car that has none of that. */
  readonly needs?: readonly NameList[]
  readonly draw: (dice: Prng, names: CarNames) => readonly Step[]
}

/** Within this a palm has come upon all of a panel. */
const PALM_ms = 30
/** A tap runs a window all the way. */
const TAP_ms = 120
const FULL_TRAVEL_ms = 5000
/** Openings of the rods of FMVSS 118 and UN R21, mm, and their stiffness, N/mm. */
const NEAR_mm = { least: 4, most: 25, stiffness_N_mm: [5, 10, 20, 65] }
const FAR_mm = { least: 25, most: 200, stiffness_N_mm: [5, 10, 20] }

const TABLE = scenes({
  hand: {
    summary: 'a window is opened, and closed upon a hand', perMinute: 7, needs: ['windows'],
    draw: (dice, names) => {
      const window = pick(dice, names.windows)
      const open_ms = dice.chance(0.3) ? FULL_TRAVEL_ms : whole(dice, 1500, 3000)
      const zone = dice.chance(0.4) ? NEAR_mm : FAR_mm
      const held_ms = tapOr(dice, 5000, 9000)
      return [
        press(dice, names, window, 'down', open_ms === FULL_TRAVEL_ms ? TAP_ms : open_ms, 0),
        {
          after_ms: open_ms + whole(dice, 0, 500), kind: 'obstacle', for_ms: whole(dice, 7000, 11_000),
          with: { window, opening_mm: whole(dice, zone.least, zone.most), stiffness_N_mm: pick(dice, zone.stiffness_N_mm) },
        },
        press(dice, names, window, 'up', held_ms, open_ms + whole(dice, 500, 1200)),
      ]
    },
  },
  together: {
    summary: 'everything that is strong is switched on at once', perMinute: 1,
    draw: (dice, names) => names.switches
      .filter(name => STRONG.some(pattern => pattern.test(name)) && dice.chance(0.7))
      .map(name => ({ after_ms: whole(dice, 0, 300), kind: 'press', for_ms: tapOr(dice, 500, 5000), with: { switch: name } })),
  },
  palm: {
    summary: 'a palm comes upon a panel: most of its switches change within 30 ms, and again when it is taken away', perMinute: 1,
    draw: (dice, names) => {
      const hub = dice.chance(0.7) ? 'DASH' : pick(dice, names.switches).split('.')[0]!
      // Or somebody drums on all of them.
      const times = dice.chance(0.3) ? 4 : 1
      const for_ms = times > 1 || dice.chance(0.5) ? whole(dice, PALM_ms, 60) : whole(dice, 60, 2000)
      const share = dice.chance(0.5) ? 1 : 0.4
      const steps: Step[] = []
      for (let i = 0; i < times; i++) {
        for (const name of names.switches) {
          if ((times === 1 && !name.startsWith(`${hub}.`)) || !dice.chance(share)) continue
          steps.push({ after_ms: 2 * PALM_ms * i + whole(dice, 0, PALM_ms), kind: 'press', for_ms, with: { switch: name } })
        }
      }
      return steps
    },
  },
  widow: {
    summary: 'a window moves, and its hub, the manager or the bus between them dies', perMinute: 2, needs: ['windows'],
    draw: (dice, names) => {
      const window = pick(dice, names.windows)
      const hub = dice.chance(0.6) ? 'DASH' : window.split('.')[0]!
      const for_ms = Math.round(scaled(dice, 300, 8000))
      const death: Omit<Step, 'after_ms'> = pick(dice, [
        { kind: 'power', for_ms, with: { hub: hub } },
        { kind: 'cut', for_ms, with: { cable: `drop.${hub}` } },
        { kind: 'cut', for_ms, with: { cable: pick(dice, names.cables) } },
        { kind: 'reset', for_ms: 0, with: { hub: hub, cause: 'external' } },
        { kind: 'loss', for_ms, with: { hub: hub, rate: 1 } },
      ])
      return [
        press(dice, names, window, dice.chance(0.7) ? 'down' : 'up', tapOr(dice, 500, 5000), 0),
        { after_ms: whole(dice, 100, 3500), ...death },
      ]
    },
  },
  orphan: {
    summary: 'a window moves, and both managers die', perMinute: 0.7, needs: ['windows'],
    draw: (dice, names) => {
      const after_ms = whole(dice, 100, 1000)
      const deaths = ['DASH', 'TRUNK'].map((hub): Step => {
        const for_ms = whole(dice, 3000, 7000)
        return dice.chance(0.5)
          ? { after_ms, kind: 'power', for_ms, with: { hub } }
          : { after_ms, kind: 'cut', for_ms, with: { cable: `drop.${hub}` } }
      })
      return [press(dice, names, pick(dice, names.windows), dice.chance(0.7) ? 'down' : 'up', TAP_ms, 0), ...deaths]
    },
  },
  workshop: {
    summary: 'a window is swapped, makes its learning run and is used', perMinute: 0.7, needs: ['windows'],
    draw: (dice, names) => {
      const component = pick(dice, names.windows)
      const location = component.split('.')[0]!
      const serial = dice.below(0x1_0000)
      return [
        { after_ms: 0, kind: 'swap', for_ms: 18_000, with: { component, maker: whole(dice, 2, 0xffff), serial, opening_pct: whole(dice, 0, 100) } },
        {
          after_ms: whole(dice, 800, 2000), kind: 'tool', for_ms: 0,
          with: { message: 'WindowCommand', location, source: TOOL_ADDRESSES[0]!, sequence: dice.below(16), action: WINDOW_ACTION.learn },
        },
        press(dice, names, component, dice.chance(0.5) ? 'down' : 'up', TAP_ms, whole(dice, 4000, 16_000)),
      ]
    },
  },
  fraud: {
    summary: 'a window whose descriptor lies is moved', perMinute: 1, needs: ['windows'],
    draw: (dice, names) => {
      const window = pick(dice, names.windows)
      const after_ms = whole(dice, 300, 1500)
      return [
        { after_ms: 0, kind: 'liar', for_ms: whole(dice, 4000, 9000), with: { component: window, factor: dice.chance(0.5) ? 0.2 : 5 } },
        press(dice, names, window, 'down', TAP_ms, after_ms),
        press(dice, names, window, 'up', whole(dice, 500, 3000), after_ms + whole(dice, 500, 3000)),
      ]
    },
  },
  numb: {
    summary: 'a command comes to a hub whose processor rests for longer than the command lives', perMinute: 0.7, needs: ['windows'],
    draw: (dice, names) => {
      const window = pick(dice, names.windows)
      const hub = window.split('.')[0]!
      return [
        { after_ms: 0, kind: 'pause', for_ms: 0, with: { hub, pause_ms: whole(dice, 900, 1500) } },
        { after_ms: whole(dice, 0, 60), kind: 'press', for_ms: whole(dice, 30, 60), with: { switch: driversOr(names, hub, 'down') } },
      ]
    },
  },
  starter: {
    summary: 'the engine is started while windows move', perMinute: 0.7,
    draw: (dice, names) => [
      ...names.windows.filter(() => dice.chance(0.6)).map(window => press(dice, names, window, 'down', TAP_ms, whole(dice, 0, 500))),
      { after_ms: whole(dice, 300, 2500), kind: 'crank', for_ms: 0, with: { level: pick(dice, ['battery', ...CRANKING_LEVELS]) } },
    ],
  },
})

export type SceneName = keyof typeof TABLE
export const FUZZ_SCENES: Readonly<Record<SceneName, FuzzScene>> = TABLE
export const SCENE_NAMES = namesOf(TABLE)

function scenes<Name extends string>(table: Readonly<Record<Name, FuzzScene>>): Readonly<Record<Name, FuzzScene>> {
  return table
}

/** Switches of what draws much. */
const STRONG = [
  /\.window.*\.(down|up)$/, /\.mirrors\.heat$/, /\.stereo\.volumeUp$/, /\.lights\.head$/, /\.trunk\.release$/, /\.mirrors\.fold$/,
]

/** More often than not a tap. */
function tapOr(dice: Prng, least_ms: number, most_ms: number): number {
  return dice.chance(0.6) ? TAP_ms : whole(dice, least_ms, most_ms)
}

/** The driver's switch of a window, or the door's own. */
function press(dice: Prng, names: CarNames, window: string, direction: 'up' | 'down', for_ms: number, after_ms: number): Step {
  const hub = window.split('.')[0]!
  return { after_ms, kind: 'press', for_ms, with: { switch: dice.chance(0.5) ? ownSwitch(hub, direction) : driversOr(names, hub, direction) } }
}

function ownSwitch(hub: string, direction: 'up' | 'down'): string {
  return `${hub}.window.${direction}`
}

/** The driver's switch of a window; the door's own where he has none. */
function driversOr(names: CarNames, hub: string, direction: 'up' | 'down'): string {
  const drivers = `DASH.window${hub}.${direction}`
  return names.switches.includes(drivers) ? drivers : ownSwitch(hub, direction)
}

/** Everything falls asleep this long after the last activity. */
const ASLEEP_ms = 42_000

/**
 * A night behind the events of a run: the key is turned off for longer than it takes to fall asleep, something happens in the
 * dark, the key is turned back; some nights are long enough to fall asleep again. Returns its events, and how long it is.
 */
export function drawNight(dice: Prng, names: CarNames): { readonly steps: readonly Step[], readonly lasts_ms: number } {
  const [least_ms, most_ms] = dice.chance(0.3) ? [2 * ASLEEP_ms + 6000, 2 * ASLEEP_ms + 30_000] : [ASLEEP_ms + 3000, ASLEEP_ms + 20_000]
  const lasts_ms = whole(dice, least_ms, most_ms)
  const steps: Step[] = [{ after_ms: 0, kind: 'ignition', for_ms: lasts_ms, with: { position: dice.chance(0.8) ? 'off' : 'accessory' } }]
  for (let i = dice.below(4); i > 0; i--) {
    const after_ms = dice.chance(0.7) ? whole(dice, ASLEEP_ms, lasts_ms) : whole(dice, 0, lasts_ms)
    const disturbance: Omit<Step, 'after_ms'> = pick(dice, [
      { kind: 'press', for_ms: whole(dice, 40, 1500), with: { switch: pick(dice, names.switches) } },
      { kind: 'press', for_ms: whole(dice, 40, 1500), with: { switch: pick(dice, names.switches) } },
      { kind: 'garbage', for_ms: 0, with: { id: 0x123, format: 'standard', data: '' } },
      { kind: 'reset', for_ms: 0, with: { hub: pick(dice, names.hubs), cause: 'external' } },
      { kind: 'power', for_ms: whole(dice, 5, 3000), with: { hub: pick(dice, names.hubs) } },
      { kind: 'unplug', for_ms: whole(dice, 50, 3000), with: { component: pick(dice, names.components) } },
      { kind: 'replay', for_ms: 0, with: { back: dice.below(40), times: 1 } },
    ])
    steps.push({ after_ms, ...disturbance })
  }
  return { steps, lasts_ms }
}
