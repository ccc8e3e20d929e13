import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Link, LinkFrame } from '../link.ts'
import { cloneLinkFrame, sameFrame } from '../link-frame.ts'
import { createLink, openLink } from '../open-link.ts'
import { CLASSIC_FRAMES, closeAll, eventually, linkContract, numberedFrame, numberOf, RICH_FRAMES } from '../testing/index.ts'
import { formatCandumpLine } from '../logs/index.ts'
import { readLog, writeLog } from '../logs/testing/index.ts'
import type { FileReplay } from './file-replay.ts'
import { ReplayPacer } from './pacer.ts'

const folder = mkdtempSync(join(tmpdir(), 'spine-log-'))
const links: Link[] = []
let files = 0

afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => closeAll(links))

function newPath(): string {
  return join(folder, `${files++}.log`)
}

function logOf(text: string): string {
  const path = newPath()
  writeFileSync(path, text)
  return path
}

function framesIn(path: string): LinkFrame[] {
  const { frames, bad } = readLog('candump', [readFileSync(path)])
  expect(bad).toEqual([])
  return frames.map(frame => cloneLinkFrame(frame))
}

async function replay(path: string, query = '?speed=max', report: (line: string) => void = () => undefined): Promise<FileReplay> {
  const link = await openLink(`file:${path}${query}`, { report }) as FileReplay
  links.push(link)
  return link
}

function numbered(frames: number): string {
  return Array.from({ length: frames }, (_, n) => formatCandumpLine(numberedFrame(n))).join('')
}

/** Plays it to its end. */
async function play(link: Link): Promise<LinkFrame[]> {
  const frames: LinkFrame[] = []
  link.frames$.subscribe(frame => frames.push(frame))
  await eventually(() => link.state === 'closed')
  return frames
}

linkContract('file, recording', { rich: true, times: 'exact', idleState: 'up', lostState: 'closed', reads: false, stream: false }, async ({ queue, mode }) => {
  const path = newPath()
  const link = await createLink(`file:${path}?as=record`, { ...queue && { queue }, ...mode && { mode } })
  return {
    link,
    connect: async () => ({
      origin: link.origin,
      get received() {
        return framesIn(path)
      },
      send: () => undefined,
      sendGarbage: () => undefined,
      stall: () => undefined,
      leave: async () => undefined,
    }),
    dispose: async () => undefined,
  }
})

linkContract('file, replaying', {
  rich: true, times: 'exact', idleState: 'up', lostState: 'closed', reads: false, stream: false, mute: true,
}, async ({ queue, mode }) => {
  const path = newPath()
  writeFileSync(path, numbered(10))
  const link = await createLink(`file:${path}`, { ...queue && { queue }, ...mode && { mode } })
  const far = { origin: link.origin, received: [], send: () => undefined, sendGarbage: () => undefined, stall: () => undefined }
  return { link, connect: async () => ({ ...far, leave: async () => undefined }), dispose: async () => undefined }
})

describe('recording', () => {
  it('is complete however fast frames come, within one turn of the event loop', async () => {
    const path = newPath()
    const link = await openLink(`file:${path}?as=record`)
    for (let n = 0; n < 20_000; n++) expect(link.send(numberedFrame(n))).toBe(true)
    await link.close()
    expect(framesIn(path).map(numberOf)).toEqual(Array.from({ length: 20_000 }, (_, n) => n))
    expect(link.counters.sent).toMatchObject({ in: 20_000, delivered: 20_000, queued: 0 })
  })

  it('reaches the disk while it goes on', async () => {
    const path = newPath()
    const link = await openLink(`file:${path}?as=record`)
    links.push(link)
    link.send(numberedFrame(1))
    await eventually(() => readFileSync(path).length > 0)
    expect(link.counters.sent.delivered).toBe(1)
  })

  it('says why it cannot be', async () => {
    await expect(openLink(`file:${folder}/no/such.log?as=record`)).rejects.toThrow('its folder does not exist')
    await expect(openLink('file:?as=record')).rejects.toThrow('the name of a file must follow')
    await expect(openLink('file:x.mp3')).rejects.toThrow(/told by its ending: .log/)
  })

  it.skipIf(process.platform !== 'linux')('counts what a full disk did not take, and ends', async () => {
    const path = newPath()
    symlinkSync('/dev/full', path)
    const full = await openLink(`file:${path}?as=record`)
    links.push(full)
    let sent = 0
    while (full.send(numberedFrame(sent))) sent++
    await eventually(() => full.state === 'closed')
    expect(full.problem).toBe(`cannot record into ${path}: the disk is full`)
    expect(full.counters.sent.dropped.get('device')).toBe(sent + 1)
  })

  it.skipIf(process.platform !== 'linux').each(['log', 'asc', 'pcapng', 'pcap', 'blf', 'mf4', 'mcap', 'trc', 'csv'])('a %s of few frames says at its end that the disk is full', async (ending) => {
    const path = join(folder, `full.${ending}`)
    symlinkSync('/dev/full', path)
    const full = await openLink(`file:${path}?as=record`)
    expect(full.send(numberedFrame(1))).toBe(true)
    await full.close()
    expect(full.problem).toBe(`cannot record into ${path}: the disk is full`)
  })
})

