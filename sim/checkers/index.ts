/**
 * Judges apart from what they judge: they read the trace and the frames, know names and ratings, and nothing of firmware,
 * plants or the car's insides. Each file has one contract; `registry.ts` lists them.
 */
export { compareRuns, DETERMINISM, Digest } from './digest.ts'
export type { Accuse, Checker, CheckerEntry, Verdict } from './judge.ts'
export { BLIND, describeVerdict, type Judged, Judges, watch } from './judges.ts'
export { CHECKERS } from './registry.ts'
export { type Facts, type Feeder, MS_ns, type SeenFrame, type TappedFrame } from './seen.ts'
