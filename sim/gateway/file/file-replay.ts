import { open, type FileHandle } from 'node:fs/promises'
import type { Observable } from 'rxjs'
import { Subject } from 'rxjs'
import { count, drop } from '../counters.ts'
import type { LinkFrame, LinkOptions } from '../link.ts'
import { LinkBase } from '../link-base.ts'
import { copyLinkFrame, createLinkFrame } from '../link-frame.ts'
import type { LinkUri } from '../uri.ts'
import { explainFileError } from './file-errors.ts'
import { type BadLine, CAN_XL, type LogSink, placeOf, type ReadableFormat, seekSteps } from '../logs/index.ts'
import { ReplayPacer } from './pacer.ts'

const CHUNK_BYTES = 65_536
/** A frame due within this is handed over now: timers are no finer, ms. */
const TIMER_GRAIN_ms = 1
/** Bad lines told one by one; the rest are only counted. */
const TOLD_BAD_LINES = 10

/** Whether a frame may go on: 0, or after how long to ask again, ms. */
export type FrameGate = (frame: LinkFrame) => number

/**
 * Replays a log: each frame at its distance from the first, or as fast as it can be read. Reading starts when somebody
 * listens to its frames; at the end of the log the link closes by itself.
 */
export class FileReplay extends LinkBase {
  /** Every line that was no frame. */
  readonly badLines$: Observable<BadLine>
  private readonly badLines = new Subject<BadLine>()
  private readonly path: string
  private readonly format: ReadableFormat
  private readonly speed: number
  private readonly loops: number
  private file: FileHandle | undefined
  private running: Promise<void> = Promise.resolve()
  private started = false
  private timer: NodeJS.Timeout | undefined
  private wake: (() => void) | undefined
  /** Frames of the piece that was read last, reused. */
  private readonly batch: LinkFrame[] = []
  private batchLength = 0
  private toldBadLines = 0
  private gate: FrameGate | undefined
  private size = 0
  /** A pipe, which is read once from front to back, and may let us wait. */
  private isPipe = false
  private position = 0
  private passes = 0
  private slippedBefore_ms = 0
  private pacer: ReplayPacer

  constructor(uri: LinkUri, options: LinkOptions, path: string, format: ReadableFormat) {
    super(uri.text, options)
    this.path = path
    this.format = format
    this.speed = uri.words.get('speed') === 'max' ? Infinity : uri.numbers.get('speed') ?? 1
    this.loops = uri.numbers.get('loop') ?? 1
    this.pacer = new ReplayPacer(this.speed)
    this.badLines$ = this.badLines.asObservable()
  }

  /** Asks before each frame is handed over, so that a slow taker holds the replay instead of losing frames. */
  hold(gate: FrameGate): void {
    this.gate = gate
  }

  /** How much of the log, of all its repetitions, has been read: 0…1. */
  get progress(): number {
    return Math.min(1, (this.passes + (this.size > 0 ? Math.min(1, this.position / this.size) : 0)) / this.loops)
  }

  /** How far the replay has fallen behind the times of the log, ms. */
  get slipped_ms(): number {
    return this.slippedBefore_ms + this.pacer.slipped_ms
  }

  override onFrame(handler: (frame: LinkFrame) => boolean | void): () => void {
    const stop = super.onFrame(handler)
    this.run()
    return stop
  }

  override send(frame: LinkFrame): boolean {
    if (frame.origin === this.origin) return true
    this.ownCounters.sent.in++
    drop(this.ownCounters.sent, this.isClosed ? 'closed' : 'unsupported')
    return false
  }

  /** It makes its frames just now; the pacer lets time slip when the process stood still. */
  protected override mayBeStale(): boolean {
    return false
  }

