export { bitTiming } from './bit-timing.ts'
export type { CanSpi } from './can-spi.ts'
export { Mcp2515 } from './mcp2515.ts'
