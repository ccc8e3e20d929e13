import { BehaviorSubject, Observable } from 'rxjs'
import { actuates, lifetime_ms } from './actuation.ts'
import { createCounters, drop } from './counters.ts'
import type { FrameHandler, Link, LinkClient, LinkCounters, LinkFrame, LinkMode, LinkOptions, LinkState } from './link.ts'
import { cloneLinkFrame } from './link-frame.ts'
import { STALLS } from './stall-watch.ts'

export const DEFAULT_QUEUE_FRAMES = 4096
export const DEFAULT_BITRATE = 500_000

/** What every link has in common: life cycle, state, handlers, streams and counters. */
export abstract class LinkBase implements Link {
  readonly uri: string
  readonly origin: string
  readonly state$: Observable<LinkState>
  readonly frames$: Observable<LinkFrame>
  readonly mode: LinkMode
  /** What its options came to. */
  protected readonly bitrate: number
  protected readonly queueFrames: number
  protected readonly now_ns: () => number
  protected readonly report: (line: string) => void
  private readonly actuate: boolean
  private toldToActuate = false
  protected readonly ownCounters: LinkCounters = createCounters()
  private readonly states = new BehaviorSubject<LinkState>('closed')
  private readonly ends = new Set<() => void>()
  private handlers: readonly FrameHandler[] = []
  private phase: 'new' | 'opened' | 'closed' = 'new'
  private problemText = ''

  constructor(uri: string, options: LinkOptions) {
    this.uri = uri
    this.origin = uri
    this.mode = options.mode ?? 'normal'
    this.bitrate = options.bitrate ?? DEFAULT_BITRATE
    this.queueFrames = options.queue ?? DEFAULT_QUEUE_FRAMES
    this.now_ns = options.now_ns ?? unixTime_ns
    this.report = options.report ?? (() => undefined)
    this.actuate = options.actuate ?? false
    this.state$ = this.states.asObservable()
    this.frames$ = new Observable((subscriber) => {
      const end = (): void => subscriber.complete()
      if (this.phase === 'closed') return end()
      this.ends.add(end)
      const stop = this.onFrame(frame => subscriber.next(cloneLinkFrame(frame)))
      return () => {
        stop()
        this.ends.delete(end)
      }
    })
  }

  get state(): LinkState {
    return this.states.value
  }

  get problem(): string {
    return this.problemText
  }

  get device(): string {
    return ''
  }

  get counters(): LinkCounters {
    return this.ownCounters
  }

  get queued(): number {
    return this.ownCounters.sent.queued
  }

  get addresses(): readonly string[] {
    return []
  }

  get clients(): readonly LinkClient[] {
    return []
  }

  onFrame(handler: FrameHandler): () => void {
    this.handlers = [...this.handlers, handler]
    return () => {
      this.handlers = this.handlers.filter(other => other !== handler)
    }
  }

  abstract send(frame: LinkFrame): boolean

  async open(): Promise<void> {
    if (this.phase !== 'new') throw new Error(`${this.uri} was opened before: a link is opened once`)
    this.phase = 'opened'
    STALLS.start()
    this.setState('opening')
    try {
      await this.start()
    } catch (error) {
      await this.finish(error instanceof Error ? error.message : String(error))
      throw error
    }
    if (this.isClosed) throw new Error(`${this.uri} was closed while it opened`)
  }

  close(): Promise<void> {
    return this.finish('')
  }

  /** Whether anybody waits for frames. */
  protected get hasHandlers(): boolean {
    return this.handlers.length > 0
  }

  protected get isClosed(): boolean {
    return this.phase === 'closed'
  }

  /**
   * For links that lead to a real bus: whether the frame, counted as `in` before, must not get there because it would
   * move something and `actuate` was not given. Then it is counted, and people are told once.
   */
  protected refusesToActuate(frame: LinkFrame): boolean {
    if (this.actuate || !actuates(frame)) return false
    drop(this.ownCounters.sent, 'actuating')
    if (!this.toldToActuate) {
      this.toldToActuate = true
      this.report(`${this.uri}: commands that move something or switch a load, and diagnostics that do or that reset or program a hub, are held back from this real bus: --actuate lets them through`)
    }
    return true
  }

  /** Brings it up; sets the state itself. Rejects with one clear line. */
  protected abstract start(): Promise<void>

  /** Lets go of everything; called once, also after a failed start. Rejects with one clear line when something was lost by it. */
  protected abstract stop(): Promise<void>

  protected setState(state: LinkState, problem = ''): void {
    if (this.phase === 'closed' && state !== 'closed') return
    this.problemText = problem
    if (state !== this.states.value) this.states.next(state)
  }

  /** Closes from within, with the reason that people see. */
  protected finish(problem: string): Promise<void> {
    if (this.phase === 'closed') return this.stopping
    if (this.phase === 'opened') STALLS.stop()
    this.phase = 'closed'
    this.stopping = this.stop().then(() => '', (error: Error) => error.message).then((lost) => {
      this.setState('closed', problem || lost)
      this.states.complete()
      for (const end of [...this.ends]) end()
      this.handlers = []
    })
    return this.stopping
  }

  private stopping: Promise<void> = Promise.resolve()

  /** Whether a frame that is read now may have outlived itself while this process stood still. */
  protected mayBeStale(frame: LinkFrame): boolean {
    return lifetime_ms(frame) < STALLS.waited_ms()
  }

  /** Hands a frame, counted as `in` here, to the handlers. `false`: nobody took it. */
  protected receive(frame: LinkFrame, counters: LinkCounters): boolean {
    const direction = counters.received
    direction.in++
    if (this.mayBeStale(frame)) {
      drop(direction, 'expired')
      return false
    }
    const handlers = this.handlers
    let taken = false
    for (let i = 0; i < handlers.length; i++) {
      if (handlers[i]!(frame) !== false) taken = true
    }
    if (taken) direction.delivered++
    else drop(direction, handlers.length === 0 ? 'unclaimed' : 'refused')
    return taken
  }
}

function unixTime_ns(): number {
  return Date.now() * 1e6
}
