export type { Account } from './account.ts'
export { Allocator } from './allocator.ts'
export { copperLimitsOf } from './copper-limits.ts'
export { CopperLoad } from './copper-load.ts'
