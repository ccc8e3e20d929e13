export { formatCandumpLine } from './candump.ts'
export {
  CANDUMP, isReadable, isWritable, LOG_FORMATS, type LogFormat, logFormatOf, placeOf, type ReadableFormat, type WritableFormat,
} from './format.ts'
export { CAN_XL, type LogDetails, type LogFrame, LONGEST_PIECE, NO_DETAILS, timeFault, TRUNCATED } from './log-frame.ts'
export { type BadLine, type LogSink, type LogWriter, seekSteps } from './log-io.ts'
export { PieceBuffer } from './piece-buffer.ts'
export { KEPT, type Kept, READABLE_KINDS, readableKindOf } from './readable.ts'
