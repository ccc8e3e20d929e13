/**
 * How many random cases a property is tried with: `count`, or the share of it that the environment's SPINE_RUNS_SHARE says.
 * Mutation testing tries every property hundreds of times, and takes fewer.
 */
export function runs(count: number): number {
  const share = Number(process.env['SPINE_RUNS_SHARE'] ?? 1)
  return Math.max(5, Math.ceil(count * (share > 0 ? share : 1)))
}
