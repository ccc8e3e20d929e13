export { latchEntry } from './latch.ts'
