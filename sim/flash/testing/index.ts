export { type ConsoleFaults, type EmulatedBoard, EmulatedEspruino } from './emulated-espruino.ts'
