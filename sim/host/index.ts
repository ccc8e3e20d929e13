export { ChipCan } from './chip-can.ts'
export { type FirmwareImage, HubHost, type ResetCauseName } from './hub-host.ts'
export { NvmStore } from './nvm-store.ts'
