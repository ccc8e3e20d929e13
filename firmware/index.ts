export type { CanPort, FilterBank, Flash, Hal, Nvm, Port } from './hal.ts'
