import { type IReadable, McapIndexedReader, McapRecordBuilder, McapStreamReader, type TypedMcapRecord, type TypedMcapRecords } from '@mcap/core'
import fc from 'fast-check'
import protobuf from 'protobufjs'
// Adds `fromDescriptor`.
import 'protobufjs/ext/descriptor.js'
import { describe, expect, it } from 'vitest'
import { encodeMessage } from '#protocol/host/index.ts'
import { exportProtocol } from '#protocol/export/index.ts'
import { CLASSIC_FRAMES, cutInto, frameOf, numberedFrame, RICH_FRAMES } from '../testing/index.ts'
import type { LinkFrame } from '../link.ts'
import { sameFrame } from '../link-frame.ts'
import { readLog, writeLog } from './testing/index.ts'

type MessageRecord = TypedMcapRecords['Message']

const SECOND_ns = 1e9
const status = (bus: number, position_pct: number, timestamp_ns: number): LinkFrame =>
  frameOf({ ...encodeMessage('WindowStatus@FL', { position_pct, state: 'closing', pinch: true }), bus, timestamp_ns })
const FRAMES: readonly LinkFrame[] = [
  ...CLASSIC_FRAMES, ...RICH_FRAMES, status(0, 42, SECOND_ns), status(1, 43, 2 * SECOND_ns),
  ...Array.from({ length: 5000 }, (_, n) => numberedFrame(n)),
]
const LOG = writeLog('mcap', FRAMES, frame => frame.id % 2 === 0 ? 'sent' : 'received')

/** Every record as the library's reader has it, which checks the checksums of chunks and that the file is whole. */
function recordsOf(bytes: Uint8Array): TypedMcapRecord[] {
  const reader = new McapStreamReader({ validateCrcs: true })
  reader.append(bytes)
  const records: TypedMcapRecord[] = []
  for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) records.push(record)
  expect(reader.done()).toBe(true)
  return records
}

const ofType = <Type extends TypedMcapRecord['type']>(records: readonly TypedMcapRecord[], type: Type): TypedMcapRecords[Type][] =>
  records.filter((record): record is TypedMcapRecords[Type] => record.type === type)

async function indexed(bytes: Uint8Array): Promise<McapIndexedReader> {
  const readable: IReadable = {
    size: () => Promise.resolve(BigInt(bytes.length)),
    read: (offset, size) => Promise.resolve(bytes.slice(Number(offset), Number(offset + size))),
  }
  return McapIndexedReader.Initialize({ readable })
}

/** A message as viewers decode it: by the schema in the file, and nothing else. */
function decoded(schema: { name: string, data: Uint8Array }, data: Uint8Array): object {
  const type = protobuf.Root.fromDescriptor(schema.data, { keepCase: true }).lookupType(schema.name)
  return type.toObject(type.decode(data), { defaults: true, enums: String })
}

