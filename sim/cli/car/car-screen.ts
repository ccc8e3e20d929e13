import type { Car, CarSnapshot, ComponentSnapshot, HubSnapshot, PowerSnapshot } from '#sim/car/index.ts'
import type { View } from '../lib/live.ts'
import { linesOf, loadText } from '../lib/screen.ts'
import { right, table } from '../lib/table.ts'
import type { Terminal } from '../lib/terminal.ts'
import type { LinkChange } from './link-watch.ts'

/** What the display knows beside the car's snapshot. */
export interface CarStatus {
  /** Bus load over the last second, 0–1. */
  readonly load: number
  readonly frames_per_s: number
  /** Virtual time per real time over the last second. */
  readonly speed: number
  /** Addresses others can dial, and how many are connected. */
  readonly links: readonly string[]
  /** Links lost and back since the last picture, line or object. */
  readonly linkChanges: readonly LinkChange[]
  readonly faults: readonly string[]
  /** Newest last. */
  readonly events: readonly string[]
  /** How often this machine lagged, and how much time slipped by that. */
  readonly lags: number
  readonly slipped_ms: number
}

/** What is shown of a car at one time. */
export interface CarState { readonly snapshot: CarSnapshot, readonly status: CarStatus }

const EVENTS = 5
/** Columns from which on a hub and its components share a line. */
const WIDE = 110
const COLUMNS = [{ title: 'HUB' }, { title: 'state' }, right('supply'), right('draws'), { title: 'components' }]

/** True when all hubs that have power sleep. */
function isAsleep(snapshot: CarSnapshot): boolean {
  const states = Object.values(snapshot.hubs).filter(hub => hub.powered).map(hub => hub.state)
  return states.length > 0 && states.every(state => state === 'sleeping')
}

/** What `spine car` shows. */
export function carView(car: Car, read: () => CarState, terminal: Terminal): View<CarState> {
  return {
    read,
    picture: ({ snapshot, status }) => carLines(car, snapshot, status, terminal),
    line: ({ snapshot, status }) => carSummary(snapshot, status),
    json: ({ snapshot, status: { load, links, linkChanges, faults, lags, slipped_ms } }) => ({
      ...snapshot, load, links, linkChanges, faults, lags, slipped_ms,
    }),
    every_ms: { picture: 100, line: 5000, json: 1000 },
  }
}

/** The picture of a running car. */
export function carLines(car: Car, snapshot: CarSnapshot, status: CarStatus, terminal: Terminal): string[] {
  const { colors } = terminal
  const rows = Object.entries(snapshot.hubs).map(([name, hub]) => [
    colors.bold(name), stateText(hub, terminal), `${hub.supply_V.toFixed(1)} V`, `${hub.current_A.toFixed(1)} A`, partsOf(name, snapshot, terminal),
  ])
  return [
    `${colors.bold('spine car')} ${car.topology.name}  ${snapshot.time_s.toFixed(1)} s at ${status.speed.toFixed(2)}×  bus ${snapshot.bus.bitrate / 1000} kbit/s  `
    + `load ${loadText(status.load, terminal)}  ${status.frames_per_s.toFixed(0)} frames/s, ${snapshot.bus.frames} in all, ${snapshot.bus.errorFrames} error frames${isAsleep(snapshot) ? colors.cyan('  asleep') : ''}`,
    ...(terminal.columns >= WIDE ? linesOf(table(terminal, COLUMNS, rows)) : narrow(rows, terminal)),
    powerText(snapshot.power),
    ...(status.faults.length === 0 ? [colors.green('no faults')] : status.faults.map(fault => colors.red(fault))),
    ...status.events.slice(-EVENTS).map(event => colors.dim(event)),
    ...status.links.map(link => colors.cyan(link)),
    colors.dim('npx spine press DASH.windowFL.down 2s   npx spine monitor   Ctrl-C ends'),
  ]
}

/** Battery, engine, and the cable that is nearest to its limit. */
function powerText(power: PowerSnapshot): string {
  const share = ({ current_A, limit_A }: PowerSnapshot['cables'][string]): number => Math.abs(current_A) / limit_A
  const [name, cable] = Object.entries(power.cables).reduce((fullest, other) => share(other[1]) > share(fullest[1]) ? other : fullest)
  return `battery ${power.battery_V.toFixed(1)} V ${power.battery_A.toFixed(1)} A  alternator ${power.alternator_A.toFixed(1)} A at ${power.engine_rpm} rpm  `
    + `fullest cable ${name} ${cable.current_A.toFixed(1)}/${cable.limit_A.toFixed(0)} A`
}

