import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const LIMIT_ms = 120_000

describe('spine check', () => {
  let folder = ''
  const path = (name: string): string => join(folder, name)
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-check-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  async function spine(...words: string[]): Promise<{ code: number, out: string, err: string }> {
    const terminal = fakeTerminal()
    const code = await run(words, terminal)
    return { code, out: terminal.out, err: terminal.err }
  }

  /** A drive of 40 s in which two windows and the headlights are used. */
  async function drive(name: string, faults: object): Promise<string> {
    writeFileSync(path('faults.json'), JSON.stringify(faults))
    const log = path(name)
    const presses = [
      'DASH.windowFL.down:200ms@4s', 'DASH.lights.head:200ms@8s', 'DASH.windowFL.up:200ms@14s', 'DASH.windowRR.down:4s@20s', 'DASH.windowRR.up:4s@27s',
    ]
    const { code, err } = await spine(
      'car', '--headless', '--for', '40s', '--speed', 'max', '--seed', '6', '--faults', path('faults.json'), '--record', log,
      ...presses.flatMap(press => ['--press', press]),
    )
    expect([code, err]).toEqual([0, expect.any(String)])
    return log
  }

  it('names the drop in a recording, writes the page, and ends with 4', async () => {
    const log = await drive('bad.log', { copper: [{ kind: 'corrosion', cable: 'drop.FL', extra_Ohm: 0.06, conductor: 'supply', at_ms: 0 }] })
    const { code, out, err } = await spine('check', log, '--html', path('car.html'))
    expect([code, err]).toEqual([4, 'spine check: something has to be repaired\n'])
    expect(out).toMatch(/^drop\.FL: \d\d mΩ instead of 29 \(± .*sure\. Look at drop\.FL: a connector at the tap or in the hinge$/m)
    expect(readFileSync(path('car.html'), 'utf8')).toMatch(/<li>drop\.FL: .*<svg/s)
    const json = JSON.parse((await spine('check', log, '--json')).out) as { findings: { cables: string[] }[] }
    expect(json.findings.map(finding => finding.cables)).toEqual([['drop.FL']])
  }, LIMIT_ms)

  it('finds nothing in a healthy car, learns it, and compares it with itself', async () => {
    const log = await drive('good.log', {})
    const first = await spine('check', log, '--baseline', path('mine.json'))
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('No bad contact was found.')])
    expect(existsSync(path('mine.json'))).toBe(true)
    const again = await spine('check', log, '--baseline', path('mine.json'))
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('compared with what was learned before')])
  }, LIMIT_ms)

  it('does not take another car for a broken one, nor silence for health', async () => {
    const log = path('coupe.log')
    await spine('car', '--car', 'coupe', '--headless', '--for', '8s', '--speed', 'max', '--record', log)
    const asSedan = await spine('check', log)
    const another = /RL is silent.*\nWho was never heard .* if it is another car, --car names it\./s
    expect([asSedan.code, asSedan.out]).toEqual([4, expect.stringMatching(another)])
    const quiet = await spine('check', log, '--car', 'coupe')
    expect([quiet.code, quiet.err]).toEqual([1, expect.stringContaining('nothing could be judged')])
    expect(quiet.out).not.toContain('No bad contact')
    const sedan = path('sedan.log')
    await spine('car', '--headless', '--for', '8s', '--speed', 'max', '--record', sedan)
    const asCoupe = await spine('check', sedan, '--car', 'coupe')
    expect([asCoupe.code, asCoupe.err]).toEqual([1, 'spine check: RL, RR are heard, and "coupe" has no such hub: which car is it? --car names it\n'])
  }, LIMIT_ms)

  it('prints the rates of a trial', async () => {
    const { code, out } = await spine('check', '--trial', '2', '--seed', '4')
    expect([code, out]).toEqual([0, expect.stringContaining('2 drives of two minutes, seed 4')])
  }, LIMIT_ms)

  it.each([
    [['check', 'nowhere.log'], 1, 'cannot read nowhere.log: it does not exist'],
    [['check', '/dev/null'], 1, 'no hub of "sedan" said what it measures'],
    [['check', '--for', '1s'], 2, '--for: 1 s are too short'],
    [['check', '--trial', 'many'], 2, 'must be a whole number'],
    [['check', '--staged'], 2, '--staged does nothing without --trial'],
    [['check', '--trial', '1', '--car', 'coupe'], 2, 'trials are of the sedan'],
    [['check', '/dev/null', '--car', 'tractor'], 2, 'there is no car "tractor"'],
  ])('%j ends with %d: %s', async (words, code, text) => {
    const ended = await spine(...words)
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(text)])
  })
})
