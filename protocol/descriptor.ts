import { COMPONENT_CLASS, DESCRIPTOR_STATE } from './enums.ts'
import type { ComponentName, DescriptorState } from './enums.ts'
import { crc16 } from './crc.ts'
import { rounded } from './rounded.ts'

/**
 * What a component says of itself, in the 128 bytes of a 1-Wire EEPROM (DS2431 or alike). Numbers are unsigned, least
 * significant byte first:
 *
 * | byte | content |
 * |---|---|
 * | 0 | 0x53 |
 * | 1 | version of the layout, 1 |
 * | 2 | n: bytes in use, CRC included |
 * | 3 | component class |
 * | 4–17 | `DESCRIPTOR_HEAD` |
 * | 18 … n−3 | class data, `DESCRIPTOR_DATA`; a later writer may append, a reader ignores what it does not know |
 * | n−2, n−1 | CRC-16/CCITT-FALSE over bytes 0 … n−3 |
 */
export const DESCRIPTOR_BYTES = 128
/** Maker of what is not there: a board on a desk only plays it, and whoever shows it says so. */
export const STUB_MAKER = 0xffff
const DESCRIPTOR_MAGIC = 0x53
const DESCRIPTOR_VERSION = 1

const HEAD_BYTES = 18
const CRC_BYTES = 2

/** One field of a descriptor. */
export interface DescriptorField {
  /** Ends in its unit. */
  readonly name: string
  /**
   * - `number`: one number.
   * - `count`: how many numbers the list behind it has, 1 … `most`.
   * - `list`: so many numbers.
   */
  readonly kind: 'number' | 'count' | 'list'
  /** First byte. */
  readonly offset: number
  /** Bytes of the number, or of each. */
  readonly bytes: 1 | 2 | 4
  /** Raw steps in one unit. */
  readonly perUnit: number
  readonly most?: number
  /** Older writers end before it; read as 0 then. */
  readonly appended?: true
}

/** What every component says. */
export const DESCRIPTOR_HEAD = [
  { name: 'maker', kind: 'number', offset: 4, bytes: 2, perUnit: 1 },
  { name: 'model', kind: 'number', offset: 6, bytes: 2, perUnit: 1 },
  { name: 'serial', kind: 'number', offset: 8, bytes: 4, perUnit: 1 },
  /** Current with everything off. */
  { name: 'idle_A', kind: 'number', offset: 12, bytes: 2, perUnit: 1000 },
  /** Current while it works. */
  { name: 'run_A', kind: 'number', offset: 14, bytes: 2, perUnit: 100 },
  /** Inrush or stall current. */
  { name: 'peak_A', kind: 'number', offset: 16, bytes: 2, perUnit: 100 },
] as const satisfies readonly DescriptorField[]

/** What the components of a class say besides. */
export const DESCRIPTOR_DATA = {
  window: [
    /** Hall pulses from closed to open. */
    { name: 'travel_pulses', kind: 'number', offset: 18, bytes: 2, perUnit: 1 },
    { name: 'stall_A', kind: 'number', offset: 20, bytes: 2, perUnit: 100 },
    /** Of the motor, V·s/rad as well, and of its winding with the brushes, at 23 °C; 0: not known. */
    { name: 'torque_Nm_A', kind: 'number', offset: 22, bytes: 2, perUnit: 100_000, appended: true },
    { name: 'winding_ohm', kind: 'number', offset: 24, bytes: 2, perUnit: 10_000, appended: true },
    /** How far a piece of the series may be off. */
    { name: 'torqueTolerance_pct', kind: 'number', offset: 26, bytes: 1, perUnit: 2, appended: true },
    { name: 'windingTolerance_pct', kind: 'number', offset: 27, bytes: 1, perUnit: 2, appended: true },
  ],
  /** `MIRROR_FLAG` */
  mirror: [{ name: 'flags', kind: 'number', offset: 18, bytes: 1, perUnit: 1 }],
  /** `LATCH_FLAG` */
  latch: [{ name: 'flags', kind: 'number', offset: 18, bytes: 1, perUnit: 1 }],
  lamp: [
    { name: 'channels', kind: 'count', offset: 18, bytes: 1, perUnit: 1, most: 8 },
    /** Current of each channel at full brightness. */
    { name: 'nominal_A', kind: 'list', offset: 19, bytes: 2, perUnit: 100 },
  ],
  amplifier: [{ name: 'power_W', kind: 'number', offset: 18, bytes: 2, perUnit: 1 }],
  /** `SWITCH_LAYOUT_CODE` */
  switchPack: [{ name: 'layout', kind: 'number', offset: 18, bytes: 1, perUnit: 1 }],
  vehicle: [],
  seatFan: [],
} as const satisfies Record<ComponentName, readonly DescriptorField[]>

