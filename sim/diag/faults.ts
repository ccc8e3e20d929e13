import { FAULT_FIELDS, faultText } from './event-text.ts'
import type { MonitorModel } from './monitor-model.ts'

/** Lifetime of HubStatus: three missed heartbeats. */
const HEARTBEAT_LIFETIME_ms = 3000

/** What is wrong now, a line each: hubs that are silent and not asleep, bus states, faults of ports and components. */
export function currentFaults(model: MonitorModel): string[] {
  const faults: string[] = []
  for (const node of model.nodes.values()) {
    if (node.status === undefined || model.asleep(node)) continue
    const silence_ms = (model.now_ns - node.status_ns) / 1e6
    if (silence_ms > HEARTBEAT_LIFETIME_ms) faults.push(`${node.name}: silent for ${(silence_ms / 1000).toFixed(0)} s`)
  }
  for (const signal of model.signals.values()) {
    for (const name of FAULT_FIELDS) {
      const value = signal.values[name]
      if (value !== undefined && value !== 0) faults.push(`${signal.key}: ${faultText(signal.row, name, value)}`)
    }
  }
  return faults
}
