import { Campaign, type Failure, failureText, fuzzOptions, type Report, WHOLE } from '#sim/fuzz/index.ts'

/** The random runs that belong to every test run: always the same. */
export const PORTION = { seed: 2026, runs: 60 }

const replay = (run: number): string => `npx spine fuzz --seed ${PORTION.seed} --run ${run}`

/** The portion, some runs at a time. */
export class Portion {
  private readonly campaign = new Campaign({
    runs: PORTION.runs, options: fuzzOptions({ seed: PORTION.seed }), shard: WHOLE, shrink: false, clock_s: () => 0, replay,
  })

  /** Does the next `count` runs. Throws with what failed, and how to see it again. */
  async next(count: number): Promise<void> {
    const failures: Failure[] = []
    for (let i = 0; i < count; i++) {
      const failure = await this.campaign.next()
      if (failure !== undefined) failures.push(failure)
    }
    if (failures.length > 0) throw new Error(failures.map(failureText).join('\n\n'))
  }

  report(): Report {
    return this.campaign.report()
  }
}
