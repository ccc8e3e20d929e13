import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cutInto, frameOf } from '../testing/index.ts'
import { latin1 } from './bytes.ts'
import { NO_DETAILS } from './log-frame.ts'
import { Mf4Writer } from './mf4-writer.ts'
import { asCandump, readLog, writeLog } from './testing/index.ts'

const START_s = Date.UTC(2021, 11, 18, 12) / 1000

type Link = Buffer | number

/** A file put together anew, block by block: links are blocks, or places. */
class TestFile {
  private readonly parts: Buffer[] = [Buffer.alloc(64)]
  private readonly places = new Map<Buffer, number>()
  private end = 64

  constructor(magic = 'MDF     ', flags = 0) {
    this.parts[0]!.write(`${magic}4.11    test    `)
    this.parts[0]!.writeUInt16LE(411, 28)
    this.parts[0]!.writeUInt16LE(flags, 60)
  }

  /** Puts a block at the end; `length`: what it says of itself. */
  block(kind: string, links: readonly Link[], data: Buffer, length = 24 + 8 * links.length + data.length): Buffer {
    const head = Buffer.alloc(24 + 8 * links.length)
    head.write(`##${kind}`)
    head.writeBigUInt64LE(BigInt(length), 8)
    head.writeUInt32LE(links.length, 16)
    links.forEach((link, n) => head.writeUInt32LE(typeof link === 'number' ? link : this.at(link), 24 + 8 * n))
    const block = Buffer.concat([head, data, Buffer.alloc((8 - data.length % 8) % 8)])
    this.places.set(block, this.end)
    this.parts.push(block)
    this.end += block.length
    return block
  }

  /** The header is first, and points at what comes later. */
  header(): Buffer {
    const data = Buffer.alloc(32)
    data.writeBigUInt64LE(BigInt(START_s) * 1_000_000_000n)
    return this.block('HD', [0, 0, 0, 0, 0, 0], data)
  }

  point(from: Buffer, link: number, to: Buffer): void {
    from.writeUInt32LE(this.at(to), 24 + 8 * link)
  }

  text(text: string): Buffer {
    return this.block('TX', [], Buffer.from(`${text}\0`))
  }

  at(block: Buffer): number {
    return this.places.get(block)!
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts)
  }
}

type Place = readonly [byte: number, bit: number, bits: number]
interface ChannelKind { type?: number, dataType?: number, data?: Link, conversion?: Link, inside?: Link, sync?: number }

function channel(file: TestFile, name: string, [byte, bit, bits]: Place, next: Link, kind: ChannelKind = {}): Buffer {
  const { type = 0, dataType = 0, data = 0, conversion = 0, inside = 0, sync = 0 } = kind
  const body = Buffer.alloc(72)
  body.set([type, sync, dataType, bit])
  body.writeUInt32LE(byte, 4)
  body.writeUInt32LE(bits, 8)
  return file.block('CN', [next, inside, file.text(name), 0, conversion, data, 0, 0], body)
}

function linear(file: TestFile, offset: number, factor: number): Buffer {
  const body = Buffer.alloc(40)
  body[0] = 1
  body.writeDoubleLE(offset, 24)
  body.writeDoubleLE(factor, 32)
  return file.block('CC', [0, 0, 0, 0], body)
}

interface GroupKind { id?: number, bytes: number, cycles?: number, flags?: number }

function group(file: TestFile, first: Link, { id = 0, bytes, cycles = 0, flags = 6 }: GroupKind, next: Link = 0): Buffer {
  const body = Buffer.alloc(32)
  body.writeUInt32LE(id)
  body.writeUInt32LE(cycles, 8)
  body.writeUInt16LE(flags, 16)
  body.writeUInt32LE(bytes, 24)
  return file.block('CG', [next, first, 0, 0, 0, 0], body)
}

const dataGroup = (file: TestFile, groups: Link, data: Link, idBytes = 0, next: Link = 0): Buffer =>
  file.block('DG', [next, groups, data, 0], Buffer.from([idBytes, 0, 0, 0, 0, 0, 0, 0]))

/** Time as a double at 0, bus at 8, identifier at 9, IDE at 13, length at 14, data at 15. */
function plainChannels(file: TestFile, data: ChannelKind = { dataType: 10 }, dataBits = 64, name = 'CAN_DataFrame'): Buffer {
  let next: Link = channel(file, `${name}.DataBytes`, [15, 0, dataBits], 0, data)
  next = channel(file, `${name}.DataLength`, [14, 0, 8], next)
  next = channel(file, `${name}.IDE`, [13, 0, 1], next)
  next = channel(file, `${name}.ID`, [9, 0, 32], next)
  next = channel(file, `${name}.BusChannel`, [8, 0, 8], next)
  const whole = channel(file, name, [8, 0, 56 + dataBits], 0, { dataType: 10, inside: next })
  return channel(file, 't', [0, 0, 64], whole, { type: 2, sync: 1, dataType: 4 })
}

