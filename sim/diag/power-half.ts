import { COMPONENT_CLASS, MESSAGES } from '#protocol/host/index.ts'
import { fieldText } from './fields.ts'
import type { MonitorModel, MonitorNode, MonitorSignal } from './monitor-model.ts'

/** A port as the bus knows it: amperes drawn and granted. */
export interface PortPowerView {
  readonly port: number
  /** Names of the catalogue: `window`, `on`, `none`. */
  readonly class: string
  readonly state: string
  readonly fault: string
  /** It is not there: a board on a desk plays it. */
  readonly stub: boolean
  readonly drawn_A: number
  readonly granted_A: number
}

interface HubPowerView {
  readonly name: string
  /** NaN: it never said. */
  readonly supply_V: number
  readonly drawn_A: number
  readonly granted_A: number
  readonly ports: readonly PortPowerView[]
}

export interface PowerView {
  readonly drawn_A: number
  readonly granted_A: number
  /** NaN and empty: no hub said. */
  readonly lowest_V: number
  readonly lowestHub: string
  readonly hubs: readonly HubPowerView[]
}

/** The message in which a component of a class repeats what its port draws, more often than PortStatus does. */
const STATUS_OF: Readonly<Partial<Record<number, string>>> = {
  [COMPONENT_CLASS.window]: 'WindowStatus', [COMPONENT_CLASS.mirror]: 'MirrorStatus', [COMPONENT_CLASS.latch]: 'LatchStatus',
  [COMPONENT_CLASS.lamp]: 'LightStatus', [COMPONENT_CLASS.amplifier]: 'StereoStatus',
  // The rows of kind 14 name their class.
  ...Object.fromEntries(MESSAGES.flatMap(row => row.class !== undefined && row.page === 0 ? [[row.class, row.name] as const] : [])),
}

/** Volts a hub and amperes a port, by the newest frames that speak of them. */
export function powerOf(model: MonitorModel): PowerView {
  const signals = [...model.signals.values()]
  const hubs = [...model.nodes.values()].filter(node => node.status !== undefined).sort((a, b) => a.address - b.address)
    .map(node => hubOf(node, signals.filter(signal => signal.location === node.name)))
  const known = hubs.filter(hub => !Number.isNaN(hub.supply_V))
  let lowest: HubPowerView | undefined
  for (const hub of known) if (lowest === undefined || hub.supply_V < lowest.supply_V) lowest = hub
  return {
    drawn_A: sum(hubs, 'drawn_A'), granted_A: sum(hubs, 'granted_A'), lowest_V: lowest?.supply_V ?? NaN, lowestHub: lowest?.name ?? '', hubs,
  }
}

function hubOf(node: MonitorNode, signals: readonly MonitorSignal[]): HubPowerView {
  const ports = signals.filter(signal => signal.row.name === 'PortStatus').sort((a, b) => a.index! - b.index!).map(port => portOf(port, signals))
  return {
    name: node.name, supply_V: node.status!.supply_V!, drawn_A: sum(ports, 'drawn_A'), granted_A: sum(ports, 'granted_A'), ports,
  }
}

function portOf(signal: MonitorSignal, signals: readonly MonitorSignal[]): PortPowerView {
  const { row, values } = signal
  let newest = signal
  for (const other of signals) if (other.row.name === STATUS_OF[values.class!] && other.at_ns > newest.at_ns) newest = other
  return {
    port: signal.index!, class: fieldText(row.fields.class!, values.class!), state: fieldText(row.fields.state!, values.state!),
    fault: fieldText(row.fields.fault!, values.fault!), stub: values.stub === 1,
    drawn_A: newest.values.current_A!, granted_A: newest.values.granted_A!,
  }
}

function sum<Key extends 'drawn_A' | 'granted_A'>(items: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return items.reduce((total, item) => item[key] > 0 ? Math.round((total + item[key]) * 10) / 10 : total, 0)
}
