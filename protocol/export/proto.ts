import { type MessageRow, protoSchema, type ProtoEnum, type ProtoField, type ProtoMessage } from '../catalogue/index.ts'
import { STREAM_ENVELOPE_PROTO } from './stream-envelope.ts'

const HEAD = `// Generated from the message catalogue by \`npm run generate\`. Do not edit.
//
// The spine: stream, and every message of the car by its fields. Physical values are doubles: NaN = not available,
// Infinity = out of range. Field numbers are fixed.
syntax = "proto3";

package spine;
`

/** `spine.proto`: the stream's envelope and a message per row of the catalogue. */
export function renderProto(rows: readonly MessageRow[]): string {
  const { location, messages } = protoSchema(rows)
  return [HEAD, STREAM_ENVELOPE_PROTO, `${renderEnum(location, '')}\n`, ...messages.map(renderMessage)].join('\n')
}

function renderMessage(message: ProtoMessage): string {
  const lines = [`// ${message.text}`, `message ${message.name} {`]
  for (const each of message.enums) lines.push(renderEnum(each, '  '))
  lines.push(...message.fields.flatMap(field => renderField(field, '  ')))
  if (message.oneof !== undefined) {
    lines.push(`  oneof ${message.oneof.name} {`, ...message.oneof.fields.flatMap(field => renderField(field, '    ')), '  }')
  }
  return `${lines.join('\n')}\n}\n`
}

function renderField(field: ProtoField, indent: string): string[] {
  const line = `${indent}${field.type} ${field.name} = ${field.tag};`
  return field.text === '' ? [line] : [`${indent}// ${field.text}`, line]
}

function renderEnum(each: ProtoEnum, indent: string): string {
  const values = each.values.map(([name, code]) => `${indent}  ${name} = ${code};`)
  return [`${indent}enum ${each.name} {`, ...values, `${indent}}`].join('\n')
}
