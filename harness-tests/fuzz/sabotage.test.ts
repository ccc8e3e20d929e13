import { afterEach, describe, expect, it, vi } from 'vitest'
import { describeVerdict, type Verdict } from '#sim/checkers/index.ts'
import { carNames, fuzzOptions, type FuzzOptions, generateScript, onlyRates, runScript } from '#sim/fuzz/index.ts'
import { SABOTAGES, type Sabotage } from './sabotage.ts'

// What people are told must not matter to a judge.
vi.mock('#sim/trace/text.ts', () => ({ eventText: () => 'colourless green ideas' }))

const MOST_RUNS = 24
/** Far more than it takes: other work may slow this machine down. */
const PATIENCE_ms = 300_000

/** Runs in which nothing happens but what a sabotage needs. */
function optionsFor({ rates }: Sabotage): FuzzOptions {
  if (rates === undefined) return fuzzOptions({ seed: 22 })
  return fuzzOptions({ seed: 1, for_ms: 24_000, quiet_ms: 5000, off: 0, nights: 0, perMinute: onlyRates(rates) })
}

/** The first verdicts of a run, and how many runs it took. */
function search(broken: Sabotage): { runs: number, verdicts: readonly Verdict[] } {
  const names = carNames()
  const options = optionsFor(broken)
  for (let run = 0; run < MOST_RUNS; run++) {
    const { events, for_ms = 10_000 } = broken
    const { verdicts } = runScript(events === undefined ? generateScript(options, run, names) : { seed: run, for_ms, events })
    if (verdicts.length > 0) return { runs: run + 1, verdicts }
  }
  return { runs: MOST_RUNS, verdicts: [] }
}

describe('firmware that somebody broke', () => {
  let mend = (): void => undefined
  afterEach(() => mend())

  it.each(SABOTAGES.map(broken => broken.name))('is caught: %s', { timeout: PATIENCE_ms }, (name) => {
    const broken = SABOTAGES.find(one => one.name === name)!
    mend = broken.put()
    const { verdicts } = search(broken)
    expect(verdicts.map(describeVerdict), `no judge objects in ${MOST_RUNS} runs`).not.toEqual([])
    expect(broken.caughtBy).toContain(verdicts[0]!.checker)
  })
})
