import protobuf from 'protobufjs'
import { MESSAGES, type MessageRow, protoSchema, type ProtoField } from '../catalogue/index.ts'
import { STREAM_ENVELOPE_PROTO } from './stream-envelope.ts'

/**
 * protobufjs types of the stream and of every message, built from the catalogue without reading `spine.proto`:
 * `protobufRoot().lookupType('spine.WindowStatus')`.
 */
export function protobufRoot(rows: readonly MessageRow[] = MESSAGES): protobuf.Root {
  const { root } = protobuf.parse(`syntax = "proto3"; package spine;\n${STREAM_ENVELOPE_PROTO}`, { keepCase: true })
  const { location, messages } = protoSchema(rows)
  const space = root.define('spine')
  space.add(new protobuf.Enum(location.name, Object.fromEntries(location.values)))
  for (const message of messages) {
    const type = new protobuf.Type(message.name)
    for (const each of message.enums) type.add(new protobuf.Enum(each.name, Object.fromEntries(each.values)))
    for (const field of message.fields) type.add(protobufField(field))
    if (message.oneof !== undefined) {
      const oneof = new protobuf.OneOf(message.oneof.name)
      for (const field of message.oneof.fields) oneof.add(protobufField(field))
      type.add(oneof)
    }
    space.add(type)
  }
  root.resolveAll()
  return root
}

function protobufField(field: ProtoField): protobuf.Field {
  return new protobuf.Field(field.name, field.tag, field.type)
}
