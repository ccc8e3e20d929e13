export { benchLatency } from './latency.ts'
export { benchMemory } from './memory.ts'
export { benchSlcan } from './slcan.ts'
