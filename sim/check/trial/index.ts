export { TrialTally, type TrialReport } from './tally.ts'
export { drawStaged, drawTrial, type Fault, runHealthy, runTrial } from './trial.ts'
