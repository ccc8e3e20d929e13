import type { LinkFrame } from '../link.ts'

const SLOTS = 1024
/** The same frame again this soon is odd: our messages count, and others come less often. */
const SOON_ms = 20

/**
 * Counts frames that equal one that passed just before. Two links to one bus make a circle that no origin can mark,
 * since the bus does not carry it; this is how it shows.
 */
export class Repeats {
  private readonly hashes = new Uint32Array(SLOTS)
  private readonly times_ms = new Float64Array(SLOTS).fill(-Infinity)
  private seen = 0

  get count(): number {
    return this.seen
  }

  note(frame: LinkFrame, now_ms: number): void {
    // FNV-1a over identifier and data.
    let hash = 0x811c_9dc5 ^ frame.id
    hash = Math.imul(hash ^ frame.length, 0x0100_0193)
    if (!frame.remote) {
      for (let i = 0; i < frame.length; i++) hash = Math.imul(hash ^ frame.data[i]!, 0x0100_0193)
    }
    hash = (hash ^ hash >>> 15) >>> 0
    const slot = hash % SLOTS
    if (this.hashes[slot] === hash && now_ms - this.times_ms[slot]! < SOON_ms) this.seen++
    this.hashes[slot] = hash
    this.times_ms[slot] = now_ms
  }
}
