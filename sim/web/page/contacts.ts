import { signal } from '@preact/signals'
import type { TopologyData } from '#sim/car/index.ts'
import type { Finding } from '#sim/check/index.ts'
import { createLinkFrame, type LinkFrame } from '#sim/gateway/browser.ts'
import type { FrameStore } from './frame-store.ts'
import { FrameGatherer } from './frame-batch.ts'
import { scriptOf } from './parts.ts'
import type { Likely, StartWatch } from './worker.ts'

/** How long a page waits with it, so that the picture comes first, ms. */
const LATER_ms = 3000
const FLUSH_ms = 500

/** What the volts and amperes of the bus say of its contacts: a check that goes along, in a worker of its own. */
export class Contacts {
  readonly found = signal<readonly Finding[]>([])
  private stopWorker: (() => void) | undefined
  private gatherer: FrameGatherer | undefined

  /** A new bus: of this car, as far as it is known. `log`: all of it at once, and nothing follows. */
  begin(car: TopologyData, log?: FrameStore): void {
    this.end()
    const ended = new AbortController()
    this.stopWorker = () => ended.abort()
    const timer = setTimeout(() => void this.start(car, log, ended.signal), LATER_ms)
    ended.signal.addEventListener('abort', () => clearTimeout(timer))
  }

  end(): void {
    this.stopWorker?.()
    this.gatherer = undefined
    this.found.value = []
  }

  frame(frame: LinkFrame): void {
    if (frame.extended && !frame.error && !frame.remote && !frame.fd) this.gatherer?.add(frame, frame.timestamp_ns)
  }

  private async start({ copper }: TopologyData, log: FrameStore | undefined, ended: AbortSignal): Promise<void> {
    const script = await scriptOf('car')
    if (ended.aborted) return
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const worker = new Worker(url)
    worker.onmessage = ({ data }: MessageEvent<Likely>) => { this.found.value = data.likely }
    worker.postMessage({ watch: copper, window_s: log === undefined ? undefined : Infinity } satisfies StartWatch)
    const gatherer = new FrameGatherer((batch, memory) => worker.postMessage(batch, memory))
    this.gatherer = gatherer
    const flushing = setInterval(() => gatherer.flush(), FLUSH_ms)
    ended.addEventListener('abort', () => {
      clearInterval(flushing)
      worker.terminate()
      URL.revokeObjectURL(url)
    })
    if (log === undefined) return
    const frame = createLinkFrame()
    for (let n = log.first; n < log.total; n++) if (log.read(n, frame)) this.frame(frame)
    this.gatherer = undefined
    gatherer.flush()
  }
}
