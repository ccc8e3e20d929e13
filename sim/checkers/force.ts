import type { TraceRecord } from '../kernel/trace.ts'
import { type Accuse, type Checker, type CheckerEntry, SECOND_ns } from './judge.ts'
import type { Surroundings } from './surroundings.ts'

/** FMVSS 118, UN R21: the glass reverses before this. */
const LIMIT_N = 100
/** The rods of the test, by the opening they stand for (mm) and their stiffness (N/mm). */
const SPEC = [
  { from_mm: 4, to_mm: 25, most_N_mm: 65 },
  { from_mm: 25, to_mm: 200, most_N_mm: 20 },
]
const HIGHEST_V = 16
/** After its hub died, or its plug was pulled, a rotor may run down without a brake. */
const RUNDOWN_ns = 2 * SECOND_ns

interface Window {
  obstacle_mm: number
  stiffness_N_mm: number
  unplugged_ns: number
  accused: boolean
}

/** Reads `obstacle of 10 N/mm at 50 mm of 450`. */
const OBSTACLE = /^obstacle of ([\d.]+) N\/mm at ([\d.]+) mm/

class ForceChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly windows = new Map<string, Window>()
  private readonly supplies_V = new Map<string, number>()

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  event(record: TraceRecord): void {
    const { kind, source, text } = record
    if (kind === 'fault') this.fault(record)
    else if (kind === 'signal' && text === 'supply_V') this.supplies_V.set(source, record.value!)
    else if (kind === 'signal' && text === 'peakContactForce_N') this.force(record)
  }

  private fault({ source, text, t_ns }: TraceRecord): void {
    const obstacle = OBSTACLE.exec(text)
    if (obstacle !== null) {
      this.windows.set(source, {
        stiffness_N_mm: Number(obstacle[1]), obstacle_mm: Number(obstacle[2]), unplugged_ns: -Infinity, accused: false,
      })
    } else if (text === 'obstacle gone') this.windows.delete(source)
    else if (text === 'unplugged' && this.windows.has(source)) this.windows.get(source)!.unplugged_ns = t_ns
  }

  private force({ source, t_ns, value }: TraceRecord): void {
    const window = this.windows.get(source)
    if (window === undefined || window.accused || !(value! > LIMIT_N) || !inSpec(window)) return
    const hub = this.around.hub(source)
    const supply_V = (hub === undefined ? undefined : this.supplies_V.get(hub.name)) ?? NaN
    const calm_ns = Math.max(window.unplugged_ns, hub?.reset_ns ?? -Infinity, hub?.paused_ns ?? -Infinity)
    if (t_ns - calm_ns < RUNDOWN_ns || supply_V > HIGHEST_V) return
    window.accused = true
    this.accuse(t_ns, `${source} presses on what is in its way`, {
      force_N: value!, limit_N: LIMIT_N, obstacle_mm: window.obstacle_mm, stiffness_N_mm: window.stiffness_N_mm, supply_V,
    })
  }
}

function inSpec({ obstacle_mm, stiffness_N_mm }: Window): boolean {
  return SPEC.some(zone => obstacle_mm >= zone.from_mm && obstacle_mm <= zone.to_mm && stiffness_N_mm <= zone.most_N_mm)
}

export const force: CheckerEntry = {
  name: 'force',
  contract: `a window presses on a rod of FMVSS 118 with at most ${LIMIT_N} N`,
  create: (accuse, around) => new ForceChecker(accuse, around),
}
