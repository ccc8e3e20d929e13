import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HUB_TYPE, IMAGE_ENGINE, imageVersion, packImage } from '#protocol/index.ts'
import { CarProcess, type Said } from '../testing/car-process.ts'

const LIMIT_ms = 120_000

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
    const { code, out, err } = await update('fl', image)
    expect(out).toMatch(/^FL runs 1\.0\.0 \(0\.1\.0 before\), \d+ bytes a second\n$/)
    expect(err).toMatch(
      /asking\nwriting: 10 % of 2048 bytes\n[^]*writing: 100 %[^]*checking\nrestarting\nproving\na switch that was pressed [^\n]*\n$/,
    )
    expect(code).toBe(0)
  }, LIMIT_ms)

  it.each([
    [['FL'], 2, 'which file?'],
    [['XX', 'a.bin'], 2, '"XX" is no hub'],
    [['FL', file('any.bin', new Uint8Array(100)), '--keys', '/nowhere/car.keys'], 1, 'cannot read /nowhere/car.keys: it does not exist'],
    [['FL', '/nowhere/a.bin'], 1, 'cannot read /nowhere/a.bin: it does not exist'],
    [['FL', file('text.bin', new Uint8Array(100))], 1, 'it is no firmware image of ours'],
    [['FL', file('hood.bin', packImage(HUB_TYPE.hood, IMAGE_ENGINE.xs, 1, new Uint8Array(9)))], 1, 'this image is for a hood hub, and FL is a door'],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const said = await update(...words)
    expect(said.err).toContain(message)
    expect(said.code).toBe(code)
  }, LIMIT_ms)
})