/** Bits of a mirror's flags. */
export const MIRROR_FLAG = { heater: 1, fold: 2 } as const
/** Bits of a latch's flags. */
export const LATCH_FLAG = { cinch: 1, lock: 2 } as const

type ContentOf<Fields extends readonly DescriptorField[]> = {
  [Field in Fields[number] as Field['name']]: Field['kind'] extends 'list' ? number[] : number
}

/** What is written into a component: a union, discriminated by `class`. */
export type DescriptorContent = {
  [Name in ComponentName]: ContentOf<typeof DESCRIPTOR_HEAD> & {
    class: (typeof COMPONENT_CLASS)[Name]
    data: ContentOf<(typeof DESCRIPTOR_DATA)[Name]>
  }
}[ComponentName]

/** What is read from one. */
export type Descriptor = DescriptorContent & {
  version: number
  /** Its own CRC-16, as ComponentAnnounce reports it. */
  crc: number
}

export interface DescriptorReading {
  /** `present` when `descriptor` is valid. */
  state: DescriptorState
  /** Undefined unless `state` is `present`. */
  descriptor: Descriptor | undefined
}

/** Fields by name, whatever the class. */
type Content = Record<string, number | number[]>
/** The same with the class data in it. */
type WholeContent = Record<string, number | number[] | Content>

/** Class data of a component class; undefined for a code that is no class. */
function dataFields(code: number): readonly DescriptorField[] | undefined {
  const codes: Readonly<Record<string, number>> = COMPONENT_CLASS
  const tables: Readonly<Record<string, readonly DescriptorField[]>> = DESCRIPTOR_DATA
  for (const name in tables) if (codes[name] === code) return tables[name]
  return undefined
}

function rawAt(bytes: Uint8Array, first: number, width: number): number {
  let raw = 0
  for (let i = width - 1; i >= 0; i--) raw = raw * 256 + bytes[first + i]!
  return raw
}

/** Reads fields that end before byte `end`; `false` when they are too long or a count makes no sense. */
function readFields(fields: readonly DescriptorField[], bytes: Uint8Array, end: number, content: WholeContent): boolean {
  let count = 1
  for (const field of fields) {
    const width = field.bytes
    const size = field.kind === 'list' ? count * width : width
    if (field.offset + size > end) {
      if (field.appended !== true) return false
      content[field.name] = 0
      continue
    }
    if (field.kind === 'list') {
      const list: number[] = []
      for (let i = 0; i < count; i++) list.push(rawAt(bytes, field.offset + i * width, width) / field.perUnit)
      content[field.name] = list
    } else {
      const value = rawAt(bytes, field.offset, width) / field.perUnit
      if (field.kind === 'count') count = value
      if (count < 1 || (field.most !== undefined && count > field.most)) return false
      content[field.name] = value
    }
  }
  return true
}

function failed(state: DescriptorState): DescriptorReading {
  return { state: state, descriptor: undefined }
}

/**
 * Reads a memory image. Never throws. Nothing there or no descriptor at all: `unreadable`; damaged: `badCrc`; a layout
 * or a class this reader does not know: `badVersion`, `unknownClass`. Class data that make no sense count as `badCrc`
 * would: `unreadable`.
 */