function record(time_s: number, id: number, ...data: number[]): Buffer {
  const bytes = Buffer.alloc(23)
  bytes.writeDoubleLE(time_s)
  bytes[8] = 1
  bytes.writeUInt32LE(id & 0x1fff_ffff, 9)
  bytes[13] = id > 0x7ff ? 1 : 0
  bytes[14] = data.length
  bytes.set(data, 15)
  return bytes
}

const read = (bytes: Uint8Array): { frames: string[], bad: string[], times_us: number[] } => {
  const { frames, bad } = readLog('mf4', [bytes])
  return {
    frames: frames.map(frame => `${frame.bus} ${asCandump(frame)}`), bad: bad.map(({ cause }) => cause),
    times_us: frames.map(frame => Math.round(frame.timestamp_ns / 1000) - START_s * 1e6),
  }
}

const RECORDS = [record(0.5, 0x123, 1, 2), record(0.501, 0x18fe_f1a1), record(1.25, 0x7ff, 9, 8, 7, 6, 5, 4, 3, 2)]
const FRAMES = ['0 123#0102', '0 18FEF1A1#', '0 7FF#0908070605040302']
const ALL = Buffer.concat(RECORDS)

function transpose(bytes: Buffer, columns: number): Buffer {
  const rows = Math.floor(bytes.length / columns)
  const turned = Array.from({ length: rows * columns }, (_, n) => bytes[n % rows * columns + Math.floor(n / rows)]!)
  return Buffer.from([...turned, ...bytes.subarray(rows * columns)])
}

function packed(file: TestFile, plain: Buffer, columns = 0): Buffer {
  const bytes = deflateSync(columns > 0 ? transpose(plain, columns) : plain)
  const head = Buffer.alloc(24)
  head.write('DT')
  head[2] = columns > 0 ? 1 : 0
  head.writeUInt32LE(columns, 4)
  head.writeUInt32LE(plain.length, 8)
  head.writeUInt32LE(bytes.length, 16)
  return file.block('DZ', [], Buffer.concat([head, bytes]))
}

const list = (file: TestFile, next: Link, ...blocks: Buffer[]): Buffer => file.block('DL', [next, ...blocks], Buffer.alloc(16))

/** A sorted file whose records are in the block that `data` makes. */
function sorted(data: (file: TestFile) => Link, cycles = 3): Buffer {
  const file = new TestFile()
  const header = file.header()
  file.point(header, 0, dataGroup(file, group(file, plainChannels(file), { bytes: 23, cycles }), data(file)))
  return file.bytes
}

describe('ASAM MF4: where the records are', () => {
  it.each<[string, (file: TestFile) => Link]>([
    ['as they are', file => file.block('DT', [], ALL)],
    ['packed', file => packed(file, ALL)],
    ['packed by columns', file => packed(file, ALL, 23)],
    ['packed by columns that do not fit', file => packed(file, ALL, 10)],
    ['in a list, cut anywhere', file => list(file, 0, ...cutInto(ALL, [5, 20, 40]).map(part => file.block('DT', [], Buffer.from(part))))],
    ['in two lists', file => list(file, list(file, 0, packed(file, ALL.subarray(30))), file.block('DT', [], ALL.subarray(0, 30)))],
    ['in a head of lists', file => file.block('HL', [list(file, 0, packed(file, ALL, 23))], Buffer.alloc(8))],
  ])('%s', (_, data) => {
    expect(read(sorted(data))).toEqual({ frames: FRAMES, bad: [], times_us: [500_000, 501_000, 1_250_000] })
  })

  it('no more of them than the group says', () => {
    expect(read(sorted(file => file.block('DT', [], Buffer.concat([ALL, ALL])))).frames).toEqual(FRAMES)
  })

  it('behind each other in time, whichever group they are of', () => {
    const file = new TestFile()
    const header = file.header()
    const remote = dataGroup(
      file, group(file, plainChannels(file, { dataType: 10 }, 0, 'CAN_RemoteFrame'), { bytes: 15, cycles: 1 }),
      file.block('DT', [], record(0.5005, 0x321, 0, 0).subarray(0, 15)),
    )
    const error = dataGroup(
      file, group(file, plainChannels(file, { dataType: 10 }, 64, 'CAN_ErrorFrame'), { bytes: 23, cycles: 1 }),
      file.block('DT', [], record(0.5008, 0x88, 0, 0, 4, 0, 0, 0, 0, 0)), 0, remote,
    )
    const speed = group(file, channel(file, 'speed', [0, 0, 8], 0), { bytes: 1, cycles: 9 })
    const others = dataGroup(file, speed, file.block('DT', [], Buffer.alloc(9)), 0, error)
    file.point(header, 0, dataGroup(file, group(file, plainChannels(file), { bytes: 23, cycles: 3 }), file.block('DT', [], ALL), 0, others))
    expect(read(file.bytes).frames).toEqual([FRAMES[0], '0 321#R2', '0 20000088#0000040000000000', ...FRAMES.slice(1)])
  })
})

