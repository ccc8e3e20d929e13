import {
  currentFaults, fieldText, type ForeignMessage, type ForeignSignals, foreignText, identifierText,
  isStale, type MonitorCounters, type MonitorModel, type MonitorNode, type MonitorSignal,
  plainText, type PortPowerView, powerOf, type PowerView,
} from '#sim/diag/index.ts'
import { MANAGER_STATE } from '#protocol/index.ts'
import { echoSenderText } from '#protocol/messages/index.ts'
import { linesOf, loadText } from '../lib/screen.ts'
import { type Column, right, table } from '../lib/table.ts'
import type { Terminal } from '../lib/terminal.ts'

/** A row of a table, and what rows are sorted by. */
export interface SceneRow {
  readonly cells: readonly string[]
  /** NaN: nobody said. */
  readonly supply_V: number
  readonly drawn_A: number
  /** Since it was heard last. */
  readonly heard_ms: number
}

export interface SceneTable { readonly columns: readonly Column[], readonly rows: readonly SceneRow[] }

/** A bus as it is shown: what always stands above, rows that can be sorted and left out, what stands below them. */
export interface Scene {
  readonly head: readonly string[]
  readonly tables: readonly SceneTable[]
  readonly foot: readonly string[]
}

const HUB_COLUMNS = [
  { title: 'HUB' }, { title: 'state' }, right('supply'), right('drawn'), right('granted'), right('TEC/REC'), right('heard'),
  { title: 'ports: drawn/granted A' },
]
/** On a wide screen, before the counters. */
const WIDE_COLUMNS = [right('board'), { title: 'bus' }]
const WIDE = 100
const WIDE_AT = 5
const COMPONENT_COLUMNS = [
  { title: 'COMPONENT' }, right('supply'), right('drawn'), right('granted'), { title: 'state' }, { title: 'last command' },
]
/** The power half and the echo have columns of their own. */
const HEAD_FIELDS = ['supply_V', 'current_A', 'granted_A', 'echoSender', 'echoSequence', 'channel']
const EVENTS = 6
/** Lines of the head that hold for any network. */
const GENERAL_LINES = 3
/** Below this a hub is shown as short of voltage. */
const LEAST_V = 9
/** Counters in the head, where they are not 0. */
const COUNTED: Partial<Record<keyof MonitorCounters, string>> = {
  messages: 'messages', addressClaims: 'claims', requests: 'requests', foreign: 'foreign', errorFrames: 'error frames', badCrc: 'wrong CRC',
  wrongSequence: 'wrong sequence', okSomeLost: 'gaps', repeated: 'repeated', unknownMessage: 'unknown', tooShort: 'too short',
}

/** A bus as it is now: our own messages, and those that DBC files describe. */
export interface Watched { readonly model: MonitorModel, readonly foreign: ForeignSignals | undefined, readonly likely: readonly string[] }

/** The lines of a table with these of its rows. */
export function tableLines({ columns }: SceneTable, rows: readonly SceneRow[], terminal: Terminal): string[] {
  return linesOf(table(terminal, columns, rows.map(({ cells }) => cells)))
}

/** What a link says now. */
export function sceneOf({ model, foreign, likely }: Watched, heading: string, terminal: Terminal): Scene {
  const { colors } = terminal
  const head = headLines(model, heading, terminal)
  const others = foreign === undefined ? [] : [foreignTable(foreign, model.now_ns)]
  const unknown = foreign === undefined ? [] : [colors.dim(`${foreign.unknown} frames that no file describes`)]
  if (foreign !== undefined && model.signals.size === 0) return { head: head.slice(0, GENERAL_LINES), tables: others, foot: unknown }
  const faults = currentFaults(model)
  return {
    head,
    tables: [
      ...others,
      { columns: hubColumns(terminal), rows: hubs(model).map(node => hubRow(model, node, terminal)) },
      {
        columns: COMPONENT_COLUMNS,
        rows: [...components(model).map(signal => componentRow(model, signal, terminal)), ...lampRows(model)],
      },
    ],
    foot: [
      ...unknown,
      ...(faults.length === 0 ? [colors.green('no faults')] : faults.map(fault => colors.red(fault))),
      ...likely.map(line => colors.red(`likely: ${line}`)),
      ...model.events.slice(-EVENTS).map(event => colors.dim(`${seconds(event.at_ns)} ${event.text}`)),
    ],
  }
}

/** The head alone, without colours or columns: a line for logs. */
export function monitorSummary({ model, foreign, likely }: Watched, heading: string): string {
  const { counters, load } = model
  const faults = currentFaults(model)
  return `${seconds(model.now_ns)} ${heading} load ${(load.load * 100).toFixed(2)} % ${load.frames_per_s.toFixed(0)} frames/s${model.networkAsleep ? ', asleep' : ''}, `
    + `${counters.frames} frames, ${hubs(model).length} hubs, ${e2eErrors(model)} E2E errors, ${faults.length === 0 ? 'no faults' : `faults: ${faults.join('; ')}`}${likely.map(line => `, likely: ${line}`).join('')}`
    + (foreign === undefined ? '' : [...foreign.messages.values()].sort(byId).map(message => `\n  ${foreignName(message)} ${foreignText(message)}`).join(''))
}

