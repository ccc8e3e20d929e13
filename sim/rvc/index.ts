/** A bus beside an RV-C bus: translated, never bridged raw. */
export { RvcBridge } from './bridge.ts'
export { devicesOf } from './devices.ts'
