import { describe, expect, it } from 'vitest'
import { asCandump, readLog, TRC_LINES, TRC_OF_ALL_KINDS } from './testing/index.ts'

const read = (text: string): ReturnType<typeof readLog> => readLog('trc', [Buffer.from(text, 'latin1')])
const START_ns = Date.UTC(2021, 11, 18, 12) * 1e6

describe('PEAK TRC', () => {
  it('2.1: every type of message; status, counters and markers are no frames', () => {
    const { frames, bad } = read(TRC_OF_ALL_KINDS)
    expect(bad).toEqual([])
    expect(frames.map(asCandump)).toEqual(TRC_LINES.map(([, frame]) => frame))
    expect(frames[0]).toMatchObject({ bus: 1, timestamp_ns: START_ns + 2_501_000_000 })
    expect(frames[1]).toMatchObject({ bus: 0, timestamp_ns: START_ns + 17_876_708_000 })
  })

  it.each([
    ['', '     1)     17535  00000100  8  00 01 02 03 04 05 06 07', 17_535_000_000, '00000100#0001020304050607', 0],
    ['', '    12)     48937      0704  1  RTR', 48_937_000_000, '704#R1', 0],
    [';$FILEVERSION=1.0\n', '     5)     19295      0000  0 ', 19_295_000_000, '000#', 0],
    [';$FILEVERSION=1.1\n', '     1)     17535.4  Tx     00000100  1  AB ', 17_535_400_000, '00000100#AB T', 0],
    [';$FILEVERSION=1.1\n', '    12)     48937.6  Rx         0704  8  RTR', 48_937_600_000, '704#R8 R', 0],
    [';$FILEVERSION=1.1\n', '     2)     17535.4  Error      0004  4  00 00 00 00', 17_535_400_000, '20000088#0000000000000000', 0],
    [';$FILEVERSION=1.2\n', '     1)     17535.400 2  Rx    0100  1    0A', 17_535_400_000, '100#0A R', 1],
    [';$FILEVERSION=1.3\n', '     1)     17535.400 3  Tx    00000100 -  2    00 01', 17_535_400_000, '00000100#0001 T', 2],
    [';$FILEVERSION=2.0\n;$COLUMNS=N,O,T,I,d,l,D\n', '      5     19295.400 FB     0000 Tx 12  00 01 02 03 04 05 06 07 08 09 0A 0B', 19_295_400_000,
      '000##1000102030405060708090A0B T', 0],
    [';$FILEVERSION=2.0\n;$COLUMNS=N,O,T,I,d,l,D\n', '     12     48937.600 RR     0704 Rx 1', 48_937_600_000, '704#R1 R', 0],
    [';$FILEVERSION=2.1\n;$COLUMNS=O,T,I,L,D\n', '48937.600 DT 0704 1 FF', 48_937_600_000, '704#FF', 0],
  ])('%j: %s', (head, line, time_ns, frame, bus) => {
    const { frames, bad } = read(`${head}${line}\n`)
    expect(bad).toEqual([])
    expect(frames.map(each => [each.timestamp_ns, asCandump(each), each.bus])).toEqual([[time_ns, frame, bus]])
  })

  it.each([
    [';$FILEVERSION=1.0\n', '     2)     17540  FFFFFFFF  4  00 00 00 08 -- -- -- -- BUSHEAVY'],
    [';$FILEVERSION=1.1\n', '     2)     17540.3  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY'],
    [';$FILEVERSION=1.3\n', '     2)     17540.300 1  Warng FFFFFFFF -  4    00 00 00 08 BUSHEAVY'],
    [';$FILEVERSION=2.0\n;$COLUMNS=N,O,T,I,d,l,D\n', '      2     17540.300 ST          Rx    00 00 00 08'],
  ])('%j: %s is no frame and no loss', (head, line) => {
    expect(read(`${head}${line}\n`)).toEqual({ frames: [], bad: [] })
  })

  it.each([
    [';$FILEVERSION=9.9', 'version "9.9" is none of'],
    [';$COLUMNS=N,O,T', 'are no columns with O, I and, at last, D'],
    [';$STARTTIME=yesterday', 'is no number of days'],
    ['hello', 'no number and time'],
    ['1) x 0100 0', 'no number and time'],
    ['1) 1 0800 0', '"0800" is no identifier'],
    ['1) 1 20000000 0', 'out of range'],
    ['1) 1 0100 16', '"16" is no length code'],
    ['1) 1 0100 2 00', 'it has 1 data bytes, not 2'],
    ['1) 1 0100 1 GG', '"GG" is no data byte'],
    [';$FILEVERSION=1.1\n1) 1 Xx 0100 0', 'neither Rx nor Tx'],
    [';$FILEVERSION=2.0\n1 1 XX 0100 Rx 0', 'no type of a message'],
    [';$FILEVERSION=2.0\n1 1 FD 0100 Rx 9', '"9" is no length of a frame'],
    [';$FILEVERSION=2.1\n1 1 DT 0 0100 Rx - 0', 'no bus from 1 to 256'],
  ])('says what is wrong with %j', (text, reason) => {
    const { frames, bad } = read(`${text}\n`)
    expect(frames).toEqual([])
    expect(bad.map(each => each.reason).join()).toContain(reason)
  })
})
