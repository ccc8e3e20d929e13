/**
 * Messages by name, for tools: lookup, decoding any frame, encoding from names and texts. Host code; hubs use the
 * generated codecs directly.
 */
export * from './messages/decode.ts'
export * from './messages/encode.ts'
export * from './messages/entries.ts'
export * from './messages/errors.ts'
export * from './messages/sender.ts'
export * from './messages/text.ts'
