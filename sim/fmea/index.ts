/**
 * Failure mode and effects analysis of a car, by simulation: every fault is run against every function, and what is lost, what the car
 * says about it and whether it stayed safe is held against the healthy car.
 */
export { type Choice, Fmea, type Report } from './campaign.ts'
export { faultName, FAULT_KINDS, faultsOf } from './faults.ts'
export { functionsOf } from './functions.ts'
export { htmlPage } from './html.ts'
export { type Row, SEVERITIES } from './rows.ts'
export { csvText, dutyText, functionsText, harmText, saidText } from './text.ts'
export { threatText } from './threats.ts'
export { type Counts, differences, SEVERITY_NAMES, totalsOf, worstFirst } from './totals.ts'
export { faultTrees, treeText } from './tree.ts'
