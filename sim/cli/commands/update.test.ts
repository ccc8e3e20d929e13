import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HUB_TYPE, IMAGE_ENGINE, imageVersion, packImage } from '#protocol/index.ts'
import { run } from '../run.ts'
import { CarProcess, type Said } from '../testing/car-process.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'
import { progressLines, progressPicture } from './update.ts'

const LIMIT_ms = 120_000

describe('the lines of an update', () => {
  it('are one for each tenth and each change, and one where nothing changes for long', () => {
    const lines: string[] = []
    let now_ms = 0
    const tell = progressLines(line => lines.push(`${now_ms / 1000} ${line}`), () => now_ms)
    const total = 10_000
    for (; now_ms <= 20_000; now_ms += 1000) tell({ phase: 'writing', written: now_ms / 10, total, problem: '' })
    for (; now_ms <= 60_000; now_ms += 1000) tell({ phase: 'waiting', written: 2000, total, problem: 'FL does not answer' })
    expect(lines).toEqual([
      '0 writing: 0 % of 10000 bytes', '10 writing: 10 % of 10000 bytes', '20 writing: 20 % of 10000 bytes',
      '21 waiting: FL does not answer', '36 waiting: FL does not answer, for 15 s', '51 waiting: FL does not answer, for 30 s',
    ])
    lines.length = 0
    tell({ phase: 'writing', written: 2100, total, problem: '' })
    for (; now_ms <= 92_000; now_ms += 1000) tell({ phase: 'writing', written: now_ms / 30, total, problem: '' })
    expect(lines, 'a slow adapter').toEqual(['61 writing: 20 % of 10000 bytes', '76 writing: 25 % of 10000 bytes', '90 writing: 30 % of 10000 bytes'])
  })
})

it('tells on a screen how long the rest takes at the pace so far', () => {
  let now_ms = 0
  const picture = progressPicture(() => now_ms)
  const at = (time_ms: number, written: number): string => {
    now_ms = time_ms
    return picture({ phase: 'writing', written, total: 10_000, problem: '' })
  }
  expect([at(1000, 4000), at(2000, 5000), at(5000, 6000)]).toEqual([
    'writing: 40 % of 10000 bytes', 'writing: 50 % of 10000 bytes, 5 s to go', 'writing: 60 % of 10000 bytes, 8 s to go',
  ])
  expect(picture({ phase: 'waiting', written: 6000, total: 10_000, problem: 'FL does not answer' })).toBe('waiting: FL does not answer')
  expect([at(90_000, 3900), at(91_000, 4000), at(92_000, 10_000)], 'it goes on before where it began').toEqual([
    'writing: 39 % of 10000 bytes', 'writing: 40 % of 10000 bytes, 1 min 00 s to go', 'writing: 100 % of 10000 bytes',
  ])
  expect(picture({ phase: 'checking', written: 10_000, total: 10_000, problem: '' })).toBe('checking')
})

describe('spine update', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-'))
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  let car: CarProcess

  beforeAll(async () => {
    car = await CarProcess.start()
  }, LIMIT_ms)

  afterAll(async () => {
    await car.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const update = (...words: string[]): Promise<Said> => car.spine('update', ...words)

  it('installs an image on a hub of the running car, and tells how far it is', async () => {
    const image = file('door.bin', packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, imageVersion(1, 0, 0), new Uint8Array(2000)))
    const [{ code, out, err }, other] = await Promise.all([update('fl', image), update('FR', image, '--json')])
    expect(out).toMatch(/^FL runs 1\.0\.0 \(0\.1\.0 before\), \d+ bytes a second\n$/)
    expect(err).toMatch(
      /asking\nwriting: 10 % of 2048 bytes\n[^]*writing: 100 %[^]*checking\nrestarting\nproving\na switch that was pressed [^\n]*\n$/,
    )
    expect(code).toBe(0)
    expect(JSON.parse(other.out)).toMatchObject({ ok: true, hub: 'FR', before: '0.1.0', now: '1.0.0', sent: 2048, resumed: 0 })
  }, LIMIT_ms)

  it('tells on a screen how long it takes, in place, and Ctrl-C leaves that standing', async () => {
    const image = file('long.bin', packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, imageVersion(1, 0, 0), new Uint8Array(20_000)))
    const terminal = fakeTerminal({ isTTY: true })
    const ended = run(['update', car.uri, 'RR', image], terminal)
    await terminal.shows(/^writing: \d+ % of 20048 bytes, [\d.]+ s to go\n$/, ended)
    terminal.interrupt()
    expect(await ended).toBe(130)
    expect(terminal.out).toMatch(/^writing: \d+ % of 20048 bytes, [\d.]+ s to go\n$/)
    expect(terminal.err).toMatch(/^spine update: stopped: \d+ of 20048 bytes are written; start it again to go on\n$/)
  }, LIMIT_ms)

  it.each([
    [['XX', 'a.bin'], {}],
    [['FL', '/nowhere/a.bin'], { hub: 'FL' }],
    [['FL', file('trunk.bin', packImage(HUB_TYPE.trunk, IMAGE_ENGINE.xs, 1, new Uint8Array(9)))], { hub: 'FL', transfer_ms: 0, sent: 0, resumed: 0 }],
    [['FL', file('old.bin', packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, 1, new Uint8Array(9)))], { hub: 'FL', before: '1.0.0', transfer_ms: 0, sent: 0, resumed: 0 }],
  ])('%j --json tells programs of the failure in one object, people in a line: %j', async (words, known) => {
    const { err, out } = await update(...words, '--json')
    const { error, ...more } = JSON.parse(out) as { error: string }
    expect(more).toEqual({ ok: false, ...known })
    expect(err.replace(/^asking\n/, '')).toBe(`spine update: ${error}\n`)
  }, LIMIT_ms)

  it.each([
    [['FL'], 2, 'which file?'],
    [['XX', 'a.bin'], 2, '"XX" is no hub'],
    [['FL', file('any.bin', new Uint8Array(100)), '--keys', '/nowhere/car.keys'], 1, 'cannot read /nowhere/car.keys: it does not exist'],
    [['FL', '/dev/zero'], 1, 'is longer than any firmware image: build one with npx spine build'],
    [['FL', tmpdir()], 1, 'it is a folder'],
    [['FL', '/nowhere/a.bin'], 1, 'cannot read /nowhere/a.bin: it does not exist'],
    [['FL', file('text.bin', Buffer.from('no image'))], 1, 'it is no firmware image of ours: build one with npx spine build'],
    [['FL', file('hood.bin', packImage(HUB_TYPE.hood, IMAGE_ENGINE.xs, 1, new Uint8Array(9)))], 1, 'this image is for a hood hub, and FL is a door: build one with npx spine build door, or name HOOD'],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const said = await update(...words)
    expect(said.err).toContain(message)
    expect(said.code).toBe(code)
  }, LIMIT_ms)
})
