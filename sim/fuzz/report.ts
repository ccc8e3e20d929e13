import type { Verdict } from '../checkers/index.ts'
import type { FuzzOptions } from './options.ts'
import type { Script } from './script.ts'
import { runsOf, type Shard, WHOLE } from './shards.ts'

export const REPORT_FORMAT = 'spine-fuzz-2'

/** A run that a checker objected to. */
export interface Failure {
  readonly run: number
  readonly verdicts: readonly Verdict[]
  /** Runs exactly this again. */
  readonly replay: string
  /** Over every frame and record of the whole run: the replay shows the same. */
  readonly digest: string
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
  virtual_s: number
  /** Real time, s. */
  wall_s: number
  /** Sum over the digests of its runs: the same on every machine. */
  digest: number
  /** How many runs did an event of each kind, and how many reached each landmark. */
  readonly kinds: Counts
  readonly reached: Counts
}

/** By name; what is missing is 0. */
export type Counts = Record<string, number>

/** A share that has not begun. */
export function emptyShard({ index, count }: Shard): ShardReport {
  return { index, count, done: 0, frames: 0, events: 0, virtual_s: 0, wall_s: 0, digest: 0, kinds: {}, reached: {} }
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
  readonly kinds: Readonly<Counts>
  readonly reached: Readonly<Counts>
  /** 8 hexadecimal digits; equal for equal campaigns, however they were shared out. */
  readonly digest: string
}

export function totalsOf({ runs, shards }: Report): Totals {
  const sum = emptyShard(WHOLE)
  for (const shard of shards) {
    for (const name of SUMMED) sum[name] += shard[name]
    sum.digest = (sum.digest + shard.digest) >>> 0
    addCounts(sum.kinds, shard.kinds)
    addCounts(sum.reached, shard.reached)
  }
  const { done, virtual_s, wall_s, frames, events, kinds, reached, digest } = sum
  return { done, missing: runs - done, virtual_s, wall_s, frames, events, kinds, reached, digest: digest.toString(16).padStart(8, '0') }
}

const SUMMED = ['done', 'frames', 'events', 'virtual_s', 'wall_s'] as const

/** Adds counts to others, name by name. */
export function addCounts(to: Counts, more: Readonly<Counts>): void {
  for (const [name, count] of Object.entries(more)) to[name] = (to[name] ?? 0) + count
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
  if (!Array.isArray(report.shards) || !Array.isArray(report.failures) || typeof report.options !== 'object' || !Number.isInteger(report.runs)) {
    throw new Error('it is not complete')
  }
  for (const shard of report.shards as readonly Partial<ShardReport>[]) checkShard(shard)
  return report as Report
}

function checkShard(shard: Partial<ShardReport>): void {
  for (const [name, blank] of Object.entries(emptyShard(WHOLE))) {
    const value = (shard as Record<string, unknown> | null)?.[name]
    if (typeof value !== typeof blank || value === null) throw new Error(`a share has no "${name}"`)
  }
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
