import { compareRuns, DETERMINISM, type Verdict } from '../checkers/index.ts'
import { generateScript } from './generate.ts'
import type { FuzzOptions } from './options.ts'
import { addCounts, emptyShard, type Failure, type Report, REPORT_FORMAT, type ShardReport } from './report.ts'
import { type RunResult, runScript } from './run.ts'
import type { Script } from './script.ts'
import { runsOf, type Shard } from './shards.ts'
import { shrink } from './shrink.ts'
import { type CarNames, carNames, type FuzzImage } from './stage.ts'

/** One run in so many is run twice: both must be one. */
const TWICE_EVERY = 20

export interface CampaignOptions {
  readonly runs: number
  readonly options: FuzzOptions
  readonly shard: Shard
  /** The command that replays a run. */
  readonly replay: (run: number) => string
  /** Make failing scripts small. */
  readonly shrink: boolean
  /** Keeps what a failing run showed; returns where. */
  readonly keep?: (run: number, script: Script) => string
  /** Real time, s. */
  readonly clock_s: () => number
  /** What an earlier session of this very share has done. */
  readonly resumed?: Report
  /** Other firmware than the car's own. */
  readonly image?: FuzzImage
  /** Awaited between the runs that make a script small, so that signals get their turn; `false`: small enough. */
  readonly breathe?: () => Promise<boolean>
}

/** A run that came to no end: something threw that is no finding of a judge. `cause` is what. */
export class BrokenRun extends Error {
  readonly run: number
  readonly script: Script

  constructor(run: number, script: Script, cause: unknown) {
    super(`run ${run} came to no end: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'BrokenRun'
    this.run = run
    this.script = script
  }
}

/** A share of a campaign, run by run. */
export class Campaign {
  private readonly campaign: CampaignOptions
  private readonly names: CarNames
  private readonly shard: ShardReport
  private readonly failures: Failure[]

  constructor(campaign: CampaignOptions) {
    const { shard, resumed } = campaign
    this.campaign = campaign
    this.names = carNames(campaign.options.car)
    this.shard = structuredClone(resumed?.shards.find(other => other.index === shard.index) ?? emptyShard(shard))
    this.failures = [...(resumed?.failures ?? [])]
  }

  /** Runs of this share, and how many of them are done. */
  get share(): number {
    return runsOf(this.campaign.shard, this.campaign.runs)
  }

  get done(): number {
    return this.shard.done
  }

  get failed(): number {
    return this.failures.length
  }

  /** Does the next run. Returns the failure if it is one; `undefined` when it is good. Throws a BrokenRun for one that comes to no end. */
  async next(): Promise<Failure | undefined> {
    const { shard } = this
    const run = shard.index + shard.done * shard.count
    const script = generateScript(this.campaign.options, run, this.names)
    try {
      return await this.judge(run, script)
    } catch (error) {
      throw new BrokenRun(run, script, error)
    }
  }

  report(): Report {
    const { runs, options } = this.campaign
    return { format: REPORT_FORMAT, runs, options, shards: [structuredClone(this.shard)], failures: [...this.failures] }
  }

  private async judge(run: number, script: Script): Promise<Failure | undefined> {
    const { campaign, shard } = this
    const begin_s = campaign.clock_s()
    const result = runScript(script, {}, campaign.image)
    const verdicts = result.verdicts.length > 0 || run % TWICE_EVERY !== 0 ? result.verdicts : this.again(script, result)
    this.count(script, result)
    const failure = verdicts.length === 0 ? undefined : await this.fail(run, script, verdicts, result)
    shard.wall_s += campaign.clock_s() - begin_s
    return failure
  }

  private count(script: Script, { frames, virtual_s, digest, done, reached }: RunResult): void {
    const { shard } = this
    shard.done++
    shard.frames += frames
    shard.events += script.events.length
    shard.virtual_s += virtual_s
    shard.digest = (shard.digest + parseInt(digest.value, 16)) >>> 0
    addCounts(shard.kinds, once(done))
    addCounts(shard.reached, once(reached))
  }

  private again(script: Script, first: RunResult): readonly Verdict[] {
    const verdict = compareRuns(first.digest, runScript(script, {}, this.campaign.image).digest)
    return verdict === undefined ? [] : [verdict]
  }

  private async fail(run: number, script: Script, verdicts: readonly Verdict[], { digest }: RunResult): Promise<Failure> {
    const { campaign } = this
    const trace = campaign.keep?.(run, script)
    const [verdict] = verdicts
    const again = (smaller: Script): RunResult => runScript(smaller, {}, campaign.image)
    const shrinks = campaign.shrink && verdict!.checker !== DETERMINISM
    const small = shrinks ? (await shrink(script, verdict!, again, campaign.breathe)).script : script
    const failure: Failure = {
      run, verdicts, replay: campaign.replay(run), digest: digest.value, script: small, ...(trace !== undefined && { trace }),
    }
    this.failures.push(failure)
    return failure
  }
}

function once(names: ReadonlySet<string>): Record<string, number> {
  return Object.fromEntries([...names].map(name => [name, 1]))
}
