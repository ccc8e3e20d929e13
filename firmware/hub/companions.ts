import { CLASSIC_DATA_BYTES, coveredBy, locationOf, sourceOf } from '#protocol/index.ts'

/** Frames that wait for their tags, and tags that wait for their frames. */
const ROOM = 4
/** A tag is right behind its frame; before a proof both wait, for no longer than the frame is good for. */
const WAIT_ms = 250

/** A frame or a tag that waits until then. */
export interface Held {
  id: number
  length: number
  readonly data: Uint8Array
  until_ms: number
}

export function empty(): Held {
  return { id: 0, length: 0, data: new Uint8Array(CLASSIC_DATA_BYTES), until_ms: -Infinity }
}

export function fill(held: Held, id: number, data: Uint8Array, length: number, now: number): void {
  held.id = id
  held.length = length
  for (let i = 0; i < length; i++) held.data[i] = data[i]!
  held.until_ms = now + WAIT_ms
}

/** Of the same sender and location, and of this kind and counter. */
function belongs(tag: Held, frame: Held): boolean {
  if (locationOf(tag.id) !== locationOf(frame.id) || sourceOf(tag.id) !== sourceOf(frame.id)) return false
  return tag.data[2] === coveredBy(frame.id, frame.data)
}

/** Brings frames and the tags that follow them together, in whichever order they won arbitration. */
export class Companions {
  private readonly frames: Held[]
  private readonly tags: Held[]
  private readonly judge: (id: number, data: Uint8Array, length: number, tag: Uint8Array) => boolean
  private nextFrame: number
  private nextTag: number

  /** `judge`: takes a frame with its tag; `false`: the tag is not that of this frame. */
  constructor(judge: (id: number, data: Uint8Array, length: number, tag: Uint8Array) => boolean) {
    this.frames = []
    this.tags = []
    for (let i = 0; i < ROOM; i++) {
      this.frames.push(empty())
      this.tags.push(empty())
    }
    this.judge = judge
    this.nextFrame = 0
    this.nextTag = 0
  }

  holdFrame(id: number, data: Uint8Array, length: number, now: number): void {
    const frame = this.frames[this.nextFrame]!
    this.nextFrame = (this.nextFrame + 1) % ROOM
    fill(frame, id, data, length, now)
    for (const tag of this.tags) {
      if (tag.until_ms >= now && belongs(tag, frame) && this.match(frame, tag)) return
    }
  }

  /** `false`: there is a frame that it is of, and it does not fit. */
  holdTag(id: number, data: Uint8Array, length: number, now: number): boolean {
    const tag = this.tags[this.nextTag]!
    this.nextTag = (this.nextTag + 1) % ROOM
    fill(tag, id, data, length, now)
    let refused = false
    for (let i = 1; i <= ROOM; i++) {
      const frame = this.frames[(this.nextFrame + ROOM - i) % ROOM]!
      if (frame.until_ms < now || !belongs(tag, frame)) continue
      if (this.match(frame, tag)) return true
      refused = true
    }
    return !refused
  }

  /** What waits was not for now. */
  forget(): void {
    for (let i = 0; i < ROOM; i++) {
      this.frames[i]!.until_ms = -Infinity
      this.tags[i]!.until_ms = -Infinity
    }
  }

  private match(frame: Held, tag: Held): boolean {
    if (!this.judge(frame.id, frame.data, frame.length, tag.data)) return false
    frame.until_ms = -Infinity
    tag.until_ms = -Infinity
    return true
  }
}
