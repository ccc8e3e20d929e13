import type { Car } from '#sim/car/index.ts'
import { createFrame } from '#protocol/index.ts'
import { formatCandumpLine } from '#sim/gateway/logs/index.ts'
import type { LinkFrame } from '#sim/gateway/index.ts'
import { keepTrace } from '../lib/keep-run.ts'

/** Keeps what the scenes of one row show. */
export class RunKeeper {
  private readonly name: string
  private readonly scenes = new Map<string, { log: string[], events: string[] }>()

  /** `name`: of the files. */
  constructor(name: string) {
    this.name = name.replaceAll(/[^\w@.+-]/g, '_')
  }

  watch(car: Car, scene: string): void {
    const kept = { log: [] as string[], events: [] as string[] }
    this.scenes.set(scene, kept)
    const line: LinkFrame = { ...createFrame(8), timestamp_ns: 0, origin: '', error: false }
    car.bus.tap(({ frame, end_ns }) => kept.log.push(formatCandumpLine(Object.assign(line, frame, { timestamp_ns: end_ns }))))
    car.trace.subscribe(event => kept.events.push(`${JSON.stringify(event)}\n`))
  }

  /** Returns the logs' files. */
  save(): string[] {
    return [...this.scenes].map(([scene, { log, events }]) => keepTrace(`${this.name}-${scene}`, { log: log.join(''), events: events.join('') }))
  }
}