const FOREIGN_COLUMNS = [right('id'), { title: 'MESSAGE' }, { title: 'sender' }, right('count'), right('heard'), { title: 'signals' }]

function foreignTable(foreign: ForeignSignals, now_ns: number): SceneTable {
  const rows = [...foreign.messages.values()].sort(byId).map((message): SceneRow => {
    const heard_ms = (now_ns - message.last_ns) / 1e6
    const { id, extended, name, sender, count } = message
    const cells = [identifierText(id, extended), name, sender, String(count), ageText(heard_ms), foreignText(message)]
    return { cells, supply_V: NaN, drawn_A: NaN, heard_ms }
  })
  return { columns: FOREIGN_COLUMNS, rows }
}

function foreignName({ id, extended, name }: ForeignMessage): string {
  return `${identifierText(id, extended)} ${name}`
}

function byId(a: ForeignMessage, b: ForeignMessage): number {
  return a.id - b.id
}

function headLines(model: MonitorModel, heading: string, terminal: Terminal): string[] {
  const { colors } = terminal
  const { counters, load } = model
  const errors = e2eErrors(model)
  const counted = Object.entries(COUNTED).flatMap(([name, text]) => counters[name as keyof MonitorCounters] === 0 ? [] : [`${counters[name as keyof MonitorCounters]} ${text}`])
  return [
    `${colors.bold('spine monitor')} ${heading}  ${seconds(model.now_ns)}${model.networkAsleep ? colors.cyan('  asleep') : ''}`,
    `load ${loadText(load.load, terminal)} (peak ${(load.peak * 100).toFixed(1)} %)  ${load.frames_per_s.toFixed(0)} frames/s of ${load.bitrate / 1000} kbit/s  `
    + (errors === 0 ? colors.green : colors.red)(`${errors} E2E errors`),
    `${counters.frames} frames: ${counted.join(', ')}`,
    powerLine(powerOf(model), terminal),
    ...of(model, 'VehicleState').map(signal => vehicleLine(signal, terminal)),
  ]
}

function powerLine({ drawn_A, granted_A, lowest_V, lowestHub }: PowerView, { colors }: Terminal): string {
  const volts = `${lowest_V.toFixed(1)} V at ${lowestHub}`
  const lowest = lowestHub === '' ? '' : `, lowest ${lowest_V < LEAST_V ? colors.red(volts) : volts}`
  return `power  ${drawn_A.toFixed(1)} A drawn, ${granted_A.toFixed(1)} A granted${lowest}`
}

/** `vehicle  ignition on, gear park, 0 km/h, battery 14.2 V, manager active, nothing shed`. */
function vehicleLine({ row, values }: MonitorSignal, { colors }: Terminal): string {
  const field = (name: string): string => fieldText(row.fields[name]!, values[name]!)
  const manager = `manager ${field('manager')}`
  return `vehicle  ignition ${field('ignition')}, gear ${field('gear')}, ${field('speed_kmh')}, battery ${field('battery_V')}, `
    + `${values.manager === MANAGER_STATE.active ? manager : colors.yellow(manager)}${values.shedLevel! > 0 ? `, ${colors.yellow(`shed level ${field('shedLevel')}`)}` : ''}`
}

function e2eErrors(model: MonitorModel): number {
  return model.counters.badCrc + model.counters.wrongSequence
}

function hubs(model: MonitorModel): MonitorNode[] {
  return [...model.nodes.values()].sort((a, b) => a.address - b.address)
}

function of(model: MonitorModel, message: string): MonitorSignal[] {
  return [...model.signals.values()].filter(signal => signal.row.name === message).sort(byPlace)
}

function components(model: MonitorModel): MonitorSignal[] {
  return [...model.signals.values()].filter(signal => 'echoSender' in signal.row.fields && signal.index === undefined).sort((a, b) => a.row.kind - b.row.kind || byPlace(a, b))
}

function byPlace(a: MonitorSignal, b: MonitorSignal): number {
  return a.location.localeCompare(b.location) || (a.index ?? 0) - (b.index ?? 0)
}

function hubColumns({ columns }: Terminal): Column[] {
  return columns < WIDE ? HUB_COLUMNS : [...HUB_COLUMNS.slice(0, WIDE_AT), ...WIDE_COLUMNS, ...HUB_COLUMNS.slice(WIDE_AT)]
}

