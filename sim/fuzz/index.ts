/**
 * Random runs of the car under the checkers: options, scripts drawn from a seed, runs, shrinking, campaigns that spread
 * over machines. A run is a script, a script is data, so each can be replayed, kept and shortened.
 */
export * from './campaign.ts'
export * from './coverage.ts'
export * from './generate.ts'
export * from './keep.ts'
export * from './kinds.ts'
export * from './landmarks.ts'
export * from './options.ts'
export * from './report.ts'
export * from './run.ts'
export * from './scenes.ts'
export * from './script.ts'
export * from './shards.ts'
export * from './shrink.ts'
export * from './stage.ts'
export * from './text.ts'
