import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { MESSAGES } from '../catalogue/index.ts'
import { renderProto } from './proto.ts'
import { protobufRoot } from './protobuf.ts'

const file = readFileSync(new URL('../spine.proto', import.meta.url), 'utf8')

/** Every type of a root with its fields by number, in an order of its own. */
function outline(root: protobuf.Root): Record<string, unknown> {
  const types: Record<string, unknown> = {}
  const visit = (space: protobuf.NamespaceBase): void => {
    for (const object of space.nestedArray) {
      if (object instanceof protobuf.Enum) types[object.fullName] = { ...object.values }
      if (object instanceof protobuf.Type) {
        types[object.fullName] = object.fieldsArray.map(field => [field.id, field.name, field.type, field.repeated, field.partOf?.name ?? ''])
          .sort((a, b) => Number(a[0]) - Number(b[0]))
      }
      if (object instanceof protobuf.Namespace) visit(object)
    }
  }
  visit(root)
  return types
}

describe('spine.proto', () => {
  it('is in step with the catalogue (npm run generate)', () => {
    expect(file).toBe(renderProto(MESSAGES))
  })

  it('is what the reflection types are', () => {
    const { root } = protobuf.parse(file, { keepCase: true })
    root.resolveAll()
    const parsed = outline(root)
    expect(outline(protobufRoot())).toEqual(parsed)
    expect(Object.keys(parsed)).toEqual(expect.arrayContaining(['.spine.Envelope', '.spine.Message', ...MESSAGES.map(row => `.spine.${row.name}`)]))
  })

  it('keeps the numbers of fields: changing one breaks recorded streams', () => {
    const status = protobufRoot().lookupType('spine.WindowStatus')
    expect(Object.fromEntries(status.fieldsArray.map(field => [field.name, field.id]))).toEqual({
      supply_V: 1, current_A: 2, granted_A: 3, echoSender: 4, echoSequence: 5, position_pct: 6, state: 7, pinch: 8, thermal: 9, learned: 10,
      fault: 11,
    })
  })

  it('carries values there and back', () => {
    const Message = protobufRoot().lookupType('spine.Message')
    const values = { supply_V: 13.5, current_A: NaN, position_pct: 50, state: 3, pinch: true }
    const sent = { location: 1, source: 0x81, counter: 3, window_status: values }
    const received = Message.toObject(Message.decode(Message.encode(Message.fromObject(sent)).finish()), { oneofs: true })
    expect(received).toMatchObject({ ...sent, content: 'window_status' })
  })
})
