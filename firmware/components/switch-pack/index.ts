export { SWITCH_PARAMETERS } from './parameters.ts'
export { switchPackEntry } from './switch-pack.ts'
