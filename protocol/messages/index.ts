/**
 * Messages by name, for tools: lookup, decoding any frame, encoding from names and texts. Host code; hubs use the
 * generated codecs directly.
 */
export * from './decode.ts'
export * from './encode.ts'
export * from './entries.ts'
export * from './errors.ts'
export * from './sender.ts'
export * from './text.ts'
