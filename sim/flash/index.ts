/** Writing a hub's program to a board through its cable. */
export { claimed } from './claim.ts'
export { EspruinoFlasher, type FlashProgress, type FoundBoard, identify, obstacles, VARIABLES } from './espruino-flasher.ts'
export { findModdable, ModdableFlasher, type ModdableSdk, writeProject } from './moddable-flasher.ts'
export { FlashError, Repl } from './repl.ts'
