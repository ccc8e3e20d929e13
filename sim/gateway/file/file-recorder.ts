import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { drop } from '../counters.ts'
import type { LinkFrame, LinkOptions } from '../link.ts'
import { LinkBase } from '../link-base.ts'
import type { LinkUri } from '../uri.ts'
import { explainFileError } from './file-errors.ts'
import {
  type LogDetails, type LogWriter, LONGEST_PIECE, NO_DETAILS, PieceBuffer, timeFault, type WritableFormat,
} from '../logs/index.ts'

const BUFFER_BYTES = 65_536
/** What is buffered reaches the disk after this long at the latest, ms. */
const FLUSH_ms = 250

/**
 * Records into a file. Writing waits for the disk instead of dropping frames, so that a recording is complete and the
 * same every time, however fast its source is.
 */
export class FileRecorder extends LinkBase {
  private readonly path: string
  /** A recorder only hears. */
  private readonly details: LogDetails
  private readonly writer: LogWriter
  private readonly pieces = new PieceBuffer()
  private file: number | undefined
  /** Why it could not be written; empty: it could. */
  private failure = ''
  private timer: NodeJS.Timeout | undefined

  constructor(uri: LinkUri, options: LinkOptions, path: string, format: WritableFormat) {
    super(uri.text, options)
    this.path = path
    this.details = { ...NO_DETAILS, direction: format.directions ? 'received' : '' }
    this.writer = format.writer()
  }

  override send(frame: LinkFrame): boolean {
    if (frame.origin === this.origin) return true
    const sent = this.ownCounters.sent
    sent.in++
    if (this.file === undefined) {
      drop(sent, this.isClosed ? 'closed' : 'not-up')
      return false
    }
    if (timeFault(frame.timestamp_ns) !== undefined) {
      drop(sent, 'unsupported')
      return false
    }
    const piece = this.writer.frame(frame, this.details)
    if (piece === undefined) {
      drop(sent, 'unsupported')
      return false
    }
    this.pieces.add(piece)
    sent.queued++
    if (this.pieces.length + LONGEST_PIECE > BUFFER_BYTES) return this.flush()
    this.timer ??= setTimeout(() => this.flush(), FLUSH_ms)
    return true
  }

  protected override async start(): Promise<void> {
    try {
      this.file = openSync(this.path, 'w')
    } catch (error) {
      throw new Error(explainFileError(this.path, 'record into', error as NodeJS.ErrnoException))
    }
    this.setState('up')
  }

  protected override async stop(): Promise<void> {
    const { file } = this
    if (file !== undefined && this.failure === '') this.pieces.add(this.writer.end())
    this.flush()
    clearTimeout(this.timer)
    this.file = undefined
    if (file !== undefined) this.closeFile(file)
    if (this.failure !== '') throw new Error(this.failure)
  }

  private closeFile(file: number): void {
    try {
      const head = this.failure !== '' || !fstatSync(file).isFile() ? undefined : this.writer.finalHead?.()
      if (head !== undefined) writeSync(file, head, 0, head.length, 0)
    } catch (error) {
      this.fail(error)
    } finally {
      closeSync(file)
    }
  }

  private flush(): boolean {
    clearTimeout(this.timer)
    this.timer = undefined
    const sent = this.ownCounters.sent
    const { file } = this
    const bytes = this.pieces.take()
    const frames = sent.queued
    if (file === undefined || bytes.length + frames === 0) return true
    sent.queued = 0
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      sent.delivered += frames
      return true
    } catch (error) {
      drop(sent, 'device', frames)
      this.fail(error)
      void this.finish(this.failure)
      return false
    }
  }

  private fail(error: unknown): void {
    this.failure = explainFileError(this.path, 'record into', error as NodeJS.ErrnoException)
  }
}
