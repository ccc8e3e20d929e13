export { amplifierEntry } from './amplifier.ts'
