import type { Link, LinkState } from '#sim/gateway/index.ts'
import { formatDuration } from '../lib/duration.ts'

/** A link of a running car was lost, or came back. */
export interface LinkChange {
  /** Of the car's time. */
  readonly time_s: number
  readonly link: string
  readonly what: 'lost' | 'back'
  /** Why it was lost; empty: nothing tells. */
  readonly problem: string
  /** How long it was gone, of real time. 0 when it was lost. */
  readonly gone_ms: number
}

/** Changes kept for whoever asks seldom. */
const MOST_CHANGES = 100

/** Nothing gets through in these; `closed` is the end of a link that nobody closed. */
const GONE: readonly LinkState[] = ['reconnecting', 'bus-off', 'closed']

/** Says when links are lost and when they are back. Where we listen, programs come and go: nothing is lost by that. */
export class LinkWatch {
  private readonly now_ms: () => number
  private readonly time_s: () => number
  private readonly report: (line: string) => void
  private readonly ends: (() => void)[] = []
  private changes: LinkChange[] = []

  /** `now_ms` is real time, `time_s` the car's. */
  constructor(now_ms: () => number, time_s: () => number, report: (line: string) => void) {
    this.now_ms = now_ms
    this.time_s = time_s
    this.report = report
  }

  follow(link: Link): void {
    let lost_ms: number | undefined
    const subscription = link.state$.subscribe((state) => {
      const isGone = GONE.includes(state)
      if (isGone && lost_ms === undefined) {
        lost_ms = this.now_ms()
        this.tell({ time_s: this.time_s(), link: link.uri, what: 'lost', problem: state === 'bus-off' ? 'it is bus-off' : link.problem, gone_ms: 0 })
      } else if (state === 'up' && lost_ms !== undefined) {
        this.tell({ time_s: this.time_s(), link: link.uri, what: 'back', problem: '', gone_ms: this.now_ms() - lost_ms })
        lost_ms = undefined
      }
    })
    this.ends.push(() => subscription.unsubscribe())
  }

  /** What changed since it was asked last. */
  take(): readonly LinkChange[] {
    const taken = this.changes
    this.changes = []
    return taken
  }

  /** The links are about to be closed. */
  end(): void {
    for (const end of this.ends.splice(0)) end()
  }

  private tell(change: LinkChange): void {
    this.changes.push(change)
    if (this.changes.length > MOST_CHANGES) this.changes.shift()
    this.report(textOf(change))
  }
}

function textOf({ time_s, link, what, problem, gone_ms }: LinkChange): string {
  const text = what === 'lost' ? `is lost${problem === '' ? '' : `: ${problem}`}` : `is back; it was gone for ${formatDuration(gone_ms)}`
  return `${time_s.toFixed(1)} s  ${link} ${text}`
}
