import { MESSAGES } from '#protocol/catalogue/index.ts'
import type { FieldRow, LocationName, MessageRow } from '#protocol/catalogue/row.ts'
import { unknown } from './suggest.ts'

/** Messages as people write and read them: `WindowCommand@RR action=goto position_pct=50`. */

/** What was written names nothing of the catalogue; the message says what was meant, or what is possible. */
export class MessageTextError extends Error {
  override readonly name = 'MessageTextError'
}

export interface ParsedMessage {
  readonly row: MessageRow
  readonly location: LocationName
  /** The fields that were named; the others keep their neutral value. */
  readonly values: Readonly<Record<string, number>>
}

/** Reads `Message@LOCATION` and `field=value` words. Throws MessageTextError. */
export function parseMessage(target: string, assignments: readonly string[]): ParsedMessage {
  const [name, place, ...rest] = target.split('@')
  if (rest.length > 0) throw new MessageTextError(`"${target}" has more than one @: write it like WindowCommand@FL`)
  const row = findMessage(name)
  const location = findLocation(row, place)
  const values: Record<string, number> = {}
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=')
    if (equals < 1) throw new MessageTextError(`"${assignment}" is no field=value; ${row.name} has ${fieldNames(row).join(', ')}`)
    const field = findField(row, assignment.slice(0, equals))
    if (field in values) throw new MessageTextError(`${field} is there twice`)
    values[field] = parseValue(field, row.fields[field], assignment.slice(equals + 1))
  }
  return { row, location, values }
}

/** The row of this name, case ignored. */
export function findMessage(name: string): MessageRow {
  const row = MESSAGES.find(candidate => candidate.name.toLowerCase() === name.toLowerCase())
  if (row === undefined) {
    throw new MessageTextError(unknown('message', name, MESSAGES.map(candidate => candidate.name), 'see "npx spine export markdown"'))
  }
  return row
}

function findLocation(row: MessageRow, place: string | undefined): LocationName {
  if (place === undefined || place === '') {
    if (row.locations.length === 1) return row.locations[0]
    throw new MessageTextError(`${row.name} needs a location: ${row.name}@${row.locations[0]}; it can be ${row.locations.join(', ')}`)
  }
  const location = row.locations.find(candidate => candidate.toLowerCase() === place.toLowerCase())
  if (location === undefined) throw new MessageTextError(unknown(`location of ${row.name}`, place, row.locations))
  return location
}

function fieldNames(row: MessageRow): string[] {
  return Object.keys(row.fields)
}

/** Units at the end of a field's name. */
const UNIT_SUFFIX = /_(pct|deg|ms|s|V|A|C|kmh|MHz)$/

function findField(row: MessageRow, word: string): string {
  const names = fieldNames(row)
  const lower = word.toLowerCase()
  const field = names.find(name => name.toLowerCase() === lower)
    ?? names.find(name => name.replace(UNIT_SUFFIX, '').toLowerCase() === lower)
  if (field === undefined) throw new MessageTextError(unknown(`field of ${row.name}`, word, names))
  return field
}

const FLAG_WORDS: Readonly<Record<string, number>> = { 0: 0, 1: 1, no: 0, yes: 1, off: 0, on: 1, false: 0, true: 1 }
const NOT_AVAILABLE = ['na', 'n/a', 'none', 'nan']

function parseValue(name: string, field: FieldRow, text: string): number {
  if (field.kind === 'enum') return parseEnum(name, field, text)
  if (field.kind === 'flag') {
    const value = FLAG_WORDS[text.toLowerCase()]
    if (value === undefined) throw new MessageTextError(`${name} is "${text}": it is a flag, 0 or 1, off or on`)
    return value
  }
  if (field.kind !== 'count' && NOT_AVAILABLE.includes(text.toLowerCase())) return NaN
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$/.exec(text)
  if (match === null) throw new MessageTextError(`${name} is "${text}": it is a number${unitPhrase(field)}`)
  if (match[2] !== '') checkUnit(name, field, match[2])
  const value = Number(match[1])
  const range = fieldRange(field)
  if (value < range.min || value > range.max || (field.kind === 'count' && !Number.isInteger(value))) {
    const whole = field.kind === 'count' ? ', a whole number' : ''
    throw new MessageTextError(`${name} = ${match[1]} is out of range: it is ${range.min} to ${range.max}${unitPhrase(field)}${whole}`)
  }
  return value
}

