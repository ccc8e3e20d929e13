/** The bytes of GVRET. */
export { BINARY_MODE, COMMAND, decodeToHost, encodeToDevice, GVRET_FRAME_BYTES, lengthToHost, START, writeWord } from './codec.ts'
export { GvretReader } from './reader.ts'
