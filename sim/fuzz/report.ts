import type { Verdict } from '../checkers/index.ts'
import type { FuzzOptions } from './options.ts'
import type { Script } from './script.ts'
import { runsOf, type Shard } from './shards.ts'

export const REPORT_FORMAT = 'spine-fuzz-1'

/** A run that a checker objected to. */
export interface Failure {
  readonly run: number
  readonly verdicts: readonly Verdict[]
  /** Runs exactly this again. */
  readonly replay: string
  /** The shortest script found that fails in the same way. */
  readonly script: Script
  /** Files of the whole run: frames, and events beside them. */
  readonly trace?: string
}

/** What a campaign, or a share of one, has found so far: printed, kept to resume from, merged with the other shares. */
export interface Report {
  readonly format: typeof REPORT_FORMAT
  /** What was to be done. */
  readonly runs: number
  readonly options: FuzzOptions
  readonly shards: readonly ShardReport[]
  readonly failures: readonly Failure[]
}

export interface ShardReport extends Shard {
  /** Runs of its share that are done, in their order. */
  done: number
  frames: number
  events: number
  /** Real time, s. */
  wall_s: number
  /** Sum over the digests of its runs: the same on every machine. */
  digest: number
}

/** A share that has not begun. */
export function emptyShard(shard: Shard): ShardReport {
  return { ...shard, done: 0, frames: 0, events: 0, wall_s: 0, digest: 0 }
}

/** Totals over the shares that a report has. */
export interface Totals {
  readonly done: number
  /** Runs of shares that are missing or not complete. */
  readonly missing: number
  readonly virtual_s: number
  readonly wall_s: number
  readonly frames: number
  readonly events: number
  /** 8 hexadecimal digits; equal for equal campaigns, however they were shared out. */
  readonly digest: string
}

export function totalsOf({ runs, options, shards }: Report): Totals {
  let done = 0
  let wall_s = 0
  let frames = 0
  let events = 0
  let digest = 0
  for (const shard of shards) {
    done += shard.done
    wall_s += shard.wall_s
    frames += shard.frames
    events += shard.events
    digest = (digest + shard.digest) >>> 0
  }
  return {
    done, missing: runs - done, virtual_s: done * options.for_ms / 1000, wall_s, frames, events, digest: digest.toString(16).padStart(8, '0'),
  }
}

/** Reads a report from JSON text. Throws an Error that says what is wrong. */
export function readReport(text: string): Report {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw new Error(`it is no JSON: ${(error as Error).message}`)
  }
  const report = data as Partial<Report> | null
  if (report?.format !== REPORT_FORMAT) throw new Error(`it is no report of spine fuzz (format ${JSON.stringify(report?.format)})`)
  if (!Array.isArray(report.shards) || !Array.isArray(report.failures) || report.options === undefined || !Number.isInteger(report.runs)) {
    throw new Error('it is not complete')
  }
  return report as Report
}

/** Joins the shares of one campaign. Throws an Error when they are not of one. */
export function mergeReports(reports: readonly Report[]): Report {
  const [first, ...others] = reports
  if (first === undefined) throw new Error('there is no report to merge')
  const plan = JSON.stringify([first.runs, first.options])
  const shards = [...first.shards]
  const failures = [...first.failures]
  for (const report of others) {
    if (JSON.stringify([report.runs, report.options]) !== plan) throw new Error('the reports are of campaigns with other seeds, runs or options')
    for (const shard of report.shards) {
      const [one] = shards
      if (one !== undefined && one.count !== shard.count) throw new Error(`a share of ${shard.count} does not fit one of ${one.count}`)
      if (shards.some(other => other.index === shard.index)) throw new Error(`share ${shard.index + 1}/${shard.count} is there twice`)
      shards.push(shard)
    }
    failures.push(...report.failures)
  }
  shards.sort((a, b) => a.index - b.index)
  failures.sort((a, b) => a.run - b.run)
  return { ...first, shards, failures }
}

/** True when each run of each share of the campaign was done. */
export function isComplete({ runs, shards }: Report): boolean {
  const [first] = shards
  return first !== undefined && shards.length === first.count && shards.every(shard => shard.done === runsOf(shard, runs))
}
