export type { EspruinoFlash } from './api.ts'
export { serialOf } from './hal.ts'
