/** The bytes of the `spine:` stream: runs in browsers, too. */
export {
  BATCH_BYTES, BATCH_HEADER_BYTES, decodeEnvelope, encodeEnvelope, type EnvelopeBody, readRequest, readResult,
  requestBody, responseBody, STREAM_VERSION, STREAM_VIEW, type VssBody, writeBatchHeader,
} from './envelope.ts'
export { encodeStreamFrame, STREAM_FRAME_BYTES, StreamFrameReader, TAG_FRAMES, writeVarint } from './frame-codec.ts'
export { encodeMessage, type MessageSchema } from './message-codec.ts'
export { MAX_MESSAGE_BYTES, MessageReader } from './message-reader.ts'
export { lengthSize, readLength } from './varint.ts'
