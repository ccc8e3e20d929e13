import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CanFrame } from '#protocol/index.ts'
import { encodeMessage } from '#protocol/messages/index.ts'
import { createLinkFrame } from '#sim/gateway/index.ts'
import { formatCandumpLine, LOG_FORMATS, NO_DETAILS } from '#sim/gateway/logs/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const at = (frame: CanFrame, time_s: number): string => {
  const line = Object.assign(createLinkFrame(), frame)
  line.timestamp_ns = time_s * 1e9
  return formatCandumpLine(line)
}
const command = encodeMessage('WindowCommand@RR', { action: 'goto', position_pct: 50, sequence: 3 })
const status = (counter: number): CanFrame =>
  encodeMessage('WindowStatus@RR', { position_pct: 12.5, state: 'opening', supply_V: 13.5, learned: 1 }, { source: 0x84, counter })
const spoilt = status(1)
spoilt.data[6]! ^= 1

describe('spine decode', () => {
  let folder = ''
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-decode-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('names frames of other networks: by a DBC, as parts of ISO-TP, as J1939', async () => {
    const dbc = file('other.dbc', `BO_ 291 Engine: 8 ECU\n SG_ Speed : 0|16@1+ (0.1,0) [0|0] "km/h" X\n SG_ Gear : 16|8@1+ (1,0) [0|0] "" X
BO_ 2566848254 Faults: 10 X\n SG_ Lamp : 0|8@1+ (1,0) [0|0] "" X\n SG_ Last : 72|8@1+ (1,0) [0|0] "" X\nVAL_ 291 Gear 1 "first" ;
BA_DEF_ BO_ "VFrameFormat" ENUM "a","b","c","J1939PG";\nBA_ "VFrameFormat" BO_ 2566848254 3;\nrubbish\nBO_ rubbish\n`)
    const log = file('other.log', [
      '123#E80301', '7E8#0241', '7E8#100A62F190313233', '7E8#2134353637AA', '7BB#023E00', '1CECFF31#20 0A 00 02 FF FE FE 00', '1CEBFF31#01 05 02 03 04 05 06 07',
      '1CEBFF31#02 08 09 63 FF FF FF FF', '0CF00400#FF',
    ].map((frame, n) => `(${n}.0) can0 ${frame.replace(/ /g, '')}\n`).join(''))
    const terminal = fakeTerminal()
    expect(await run(['decode', log, '--dbc', dbc, '--isotp', '7BB'], terminal)).toBe(0)
    expect(terminal.err).toContain('other.dbc:11: a message is BO_')
    const lines = terminal.out.trimEnd().split('\n').map(line => line.slice(22).replace(/ +/g, ' '))
    expect(lines).toEqual([
      'Engine ECU Speed=100 km/h Gear=first',
      ' 02 41',
      'ISO-TP first of 10 bytes: UDS read answer',
      'UDS read answer 62 F1 90 31 32 33 34 35 36 37',
      'UDS testerPresent 3E 00',
      'J1939 announcement 0x31 PGN EC00 (60416) priority 7 from 0x31: of PGN FEFE (65278), 10 bytes in 2 parts',
      'J1939 data 0x31 PGN EB00 (60160) priority 7 from 0x31: part 1 of PGN FEFE (65278)',
      'J1939 data 0x31 PGN EB00 (60160) priority 7 from 0x31: part 2 of PGN FEFE (65278), the last: Lamp=5 Last=99',
      'J1939 0x00 PGN F004 (61444) priority 3 from 0x00: FF',
    ])
    const json = fakeTerminal()
    expect(await run(['decode', log, '--dbc', dbc, '--json'], json)).toBe(0)
    expect(JSON.parse(json.out.split('\n')[0]!)).toMatchObject({ message: 'Engine', sender: 'ECU', signals: { Speed: 100, Gear: 'first' } })
    expect(await run(['decode', log, '--dbc', log], fakeTerminal())).toBe(1)
    expect(await run(['decode', log, '--isotp', 'x'], fakeTerminal())).toBe(2)
  })

  it('tells a float that is no number, or has no bound, from one that is not there, in JSON and in text', async () => {
    const dbc = file('float.dbc', 'BO_ 291 F: 8 X\n SG_ A : 0|32@1- (1,0) [0|0] "" X\n SG_ B : 32|32@1- (2,1) [0|0] "V" X\nSIG_VALTYPE_ 291 A : 1;\nSIG_VALTYPE_ 291 B : 1;\n')
    const log = file('float.log', ['0000C07F0000807F', '000080FF0000C03F', '0000C07F'].map((data, n) => `(${n}.0) can0 123#${data}\n`).join(''))
    const [json, text] = [fakeTerminal(), fakeTerminal()]
    expect(await run(['decode', log, '--dbc', dbc, '--json'], json)).toBe(0)
    expect(json.out.trimEnd().split('\n').map(line => (JSON.parse(line) as { signals: unknown }).signals)).toEqual([
      { A: 'NaN', B: 'Infinity' }, { A: '-Infinity', B: 4 }, { A: 'NaN' },
    ])
    expect(await run(['decode', log, '--dbc', dbc], text)).toBe(0)
    expect(text.out).toContain('A=NaN B=Infinity V')
    const monitor = fakeTerminal()
    expect(await run(['monitor', `file:${log}?speed=max`, '--dbc', dbc, '--json'], monitor)).toBe(0)
    expect(monitor.out).toContain('"signals":{"A":"NaN","B":4}')
  })

  it('names what testers and hubs say in UDS: services, data with their values, trouble codes, routines, refusals', async () => {
    const log = file('uds.log', [
      '18DA81F9#0322010100', '18DAF981#056201010548', '18DAF981#037F2231', '18DA81F9#0319020900', '18DAF981#100B59027FF00316', '18DAF981#21299A02112F0000',
      '18DA81F9#0431010200', '18DA81F9#04 14 FF FF FF', '18DBFFF9#023E80', '18DA81F9#0210', '18DA81F9#022201', '18DAF981#0462090911', '18DA81F9#02A900',
      '18DA81F9#05220101F186', '18DAF981#1008620101 0548F1', '18DAF981#218601', '18DAF981#0762011101000302',
    ].map((frame, n) => `(${n}.0) can0 ${frame.replace(/ /g, '')}\n`).join(''))
    const terminal = fakeTerminal()
    expect(await run(['decode', log], terminal)).toBe(0)
    expect(terminal.out.trimEnd().split('\n').map(line => line.slice(22).replace(/ +/g, ' ').trim())).toEqual([
      'UDS read tool supply', 'UDS read answer FL supply supply_V=13.52', 'UDS read refusal FL requestOutOfRange', 'UDS readFaults tool byStatus',
      'ISO-TP first FL of 11 bytes: UDS readFaults answer', 'UDS readFaults answer FL byStatus U3003-16 supplyLow (failed, confirmed, failedSinceClear); B1A02-11 eFuse port 2 (failed, failedThisCycle, pending, confirmed, failedSinceClear)',
      'UDS routine tool start selfTest', 'UDS clearFaults tool all', 'UDS testerPresent tool 3E 80', 'J1939 tool PGN DA00 (55808) priority 6 from 0xF9 to 0x81: 02 10', 'UDS read tool 22 01',
      'UDS read answer FL 0x0909: 11', 'ISO-TP single tool of 2 bytes: A9 00',
      'UDS read tool supply, session', 'ISO-TP first FL of 8 bytes: UDS read answer',
      'UDS read answer FL supply supply_V=13.52, session session=default',
      'UDS read answer FL paired; class=window layout=0; class=latch layout=2',
    ])
    const json = fakeTerminal()
    expect(await run(['decode', log, '--json'], json)).toBe(0)
    expect(JSON.parse(json.out.split('\n')[2]!)).toMatchObject({ uds: { service: 'read', kind: 'refusal', text: 'requestOutOfRange' }, isoTp: { message: '7F2231' } })
  })

  it('prints a line a frame with sender, fields and what is wrong', async () => {
    const terminal = fakeTerminal()
    const log = file('a.log', at(command, 1) + at(status(0), 1.1) + at(spoilt, 1.2) + at(status(3), 1.3) + '(1.4) can0 123#DEAD\n')
    expect(await run(['decode', log], terminal)).toBe(0)
    const lines = terminal.out.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^ +1\.000000 09FF84F9 WindowCommand@RR +tool +sequence=3 action=goto position_pct=50\.0$/)
    expect(lines[1]).toMatch(/WindowStatus@RR +RR +supply_V=13\.5 .*position_pct=12\.5 state=opening .*learned=yes fault=no$/)
    expect(lines[2]).toMatch(/! E2E wrong CRC$/)
    expect(lines[3]).toMatch(/! E2E ok, some lost$/)
    expect(lines[4]).toMatch(/^ +1\.400000 +123 +DE AD$/)
    expect(terminal.err).toBe('')
  })

  it('reports bad lines with their number, reads the rest and succeeds', async () => {
    const terminal = fakeTerminal()
    const log = file('b.log', `rubbish\n${at(command, 1)}(2.0) can0 123456789#00\n\n${at(status(0), 2)}`)
    expect(await run(['decode', log], terminal)).toBe(0)
    expect(terminal.out.trimEnd().split('\n')).toHaveLength(2)
    expect(terminal.err).toContain('b.log:1: ')
    expect(terminal.err).toContain('b.log:3: ')
    expect(terminal.err).toContain('2 of 4 lines were skipped')
  })

  it('says of what is packed, or UTF-16, what it is', async () => {
    for (const [name, bytes, reason] of [
      ['a.log.gz', gzipSync(at(command, 1)), 'it is packed with gzip: unpack it first'], ['b.mf4', gzipSync('x'), 'it is packed with gzip: unpack it first'],
      ['c.asc', Buffer.from(`\ufeffdate x\r\nbase hex\r\n${'0.1 1 123 Rx d 0\r\n'.repeat(30)}`, 'utf16le'), 'it is UTF-16; save it as UTF-8'],
    ] as const) {
      const terminal = fakeTerminal()
      const path = file(name, '')
      writeFileSync(path, bytes)
      expect(await run(['decode', path], terminal)).toBe(1)
      expect(terminal.err).toContain(reason)
      expect(terminal.err.trimEnd().split('\n').length).toBe(2)
    }
  })

  it('fails when nothing in the file is a frame, or there is no file', async () => {
    const terminal = fakeTerminal()
    expect(await run(['decode', file('c.txt', 'hello\nworld\n')], terminal)).toBe(1)
    expect(terminal.err).toContain('is no candump log: none')
    const missing = fakeTerminal()
    expect(await run(['decode', join(folder, 'nowhere.log')], missing)).toBe(1)
    expect(missing.err).toMatch(/^spine decode: cannot read .*nowhere\.log: it does not exist\n$/)
    const directory = fakeTerminal()
    expect(await run(['decode', folder], directory)).toBe(1)
    expect(directory.err).toContain('it is a folder')
  })

  it.each(LOG_FORMATS.filter(({ unit, writer }) => unit === 'block' && writer !== undefined))('says of a $name log that was cut off that it ends early', async (format) => {
    const writer = format.writer!()
    const pieces = Array.from({ length: 40 }, (_, n) => {
      const frame = Object.assign(createLinkFrame(), command, { timestamp_ns: n * 1e9 })
      return Buffer.from(writer.frame(frame, NO_DETAILS) ?? '')
    })
    const whole = Buffer.concat([...pieces, Buffer.from(writer.end())])
    const head = writer.finalHead?.() ?? new Uint8Array(0)
    whole.set(head)
    const cut = async (length: number): Promise<{ code: number, frames: number, err: string }> => {
      const terminal = fakeTerminal()
      const path = file(`cut${format.endings[0]!}`, '')
      writeFileSync(path, whole.subarray(0, length))
      const code = await run(['decode', path], terminal)
      return { code, frames: terminal.out.split('\n').length - 1, err: terminal.err }
    }
    const early = await cut(Math.min(180, pieces[0]!.length - 5))
    expect(early).toMatchObject({ code: 1, frames: 0 })
    expect(early.err).toContain('ends before its first frame')
    const late = await cut(whole.length - 5)
    expect(late.code).toBe(0)
    expect(late.frames).toBeGreaterThanOrEqual(39)
    expect(late.err).toContain('the file ends ')
    expect(await cut(whole.length)).toEqual({ code: 0, frames: 40, err: '' })
  })

  it('is one JSON object a line, from standard input too', async () => {
    const terminal = fakeTerminal({ input: at(command, 1) + at(spoilt, 2) })
    expect(await run(['decode', '-', '--json'], terminal)).toBe(0)
    const [first, second] = terminal.out.trimEnd().split('\n').map(line => JSON.parse(line) as unknown)
    expect(first).toMatchObject({
      time_s: 1, bus: 0, id: command.id, message: 'WindowCommand', location: 'RR', source: 0xf9, e2e: { outcome: 'ok', counter: 0 },
      fields: { sequence: 3, action: 'goto', position_pct: 50 },
    })
    expect(second).toMatchObject({ problem: 'E2E wrong CRC' })
  })

  it('keeps its memory when a line never ends', async () => {
    const terminal = fakeTerminal({ input: `${'x'.repeat(1 << 20)}\n${at(command, 1)}` })
    expect(await run(['decode', '-'], terminal)).toBe(0)
    expect(terminal.err).toContain('-:1: it is longer than 512 characters')
  })
})
