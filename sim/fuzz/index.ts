/**
 * Random runs of the car under the checkers: options, scripts drawn from a seed, runs, shrinking, campaigns that spread
 * over machines. A run is a script, a script is data, so each can be replayed, kept and shortened.
 */
export { BrokenRun, Campaign } from './campaign.ts'
export { generateScript } from './generate.ts'
export { FUZZ_KINDS, kindNamed } from './kinds.ts'
export { lyingMemory } from './kinds/index.ts'
export { chosenCar } from './chosen-car.ts'
export { EVERYTHING, FUZZ_DEFAULTS, type FuzzOptions, fuzzOptions, onlyRates, type Rates } from './options.ts'
export { type Failure, mergeReports, missingShares, readReport, type Report, type Totals, totalsOf } from './report.ts'
export { LEAST_OBSERVED_ms, type ObservedResponse, ResponseObserver } from './response-meter.ts'
export { runScript } from './run.ts'
export { type RunTrace, traceOf } from './run-trace.ts'
export { describeEvent, type FuzzEvent, readScript, type Script } from './script.ts'
export { parseShard, type Shard, shardFrom, WHOLE, withoutCount } from './shards.ts'
export { carNames, type Stage, stageAround } from './stage.ts'
export { coverageText, failureText, unreached } from './text.ts'
