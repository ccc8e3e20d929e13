import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameFrame } from '../link-frame.ts'
import { anyFrame, CLASSIC_FRAMES, cutInto, frameOf, numberedFrame, RICH_FRAMES } from '../testing/index.ts'
import { isReadable, isWritable, LOG_FORMATS, type LogFormat } from './format.ts'
import { NO_DETAILS, type LogFrame } from './log-frame.ts'
import { readLog, TRC_OF_ALL_KINDS, writeLog, writeWhatFits } from './testing/index.ts'

const BOTH_WAYS = LOG_FORMATS.filter(format => isReadable(format) && isWritable(format))
const END_us = 2 ** 32 * 1e6 - 1

/** What logs tell of frames, as a reader gives it: a name is a bus. */
function anyLogFrames(): fc.Arbitrary<LogFrame[]> {
  const name = fc.oneof(
    fc.constantFrom('can0', 'can1', 'vcan0', 'can_left', 'can500', 'spine1', 'slcan', 'PCAN_USBBUS1', 'B\xfcs'),
    fc.string({ unit: fc.constantFrom(...'abz01_.:/'), minLength: 1, maxLength: 16 }),
  )
  const time_us = fc.oneof(fc.nat(2 ** 31), fc.integer({ min: 1_400_000_000e6, max: 1_900_000_000e6 }), fc.integer({ min: 0, max: END_us }))
  const one = fc.record({
    frame: anyFrame(), time_us, at: fc.nat(20), sent: fc.boolean(), code: fc.integer({ min: 9, max: 15 }), coded: fc.boolean(),
    esi: fc.boolean(),
  })
  return fc.tuple(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), fc.array(one, { maxLength: 16 })).map(([names, all]) =>
    all.map(({ frame, time_us, at, sent, code, coded, esi }) => ({
      ...frame, timestamp_ns: time_us * 1000, bus: at % names.length, name: names[at % names.length]!,
      direction: sent ? 'sent' : 'received',
      lengthCode: coded && frame.length === 8 && !frame.fd && !frame.error ? code : 0, esi: esi && frame.fd,
    } as const)))
}

/** Says how two readings of a log differ, but for what the format does not tell. */
function compare(given: readonly LogFrame[], read: readonly LogFrame[], { keeps, name }: LogFormat): void {
  expect(read.length).toBe(given.length)
  const busOf = new Map<number, number>()
  const times_ns = given.map(frame => frame.timestamp_ns)
  // Times are numbers: sums of what a log says since its begin are rounded where it lasts for longer than a hundred days.
  const rounded_ns = Math.max(...times_ns) - Math.min(...times_ns) > Number.MAX_SAFE_INTEGER ? 512 : 0
  given.forEach((frame, n) => {
    const other = read[n]!
    const where = `${name}, frame ${n}`
    expect(busOf.get(frame.bus) ?? other.bus, where).toBe(other.bus)
    busOf.set(frame.bus, other.bus)
    if (keeps.microseconds) expect(Math.abs(other.timestamp_ns - frame.timestamp_ns), where).toBeLessThanOrEqual(rounded_ns)
    else expect(tenths(other), where).toBe(tenths(frame))
    expect(other.error, where).toBe(frame.error)
    if (frame.error && !keeps.errors) return
    expect(sameFrame({ ...other, bus: frame.bus }, frame), where).toBe(true)
    expect(other.esi, where).toBe(frame.esi)
    if (keeps.names) expect(other.name, where).toBe(frame.name || `spine${frame.bus}`)
    if (keeps.lengthCodes) expect(other.lengthCode, where).toBe(frame.lengthCode)
    if (keeps.directions) expect(other.direction, where).toBe(frame.direction)
  })
  expect(new Set(busOf.values()).size, `${name}: distinct buses`).toBe(busOf.size)
}

/** Tenths of a millisecond. */
function tenths({ timestamp_ns }: LogFrame): number {
  return Math.floor(Math.round(timestamp_ns / 1000) / 100)
}

/** Some kinds hold nothing of before they begin. */
function inOrder<Frame extends { timestamp_ns: number }>(frames: readonly Frame[]): Frame[] {
  return frames.toSorted((a, b) => a.timestamp_ns - b.timestamp_ns)
}

function through(format: LogFormat, frames: readonly LogFrame[]): { taken: LogFrame[], read: LogFrame[] } {
  const { bytes, taken } = writeWhatFits(format.name, frames)
  if (format.refuses === undefined) expect(taken.length).toBe(frames.length)
  const { frames: read, bad } = readLog(format.name, [bytes])
  expect(bad).toEqual([])
  return { taken, read }
}

