export { TrialTally, type TrialReport } from './tally.ts'
export { drawStaged, drawTrial, runHealthy, runTrial } from './trial.ts'
