import { beforeAll, describe, expect, it } from 'vitest'
import type { FirmwareImage } from '../host/index.ts'
import { DataError } from '../schema/index.ts'
import { BrokenRun, Campaign, type CampaignOptions } from './campaign.ts'
import { generateScript } from './generate.ts'
import { fuzzOptions } from './options.ts'
import { mergeReports, missingShares, readReport, type Report, REPORT_FORMAT, type Source, totalsOf } from './report.ts'
import { runScript, SIMULATOR } from './run.ts'
import type { Script } from './script.ts'
import { type Shard, WHOLE } from './shards.ts'
import { carNames, type FuzzImage } from './stage.ts'
import { coverageText, failureText, unreached } from './text.ts'

/** Short runs: these tests are about counting them. */
const OPTIONS = fuzzOptions({ seed: 9, for_ms: 3000, quiet_ms: 500, nights: 0 })
const RUNS = 6

const campaign = (shard: Shard = WHOLE, more: Partial<CampaignOptions> = {}): Campaign => new Campaign({
  runs: RUNS, options: OPTIONS, shard, shrink: false, clock_s: () => 0, replay: run => `npx spine fuzz --run ${run}`, ...more,
})

async function finish(run: Campaign, until = Infinity): Promise<Report> {
  while (run.done < Math.min(run.share, until)) await run.next()
  return run.report()
}

/** Firmware that throws in its first callback. */
const broken: FirmwareImage = (hal) => {
  hal.after(1500, () => {
    throw new Error('no such thing')
  })
  return undefined
}
const brokenHood: FuzzImage = hub => hub.location === 'HOOD' ? broken : undefined

