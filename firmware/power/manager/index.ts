export type { BusWatch } from './bus-watch.ts'
export { FIRST_MANAGER, type ManagerEntry, type ManagerHost, PowerManager, STANDBY_MANAGER } from './manager.ts'
export { ManagerSeat } from './seat.ts'
export { Shedding } from './shedding.ts'
