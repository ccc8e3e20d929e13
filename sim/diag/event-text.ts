import { SLEEP_PHASE } from '#protocol/index.ts'
import type { MessageRow } from '#protocol/catalogue/index.ts'
import { addressText, type DecodedMessage } from '#protocol/messages/index.ts'
import { fieldText } from './fields.ts'

/** Fields in which a component or a port reports that something is wrong; 0 (`none`, `errorActive`) is well. */
export const FAULT_FIELDS: readonly string[] = ['fault', 'pinch', 'thermal', 'canState', 'lost']

/** What the value of such a field means, for people. */
export function faultText(row: MessageRow, name: string, value: number): string {
  const field = row.fields[name]!
  if (field.kind === 'flag') return value === 0 ? `${name} is over` : name
  return `${name} ${fieldText(field, value)}`
}

/** `DASH windowFL.down released after 400 ms`. */
export function switchText(decoded: DecodedMessage<'SwitchEvent'>): string {
  const { values } = decoded
  const fields = decoded.row.fields
  const held = values.duration_ms > 0 ? ` after ${values.duration_ms} ms` : ''
  return `${decoded.location}.${fieldText(fields.switch!, values.switch)} ${fieldText(fields.edge!, values.edge)}${held}`
}

/** `network waking by FL, switch`. */
export function sleepText(decoded: DecodedMessage<'NetworkSleep'>): string {
  const { values } = decoded
  const fields = decoded.row.fields
  const phase = values.phase === SLEEP_PHASE.waking ? 'waking' : `sleep ${fieldText(fields.phase!, values.phase)}`
  return `network ${phase} by ${addressText(decoded.source)}, ${fieldText(fields.reason!, values.reason)}`
}
