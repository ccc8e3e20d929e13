import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { OutsideProject } from './project.ts'

const GUIDE = new URL('../kit/README.md', import.meta.url)
/** Fences with their language, the file they are, and their text. */
const BLOCKS = [...readFileSync(GUIDE, 'utf8').matchAll(/^```(\w+)(?: title=(\S+))?\n(.*?)^```/gms)].map(([, language, file, text]) => ({ language, file, text: text! }))

/** A word that is right, and one that is not, at the place of `_`. */
const MISTAKES: readonly (readonly [what: string, call: string, right: string, wrong: string])[] = [
  ['switch', 'car.hold(\'_\')', 'DASH.windowFL.down', 'DASH.windowFL.dwon'],
  ['hub', 'car.car.resetHub(\'_\')', 'FL', 'LF'],
  ['component', 'car.car.unplug(\'_\')', 'FL.window', 'RL.mirror'],
  ['cable', 'car.car.cutCable(\'_\')', 'spine.FL', 'spine.HOOD'],
  ['feeder', 'car.car.powerFault({ kind: \'cut\', cable: \'_\' })', 'spine.HOOD', 'spine.HODO'],
  ['hub with a short', 'car.car.powerFault({ kind: \'short\', hub: \'_\', resistance_Ohm: 0.01 })', 'RR', 'R'],
  ['message', 'car.peek(\'_@FL\')', 'WindowStatus', 'WindowState'],
  ['place of a message', 'car.peek(\'MirrorStatus@_\')', 'FR', 'RR'],
  ['field', 'car.send(\'WindowCommand@FL\', { _: 50 })', 'position_pct', 'position_percent'],
  ['value', 'car.send(\'WindowCommand@FL\', { action: \'_\' })', 'up', 'upward'],
  ['field that is read', 'car.status(\'WindowStatus@FL\')._', 'learned', 'learnt'],
  ['value that is read', 'if (car.status(\'WindowStatus@FL\').state === \'_\') car.now_ms', 'closing', 'close'],
]

const inJourney = (lines: readonly string[], options = ''): string =>
  `import { journey } from 'spine-car/kit'\nimport { COUPE } from 'spine-car/sim'\n\njourney('words', (car) => {\n${lines.join('\n')}\n}${options})\nvoid COUPE\n`

/** Journeys that fail, with one title in two suites and two files. */
const FAILING = `
import { journey } from 'spine-car/kit'
import { describe } from 'vitest'

describe('a door (front)', () => {
  journey('opens', car => car.until('it flies', () => car.status('WindowStatus@FL').position_pct > 100, { within_ms: 200 }).then(() => {}), { seeds: [3, 4] })
})
describe('a door (rear)', () => {
  journey('opens', () => { throw new Error('as it should') }, { seeds: [3] })
  journey('opens slowly', () => {})
})
journey('and a door (front) opens (seed 4)', () => {})
journey('fetches in vain', () => { throw AbortSignal.abort().reason })
journey('keeps what it throws', () => { throw Object.freeze(new Error('cold as ice')) })
`
const HANGING = `
import { journey } from 'spine-car/kit'

journey('opens', () => new Promise(() => {}), { timeout_ms: 400 })
journey('waits too long', car => car.until('it flies', () => false, { within_ms: 2_000_000_000 }).then(() => {}), { timeout_ms: 400 })
`

