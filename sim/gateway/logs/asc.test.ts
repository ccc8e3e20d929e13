import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameFrame } from '../link-frame.ts'
import { anyFrame, frameOf } from '../testing/index.ts'
import { formatAscDate, parseAscDate } from './asc-date.ts'
import { AscParser } from './asc-reader.ts'
import { AscWriter } from './asc-writer.ts'
import { latin1 } from './bytes.ts'
import { createLogFrame, NO_DETAILS, type LogFrame } from './log-frame.ts'
import { readLog } from './testing/index.ts'

const CANOE = `date Wed Apr 16 09:21:13.159 am 2014
base hex  timestamps absolute
no internal events logged
// version 8.5.0
Begin Triggerblock Wed Apr 16 09:21:13.159 am 2014
   0.000000 Start of measurement
   0.015991 CAN 1 Status:chip status error active
   0.015991 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%
   1.015991 2  18EBFF00x       Rx   d 8 01 A0 0F A6 60 3B D1 40  Length = 273910 BitCount = 141 ID = 418119424x
   1.015992 1  123             TxRq d 1 00
   1.015993 1  123             Tx   d 1 0c  Length = 0 BitCount = 0 ID = 291
   2.510001 1  100             Rx   r
   2.520002 3  200             Rx   r 8
   2.584921 4  300             Rx   r A
   3.098426 2  ErrorFrame\tFlags = 0xe\tCodeExt = 0x20a2\tCode = 0x82\tID = 0\tDLC = 0\tPosition = 5\tLength = 11300
   3.197693 J1939TP FEE3p 6 0 0 - Rx d 23 A0 0F A6 60 3B D1 40 1F DE
   30.005021 CANFD   1 Rx        300  Generic_Name_12                 1 0 8  8 01 02 03 04 05 06 07 08 102203 133   303000 e0006659 46500250 4b140250 20011736 2001040d
   30.005041 CANFD   2 Tx     1C4D80A7x 0 0 9 12 01 02 03 04 05 06 07 08 09 0A 0B 0C   102203 133   1000 e0006659 46500250 4b140250
   30.806898 CANFD   4 Rx        ErrorFrame                    Not Acknowledge error, dominant error flag  fffe c7 31ca Arb.
   30.900000 CANFD   1 Rx        301                                  0 0 2  2 AA BB 0 0 0 0 0 0
End TriggerBlock
`

function frames(text: string): LogFrame[] {
  const { frames, bad } = readLog('asc', [Buffer.from(text, 'latin1')])
  expect(bad).toEqual([])
  return frames
}

