export { byLaw, type CaseValues, caseText, changedCase, drawCase, nominalCase, OBJECT_KINDS, objectOf, tellCase } from './case.ts'
export { type ClosingResult, closings } from './closings.ts'
export { closeCase, type Detection, estimate_N, pressCase, SITUATION_NAMES, SITUATIONS } from './judge.ts'
export { Measuring } from './measuring.ts'
export { type Conditions, FAIR, PinchRig, PUNCTUAL } from './rig.ts'
export { normal, Road } from './road.ts'
export { quantile, type RodSummary, Summary } from './summary.ts'
export { sine, Surroundings } from './surroundings.ts'
export { pinchSvg } from './svg.ts'
export {
  caseCount, casesOf, describeCase, describeConditions, FULL_PLAN, LIMIT_N, MEDIAN_N, PinchSweep, QUICK_PLAN, type SweepPlan,
} from './sweep.ts'
export { CASE_PARAMETERS, SPACE } from './tolerances.ts'
