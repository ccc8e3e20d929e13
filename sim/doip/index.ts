/** A car's hubs for testers that speak DoIP (ISO 13400-2). */
export { ALL_HUBS, ENTITY, logicalAddress } from './session.ts'
export { DoipServer } from './server.ts'
