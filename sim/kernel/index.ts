export { Kernel, Timer } from './kernel.ts'
export { type Host, Pacer } from './pacing.ts'
export { Prng } from './prng.ts'
