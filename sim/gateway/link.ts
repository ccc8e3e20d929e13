import type { CanFrame } from '#protocol/frame.ts'
import type { Observable } from 'rxjs'

/** One side of a bridge (DESIGN section 8). */
export interface Link {
  /** The URI it was opened with. */
  readonly uri: string
  readonly state: LinkState
  readonly state$: Observable<LinkState>
  /** Received frames as values of their own, for whoever prefers streams to speed. */
  readonly frames$: Observable<LinkFrame>
  readonly counters: LinkCounters
  /** Addresses a listening link is bound to, as URIs others can dial. */
  readonly addresses: readonly string[]
  /** The hot path: called for each received frame, whose memory is the link's own. Returns the unsubscriber. */
  onFrame(handler: (frame: LinkFrame) => void): () => void
  /** Copies the frame into the bounded send queue. `false`: not taken, and counted with its reason. Never blocks. */
  send(frame: LinkFrame): boolean
  /** Resolves when it is up, or listens. Rejects with one clear line when it can never be. */
  open(): Promise<void>
  /** Resolves when nothing of it runs any more. Queued frames are counted as dropped. */
  close(): Promise<void>
}

export type LinkState = 'closed' | 'opening' | 'up' | 'reconnecting' | 'error-passive' | 'bus-off'

export interface LinkFrame extends CanFrame {
  /** When it was on the bus: ns since the epoch of its source (virtual time of a car, or Unix time). */
  timestamp_ns: number
  /** The link, and the client of it, that brought the frame; never sent back there. Empty = born here. */
  origin: string
  /** An error frame, as SocketCAN and logs carry them: `id` holds the error class bits, `data` the details. */
  error: boolean
}

/** Why a frame was not delivered. */
export type DropReason =
  | 'queue-full' | 'closed' | 'not-up' | 'expired' | 'unsupported' | 'refused' | 'device' | 'listen-only'

/**
 * Each direction adds up: `in = delivered + dropped(every reason) + queued`. `received` counts frames from the medium to
 * us, `sent` frames from us to the medium.
 */
export interface LinkCounters {
  readonly received: DirectionCounters
  readonly sent: DirectionCounters
  /** Bytes or lines that were no frame, by cause. */
  readonly malformed: Map<string, number>
  /** Frames that the medium lost before we could see them: at least this many. */
  unknownLost: number
}

export interface DirectionCounters {
  in: number
  delivered: number
  queued: number
  readonly dropped: Map<DropReason, number>
}
