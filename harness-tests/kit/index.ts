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
export * from './driver.ts'
export * from './journey.ts'
export * from './link.ts'
export * from './names.ts'
export * from './observer.ts'
export * from './recording.ts'
export { SimulatedVehicle } from './simulated-vehicle.ts'
export * from './simulator.ts'
export * from './vehicle.ts'
