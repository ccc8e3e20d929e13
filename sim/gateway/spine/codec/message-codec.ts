import { writeVarint } from './frame-codec.ts'

/**
 * Protocol Buffers by a table of fields, for messages that are not on the hot path: a page must not make code from texts, as
 * protobufjs does. Unknown fields are skipped; of a field that comes twice the last counts, as the language has it.
 */
type FieldKind = 'uint' | 'bool' | 'text' | 'texts' | 'double' | 'bytes' | MessageSchema | readonly [MessageSchema]
/** By name: its tag and what it is. A list of one schema: the field is repeated. */
export type MessageSchema = { readonly [field: string]: readonly [tag: number, kind: FieldKind] }
type Message = Record<string, unknown>

const TEXT_ENCODER = new TextEncoder()
const TEXT_DECODER = new TextDecoder()
const VARINT = 0
const FIXED_64 = 1
const DELIMITED = 2
const FIXED_32 = 5
/** Nested deeper than any message of ours is no message of ours. */
const DEEPEST = 8

/** The bytes of a message, without a length in front. Fields that are undefined or of their default are left out. */
export function encodeMessage(schema: MessageSchema, message: Message): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const [name, [tag, kind]] of Object.entries(schema)) {
    const value = message[name]
    if (value === undefined) continue
    if (typeof kind === 'object') {
      const nested = isRepeated(kind) ? kind[0] : kind
      for (const each of isRepeated(kind) ? value as Message[] : [value as Message]) {
        pieces.push(varint(tag << 3 | DELIMITED), withLength(encodeMessage(nested, each)))
      }
    } else {
      encodeScalar(kind, tag, value, pieces)
    }
  }
  return joined(pieces)
}

function encodeScalar(kind: Extract<FieldKind, string>, tag: number, value: unknown, pieces: Uint8Array[]): void {
  switch (kind) {
    case 'uint':
    case 'bool':
      if (Number(value) > 0) pieces.push(varint(tag << 3 | VARINT), varint(Number(value)))
      break
    case 'double': {
      if (value === 0) break
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setFloat64(0, Number(value), true)
      pieces.push(varint(tag << 3 | FIXED_64), bytes)
      break
    }
    case 'text':
      if (value !== '') pieces.push(varint(tag << 3 | DELIMITED), withLength(TEXT_ENCODER.encode(String(value))))
      break
    case 'texts':
      for (const text of value as string[]) pieces.push(varint(tag << 3 | DELIMITED), withLength(TEXT_ENCODER.encode(text)))
      break
    case 'bytes':
      pieces.push(varint(tag << 3 | DELIMITED), withLength(value as Uint8Array))
  }
}

/** The bytes with their length in front. */
export function withLength(bytes: Uint8Array): Uint8Array {
  return joined([varint(bytes.length), bytes])
}

function varint(value: number): Uint8Array {
  const bytes = new Uint8Array(10)
  return bytes.subarray(0, writeVarint(value, bytes, 0))
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** A message of any bytes; scalars that are not there have their default. Undefined: the bytes are none. Never throws. */
export function decodeMessage(schema: MessageSchema, bytes: Uint8Array, start: number, end: number, depth = 0): Message | undefined {
  if (depth > DEEPEST) return undefined
  const message: Message = {}
  for (const [name, [, kind]] of Object.entries(schema)) {
    if (typeof kind === 'string') message[name] = kind === 'texts' ? [] : DEFAULTS[kind]
    else if (isRepeated(kind)) message[name] = []
  }
  const fields = new Map(Object.entries(schema).map(([name, [tag, kind]]) => [tag, { name, kind }]))
  const cursor = new Cursor(bytes, start, end)
  while (cursor.at < end) {
    const key = cursor.varint()
    const type = key & 7
    const content = cursor.content(type)
    if (content === undefined) return undefined
    const field = fields.get(Math.floor(key / 8))
    if (field === undefined) continue
    if (wireTypeOf(field.kind) !== type) return undefined
    const value = valueOf(field.kind, content, bytes, depth)
    if (value === undefined) return undefined
    if (field.kind === 'texts' || isRepeated(field.kind)) (message[field.name] as unknown[]).push(value)
    else message[field.name] = value
  }
  return message
}

const DEFAULTS: Readonly<Record<Exclude<FieldKind, object | 'texts'>, unknown>> = { uint: 0, bool: false, text: '', double: 0, bytes: new Uint8Array(0) }

function valueOf(kind: FieldKind, { value, from, to }: Content, bytes: Uint8Array, depth: number): unknown {
  if (typeof kind === 'object') return decodeMessage(isRepeated(kind) ? kind[0] : kind, bytes, from, to, depth + 1)
  switch (kind) {
    case 'uint': return value
    case 'bool': return value !== 0
    case 'double': return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(from, true)
    case 'bytes': return bytes.slice(from, to)
    default: return TEXT_DECODER.decode(bytes.subarray(from, to))
  }
}

function isRepeated(kind: FieldKind): kind is readonly [MessageSchema] {
  return Array.isArray(kind)
}

function wireTypeOf(kind: FieldKind): number {
  if (kind === 'uint' || kind === 'bool') return VARINT
  return kind === 'double' ? FIXED_64 : DELIMITED
}

/** A field's number, or where its bytes are. */
interface Content { readonly value: number, readonly from: number, readonly to: number }

class Cursor {
  at: number
  private readonly bytes: Uint8Array
  private readonly end: number
  private broken = false

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) break
      const byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    this.broken = true
    return 0
  }

  /** Steps over a field of this wire type; undefined when it does not fit. */
  content(type: number): Content | undefined {
    const value = type === VARINT || type === DELIMITED ? this.varint() : 0
    const size = type === DELIMITED ? value : type === FIXED_64 ? 8 : type === FIXED_32 ? 4 : 0
    const from = this.at
    this.at += size
    const known = type === VARINT || type === FIXED_64 || type === DELIMITED || type === FIXED_32
    return this.broken || !known || this.at > this.end ? undefined : { value, from, to: this.at }
  }
}
