export { TrialTally, type TrialReport } from './tally.ts'
export { drawStaged, drawTrial, runTrial } from './trial.ts'
