import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { logFormatOf } from './format.ts'
import { asCandump, readLog } from './testing/index.ts'

/** What is in a log: each frame as candump writes it, without its time, and the causes of what is none. */
function contents(format: string, bytes: string | Uint8Array): { frames: string[], bad: Record<string, number> } {
  const { frames, bad } = readLog(format, [typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes])
  const causes: Record<string, number> = {}
  for (const { cause } of bad) causes[cause] = (causes[cause] ?? 0) + 1
  return { frames: frames.map(frame => asCandump(frame).replace(/ [RT]$/, '')), bad: causes }
}

const ascOf = (base: string, ...lines: string[]): string => ['date Tue Mar 3 09:15:00.000 am 2020', `base ${base}  timestamps absolute`, ...lines, ''].join('\r\n')
const FD_END = '100000  130   303000 0 0 0 0 0'
const XL_END = '00000000 000000050005000e 0000000000a00010'

describe('ASC: numbers', () => {
  it.each([
    ['dec', '0.01 1 291 Rx d 3 16 32 255  Length = 200000 BitCount = 80 ID = 291', '123#1020FF'],
    ['dec', '0.01 1 512 Rx d B 1 2 3 4 5 6 7 8', '200#0102030405060708_B'],
    ['dec', '0.01 1 512 Rx d f 1 2 3 4 5 6 7 8', '200#0102030405060708_F'],
    ['dec', '0.01 1 419361185x Rx d 1 10', '18FEF1A1#0A'],
    ['hex', '0.01 1 200 Rx d 9 1 2 3 4 5 6 7 8', '200#0102030405060708_9'],
    ['dec', `0.02 CANFD 1 Rx 12c Frame_A 1 0 8 8 10 11 12 13 14 15 16 17 ${FD_END}`, '12C##11011121314151617'],
    ['dec', `0.02 CANFD 1 Rx 130 1 0 9 12 20 21 22 23 24 25 26 27 28 29 30 31 ${FD_END}`, '130##1202122232425262728293031'],
    ['dec', `0.02 CANFD 1 Tx 18FEF1A1x 0 0 0 0 0 0 1000`, '18FEF1A1##0'],
    ['dec', `0.02 CANFD 1 Rx 100 0 1 1 1 ff 0 0 5000`, '100##2FF'],
  ])('base %s: %s', (base, line, frame) => {
    expect(contents('asc', ascOf(base, line))).toEqual({ frames: [frame], bad: {} })
  })
})

describe('ASC: remote frames', () => {
  it.each([
    ['0.01 1 155 Rx r Length = 200000 BitCount = 50 ID = 341', '155#R'],
    ['0.01 1 155 Rx r', '155#R'],
    ['0.02 1 18FEF1A1x Tx r 4 Length = 200000 BitCount = 70 ID = 419361185x', '18FEF1A1#R4'],
    ['0.02 1 155 Tx r 8', '155#R8'],
    ['0.02 1 155 Tx r b Length = 1', '155#R8_B'],
    ['0.02 CANFD 1 Rx 155 0 0 4 0 100 11 10', '155#R4'],
    ['0.02 CANFD 1 Rx 155 0 0 c 0 100 11 10', '155#R8_C'],
  ])('%s', (line, frame) => {
    expect(contents('asc', ascOf('hex', line))).toEqual({ frames: [frame], bad: {} })
  })
})

describe('ASC: CANFD lines', () => {
  it.each([
    ['flags 0 and 16 bytes are FD', '0.01 CANFD 1 Rx 2A1 0 0 a 16 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  100000   11        0 0 0 0', '2A1##0000102030405060708090A0B0C0D0E0F'],
    ['flags 0 and 8 bytes are classic', '0.01 CANFD 1 Rx 2A1 0 0 8 8 00 01 02 03 04 05 06 07 1 1 0 0', '2A1#0001020304050607'],
    ['so is a length code of 9 with 8 bytes', '0.01 CANFD 1 Rx 2A1 0 0 9 8 00 01 02 03 04 05 06 07 1 1 0 0', '2A1#0001020304050607_9'],
    ['flags 0 with BRS are FD', '0.01 CANFD 1 Rx 2A1 1 0 1 1 00 1 1 0 0', '2A1##100'],
  ])('%s', (_, line, frame) => {
    expect(contents('asc', ascOf('hex', line))).toEqual({ frames: [frame], bad: {} })
  })

  it.each(['0.0 CANFD Start of measurement', '0.0 CANFD   Start of measurement  ', '0.1 CANFD 1 Start of measurement', '9.0 CANFD Stop of measurement',
    '0.0 Start of measurement', '0.1 CANFD 1 Status:chip status error active', '0.1 CANFD 1 Statistic: D 0', '0.1 CANXL Start of measurement',
    '0.1 CANFD 1 TxRq 123 0 0 0 0', '0.1 CANXL 1 TxRq CBFF 1 1 123 0 0'])('%s is no frame and no loss', (line) => {
    expect(contents('asc', ascOf('hex', line))).toEqual({ frames: [], bad: {} })
  })
})