const streamOf = (...all: readonly (readonly number[])[]): Buffer => Buffer.concat(all.map((data) => {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(data.length)
  return Buffer.concat([head, Buffer.from(data)])
}))

/** The same record, but that its data are at a place of a stream. */
function pointing(time_s: number, id: number, length: number, place: number): Buffer {
  const bytes = record(time_s, id)
  bytes[14] = length
  bytes.writeUInt32LE(place, 15)
  return bytes
}

const POINTING = [pointing(0.5, 0x123, 2, 0), pointing(0.501, 0x18fe_f1a1, 0, 6), pointing(1.25, 0x7ff, 8, 10)]

describe('ASAM MF4: data bytes of any length', () => {
  it.each([[1], [7], [1000]])('in a stream of their own, in pieces of %d', (piece) => {
    const file = new TestFile()
    const header = file.header()
    const stream = streamOf([1, 2], [], [9, 8, 7, 6, 5, 4, 3, 2])
    const cuts = Array.from({ length: Math.ceil(stream.length / piece) - 1 }, (_, n) => (n + 1) * piece)
    const pieces = [0, ...cuts].map(from => file.block('SD', [], stream.subarray(from, from + piece)))
    const records = [...POINTING, pointing(1.3, 0x7ff, 8, 99)]
    const channels = plainChannels(file, { type: 1, data: list(file, 0, ...pieces) })
    file.point(header, 0, dataGroup(file, group(file, channels, { bytes: 23, cycles: 4 }), file.block('DT', [], Buffer.concat(records))))
    expect(read(file.bytes)).toMatchObject({ frames: FRAMES, bad: ['data'] })
  })

  it.each(['before', 'behind'])('in records of their own, %s their frames, in a file that was not finished', (order) => {
    const file = new TestFile('UnFinMF ', 0x25)
    const header = file.header()
    const apart = group(file, 0, { id: 2, bytes: 0, flags: 1 })
    const frames = group(file, plainChannels(file, { type: 1, data: apart }), { id: 1, bytes: 23 }, apart)
    const records = POINTING.map(bytes => Buffer.concat([Buffer.from([1]), bytes]))
    const data = [[1, 2], [], [9, 8, 7, 6, 5, 4, 3, 2]].map(bytes => Buffer.concat([Buffer.from([2]), streamOf(bytes)]))
    const all = order === 'before' ? records.flatMap((each, n) => [data[n]!, each]) : [...records, ...data]
    const groups = dataGroup(file, frames, 0, 1)
    file.point(header, 0, groups)
    const bytes = Buffer.concat(all)
    file.point(groups, 2, file.block('DT', [], bytes, 24))
    // The zeros that fill up the last block are no record.
    expect(read(file.bytes)).toMatchObject({ frames: FRAMES, bad: bytes.length % 8 === 0 ? [] : ['record'] })
  })
})

