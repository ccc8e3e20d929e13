import type { LocationName } from '#protocol/catalogue/index.ts'
import type { CanFrame } from '#protocol/frame.ts'
import { FrameDecoder, parseTarget, valueJson } from '#protocol/messages.ts'

/** A decoded message as journeys read it: enums by name, flags as booleans, null for "not available". */
export type Reading = Readonly<Record<string, number | string | boolean | null>>

/** One frame of the history. */
export interface Observed {
  readonly t_ms: number
  /** `WindowStatus@FL`, `AddressClaimed@FL`. */
  readonly target: string
  /** Source address. */
  readonly source: number
  readonly values: Reading
}

/** Frames kept for `history`; older ones are forgotten. */
const HISTORY = 20_000

/** Remembers what was said on the bus, by message and location. */
export class Observer {
  readonly decoder = new FrameDecoder()
  /** Frames seen. */
  frames = 0
  private readonly latest = new Map<string, Observed>()
  private readonly log: Observed[] = []

  observe(frame: CanFrame, t_ns: number): void {
    this.frames++
    const decoded = this.decoder.decode(frame)
    if (decoded === undefined) return
    const values: Record<string, number | string | boolean | null> = {}
    for (const [name, value] of Object.entries(decoded.values)) {
      const field = decoded.row?.fields[name]
      values[name] = field === undefined ? value : valueJson(field, value)
    }
    const observed = { t_ms: t_ns / 1e6, target: `${decoded.name}@${decoded.location}`, source: decoded.source, values }
    this.latest.set(observed.target, observed)
    this.log.push(observed)
    if (this.log.length > 2 * HISTORY) this.log.splice(0, HISTORY)
  }

  /** The newest reading of `WindowStatus@FL`; undefined before the first. Throws for a name that does not exist. */
  last(target: string): Observed | undefined {
    return this.latest.get(canonical(target))
  }

  /** Frames of a target (all targets when left out), oldest first, since `from_ms`. */
  history(target?: string, from_ms = 0): Observed[] {
    const wanted = target === undefined ? undefined : canonical(target)
    return this.log.filter(entry => entry.t_ms >= from_ms && (wanted === undefined || entry.target === wanted))
  }
}

/** The J1939 frames have no row; every other name is checked against the catalogue. */
function canonical(target: string): string {
  if (/^(AddressClaimed|CannotClaimAddress|Request)@/.test(target)) return target
  const { entry, location } = parseTarget(target)
  return `${entry.row.name}@${location satisfies LocationName}`
}
