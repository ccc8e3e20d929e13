export type { CanPort, FilterBank, Hal, Nvm, Port } from './hal.ts'
