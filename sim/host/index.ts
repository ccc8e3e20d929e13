export { ChipCan } from './chip-can.ts'
export { type FirmwareImage, HubHost, type Instruments, type ResetCauseName } from './hub-host.ts'
export { commutated_A, Measuring, type MeasuringErrors } from './measuring.ts'
export { NvmStore } from './nvm-store.ts'
