export { seatFanEntry } from './seat-fan.ts'
