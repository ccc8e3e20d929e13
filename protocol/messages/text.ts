import {
  type FieldRow, HUB_TYPE, isPhysical, limitsOf, LOCATION_NAMES, type MessageRow, nameOfCode, type ReadValue, type ReadValues,
  UNIT_SUFFIX,
} from '../catalogue/index.ts'
import { GLOBAL_ADDRESS, locationOfAddress, NULL_ADDRESS, TOOL_ADDRESSES } from '../id.ts'
import type { NamedValues } from './entries.ts'
import { MessageError, unknown } from './errors.ts'

/** Values and addresses as people read and write them. */

/** A field's value: `13.5 V`, `up`, `yes`, `not available`, `out of range`; a code without a name as `code 9`. */
export function valueText(field: FieldRow, value: number): string {
  if (field.bits !== undefined) return field.bits.filter((_, bit) => (value >> bit & 1) !== 0).join(' ') || 'none'
  if (Number.isNaN(value)) return 'not available'
  if (!Number.isFinite(value)) return 'out of range'
  if (field.kind === 'enum') return nameOfCode(field, value) ?? `code ${value}`
  if (field.kind === 'flag') return value === 1 ? 'yes' : 'no'
  return field.unit === undefined ? `${value}` : `${value} ${field.unit}`
}

/** A field's value for programs: numbers, names of enum codes, booleans, null when not available. */
export function valueJson(field: FieldRow, value: number): number | string | boolean | null {
  if (field.kind === 'enum') return nameOfCode(field, value) ?? value
  if (field.kind === 'flag') return value === 1
  if (Number.isNaN(value)) return null
  return Number.isFinite(value) ? value : 'out of range'
}

/**
 * A message as programs read it: enums by name, flags as booleans, physical values as they are. Of a message whose name is known
 * this is its `ReadingOf`.
 */
export function readValues(row: MessageRow, values: NamedValues): ReadValues {
  return Object.fromEntries(Object.entries(row.fields).map(([name, field]) => [name, readValue(field, values[name]!)]))
}

function readValue(field: FieldRow, value: number): ReadValue {
  if (field.kind === 'enum') return nameOfCode(field, value) ?? value
  return field.kind === 'flag' ? value === 1 : value
}

/** Who has an address: a hub's location, `tool`, `tool2`, `none` (null address), `all`; others as `0x12`. */
export function addressText(address: number): string {
  const location = locationOfAddress(address)
  if (location !== 0) return LOCATION_NAMES[location]!
  const tool = TOOL_ADDRESSES.indexOf(address)
  if (tool >= 0) return tool === 0 ? 'tool' : `tool${tool + 1}`
  if (address === NULL_ADDRESS) return 'none'
  if (address === GLOBAL_ADDRESS) return 'all'
  return `0x${address.toString(16).toUpperCase().padStart(2, '0')}`
}

/** Sender of a status's command echo; empty when there was no command yet. */
export function echoSenderText(nibble: number): string {
  if (nibble === 0) return ''
  const tool = TOOL_ADDRESSES.findIndex(address => (address & 0x0f) === nibble)
  return tool >= 0 ? addressText(TOOL_ADDRESSES[tool]!) : LOCATION_NAMES[nibble] ?? `${nibble}`
}

/** Name of a hub type's code, as NAMEs carry it. */
export function hubTypeText(code: number): string {
  for (const [name, value] of Object.entries(HUB_TYPE)) if (value === code) return name
  return `type ${code}`
}

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[0-9a-f]+)\s*(.*)$/i

/** A value as a user gives it: a number, an enum's name, yes/no, a number with the field's unit. Throws MessageError. */
export function parseValue(name: string, field: FieldRow, given: number | string | boolean): number {
  if (typeof given === 'number') return given
  if (typeof given === 'boolean') {
    if (field.kind === 'flag') return given ? 1 : 0
    throw new MessageError(`${name} = ${given} is not ${wanted(field)}`)
  }
  const text = given.trim()
  if (field.kind === 'enum') return parseCode(name, field, text)
  if (field.kind === 'flag') {
    const at = ['no', 'yes', 'off', 'on', 'false', 'true', '0', '1'].indexOf(text.toLowerCase())
    if (at >= 0) return at % 2
  } else {
    if (isPhysical(field) && ['na', 'nan', 'not available'].includes(text.toLowerCase())) return NaN
    const match = NUMBER.exec(text)
    if (match !== null) {
      checkUnit(name, field, match[2]!)
      return Number(match[1])
    }
  }
  throw new MessageError(`${name} = "${given}" is not ${wanted(field)}`)
}

function parseCode(name: string, field: FieldRow, text: string): number {
  const names = Object.keys(field.values ?? {})
  const found = names.find(candidate => candidate.toLowerCase() === text.toLowerCase())
  if (found !== undefined) return field.values![found]!
  if (/^\d+$/.test(text)) return Number(text)
  throw unknown(`value of ${name}`, text, names)
}

function checkUnit(name: string, field: FieldRow, given: string): void {
  const unit = given.trim().toLowerCase()
  if (unit === '') return
  if (field.unit === undefined) throw new MessageError(`${name} has no unit, so not "${given}"`)
  if (unit === field.unit.toLowerCase() || unit === UNIT_SUFFIX[field.unit]?.toLowerCase()) return
  throw new MessageError(`${name} is in ${field.unit}, not in "${given}"`)
}

function wanted(field: FieldRow): string {
  if (field.kind === 'flag') return 'yes or no'
  const { min, max } = limitsOf(field)
  return `a number ${min}…${max}${field.unit === undefined ? '' : ` ${field.unit}`}`
}