  protected override async start(): Promise<void> {
    try {
      this.file = await open(this.path, 'r')
      const stat = await this.file.stat()
      this.size = stat.size
      this.isPipe = !stat.isFile()
      if (stat.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' })
      if (this.isPipe && this.loops > 1) throw new Error('it is a pipe, which cannot be repeated')
    } catch (error) {
      throw new Error(explainFileError(this.path, 'read', error as NodeJS.ErrnoException))
    }
    this.setState('up')
    this.run()
  }

  protected override async stop(): Promise<void> {
    clearTimeout(this.timer)
    this.wake?.()
    const ended = this.insideRun ? Promise.resolve() : this.running
    const closing = ended.then(() => this.file?.close())
    // What is read from a pipe comes when its writer writes.
    if (this.isPipe) void closing.catch(() => undefined)
    else await closing
    this.badLines.complete()
  }

  /** The end of the log closes the link from inside `replay`, which must not wait for itself. */
  private insideRun = false

  private run(): void {
    if (this.started || this.state !== 'up' || !this.hasHandlers) return
    this.started = true
    this.running = this.replay().then(() => '', (error: Error) => error.message).then((problem) => {
      this.insideRun = true
      void this.finish(problem)
    })
  }

  private async replay(): Promise<void> {
    for (let pass = 0; pass < this.loops && !this.isClosed; pass++) {
      this.slippedBefore_ms += this.pacer.slipped_ms
      this.pacer = new ReplayPacer(this.speed)
      this.position = 0
      const framesBefore = this.ownCounters.received.in
      const steps = this.steps({
        onFrame: frame => this.enqueue(frame),
        onBadLine: bad => this.tellBadLine(bad, pass),
      })
      for await (const position of steps) {
        this.position = position
        await this.play(this.pacer)
        if (this.isClosed) break
      }
      await this.play(this.pacer)
      if (this.ownCounters.received.in === framesBefore && !this.isClosed) {
        throw new Error(`${this.path} holds no frame of a ${this.format.name} log`)
      }
      if (!this.isClosed) this.passes++
    }
  }

  /** Reads the log once; yields how far into it. */
  private async* steps(sink: LogSink): AsyncGenerator<number> {
    if (this.format.seeker !== undefined && !this.isPipe) {
      yield* seekSteps(this.format.seeker(sink, this.size), (at, length) => this.read(Buffer.alloc(length), at))
      return
    }
    const reader = this.format.reader(sink)
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let position = 0; ;) {
      const bytes = await this.read(chunk, position)
      if (bytes.length === 0) return reader.end()
      position += bytes.length
      reader.push(bytes)
      yield position
    }
  }

  private async read(chunk: Buffer, position: number): Promise<Uint8Array> {
    try {
      const { bytesRead } = await this.file!.read(chunk, 0, chunk.length, this.isPipe ? null : position)
      return chunk.subarray(0, bytesRead)
    } catch (error) {
      throw new Error(explainFileError(this.path, 'read', error as NodeJS.ErrnoException))
    }
  }

  private enqueue(frame: LinkFrame): void {
    if (this.batchLength === this.batch.length) this.batch.push(createLinkFrame())
    copyLinkFrame(frame, this.batch[this.batchLength++]!)
  }

  private async play(pacer: ReplayPacer): Promise<void> {
    const frames = this.batchLength
    this.batchLength = 0
    for (let i = 0; i < frames; i++) {
      const frame = this.batch[i]!
      const wait_ms = pacer.wait_ms(frame.timestamp_ns, performance.now())
      if (wait_ms > TIMER_GRAIN_ms) await this.sleep(wait_ms)
      while (!this.isClosed) {
        const pause_ms = this.gate?.(frame) ?? 0
        if (pause_ms <= 0) break
        await this.sleep(pause_ms)
      }
      if (this.isClosed) {
        this.ownCounters.received.in += frames - i
        drop(this.ownCounters.received, 'closed', frames - i)
        return
      }
      frame.origin = this.origin
      this.receive(frame, this.ownCounters)
    }
  }

  private sleep(wait_ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
      this.timer = setTimeout(resolve, Math.min(wait_ms, 0x7fff_ffff))
    })
  }

  private tellBadLine(bad: BadLine, pass: number): void {
    if (pass > 0) return
    count(this.ownCounters.malformed, bad.cause)
    this.badLines.next(bad)
    if (bad.cause === CAN_XL.cause && this.ownCounters.malformed.get(bad.cause)! > 1) return
    this.toldBadLines++
    if (this.toldBadLines <= TOLD_BAD_LINES) this.report(`${placeOf(this.path, this.format, bad)}: ${bad.reason}${bad.text === '' ? '' : `: ${bad.text}`}`)
    else if (this.toldBadLines === TOLD_BAD_LINES + 1) this.report(`${this.path}: more bad ${this.format.unit}s follow, which are only counted`)
  }
}
