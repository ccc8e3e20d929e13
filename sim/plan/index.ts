export { partsCsv, wiresCsv } from './csv.ts'
export { readPrices, type PriceTable } from './parts.ts'
export { type Plan, planOf } from './plan.ts'
export { GOAL, type SizeGoal, sizeCar, type Sizing } from './size.ts'