/** On a narrow screen the components have a line of their own below their hub. */
function narrow(rows: readonly (readonly string[])[], terminal: Terminal): string[] {
  const [head, ...lines] = linesOf(table(terminal, COLUMNS.slice(0, -1), rows.map(row => row.slice(0, -1))))
  return [head!, ...lines.flatMap((line, index) => [line, `  ${rows[index]!.at(-1)}`])]
}

/** One line for a log instead of a picture. */
export function carSummary(snapshot: CarSnapshot, status: CarStatus): string {
  const hubs = Object.values(snapshot.hubs)
  const operating = hubs.filter(hub => hub.state === 'operating').length
  const windows = Object.entries(snapshot.components).filter(([, part]) => part.class === 'window')
    .map(([name, part]) => `${name.split('.')[0]} ${percent(part.shows.position_pct)}`)
  return `${snapshot.time_s.toFixed(1)} s  ${isAsleep(snapshot) ? 'asleep' : `${operating}/${hubs.length} hubs operating`}  load ${(status.load * 100).toFixed(2)} %  `
    + `${status.frames_per_s.toFixed(0)} frames/s  windows open: ${windows.join(', ')}  `
    + (status.faults.length === 0 ? 'no faults' : `faults: ${status.faults.join('; ')}`)
}

function stateText(hub: HubSnapshot, terminal: Terminal): string {
  const { colors } = terminal
  const text = hub.canState === 'errorActive' ? hub.state : `${hub.state}, ${hub.canState}`
  if (hub.state === 'sleeping') return colors.dim(text)
  return hub.state === 'operating' && hub.canState === 'errorActive' ? colors.green(text) : colors.yellow(text)
}

function partsOf(hub: string, snapshot: CarSnapshot, terminal: Terminal): string {
  return Object.entries(snapshot.components)
    .filter(([name]) => name.startsWith(`${hub}.`))
    .map(([name, part]) => partText(name.slice(hub.length + 1), part, terminal))
    .filter(text => text !== '')
    .join(terminal.colors.dim(' · '))
}

type Shows = ComponentSnapshot['shows']

/** What each class shows of itself, in few words; empty: nothing worth a place now. */
const TEXTS: Readonly<Partial<Record<string, (shows: Shows) => string>>> = {
  window: shows => `open ${percent(shows.position_pct)}`,
  mirror: shows => [
    `${degrees(shows.tiltX_deg)}/${degrees(shows.tiltY_deg)}`, Number(shows.folded_pct) > 50 ? 'folded' : '', shows.heating === true ? 'heating' : '',
  ].filter(text => text !== '').join(' '),
  latch: shows => `${String(shows.lid)}${shows.locked === true ? ' locked' : ''}`,
  lamp: (shows) => {
    const levels = Object.entries(shows).filter(([key]) => key.startsWith('light')).map(([, value]) => Math.round(Number(value)))
    return levels.every(level => level === 0) ? 'off' : `${levels.join(' ')} %`
  },
  amplifier: shows => shows.playing === true
    ? `${Number(shows.frequency_MHz).toFixed(1)} MHz ${String(shows.station)} volume ${String(shows.volume)}${shows.muted === true ? ' muted' : ''}`
    : 'silent',
  switchPack: shows => shows.pressed === '' ? '' : `pressed ${String(shows.pressed)}`,
  vehicle: shows => `ignition ${String(shows.ignition)}, ${String(shows.gear)}, ${Number(shows.speed_kmh).toFixed(0)} km/h`,
}

/** Of a class that has no text of its own: what is not zero, `output 40 %`. */
function plainText(shows: Shows): string {
  return Object.entries(shows).filter(([, value]) => value !== false && value !== 0).map(([name, value]) => {
    const [word, unit] = name.split('_')
    if (unit === 'pct') return `${word} ${percent(value)}`
    return value === true ? name : `${name} ${typeof value === 'number' ? Number(value.toFixed(1)) : String(value)}`
  }).join(' ')
}

function partText(name: string, part: ComponentSnapshot, terminal: Terminal): string {
  const { colors } = terminal
  if (part.port < 0) return colors.yellow(`${name} unplugged`)
  const text = (TEXTS[part.class] ?? plainText)(part.shows)
  const quiet = part.class === 'switchPack' || part.class === 'vehicle'
  if (part.tripped) return colors.red(`${name} tripped`)
  if (text === '') return ''
  const drawn = part.current_A >= 0.1 || part.granted_A > 0
  const current = drawn ? colors.yellow(` ${part.current_A.toFixed(1)}/${part.granted_A.toFixed(1)} A`) : ''
  return `${quiet ? '' : `${name} `}${text}${current}`
}

function percent(value: unknown): string {
  return `${Number(value).toFixed(0)} %`
}

function degrees(value: unknown): string {
  return `${(Number(value) + 0).toFixed(1)}°`
}
