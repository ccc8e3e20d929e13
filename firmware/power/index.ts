export type { DropLimits, HubSupply, PowerPlan } from './plan.ts'
export { POWER_RULES, type Priority, PRIORITY } from './rules.ts'
