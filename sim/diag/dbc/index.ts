/** DBC files of others: parsed, and their messages read. */
export { DbcDatabase, type MessageReading, readMessage, type SignalReading } from './database.ts'
export { dbcText, type DbcMessage, parseDbc } from './parse.ts'
