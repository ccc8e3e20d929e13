/** The protocol for programs on a host: codecs, frames and descriptors, the catalogue, messages by name. */
export * from '../catalogue/index.ts'
export * from '../index.ts'
export * from '../messages/index.ts'