describe('MCAP as the library of its makers reads it', () => {
  it('is whole: chunks, checksums, counts, and a summary that says where everything is', async () => {
    const records = recordsOf(LOG)
    const reader = await indexed(LOG)
    const messages = ofType(records, 'Message')
    const counts = { messageCount: BigInt(messages.length), schemaCount: 2, channelCount: 3, chunkCount: reader.chunkIndexes.length }
    expect(reader.statistics).toMatchObject(counts)
    expect(reader.chunkIndexes.length).toBeGreaterThan(1)
    expect([...reader.channelsById.values()].map(({ topic, messageEncoding }) => [topic, messageEncoding])).toEqual([
      ['/frames', 'protobuf'], ['/WindowStatus@FL', 'protobuf'], ['/spine1/WindowStatus@FL', 'protobuf'],
    ])
    expect(reader.statistics!.messageStartTime).toBe(0n)
    expect(reader.statistics!.messageEndTime).toBe(4999n * 1_000_000n)
    expect(ofType(records, 'DataEnd')[0]!.dataSectionCrc).not.toBe(0)
    const seen: MessageRecord[] = []
    for await (const message of reader.readMessages({ topics: ['/frames'] })) seen.push(message)
    expect(seen.length).toBe(FRAMES.length)
    expect(seen.every((message, n) => n === 0 || message.logTime >= seen[n - 1]!.logTime)).toBe(true)
    const some: MessageRecord[] = []
    for await (const message of reader.readMessages({ startTime: BigInt(SECOND_ns), endTime: BigInt(SECOND_ns) })) some.push(message)
    expect(some.map(message => message.channelId)).toEqual([1, 2, 1])
  })

  it('has the signals of messages, by the schema in the file', async () => {
    const reader = await indexed(LOG)
    for (const [topic, position_pct, time] of [['/WindowStatus@FL', 42, 1n], ['/spine1/WindowStatus@FL', 43, 2n]] as const) {
      const messages: MessageRecord[] = []
      for await (const message of reader.readMessages({ topics: [topic] })) messages.push(message)
      expect(messages.map(message => message.logTime)).toEqual([time * BigInt(SECOND_ns)])
      const schema = reader.schemasById.get(reader.channelsById.get(messages[0]!.channelId)!.schemaId)!
      expect(schema.name).toBe('spine.WindowStatus')
      expect(decoded(schema, messages[0]!.data)).toMatchObject({ position_pct, state: 'STATE_CLOSING', pinch: true, learned: false, supply_V: NaN })
    }
  })

  it('has schemas that are those of spine.proto', () => {
    const { root } = protobuf.parse(exportProtocol('proto'), { keepCase: true })
    root.resolveAll()
    const frames = [...root.lookupType('spine.Message').oneofs.content!.fieldsArray].map(field => field.type)
    const schemas = ofType(recordsOf(LOG), 'Schema')
    expect(frames).toContain('WindowStatus')
    for (const { name, data } of schemas) {
      const ours = protobuf.Root.fromDescriptor(data, { keepCase: true }).lookupType(name)
      const outline = (type: protobuf.Type): unknown => [
        type.fieldsArray.map(field => [field.id, field.name, field.type.split('.').at(-1), field.repeated]),
        type.nestedArray.map(each => each instanceof protobuf.Enum ? [each.name, { ...each.values }] : each.name),
      ]
      expect(outline(ours)).toEqual(outline(root.lookupType(name)))
    }
  })

  it('has frames by the schema in the file', () => {
    const records = recordsOf(writeLog('mcap', [{ ...RICH_FRAMES[0]!, esi: true, name: 'B\xfcs' }], () => 'sent'))
    const [schema] = ofType(records, 'Schema')
    const [message] = ofType(records, 'Message')
    expect(decoded(schema!, message!.data)).toMatchObject({
      id: 0x123, extended: false, fd: true, brs: true, esi: true, direction: 'DIRECTION_SENT', interface: 'B\xfcs', remote: false,
    })
  })

  it('of no frames is a recording, too', async () => {
    const empty = writeLog('mcap', [])
    expect((await indexed(empty)).statistics).toMatchObject({ messageCount: 0n, chunkCount: 0, channelCount: 1 })
    expect(readLog('mcap', [empty])).toEqual({ frames: [], bad: [] })
  })
})

/** The same records without chunks, as some writers have them: no checksum guards them. */
function withoutChunks(bytes: Uint8Array): Uint8Array {
  const builder = new McapRecordBuilder()
  builder.writeMagic()
  for (const record of recordsOf(bytes)) {
    if (record.type === 'Header') builder.writeHeader(record)
    if (record.type === 'Schema') builder.writeSchema(record)
    if (record.type === 'Channel') builder.writeChannel(record)
    if (record.type === 'Message') builder.writeMessage(record)
    if (record.type === 'DataEnd') builder.writeDataEnd({ dataSectionCrc: 0 })
  }
  builder.writeFooter({ summaryStart: 0n, summaryOffsetStart: 0n, summaryCrc: 0 })
  builder.writeMagic()
  return builder.buffer
}

