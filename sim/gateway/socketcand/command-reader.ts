/** Longest command: a filter, with room to spare. */
const MAX_COMMAND_BYTES = 1024

export interface CommandHandler {
  /** The words between `<` and `>`. */
  onCommand(words: readonly string[]): void
  /** Bytes that are no command: called once for a run of them. */
  onGarbage(cause: 'overlong' | 'noise'): void
}

const OPEN = 0x3c
const CLOSE = 0x3e
const DECODER = new TextDecoder('latin1')

/** Cuts a byte stream into `< … >`, whatever pieces it comes in, in constant memory. */
export class CommandReader {
  private readonly buffer = new Uint8Array(MAX_COMMAND_BYTES)
  private used = -1
  private noisy = false
  private readonly handler: CommandHandler

  constructor(handler: CommandHandler) {
    this.handler = handler
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === OPEN) {
        // A command that was never closed.
        if (this.used >= 0) this.handler.onGarbage('noise')
        this.used = 0
        this.noisy = false
      } else if (this.used < 0) this.outside(byte)
      else if (byte === CLOSE) {
        const text = DECODER.decode(this.buffer.subarray(0, this.used))
        this.used = -1
        this.handler.onCommand(text.split(/\s+/).filter(word => word !== ''))
      } else if (this.used === MAX_COMMAND_BYTES) {
        this.used = -1
        this.noisy = true
        this.handler.onGarbage('overlong')
      } else this.buffer[this.used++] = byte!
    }
  }

  private outside(byte: number): void {
    if (byte <= 0x20 || this.noisy) return
    this.noisy = true
    this.handler.onGarbage('noise')
  }
}