describe('ASAM MF4: channels', () => {
  it('of bits, of no bits, in ticks, and by conversions, as CANedge has them', () => {
    const file = new TestFile('UnFinMF ', 0x25)
    const header = file.header()
    const table = file.block('CC', [0, 0, 0, 0], Buffer.concat([Buffer.from([5]), Buffer.alloc(39)]))
    let next = channel(file, 'CAN_DataFrame.Dir', [0, 0, 0], 0, { type: 6, conversion: linear(file, 1, 0) })
    next = channel(file, 'CAN_DataFrame.DataBytes', [12, 0, 512], next, { dataType: 10 })
    next = channel(file, 'CAN_DataFrame.DataLength', [10, 4, 4], next, { conversion: table })
    next = channel(file, 'CAN_DataFrame.DLC', [10, 4, 4], next)
    next = channel(file, 'CAN_DataFrame.EDL', [10, 2, 1], next)
    next = channel(file, 'CAN_DataFrame.BRS', [10, 3, 1], next)
    next = channel(file, 'CAN_DataFrame.IDE', [0, 0, 0], next, { type: 6, conversion: linear(file, 1, 0) })
    next = channel(file, 'CAN_DataFrame.ID', [6, 3, 29], next)
    next = channel(file, 'CAN_DataFrame.BusChannel', [0, 0, 0], next, { type: 6, conversion: linear(file, 9, 0) })
    const time = channel(file, 'Timestamp', [0, 0, 48], next, { type: 2, sync: 1, conversion: linear(file, 0.25, 1e-6) })
    const bytes = Buffer.alloc(76)
    bytes.writeUIntLE(1_000_001, 0, 6)
    bytes.writeUInt32LE(0x10fe_f1a1 * 8 % 2 ** 32, 6)
    bytes[10] = 0x9c
    for (let i = 0; i < 12; i++) bytes[12 + i] = i
    file.point(header, 0, dataGroup(file, group(file, time, { bytes: 76 }), file.block('DT', [], bytes)))
    expect(read(file.bytes)).toEqual({ frames: ['8 10FEF1A1##1000102030405060708090A0B T'], bad: [], times_us: [1_250_001] })
  })

  it.each([
    [0, '20000088#0000000000000000'], [1, '20000088#0000010000000000'], [2, '20000088#0000020000000000'],
    [3, '20000088#0000040000000000'], [4, '20000088#0000000800000000'], [5, '200000A8#0000000000000000'], [99, '20000088#0000000000000000'],
  ])('an error type of %d is %s', (type, frame) => {
    const file = new TestFile()
    const header = file.header()
    const channels = channel(file, 't', [0, 0, 64], channel(file, 'CAN_ErrorFrame.ErrorType', [8, 0, 8], 0), { type: 2, dataType: 4 })
    const bytes = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, type])
    file.point(header, 0, dataGroup(file, group(file, channels, { bytes: 9, cycles: 1 }), file.block('DT', [], bytes)))
    expect(read(file.bytes)).toMatchObject({ frames: [`0 ${frame}`], bad: [] })
  })
})

