export { Bridge, type BridgeOptions, type BridgeSnapshot, type DirectionSnapshot } from './bridge.ts'
export type { DirectionOptions } from './direction.ts'
export type { IdentifierCount } from './identifiers.ts'
export type { LagSummary } from './loop-lag.ts'
