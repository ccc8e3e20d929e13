import { type BadLine, type LogFormat, placeOf } from '#sim/gateway/logs/format.ts'
import type { Terminal } from './terminal.ts'

/** Reported one by one; after that only their number. */
const MOST_REPORTS = 20

/** Tells people what in a log was no frame, without flooding them, and counts it by cause. */
export class BadLines {
  total = 0
  readonly causes: Record<string, number> = {}
  private readonly terminal: Terminal
  private readonly file: string
  private readonly format: LogFormat

  constructor(terminal: Terminal, file: string, format: LogFormat) {
    this.terminal = terminal
    this.file = file
    this.format = format
  }

  add(bad: BadLine): void {
    this.total++
    this.causes[bad.cause] = (this.causes[bad.cause] ?? 0) + 1
    if (this.total <= MOST_REPORTS) this.terminal.warn(`${placeOf(this.file, this.format, bad)}: ${bad.reason}`)
  }

  /** The end of the log, which had so many frames. */
  sum(frames: number): void {
    const { total, file, format } = this
    if (total > MOST_REPORTS) this.terminal.warn(`${file}: ${total - MOST_REPORTS} more ${format.unit}s were no frames`)
    if (total > 0 && frames > 0) this.terminal.warn(`${file}: ${total} of ${total + frames} ${format.unit}s were skipped`)
  }
}