describe('replay', () => {
  it('gives back what was recorded', async () => {
    const frames = [...CLASSIC_FRAMES, ...RICH_FRAMES]
    const link = await replay(logOf(frames.map(frame => formatCandumpLine(frame)).join('')))
    const back = await play(link)
    expect(back.length).toBe(frames.length)
    frames.forEach((frame, n) => {
      expect(sameFrame(frame, back[n]!), `frame ${n}`).toBe(true)
      expect(back[n]!.timestamp_ns).toBe(frame.timestamp_ns)
      expect(back[n]!.origin).toBe(link.origin)
    })
    expect(link.problem).toBe('')
  })

  it('reports bad lines with their numbers and reads the rest', async () => {
    const told: string[] = []
    const path = logOf('(0.0) can0 123#00\n\n(0.1) can0 12#\nnonsense\x01\n(0.2) can0 124#01\r\n' + 'y'.repeat(2000) + '\n(0.3) can0 125#\n(0.4) can0 126#0')
    const link = await replay(path, '?speed=max', line => told.push(line))
    const bad: number[] = []
    link.badLines$.subscribe(({ line }) => bad.push(line))
    expect((await play(link)).map(frame => frame.id)).toEqual([0x123, 0x124, 0x125])
    expect(bad).toEqual([3, 4, 6, 8])
    expect(told[0]).toBe(`${path}:3: identifier 12: it has 2 digits, not 3 or 8: (0.1) can0 12#`)
    expect(told[1]).toMatch(/: nonsense\?$/)
    expect(told[2]).toMatch(/longer than 512 characters/)
    expect(link.counters.malformed.get('bad-line')).toBe(4)
  })

  it('does not flood with bad lines', async () => {
    const told: string[] = []
    const link = await replay(logOf(`${'bad\n'.repeat(5000)}(0.0) can0 123#\n`), '?speed=max', line => told.push(line))
    await play(link)
    expect(told.length).toBe(11)
    expect(link.counters.malformed.get('bad-line')).toBe(5000)
  })

  it('says that a file is no log, no file, a folder', async () => {
    const link = await replay(logOf('some text\n'))
    await play(link)
    expect(link.problem).toMatch(/holds no frame of a candump log/)
    await expect(openLink(`file:${folder}/none.log`)).rejects.toThrow(`there is no file ${folder}/none.log`)
  })

  it('repeats, and can be closed in between', async () => {
    const path = logOf(Array.from({ length: 3000 }, (_, n) => formatCandumpLine(numberedFrame(n))).join(''))
    expect((await play(await replay(path, '?speed=max&loop=3'))).length).toBe(9000)
    const slow = await replay(path, '?speed=0.001')
    const frames: LinkFrame[] = []
    slow.frames$.subscribe(frame => frames.push(frame))
    await eventually(() => frames.length > 0)
    await slow.close()
    expect(frames.length).toBeLessThan(3000)
    expect(slow.counters.received.dropped.get('closed')).toBeGreaterThan(0)
  })

  it('can be held by whoever takes the frames', async () => {
    const link = await createLink(`file:${logOf(numbered(50))}?speed=max`) as FileReplay
    links.push(link)
    let asked = 0
    link.hold(() => asked++ % 2 === 0 ? 1 : 0)
    const frames: LinkFrame[] = []
    link.frames$.subscribe(frame => frames.push(frame))
    await link.open()
    await eventually(() => link.state === 'closed')
    expect(frames.map(numberOf)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    expect(asked).toBe(100)
    expect(link.progress).toBe(1)
  })

  it.skipIf(process.platform !== 'linux').each([
    ['log', 'candump'], ['mf4', 'mf4'], ['mcap', 'mcap'],
  ])('takes a %s from a pipe', async (ending, format) => {
    const pipe = join(folder, `pipe.${ending}`)
    execFileSync('mkfifo', [pipe])
    const written = writeFile(pipe, writeLog(format, [1, 2, 3].map(n => numberedFrame(n))))
    const link = await replay(pipe)
    await written
    expect((await play(link)).map(numberOf)).toEqual([1, 2, 3])
    expect(link.problem).toBe('')
    // Whoever holds the pipe open and writes nothing does not hold us.
    const silent = open(pipe, 'w')
    const waiting = await replay(pipe)
    waiting.frames$.subscribe()
    await waiting.close()
    await (await silent).close()
    const again = open(pipe, 'w')
    await expect(openLink(`file:${pipe}?loop=2`)).rejects.toThrow('it is a pipe, which cannot be repeated')
    await (await again).close()
  })

  it('takes no frames', async () => {
    const link = await replay(logOf('(0.0) can0 123#\n'))
    expect(link.send(numberedFrame(1))).toBe(false)
    expect(link.counters.sent.dropped.get('unsupported')).toBe(1)
  })
})

describe('pace of a replay', () => {
  it('keeps distances, scaled', () => {
    const pacer = new ReplayPacer(2)
    expect(pacer.wait_ms(5e9, 1000)).toBe(0)
    expect(pacer.wait_ms(5.1e9, 1000)).toBeCloseTo(50, 6)
    expect(pacer.wait_ms(5.1e9, 1040)).toBeCloseTo(10, 6)
    expect(pacer.wait_ms(5.1e9, 1100)).toBe(0)
  })

  it('starts anew when time goes back', () => {
    const pacer = new ReplayPacer(1)
    pacer.wait_ms(9e9, 0)
    expect(pacer.wait_ms(1e9, 500)).toBe(0)
    expect(pacer.wait_ms(1.2e9, 500)).toBeCloseTo(200, 6)
  })

  it('lets time slip when it is far too late, and never bursts', () => {
    const pacer = new ReplayPacer(1)
    pacer.wait_ms(0, 0)
    expect(pacer.wait_ms(1e9, 1050)).toBe(0)
    expect(pacer.slipped_ms).toBe(0)
    expect(pacer.wait_ms(1.1e9, 3000)).toBe(0)
    expect(pacer.slipped_ms).toBeCloseTo(1900, 6)
    expect(pacer.wait_ms(1.2e9, 3000)).toBeCloseTo(100, 6)
  })

  it('does not wait at full speed', () => {
    expect(new ReplayPacer(Infinity).wait_ms(1e18, 0)).toBe(0)
  })
})