describe('Vector ASC', () => {
  it('is read as CANoe writes it: events that are no frames are skipped', () => {
    const read = frames(CANOE)
    const start_ns = new Date(2014, 3, 16, 9, 21, 13, 159).getTime() * 1e6
    const kind = (f: LogFrame): string => f.remote ? 'r' : f.error ? 'e' : f.fd ? f.brs ? 'fd!' : 'fd' : 'd'
    expect(read.map(f => `${f.bus} ${f.id.toString(16)}${f.extended ? 'x' : ''} ${kind(f)} ${f.length} ${f.direction}`)).toEqual([
      '1 18ebff00x d 8 received', '0 123 d 1 sent', '0 100 r 0 received', '2 200 r 8 received', '3 300 r 8 received', '1 88 e 8 ',
      '0 300 fd! 8 received', '1 1c4d80a7x fd 12 sent', '3 88 e 8 ', '0 301 d 2 received',
    ])
    expect([...read[0]!.data.subarray(0, 8)]).toEqual([0x01, 0xa0, 0x0f, 0xa6, 0x60, 0x3b, 0xd1, 0x40])
    expect((read[0]!.timestamp_ns - start_ns) / 1e9).toBeCloseTo(1.015991, 6)
  })

  it('may be decimal, and tell times from the line before', () => {
    const read = frames('base dec timestamps relative\n0.5 Start of measurement\n0.25 1 291 Rx d 3 16 255 8\n1.0 1 2047 Rx d 0\n')
    expect(read.map(f => [f.id, f.timestamp_ns, f.length])).toEqual([[291, 0.75e9, 3], [2047, 1.75e9, 0]])
    expect([...read[0]!.data.subarray(0, 3)]).toEqual([16, 255, 8])
  })

  it.each([
    ['hello world', 'neither an event'],
    ['date some day', 'is no date'],
    ['0.1 1 12G Rx d 1 00', '"12G" is no identifier'],
    ['0.1 1 800 Rx d 1 00', '"800" is no identifier, or it is out of range'],
    ['0.1 1 20000000x Rx d 1 00', 'out of range'],
    ['0.1 1 123 Rz d 1 00', '"Rz" is neither Rx nor Tx'],
    ['0.1 1 123 Rx q 1 00', 'neither d (data) nor r (remote)'],
    ['0.1 1 123 Rx d 2 00', 'it has 1 data bytes, not 2'],
    ['0.1 1 123 Rx d 1 100', '"100" is no data byte'],
    ['0.1 1 123 Rx d G', 'no data length code'],
    ['0.1 0 123 Rx d 0', 'no channel from 1 to 256'],
    ['0.1 257 123 Rx d 0', 'no channel from 1 to 256'],
    ['0.1 CANFD 1 Rx 123 1 0 9 11 00', 'no length of 11 bytes'],
    ['0.1 CANFD 1 Rx 123 1 0 8 12 00', 'contradict each other'],
    ['0.1 CANFD 1 Rx 123 1 0 9 12 00', 'it has 1 data bytes, not 12'],
    ['0.1 CANFD 1 Xx 123 1 0 0 0', 'neither Rx nor Tx'],
    ['0.1 CANFD 1 Rx', 'no data length code and data length'],
  ])('says what is wrong with %s', (line, reason) => {
    expect(new AscParser().parse(line, createLogFrame())?.reason).toContain(reason)
  })

  it('gives back what was written', () => {
    fc.assert(fc.property(fc.array(fc.tuple(anyFrame(), fc.boolean()), { maxLength: 20 }), (given) => {
      const writer = new AscWriter()
      const lines = given.map(([frame, sent]) => latin1(writer.frame(frame, { ...NO_DETAILS, direction: sent ? 'sent' : 'received' })))
      const text = lines.join('') + writer.end()
      const read = frames(text)
      expect(read.length).toBe(given.length)
      given.forEach(([frame, sent], n) => {
        expect(read[n]!.timestamp_ns).toBe(frame.timestamp_ns)
        if (frame.error) expect(read[n]).toMatchObject({ error: true, bus: frame.bus, direction: '' })
        else {
          expect(read[n]!.direction).toBe(sent ? 'sent' : 'received')
          expect(sameFrame(read[n]!, frame)).toBe(true)
        }
      })
    }), { seed: 5, numRuns: 300 })
  })

  it('keeps times of today to the microsecond', () => {
    const times = fc.array(fc.integer({ min: 1_500_000_000e6, max: 1_900_000_000e6 }), { minLength: 1, maxLength: 5 })
    fc.assert(fc.property(times, (times_us) => {
      const writer = new AscWriter()
      const text = times_us.map(us => latin1(writer.frame(frameOf({ id: 1, timestamp_ns: us * 1000 }), NO_DETAILS))).join('')
      expect(frames(text).map(f => Math.round(f.timestamp_ns / 1000))).toEqual(times_us)
    }), { seed: 6, numRuns: 300 })
  })

  it('of any text never throws', () => {
    const word = fc.constantFrom(
      '0.1', '1', '2', 'CANFD', 'Rx', 'Tx', 'd', 'r', '123', '18FF8100x', '0', '8', '9', '12', '00', 'AA', 'ErrorFrame',
      'date', 'base', 'dec', 'Begin Triggerblock', 'x',
    )
    const line = fc.oneof(fc.string({ maxLength: 80 }), fc.array(word, { maxLength: 24 }).map(words => words.join(' ')))
    const parser = new AscParser()
    const frame = createLogFrame()
    fc.assert(fc.property(line, (text) => {
      const answer = parser.parse(text, frame)
      if (answer === undefined) new AscWriter().frame(frame, frame)
    }), { seed: 7, numRuns: 5000 })
  })
})

describe('dates of ASC logs', () => {
  it('are read back', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
      const date = formatAscDate(ms * 1e6)
      // In autumn an hour of local time is there twice.
      const there = new Date(ms)
      const back_ms = parseAscDate(date)! / 1e6
      expect(new Date(Math.round(back_ms)).toString().slice(0, 24)).toBe(there.toString().slice(0, 24))
    }), { seed: 8, numRuns: 500 })
  })

  it.each([
    ['Wed Apr 16 09:21:13.159 am 2014', new Date(2014, 3, 16, 9, 21, 13, 159)],
    ['Tue Nov 14 12:13:20 pm 2023', new Date(2023, 10, 14, 12, 13, 20)],
    ['Tue Nov 14 12:13:20.5 AM 2023', new Date(2023, 10, 14, 0, 13, 20, 500)],
    ['Son Mär 5 22:13:20 2023', new Date(2023, 2, 5, 22, 13, 20)],
    ['Son MÃ¤r 5 22:13:20 2023', new Date(2023, 2, 5, 22, 13, 20)],
  ])('%s', (text, date) => {
    expect(parseAscDate(text)).toBe(date.getTime() * 1e6)
  })
})
