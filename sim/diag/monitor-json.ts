import { HubStatus } from '#protocol/catalogue/index.ts'
import { currentFaults } from './faults.ts'
import { fieldsJson } from './fields.ts'
import type { MonitorModel, MonitorSignal } from './monitor-model.ts'
import { powerOf } from './power-half.ts'

/** The state of a bus for programs: one object, enums by name, "not available" as null. */
export function monitorJson(model: MonitorModel): Record<string, unknown> {
  const signals = [...model.signals.values()]
  return {
    time_s: round(model.now_ns / 1e9, 6),
    bus: {
      asleep: model.networkAsleep,
      bitrate: model.load.bitrate,
      load: round(model.load.load, 6),
      peakLoad: round(model.load.peak, 6),
      frames_per_s: round(model.load.frames_per_s, 3),
    },
    power: powerOf(model),
    counters: { ...model.counters },
    nodes: [...model.nodes.values()].sort((a, b) => a.address - b.address).map(node => ({
      address: node.address,
      name: node.name,
      frames: node.frames,
      age_ms: age(model, node.lastSeen_ns),
      asleep: model.asleep(node),
      status: node.status === undefined ? null : fieldsJson(HubStatus, node.status),
    })),
    signals: signals.map(signal => ({
      message: signal.row.name,
      location: signal.location,
      ...(signal.index === undefined ? {} : { index: signal.index }),
      age_ms: age(model, signal.at_ns),
      stale: isStale(model, signal),
      frames: signal.frames,
      fields: fieldsJson(signal.row, signal.values),
    })),
    faults: currentFaults(model),
    events: model.events.map(event => ({ time_s: round(event.at_ns / 1e9, 6), text: event.text })),
  }
}

/** No frame for longer than the message's lifetime; only messages that repeat, of hubs that do not sleep, can go stale. */
export function isStale(model: MonitorModel, signal: MonitorSignal): boolean {
  const node = model.nodes.get(signal.source)
  if (node !== undefined && model.asleep(node)) return false
  return signal.row.idlePeriod_ms > 0 && model.now_ns - signal.at_ns > signal.row.lifetime_ms * 1e6
}

function age(model: MonitorModel, at_ns: number): number {
  return round((model.now_ns - at_ns) / 1e6, 3)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
