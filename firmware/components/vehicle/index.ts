export { vehicleEntry } from './vehicle.ts'
