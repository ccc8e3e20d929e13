import type { CanFrame } from '#protocol/index.ts'
import type { Observable } from 'rxjs'

/** One side of a bridge: a named medium that carries CAN frames. Every kind passes `link-contract.ts`. */
export interface Link {
  /** The URI it was opened with. */
  readonly uri: string
  /** Whom frames that come in through it name as their origin, unless it has several clients. */
  readonly origin: string
  readonly mode: LinkMode
  readonly state: LinkState
  readonly state$: Observable<LinkState>
  /** Why it is not up, in one line for people; empty while nothing is wrong. */
  readonly problem: string
  /** What answered at the other end, in a line for people; empty where nothing tells, or nothing is there. */
  readonly device: string
  /** Received frames as values of their own, for whoever prefers streams to speed. Completes when the link closes. */
  readonly frames$: Observable<LinkFrame>
  readonly counters: LinkCounters
  /** `counters.sent.queued`, without making sums of the rest: cheap enough to be asked for each frame. */
  readonly queued: number
  /** Addresses a listening link is bound to, as URIs others can dial. */
  readonly addresses: readonly string[]
  /** Who is connected to a listening link now. */
  readonly clients: readonly LinkClient[]
  /**
   * The hot path: called for each received frame, whose memory is the link's own. A handler that answers `false` refused
   * the frame; with no handler, or none that took it, the frame is counted as dropped. Returns the unsubscriber.
   */
  onFrame(handler: FrameHandler): () => void
  /**
   * Copies the frame into the bounded send queue of everyone the link leads to, but whoever the frame came from.
   * `false`: somebody misses it, counted with its reason. Never blocks.
   */
  send(frame: LinkFrame): boolean
  /** Resolves when it is up, or listens. Rejects with one clear line when it can never be. A link is opened once. */
  open(): Promise<void>
  /** Resolves when nothing of it runs any more. Queued frames are counted as dropped. */
  close(): Promise<void>
}

export type FrameHandler = (frame: LinkFrame) => boolean | void

/** `listening`: bound, and nobody has opened a channel yet: on a bus such a link is no node. */
export type LinkState = 'closed' | 'opening' | 'listening' | 'up' | 'reconnecting' | 'error-passive' | 'bus-off'

export interface LinkFrame extends CanFrame {
  /** When it was on the bus: ns since the epoch of its source (virtual time of a car, or Unix time). */
  timestamp_ns: number
  /** The link, and the client of it, that brought the frame; never sent back there. Empty = born here. */
  origin: string
  /** An error frame, as SocketCAN and logs carry them: `id` holds the error class bits, `data` the details. */
  error: boolean
}

/** One program connected to a listening link. */
export interface LinkClient {
  /** The origin its frames carry. */
  readonly origin: string
  /** Its address, for people. */
  readonly peer: string
  /** It takes part in the traffic (an SLCAN channel is open, a greeting was exchanged). */
  readonly active: boolean
  readonly counters: LinkCounters
}

/** What the opener of a link decides; what the URI says wins. */
export interface LinkOptions {
  /** Default `normal`. */
  readonly mode?: LinkMode
  /** Bit rate of our bus, bit/s, where there is one. Default 500000. */
  readonly bitrate?: number
  /** Of the inside of CAN FD frames, bit/s, where our bus has them. Default: `bitrate`. */
  readonly dataBitrate?: number
  /** Buses behind us, where a client has to name one. Default 2: spine A and B. */
  readonly buses?: number
  /** Frames each queue holds. */
  readonly queue?: number
  /** The clock that stamps frames which come in without a time: virtual time beside a car, default Unix time. */
  readonly now_ns?: () => number
  /**
   * Frames that move something or switch a load (`actuation.ts`) may go onto a real bus. Without it such frames are
   * refused and counted by the links that lead to one.
   */
  readonly actuate?: boolean
  /** Who we are, told to the far side where the medium has a greeting. */
  readonly name?: string
  /** One line for people about something that is odd but no failure (a bad log line, a refused client). */
  readonly report?: (line: string) => void
}

/** `listen`: the link only hears the bus it leads to or serves; nothing gets onto that bus through it. */
export type LinkMode = 'normal' | 'listen'

/**
 * Why a frame was not delivered. `unclaimed`: nobody was there to take it (no handler, no client with an open channel).
 * `refused`: whoever was asked said no. `closed`: still queued when the link or client went away. `expired`: a command
 * that waited longer than its lifetime. `actuating`: it would move real things, and `actuate` was not given.
 * `error-frame`: it tells of an error on a bus, and the medium carries no such frames.
 * `unconfirmed`: written to an adapter that confirms frames, and never confirmed: it may have been sent.
 */
export type DropReason =
  | 'queue-full' | 'closed' | 'not-up' | 'expired' | 'unsupported' | 'refused' | 'device' | 'listen-only' | 'unclaimed'
  | 'actuating' | 'unconfirmed' | 'error-frame'

/**
 * Each direction adds up: `in = delivered + dropped(every reason) + queued`. `received` counts frames from the medium to
 * us, `sent` frames from us to the medium. A listening link counts a frame once for each client it is meant for.
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
