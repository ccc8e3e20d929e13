import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const SPINE = fileURLToPath(new URL('../sim/cli/bin/spine.js', import.meta.url))
/** Another Node, the newest: CI brings one. Any floating-point or sorting habit that changed with it would show in the log. */
const OTHER_NODE = process.env['SPINE_OTHER_NODE'] ?? ''
const LIMIT_ms = 120_000

if (OTHER_NODE === '' && process.env['CI'] !== 'true') {
  console.warn('the log is compared on this Node only: set SPINE_OTHER_NODE to the path of another one')
}

/** Everything that draws on dice and floating point: glass, current, contacts that bounce, noise on the bus. */
const DRIVE = [
  'car', '--headless', '--for', '20s', '--speed', 'max',
  '--press', 'DASH.windowFL.down:3s@1s', '--press', 'DASH.windowFR.down:3s@1s', '--press', 'DASH.windowRL.down:3s@1s',
  '--press', 'RR.window.down:2s@2s', '--press', 'TRUNK.latch.release:100ms@6s', '--press', 'DASH.windowFL.up:2s@9s',
]

describe('the recorded log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-'))
  const faults = join(folder, 'faults.json')
  const hashes = new Map<string, string>()

  /** SHA-256 of the candump log of the drive with this seed. */
  function drive(node: string, name: string, seed: string): string {
    const known = hashes.get(name)
    if (known !== undefined) return known
    const log = join(folder, `${name}.log`)
    execFileSync(node, [SPINE, ...DRIVE, '--faults', faults, '--seed', seed, '--record', log], { stdio: ['ignore', 'ignore', 'pipe'] })
    const bytes = readFileSync(log)
    expect(bytes.length).toBeGreaterThan(50_000)
    const hash = createHash('sha256').update(bytes).digest('hex')
    hashes.set(name, hash)
    return hash
  }

  beforeAll(() => {
    writeFileSync(faults, JSON.stringify({ bitErrorRate: 1e-5, frameLossRate: { FL: 0.01 } }))
    drive(process.execPath, 'seed 7', '7')
  }, LIMIT_ms)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is the same bytes for the same seed', () => {
    expect(drive(process.execPath, 'seed 7 again', '7')).toBe(drive(process.execPath, 'seed 7', '7'))
  }, LIMIT_ms)

  it('differs for another seed', () => {
    expect(drive(process.execPath, 'seed 8', '8')).not.toBe(drive(process.execPath, 'seed 7', '7'))
  }, LIMIT_ms)

  it.skipIf(OTHER_NODE === '' && process.env['CI'] !== 'true')('is the same bytes on another Node', () => {
    const version = execFileSync(OTHER_NODE, ['--version'], { encoding: 'utf8' }).trim()
    expect(drive(OTHER_NODE, `on ${version}`, '7')).toBe(drive(process.execPath, 'seed 7', '7'))
  }, LIMIT_ms)
})