describe('ASC: CAN XL channels', () => {
  it.each([
    [`CBFF 240000 170 2B0 Alpha 4 4 0a 0b 0c 0d 100 00000000 ${XL_END}`, '2B0#0A0B0C0D'],
    [`CBFF 240000 170 2B0 4 4 0a 0b 0c 0d 100 00000000 ${XL_END}`, '2B0#0A0B0C0D'],
    [`CBFF 240000 170 2B0 f 8 0 1 2 3 4 5 6 7 100 00000000 ${XL_END}`, '2B0#0001020304050607_F'],
    [`CBFF 240000 170 2B0 b 4 4 0a 0b 0c 0d 100 00000000 ${XL_END}`, '2B0#0A0B0C0D'],
    [`CBFF 240000 170 2B0 4 0 100 00000010 ${XL_END}`, '2B0#R4'],
    [`CEFF 240000 170 18FEF1A1x 1 1 ff 100 00000000 ${XL_END}`, '18FEF1A1#FF'],
    [`CEFF 240000 170 18FEF1A1 1 1 ff 100 00000000 ${XL_END}`, '18FEF1A1#FF'],
    [`FBFF 240000 170 432 msg 9 12 1 2 3 4 5 6 7 8 9 a b c a 12345 00003000 ${XL_END}`, '432##10102030405060708090A0B0C'],
    [`FEFF 240000 170 432x 1 1 22 a 12345 00005000 ${XL_END}`, '00000432##222'],
    [`ErrorFrame`, '20000088#0000000000000000'],
  ])('%s', (rest, frame) => {
    expect(contents('asc', ascOf('hex', `0.01 CANXL 1 Rx ${rest}`))).toEqual({ frames: [frame], bad: {} })
    expect(contents('asc', ascOf('dec', `0.01 CANXL 1 Rx ${rest}`)).frames).toEqual([frame])
  })

  it.each([
    ['XLFF 980000 4600 2B1 e0 0  3  4 1 1f00 00 00000000 0a 0b 0c 0d 12000000 02500000', 'can-xl'],
    [`XLFF 980000 4600 2B1 Name e0 0 7ff 2048 1 1f00 00 00000000 ${'0a '.repeat(2048)} 12000000 02500000`, 'can-xl'],
    ['XXFF 1 1 2B1 0 0', 'bad-line'],
    ['CBFF 1 1 800 0 0', 'bad-line'],
    ['CBFF 1 1 123 2 1 00', 'bad-line'],
    ['FBFF 1 1 123 9 11 00', 'bad-line'],
    ['CBFF', 'bad-line'],
  ])('is counted: %s', (rest, cause) => {
    expect(contents('asc', ascOf('hex', `0.01 CANXL 1 Rx ${rest}`))).toEqual({ frames: [], bad: { [cause]: 1 } })
  })
})

it.each([
  ['asc', ascOf('hex', '0.1 1 123 Rx d 1 00')],
  ['candump', '(0.0) can0 123#00\n'],
])('a byte order mark in front of %s is none of it', (format, text) => {
  expect(contents(format, `\xef\xbb\xbf${text}`)).toEqual({ frames: ['123#00'], bad: {} })
  expect(contents(format, `\xef\xbb\xbf${text}\xef\xbb\xbf`).bad).toEqual({ 'bad-line': 1 })
})

