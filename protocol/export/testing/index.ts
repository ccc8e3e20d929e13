export { rawOf, readDbc } from './dbc-reader.ts'
export { kcdFaults } from './kcd-rules.ts'
export { BlindCommand, BlindStatus, LATER_CODECS, LATER_ROWS, laterCodec, SeatCommand, SeatStatus } from './later-classes.ts'