function hubRow(model: MonitorModel, node: MonitorNode, terminal: Terminal): SceneRow {
  const { colors } = terminal
  const heard_ms = (model.now_ns - node.lastSeen_ns) / 1e6
  const heard = ageText(heard_ms)
  const status = of(model, 'HubStatus').find(signal => signal.location === node.name)
  const field = (name: string): string => status === undefined ? '' : fieldText(status.row.fields[name]!, status.values[name]!)
  const power = powerOf(model).hubs.find(hub => hub.name === node.name)
  const amperes = (name: 'drawn_A' | 'granted_A'): string => power === undefined ? '' : `${power[name].toFixed(1)} A`
  const cells = [
    colors.bold(node.name), field('state'), field('supply_V'), amperes('drawn_A'), amperes('granted_A'),
    ...(terminal.columns < WIDE ? [] : [field('temperature_C'), field('canState')]),
    status === undefined ? '' : `${field('tec')}/${field('rec')}`, status !== undefined && isStale(model, status) ? colors.red(heard) : heard,
    power === undefined ? '' : portsText(power.ports, terminal),
  ]
  return { cells, supply_V: power?.supply_V ?? NaN, drawn_A: power?.drawn_A ?? NaN, heard_ms }
}

/** `window 4.2/9.0, 4 on`: in full those that draw, hold a grant, are not simply on, or are not there: `window (stub) on`. */
function portsText(ports: readonly PortPowerView[], { colors }: Terminal): string {
  const told: string[] = []
  let rest = 0
  for (const port of ports) {
    const amperes = `${numberText(port.drawn_A)}/${numberText(port.granted_A)}`
    const name = port.stub ? `${port.class} (stub)` : port.class
    if (port.fault !== 'none') told.push(colors.red(`${name} ${port.state} ${amperes} ${port.fault}`))
    else if (port.state !== 'on') told.push(colors.dim(`${port.class === 'none' ? `port ${port.port}` : name} ${port.state}${port.granted_A > 0 ? ` ${amperes}` : ''}`))
    else if (port.drawn_A > 0 || port.granted_A > 0) told.push(colors.yellow(`${name} ${amperes}`))
    else if (port.stub) told.push(colors.dim(`${name} on`))
    else rest++
  }
  if (rest > 0) told.push(`${rest} on`)
  return told.join(', ')
}

function numberText(current_A: number): string {
  return Number.isFinite(current_A) ? current_A.toFixed(1) : 'n/a'
}

/** A line for each lamp: the level of its channels. */
function lampRows(model: MonitorModel): SceneRow[] {
  const lamps = new Map<string, MonitorSignal[]>()
  for (const signal of of(model, 'LightStatus')) lamps.set(signal.location, [...lamps.get(signal.location) ?? [], signal])
  return [...lamps].map(([location, channels]) => {
    const [first] = channels
    const { row, values } = first!
    const field = (name: string): string => fieldText(row.fields[name]!, values[name]!)
    const levels = channels.map(channel => plainText(row.fields.level_pct!, channel.values.level_pct!)).join(' ')
    return rowOf(model, first!, [`${location}.light`, field('supply_V'), field('current_A'), field('granted_A'), `levels ${levels} %`, echoText(values)])
  })
}

function componentRow(model: MonitorModel, signal: MonitorSignal, terminal: Terminal): SceneRow {
  const { row, values } = signal
  const name = componentName(signal)
  const field = (key: string): string => fieldText(row.fields[key]!, values[key]!)
  const state = textOf(signal, Object.keys(row.fields).filter(key => !HEAD_FIELDS.includes(key)))
  return rowOf(model, signal, [
    name, field('supply_V'), field('current_A'), field('granted_A'), isStale(model, signal) ? terminal.colors.red(`${state} (stale)`) : state,
    echoText(values),
  ])
}

function rowOf({ now_ns }: MonitorModel, { values, at_ns }: MonitorSignal, cells: readonly string[]): SceneRow {
  return { cells, supply_V: values.supply_V ?? NaN, drawn_A: values.current_A ?? NaN, heard_ms: (now_ns - at_ns) / 1e6 }
}

function ageText(age_ms: number): string {
  return `${(age_ms / 1000).toFixed(1)} s`
}

/** `FL.window`. */
export function componentName({ location, row, index }: MonitorSignal): string {
  return `${location}.${row.name.replace(/Status$/, '').toLowerCase()}${index === undefined ? '' : ` ${index}`}`
}

function echoText(values: Readonly<Record<string, number>>): string {
  const by = echoSenderText(values.echoSender!)
  return by === '' ? '' : `${by} #${values.echoSequence}`
}

/** `position 40.5 %, opening, learned`: flags by name when set, enums by their value. */
function textOf(signal: MonitorSignal, names: readonly string[]): string {
  return names.flatMap((name) => {
    const field = signal.row.fields[name]!
    const value = signal.values[name]!
    if (field.kind === 'flag') return value === 0 ? [] : [name]
    const text = fieldText(field, value)
    if (name === 'fault' && value === 0) return []
    return [name === 'state' ? text : `${name.replace(/_[A-Za-z]+$/, '')} ${text}`]
  }).join(', ')
}

function seconds(time_ns: number): string {
  return `${(time_ns / 1e9).toFixed(1)} s`
}
