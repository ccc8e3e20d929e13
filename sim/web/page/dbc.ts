/** The part of the page that knows DBC files. */
export { DbcDatabase, dbcText, parseDbc } from '#sim/diag/dbc/index.ts'
