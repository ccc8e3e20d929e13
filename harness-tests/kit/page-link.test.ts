import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDrive, Session } from '#sim/live/index.ts'
import { recordFrames } from './trace-file.ts'

/** Journeys that fail, each with what it did to its car. */
const JOURNEYS = `
import { COUPE } from '#sim/car/index.ts'
import { journey } from '../../harness-tests/kit/index.ts'

const fails = () => { throw new Error('as it should') }

journey('uses everything', async (car) => {
  car.car.powerFault({ kind: 'corrosion', cable: 'drop.FL', conductor: 'supply', extra_Ohm: 0.2 })
  car.hold('DASH.windowFL.down')
  await car.until('it has moved', () => car.status('WindowStatus@FL').position_pct > 20)
  car.release('DASH.windowFL.down')
  car.car.powerRepair({ kind: 'corrosion', cable: 'drop.FL', conductor: 'supply', extra_Ohm: 0.2 })
  car.send('WindowCommand@RR', { action: 'goto', position_pct: 50 })
  car.car.unplug('FR.mirror')
  car.car.setSupply(9.5, 'RL')
  car.car.bus.faults.bitErrorsAt('HOOD', 0.001)
  await car.run(1000)
  car.car.plug('FR.mirror')
  car.car.setSupply(undefined, 'RL')
  car.car.bus.faults.bitErrorsAt('HOOD', 0)
  car.car.obstruct('FL.window', 40, 10)
  await car.press('FL.window.up', 200)
  await car.run(2500)
  fails()
}, { faults: { bitErrorRate: 1e-5 } })

journey('another car runs out of time', async car => void await car.until('it flies', () => car.status('WindowStatus@FR').position_pct > 100, { within_ms: 700 }),
  { topology: COUPE })

journey('writes a memory', async (car) => {
  await car.run(400)
  car.car.setDescriptor('FL.mirror', new Uint8Array(4))
  car.car.plug('FL.mirror')
})

journey('reaches behind the car', async (car) => {
  car.car.component('DASH.switches').outlet.signalsOpen = true
  await car.press('DASH.windowFL.down', 1500)
  fails()
})

journey('has another processor', fails, { cpu: 'esp32-xs' })
`

const LIMIT_ms = 120_000

describe('a journey that fails, in a run of its own', () => {
  const root = path.resolve('.traces')
  let folder = ''
  let told = ''
  beforeAll(async () => {
    mkdirSync(root, { recursive: true })
    folder = mkdtempSync(path.join(root, 'page-link-'))
    writeFileSync(path.join(folder, 'journeys.test.ts'), JOURNEYS)
    // Or it would find the one above.
    writeFileSync(path.join(folder, 'vitest.config.js'), 'export default {}')
    const env = { ...process.env, NO_COLOR: '1', SPINE_TRACES: folder, SPINE_SEED: '5' }
    told = await new Promise((resolve) => {
      execFile(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--root', folder], { env }, (_, stdout, stderr) => resolve(stdout + stderr))
    })
  }, LIMIT_ms)
  afterAll(() => rmSync(folder, { recursive: true }))

  /** What the failure of a journey says, up to the next. */
  function toldOf(title: string): string {
    const from = told.indexOf(`FAIL  journeys.test.ts > ${title}`)
    expect(from, told).toBeGreaterThan(0)
    return told.slice(from).split(/^ FAIL {2}/m)[0]!
  }

  it.each(['uses everything', 'another car runs out of time'])('tells a link with which "%s" is the same, frame by frame', (title) => {
    const text = toldOf(title)
    const drive = JSON.parse(inflateRawSync(Buffer.from(/^in the page .*index\.html#drive=([\w-]+)$/m.exec(text)![1]!, 'base64url')).toString()) as unknown
    const session = new Session(readDrive(drive), { now_ms: () => 0, after: () => () => undefined }, () => undefined)
    const lines = recordFrames({ onFrame: handler => session.car.tapFrames(({ frame, end_ns }) => handler(frame, end_ns)) })
    session.car.boot()
    session.finish()
    expect(lines.length).toBeGreaterThan(100)
    expect(lines.join('')).toBe(readFileSync(/^trace: (\S+)/m.exec(text)![1]!, 'latin1'))
  })

  it.each([
    ['writes a memory', 'it does not carry car.setDescriptor at 1900.000 ms'],
    ['reaches behind the car', 'the journey reached for what a link cannot carry, before ('],
    ['has another processor', 'it does not carry the option cpu'],
  ])('says in a line why there is none where it "%s"', (title, why) => {
    expect(toldOf(title)).toContain(`no link to the page: ${why}`)
    expect(toldOf(title)).not.toContain('#drive=')
  })
})
