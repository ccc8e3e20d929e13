export { Mcp2515Chip } from './chip.ts'