describe('ASAM MF4: what is wrong', () => {
  it.each<[string, (file: TestFile) => Link, number, string[]]>([
    ['there are fewer than it says', file => file.block('DT', [], ALL.subarray(0, 46)), 2, ['truncated']],
    ['a block of another kind', file => file.text('hello'), 0, ['block']],
    ['no block', () => 7, 0, ['block']],
    ['a packed block that is spoilt', (file) => {
      const block = packed(file, ALL)
      block[60]! ^= 0xff
      return block
    }, 0, ['packing']],
    ['a list that points at itself', (file) => {
      const all = list(file, 0, file.block('DT', [], ALL))
      file.point(all, 0, all)
      return all
    }, 3, []],
    ['a list that tells the same again', (file) => {
      const one = file.block('DT', [], ALL.subarray(0, 23))
      return list(file, 0, one, one, one, one)
    }, 1, ['block']],
  ])('%s', (_, data, frames, bad) => {
    expect(read(sorted(data))).toMatchObject({ frames: { length: frames }, bad })
  })

  it('identifiers and lengths that no frame has, and records of no group', () => {
    const long = record(0, 1, 1)
    long[14] = 9
    const wide = record(0, 0x7ff)
    wide.writeUInt32LE(0x800, 9)
    const three = sorted(file => file.block('DT', [], Buffer.concat([long, wide, RECORDS[0]!])))
    expect(read(three)).toMatchObject({ frames: [FRAMES[0]], bad: ['length', 'identifier'] })
    const file = new TestFile()
    const header = file.header()
    const bytes = Buffer.concat([Buffer.from([1]), RECORDS[0]!, Buffer.from([3]), RECORDS[1]!])
    file.point(header, 0, dataGroup(file, group(file, plainChannels(file), { id: 1, bytes: 23 }), file.block('DT', [], bytes), 1))
    expect(read(file.bytes)).toMatchObject({ frames: [FRAMES[0]], bad: ['record'] })
  })

  it.each([
    ['written by us', () => writeLog('mf4', [frameOf({ id: 0x123, extended: false, timestamp_ns: START_s * 1e9 }), frameOf({ id: 5, fd: true, timestamp_ns: START_s * 1e9 })])],
    ['of asammdf, packed', () => readFileSync(new URL('testing/asammdf.mf4', import.meta.url))],
    ['of blocks behind their links', () => sorted(file => list(file, 0, file.block('DT', [], ALL.subarray(0, 30)), packed(file, ALL.subarray(30))))],
  ])('a file %s that was cut off anywhere says so, and has no other frames than before', (_, make) => {
    const file = make()
    const whole = read(file).frames
    for (let length = 1; length < file.length; length += 5) {
      const { frames, bad } = read(file.subarray(0, length))
      expect(whole, `${length} bytes`).toEqual(expect.arrayContaining(frames))
      if (frames.length < whole.length) expect(bad, `${length} bytes`).toContain(length < 64 ? 'no-mf4' : 'truncated')
    }
  })

  it('a block of another kind, one seen before, and one without its size is told wherever it should be', () => {
    const file = Uint8Array.from(sorted(data => data.block('DT', [], ALL)))
    const blocks = [...latin1(file).matchAll(/##(HD|DG|CG|CN)/g)].map(({ index }) => index)
    expect(blocks.length).toBe(10)
    for (const at of blocks) {
      const other = Uint8Array.from(file)
      other[at + 3] = 0x58
      expect(read(other).bad, `at ${at}`).toContain('block')
      const cut = Uint8Array.from(file)
      cut[at + 22] = 1
      expect(read(cut).bad, `at ${at}`).toContain('block')
      const circle = Uint8Array.from(file)
      new DataView(circle.buffer).setUint32(at + 24, at, true)
      if (at > 64) expect(read(circle).bad, `at ${at}`).toContain('block')
    }
  })

  it('data, and numbers of groups, that are not there are told', () => {
    const unsorted = (idBytes: number, records: number): string[] => {
      const file = new TestFile()
      const header = file.header()
      const bytes = Buffer.concat(RECORDS.slice(0, records).flatMap(each => [Buffer.from([1]), each]))
      const data = records === 0 ? 0 : file.block('DT', [], bytes)
      file.point(header, 0, dataGroup(file, group(file, plainChannels(file), { id: 1, bytes: 23, cycles: 2 }), data, idBytes))
      return read(file.bytes).bad
    }
    expect([unsorted(1, 2), unsorted(1, 1), unsorted(1, 0), unsorted(3, 2)]).toEqual([[], ['truncated'], ['truncated'], ['record']])
  })

  it.each([['hello'.repeat(40)], ['MDF     3.30'], ['MDF     4.10']])('%s is no MF4', (text) => {
    expect(read(Buffer.from(text))).toMatchObject({ frames: [], bad: ['no-mf4'] })
  })
})

it('ASAM MF4: what was written is there before its end, and complete behind it', () => {
  const given = [
    frameOf({ id: 0x123, extended: false, bytes: [1, 2], timestamp_ns: (START_s + 0.5) * 1e9 }),
    frameOf({ id: 5, remote: true, timestamp_ns: (START_s + 1) * 1e9 }),
  ]
  const writer = new Mf4Writer()
  const unfinished = Buffer.concat(given.map(frame => Buffer.from(writer.frame(frame, NO_DETAILS)!)))
  const whole = Buffer.from(writeLog('mf4', given))
  expect([unfinished, whole].map(file => file.toString('latin1', 0, 8))).toEqual(['UnFinMF ', 'MDF     '])
  for (const file of [unfinished, whole]) expect(read(file)).toMatchObject({ frames: ['0 123#0102 R', '0 00000005#R R'], bad: [] })
  expect(read(unfinished.subarray(0, -1))).toMatchObject({ frames: ['0 123#0102 R'], bad: ['truncated'] })
})

it('ASAM MF4: a file of python-can and asammdf 7.3.17, transposed and packed', () => {
  const foreign = readLog('mf4', [readFileSync(new URL('testing/asammdf.mf4', import.meta.url))])
  expect(foreign.bad).toEqual([])
  expect(foreign.frames.map(frame => `${Math.round((frame.timestamp_ns - 1_700_000_000e9) / 1000)} ${frame.bus} ${frame.direction} ${asCandump(frame)}`)).toEqual([
    '1 0 received 123#0001020304050607 R',
    '10000 1 sent 18FF0085#010203 T',
    '20000 0 received 7FF#R4 R',
    `30000 0 received 124##1${Buffer.from(Array.from({ length: 16 }, (_, i) => i)).toString('hex').toUpperCase()} R`,
    '40000 1 received 20000000#0000000000000000 R',
    '50000 0 received 001# R',
    `60000 0 received 1FFFFFFF##2${'00'.repeat(64)} R`,
  ])
})
