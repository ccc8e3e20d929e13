export { formatCandumpLine } from './candump.ts'
export {
  type BadLine, CANDUMP, isReadable, isWritable, KEPT, type Kept, LOG_FORMATS, type LogFormat, logFormatOf,
  type LogWriter, placeOf, type ReadableFormat, type WritableFormat,
} from './format.ts'
export { CAN_XL, type LogDetails, type LogFrame, LONGEST_PIECE, NO_DETAILS, timeFault } from './log-frame.ts'
export { PieceBuffer } from './piece-buffer.ts'
