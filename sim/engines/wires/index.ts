/** The pins of an emulated board, wired to the sockets and the CAN controller of a hub of the virtual car. */
export { emulatedPins, FULL_SCALE, GAP_ms, numberedPins, TEMPERATURE } from './pins.ts'
export { EmulatedPins } from './wires.ts'
