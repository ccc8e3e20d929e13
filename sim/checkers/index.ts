/**
 * Judges apart from what they judge: they read the trace and the frames, know names and ratings, and nothing of firmware,
 * plants or the car's insides. Each file has one contract; `registry.ts` lists them.
 */
export * from './digest.ts'
export * from './judge.ts'
export * from './judges.ts'
export * from './registry.ts'
export * from './seen.ts'
