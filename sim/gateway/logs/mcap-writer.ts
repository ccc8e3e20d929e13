import { crc32, crc32Final, crc32Init, crc32Update } from '@foxglove/crc'
import { type Channel, type ChunkIndex, McapChunkBuilder, McapRecordBuilder, Opcode, type Schema } from '@mcap/core'
import { type DecodedRow, FrameDecoder, type ProtoMessage } from '#protocol/host/index.ts'
import type { LinkFrame } from '../link.ts'
import { BusNames } from './bus-names.ts'
import { type LogDetails, shownTime } from './log-frame.ts'
import type { LogWriter } from './log-io.ts'
import { FRAMES_TOPIC, PROTOBUF } from './mcap.ts'
import { LoggedFrameEncoder } from './mcap-frame.ts'
import { CATALOGUE_PROTOS, descriptorSet, LOGGED_FRAME, schemaName, ValuesEncoder } from './mcap-schema.ts'

/** Frames are held until there are so many bytes of them. */
const CHUNK_BYTES = 1 << 18
/** Messages on more topics than any car has are written as frames only. */
const MOST_CHANNELS = 4096
const BILLION = 1_000_000_000n
/** Of a footer and the magic behind it: its checksum and the magic. */
const CHECKSUM_FROM_END = 12
const NOTHING = new Uint8Array(0)

/** A schema, or a channel of it, and how its messages are encoded. */
interface SignalRecord { readonly id: number, readonly encoder: ValuesEncoder }

/**
 * Writes every frame to a topic of frames, and what it says, where it is a message of the catalogue, to a topic of its own:
 * `/WindowStatus@FL`, of other buses than 0 `/spine1/WindowStatus@FL`. In chunks that are not packed, with indexes and
 * checksums; beside one chunk, memory grows by the index of each.
 */
export class McapLogWriter implements LogWriter {
  private readonly records = new McapRecordBuilder()
  private readonly chunk = new McapChunkBuilder({})
  private readonly names = new BusNames()
  private readonly frames = new LoggedFrameEncoder()
  private readonly decoder = new FrameDecoder()
  private readonly schemas: Schema[] = []
  private readonly channels: Channel[] = []
  private readonly chunks: ChunkIndex[] = []
  private readonly signalSchemas = new Map<string, SignalRecord>()
  private readonly signalChannels = new Map<string, SignalRecord>()
  /** Messages of each channel. */
  private readonly counts = new Map<number, number>()
  private messageStartTime = 0n
  private messageEndTime = 0n
  private dataCrc = crc32Init()
  private position = 0n
  private framesChannel = 0

  frame(frame: LinkFrame, details: Readonly<LogDetails>): Uint8Array {
    this.begin()
    const { seconds, nanos } = shownTime(frame.timestamp_ns)
    const time = BigInt(seconds) * BILLION + BigInt(nanos)
    const name = this.names.of(frame.bus, details.name)
    this.message(this.framesChannel, time, this.frames.encode(frame, details, name))
    const decoded = frame.error ? undefined : this.decoder.decode(frame)
    if (decoded?.row !== undefined) this.signals(decoded, frame.bus === 0 ? '' : `/${name}`, time)
    if (this.chunk.byteLength >= CHUNK_BYTES) this.endChunk()
    return this.take()
  }

  end(): Uint8Array {
    this.begin()
    if (this.chunk.numMessages > 0) this.endChunk()
    const data = this.take()
    this.records.writeDataEnd({ dataSectionCrc: crc32Final(this.dataCrc) })
    const dataEnd = this.take()
    this.summary()
    const all = new Uint8Array(data.length + dataEnd.length + this.records.length)
    all.set(data)
    all.set(dataEnd, data.length)
    all.set(this.records.buffer, data.length + dataEnd.length)
    const checksum = crc32(all.subarray(data.length + dataEnd.length, all.length - CHECKSUM_FROM_END))
    new DataView(all.buffer).setUint32(all.length - CHECKSUM_FROM_END, checksum, true)
    return all
  }

  private begin(): void {
    if (this.framesChannel > 0) return
    this.records.writeMagic()
    this.records.writeHeader({ profile: '', library: 'spine' })
    const schema = this.addSchema(LOGGED_FRAME)
    const channel = this.addChannel(schema.id, FRAMES_TOPIC)
    this.records.writeSchema(schema)
    this.records.writeChannel(channel)
    this.framesChannel = channel.id
  }

  private signals({ name, location, values }: Pick<DecodedRow, 'name' | 'location' | 'values'>, prefix: string, time: bigint): void {
    const topic = `${prefix}/${name}@${location}`
    const channel = this.signalChannels.get(topic) ?? this.signalChannel(topic, name)
    if (channel !== undefined) this.message(channel.id, time, channel.encoder.encode(values))
  }

