import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloneLinkFrame, type LinkFrame, sameFrame } from '#sim/gateway/index.ts'
import { readLog, writeLog } from '#sim/gateway/logs/testing/index.ts'
import { openSpine } from '#sim/gateway/spine/index.ts'
import { CLASSIC_FRAMES, numberedFrame, numberOf, RICH_FRAMES } from '#sim/gateway/testing/index.ts'
import { run } from '../run.ts'
import { benchCar } from '../testing/bench-car.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const FRAMES = [...CLASSIC_FRAMES, ...RICH_FRAMES]

describe('spine replay', () => {
  let folder = ''
  const path = (name: string): string => join(folder, name)
  const file = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(path(name), bytes)
    return path(name)
  }
  const numbered = (frames: number): Uint8Array => writeLog('candump', Array.from({ length: frames }, (_, n) => numberedFrame(n)))
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-replay-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(['candump', 'asc', 'pcapng'])('sends every frame of a %s log, as often as it is told; the sums add up', async (format) => {
    const terminal = fakeTerminal()
    const log = file(`in.${format === 'candump' ? 'log' : format}`, writeLog(format, FRAMES))
    expect(await run(['replay', log, `file:${path('out.log')}?as=record`, '--speed', 'max', '--loop', '3', '--json'], terminal)).toBe(0)
    const errors = FRAMES.filter(frame => frame.error).length
    const sendable = FRAMES.filter(frame => !frame.error)
    expect(JSON.parse(terminal.out)).toMatchObject({
      read: 3 * FRAMES.length, filtered: 0, errorFrames: 3 * errors, offered: 3 * sendable.length,
      target: { in: 3 * sendable.length, delivered: 3 * sendable.length, queued: 0, dropped: {} }, stopped: false,
    })
    const { frames } = readLog('candump', [readFileSync(path('out.log'))])
    frames.forEach((frame, n) => expect(sameFrame(frame, sendable[n % sendable.length]!)).toBe(true))
  })

  it('sends only what the filter lets through', async () => {
    const terminal = fakeTerminal()
    const log = file('filter.log', numbered(1000))
    const words = ['--speed', 'max', '--filter', 'data[3] < 10', '--json']
    expect(await run(['replay', log, `file:${path('filtered.log')}?as=record`, ...words], terminal)).toBe(0)
    expect(JSON.parse(terminal.out)).toMatchObject({ read: 1000, filtered: 960, offered: 40 })
  })

  it('waits for a link that is slower than the log, and loses nothing', async () => {
    const terminal = fakeTerminal()
    const log = file('slow.log', numbered(5000))
    const end = run(['replay', log, 'spine-listen:127.0.0.1:0?queue=4', '--speed', 'max', '--json'], terminal)
    await terminal.shows(/waiting for a client on (\S+)\n/, end)
    const client = await openSpine(/waiting for a client on (\S+)\n/.exec(terminal.err)![1]!.replace('spine-listen', 'spine'))
    const received: LinkFrame[] = []
    client.onFrame((frame) => {
      received.push(cloneLinkFrame(frame))
    })
    expect(await end).toBe(0)
    expect(JSON.parse(terminal.out)).toMatchObject({ offered: 5000, target: { in: 5000, delivered: 5000, dropped: {} } })
    while (received.length < 5000) await new Promise(resolve => setImmediate(resolve))
    expect(received.map(numberOf)).toEqual(Array.from({ length: 5000 }, (_, n) => n))
    await client.close()
  })

  it('gives a car no more than its bus carries', async () => {
    const car = await benchCar(false)
    const terminal = fakeTerminal()
    const log = file('car.log', numbered(300))
    expect(await run(['replay', log, car.uri, '--speed', 'max'], terminal)).toBe(0)
    expect(terminal.out).toMatch(/^300 frames read in .* = 300 sent \+ 0 filtered \+ 0 error frames\n.*300 frames = 300 delivered\n$/)
    const took = /"took_ms":(\d+)/
    const again = fakeTerminal()
    expect(await run(['replay', log, car.uri, '--speed', 'max', '--json'], again)).toBe(0)
    // 300 frames of 4 bytes are more than 50 ms of a bus at 500 kbit/s.
    expect(Number(took.exec(again.out)![1])).toBeGreaterThan(40)
    await car.close()
  })

  it('counts what was not delivered, and fails', async () => {
    const terminal = fakeTerminal()
    expect(await run(['replay', file('l.log', numbered(10)), `file:${path('listen.log')}?as=record&mode=listen`, '--speed', 'max', '--json'], terminal)).toBe(0)
    const car = await benchCar(false)
    const listening = fakeTerminal()
    expect(await run(['replay', path('l.log'), `${car.uri}?mode=listen`, '--speed', 'max'], listening)).toBe(1)
    expect(listening.out).toContain('10 frames = 0 delivered + 10 dropped (listen-only)')
    expect(listening.err).toContain('spine replay: 10 frames were not delivered')
    await car.close()
  })

  it('reports bad lines and what is no log', async () => {
    const terminal = fakeTerminal()
    const log = file('bad.log', `rubbish\n${Buffer.from(numbered(2)).toString()}`)
    expect(await run(['replay', log, `file:${path('bad-out.log')}?as=record`, '--speed', 'max'], terminal)).toBe(0)
    expect(terminal.err).toContain('bad.log:1: ')
    expect(terminal.out).toMatch(/not read: 1 bad-line/)
    const none = fakeTerminal()
    expect(await run(['replay', file('none.log', 'hello\n'), `file:${path('x.log')}?as=record`, '--speed', 'max'], none)).toBe(1)
    expect(none.err).toContain('holds no frame of a candump log')
  })

  it('ends at Ctrl-C with what it did', async () => {
    const terminal = fakeTerminal()
    const log = file('long.log', numbered(100_000))
    const end = run(['replay', log, `file:${path('long-out.log')}?as=record`, '--json'], terminal)
    while (!existsSync(path('long-out.log'))) await new Promise(resolve => setImmediate(resolve))
    terminal.interrupt()
    expect(await end).toBe(0)
    const sums = JSON.parse(terminal.out) as { stopped: boolean, offered: number, target: { in: number } }
    expect(sums).toMatchObject({ stopped: true })
    expect(sums.offered).toBeLessThan(100_000)
    expect(sums.target.in).toBe(sums.offered)
  })

  it('draws a line on a screen', async () => {
    const terminal = fakeTerminal({ isTTY: true, columns: 250 })
    expect(await run(['replay', file('tty.log', numbered(10)), `file:${path('tty-out.log')}?as=record`, '--speed', 'max'], terminal)).toBe(0)
    expect(terminal.out).toMatch(/^file:.*tty\.log to file:.* up {2}100 % {2}10 frames /)
  })

  it.each([
    [['nowhere.log'], 1, 'there is no file nowhere.log'],
    [['a.log', 'slcn:x'], 2, 'slcn'],
    [['a.log', 'spine:127.0.0.1:1'], 1, 'npx spine car'],
    [['a.log', '--filter', 'message == WindowComand'], 2, '--filter'],
    [['a.log', '--speed', 'fast'], 2, 'It must be a factor'],
    [['a.log', '--loop', '0'], 2, 'whole number from 1'],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const log = file('a.log', numbered(1))
    const terminal = fakeTerminal()
    expect(await run(['replay', ...words.map(word => word === 'a.log' ? log : word)], terminal)).toBe(code)
    expect(terminal.err).toContain(message)
  })
})
