/** A car that runs in step with real time, and what people and pages ask of it. Runs in browsers, too. */
export { type CarDescription, Controls, type LiveSnapshot } from './controls.ts'
export { type CheckedDrive, type Drive, readDrive, Session } from './session.ts'
export { LONGEST_HOLD_ms } from './thumbs.ts'
