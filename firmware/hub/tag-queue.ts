import { TagEncoder } from '#protocol/index.ts'
import type { Transmitter } from '../runtime/index.ts'

/** Tags that wait to be sent. */
const ROOM = 8

/** Tags on their way behind the frames that they are of. */
export class TagQueue {
  private readonly transmit: Transmitter
  private readonly tags: Uint8Array[]
  private made: number
  private sent: number

  constructor(transmit: Transmitter) {
    this.transmit = transmit
    this.tags = []
    for (let i = 0; i < ROOM; i++) this.tags.push(new Uint8Array(TagEncoder.length))
    this.made = 0
    this.sent = 0
  }

  /** Where the next tag is to be written. */
  next(): Uint8Array {
    return this.tags[this.made % ROOM]!
  }

  /** What was written there is to be sent, to a location, as the tag of a frame (`coveredBy`). */
  add(location: number, covered: number): void {
    const tag = this.next()
    tag[0] = location
    tag[2] = covered
    this.made++
  }

  say(): void {
    if (this.made - this.sent > ROOM) this.sent = this.made - ROOM
    while (this.sent < this.made) {
      const tag = this.tags[this.sent % ROOM]!
      this.sent++
      this.transmit.sendEncoded(TagEncoder, tag[0]!, tag, tag[2]!)
    }
  }
}
