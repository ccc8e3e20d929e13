export { CR, decodeSlcanFrame, encodeSlcanFrame, isFrameLetter, readHex, SLCAN_FRAME_BYTES } from './codec.ts'
export { SlcanLineReader } from './line-reader.ts'
