export { type ClosingResult, closings } from './closings.ts'
export { type Conditions, FAIR, PinchRig, PUNCTUAL } from './rig.ts'
export { normal, Road } from './road.ts'
export { quantile, type RodSummary, Summary } from './summary.ts'
export { pinchSvg } from './svg.ts'
export {
  caseCount, casesOf, describeCase, describeConditions, FULL_PLAN, LIMIT_N, MEDIAN_N, PinchSweep, QUICK_PLAN, type SweepPlan,
} from './sweep.ts'