describe('a campaign', () => {
  let whole: Report
  beforeAll(async () => {
    whole = await finish(campaign())
  }, 60_000)

  it('counts what it did and where it came', () => {
    const totals = totalsOf(whole)
    expect(whole.failures).toEqual([])
    expect(missingShares(whole)).toEqual([])
    expect(totals).toMatchObject({ done: RUNS, missing: 0, virtual_s: 3 * RUNS })
    expect(totals.frames).toBeGreaterThan(100 * RUNS)
    expect(totals.reached['rebuilding']).toBe(RUNS)
    expect(totals.reached['asleep']).toBeUndefined()
    expect(unreached(totals)).toContain('asleep')
    expect(coverageText(totals)).toMatch(/^states reached, by runs of 6:\n {2}rebuilding 6, /)
    expect(coverageText(totals)).toMatch(/\n {2}in none: .*asleep/)
  })

  it('is the same when it is stopped, kept, and gone on with', async () => {
    const first = await finish(campaign(), 2)
    expect(totalsOf(first)).toMatchObject({ done: 2, missing: RUNS - 2 })
    expect(missingShares(first)).toEqual(['1/1 (2 of its 6 runs are done)'])
    const resumed = campaign(WHOLE, { resumed: readReport(JSON.parse(JSON.stringify(first))) })
    expect(resumed.done).toBe(2)
    expect(await finish(resumed)).toEqual(whole)
    expect(totalsOf(first).done).toBe(2)
  })

  it('is the same when it is shared out and merged, in any order', async () => {
    const shares: Source[] = []
    for (let index = 0; index < 4; index++) {
      const report = readReport(JSON.parse(JSON.stringify(await finish(campaign({ index, count: 4 })))))
      shares.push({ name: `${index + 1}.json`, report })
    }
    const [first, second, third, fourth] = shares as [Source, Source, Source, Source]
    const merged = mergeReports([third, first, fourth, second])
    expect(missingShares(merged)).toEqual([])
    expect(totalsOf(merged)).toEqual(totalsOf(whole))
    const part = mergeReports([third, first])
    expect(missingShares(part)).toEqual(['2/4', '4/4'])
    expect(totalsOf(part).missing).toBe(3)
    const short = { ...second.report, shards: [{ ...second.report.shards[0]!, done: 1 }] }
    expect(missingShares(mergeReports([first, { name: 'short.json', report: short }, third, fourth]))).toEqual(['2/4 (1 of its 2 runs are done)'])
    const strangers = [
      third, first, { ...third, name: 'copy.json' }, { name: 'whole.json', report: whole }, { name: 'longer.json', report: { ...first.report, runs: 7 } },
      { name: 'other.json', report: { ...first.report, options: { ...OPTIONS, seed: 10 } } },
    ]
    expect(() => mergeReports(strangers)).toThrow([
      'copy.json: share 3/4 is there twice, in 3.json, too',
      'whole.json: its share 1/1 does not fit the shares of 4 in 3.json: they overlap',
      'longer.json: is of another campaign than 3.json: other runs',
      'other.json: is of another campaign than 3.json: other seed or options',
    ].join('\n'))
    expect(() => mergeReports([])).toThrow('no report')
  })

  it('says of firmware that breaks what breaks, how to see it again, and what it takes', async () => {
    const run = campaign({ index: 1, count: 2 }, { image: brokenHood, shrink: true })
    const failure = (await run.next())!
    expect(failure).toMatchObject({ run: 1, replay: 'npx spine fuzz --run 1' })
    expect(failure.verdicts[0]).toMatchObject({ checker: 'health', what: expect.stringContaining('HOOD crashed: Error: no such thing') as unknown })
    expect(failure.script.events).toEqual([])
    expect(failure.script.for_ms).toBeLessThan(1600)
    expect(runScript(failure.script, {}, brokenHood).verdicts[0]!.what).toBe(failure.verdicts[0]!.what)
    expect(failureText(failure)).toMatch(/^run 1 failed:\n {2}health at 1\.\d+ s: HOOD crashed.*\nshrunk to 0 events in 1\.\d+ s/s)
    expect(failureText(failure)).toMatch(/\nreplay: npx spine fuzz --run 1 {3}\(digest [0-9a-f]{8}\)$/)
    expect(run.failed).toBe(1)
    expect(runScript(generateScript(OPTIONS, 1, carNames()), {}, brokenHood).digest.value).toBe(failure.digest)
  })

  it('names the run that came to no end, and goes on with nothing lost', async () => {
    const run = campaign({ index: 1, count: 2 }, { image: () => { throw new Error('no image') } })
    const error = await run.next().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BrokenRun)
    expect(error).toMatchObject({ run: 1, message: 'run 1 came to no end: no image', script: generateScript(OPTIONS, 1, carNames()) })
    expect(run.report().shards[0]!.done).toBe(0)
  })

  it('takes what the simulator throws for a finding', () => {
    const script: Script = { seed: 1, for_ms: 3000, events: [{ at_ms: 1500, kind: 'press', for_ms: 0, with: { switch: 'FL.window.sideways' } }] }
    expect(runScript(script).verdicts).toMatchObject([{ checker: SIMULATOR, t_ns: 1500e6, what: expect.stringContaining('FL.window.sideways') as unknown }])
  })
})

describe('reading a report', () => {
  const shard = { index: 0, count: 2, done: 2, frames: 1, events: 1, virtual_s: 1, wall_s: 1, digest: 1, kinds: {}, reached: {} }
  const report = { format: REPORT_FORMAT, runs: 3, options: OPTIONS, shards: [shard], failures: [] }
  it('takes what was written, and leaves out the totals', () => {
    expect(readReport({ ...report, totals: {} })).toEqual(report)
  })
  it.each([
    [null, 'report: is null, not an object'],
    [{}, 'report.format: is missing'],
    [{ format: 'spine-fuzz-1' }, 'report.format: "spine-fuzz-1" is not one of spine-fuzz-2; did you mean spine-fuzz-2?'],
    [{ ...report, failures: undefined, runs: 1.5 }, 'report.runs: 1.5 is not a whole number\nreport.failures: is missing'],
    [{ ...report, shards: [null] }, 'report.shards[0]: is null, not an object'],
    [{ ...report, shards: [{ ...shard, done: undefined }] }, 'report.shards[0].done: is missing'],
    [{ ...report, shards: [{ ...shard, index: 2 }, { ...shard, done: 3 }] }, 'report.shards[0].index: is 2, not a number in 0…1\nreport.shards[1].done: is 3, not a number in 0…2'],
    [{ ...report, options: { ...OPTIONS, off: 2 } }, 'report.options.off: is 2, not a number in 0…1'],
  ])('%j is refused: %s', (data, message) => {
    expect(() => readReport(data)).toThrow(new DataError(message.split('\n')))
  })
})