describe('candump: interfaces', () => {
  const buses = (...names: string[]): number[] =>
    readLog('candump', [Buffer.from(names.map(name => `(0.0) ${name} 321#0A\n`).join(''))]).frames.map(frame => frame.bus)

  it.each([
    [['body', 'chassis', 'can700', 'can0', 'vcan0'], [0, 1, 2, 3, 4]],
    [['can_left', 'can_right', 'can_left'], [0, 1, 0]],
    [['can1', 'can0', 'can1'], [1, 0, 1]],
    [['can500'], [0]],
    [['can255', 'can256'], [255, 0]],
    [['slcan', 'vcan0'], [0, 1]],
    [['can0', 'can00', 'CAN0'], [0, 1, 2]],
  ])('%j are buses %j', (names, expected) => {
    expect(buses(...names)).toEqual(expected)
  })

  it('are at most 256: frames of more are refused and counted', () => {
    const names = Array.from({ length: 300 }, (_, n) => `net${n * 7}`)
    const lines = [...names, ...names].map(name => `(0.0) ${name} 321#0A\n`).join('')
    const { frames, bad } = readLog('candump', [Buffer.from(lines)])
    expect(new Set(frames.map(frame => frame.bus)).size).toBe(256)
    expect(frames.length).toBe(512)
    expect(bad.length).toBe(88)
    expect(bad[0]).toMatchObject({ cause: 'interface', line: 257, reason: 'interface net1792: there are more than 256 interfaces' })
  })
})

describe('candump: length codes and CAN XL', () => {
  it.each(['2A0#1122334455667788_C', '2A0#1122334455667788_9', '2A1#R8_B', '18FEF1A1#R8_F', '123##211', '123##3', '123##011'])('%s', (frame) => {
    expect(contents('candump', `(0.0) can0 ${frame}\n`)).toEqual({ frames: [frame], bad: {} })
  })

  it.each(['00021#81:00:12345678#AABB', '45123#81:00:12345678#', `00021#81:00:12345678#${'AB'.repeat(2048)}`])('%s is CAN XL', (frame) => {
    expect(contents('candump', `(0.0) can0 ${frame}\n(0.0) can0 123#00\n`)).toEqual({ frames: ['123#00'], bad: { 'can-xl': 1 } })
  })
})

describe.each(['candump', 'asc'])('%s: times', (format) => {
  const text = (seconds: string): string => format === 'candump' ? `(${seconds}) can0 123#00\n` : `base hex\n${seconds} 1 123 Rx d 1 00\n`
  it.each([['4294967295.999999', 0], ['4294967296.000000', 1], ['9999999999.0', 1], ['0.0', 0]])('%s: %d refused', (seconds, refused) => {
    expect(contents(format, text(seconds)).bad).toEqual(refused === 0 ? {} : { time: 1 })
  })
  if (format === 'asc') it('before 1970 are refused', () => expect(contents('asc', text('-0.000001')).bad).toEqual({ time: 1 }))
})

const SHARED = ['../shared/cases', '../../shared/cases'].find(existsSync) ?? ''
const CASES: Readonly<Record<string, readonly string[]>> = {
  'asc-decimal-fd.asc': ['123#1020FF', '12C##11011121314151617', '130##1202122232425262728293031', '200#0102030405060708_B'],
  'asc-remote-trailer.asc': ['155#R', '18FEF1A1#R4'],
  'asc-fd-flags0.asc': ['2A1##0000102030405060708090A0B0C0D0E0F'],
  'asc-xl-channel.asc': ['2B0#0A0B0C0D'],
  'names.log': ['321#0A', '321#0B', '321#0C', '321#0D', '321#0E'],
  'lengths.log': ['2A0#1122334455667788_C', '2A1#R8_B'],
  'micros.log': ['123#01', '123#02', '123#03'],
  'cooked.pcapng': ['2B1#0A0B', '18FF8281#0000000000000000', '2B2##1000102030405060708090A0B0C0D0E0F'],
  'cooked-any.pcapng': ['2B1#0A', '2B1#0B'],
  'padding.pcapng': ['2B1#0A0B', '2B2#0C'],
  'classic.pcap': ['2B1#0A', '18FF8281#0B'],
}
const XL = new Set(['asc-xl-channel.asc', 'lengths.log'])

describe.skipIf(SHARED === '')('files that users of other tools had trouble with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-cases-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const captures = spawnSync('python3', [join(SHARED, 'cooked.py'), folder]).status === 0
  it.each(Object.keys(CASES))('%s', (name) => {
    const path = existsSync(join(SHARED, name)) ? join(SHARED, name) : join(folder, name)
    if (!captures && !existsSync(path)) return console.warn(`${name} is not there: no python3`)
    expect(contents(logFormatOf(name)!.name, readFileSync(path))).toEqual({ frames: CASES[name], bad: XL.has(name) ? { 'can-xl': 1 } : {} })
  })
})