export function decodeDescriptor(bytes: Uint8Array): DescriptorReading {
  if (bytes.length < HEAD_BYTES + CRC_BYTES || bytes[0] !== DESCRIPTOR_MAGIC) return failed(DESCRIPTOR_STATE.unreadable)
  const used = bytes[2]!
  if (used < HEAD_BYTES + CRC_BYTES || used > bytes.length) return failed(DESCRIPTOR_STATE.badCrc)
  const end = used - CRC_BYTES
  const crc = crc16(bytes, 0, end)
  if (crc !== rawAt(bytes, end, CRC_BYTES)) return failed(DESCRIPTOR_STATE.badCrc)
  if (bytes[1] !== DESCRIPTOR_VERSION) return failed(DESCRIPTOR_STATE.badVersion)
  const code = bytes[3]!
  const fields = dataFields(code)
  if (fields === undefined) return failed(DESCRIPTOR_STATE.unknownClass)
  const data: Content = {}
  if (!readFields(fields, bytes, end, data)) return failed(DESCRIPTOR_STATE.unreadable)
  const content: WholeContent = { version: DESCRIPTOR_VERSION, class: code, data: data, crc: crc }
  readFields(DESCRIPTOR_HEAD, bytes, end, content)
  return { state: DESCRIPTOR_STATE.present, descriptor: content as Descriptor }
}

function putNumber(bytes: Uint8Array, first: number, field: DescriptorField, value: number): void {
  const raw = rounded(value * field.perUnit)
  const largest = field.bytes === 1 ? 0xff : field.bytes === 2 ? 0xffff : 0xffffffff
  if (!(raw >= 0 && raw <= largest)) throw new RangeError(`descriptor ${field.name} = ${value} is outside 0…${largest / field.perUnit}`)
  for (let i = 0; i < field.bytes; i++) bytes[first + i] = (raw >>> (8 * i)) & 0xff
}

function checkCount(counted: DescriptorField | undefined, content: Readonly<Content>, length: number): void {
  if (counted === undefined || counted.most === undefined) return
  const count = Number(content[counted.name])
  if (count === length && length >= 1 && length <= counted.most) return
  throw new RangeError(`descriptor: ${counted.name} = ${count} is outside 1…${counted.most}, or its list has another length, ${length}`)
}

/** Writes fields; the result: where they end. */
function putFields(fields: readonly DescriptorField[], bytes: Uint8Array, content: Readonly<Content>): number {
  let end = HEAD_BYTES
  let counted: DescriptorField | undefined = undefined
  for (const field of fields) {
    const value = content[field.name]
    const values = typeof value === 'number' ? [value] : value === undefined ? [] : value
    if (field.kind === 'list') checkCount(counted, content, values.length)
    else if (values.length !== 1) throw new RangeError(`descriptor ${field.name} is missing`)
    for (let i = 0; i < values.length; i++) putNumber(bytes, field.offset + i * field.bytes, field, values[i]!)
    if (field.kind === 'count') counted = field
    end = field.offset + values.length * field.bytes
  }
  return end
}

/** The memory image of a component, 128 bytes, unused ones 0xFF as in an erased EEPROM. Throws RangeError. */
export function encodeDescriptor(content: DescriptorContent): Uint8Array {
  const fields = dataFields(content.class)
  if (fields === undefined) throw new RangeError(`descriptor class = ${content.class} is no class of components`)
  const bytes = new Uint8Array(DESCRIPTOR_BYTES).fill(0xff)
  bytes[0] = DESCRIPTOR_MAGIC
  bytes[1] = DESCRIPTOR_VERSION
  bytes[3] = content.class
  const head: ContentOf<typeof DESCRIPTOR_HEAD> = content
  const headFields: Readonly<Content> = head
  putFields(DESCRIPTOR_HEAD, bytes, headFields)
  const end = putFields(fields, bytes, content.data)
  bytes[2] = end + CRC_BYTES
  const crc = crc16(bytes, 0, end)
  bytes[end] = crc & 0xff
  bytes[end + 1] = crc >> 8
  return bytes
}
