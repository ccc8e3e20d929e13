import { readFileSync } from 'node:fs'

import type { CanFrame } from '#protocol/index.ts'
import { createLinkFrame, type LinkFrame } from '#sim/gateway/index.ts'
import { CANDUMP, isReadable, logFormatOf } from '#sim/gateway/logs/index.ts'
import { type Driver, unable } from './driver.ts'
import { duration } from './limits.ts'
import type { SedanNames } from './names.ts'
import { Vehicle } from './vehicle.ts'
import type { CarNames } from '#sim/car/index.ts'

/** A drive that is over: its frames pass again in their own time, at once. It can be watched, not touched. */
export class RecordingDriver implements Driver {
  readonly name: string
  /** Lines of the log that are no frame. */
  readonly badLines: string[] = []
  now_ns = 0
  private readonly frames: LinkFrame[] = []
  private readonly handlers: ((frame: CanFrame, t_ns: number) => void)[] = []
  private next = 0

  constructor(file: string) {
    this.name = `recording ${file}`
    const format = logFormatOf(file) ?? CANDUMP
    if (!isReadable(format)) throw new Error(`${this.name}: ${format.name} logs are only written`)
    const reader = format.reader({
      onFrame: frame => this.frames.push({ ...createLinkFrame(), ...frame, data: frame.data.slice() }),
      onBadLine: ({ line, reason }) => this.badLines.push(`${file}:${line}: ${reason}`),
    })
    reader.push(readFileSync(file))
    reader.end()
  }

  onFrame(handler: (frame: CanFrame, t_ns: number) => void): void {
    this.handlers.push(handler)
  }

  onEvent(): void {}

  send(): void {
    throw unable(this.name, 'send')
  }

  press(): void {
    throw unable(this.name, 'press switches')
  }

  release(): void {
    throw unable(this.name, 'release switches')
  }

  advance(done: () => boolean, limit_ms: number): Promise<boolean> {
    const origin_ns = this.frames[0]?.timestamp_ns ?? 0
    const end_ns = this.now_ns + duration('advance: limit_ms', limit_ms) * 1e6
    while (!done()) {
      const frame = this.frames[this.next]
      if (frame === undefined || frame.timestamp_ns - origin_ns > end_ns) {
        this.now_ns = end_ns
        return Promise.resolve(done())
      }
      this.now_ns = frame.timestamp_ns - origin_ns
      this.next++
      for (const handler of this.handlers) handler(frame, this.now_ns)
    }
    return Promise.resolve(true)
  }

  pending(): string[] {
    return this.badLines
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** A recorded drive, for journeys that only watch. */
export function vehicleFrom<Names extends CarNames = SedanNames>(file: string): Vehicle<Names> {
  return new Vehicle(new RecordingDriver(file))
}
