export { formatCandumpLine } from './candump.ts'
export { FileReplay } from './file-replay.ts'
export { Flow } from './flow.ts'
export {
  type BadLine, CANDUMP, isReadable, isWritable, KEPT, type Kept, LOG_FORMATS, type LogFormat, logFormatOf, placeOf, type ReadableFormat,
  type WritableFormat,
} from './format.ts'
export { CAN_XL, type LogFrame } from './log-frame.ts'
export { PieceBuffer } from './piece-buffer.ts'
