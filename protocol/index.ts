/** The protocol for programs on a host: the catalogue, frames, messages by name. Hubs import the codecs they use directly. */
export * from './catalogue/index.ts'
export * from './descriptor.ts'
export * from './frame.ts'
export * from './id.ts'
export * from './messages.ts'
