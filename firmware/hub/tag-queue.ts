import { PowerGrantCodec, TagCodec } from '#protocol/index.ts'
import type { Job, Schedule, Transmitter } from '../runtime/index.ts'

/** Tags that wait to be sent, or to be sent again. */
const ROOM = 8
/** A hub that begins to move is busy just then, and its controller holds two frames: the tag of a grant comes once more. */
const AGAIN_ms = 30

/** Tags on their way behind the frames that they are of. */
export class TagQueue {
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly againJob: Job
  private readonly tags: Uint8Array[]
  private made: number
  private sent: number
  private repeated: number

  constructor(schedule: Schedule, transmit: Transmitter) {
    this.schedule = schedule
    this.transmit = transmit
    this.againJob = schedule.job('tags again', () => this.sayAgain())
    this.tags = []
    for (let i = 0; i < ROOM; i++) this.tags.push(new Uint8Array(TagCodec.length))
    this.made = 0
    this.sent = 0
    this.repeated = 0
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
      this.send(tag)
      this.schedule.startIn(this.againJob, AGAIN_ms)
    }
  }

  private send(tag: Uint8Array): void {
    this.transmit.sendEncoded(TagCodec, tag[0]!, tag, tag[2]!)
  }

  private sayAgain(): void {
    if (this.made - this.repeated > ROOM) this.repeated = this.made - ROOM
    for (; this.repeated < this.sent; this.repeated++) {
      const tag = this.tags[this.repeated % ROOM]!
      if (tag[2]! >> 4 === PowerGrantCodec.kind) this.send(tag)
    }
  }
}
