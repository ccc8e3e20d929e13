import * as z from 'zod/mini'
import {
  byName, DataError, list, looseObject, type Made, number, object, oneOfObjects, optional, read, related, text, whole,
} from '../schema/index.ts'
import { optionsSchema } from './options.ts'
import { scriptSchema } from './script.ts'
import { MOST_SHARDS, runsOf, type Shard, WHOLE } from './shards.ts'

export const REPORT_FORMAT = 'spine-fuzz-2'

const count = whole(0, Number.MAX_SAFE_INTEGER)
const amount = number(0, Number.MAX_VALUE)
const counts = byName(count)

const verdictSchema = object({ checker: text, t_ns: count, what: z.string(), numbers: byName(z.number()) })

/** A run that a checker objected to. */
const failureSchema = object({
  run: count,
  verdicts: list(verdictSchema, 1),
  /** Runs exactly this again. */
  replay: text,
  /** Over every frame and record of the whole run: the replay shows the same. */
  digest: text,
  /** The shortest script found that fails in the same way. */
  script: scriptSchema,
  /** Files of the whole run: frames, and events beside them. */
  trace: optional(text),
})

const shardSchema = object({
  index: count,
  count: whole(1, MOST_SHARDS),
  /** Runs of its share that are done, in their order. */
  done: count,
  frames: count,
  events: count,
  virtual_s: amount,
  /** Real time, s. */
  wall_s: amount,
  /** Sum over the digests of its runs: the same on every machine. */
  digest: whole(0, 0xffff_ffff),
  /** How many runs did an event of each kind, and how many reached each landmark. */
  kinds: counts,
  reached: counts,
})

/** What a campaign, or a share of one, has found so far: printed, kept to resume from, merged with the other shares. */
const reportSchema = oneOfObjects('format', [related(looseObject({
  format: z.literal(REPORT_FORMAT),
  /** What was to be done. */
  runs: count,
  options: optionsSchema,
  shards: list(shardSchema, 1),
  failures: list(failureSchema),
}), ({ runs, shards }, path) => shards.flatMap((shard, i) => {
  const at = `${path}.shards[${i}]`
  if (shard.index >= shard.count) return [`${at}.index: is ${shard.index}, not a number in 0…${shard.count - 1}`]
  const most = runsOf(shard, runs)
  return shard.done <= most ? [] : [`${at}.done: is ${shard.done}, not a number in 0…${most}`]
}))])

export type Report = Made<typeof reportSchema>
export type Failure = Made<typeof failureSchema>
/** Of a share; it grows. */
export type ShardReport = z.output<typeof shardSchema>

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

/** Checks the data of a file. Throws a DataError that names everything that is wrong. */
export function readReport(data: unknown): Report {
  return read(reportSchema, data, 'report')
}

/** A report, and where it comes from. */
export interface Source {
  readonly name: string
  readonly report: Report
}

/** Joins the shares of one campaign. Throws a DataError that names every report that is not of it, and every share that is there twice. */
export function mergeReports(sources: readonly Source[]): Report {
  const [first] = sources
  if (first === undefined) throw new DataError(['there is no report to merge'])
  const problems: string[] = []
  const shards = new Map<number, { readonly name: string, readonly shard: ShardReport }>()
  const failures: Failure[] = []
  for (const { name, report } of sources) {
    const other = (['runs', 'options'] as const).find(field => JSON.stringify(report[field]) !== JSON.stringify(first.report[field]))
    if (other !== undefined) {
      problems.push(`${name}: is of another campaign than ${first.name}: other ${other === 'runs' ? 'runs' : 'seed or options'}`)
      continue
    }
    for (const shard of report.shards) {
      const { count } = first.report.shards[0]!
      const twin = shards.get(shard.index)
      if (shard.count !== count) problems.push(`${name}: its share ${nameOf(shard)} does not fit the shares of ${count} in ${first.name}: they overlap`)
      else if (twin !== undefined) problems.push(`${name}: share ${nameOf(shard)} is there twice, in ${twin.name}, too`)
      else shards.set(shard.index, { name, shard: structuredClone(shard) })
    }
    failures.push(...report.failures)
  }
  if (problems.length > 0) throw new DataError(problems)
  return {
    ...first.report,
    shards: [...shards.values()].map(({ shard }) => shard).sort((a, b) => a.index - b.index),
    failures: failures.sort((a, b) => a.run - b.run),
  }
}

/** `2/4`, `3/4 (7 of its 25 runs are done)`: the shares with runs that were not done. */
export function missingShares({ runs, shards }: Report): string[] {
  const { count } = shards[0]!
  const missing: string[] = []
  for (let index = 0; index < count; index++) {
    const due = runsOf({ index, count }, runs)
    const done = shards.find(shard => shard.index === index)?.done ?? 0
    if (done < due) missing.push(`${nameOf({ index, count })}${done === 0 ? '' : ` (${done} of its ${due} runs are done)`}`)
  }
  return missing
}

function nameOf({ index, count }: Shard): string {
  return `${index + 1}/${count}`
}
