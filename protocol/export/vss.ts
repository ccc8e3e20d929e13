import type { FieldRow, MessageRow } from '../catalogue/index.ts'
import { VSS_SIGNALS, type VssReading, type VssSignal } from '../vss/index.ts'

/**
 * A vspec overlay over VSS 6.0, as vss-tools take it (`--overlays spine.vspec -e dbc2vss`): each signal with its type, and in
 * `dbc2vss` the message and signal of our DBC it comes from, as KUKSA's CAN provider reads it. JSON is YAML, and so is this.
 */
export function renderVss(rows: readonly MessageRow[]): string {
  return `${JSON.stringify(Object.fromEntries(VSS_SIGNALS.map(signal => [signal.path, node(signal, rows)])), null, 2)}\n`
}

const messageName = ({ message, location }: VssSignal): string => `${message}_${location}`

function node(signal: VssSignal, rows: readonly MessageRow[]): Record<string, unknown> {
  const { type, datatype, unit, min, max, allowed, description, message, field, channel, reading } = signal
  const row = rows.find(each => each.name === message)!
  return {
    type, datatype, ...unit !== undefined && { unit }, ...min !== undefined && { min }, ...max !== undefined && { max },
    ...allowed !== undefined && { allowed }, description,
    ...channel !== undefined && { comment: `Told by frames of ${messageName(signal)} whose channel is ${channel}.` },
    dbc2vss: {
      message: messageName(signal), signal: field, interval_ms: row.idlePeriod_ms || row.activePeriod_ms,
      ...transform(reading, row.fields[field]!),
    },
  }
}

/** As KUKSA's CAN provider writes it: from the code's label in the DBC, or computed. */
function transform(reading: VssReading, field: FieldRow): { transform?: Record<string, unknown> } {
  if (reading.as === 'above') return { transform: { math: `x > ${reading.limit}` } }
  if (reading.as === 'number') return reading.factor === 1 ? {} : { transform: { math: `floor((x * ${reading.factor}) + 0.5)` } }
  const from = (name: string): string | number => field.kind === 'flag' ? name === 'yes' ? 1 : 0 : name
  return { transform: { mapping: Object.entries(reading.codes).map(([name, to]) => ({ from: from(name), to })) } }
}
