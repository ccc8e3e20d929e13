import { type CanFrame, createFrame } from '#protocol/index.ts'

const ROOM = 4096
const BYTES = 8

/** Classic frames with extended identifiers on their way to a worker, in columns. */
export interface FrameBatch {
  readonly count: number
  readonly time_ns: Float64Array<ArrayBuffer>
  readonly ids: Uint32Array<ArrayBuffer>
  readonly lengths: Uint8Array<ArrayBuffer>
  readonly data: Uint8Array<ArrayBuffer>
}

/** Gathers frames; a full batch is sent at once. */
export class FrameGatherer {
  private batch: { -readonly [Column in keyof FrameBatch]: FrameBatch[Column] } = emptyBatch()
  private readonly post: (batch: FrameBatch, memory: ArrayBuffer[]) => void

  constructor(post: (batch: FrameBatch, memory: ArrayBuffer[]) => void) {
    this.post = post
  }

  add(frame: CanFrame, at_ns: number): void {
    const { batch } = this
    batch.time_ns[batch.count] = at_ns
    batch.ids[batch.count] = frame.id
    batch.lengths[batch.count] = frame.length
    for (let i = 0; i < frame.length; i++) batch.data[batch.count * BYTES + i] = frame.data[i]!
    if (++batch.count === ROOM) this.flush()
  }

  flush(): void {
    const { batch } = this
    if (batch.count === 0) return
    this.batch = emptyBatch()
    this.post(batch, [batch.time_ns.buffer, batch.ids.buffer, batch.lengths.buffer, batch.data.buffer])
  }
}

function emptyBatch(): FrameBatch {
  return {
    count: 0, time_ns: new Float64Array(ROOM), ids: new Uint32Array(ROOM), lengths: new Uint8Array(ROOM),
    data: new Uint8Array(ROOM * BYTES),
  }
}

/** Calls `take` with each frame; its memory is lent. */
export function eachFrame(batch: FrameBatch, take: (frame: CanFrame, time_ns: number) => void): void {
  const frame = createFrame(BYTES)
  frame.extended = true
  for (let n = 0; n < batch.count; n++) {
    frame.id = batch.ids[n]!
    frame.length = batch.lengths[n]!
    for (let i = 0; i < frame.length; i++) frame.data[i] = batch.data[n * BYTES + i]!
    take(frame, batch.time_ns[n]!)
  }
}
