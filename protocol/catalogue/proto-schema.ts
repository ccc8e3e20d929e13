import { LOCATION } from '../locations.ts'
import { describeField, isPhysical } from './fields.ts'
import type { FieldRow, MessageRow } from './row.ts'

/**
 * The catalogue as proto3 messages, in a neutral form that exports print and build types of, and recordings carry.
 * Physical values are doubles (NaN = not available, Infinity = out of range), enums have their codes, flags are bool.
 */

export interface ProtoField {
  readonly name: string
  readonly tag: number
  /** A scalar type, or the name of an enum or message. */
  readonly type: string
  readonly text: string
}

export interface ProtoEnum {
  readonly name: string
  readonly values: readonly (readonly [name: string, code: number])[]
}

export interface ProtoMessage {
  readonly name: string
  readonly text: string
  readonly enums: readonly ProtoEnum[]
  readonly fields: readonly ProtoField[]
  /** Fields of which only one is set; printed after the others. */
  readonly oneof: { readonly name: string, readonly fields: readonly ProtoField[] } | undefined
}

/** Tags of `Message.content`: room for both pages of sixteen kinds, after the message's own fields. */
const FIRST_CONTENT_TAG = 16
/** The same of kind 14: room for both pages of 256 classes. */
const FIRST_CLASS_TAG = 64

/** Enum `Location`, every message of the catalogue, and `Message`, which carries one of them. */
export function protoSchema(rows: readonly MessageRow[]): { location: ProtoEnum, messages: readonly ProtoMessage[] } {
  const location: ProtoEnum = {
    name: 'Location', values: Object.entries(LOCATION).map(([name, code]) => [`LOCATION_${name}`, code] as const),
  }
  return { location, messages: [messageUnion(rows), ...rows.map(protoMessage)] }
}

function messageUnion(rows: readonly MessageRow[]): ProtoMessage {
  return {
    name: 'Message',
    text: 'One message of the catalogue, as it was on a bus.',
    enums: [],
    fields: [
      { name: 'location', tag: 1, type: 'Location', text: 'where it comes from (status) or goes to (command)' },
      { name: 'source', tag: 2, type: 'uint32', text: 'J1939 source address' },
      { name: 'counter', tag: 3, type: 'uint32', text: 'E2E counter, 0…14' },
      { name: 'timestamp_ns', tag: 4, type: 'uint64', text: 'when it was on the bus' },
    ],
    oneof: {
      name: 'content',
      fields: rows.map(row => ({
        name: snakeCase(row.name), tag: contentTag(row), type: row.name, text: '',
      })),
    },
  }
}

function contentTag({ page, kind, class: code }: MessageRow): number {
  return code === undefined ? FIRST_CONTENT_TAG + page * 16 + kind : FIRST_CLASS_TAG + page * 256 + code
}

function protoMessage(row: MessageRow): ProtoMessage {
  const fields = Object.entries(row.fields)
  return {
    name: row.name,
    text: row.text,
    enums: fields.filter(([, field]) => field.kind === 'enum').map(([name, field]) => protoEnum(name, field)),
    fields: fields.map(([name, field]) => ({ name, tag: field.tag, type: fieldType(name, field), text: describeField(field) })),
    oneof: undefined,
  }
}

function fieldType(name: string, field: FieldRow): string {
  if (isPhysical(field)) return 'double'
  if (field.kind === 'enum') return enumName(name)
  return field.kind === 'flag' ? 'bool' : 'uint32'
}

/** proto3 wants a zero value first, and names that are unique within the message. */
function protoEnum(name: string, field: FieldRow): ProtoEnum {
  const prefix = snakeCase(name).toUpperCase()
  const values = Object.entries(field.values!)
    .map(([value, code]) => [`${prefix}_${snakeCase(value).toUpperCase()}`, code] as const)
    .sort((a, b) => a[1] - b[1])
  return { name: enumName(name), values: values[0]![1] === 0 ? values : [[`${prefix}_UNSPECIFIED`, 0], ...values] }
}

function enumName(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

/** windowFL.up → window_fl_up */
function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_').toLowerCase()
}