/** An LZ4 frame of blocks that are not packed. */
function asLz4(bytes: Uint8Array): Uint8Array {
  const most = 65_536
  const blocks = Array.from({ length: Math.ceil(bytes.length / most) }, (_, n) => bytes.subarray(n * most, (n + 1) * most))
  const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)
  return Buffer.concat([
    word(0x184d_2204), Uint8Array.of(0x60, 0x40, 0x82), ...blocks.flatMap(block => [word(0x8000_0000 + block.length), block]), word(0),
  ])
}

/** The same with chunks packed as LZ4 frames. */
function inLz4(bytes: Uint8Array): Uint8Array {
  const builder = new McapRecordBuilder()
  builder.writeMagic()
  const reader = new McapStreamReader({ includeChunks: true })
  reader.append(bytes)
  for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
    if (record.type === 'Header') builder.writeHeader(record)
    if (record.type === 'Schema') builder.writeSchema(record)
    if (record.type === 'Channel') builder.writeChannel(record)
    if (record.type === 'Chunk') builder.writeChunk({ ...record, compression: 'lz4', records: asLz4(record.records) })
  }
  builder.writeFooter({ summaryStart: 0n, summaryOffsetStart: 0n, summaryCrc: 0 })
  builder.writeMagic()
  return builder.buffer
}

/** A file with one chunk packed in some way, by others or by us. */
function packed(compression: string, ours: boolean): Uint8Array {
  const builder = new McapRecordBuilder()
  builder.writeMagic()
  builder.writeHeader({ profile: 'ros2', library: 'other' })
  const records = compression === '' ? new Uint8Array(0) : Uint8Array.of(1, 2, 3)
  const uncompressedSize = BigInt(records.length)
  builder.writeChunk({ messageStartTime: 0n, messageEndTime: 0n, uncompressedSize, uncompressedCrc: 0, compression, records })
  const [schema] = ofType(recordsOf(LOG), 'Schema')
  builder.writeSchema(ours ? schema! : { id: 1, name: 'sensor_msgs/msg/Imu', encoding: 'ros2msg', data: new Uint8Array(4) })
  builder.writeChannel({ id: 1, schemaId: 1, topic: '/frames', messageEncoding: ours ? 'protobuf' : 'cdr', metadata: new Map() })
  builder.writeFooter({ summaryStart: 0n, summaryOffsetStart: 0n, summaryCrc: 0 })
  builder.writeMagic()
  return builder.buffer
}

