import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SMALL } from '#sim/fmea/testing/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'
import { SpineProcess } from '../testing/spine-process.ts'

const LIMIT_ms = 240_000

describe('spine fmea', () => {
  let folder = ''
  let small = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-fmea-'))
    small = join(folder, 'small.json')
    writeFileSync(small, JSON.stringify(SMALL))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  async function spine(...words: string[]): Promise<{ code: number, out: string, err: string }> {
    const terminal = fakeTerminal()
    const code = await run(['fmea', ...words], terminal)
    return { code, out: terminal.out, err: terminal.err }
  }

  it('two processes make the table of one, and pairs that are unsafe end with 1', async () => {
    const pairs = ['--car', small, '--pairs', '3', '--seed', '3', '--json']
    const one = await spine(...pairs, '--jobs', '1')
    const report = JSON.parse(one.out) as { asked: number, rows: { number: number, severity: string, replay: string }[] }
    expect([report.asked, report.rows.map(row => row.number)]).toEqual([3, [0, 1, 2]])
    expect(report.rows[0]!.replay).toMatch(/^npx spine fmea --car .*small.json --seed 3 --fault \S+@\S+ --fault \S+@\S+$/)
    expect(one.code).toBe(report.rows.some(row => row.severity === 'unsafe') ? 1 : 0)
    const { code, out } = await new SpineProcess('fmea', ...pairs, '--jobs', '2').ended
    expect([code, out]).toEqual([one.code, one.out])
  }, LIMIT_ms)

  it('tells one fault, and writes table and page', async () => {
    const [csv, html] = [join(folder, 'one.csv'), join(folder, 'one.html')]
    const one = await spine('--car', small, '--fault', 'wheelLost@DASH.vehicle', '--csv', csv, '--html', html)
    expect(one.code).toBe(0)
    expect(one.out).toMatch(/^reported +DASH\.vehicle: its wheel sensor gives no pulses/m)
    expect(one.out).toContain('DASH: PortStatus@DASH#0: fault driver')
    expect(readFileSync(csv, 'utf8').split('\r\n')).toEqual([expect.stringMatching(/^car,number,fault,/), expect.stringMatching(/^small,0,wheelLost@DASH.vehicle,/), ''])
    expect(readFileSync(html, 'utf8')).toContain('<h1>What a single fault takes: small</h1>')
  }, LIMIT_ms)

  it('Ctrl-C gives what is done so far', async () => {
    const terminal = fakeTerminal()
    terminal.interrupt()
    const code = await run(['fmea', '--car', small, '--jobs', '1'], terminal)
    expect([code, terminal.err]).toEqual([0, expect.stringMatching(/stopped after 0 of \d+: what follows is of those/)])
    expect(terminal.out).toMatch(/small: 0 of \d+ faults against 10 functions/)
  }, LIMIT_ms)

  it('lists faults and functions, and threats, without running any', async () => {
    const listed = JSON.parse((await spine('--car', small, '--list', '--json')).out) as { faults: string[], functions: string[] }
    expect(listed.faults).toContain('blocked@FL.window.motor')
    expect(listed.functions).toContain('FL.window from DASH')
    expect((await spine('--threats')).out).toContain('| threat | asset | impact | feasibility | risk | treatment |')
  })

  it.each([
    { words: ['--fault', 'nothing@FL'], says: '"nothing" is not one of severed' },
    { words: ['--fault', 'dead@XX'], says: '"XX" is not one of HOOD' },
    { words: ['--pairs', '0'], says: 'whole number from 1' },
    { words: ['--pairs', '2', '--list'], says: 'give one of them' },
    { words: ['--car', 'sedna'], says: 'there is no car "sedna", and no such file; did you mean sedan?' },
    { words: ['--fault', 'dead@FL', '--compare', 'coupe'], says: 'leave --compare out' },
  ])('$words cannot be meant', async ({ words, says }) => {
    const { code, out, err } = await spine(...words)
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(says)])
  })
})
