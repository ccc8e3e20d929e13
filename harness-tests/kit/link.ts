import { type CanFrame, createFrame } from '#protocol/index.ts'
import { type Link, type LinkFrame, openLink } from '#sim/gateway/index.ts'
import { SpineLink } from '#sim/gateway/spine/index.ts'
import { type Driver, unable } from './driver.ts'
import { duration } from './limits.ts'
import type { SedanNames } from './names.ts'
import { Vehicle } from './vehicle.ts'
import type { CarNames } from '#sim/car/index.ts'

/** A switch that nobody releases is let go after this long. */
const LONGEST_PRESS_ms = 600_000

/** A car behind a link, in real time: a running virtual car (`spine:`) or real hardware through any other kind. */
export class LinkDriver implements Driver {
  readonly name: string
  private readonly link: Link
  private readonly begin_ms = Date.now()
  private readonly watchers = new Set<() => void>()
  private readonly held = new Set<string>()
  private failure: Error | undefined = undefined

  constructor(link: Link) {
    this.link = link
    this.name = link.uri
    link.onFrame(() => {
      for (const watch of this.watchers) watch()
    })
  }

  get now_ns(): number {
    return (Date.now() - this.begin_ms) * 1e6
  }

  onFrame(handler: (frame: CanFrame, t_ns: number) => void): void {
    this.link.onFrame((frame) => {
      if (!frame.error) handler(frame, this.now_ns)
    })
  }

  onEvent(): void {}

  send(frame: CanFrame): void {
    const sent: LinkFrame = { ...createFrame(frame.data.length), ...frame, timestamp_ns: this.now_ns, origin: '', error: false }
    if (!this.link.send(sent)) throw new Error(`${this.name} did not take the frame: it is ${this.link.state}`)
  }

  press(name: string): void {
    this.held.add(name)
    void this.car('press switches').control({ kind: 'press', switch: name, hold_ms: LONGEST_PRESS_ms }).catch(this.fail)
  }

  release(name: string): void {
    this.held.delete(name)
    void this.car('release switches').control({ kind: 'release', switch: name }).catch(this.fail)
  }

  /** Asks after every frame, and at the end. Rejects when the car refused what was asked of it meanwhile. */
  advance(done: () => boolean, limit_ms: number): Promise<boolean> {
    duration('advance: limit_ms', limit_ms)
    if (this.failure !== undefined) return Promise.reject(this.failure)
    if (done()) return Promise.resolve(true)
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(timer)
        this.watchers.delete(watch)
        end()
      }
      const watch = (): void => {
        try {
          if (this.failure !== undefined) throw this.failure
          if (done()) finish(() => resolve(true))
        } catch (error) {
          finish(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      }
      const timer = setTimeout(() => finish(() => resolve(done())), limit_ms)
      this.watchers.add(watch)
    })
  }

  pending(): string[] {
    return this.link.problem === '' ? [] : [this.link.problem]
  }

  async close(): Promise<void> {
    for (const name of this.held) this.release(name)
    await this.link.close()
  }

  private readonly fail = (error: unknown): void => {
    this.failure ??= error instanceof Error ? error : new Error(String(error))
    for (const watch of this.watchers) watch()
  }

  private car(ability: string): SpineLink {
    if (this.link instanceof SpineLink) return this.link
    throw unable(this.name, ability)
  }
}

/** A car behind a link, for the same journeys as the simulated one. Close it with `vehicle.driver.close()`. */
export async function vehicleAt<Names extends CarNames = SedanNames>(uri: string): Promise<Vehicle<Names>> {
  return new Vehicle(new LinkDriver(await openLink(uri)))
}
