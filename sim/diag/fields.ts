import type { FieldRow, MessageRow } from '#protocol/catalogue/index.ts'
import { valueJson, valueText } from '#protocol/messages/index.ts'

/** Fields of a decoded message, as people and programs read them. */

type Values = Readonly<Record<string, number>>

/** `goto`, `40.5 %`, `not available`: with as many digits as the field has steps. */
export function fieldText(field: FieldRow, value: number): string {
  const plain = plainText(field, value)
  return Number.isFinite(value) && field.unit !== undefined ? `${plain} ${field.unit}` : plain
}

/** As `fieldText` without the unit, `n/a` when not available. */
export function plainText(field: FieldRow, value: number): string {
  if (Number.isNaN(value)) return 'n/a'
  if (!Number.isFinite(value) || field.kind === 'enum' || field.kind === 'flag' || field.bits !== undefined) return valueText(field, value)
  return value.toFixed(digitsOf(field))
}

/** All fields in one line, in the table's order: `sequence=3 action=goto position_pct=50.0`. */
export function fieldsText(row: MessageRow, values: Values): string {
  return Object.entries(row.fields).map(([name, field]) => `${name}=${plainText(field, values[name]!)}`).join(' ')
}

/** All fields for programs: enums by name, flags as booleans, "not available" as null. */
export function fieldsJson(row: MessageRow, values: Values): Record<string, number | string | boolean | null> {
  return Object.fromEntries(Object.entries(row.fields).map(([name, field]) => {
    const value = valueJson(field, values[name]!)
    return [name, typeof value === 'number' ? Number(value.toFixed(digitsOf(field))) : value]
  }))
}

function digitsOf(field: FieldRow): number {
  return (String(field.scale ?? 1).split('.')[1] ?? '').length
}
