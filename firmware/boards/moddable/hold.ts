import type { DigitalIo } from './io.ts'

/**
 * Feeds that end with the firmware. The sampler's machine, in a task before the firmware's, has the enable pins of the sockets that it
 * samples: it switches them as the firmware's machine says in memory that both see, and off when a motor that has to be renewed is not.
 */

/** Of a socket, in words: twice how often its feed was to go off, + 1: it is to be on; renewals of its motor, 0: nobody has to. */
const FEED = 0
const RENEWED = 1
const WORDS = 2
const WORD_BYTES = 4

/** So long without a renewal, and within a sample more, the feed is off, ms: `Port.hold_ms`. */
export const HOLD_ms = 50

/** Memory for so many sockets. */
export function holdMemory(sockets: number): SharedArrayBuffer {
  return new SharedArrayBuffer(sockets * WORDS * WORD_BYTES)
}

/** The firmware's end of a socket's feed. */
export class Hold {
  private readonly words: Int32Array
  private readonly first: number
  private offs: number
  private renewals: number

  constructor(memory: SharedArrayBuffer, socket: number) {
    this.words = new Int32Array(memory)
    this.first = socket * WORDS
    this.offs = 0
    this.renewals = 0
  }

  /** `anew`: off before it is on. */
  power(on: boolean, anew: boolean): void {
    if (!on || anew) this.offs++
    Atomics.store(this.words, this.first + FEED, this.offs << 1 | (on ? 1 : 0))
  }

  /** The motor goes on; from now on somebody has to say so. */
  renew(): void {
    this.renewals = (this.renewals + 1) | 0
    if (this.renewals === 0) this.renewals = 1
    Atomics.store(this.words, this.first + RENEWED, this.renewals)
  }

  /** Nobody has to any more. */
  end(): void {
    Atomics.store(this.words, this.first + RENEWED, 0)
  }
}

/** The sampler's end. */
export class Holder {
  private readonly words: Int32Array
  private readonly first: number
  private readonly enable: DigitalIo
  private on: boolean
  private offs: number
  private renewed: number
  private renewed_ms: number

  /** `enable`: low. */
  constructor(memory: SharedArrayBuffer, socket: number, enable: DigitalIo) {
    this.words = new Int32Array(memory)
    this.first = socket * WORDS
    this.enable = enable
    this.on = false
    this.offs = 0
    this.renewed = 0
    this.renewed_ms = 0
  }

  /** At each sample. */
  look(now_ms: number): void {
    const feed = Atomics.load(this.words, this.first + FEED)
    const renewed = Atomics.load(this.words, this.first + RENEWED)
    if (renewed !== this.renewed) {
      this.renewed = renewed
      this.renewed_ms = now_ms
    }
    const held = renewed === 0 || now_ms - this.renewed_ms < HOLD_ms
    if (feed >> 1 !== this.offs) {
      this.offs = feed >> 1
      this.set(false)
    }
    this.set(held && (feed & 1) === 1)
  }

  private set(on: boolean): void {
    if (on === this.on) return
    this.on = on
    this.enable.write(on ? 1 : 0)
  }
}
