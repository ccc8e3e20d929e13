import { KEPT, type Kept, type LogFormat, type LogFrame } from '#sim/gateway/logs/index.ts'

const LOST: Readonly<Record<Exclude<Kept, 'names'>, (format: string, frames: string) => string>> = {
  directions: (format, frames) => `${format} does not tell which way ${frames} frames went`,
  errors: (format, frames) => `${format} does not tell what kind of error ${frames} error frames report`,
  lengthCodes: (format, frames) => `${format} does not tell the length codes above 8 of ${frames} frames`,
  microseconds: (format, frames) => `${format} tells the times of ${frames} frames to the tenth of a millisecond only`,
}
/** Of a mapping of interfaces to numbers, so many are listed. */
const MOST_LISTED = 32

/** Counts what frames told that the kind of log they are written to does not. */
export class LogLosses {
  /** Frames that such logs cannot hold. */
  refused = 0
  private readonly to: LogFormat
  private readonly counts: Record<Kept, number> = { names: 0, directions: 0, errors: 0, lengthCodes: 0, microseconds: 0 }
  private readonly names: string[] = []

  constructor(to: LogFormat) {
    this.to = to
  }

  see(frame: LogFrame): void {
    if (frame.name !== '') {
      this.counts.names++
      this.names[frame.bus] ??= frame.name
    }
    if (frame.direction !== '') this.counts.directions++
    if (frame.error) this.counts.errors++
    if (frame.lengthCode > 0) this.counts.lengthCodes++
    if (Math.round(frame.timestamp_ns / 1000) % 100 !== 0) this.counts.microseconds++
  }

  /** Frames that lost something, by what. */
  get lost(): Partial<Record<Kept, number>> {
    return Object.fromEntries(KEPT.filter(kept => !this.to.keeps[kept] && this.counts[kept] > 0).map(kept => [kept, this.counts[kept]]))
  }

  /** The same for people, and what was left out. */
  get lines(): string[] {
    const { name } = this.to
    const refused = this.refused === 0 ? [] : [`${name} holds no ${this.to.refuses ?? 'such frames'}: ${this.refused.toLocaleString('en')} were left out`]
    return [...refused, ...this.tellLost(name)]
  }

  private tellLost(name: string): string[] {
    return Object.entries(this.lost).map(([kept, frames]) => kept === 'names'
      ? `${name} numbers its channels: ${this.channels()}`
      : LOST[kept as keyof typeof LOST](name, frames.toLocaleString('en')))
  }

  private channels(): string {
    const all = Object.entries(this.names).map(([bus, name]) => `${Number(bus) + 1} is ${shownName(name)}`)
    return [...all.slice(0, MOST_LISTED), ...all.length > MOST_LISTED ? [`${all.length - MOST_LISTED} more`] : []].join(', ')
  }
}

/** A name of a log, a character a byte, for people: nearly all are UTF-8. */
function shownName(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? name : text
}
