import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDiagnosticId, IsoTpReader, J1939Reader } from './index.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex'))
const frame = (id: number, data: Uint8Array, extended = id > 0x7ff): { id: number, extended: boolean, data: Uint8Array, length: number } =>
  ({ id, extended, data, length: data.length })

describe('ISO-TP', () => {
  const parts = (...frames: readonly string[]): unknown[] => {
    const reader = new IsoTpReader()
    return frames.map((text) => {
      const part = reader.read(frame(0x7e8, bytes(text)))
      return part && [part.kind, part.text, Buffer.from(part.message ?? []).toString('hex'), part.problem]
    })
  }

  it('names the parts and puts the message together', () => {
    expect(parts('02 3E 00', '10 0A 62 F1 90 31 32 33', '30 00 05', '21 34 35 36 37 AA AA AA')).toEqual([
      ['single', 'of 2 bytes', '3e00', ''], ['first', 'of 10 bytes', '', ''], ['flow control', 'continue, all parts, gap 5 ms', '', ''],
      ['consecutive', '1, the last', '62f19031323334353637', ''],
    ])
    expect(parts('00 09 01 02 03 04 05 06 07 08 09 00', '31 00 00', '30 02 F3')).toEqual([
      ['single', 'of 9 bytes', '010203040506070809', ''], ['flow control', 'wait', '', ''], ['flow control', 'continue, 2 parts, gap 300 us', '', ''],
    ])
  })

  it('says what is wrong, and goes on with the next message', () => {
    expect(parts('21 00', '10 20 01 02 03 04 05 06', '22 00', '21 00', '10 05 01 02 03 04 05 06', '10 00 00 02 00 00 01 02').map(part => (part as string[])[3])).toEqual([
      'no first part came before it', '', 'part 1 was to come', 'no first part came before it', expect.stringContaining('single part'),
      expect.stringContaining('more than 65535'),
    ])
  })

  it('knows the identifiers of diagnostics', () => {
    expect([0x7df, 0x7e0, 0x7ef, 0x7f0, 0x123].map(id => isDiagnosticId(id, false))).toEqual([true, true, true, false, false])
    expect([0x18da_f110, 0x18db_33f1, 0x18fe_f100].map(id => isDiagnosticId(id, true))).toEqual([true, true, false])
  })

  it('of more senders than it has room for gives up the oldest', () => {
    const reader = new IsoTpReader()
    for (let id = 0; id < 100; id++) reader.read(frame(id, bytes('10 20 01 02 03 04 05 06')))
    expect(reader.abandoned).toBe(36)
    expect([0, 99].map(id => reader.read(frame(id, bytes('21 00')))!.problem)).toEqual(['no first part came before it', ''])
  })
})

describe('J1939', () => {
  const CONTROL = 0x1cec_ff31
  const DATA = 0x1ceb_ff31

  it('names PGN, priority, source and destination', () => {
    const reader = new J1939Reader()
    expect(reader.read(frame(0x0cf0_0400, bytes('FF')))).toMatchObject({ pgn: 0xf004, priority: 3, source: 0, destination: 255, kind: '' })
    expect(reader.read(frame(0x18ea_21f9, bytes('EE FE 00')))).toMatchObject({ pgn: 0xea00, priority: 6, source: 0xf9, destination: 0x21, kind: '' })
  })

  it('puts announced and requested messages together', () => {
    const reader = new J1939Reader()
    const read = (id: number, text: string): unknown => {
      const { kind, text: told, message, problem } = reader.read(frame(id, bytes(text)))
      return [kind, told, message && [message.pgn, Buffer.from(message.bytes).toString('hex')], problem]
    }
    expect(read(CONTROL, '20 0A 00 02 FF CA FE 00')).toEqual(['announcement', 'of PGN FECA (65226), 10 bytes in 2 parts', undefined, ''])
    expect(read(DATA, '01 01 02 03 04 05 06 07')).toEqual(['data', 'part 1 of PGN FECA (65226)', undefined, ''])
    expect(read(DATA, '02 08 09 0A FF FF FF FF')).toEqual(['data', 'part 2 of PGN FECA (65226), the last', [0xfeca, '0102030405060708090a'], ''])
    expect(read(DATA, '03 00 00 00 00 00 00 00')).toEqual(['data', 'part 3', undefined, 'no announcement or request came before it'])
    expect(read(0x1cec_2131, '10 0E 00 02 FF CA FE 00')).toEqual(['request to send', 'of PGN FECA (65226), 14 bytes in 2 parts', undefined, ''])
    expect(read(0x1cec_3121, '11 02 01 FF FF CA FE 00')).toEqual(['clear to send', 'of PGN FECA (65226), 2 parts from 1', undefined, ''])
    expect(read(0x1ceb_2131, '02 00 00 00 00 00 00 00')).toEqual(['data', 'part 2', undefined, 'part 1 was to come'])
    expect(read(CONTROL, '20 0A 00 09 FF CA FE 00')).toMatchObject({ 3: 'length and parts contradict each other' })
    expect(read(0x1cec_3121, 'FF 01 FF FF FF CA FE 00')).toMatchObject({ 0: 'abort' })
  })
})

it('of any frames nothing is thrown, and no message is longer than what came', () => {
  const id = fc.constantFrom(0x7e8, 0x18da_f110, 0x1cec_ff31, 0x1ceb_ff31, 0x1ceb_2131)
  const one = fc.record({ id, data: fc.uint8Array({ maxLength: 64 }) })
  fc.assert(fc.property(fc.array(one, { maxLength: 40 }), (frames) => {
    const [isoTp, j1939] = [new IsoTpReader(), new J1939Reader()]
    let came = 0
    for (const { id, data } of frames) {
      came += data.length
      expect(isoTp.read(frame(id, data))?.message?.length ?? 0).toBeLessThanOrEqual(came)
      expect(j1939.read(frame(id, data)).message?.bytes.length ?? 0).toBeLessThanOrEqual(came)
    }
  }), { seed: 22, numRuns: 1000 })
})
