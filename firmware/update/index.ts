export { areaFault, imageIn, versionIn } from './areas.ts'
export { Journal } from './journal.ts'
export { chooseArea } from './loader.ts'
export { PROOF_ms, Update } from './update.ts'
