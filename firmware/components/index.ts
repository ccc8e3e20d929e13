export {
  type Board, COMMAND_RANK, type CommandRank, type Component, type ComponentContext, type ComponentEntry, COMPONENT_FAULT,
  type ComponentFault, type ContextOf, type DriverJob, HOLD_TIMEOUT_ms, type PortPower, type VehicleView,
} from './component.ts'
