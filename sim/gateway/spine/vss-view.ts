import { FrameDecoder } from '#protocol/host/index.ts'
import { vssOf, type VssValue } from '#protocol/vss/index.ts'
import type { LinkFrame } from '../link.ts'

/** What a bus says of one signal of the Vehicle Signal Specification. */
export interface VssNews {
  /** `Vehicle.Cabin.Door.Row1.DriverSide.Window.Position`. */
  readonly path: string
  /** Null: not available. */
  readonly value: VssValue | null
  /** Of the frame that says it, ns. */
  readonly timestamp_ns: number
}

/** A bus in the words of the Vehicle Signal Specification: what a frame says that was not said before. */
export class VssView {
  private readonly decoder = new FrameDecoder()
  /** As many as the specification has of ours. */
  private readonly told = new Map<string, VssValue | null>()

  /** `tell` takes the news; false: it could not, and the next such frame is news again. */
  see(frame: LinkFrame, tell: (news: readonly VssNews[]) => boolean): boolean {
    const decoded = frame.error ? undefined : this.decoder.decode(frame)
    const values = decoded?.row === undefined ? undefined : vssOf({ ...decoded, row: decoded.row })
    if (values === undefined) return true
    const { timestamp_ns } = frame
    const news = Object.entries(values).flatMap(([path, value]) => this.told.get(path) === value ? [] : [{ path, value, timestamp_ns }])
    if (news.length === 0) return true
    if (!tell(news)) return false
    for (const { path, value } of news) this.told.set(path, value)
    return true
  }
}
