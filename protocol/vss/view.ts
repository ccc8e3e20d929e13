import type { MessageRow } from '../catalogue/index.ts'
import type { DecodedRow } from '../messages/index.ts'
import { valueJson } from '../messages/index.ts'
import { VSS_SIGNALS, type VssSignal, type VssValue } from './table.ts'

const BY_MESSAGE = new Map<string, VssSignal[]>()
for (const signal of VSS_SIGNALS) {
  const key = `${signal.message}@${signal.location}`
  BY_MESSAGE.set(key, [...BY_MESSAGE.get(key) ?? [], signal])
}

type Told = Pick<DecodedRow, 'location' | 'values'> & { readonly row: MessageRow }

/** The VSS signals that a decoded message tells, by path; what is not available is null. Undefined where it tells none. */
export function vssOf({ row, location, values }: Told): Record<string, VssValue | null> | undefined {
  const signals = BY_MESSAGE.get(`${row.name}@${location}`)?.filter(({ channel }) => channel === undefined || channel === values['channel'])
  if (signals === undefined || signals.length === 0) return undefined
  return Object.fromEntries(signals.map(signal => [signal.path, readSignal(signal, row, values)]))
}

function readSignal({ datatype, field, reading, max }: VssSignal, row: MessageRow, values: Told['values']): VssValue | null {
  const value = values[field]!
  const { kind } = row.fields[field]!
  if (reading.as === 'codes') {
    const name = kind === 'flag' ? value === 1 ? 'yes' : 'no' : String(valueJson(row.fields[field]!, value))
    return reading.codes[name] ?? null
  }
  if (!Number.isFinite(value)) return null
  if (reading.as === 'above') return value > reading.limit
  const scaled = value * reading.factor
  const limited = max === undefined ? scaled : Math.min(scaled, max)
  return datatype === 'float' ? Math.round(limited * 1000) / 1000 : Math.round(limited)
}
