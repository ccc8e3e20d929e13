import { COPPER_EVENTS, type EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { type Facts, SECOND_ns } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/** Half a percent: what a meter is off. */
const TOLERANCE = 1.005
/** Time a conductor bears √2 times its ampacity; with more current less, by the square, as copper warms. */
const OVERLOAD_s = 1

interface Load {
  readonly ampacity_A: number
  current_A: number
  since_ns: number
  /** ∫ (I² / ampacity² − 1) dt, never below 0, s. */
  heat_s: number
  accused: boolean
}

class AmpacityChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly loads = new Map<string, Load>()

  constructor(accuse: Accuse, around: Surroundings, facts: Facts) {
    this.accuse = accuse
    this.around = around
    for (const { name, ampacity_A } of facts.feeders) {
      this.loads.set(name, { ampacity_A, current_A: 0, since_ns: 0, heat_s: 0, accused: false })
    }
  }

  event({ source, t_ns, value }: EventOf<'signal:current_A'>): void {
    const load = this.loads.get(source)
    if (load === undefined) return
    this.advance(source, load, t_ns)
    load.current_A = Math.abs(value)
  }

  look(now_ns: number): void {
    for (const [name, load] of this.loads) this.advance(name, load, now_ns)
  }

  private advance(name: string, load: Load, now_ns: number): void {
    const dt_s = (now_ns - load.since_ns) / SECOND_ns
    load.since_ns = now_ns
    const share = load.current_A / (load.ampacity_A * TOLERANCE)
    load.heat_s = Math.max(0, load.heat_s + (share * share - 1) * dt_s)
    if (load.heat_s === 0) load.accused = false
    if (load.heat_s <= OVERLOAD_s || load.accused || this.around.copperFaults.size > 0) return
    load.accused = true
    this.accuse(now_ns, `${name} carries more than its ampacity`, {
      current_A: load.current_A, ampacity_A: load.ampacity_A, overload_s: load.heat_s,
    })
  }
}

export const ampacity: CheckerEntry<'signal:current_A'> = {
  name: 'ampacity',
  contract: 'no conductor carries more than its ampacity beyond the time it bears it',
  needs: ['signal:current_A'],
  asks: COPPER_EVENTS,
  create: (accuse, around, facts) => new AmpacityChecker(accuse, around, facts),
}
