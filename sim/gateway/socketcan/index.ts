export { busEvent, describeErrorFrame, tellsOverflow } from './error-frame.ts'
export type { FilterRow, InterfaceStatus, KernelView } from './interface.ts'
export { ACCEPT_NOTHING, type KernelFilter, type OpenChannel, type OutMessage, type RawChannel, type RawMessage } from './raw-channel.ts'
export type { Platform } from './socketcan-link.ts'
