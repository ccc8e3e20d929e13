import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PYTHON = '/usr/bin/python3'
const SPINE = fileURLToPath(new URL('../../sim/cli/bin/spine.js', import.meta.url))
const CLIENT = fileURLToPath(new URL('./technician.py', import.meta.url))
const LIMIT_ms = 60_000

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

/** Resolves to the port of the SLCAN link once the car says that it listens. */
async function portOf(car: ChildProcess): Promise<string> {
  const lines: string[] = []
  for await (const line of createInterface({ input: car.stderr! })) {
    lines.push(line)
    const port = /slcan:127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (port !== undefined) return port
  }
  throw new Error(`the car ended without listening:\n${lines.join('\n')}`)
}

/** The car in real time as its user starts it, and a CAN tool that nobody here wrote. */
describe.skipIf(!present && process.env['CI'] !== 'true')('python-can and the exported DBC', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'spine-'))
  const dbc = path.join(folder, 'spine.dbc')
  let car: ChildProcess
  let report: Report

  beforeAll(async () => {
    writeFileSync(dbc, execFileSync(process.execPath, [SPINE, 'export', 'dbc']))
    car = spawn(process.execPath, [SPINE, 'car', '--headless', '--listen', 'slcan-listen:127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const port = await portOf(car)
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
    const code = new Promise(resolve => car.on('close', resolve))
    car.kill('SIGINT')
    expect(await code).toBe(0)
  }, LIMIT_ms)
})
