import { closeSync, openSync, writeSync } from 'node:fs'
import { drop } from '../counters.ts'
import type { LinkFrame, LinkOptions } from '../link.ts'
import { LinkBase } from '../link-base.ts'
import type { LinkUri } from '../uri.ts'
import { explainFileError } from './file-errors.ts'
import type { LogWriter, WritableFormat } from './format.ts'
import { type LogDetails, LONGEST_PIECE, NO_DETAILS, timeFault } from './log-frame.ts'

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
  private readonly buffer = Buffer.alloc(BUFFER_BYTES)
  private file: number | undefined
  private used = 0
  private failed = false
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
    this.append(this.writer.frame(frame, this.details))
    sent.queued++
    if (this.used + LONGEST_PIECE > BUFFER_BYTES) return this.flush()
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
    if (this.file !== undefined && !this.failed) this.append(this.writer.end())
    this.flush()
    clearTimeout(this.timer)
    if (this.file !== undefined) closeSync(this.file)
    this.file = undefined
  }

  private append(piece: string | Uint8Array): void {
    if (typeof piece === 'string') this.used += this.buffer.write(piece, this.used, 'latin1')
    else {
      this.buffer.set(piece, this.used)
      this.used += piece.length
    }
  }

  private flush(): boolean {
    clearTimeout(this.timer)
    this.timer = undefined
    const sent = this.ownCounters.sent
    const { file, used } = this
    if (file === undefined || used === 0) return true
    const frames = sent.queued
    sent.queued = 0
    this.used = 0
    try {
      for (let at = 0; at < used;) at += writeSync(file, this.buffer, at, used - at)
      sent.delivered += frames
      return true
    } catch (error) {
      drop(sent, 'device', frames)
      this.failed = true
      void this.finish(explainFileError(this.path, 'record into', error as NodeJS.ErrnoException))
      return false
    }
  }
}
