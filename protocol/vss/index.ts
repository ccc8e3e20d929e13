/** Our messages as signals of COVESA's Vehicle Signal Specification. */
export { VSS_SIGNALS, type VssReading, type VssSignal, type VssValue } from './table.ts'
export { vssOf } from './view.ts'
