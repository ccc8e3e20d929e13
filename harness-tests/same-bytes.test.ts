import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { LAUNCHER } from '#sim/cli/testing/spine-process.ts'

const LIMIT_ms = 120_000

interface Scenario {
  readonly seed: number
  readonly car?: 'coupe'
  readonly for: string
  readonly press: readonly string[]
  readonly faults?: object
  /** First 16 digits of the log's SHA-256. */
  readonly hash: string
}

/**
 * Ten drives and the bytes of their logs. A change of structure leaves them as they are; a change of behaviour replaces the
 * hashes that it means to change, and says why in its commit. A failing test prints the hash that it found.
 */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a car at rest falls asleep': { seed: 1, for: '60s', press: [], hash: '9703f8a826e168c1' },
  'four windows open and close': {
    seed: 2, for: '20s', hash: '9a6c3a35b6abb7e5',
    press: ['DASH.windowFL.down:4s@1s', 'DASH.windowFR.down:4s@1s', 'DASH.windowRL.down:4s@1s', 'DASH.windowRR.down:4s@1s', 'DASH.windowFL.up:6s@8s', 'DASH.windowRR.up:6s@8s'],
  },
  'latches, locks and trunk': {
    seed: 3, for: '15s', hash: '3ca047e49e20fe54',
    press: ['DASH.doors.lock:100ms@1s', 'DASH.doors.unlock:100ms@4s', 'TRUNK.latch.release:100ms@6s', 'DASH.hood.release:100ms@8s'],
  },
  'mirrors and lights': {
    seed: 4, for: '15s', hash: '4d1f73571901dec3',
    press: ['DASH.mirrorFL.left:1s@1s', 'DASH.mirrors.fold:100ms@3s', 'DASH.lights.head:100ms@5s', 'DASH.lights.left:100ms@6s', 'DASH.mirrors.heat:100ms@7s'],
  },
  'a stereo is tuned': {
    seed: 5, for: '15s', hash: '2bd528b4ebdbba65',
    press: ['DASH.stereo.source:100ms@1s', 'DASH.stereo.volumeUp:600ms@2s', 'DASH.stereo.seekUp:100ms@4s', 'DASH.stereo.mute:100ms@8s'],
  },
  'a noisy bus loses frames': {
    seed: 6, for: '20s', press: ['DASH.windowFL.down:3s@1s', 'DASH.windowRL.down:2s@2s'], hash: '7e01193b4c5cf551',
    faults: { bitErrorRate: 1e-4, nodeBitErrorRate: { FR: 1e-3 }, frameLossRate: { FL: 0.05 } },
  },
  'cranking in the cold': {
    seed: 7, for: '20s', press: ['DASH.lights.head:100ms@1s', 'DASH.windowFL.down:2s@2s'], hash: 'e6d150fcc92a185c',
    faults: { battery: { charge: 0.5, resistance_mOhm: 12, temperature_C: -20 }, supply: [{ kind: 'crank', level: 'III', at_ms: 3000 }] },
  },
  'corroded, cut and shorted copper': {
    seed: 8, for: '20s', press: ['DASH.windowFL.down:4s@1s', 'DASH.windowRR.down:4s@1s', 'DASH.windowRL.down:4s@9s'], hash: '860d36178610af49',
    faults: {
      copper: [
        { kind: 'corrosion', cable: 'drop.FL', extra_Ohm: 0.3, at_ms: 2000, until_ms: 9000 }, { kind: 'cut', cable: 'drop.RL', at_ms: 5000 },
        { kind: 'short', hub: 'RR', resistance_Ohm: 0.05, at_ms: 7000, until_ms: 7500 },
      ],
    },
  },
  'the data pair is cut and a node babbles': {
    seed: 9, for: '15s', press: ['DASH.windowRL.down:2s@1s', 'DASH.windowFL.down:2s@3s'], hash: 'f77ab3a79eadfda9',
    faults: { cuts: [3], babbling: { HOOD: { id: 0x1000 } }, dropped: ['STEREO'] },
  },
  'a coupe': { seed: 10, car: 'coupe', for: '20s', press: ['DASH.windowFL.down:4s@1s', 'DASH.windowFR.down:2s@1s', 'FL.window.up:4s@7s'], hash: '1fff264c0bc4dc55' },
}

describe('the bytes of a drive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spine-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(Object.entries(SCENARIOS))('%s', async (title, { seed, car, for: length, press, faults, hash }) => {
    const name = join(folder, title.replaceAll(' ', '-'))
    const words = ['car', '--headless', '--for', length, '--speed', 'max', '--seed', `${seed}`, '--record', `${name}.log`, ...press.flatMap(text => ['--press', text])]
    if (car !== undefined) words.push('--car', car)
    if (faults !== undefined) {
      writeFileSync(`${name}.json`, JSON.stringify(faults))
      words.push('--faults', `${name}.json`)
    }
    await promisify(execFile)(process.execPath, [LAUNCHER, ...words])
    const bytes = readFileSync(`${name}.log`)
    expect(bytes.length, 'bytes of the log').toBeGreaterThan(20_000)
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16), `spine ${words.join(' ')}`).toBe(hash)
  }, LIMIT_ms)
})
