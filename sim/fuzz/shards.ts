/** Which runs of a campaign are this machine's: those whose number leaves `index` when divided by `count`. */
export interface Shard {
  /** 0 … count − 1. */
  readonly index: number
  readonly count: number
}

export const WHOLE: Shard = { index: 0, count: 1 }

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What schedulers tell their jobs: the variable with the index, the number the first job has, and the variable with the
 * count, where there is one.
 */
const SCHEDULERS: readonly { readonly index: string, readonly first: number | string, readonly count?: string }[] = [
  // Kubernetes indexed jobs do not tell the count: --shard auto/N.
  { index: 'JOB_COMPLETION_INDEX', first: 0 },
  // GitLab, and others that count jobs from 1.
  { index: 'CI_NODE_INDEX', first: 1, count: 'CI_NODE_TOTAL' },
  { index: 'CIRCLE_NODE_INDEX', first: 0, count: 'CIRCLE_NODE_TOTAL' },
  { index: 'BUILDKITE_PARALLEL_JOB', first: 0, count: 'BUILDKITE_PARALLEL_JOB_COUNT' },
  { index: 'SYSTEM_JOBPOSITIONINPHASE', first: 1, count: 'SYSTEM_TOTALJOBSINPHASE' },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', first: 0, count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { index: 'SLURM_ARRAY_TASK_ID', first: 'SLURM_ARRAY_TASK_MIN', count: 'SLURM_ARRAY_TASK_COUNT' },
]
export const MOST_SHARDS = 100_000

/** Variables that name a shard, for help texts. */
const SHARD_VARIABLES: readonly string[] = SCHEDULERS.map(scheduler => scheduler.index)

/**
 * Reads `2/8` (the second of eight) or `auto/8` (of eight, the index from the scheduler's variable). Throws RangeError.
 */
export function parseShard(text: string, environment: Environment): Shard {
  const match = /^(\d+|auto)\/(\d+)$/.exec(text.trim())
  if (match === null) throw new RangeError(`"${text}" is no share: write 2/8 for the second of eight, or auto/8 to take the index from the scheduler`)
  const count = Number(match[2])
  if (match[1] !== 'auto') return checked(Number(match[1]) - 1, count, text)
  const found = indexFrom(environment)
  if (found === undefined) throw new RangeError(`"${text}" needs an index in one of ${SHARD_VARIABLES.join(', ')}`)
  return checked(found.index, count, `${found.variable}=${environment[found.variable]}`)
}

/** The share that a scheduler gives this job; the whole when none does. Throws RangeError for variables that contradict. */
export function shardFrom(environment: Environment): Shard {
  const found = indexFrom(environment)
  const total = found?.count === undefined ? undefined : environment[found.count]
  if (found === undefined || total === undefined) return WHOLE
  return checked(found.index, Number(total), `${found.variable}=${environment[found.variable]}, ${found.count}=${total}`)
}

/** A variable that says which job this is while nothing says of how many: `JOB_COMPLETION_INDEX=3`. */
export function withoutCount(environment: Environment): string | undefined {
  const found = indexFrom(environment)
  if (found === undefined || (found.count !== undefined && environment[found.count] !== undefined)) return undefined
  return `${found.variable}=${environment[found.variable]}`
}

function indexFrom(environment: Environment): { index: number, variable: string, count: string | undefined } | undefined {
  for (const { index, first, count } of SCHEDULERS) {
    const given = environment[index]
    if (given === undefined || given === '') continue
    const origin = typeof first === 'number' ? first : Number(environment[first] ?? 0)
    return { index: Number(given) - origin, variable: index, count }
  }
  return undefined
}

function checked(index: number, count: number, text: string): Shard {
  if (!Number.isInteger(count) || count < 1 || count > MOST_SHARDS) throw new RangeError(`${text}: there cannot be ${count} shares`)
  if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`${text}: there is no share ${index + 1} of ${count}`)
  return { index, count }
}

/** How many of `runs` runs are this shard's. */
export function runsOf(shard: Shard, runs: number): number {
  return Math.max(0, Math.ceil((runs - shard.index) / shard.count))
}
