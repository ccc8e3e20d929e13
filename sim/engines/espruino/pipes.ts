import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'

const LOOK_AGAIN_ms = 2

/**
 * Two named pipes to a process, spoken through synchronously, so that what runs there can be a hub within the simulator's own loop.
 * Reading notices that the process has ended.
 */
export class Pipes {
  private readonly output: number
  private readonly first: number
  private input = -1

  /** `to`, `from`: paths of two pipes; the process opens the other ends. */
  constructor(to: string, from: string) {
    // Opened for both ways, a pipe does not wait for its other end.
    this.output = openSync(to, 'r+')
    this.first = openSync(from, constants.O_RDONLY | constants.O_NONBLOCK)
    this.from = from
  }

  private readonly from: string

  write(bytes: Uint8Array): void {
    for (let sent = 0; sent < bytes.length;) sent += writeSync(this.output, bytes, sent)
  }

  /** Waits for so many bytes; undefined: the process has ended, or has said nothing at all within `limit_ms`. */
  read(count: number, limit_ms: number): Uint8Array | undefined {
    const bytes = new Uint8Array(count)
    let have = this.input < 0 ? this.readFirst(bytes, limit_ms) : 0
    if (this.input < 0) return undefined
    while (have < count) {
      const got = readSync(this.input, bytes, have, count - have, null)
      if (got === 0) return undefined
      have += got
    }
    return bytes
  }

  close(): void {
    for (const end of [this.output, this.first, this.input]) if (end >= 0) closeSync(end)
  }

  /** Until somebody writes, a pipe has ended; then it is opened so that reading waits. */
  private readFirst(bytes: Uint8Array, limit_ms: number): number {
    const clock = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    for (let waited_ms = 0; waited_ms < limit_ms; waited_ms += LOOK_AGAIN_ms) {
      const got = this.tryRead(bytes)
      if (got > 0) {
        this.input = openSync(this.from, constants.O_RDONLY)
        return got
      }
      Atomics.wait(clock, 0, 0, LOOK_AGAIN_ms)
    }
    return 0
  }

  private tryRead(bytes: Uint8Array): number {
    try {
      return readSync(this.first, bytes, 0, bytes.length, null)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
      throw error
    }
  }
}
