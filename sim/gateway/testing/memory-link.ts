import { drop } from '../counters.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { LinkBase } from '../link-base.ts'
import { cloneLinkFrame } from '../link-frame.ts'

/** A link without a medium. */
export class MemoryLink extends LinkBase {
  readonly sent: LinkFrame[] = []
  /** Refuses what it is sent. */
  full = false
  /** Keeps frames queued. */
  stalled = false

  constructor(uri = 'memory:', options: LinkOptions = {}) {
    super(uri, options)
  }

  override send(frame: LinkFrame): boolean {
    if (frame.origin === this.origin) return true
    const { sent } = this.ownCounters
    sent.in++
    if (this.full) {
      drop(sent, 'queue-full')
      return false
    }
    this.sent.push(cloneLinkFrame(frame))
    if (this.stalled) sent.queued++
    else sent.delivered++
    return true
  }

  /** A frame comes in. */
  arrive(frame: LinkFrame): boolean {
    return this.receive(Object.assign(cloneLinkFrame(frame), { origin: frame.origin || this.origin }), this.ownCounters)
  }

  /** The medium takes so many frames at last. */
  deliver(frames: number): void {
    this.ownCounters.sent.queued -= frames
    this.ownCounters.sent.delivered += frames
  }

  go(state: Link['state']): void {
    this.setState(state)
  }

  protected override async start(): Promise<void> {
    this.setState('up')
  }

  protected override async stop(): Promise<void> {
    drop(this.ownCounters.sent, 'closed', this.ownCounters.sent.queued)
    this.ownCounters.sent.queued = 0
  }
}