describe('reading MCAP', () => {
  const causes = (bytes: Uint8Array): string[] => readLog('mcap', [bytes]).bad.map(bad => bad.cause)

  it('gives every frame again, chunks or none, packed or not', () => {
    for (const bytes of [LOG, withoutChunks(LOG), inLz4(LOG)]) {
      const { frames, bad } = readLog('mcap', [bytes])
      expect(bad).toEqual([])
      expect(frames.length).toBe(FRAMES.length)
      FRAMES.forEach((frame, n) => expect(sameFrame(frames[n]!, frame) && frames[n]!.timestamp_ns === frame.timestamp_ns, `frame ${n}`).toBe(true))
    }
  })

  it('refuses files of others with one line', () => {
    const reason = 'it has no messages spine.LoggedFrame: of MCAP files only those with CAN frames as spine writes them are read'
    for (const compression of ['brotli', '']) {
      const { frames, bad } = readLog('mcap', [packed(compression, false)])
      expect(frames).toEqual([])
      expect(bad).toMatchObject([{ cause: 'no-frames', reason }])
    }
    expect(readLog('mcap', [Buffer.from('(0.0) can0 123#00\n')]).bad).toMatchObject([{ line: 1, cause: 'no-mcap' }])
    expect(causes(Uint8Array.of(0x89))).toEqual(['no-mcap'])
    expect(causes(new Uint8Array(0))).toEqual([])
  })

  it('counts what is packed, and says what helps', () => {
    const { bad } = readLog('mcap', [packed('brotli', true)])
    expect(bad).toMatchObject([{ cause: 'packing', reason: '1 chunks are packed (brotli), which is not supported: mcap decompress unpacks them' }])
  })

  it('skips a chunk whose checksum is wrong, and reads the others', () => {
    const bytes = Uint8Array.from(LOG)
    bytes[2000]! ^= 1
    const { frames, bad } = readLog('mcap', [bytes])
    expect(bad.map(each => each.cause)).toEqual(['checksum'])
    expect(frames.length).toBeGreaterThan(100)
    expect(frames.length).toBeLessThan(FRAMES.length)
  })

  it('reads what there is of a recording that was cut off, and says so', () => {
    const { frames, bad } = readLog('mcap', [LOG.subarray(0, LOG.length * 0.8)])
    expect(bad.map(each => each.cause)).toEqual(['truncated'])
    expect(frames.length).toBeGreaterThan(100)
  })

  it.each([['not packed', LOG], ['packed with lz4', inLz4(LOG)], ['without chunks', withoutChunks(LOG)]])('a recording %s, cut off anywhere, has all frames before the cut', (_, whole) => {
    const all = readLog('mcap', [whole]).frames.map(({ id, timestamp_ns }) => [id, timestamp_ns])
    let before = 0
    for (let part = 1; part < 60; part++) {
      const { frames, bad } = readLog('mcap', [whole.subarray(0, Math.ceil(whole.length * part / 60))])
      expect(bad.map(each => each.cause)).toEqual(['truncated'])
      expect(all.slice(0, frames.length)).toEqual(frames.map(({ id, timestamp_ns }) => [id, timestamp_ns]))
      expect(frames.length).toBeGreaterThanOrEqual(before)
      before = frames.length
    }
    // Of our own chunks, of up to 1 MiB, a part is read.
    expect(readLog('mcap', [whole.subarray(0, 20_000)]).frames.length).toBeGreaterThan(50)
    const late = readLog('mcap', [whole.subarray(0, -5)])
    expect([late.frames.length, late.bad.map(each => each.cause)]).toEqual([all.length, ['truncated']])
  })

  it('keeps no room for lengths that only claim to be', () => {
    for (const opcode of [3, 4, 5, 6, 7, 0x80]) {
      const bytes = Buffer.concat([LOG.subarray(0, 8), Uint8Array.of(opcode), new Uint8Array(8).fill(255), Buffer.alloc(1000, 1)])
      expect(causes(bytes)).toEqual(opcode < 7 ? ['too-long', 'truncated'] : ['truncated'])
    }
  })

  it('never throws, and is the same however it is cut, where no checksum guards the records', () => {
    const good = withoutChunks(writeLog('mcap', [...CLASSIC_FRAMES, ...RICH_FRAMES, status(0, 1, 5)]))
    const change = fc.record({ at: fc.nat(good.length - 1), value: fc.nat(255) })
    fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(200), { maxLength: 20 }), (changes, cuts) => {
      const bytes = Uint8Array.from(good)
      for (const { at, value } of changes) bytes[at] = value
      const read = readLog('mcap', [bytes])
      for (const { bus, id, length, fd, brs, esi, error, remote, lengthCode } of read.frames) {
        expect(bus < 256 && id <= 0x1fff_ffff && length <= (fd ? 64 : 8) && (fd || !(brs || esi)) && !(error && (fd || remote))).toBe(true)
        expect(lengthCode === 0 || (lengthCode < 16 && length === 8)).toBe(true)
      }
      expect(readLog('mcap', cutInto(bytes, cuts))).toEqual(read)
    }), { seed: 21, numRuns: 300 })
  })
})
