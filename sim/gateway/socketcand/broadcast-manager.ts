import type { LinkFrame } from '../link.ts'
import { cloneLinkFrame } from '../link-frame.ts'

/** Jobs of one client: far more than any has. */
const MAX_JOBS = 256
/** Shortest period, ms: what a timer of this process can keep. */
const SHORTEST_ms = 1

interface Subscription {
  readonly least_ms: number
  /** Bits that have to change for a frame to be sent on; none: each frame is. */
  readonly mask: Uint8Array | undefined
  readonly last: Uint8Array
  lastLength: number
  lastSent_ms: number
}

const EXTENDED = 2 ** 29
const keyOf = (frame: { readonly id: number, readonly extended: boolean }): number => frame.id + (frame.extended ? EXTENDED : 0)

/**
 * What Linux's broadcast manager does for a socketcand client: frames sent in cycles, and frames received only when they
 * changed or not too often. A frame that comes too soon is left out, where the kernel would send the latest later.
 */
export class BroadcastManager {
  private readonly jobs = new Map<number, { frame: LinkFrame, timer: NodeJS.Timeout }>()
  private readonly subscriptions = new Map<number, Subscription>()
  private readonly transmit: (frame: LinkFrame) => void

  constructor(transmit: (frame: LinkFrame) => void) {
    this.transmit = transmit
  }

  /** Whether any frames are wanted. */
  get listens(): boolean {
    return this.subscriptions.size > 0
  }

  /** Sends the frame now and each period. `false`: too many jobs. */
  add(frame: LinkFrame, period_ms: number): boolean {
    const key = keyOf(frame)
    this.remove(frame)
    if (this.jobs.size >= MAX_JOBS) return false
    const job = { frame: cloneLinkFrame(frame), timer: setInterval(() => this.transmit(job.frame), Math.max(SHORTEST_ms, period_ms)) }
    this.jobs.set(key, job)
    this.transmit(job.frame)
    return true
  }

  /** Changes what a job sends. `false`: there is none. */
  update(frame: LinkFrame): boolean {
    const job = this.jobs.get(keyOf(frame))
    if (job === undefined) return false
    job.frame = cloneLinkFrame(frame)
    return true
  }

  /** Ends a job. `false`: there was none. */
  remove(frame: LinkFrame): boolean {
    const key = keyOf(frame)
    const job = this.jobs.get(key)
    if (job === undefined) return false
    clearInterval(job.timer)
    return this.jobs.delete(key)
  }

  /** Wants frames with this identifier, at most one each `least_ms`; with a mask only when bits of it change. `false`: too many. */
  subscribe(frame: LinkFrame, least_ms: number, mask?: Uint8Array): boolean {
    if (this.subscriptions.size >= MAX_JOBS && !this.subscriptions.has(keyOf(frame))) return false
    this.subscriptions.set(keyOf(frame), { least_ms, mask, last: new Uint8Array(8), lastLength: -1, lastSent_ms: -Infinity })
    return true
  }

  unsubscribe(frame: LinkFrame): boolean {
    return this.subscriptions.delete(keyOf(frame))
  }

  /** Whether the client is to get this frame. */
  wants(frame: LinkFrame, now_ms: number): boolean {
    const wanted = this.subscriptions.get(keyOf(frame))
    if (wanted === undefined || now_ms - wanted.lastSent_ms < wanted.least_ms || !changed(wanted, frame)) return false
    wanted.lastSent_ms = now_ms
    wanted.lastLength = frame.length
    for (let i = 0; i < frame.length; i++) wanted.last[i] = frame.data[i]!
    return true
  }

  /** Ends everything. */
  clear(): void {
    for (const { timer } of this.jobs.values()) clearInterval(timer)
    this.jobs.clear()
    this.subscriptions.clear()
  }
}

function changed(wanted: Subscription, frame: LinkFrame): boolean {
  const { mask, last, lastLength } = wanted
  if (mask === undefined || lastLength < 0) return true
  for (let i = 0; i < Math.min(mask.length, frame.length); i++) {
    if (((frame.data[i]! ^ last[i]!) & mask[i]!) !== 0) return true
  }
  return false
}