describe('a log turned into another kind and back', () => {
  const pairs = BOTH_WAYS.flatMap(a => BOTH_WAYS.map(b => [a.name, b.name, a, b] as const))
  it.each(pairs)('%s to %s: equal, but for what a kind does not tell or refuses', (_a, _b, a, b) => {
    const ordered = a.refuses !== undefined || b.refuses !== undefined
    fc.assert(fc.property(ordered ? anyLogFrames().map(inOrder) : anyLogFrames(), (given) => {
      const first = through(a, given)
      compare(first.taken, first.read, a)
      // An error frame of a kind that only names it may not be told which way it went; unknown is written as received.
      const known = first.read.map(frame => ({ ...frame, direction: frame.direction || 'received' as const }))
      const second = through(b, known)
      compare(second.taken, second.read, b)
      const third = through(a, second.read)
      const keeps = { ...a.keeps, ...Object.fromEntries(Object.entries(b.keeps).filter(([, kept]) => !kept)) }
      const originals = first.taken.filter((_, n) => second.taken.includes(known[n]!))
      compare(originals, third.read, { ...a, keeps })
    }), { seed: 11, numRuns: 40 })
  })

  it.each(['asc', 'mcap', 'pcapng', 'pcap'])('%s keeps nanoseconds in a log that begins at 0', (name) => {
    fc.assert(fc.property(fc.array(fc.nat(Number.MAX_SAFE_INTEGER)), (times_ns) => {
      const frames = [0, ...times_ns].map(timestamp_ns => frameOf({ id: 1, timestamp_ns }))
      expect(readLog(name, [writeLog(name, frames)]).frames.map(frame => frame.timestamp_ns)).toEqual([0, ...times_ns])
    }), { seed: 12, numRuns: 200 })
  })

  it('an hour of local time that comes twice is no other hour in ASC', () => {
    const zone = process.env.TZ
    process.env.TZ = 'Europe/Berlin'
    try {
      // 2023-10-29: 02:30 summer time and an hour later 02:30 again.
      const times_ns = [1_698_539_400e9, 1_698_543_000e9]
      for (const first of times_ns) {
        const given = [frameOf({ id: 1, timestamp_ns: first }), frameOf({ id: 2, timestamp_ns: times_ns[1]! })]
        const { frames } = readLog('asc', [writeLog('asc', given)])
        expect(frames.map(frame => frame.timestamp_ns)).toEqual([first, times_ns[1]])
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  it.each(['candump', 'mcap', 'pcapng'])('names stay apart in %s, sick ones too', (name) => {
    const names = ['', 'spine0', 'a b', 'a_b', 'x'.repeat(80), `${'x'.repeat(80)}y`, '\xa0', '_', '_2', '']
    const frames = names.map((given, bus) => ({ ...frameOf({ id: 1, bus }), ...NO_DETAILS, name: given }))
    const { frames: read, bad } = readLog(name, [writeLog(name, [...frames, ...frames])])
    expect(bad).toEqual([])
    expect(new Set(read.map(frame => frame.name)).size).toBe(names.length)
    expect(new Set(read.map(frame => frame.bus)).size).toBe(names.length)
  })
})

const EVERY_FRAME = [...CLASSIC_FRAMES, ...RICH_FRAMES, ...Array.from({ length: 10 }, (_, n) => numberedFrame(n))]

describe.each(LOG_FORMATS.filter(isReadable).map(format => format.name))('%s under mutation', (name) => {
  const good = name === 'trc' ? Buffer.from(TRC_OF_ALL_KINDS, 'latin1') : writeLog(name, EVERY_FRAME)
  const kind = fc.constantFrom('set', 'flip', 'cut', 'repeat', 'insert', 'huge')
  const mutation = fc.record({ at: fc.nat(), kind, value: fc.nat(255), length: fc.nat(40) })

  it('never throws, gives frames that are none of nothing, and is the same however it is cut', () => {
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 })
    fc.assert(fc.property(mutations, fc.array(fc.nat(200), { maxLength: 20 }), (mutations, cuts) => {
      let bytes = Uint8Array.from(good)
      for (const { at, kind, value, length } of mutations) {
        const from = at % (bytes.length + 1)
        const head = bytes.subarray(0, from)
        const part = bytes.subarray(from, from + length)
        const tail = bytes.subarray(from + part.length)
        const changed: Record<typeof kind, readonly number[]> = {
          set: [...part.fill(value)], flip: [...part.map(byte => byte ^ value)], cut: [], repeat: [...part, ...part],
          insert: [value, ...part], huge: [0xff, 0xff, 0xff, 0x7f, ...part.subarray(4)],
        }
        bytes = Uint8Array.from([...head, ...changed[kind], ...tail])
      }
      const { frames, bad } = readLog(name, [bytes])
      for (const frame of frames) {
        expect(frame.timestamp_ns).toBeGreaterThanOrEqual(0)
        expect(frame.timestamp_ns).toBeLessThan(2 ** 32 * 1e9)
        const { bus, id, length, fd } = frame
        expect(bus >= 0 && bus < 256 && id <= 0x1fff_ffff && length <= (fd ? 64 : 8), JSON.stringify(frame)).toBe(true)
      }
      for (const { cause, reason } of bad) expect([cause, reason]).not.toContain('')
      const pieces = cutInto(bytes, cuts)
      expect(readLog(name, pieces)).toEqual({ frames, bad })
      // Whatever was read can be written.
      for (const to of BOTH_WAYS) {
        const { taken, read } = through(to, to.refuses === undefined ? frames : inOrder(frames))
        expect(read.length).toBe(taken.length)
      }
    }), { seed: 13, numRuns: 120 })
  })
})