  private signalChannel(topic: string, name: string): SignalRecord | undefined {
    const proto = CATALOGUE_PROTOS.get(name)
    if (proto === undefined || this.channels.length === MOST_CHANNELS) return undefined
    const schema = this.signalSchemas.get(name) ?? this.signalSchema(proto)
    const channel = this.addChannel(schema.id, topic)
    this.chunk.addChannel(channel)
    const made = { id: channel.id, encoder: schema.encoder }
    this.signalChannels.set(topic, made)
    return made
  }

  private signalSchema(proto: ProtoMessage): SignalRecord {
    const schema = this.addSchema(proto)
    this.chunk.addSchema(schema)
    const made = { id: schema.id, encoder: new ValuesEncoder(proto) }
    this.signalSchemas.set(proto.name, made)
    return made
  }

  /** Schemas count from 1: 0 is none. */
  private addSchema(proto: ProtoMessage): Schema {
    const schema = { id: this.schemas.length + 1, name: schemaName(proto), encoding: PROTOBUF, data: descriptorSet(proto) }
    this.schemas.push(schema)
    return schema
  }

  private addChannel(schemaId: number, topic: string): Channel {
    const channel = { id: this.channels.length + 1, schemaId, topic, messageEncoding: PROTOBUF, metadata: new Map<string, string>() }
    this.channels.push(channel)
    return channel
  }

  private message(channelId: number, time: bigint, data: Uint8Array): void {
    if (this.counts.size === 0 || time < this.messageStartTime) this.messageStartTime = time
    if (this.counts.size === 0 || time > this.messageEndTime) this.messageEndTime = time
    this.counts.set(channelId, (this.counts.get(channelId) ?? 0) + 1)
    this.chunk.addMessage({ channelId, sequence: 0, logTime: time, publishTime: time, data })
  }

  private endChunk(): void {
    const { records, chunk } = this
    const { messageStartTime, messageEndTime, buffer, indices } = chunk
    const size = BigInt(buffer.length)
    const chunkStartOffset = this.position + BigInt(records.length)
    const chunkLength = records.writeChunk({
      messageStartTime, messageEndTime, uncompressedSize: size, uncompressedCrc: crc32(buffer), compression: '', records: buffer,
    })
    const indexStart = records.length
    const messageIndexOffsets = new Map<number, bigint>()
    for (const index of indices) {
      messageIndexOffsets.set(index.channelId, this.position + BigInt(records.length))
      records.writeMessageIndex(index)
    }
    this.chunks.push({
      messageStartTime, messageEndTime, chunkStartOffset, chunkLength, messageIndexOffsets,
      messageIndexLength: BigInt(records.length - indexStart), compression: '', compressedSize: size, uncompressedSize: size,
    })
    chunk.reset()
  }

  /** What is to be written, and begins anew. */
  private take(): Uint8Array {
    if (this.records.length === 0) return NOTHING
    const bytes = this.records.buffer
    this.records.reset()
    this.dataCrc = crc32Update(this.dataCrc, bytes)
    this.position += BigInt(bytes.length)
    return bytes
  }

  /** Schemas and channels again, counts, where the chunks are, where each of these begins, and the end of the file. */
  private summary(): void {
    const { records, position, schemas, channels, chunks, counts } = this
    const messageCounts = new Map([...counts].map(([channel, count]) => [channel, BigInt(count)]))
    const groups: readonly (readonly [Opcode, () => void])[] = [
      [Opcode.SCHEMA, () => schemas.forEach(schema => records.writeSchema(schema))],
      [Opcode.CHANNEL, () => channels.forEach(channel => records.writeChannel(channel))],
      [Opcode.STATISTICS, () => records.writeStatistics({
        messageCount: [...messageCounts.values()].reduce((sum, count) => sum + count, 0n), schemaCount: schemas.length,
        channelCount: channels.length, attachmentCount: 0, metadataCount: 0, chunkCount: chunks.length,
        messageStartTime: this.messageStartTime, messageEndTime: this.messageEndTime, channelMessageCounts: messageCounts,
      })],
      [Opcode.CHUNK_INDEX, () => chunks.forEach(chunk => records.writeChunkIndex(chunk))],
    ]
    const offsets = groups.map(([groupOpcode, write]) => {
      const start = records.length
      write()
      return { groupOpcode, groupStart: position + BigInt(start), groupLength: BigInt(records.length - start) }
    })
    const summaryOffsetStart = position + BigInt(records.length)
    for (const offset of offsets) if (offset.groupLength > 0n) records.writeSummaryOffset(offset)
    records.writeFooter({ summaryStart: position, summaryOffsetStart, summaryCrc: 0 })
    records.writeMagic()
  }
}
