export { lampEntry } from './lamp.ts'
export { SUPPLY_MARGIN } from './parameters.ts'
