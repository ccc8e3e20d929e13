/**
 * The testers' kit: journeys through the virtual car in virtual time, and the same vocabulary for a car behind a link.
 *
 * ```ts
 * journey('the driver opens his window', async (car) => {
 *   car.hold('DASH.windowFL.down')
 *   await car.until('the window is open', () => car.status('WindowStatus@FL').position_pct === 100)
 * })
 * ```
 */
export type { Driver } from './driver.ts'
export { type DeclareJourney, journey, type JourneyOptions } from './journey.ts'
export { LinkDriver, vehicleAt } from './link.ts'
export { type Heard, heard, type PeerTarget, type Reading, type ReadingAt, type SedanNames } from './names.ts'
export { type Observed, Observer } from './observer.ts'
export { RecordingDriver, vehicleFrom } from './recording.ts'
export { SimulatedVehicle } from './simulated-vehicle.ts'
export { SimulatorDriver } from './simulator.ts'
export { ExpectationError, Vehicle } from './vehicle.ts'
