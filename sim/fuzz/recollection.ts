import { type CanFrame, copyFrame, createFrame, isBroadcastKind, kindOf, pageOf } from '#protocol/index.ts'

/** Frames that are kept. */
export const RECALLED = 64
/** Kinds below are about hubs and their power. */
const CLASS_KINDS = 8

/** The last frames that make hubs do something, for somebody who recorded them and says them again. */
export class Recollection {
  private readonly frames = Array.from({ length: RECALLED }, () => createFrame(8))
  private kept = 0

  keep(frame: CanFrame): void {
    if (!frame.extended || frame.remote || frame.length > 8 || !isBroadcastKind(frame.id)) return
    if (pageOf(frame.id) === 0 && kindOf(frame.id) >= CLASS_KINDS) return
    copyFrame(frame, this.frames[this.kept++ % RECALLED]!)
  }

  /** The frame before so many others, 0 = the last; undefined: there were not so many. The memory is the caller's. */
  recall(back: number): CanFrame | undefined {
    if (!(back >= 0 && back < Math.min(RECALLED, this.kept))) return undefined
    const frame = createFrame(8)
    copyFrame(this.frames[(this.kept - 1 - back) % RECALLED]!, frame)
    return frame
  }
}
