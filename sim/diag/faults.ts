import type { MessageRow } from '#protocol/catalogue/index.ts'
import { FAULT_FIELDS, faultText } from './event-text.ts'
import type { MonitorModel } from './monitor-model.ts'

/** Lifetime of HubStatus: three missed heartbeats. */
const HEARTBEAT_LIFETIME_ms = 3000
/** A port's fault that was over before its hub said so again explains the first HubStatus, not the second. */
const CERTAIN = 2

/** Something that is wrong now. */
export interface StandingFault {
  /** `silent`: a hub says nothing and does not sleep; `reported`: a message has a fault in it. */
  readonly kind: 'silent' | 'reported'
  /** The hub, or the message of which component: `FL`, `PortStatus@FL#0`. */
  readonly source: string
  /** Where it is. */
  readonly location: string
  /** What is reported; of a silent hub since when. */
  readonly text: string
}

/** What is wrong now: hubs that are silent and not asleep, bus states, faults of ports and components. */
export function standingFaults(model: MonitorModel): StandingFault[] {
  const faults: StandingFault[] = []
  for (const node of model.nodes.values()) {
    if (node.status === undefined || model.asleep(node)) continue
    const silence_ms = (model.now_ns - node.status_ns) / 1e6
    const of = { source: node.name, location: node.name }
    if (silence_ms > HEARTBEAT_LIFETIME_ms) faults.push({ kind: 'silent', ...of, text: `silent for ${(silence_ms / 1000).toFixed(0)} s` })
    else if (node.degraded >= CERTAIN && node.status['lost'] === 0 && !portFails(model, node.name)) {
      faults.push({ kind: 'reported', ...of, text: `degraded, and not by a port: npx spine diag dtc ${node.name}` })
    }
  }
  for (const { key, row, location, values } of model.signals.values()) {
    for (const { name, blocked } of watchedOf(row)) {
      const value = values[name]
      if (value === undefined || (blocked === undefined ? value === 0 : value !== blocked)) continue
      faults.push({ kind: 'reported', source: key, location, text: faultText(row, name, value) })
    }
  }
  return faults
}

/** A field that can say that something is wrong: by any value but 0, or by that of `blocked`. */
interface Watched {
  readonly name: string
  readonly blocked: number | undefined
}

const watchedByRow = new WeakMap<MessageRow, readonly Watched[]>()

/** Looked up once a row: rows are looked at again and again. */
function watchedOf(row: MessageRow): readonly Watched[] {
  const known = watchedByRow.get(row)
  if (known !== undefined) return known
  const watched = Object.entries(row.fields).flatMap(([name, field]): Watched[] => {
    if (FAULT_FIELDS.includes(name)) return [{ name, blocked: undefined }]
    const blocked = field.kind === 'enum' && field.values !== undefined ? field.values['blocked'] : undefined
    return blocked === undefined ? [] : [{ name, blocked }]
  })
  watchedByRow.set(row, watched)
  return watched
}

function portFails(model: MonitorModel, hub: string): boolean {
  return [...model.signals.values()].some(({ row, location, values }) => row.name === 'PortStatus' && location === hub && values['fault'] !== 0)
}

/** The same, a line each. */
export function currentFaults(model: MonitorModel): string[] {
  return standingFaults(model).map(({ source, text }) => `${source}: ${text}`)
}