function parseEnum(name: string, field: FieldRow, text: string): number {
  const values = field.values ?? {}
  const known = Object.keys(values).find(key => key.toLowerCase() === text.toLowerCase())
  if (known !== undefined) return values[known]
  const code = Number(text)
  if (text !== '' && Object.values(values).includes(code)) return code
  throw new MessageTextError(unknown(`value of ${name}`, text, Object.keys(values)))
}

function unitPhrase(field: FieldRow): string {
  return field.unit === undefined ? '' : ` ${field.unit}`
}

/** Other spellings of the catalogue's units. */
const UNIT_WORDS: Readonly<Record<string, readonly string[]>> = { '%': ['pct'], '°': ['deg'], '°C': ['C', 'degC'], 'km/h': ['kmh'] }

function checkUnit(name: string, field: FieldRow, unit: string): void {
  if (field.unit === undefined) throw new MessageTextError(`${name} has no unit, not "${unit}"`)
  const accepted = [field.unit, ...UNIT_WORDS[field.unit] ?? []].map(word => word.toLowerCase())
  if (!accepted.includes(unit.toLowerCase())) throw new MessageTextError(`${name} is in ${field.unit}, not in "${unit}"`)
}

/** Smallest and largest physical value that a field can carry. */
export function fieldRange(field: FieldRow): { min: number, max: number } {
  const scale = field.scale ?? 1
  const offset = field.offset ?? 0
  const reserved = field.kind === 'measured' || field.kind === 'commanded' ? 2 : 0
  const top = (2 ** field.width - 1 - reserved) * scale + offset
  return { min: field.min ?? offset, max: field.max ?? Number(top.toFixed(6)) }
}

/** One value as people read it: `goto`, `50 %`, `n/a`, `yes`. */
export function formatValue(field: FieldRow, value: number): string {
  if (Number.isNaN(value)) return 'n/a'
  if (value === Infinity) return 'out of range'
  if (field.kind === 'enum') return Object.entries(field.values ?? {}).find(([, code]) => code === value)?.[0] ?? String(value)
  if (field.kind === 'flag') return value === 0 ? 'no' : 'yes'
  const digits = (String(field.scale ?? 1).split('.')[1] ?? '').length
  return `${value.toFixed(digits)}${field.unit === undefined ? '' : ` ${field.unit}`}`
}

/** A decoded message's fields in one line, in the table's order: `action=goto position_pct=50`. */
export function formatFields(row: MessageRow, values: Readonly<Record<string, number>>): string {
  return Object.entries(row.fields)
    .map(([name, field]) => `${name}=${plainValue(field, values[name])}`)
    .join(' ')
}

/** As `formatValue`, without the unit, which the field's name ends in. */
function plainValue(field: FieldRow, value: number): string {
  const text = formatValue(field, value)
  return field.unit !== undefined && text.endsWith(` ${field.unit}`) ? text.slice(0, -field.unit.length - 1) : text
}

/** Values for programs: enums by name, "not available" as null, "out of range" as a word. */
export function jsonFields(row: MessageRow, values: Readonly<Record<string, number>>): Record<string, number | string | boolean | null> {
  return Object.fromEntries(Object.entries(row.fields).map(([name, field]) => [name, jsonValue(field, values[name])]))
}

function jsonValue(field: FieldRow, value: number): number | string | boolean | null {
  if (Number.isNaN(value)) return null
  if (value === Infinity) return 'out of range'
  if (field.kind === 'enum') return Object.entries(field.values ?? {}).find(([, code]) => code === value)?.[0] ?? value
  if (field.kind === 'flag') return value !== 0
  return Number(value.toFixed(6))
}