describe('a project elsewhere that installs the packed package', () => {
  const project = new OutsideProject()
  beforeAll(() => project.install(), 900_000)
  afterAll(() => project.remove())

  it('gets what it needs: no tests, no sources, no paths of the machine that built it', () => {
    expect(project.packed.filter(file => /test|\.tsx?$/.test(file.replace(/\.d\.ts$|^harness-tests|\/types\/harness-tests/g, '')))).toEqual([])
    const leaks = project.packed.filter(file => readFileSync(path.join(project.folder, 'node_modules/spine-car', file), 'utf8').includes(project.checkout))
    expect(leaks).toEqual([])
  })

  it('leaves the checkout as it was: npx there finds its own command, built from nothing', () => {
    expect(JSON.parse(readFileSync(path.join(project.checkout, 'package.json'), 'utf8'))).not.toHaveProperty('bin')
    expect(realpathSync(path.join(project.checkout, 'node_modules/.bin/spine'))).toBe(path.join(project.checkout, 'sim/cli/bin/spine.js'))
  })

  it('compiles the guide under the strictest rules; every misspelt name is an error, and no right one', async () => {
    for (const { language, file, text } of BLOCKS) if (language === 'ts') project.write(file!, text)
    project.write('right.ts', inJourney(MISTAKES.map(([, call, right]) => call.replace('_', right))))
    project.write('wrong.ts', inJourney(MISTAKES.flatMap(([what, call, , wrong]) => [`// @ts-expect-error: no such ${what}`, call.replace('_', wrong)])))
    project.write('coupe.ts', inJourney(['car.hold(\'DASH.windowFR.up\')', '// @ts-expect-error: a coupe has no such door', 'car.hold(\'RL.window.up\')'], ', { topology: COUPE }'))
    expect(await project.run('npx', 'tsc')).toEqual({ code: 0, text: '' })
  }, 900_000)

  it('runs the guide as its recipes for CI do', async () => {
    const recipes = BLOCKS.filter(({ language }) => language === 'yaml').map(({ text }) => /npx vitest run.*/.exec(text)?.[0])
    expect(recipes).toHaveLength(2)
    for (const recipe of new Set(recipes)) {
      const { code, text } = await project.shell(recipe!)
      expect(code, text).toBe(0)
      console.info(/Duration.*/.exec(text)?.[0])
      expect(project.read('report.xml')).toMatch(/<testsuites .*tests="11" failures="0" errors="0"/)
    }
  }, 900_000)

  it('has the command line', async () => {
    project.write('drive.log', '(0000000001.000000) spine0 09FF81F9#00112233\n')
    const [version, decode] = await Promise.all([project.run('npx', 'spine', '--version'), project.run('npx', 'spine', 'decode', 'drive.log')])
    expect(version).toEqual({ code: 0, text: '0.1.0\n' })
    expect(decode).toMatchObject({ code: 0, text: expect.stringContaining('09FF81F9') as unknown })
  }, 240_000)

  it('gets a trace of its own for each journey that fails or runs out of time, and a line that replays just that one', async () => {
    project.write('failing/doors.test.ts', FAILING)
    project.write('failing/hanging.test.ts', HANGING)
    const { code, text } = await project.shell('SPINE_TRACES=kept npx vitest run failing')
    expect(code, text).toBe(1)
    expect(text).toMatch(/Tests {2}7 failed \| 2 passed/)
    expect(text).toMatch(/This operation was aborted\n[^]*trace: kept\/doors-fetches-in-vain-/)
    expect(text).toMatch(/cold as ice\n[^]*trace: kept\/doors-keeps-what-it-throws-/)
    expect(text).toMatch(/the condition read:\n {2}WindowStatus@FL {2}{/)
    expect(text).toMatch(/Test timed out in 400ms[^]*trace: kept\/hanging-opens-/)
    expect(text).toMatch(/the test's time ran out while waiting until it flies/)
    expect(readdirSync(path.join(project.folder, 'kept')).filter(file => file.endsWith('.log'))).toHaveLength(7)
    for (const [, trace] of text.matchAll(/^trace: (\S+)/gm)) expect(existsSync(path.join(project.folder, trace!)), trace).toBe(true)
    const replay = /^replay: (SPINE_SEED=4 .*)$/m.exec(text)![1]!
    const again = await project.shell(`SPINE_TRACES=package.json ${replay}`)
    expect(again.text, replay).toMatch(/Tests {2}1 failed \| 5 skipped/)
    expect(again.text).toContain('simulator, seed 4')
    expect(again.text).toMatch(/waited 200 ms in vain until it flies/)
    expect(again.text).toMatch(/trace: not kept, as package.json\/doors-\S+ cannot be written: EEXIST.*\nreplay: /)
  }, 900_000)

  it('is told what is wrong with SPINE_SEED', async () => {
    const { code, text } = await project.shell('SPINE_SEED=abc npx vitest run opens.test.ts')
    expect(code).toBe(1)
    expect(text).toContain('SPINE_SEED "abc" is not a whole number in 0…4294967295')
  }, 900_000)
})
