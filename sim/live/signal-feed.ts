import type { Car } from '../car/index.ts'
import type { SignalEvent } from '../trace/index.ts'

/** Signals that can be watched at a time; of each so many points wait to be taken. */
const MOST_SIGNALS = 64
const MOST_POINTS = 4096
/** Who watches says so again within this time, ms of real time. */
const LEASE_ms = 10_000

/** Points that wait: pairs of seconds and value. */
interface Watched { until_ms: number, points: number[] }

/**
 * What of the physical car is watched: each change, so that no peak is lost however fast time runs. A signal is watched until
 * nobody has asked for it for a while.
 */
export class SignalFeed {
  private readonly car: Car
  private readonly watched = new Map<string, Watched>()
  private stop: (() => void) | undefined

  constructor(car: Car) {
    this.car = car
  }

  /** `FL.window position_pct`; as long as it is said again. */
  watch(signals: readonly string[], now_ms: number): void {
    for (const signal of signals) {
      const known = this.watched.get(signal)
      if (known !== undefined) known.until_ms = now_ms + LEASE_ms
      else if (this.watched.size < MOST_SIGNALS) {
        this.watched.set(signal, { until_ms: now_ms + LEASE_ms, points: [] })
        // A new listener is told every signal as it is.
        this.listen(false)
      }
    }
    this.listen(this.watched.size > 0)
  }

  /** What has changed since the last time. */
  take(now_ms: number): { signal: string, points: Uint8Array }[] {
    const taken: { signal: string, points: Uint8Array }[] = []
    for (const [signal, watched] of this.watched) {
      if (watched.until_ms < now_ms) this.watched.delete(signal)
      if (watched.points.length === 0) continue
      taken.push({ signal, points: new Uint8Array(Float64Array.from(watched.points).buffer) })
      watched.points = []
    }
    if (this.watched.size === 0) this.listen(false)
    return taken
  }

  private listen(listens: boolean): void {
    if (!listens) {
      this.stop?.()
      this.stop = undefined
    } else {
      this.stop ??= this.car.trace.subscribe(event => event.kind === 'signal' && this.take1(event), { signals: true })
    }
  }

  private take1({ source, name, t_ns, value }: SignalEvent): void {
    const watched = this.watched.get(`${source} ${name}`)
    if (watched === undefined) return
    const { points } = watched
    // Of a burst that nobody takes every other extreme is kept.
    if (points.length >= 2 * MOST_POINTS) points.splice(0, points.length, ...thinned(points))
    points.push(t_ns / 1e9, value)
  }
}

/** Half as many points: of each four the lowest and the highest, in their order. */
function thinned(points: readonly number[]): number[] {
  const kept: number[] = []
  for (let at = 0; at < points.length; at += 8) {
    let low = at
    let high = at
    for (let i = at; i < Math.min(at + 8, points.length); i += 2) {
      if (points[i + 1]! < points[low + 1]!) low = i
      if (points[i + 1]! > points[high + 1]!) high = i
    }
    for (const i of low < high ? [low, high] : low > high ? [high, low] : [low]) kept.push(points[i]!, points[i + 1]!)
  }
  return kept
}
