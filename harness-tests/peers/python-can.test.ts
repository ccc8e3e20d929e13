import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { LAUNCHER, SpineProcess } from '#sim/cli/testing/spine-process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PYTHON = '/usr/bin/python3'
const CLIENT = fileURLToPath(new URL('./technician.py', import.meta.url))
const LIMIT_ms = 240_000

const present = spawnSync(PYTHON, ['-c', 'import can, serial'], { encoding: 'utf8' }).status === 0
if (!present && process.env['CI'] !== 'true') {
  console.warn('skipped: python-can is not here (Debian: apt install python3-can python3-serial)')
}

interface Report {
  readonly seen: Readonly<Record<string, number>>
  readonly unknown: number
  readonly bad_crc: number
  readonly positions: readonly number[]
  readonly echo: number | null
}

/** The car in real time as its user starts it, and a CAN tool that nobody here wrote. */
describe.skipIf(!present && process.env['CI'] !== 'true')('python-can and the exported DBC', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'spine-'))
  const dbc = path.join(folder, 'spine.dbc')
  let car: SpineProcess
  let report: Report

  beforeAll(async () => {
    writeFileSync(dbc, execFileSync(process.execPath, [LAUNCHER, 'export', 'dbc']))
    car = new SpineProcess('car', '--headless', '--listen', 'slcan-listen:127.0.0.1:0')
    const port = (await car.says(/slcan:127\.0\.0\.1:\d+/)).split(':')[2]!
    const output = await new Promise<string>((resolve, reject) => {
      const client = spawn(PYTHON, [CLIENT, dbc, port, 'RR', '30'], { stdio: ['ignore', 'pipe', 'pipe'] })
      let out = ''
      let errors = ''
      client.stdout.on('data', (chunk: Buffer) => out += chunk.toString())
      client.stderr.on('data', (chunk: Buffer) => errors += chunk.toString())
      client.on('close', code => code === 0 ? resolve(out) : reject(new Error(errors)))
    })
    report = JSON.parse(output) as Report
  }, LIMIT_ms)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('read every frame on the bus as signals, with good checksums', () => {
    expect(report.unknown).toBe(0)
    expect(report.bad_crc).toBe(0)
    for (const name of ['VehicleState_ALL', 'HubStatus_FL', 'WindowStatus_RR', 'LatchStatus_TRUNK', 'StereoStatus_STEREO']) {
      expect(Object.keys(report.seen)).toContain(name)
    }
  })

  it('move a window and watch it count its position and echo the sequence', () => {
    expect(report.echo).toBe(7)
    expect(report.positions.at(-1)).toBeGreaterThan(28)
    expect(report.positions.at(-1)).toBeLessThan(32)
    expect(new Set(report.positions).size).toBeGreaterThan(3)
  })

  it('leave a car that ends cleanly on Ctrl-C', async () => {
    expect((await car.stop()).code).toBe(0)
  }, LIMIT_ms)
})
