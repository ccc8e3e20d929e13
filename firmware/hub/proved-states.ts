import { coveredBy, STATE_BYTES, stateBytes } from '#protocol/index.ts'
import { empty, fill, type Held } from './companions.ts'

/**
 * What managers proved of the vehicle: a VehicleState that says the same again needs no tag for a while. So a car that stands has
 * two tags a second, not ten, and hubs that are busy for a moment lose less of what comes meanwhile.
 */
export class ProvedStates {
  private readonly bytes: Uint8Array
  private readonly proved_ms: Float64Array
  /** What a tag is of. */
  readonly state: Uint8Array

  constructor(speakers: number) {
    this.bytes = new Uint8Array(speakers * STATE_BYTES)
    this.proved_ms = new Float64Array(speakers)
    this.state = new Uint8Array(STATE_BYTES)
    this.forget()
  }

  forget(): void {
    this.proved_ms.fill(-Infinity)
  }

  prove(speaker: number, data: Uint8Array, now: number): void {
    stateBytes(this.state, data)
    for (let i = 2; i < STATE_BYTES; i++) this.bytes[speaker * STATE_BYTES + i] = this.state[i]!
    this.proved_ms[speaker] = now
  }

  /** The same was proved in the last `for_ms`. */
  knows(speaker: number, data: Uint8Array, now: number, for_ms: number): boolean {
    if (now - this.proved_ms[speaker]! >= for_ms) return false
    stateBytes(this.state, data)
    for (let i = 2; i < STATE_BYTES; i++) if (this.bytes[speaker * STATE_BYTES + i] !== this.state[i]) return false
    return true
  }
}

/** The last VehicleState of each manager and the last tag of one: they come in any order, and either may be lost. */
export class StateTags {
  private readonly frames: Held[]
  private readonly tags: Held[]
  private readonly judge: (id: number, data: Uint8Array, length: number, tag: Uint8Array) => boolean

  /** `judge`: takes a VehicleState with its tag; `false`: the tag is of another. */
  constructor(managers: number, judge: (id: number, data: Uint8Array, length: number, tag: Uint8Array) => boolean) {
    this.frames = []
    this.tags = []
    for (let i = 0; i < managers; i++) {
      this.frames.push(empty())
      this.tags.push(empty())
    }
    this.judge = judge
  }

  holdFrame(manager: number, id: number, data: Uint8Array, length: number, now: number): void {
    fill(this.frames[manager]!, id, data, length, now)
    this.match(manager, now)
  }

  /** `false`: the VehicleState that it came with is there, and it does not fit. */
  holdTag(manager: number, id: number, data: Uint8Array, length: number, now: number): boolean {
    const frame = this.frames[manager]!
    fill(this.tags[manager]!, id, data, length, now)
    return this.match(manager, now) || frame.until_ms < now || data[2] !== coveredBy(frame.id, frame.data)
  }

  /** What waits may be taken now. */
  again(now: number): void {
    for (let i = 0; i < this.frames.length; i++) this.match(i, now)
  }

  /** What waits was not for now. */
  forget(): void {
    for (let i = 0; i < this.frames.length; i++) {
      this.frames[i]!.until_ms = -Infinity
      this.tags[i]!.until_ms = -Infinity
    }
  }

  private match(manager: number, now: number): boolean {
    const frame = this.frames[manager]!
    const tag = this.tags[manager]!
    if (frame.until_ms < now || tag.until_ms < now || !this.judge(frame.id, frame.data, frame.length, tag.data)) return false
    frame.until_ms = -Infinity
    tag.until_ms = -Infinity
    return true
  }
}
