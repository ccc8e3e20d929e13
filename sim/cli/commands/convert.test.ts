import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LinkFrame, sameFrame } from '#sim/gateway/index.ts'
import { isReadable, LOG_FORMATS, logFormatOf } from '#sim/gateway/logs/index.ts'
import { readLog, writeLog } from '#sim/gateway/logs/testing/index.ts'
import { CLASSIC_FRAMES, numberedFrame, RICH_FRAMES } from '#sim/gateway/testing/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const FRAMES: readonly LinkFrame[] = [...CLASSIC_FRAMES, ...RICH_FRAMES]
const NAMES = ['a.log', 'b.asc', 'c.pcapng', 'd.pcap', 'e.blf', 'f.trc', 'g.mf4', 'h.mcap']

describe('spine convert', () => {
  let folder = ''
  const path = (name: string): string => join(folder, name)
  const file = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(path(name), bytes)
    return path(name)
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-convert-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(NAMES.flatMap(from => NAMES.map(to => [from, to])))('turns %s into %s: every frame, its time and its direction', async (from, to) => {
    const terminal = fakeTerminal()
    const given = file(from, writeLog(logFormatOf(from)!.name, FRAMES, frame => frame.length % 2 === 0 ? 'sent' : 'received'))
    expect(await run(['convert', given, path(`out-${to}`), '--json'], terminal)).toBe(0)
    expect(JSON.parse(terminal.out)).toMatchObject({ frames: FRAMES.length, bad: {} })
    const { frames, bad } = readLog(logFormatOf(to)!.name, [readFileSync(path(`out-${to}`))])
    expect(bad).toEqual([])
    expect(frames.length).toBe(FRAMES.length)
    FRAMES.forEach((frame, n) => {
      expect(frames[n]!.timestamp_ns).toBe(frame.timestamp_ns)
      if (frame.error) return expect(frames[n]!.error).toBe(true)
      expect(sameFrame(frames[n]!, frame), `frame ${n}`).toBe(true)
      expect(frames[n]!.direction).toBe(frame.length % 2 === 0 ? 'sent' : 'received')
    })
    if (to === 'b.asc') expect(terminal.err).toContain('asc does not tell what kind of error 1 error frames report')
  })

  it('reads standard input and writes standard output, of the kinds it is told', async () => {
    const bytes = writeLog('pcapng', FRAMES)
    const text = fakeTerminal({ input: bytes })
    expect(await run(['convert', '-', '-', '--from', 'pcapng'], text)).toBe(0)
    expect(text.out).toBe(Buffer.from(writeLog('candump', FRAMES)).toString('latin1'))
    const binary = fakeTerminal({ input: text.out })
    expect(await run(['convert', '-', '-', '--to', '.pcapng'], binary)).toBe(0)
    expect(Buffer.from(binary.out, 'latin1').equals(bytes)).toBe(true)
  })

  it('reports bad lines, counts them by cause, and converts the rest', async () => {
    const terminal = fakeTerminal()
    const given = file('bad.log', `rubbish\n(1.0) can0 123#00\n(2.0) can0 12345#\n${'x\n'.repeat(50)}`)
    expect(await run(['convert', given, path('bad.asc')], terminal)).toBe(0)
    expect(terminal.err).toContain('bad.log:1: ')
    expect(terminal.err).toContain('bad.log:3: identifier 12345')
    expect(terminal.err).toContain('32 more lines were no frames')
    expect(terminal.err).toContain('52 of 53 lines were skipped')
    const spoilt = file('bad.pcapng', Buffer.concat([writeLog('pcapng', FRAMES), Buffer.from('rest')]))
    const blocks = fakeTerminal()
    expect(await run(['convert', spoilt, path('bad2.log'), '--json'], blocks)).toBe(0)
    expect(blocks.err).toContain(`bad.pcapng: block ${FRAMES.length + 4}: the file ends in the middle of a block`)
    expect(JSON.parse(blocks.out)).toHaveProperty('bad', { truncated: 1 })
  })

  it('tells which channel an interface is where names are not kept, and counts what else is not', async () => {
    const names = ['body', 'chassis', 'can700', 'can0', 'vcan0']
    const given = file('names.log', names.map((name, n) => `(1700000100.00000${n}) ${name} 321#0${n}\n`).join(''))
    for (const to of ['pcapng', 'asc', 'pcap']) {
      const terminal = fakeTerminal()
      expect(await run(['convert', given, path(`names.${to}`), '--json'], terminal)).toBe(0)
      const kept = to === 'pcapng'
      expect(JSON.parse(terminal.out)).toHaveProperty('lost', kept ? {} : { names: 5 })
      const mapping = `${to} numbers its channels: 1 is body, 2 is chassis, 3 is can700, 4 is can0, 5 is vcan0`
      expect(terminal.err.includes(mapping), terminal.err).toBe(!kept)
      const back = fakeTerminal()
      expect(await run(['convert', path(`names.${to}`), '-'], back)).toBe(0)
      expect(back.out.trim().split('\n').map(line => line.split(' ')[1])).toEqual(kept ? names : names.map((_, n) => `spine${n}`))
    }
  })

  it('says once that there is CAN XL, with the number of frames', async () => {
    const terminal = fakeTerminal()
    const given = file('xl.log', `(0.0) can0 123#\n${'(0.0) can0 00021#81:00:12345678#AABB\n'.repeat(100)}rubbish\n`)
    expect(await run(['convert', given, path('xl.asc'), '--json'], terminal)).toBe(0)
    expect(JSON.parse(terminal.out)).toHaveProperty('bad', { 'can-xl': 100, 'bad-line': 1 })
    expect(terminal.err.match(/CAN XL/g)).toHaveLength(2)
    expect(terminal.err).toContain('xl.log: 100 CAN XL frames in all')
    expect(terminal.err).toContain('xl.log:102: ')
  })

  it('writes nothing that it does not read: times before 1970 and after 2106 are counted', async () => {
    const given = file('times.asc', 'base hex\n-0.5 1 1 Rx d 0\n1.0 1 2 Rx d 0\n4294967296.0 1 3 Rx d 0\n')
    for (const to of NAMES) {
      const terminal = fakeTerminal()
      expect(await run(['convert', given, path(`times-${to}`), '--json'], terminal)).toBe(0)
      expect(JSON.parse(terminal.out)).toMatchObject({ frames: 1, bad: { time: 2 } })
      expect(readLog(logFormatOf(to)!.name, [readFileSync(path(`times-${to}`))])).toMatchObject({ bad: [], frames: [{ id: 2 }] })
    }
  })

  it('leaves out what a kind cannot hold, and says how many and what', async () => {
    const terminal = fakeTerminal()
    const given = file('rich.log', writeLog('candump', FRAMES))
    expect(await run(['convert', given, path('old.trc'), '--to', 'trc-1.1', '--json'], terminal)).toBe(0)
    const lost = { microseconds: FRAMES.length / 2 }
    expect(JSON.parse(terminal.out)).toMatchObject({ frames: FRAMES.length, refused: RICH_FRAMES.length, lost })
    expect(terminal.err).toMatch(/trc-1\.1 holds no CAN FD and error frames, other buses than the first, and .*: 4 were left out/)
    expect(readLog('trc', [readFileSync(path('old.trc'))])).toMatchObject({ bad: [], frames: { length: CLASSIC_FRAMES.length } })
  })

  it('makes an empty log of an empty one', async () => {
    for (const to of NAMES) {
      expect(await run(['convert', file('empty.log', ''), path(`empty-${to}`)], fakeTerminal())).toBe(0)
      expect(readLog(logFormatOf(to)!.name, [readFileSync(path(`empty-${to}`))])).toEqual({ frames: [], bad: [] })
    }
  })

  it.each(LOG_FORMATS.filter(isReadable).map(format => format.name))('fails when a file is no %s log, and leaves nothing behind', async (name) => {
    const terminal = fakeTerminal()
    const out = path(`none-${name}.log`)
    expect(await run(['convert', file('none.txt', 'hello\nworld, this is no log\n'), out, '--from', name], terminal)).toBe(1)
    expect(terminal.err).toContain(`is no ${name} log: none of its`)
    expect(existsSync(out)).toBe(false)
  })

  it('fails in one line for what cannot be read or written', async () => {
    const tried = async (...words: string[]): Promise<string> => {
      const terminal = fakeTerminal()
      expect(await run(['convert', ...words], terminal)).toBe(1)
      return terminal.err
    }
    const good = file('good.log', '(0.0) can0 123#\n')
    expect(await tried(path('nowhere.log'), path('x.asc'))).toMatch(/^spine convert: cannot read .*nowhere\.log: it does not exist\n$/)
    expect(await tried(folder, path('x.asc'), '--from', 'asc')).toMatch(/^spine convert: cannot read .*: it is a folder\n$/)
    expect(await tried(good, join(folder, 'no', 'x.asc'))).toMatch(/^spine convert: cannot write .*x\.asc: its folder does not exist\n$/)
    if (process.platform === 'linux') {
      symlinkSync('/dev/full', path('full.asc'))
      expect(await tried(good, path('full.asc'))).toMatch(/^spine convert: cannot write .*full\.asc: the disk is full\n$/)
    }
  })

  it.each([
    [['a.mp3', 'b.log'], 'a.mp3: its ending tells no kind of log'],
    [['a.log', 'b'], 'say it with --to candump|asc|pcapng|pcap|blf|mf4|mcap|trc|trc-1.1|csv'],
    [['a.log', 'b.log', '--from', 'mp3'], 'It must be one of candump, asc, pcapng, pcap, blf, mf4, mcap, trc'],
    [['a.csv', 'b.log'], 'a.csv: csv logs are only written'],
    [['a.log', '-', '--json'], '--json goes to standard output'],
    [['a.log'], 'missing required argument'],
  ])('%j is a usage error: %s', async (words, message) => {
    const terminal = fakeTerminal()
    expect(await run(['convert', ...words], terminal)).toBe(2)
    expect(terminal.err).toContain(message)
  })

  it('does not overwrite what it reads, and puts no capture onto a screen', async () => {
    const good = file('same.log', '(0.0) can0 123#\n')
    symlinkSync(good, path('link.log'))
    const terminal = fakeTerminal()
    expect(await run(['convert', good, path('link.log')], terminal)).toBe(2)
    expect(terminal.err).toContain('are the same file')
    expect(readFileSync(good, 'utf8')).toBe('(0.0) can0 123#\n')
    const screen = fakeTerminal({ isTTY: true })
    expect(await run(['convert', good, '-', '--to', 'pcapng'], screen)).toBe(2)
    expect(screen.err).toContain('pcapng is nothing for a terminal')
  })

  it('stops at Ctrl-C with a log that ends properly', async () => {
    const log = file('long.log', writeLog('candump', Array.from({ length: 50_000 }, (_, n) => numberedFrame(n))))
    const terminal = fakeTerminal()
    const end = run(['convert', log, path('long.asc')], terminal)
    terminal.interrupt()
    expect(await end).toBe(1)
    expect(terminal.err).toContain('stopped: ')
    const { frames, bad } = readLog('asc', [readFileSync(path('long.asc'))])
    expect(bad).toEqual([])
    expect(frames.length).toBeGreaterThan(0)
    expect(frames.length).toBeLessThan(50_000)
  })
})
