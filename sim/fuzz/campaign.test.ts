import { beforeAll, describe, expect, it } from 'vitest'
import type { FirmwareImage } from '../host/hub-host.ts'
import { Campaign, type CampaignOptions } from './campaign.ts'
import { generateScript } from './generate.ts'
import { fuzzOptions } from './options.ts'
import { isComplete, mergeReports, readReport, type Report, totalsOf } from './report.ts'
import { runScript, SIMULATOR } from './run.ts'
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
    expect(isComplete(whole)).toBe(true)
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
    expect(isComplete(first)).toBe(false)
    const resumed = campaign(WHOLE, { resumed: readReport(JSON.stringify(first)) })
    expect(resumed.done).toBe(2)
    expect(await finish(resumed)).toEqual(whole)
    expect(totalsOf(first).done).toBe(2)
  })

  it('is the same when it is shared out and merged, in any order', async () => {
    const shares: Report[] = []
    for (let index = 0; index < 4; index++) shares.push(readReport(JSON.stringify(await finish(campaign({ index, count: 4 })))))
    const merged = mergeReports([shares[2]!, shares[0]!, shares[3]!, shares[1]!])
    expect(isComplete(merged)).toBe(true)
    expect(totalsOf(merged)).toEqual(totalsOf(whole))
    const part = mergeReports([shares[2]!, shares[0]!])
    expect(isComplete(part)).toBe(false)
    expect(totalsOf(part).missing).toBe(3)
    expect(() => mergeReports([shares[2]!, shares[0]!, shares[2]!])).toThrow('share 3/4 is there twice')
    expect(() => mergeReports([shares[2]!, whole])).toThrow('a share of 1 does not fit one of 4')
    expect(() => mergeReports([shares[0]!, { ...shares[1]!, runs: 7 }])).toThrow('other seeds, runs or options')
    expect(() => mergeReports([])).toThrow('no report')
  })

  it('says of firmware that breaks what breaks, how to see it again, and what it takes', async () => {
    const run = campaign({ index: 1, count: 2 }, { image: brokenHood, shrink: true })
    const failure = (await run.next())!
    expect(failure).toMatchObject({ run: 1, replay: 'npx spine fuzz --run 1' })
    expect(failure.verdicts[0]).toMatchObject({ checker: 'health', what: expect.stringContaining('HOOD crashed: Error: no such thing') })
    expect(failure.script.events).toEqual([])
    expect(failure.script.for_ms).toBeLessThan(1600)
    expect(runScript(failure.script, {}, brokenHood).verdicts[0]!.what).toBe(failure.verdicts[0]!.what)
    expect(failureText(failure)).toMatch(/^run 1 failed:\n {2}health at 1\.\d+ s: HOOD crashed.*\nshrunk to 0 events in 1\.\d+ s/s)
    expect(failureText(failure)).toMatch(/\nreplay: npx spine fuzz --run 1 {3}\(digest [0-9a-f]{8}\)$/)
    expect(run.failed).toBe(1)
    expect(runScript(generateScript(OPTIONS, 1, carNames()), {}, brokenHood).digest.value).toBe(failure.digest)
  })

  it('takes what the simulator throws for a finding', () => {
    const script = { seed: 1, for_ms: 3000, events: [{ at_ms: 1500, kind: 'press', for_ms: 0, with: { switch: 'FL.window.sideways' } }] }
    expect(runScript(script).verdicts).toMatchObject([{ checker: SIMULATOR, t_ns: 1500e6, what: expect.stringContaining('FL.window.sideways') }])
  })
})

describe('reading a report', () => {
  it.each([
    ['{', 'it is no JSON'],
    ['null', 'it is no report of spine fuzz (format undefined)'],
    ['{"format":"spine-fuzz-1"}', 'it is no report of spine fuzz (format "spine-fuzz-1")'],
    ['{"format":"spine-fuzz-2","runs":1,"shards":[]}', 'it is not complete'],
    ['{"format":"spine-fuzz-2","runs":1,"options":{},"failures":[],"shards":[{"index":0,"count":1}]}', 'a share has no "done"'],
    ['{"format":"spine-fuzz-2","runs":1,"options":{},"failures":[],"shards":[null]}', 'a share has no "index"'],
  ])('%s is refused', (text, message) => {
    expect(() => readReport(text)).toThrow(message)
  })
})
