export { byLaw, type CaseValues, caseText, changedCase, drawCase, nominalCase, OBJECT_KINDS, objectOf, tellCase } from './case.ts'
export { type ClosingResult, closings } from './closings.ts'
export { Hunt, type Prey } from './hunt.ts'
export { closeCase, type Detection, estimate_N, pressCase, SITUATION_NAMES, SITUATIONS } from './judge.ts'
export {
  type ClosingTally, type ForceTally, type RandomOutcome, type RandomReport, RandomTally, runRandom, situationOf,
} from './random.ts'
export { type Conditions, FAIR, PinchRig, PUNCTUAL } from './rig.ts'
export { upperBound } from './statistics.ts'
export { quantile, type RodSummary, Summary } from './summary.ts'
export { Surroundings } from './surroundings.ts'
export { pinchSvg } from './svg.ts'
export {
  caseCount, casesOf, describeCase, describeConditions, FULL_PLAN, LIMIT_N, MEDIAN_N, PinchSweep, QUICK_PLAN, type SweepPlan,
} from './sweep.ts'
export { traceSvg } from './trace-svg.ts'
export { type CaseMoment, traceCase } from './trace.ts'
export { CASE_PARAMETERS, type CaseParameter, type CaseSpace, drawUnit, type HeldRanges, heldSpace, SPACE } from './tolerances.ts'
