import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLinkFrame, sameFrame } from '../link-frame.ts'
import { anyClassicFrame, anyPieces, frameOf } from '../testing/index.ts'
import { bitrateCommand, btrBitrate, SLCAN_BITRATES } from './bitrates.ts'
import { decodeSlcanFrame, encodeSlcanFrame, SLCAN_FRAME_BYTES } from './codec.ts'
import { MAX_LINE_BYTES, SlcanLineReader } from './line-reader.ts'

function line(text: string): [Uint8Array, number, number] {
  return [Buffer.from(text, 'latin1'), 0, text.length]
}

function encoded(...[frame, timestamp]: [Parameters<typeof encodeSlcanFrame>[0], boolean?]): string {
  const bytes = new Uint8Array(64)
  return Buffer.from(bytes.subarray(3, encodeSlcanFrame(frame, bytes, 3, timestamp ?? false))).toString('latin1')
}

describe('SLCAN frames', () => {
  it('are written as the manual shows them', () => {
    expect(encoded(frameOf({ id: 0x100, extended: false, bytes: [0x11, 0x22, 0x33] }))).toBe('t1003112233\r')
    expect(encoded(frameOf({ id: 0x00000100, bytes: [0x11, 0xab] }))).toBe('T00000100211AB\r')
    expect(encoded(frameOf({ id: 0x7ff, extended: false, remote: true, length: 3 }))).toBe('r7FF3\r')
    expect(encoded(frameOf({ id: 0x1fff_ffff, remote: true, length: 0, timestamp_ns: 119_999e6 }), true)).toBe('R1FFFFFFF0EA5F\r')
  })

  it('survive the way there and back, in place of the longest line', () => {
    fc.assert(fc.property(anyClassicFrame(), fc.boolean(), (frame, timestamp) => {
      const bytes = new Uint8Array(SLCAN_FRAME_BYTES)
      const end = encodeSlcanFrame(frame, bytes, 0, timestamp)
      expect(end).toBeLessThanOrEqual(SLCAN_FRAME_BYTES)
      const back = createLinkFrame()
      expect(decodeSlcanFrame(bytes, 0, end - 1, back)).toBeUndefined()
      expect(sameFrame(frame, back)).toBe(true)
      expect(back.timestamp_ns).toBe(timestamp ? Math.floor(frame.timestamp_ns / 1e6) % 60_000 * 1e6 : -1)
    }), { seed: 1 })
  })

  it.each([
    ['t', 'truncated'], ['t123', 'truncated'], ['t1232AA', 'truncated'], ['T1234567', 'truncated'],
    ['t12G0', 'not-hex'], ['t123G', 'not-hex'], ['t1231AG', 'not-hex'], ['t1230ZZZZ', 'not-hex'],
    ['t8000', 'id-range'], ['T200000000', 'id-range'], ['TFFFFFFFF0', 'id-range'],
    ['t1239', 'length-range'], ['r123F', 'length-range'], ['t12301', 'trailing'], ['r1231AA', 'trailing'], ['t12300000A', 'trailing'],
  ])('"%s" is none: %s', (text, fault) => {
    expect(decodeSlcanFrame(...line(text), createLinkFrame())).toBe(fault)
  })

  it('are never found where there is none to encode the same', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const frame = createLinkFrame()
      const text = Uint8Array.from(bytes, (byte, i) => i === 0 ? 'tTrR'.charCodeAt(byte & 3) : '0123456789ABCDEFG'.charCodeAt(byte % 17))
      if (text.length === 0 || decodeSlcanFrame(text, 0, text.length, frame) !== undefined) return
      expect(encoded(frame, frame.timestamp_ns >= 0).length).toBeLessThanOrEqual(text.length + 1)
      expect(frame.length).toBeLessThanOrEqual(8)
    }), { seed: 2, numRuns: 2000 })
  })
})

describe('SLCAN lines', () => {
  function read(pieces: readonly Uint8Array[], bells = false): string[] {
    const found: string[] = []
    const reader = new SlcanLineReader({
      onLine: (bytes, start, end) => found.push(Buffer.from(bytes.slice(start, end)).toString('latin1')),
      onOverlong: () => found.push('(overlong)'),
      onBell: () => found.push('(bell)'),
    }, bells)
    for (const piece of pieces) reader.push(piece)
    return found
  }

  it('are the same however the bytes are cut', () => {
    const text = fc.array(fc.oneof(
      fc.constantFrom('\r', '\r\n', '\x07', 't1230\r', 'T00000001'), fc.string({ maxLength: 10 }),
      fc.nat(400).map(length => 'x'.repeat(length)),
    )).map(parts => Buffer.from(parts.join(''), 'latin1'))
    fc.assert(fc.property(anyPieces(text), fc.boolean(), (pieces, bells) => {
      expect(read(pieces, bells)).toEqual(read([Buffer.concat(pieces)], bells))
    }), { seed: 3, numRuns: 500 })
  })

  it('end with CR, a newline behind it is skipped, and a bell stands alone', () => {
    expect(read([Buffer.from('O\r\nV\r\r\x07z\r\x07')], true)).toEqual(['O', 'V', '', '(bell)', 'z', '(bell)'])
  })

  it('may have the longest length and not one byte more', () => {
    expect(read([Buffer.from('x'.repeat(MAX_LINE_BYTES) + '\r')])[0]).toHaveLength(MAX_LINE_BYTES)
    expect(read([Buffer.from('x'.repeat(MAX_LINE_BYTES + 1) + '\rV\r')])).toEqual(['(overlong)', 'V'])
  })

  it('without an end cost no memory: a gigabyte of one', () => {
    let overlong = 0
    const reader = new SlcanLineReader({ onLine: () => expect.unreachable(), onOverlong: () => { overlong++ } })
    const chunk = new Uint8Array(1_000_000).fill(0x41)
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 1000; i++) reader.push(chunk)
    expect(overlong).toBe(1)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
  })
})

it('bus timing registers give the rates that adapters list', () => {
  expect([[0x31, 0x1c], [0x18, 0x1c], [0x09, 0x1c], [0x04, 0x1c], [0x03, 0x1c], [0x01, 0x1c], [0x00, 0x1c], [0x00, 0x16], [0x00, 0x14]]
    .map(([btr0, btr1]) => btrBitrate(btr0!, btr1!))).toEqual([10e3, 20e3, 50e3, 100e3, 125e3, 250e3, 500e3, 800e3, 1e6])
})

it('bit rates become commands that give them exactly, or none', () => {
  expect(SLCAN_BITRATES.map(bitrateCommand)).toEqual(['S0', 'S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8'])
  for (const bitrate of [5000, 40_000, 62_500, 80_000, 200_000, 400_000]) {
    const command = bitrateCommand(bitrate)
    expect(command, `${bitrate}`).toMatch(/^s[0-9A-F]{4}$/)
    expect(btrBitrate(parseInt(command!.slice(1, 3), 16), parseInt(command!.slice(3), 16))).toBe(bitrate)
  }
  expect(bitrateCommand(33_333)).toBeUndefined()
  expect(bitrateCommand(750_000)).toBeUndefined()
})
