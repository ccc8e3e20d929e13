import { CATALOGUE, type NamedValues, type ProtoMessage, protoSchema } from '#protocol/host/index.ts'
import { encodeMessage, type MessageSchema, writeVarint } from '../spine/codec/index.ts'

/** Messages of recordings as Protocol Buffers describe and encode them. Sources: `spine.proto`; descriptor.proto of Google. */

const PACKAGE = 'spine'
export const schemaName = ({ name }: ProtoMessage): string => `${PACKAGE}.${name}`

/** What of descriptor.proto is needed. */
const ENUM: MessageSchema = { name: [1, 'text'], value: [2, [{ name: [1, 'text'], number: [2, 'uint'] }]] }
const FIELD: MessageSchema = { name: [1, 'text'], number: [3, 'uint'], label: [4, 'uint'], type: [5, 'uint'], type_name: [6, 'text'] }
const MESSAGE: MessageSchema = { name: [1, 'text'], field: [2, [FIELD]], enum_type: [4, [ENUM]] }
const FILE: MessageSchema = { name: [1, 'text'], package: [2, 'text'], message_type: [4, [MESSAGE]], syntax: [12, 'text'] }
const FILE_SET: MessageSchema = { file: [1, [FILE]] }
const OPTIONAL = 1
const TYPE_ENUM = 14
const SCALARS: Readonly<Record<string, number | undefined>> = { double: 1, uint64: 4, bool: 8, string: 9, bytes: 12, uint32: 13 }

/** A FileDescriptorSet of one message, which refers to no other. */
export function descriptorSet(message: ProtoMessage): Uint8Array {
  const field = message.fields.map(({ name, tag, type }) => {
    const scalar = SCALARS[type]
    return { name, number: tag, label: OPTIONAL, type: scalar ?? TYPE_ENUM, type_name: scalar === undefined ? `.${schemaName(message)}.${type}` : '' }
  })
  const enum_type = message.enums.map(({ name, values }) => ({ name, value: values.map(([name, number]) => ({ name, number })) }))
  const message_type = [{ name: message.name, field, enum_type }]
  return encodeMessage(FILE_SET, { file: [{ name: `${message.name}.proto`, package: PACKAGE, message_type, syntax: 'proto3' }] })
}

/** The messages of the catalogue by their names. */
export const CATALOGUE_PROTOS: ReadonlyMap<string, ProtoMessage> = new Map(
  protoSchema(CATALOGUE).messages.filter(message => message.oneof === undefined).map(message => [message.name, message]),
)

const scalar = (name: string, tag: number, type: string): ProtoMessage['fields'][number] => ({ name, tag, type, text: '' })

/** A frame with everything that a log tells of it: what is read back. */
export const LOGGED_FRAME: ProtoMessage = {
  name: 'LoggedFrame',
  text: '',
  enums: [{ name: 'Direction', values: [['DIRECTION_UNKNOWN', 0], ['DIRECTION_RECEIVED', 1], ['DIRECTION_SENT', 2]] }],
  fields: [
    scalar('id', 1, 'uint32'), scalar('data', 2, 'bytes'), scalar('extended', 3, 'bool'), scalar('remote', 4, 'bool'), scalar('fd', 5, 'bool'),
    scalar('brs', 6, 'bool'), scalar('error', 7, 'bool'), scalar('bus', 8, 'uint32'), scalar('remote_length', 9, 'uint32'),
    scalar('timestamp_ns', 10, 'uint64'), scalar('direction', 12, 'Direction'), scalar('interface', 13, 'string'),
    scalar('length_code', 14, 'uint32'), scalar('esi', 15, 'bool'),
  ],
  oneof: undefined,
}

const VARINT = 0
const FIXED_64 = 1
/** A tag, and a double or a varint. */
const LONGEST_FIELD = 16

/** Encodes the values of one kind of message; its memory is reused. */
export class ValuesEncoder {
  private readonly fields: readonly { readonly name: string, readonly key: number, readonly double: boolean }[]
  private readonly bytes: Uint8Array
  private readonly view: DataView

  constructor({ fields }: ProtoMessage) {
    this.fields = fields.map(({ name, tag, type }) => ({ name, key: tag * 8 + (type === 'double' ? FIXED_64 : VARINT), double: type === 'double' }))
    this.bytes = new Uint8Array(LONGEST_FIELD * fields.length)
    this.view = new DataView(this.bytes.buffer)
  }

  /** The bytes are valid until the next call. */
  encode(values: NamedValues): Uint8Array {
    let end = 0
    for (const { name, key, double } of this.fields) {
      const value = Number(values[name])
      if (value === 0) continue
      end = writeVarint(key, this.bytes, end)
      if (double) {
        this.view.setFloat64(end, value, true)
        end += 8
      } else {
        end = writeVarint(value, this.bytes, end)
      }
    }
    return this.bytes.subarray(0, end)
  }
}
