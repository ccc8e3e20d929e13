import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BrokenRun, Campaign, EVERYTHING, type FuzzEvent, type Report, type Totals } from '#sim/fuzz/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

type Printed = Report & { readonly totals: Totals }

/** Short runs without a night. */
const SHORT = ['--for', '12s', '--nights', '0', '--seed', '9']
const WINDOW_MOVES: FuzzEvent = { at_ms: 1500, kind: 'press', for_ms: 100, with: { switch: 'FL.window.down' } }

describe('spine fuzz', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-fuzz-'))
    // Traces go below the working directory; schedulers of this test's own job are none of its business.
    vi.spyOn(process, 'cwd').mockReturnValue(folder)
    for (const name of ['JOB_COMPLETION_INDEX', 'CI_NODE_INDEX', 'CI_NODE_TOTAL', 'CIRCLE_NODE_INDEX', 'BUILDKITE_PARALLEL_JOB']) vi.stubEnv(name, '')
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  async function fuzz(...words: string[]): Promise<{ code: number, out: string, err: string }> {
    const terminal = fakeTerminal()
    const code = await run(['fuzz', ...words], terminal)
    return { code, out: terminal.out, err: terminal.err }
  }
  const file = (name: string): string => join(folder, name)

  it('runs, and says what it did and came across', async () => {
    const { code, out, err } = await fuzz(...SHORT, '--runs', '4')
    expect(code).toBe(0)
    expect(err).toBe('fuzzing: 4 runs of 12 s, seed 9\n')
    expect(out).toMatch(/^states reached, by runs of 4:\n {2}rebuilding 4/)
    expect(out).toMatch(/\n4 of 4 runs, 48 s of virtual time in .* events, .* frames, digest [0-9a-f]{8}: no checker objects\n$/)
  })

  it('of hubs on slow boards are other runs, whose script says so', async () => {
    const digest = async (...words: string[]): Promise<string> => (JSON.parse((await fuzz(...SHORT, '--runs', '1', '--json', ...words)).out) as Printed).totals.digest
    const slow = await digest('--cpu', 'esp32-xs')
    expect(slow).not.toBe(await digest())
    expect(slow).toBe(await digest('--cpu', 'esp32-xs'))
    const { out } = await fuzz(...SHORT, '--run', '0', '--cpu', 'esp32-xs', '--json')
    expect((JSON.parse(out) as { script: { cpu: string } }).script.cpu).toBe('esp32-xs')
  })

  it('shares of a matrix are merged into what one machine finds', async () => {
    const whole = JSON.parse((await fuzz(...SHORT, '--runs', '4', '--json')).out) as Printed
    const shares = [file('1.json'), file('2.json')]
    writeFileSync(shares[0]!, (await fuzz(...SHORT, '--runs', '4', '--json', '--shard', '1/2')).out)
    vi.stubEnv('CI_NODE_INDEX', '2')
    vi.stubEnv('CI_NODE_TOTAL', '2')
    const second = await fuzz(...SHORT, '--runs', '4', '--resume', shares[1]!)
    expect(second.err).toContain('2 runs of 12 s, seed 9, share 2/2 of 4')
    const merged = JSON.parse((await fuzz('--merge', shares[1]!, shares[0]!, '--json')).out) as Printed
    expect({ ...merged.totals, wall_s: 0 }).toEqual({ ...whole.totals, wall_s: 0 })
    const half = await fuzz('--merge', shares[0]!)
    expect([half.code, half.err]).toEqual([1, 'spine fuzz: 2 of 4 runs are missing, of share 2/2\n'])
    const twice = await fuzz('--merge', shares[0]!, shares[0]!)
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('share 1/2 is there twice')])
    writeFileSync(shares[1]!, '{"format":\n"spine-fuzz-2",}')
    const torn = await fuzz('--merge', ...shares)
    expect([torn.code, torn.err]).toEqual([2, `spine fuzz: ${shares[1]} is no JSON: line 2 is wrong at "}"\n`])
  })

  it('an index without a count does all, and says so', async () => {
    vi.stubEnv('JOB_COMPLETION_INDEX', '3')
    expect((await fuzz(...SHORT, '--runs', '1')).err).toContain('JOB_COMPLETION_INDEX=3 is set, but not of how many: this job does all runs')
    expect((await fuzz(...SHORT, '--runs', '8', '--shard', 'auto/8')).err).toContain('1 runs of 12 s, seed 9, share 4/8 of 8')
  })

  it('Ctrl-C ends it with a report, and --resume goes on', async () => {
    const kept = file('campaign.json')
    const terminal = fakeTerminal()
    const stopped = run(['fuzz', ...SHORT, '--runs', '5', '--resume', kept], terminal)
    await terminal.shows(/fuzzing/, stopped)
    terminal.interrupt()
    expect(await stopped).toBe(0)
    expect(terminal.err).toMatch(/stopped after \d of 5 runs: the same command goes on\n$/)
    const { done } = (JSON.parse(readFileSync(kept, 'utf8')) as Report).shards[0]!
    expect(done).toBeLessThan(5)
    const rest = await fuzz(...SHORT, '--runs', '5', '--resume', kept)
    expect(rest.err).toContain(done > 0 ? `, ${done} done before` : 'seed 9\n')
    expect(rest.out).toContain('5 of 5 runs')
    const whole = JSON.parse((await fuzz(...SHORT, '--runs', '5', '--json')).out) as Printed
    expect(rest.out).toContain(`digest ${whole.totals.digest}`)
    const other = await fuzz(...SHORT, '--runs', '6', '--resume', kept)
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('is the report of another campaign or share')])
  })

  it('keeps a report from the start, and of a run that comes to no end its script, what was thrown and the command that repeats it', async () => {
    const kept = file('campaign.json')
    let atStart: Report | undefined
    vi.spyOn(Campaign.prototype, 'next').mockImplementation(() => {
      atStart = JSON.parse(readFileSync(kept, 'utf8')) as Report
      return Promise.reject(new BrokenRun(0, { seed: 4, for_ms: 12_000, events: [WINDOW_MOVES] }, new Error('out of copper')))
    })
    const { code, err } = await fuzz(...SHORT, '--runs', '2', '--resume', kept)
    expect(code).toBe(1)
    expect(atStart).toMatchObject({ runs: 2, shards: [{ done: 0 }] })
    expect(err).toContain('spine fuzz: fuzz-seed-9-run-0 came to no end: out of copper\n')
    expect(err).toContain('replay: npx spine fuzz --seed 9 --run 0 --for 12000ms --nights 0\n')
    const [script, thrown] = ['script', 'error'].map(name => readFileSync(file(new RegExp(`${name}: (.*)`).exec(err)![1]!), 'utf8'))
    expect(JSON.parse(script!)).toMatchObject({ seed: 4, events: [WINDOW_MOVES] })
    expect(thrown).toMatch(/^Error: out of copper\n +at /)
  })

  it('one run again, and a script, show what is done and end the same each time', async () => {
    const once = await fuzz(...SHORT, '--run', '3')
    expect(once.code).toBe(0)
    expect(once.out).toMatch(/12\.000 s {2}end, digest [0-9a-f]{8}, trace \.traces/)
    expect(once.out).toContain('no checker objects')
    expect((await fuzz(...SHORT, '--run', '3')).out).toBe(once.out)
    const script = file('script.json')
    writeFileSync(script, JSON.stringify({ seed: 1, for_ms: 3000, events: [WINDOW_MOVES] }))
    const { code, out } = await fuzz('--script', script, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ script: { events: [WINDOW_MOVES] }, verdicts: [] })
  })

  it('a failure ends with 1, and its replay command fails with the same bytes', async () => {
    const script = file('script.json')
    writeFileSync(script, JSON.stringify({ seed: 1, for_ms: 3000, events: [{ ...WINDOW_MOVES, with: { switch: 'FL.window.sideways' } }] }))
    const { code, out, err } = await fuzz('--script', script)
    expect([code, err]).toEqual([1, 'spine fuzz: 1 objections\n'])
    expect(out).toContain('simulator at 1.500 s: the simulator threw')
  })

  it.each([
    [['--shard', '9/8'], 2, 'there is no share 9 of 8'],
    [['--only', 'dance'], 2, 'unknown kind of event "dance"'],
    [['--rate', 'press'], 2, '"press" is no rate: write it like obstacle=60'],
    [['--nights', '2'], 2, 'chance 2 is not in 0…1'],
    [['--for', '10s'], 2, 'a run of 10000 ms is not in 11200…86400000 ms'],
    [['--runs', '0'], 2, 'It must be a whole number from 1'],
    [['--script', 'nowhere.json'], 1, 'cannot read nowhere.json: it does not exist'],
    [['--merge', 'nowhere.json'], 1, 'cannot read nowhere.json: it does not exist'],
  ])('%j is refused', async (words, code, message) => {
    const refused = await fuzz(...words)
    expect([refused.code, refused.err]).toEqual([code, expect.stringContaining(message)])
  })

  it('its help has every kind of event, and how a campaign is shared out', async () => {
    const { code, out } = await fuzz('--help')
    expect(code).toBe(0)
    for (const [name, { summary }] of Object.entries(EVERYTHING)) expect(out).toMatch(new RegExp(`\\n {2}${name} +[\\d.]+ {2}${summary.slice(0, 20)}`))
    for (const word of ['--shard auto/8', '--shard ${{ matrix.shard }}/4', '--merge share-*.json', '--resume campaign.json']) expect(out).toContain(word)
  })
})
