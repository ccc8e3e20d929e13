export { type BatteryOptions, batterySchema } from './battery.ts'
export { BrownOut, type WatchedSupply } from './brown-out.ts'
export { drop, mainSegment, segment } from './cables.ts'
export {
  type CableCapability, type Capability, capabilityOf, type PredictedSource, predictMinimumVoltage, WEAK_BATTERY,
} from './capability.ts'
export { COPPER_FAULTS, type SupplyFault } from './copper-faults.ts'
export { interpolate, type Table } from './interpolate.ts'
export { cranking, CRANKING_LEVELS, type CrankingLevel, jumpStart, loadDump, pulse4, reverse, type SupplyProfile } from './profiles.ts'
export { SEDAN_COPPER } from './sedan-copper.ts'
export { type PlaceName, PLACE_NAMES, placeOfHub } from './places.ts'
export { createSupply, Supply } from './supply.ts'
export type { CopperTopology } from './topology.ts'
export { copperSchema } from './validate.ts'
