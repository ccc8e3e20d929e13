/** The virtual car: cars as data, the simulator, what can be done to it, and the judges of its trace. */
export {
  attachNode, type BusPort, Car, type CarFacts, carFacts, type CarOptions, CARS, type ComponentData, COUPE, createCar, type HubData,
  type HubName, type PowerFaults, readTopology, schedulePowerFaults, SEDAN, type Topology, type TopologyData, withBattery,
} from './car/index.ts'
export * from './checkers/index.ts'
export { Kernel, Prng, Timer } from './kernel/index.ts'
export { AmplifierPlant, LampPlant, LatchPlant, MirrorPlant, SwitchPackPlant, VehiclePlant, WindowPlant } from './plants/index.ts'
export {
  cranking, CRANKING_LEVELS, type CrankingLevel, drop, jumpStart, loadDump, pulse4, reverse, segment, type SupplyProfile,
} from './power/index.ts'
export * from './trace/index.ts'
