import { fieldText, plainText } from '#sim/diag/fields.ts'
import { currentFaults } from '#sim/diag/faults.ts'
import { isStale } from '#sim/diag/monitor-json.ts'
import type { MonitorModel, MonitorNode, MonitorSignal } from '#sim/diag/monitor-model.ts'
import { echoSenderText } from '#protocol/messages.ts'
import { linesOf, loadText } from './screen.ts'
import { type Column, table } from './table.ts'
import type { Terminal } from './terminal.ts'

const right = (title: string): Column => ({ title, align: 'right' })
const HUB_COLUMNS = [
  { title: 'HUB' }, { title: 'state' }, right('supply'), right('board'), { title: 'bus' }, right('TEC'), right('REC'), right('frames'), right('heard'),
  { title: 'ports: drawn/granted A' },
]
const COMPONENT_COLUMNS = [
  { title: 'COMPONENT' }, right('supply'), right('drawn'), right('granted'), { title: 'state' }, { title: 'last command' },
]
/** The power half and the echo have columns of their own. */
const HEAD_FIELDS = ['supply_V', 'current_A', 'granted_A', 'echoSender', 'echoSequence', 'channel']
const EVENTS = 6

/** What `spine monitor` shows: the bus, hubs, ports, components, faults, events. */
export function monitorLines(model: MonitorModel, heading: string, terminal: Terminal): string[] {
  const { colors } = terminal
  const faults = currentFaults(model)
  return [
    ...headLines(model, heading, terminal),
    ...linesOf(table(terminal, HUB_COLUMNS, hubs(model).map(node => hubRow(model, node, terminal)))),
    ...linesOf(table(terminal, COMPONENT_COLUMNS, [
      ...components(model).map(signal => componentRow(model, signal, terminal)), ...lampRows(model),
    ])),
    ...(faults.length === 0 ? [colors.green('no faults')] : faults.map(fault => colors.red(fault))),
    ...model.events.slice(-EVENTS).map(event => colors.dim(`${seconds(event.at_ns)} ${event.text}`)),
  ]
}

/** The head alone, without colours or columns: a line for logs. */
export function monitorSummary(model: MonitorModel, heading: string): string {
  const { counters, load } = model
  const faults = currentFaults(model)
  return `${seconds(model.now_ns)} ${heading} load ${(load.load * 100).toFixed(2)} % ${load.frames_per_s.toFixed(0)} frames/s${model.networkAsleep ? ', asleep' : ''}, `
    + `${counters.frames} frames, ${hubs(model).length} hubs, ${e2eErrors(model)} E2E errors, ${faults.length === 0 ? 'no faults' : `faults: ${faults.join('; ')}`}`
}

function headLines(model: MonitorModel, heading: string, terminal: Terminal): string[] {
  const { colors } = terminal
  const { counters, load } = model
  const errors = e2eErrors(model)
  return [
    `${colors.bold('spine monitor')} ${heading}  ${seconds(model.now_ns)}  load ${loadText(load.load, terminal)} (peak ${(load.peak * 100).toFixed(1)} %)  `
    + `${load.frames_per_s.toFixed(0)} frames/s of ${load.bitrate / 1000} kbit/s${model.networkAsleep ? colors.cyan('  asleep') : ''}`,
    `${counters.frames} frames: ${counters.messages} messages, ${counters.addressClaims} claims, ${counters.requests} requests, ${counters.foreign} foreign, `
    + `${counters.errorFrames} error frames  ${(errors === 0 ? colors.green : colors.red)(`${errors} E2E errors`)} (${counters.badCrc} CRC, ${counters.wrongSequence} sequence; `
    + `${counters.okSomeLost} gaps, ${counters.repeated} repeated)`,
    ...of(model, 'VehicleState').map(signal => `vehicle  ${textOf(signal, Object.keys(signal.row.fields))}`),
  ]
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

function hubRow(model: MonitorModel, node: MonitorNode, terminal: Terminal): string[] {
  const { colors } = terminal
  const age_ms = (model.now_ns - node.lastSeen_ns) / 1e6
  const heard = `${(age_ms / 1000).toFixed(1)} s`
  const status = of(model, 'HubStatus').find(signal => signal.location === node.name)
  const field = (name: string): string => status === undefined ? '' : fieldText(status.row.fields[name], status.values[name])
  return [
    colors.bold(node.name), field('state'), field('supply_V'), field('temperature_C'), field('canState'), field('tec'), field('rec'),
    String(node.frames), status !== undefined && isStale(model, status) ? colors.red(heard) : heard,
    of(model, 'PortStatus').filter(signal => signal.location === node.name).map(signal => portText(signal, terminal)).join(' '),
  ]
}

/** `window 4.2/9.0`, with the state where it is not simply on. */
function portText(signal: MonitorSignal, terminal: Terminal): string {
  const { colors } = terminal
  const { row, values } = signal
  const field = (name: string): string => fieldText(row.fields[name], values[name])
  const state = field('state')
  const amperes = `${plainText(row.fields.current_A, values.current_A)}/${plainText(row.fields.granted_A, values.granted_A)}`
  const text = `${field('class')} ${state === 'on' ? '' : `${state} `}${amperes}`
  if (values.fault !== 0) return colors.red(`${text} ${field('fault')}`)
  return values.current_A > 0 ? colors.yellow(text) : state === 'on' ? text : colors.dim(text)
}

/** A line for each lamp: the level of its channels. */
function lampRows(model: MonitorModel): string[][] {
  const lamps = new Map<string, MonitorSignal[]>()
  for (const signal of of(model, 'LightStatus')) lamps.set(signal.location, [...lamps.get(signal.location) ?? [], signal])
  return [...lamps].map(([location, channels]) => {
    const [{ row, values }] = channels
    const field = (name: string): string => fieldText(row.fields[name], values[name])
    const levels = channels.map(channel => plainText(row.fields.level_pct, channel.values.level_pct)).join(' ')
    return [`${location}.light`, field('supply_V'), field('current_A'), field('granted_A'), `levels ${levels} %`, echoText(values)]
  })
}

function componentRow(model: MonitorModel, signal: MonitorSignal, terminal: Terminal): string[] {
  const { row, values } = signal
  const name = `${signal.location}.${row.name.replace(/Status$/, '').toLowerCase()}${signal.index === undefined ? '' : ` ${signal.index}`}`
  const field = (key: string): string => fieldText(row.fields[key], values[key])
  const state = textOf(signal, Object.keys(row.fields).filter(key => !HEAD_FIELDS.includes(key)))
  return [
    name, field('supply_V'), field('current_A'), field('granted_A'), isStale(model, signal) ? terminal.colors.red(`${state} (stale)`) : state,
    echoText(values),
  ]
}

function echoText(values: Readonly<Record<string, number>>): string {
  const by = echoSenderText(values.echoSender)
  return by === '' ? '' : `${by} #${values.echoSequence}`
}

/** `position 40.5 %, opening, learned`: flags by name when set, enums by their value. */
function textOf(signal: MonitorSignal, names: readonly string[]): string {
  return names.flatMap((name) => {
    const field = signal.row.fields[name]
    const value = signal.values[name]
    if (field.kind === 'flag') return value === 0 ? [] : [name]
    const text = fieldText(field, value)
    if (name === 'fault' && value === 0) return []
    return [name === 'state' ? text : `${name.replace(/_[A-Za-z]+$/, '')} ${text}`]
  }).join(', ')
}

function seconds(time_ns: number): string {
  return `${(time_ns / 1e9).toFixed(1)} s`
}
