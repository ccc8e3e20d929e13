import type { TraceRecord } from '../kernel/trace.ts'
import { type Accuse, type Checker, type CheckerEntry, MS_ns, SECOND_ns } from './judge.ts'
import type { Surroundings } from './surroundings.ts'

/** FMVSS 118, UN R21: the glass reverses before this. */
const LIMIT_N = 100
/** The rods of the test, by the opening they stand for (mm) and their stiffness (N/mm). */
const SPEC = [
  { from_mm: 4, to_mm: 25, most_N_mm: 65 },
  { from_mm: 25, to_mm: 200, most_N_mm: 20 },
]
const HIGHEST_V = 16
/** Below this a motor may be too weak to open again. */
const LOWEST_V = 9
/** Who presses like this has met something, and opens again, and not only stops. */
const PRESSING_N = 55
const PRESSED_ns = 1.5 * SECOND_ns
/** After its hub died, or its plug was pulled, a rotor may run down without a brake. */
const RUNDOWN_ns = 2 * SECOND_ns

interface Window {
  obstacle_mm: number
  stiffness_N_mm: number
  unplugged_ns: number
  /** It has pressed since then; NaN: it does not. */
  pressing_ns: number
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
    else if (kind === 'signal' && text === 'contactForce_N') this.press(record)
  }

  private fault({ source, text, t_ns }: TraceRecord): void {
    const obstacle = OBSTACLE.exec(text)
    if (obstacle !== null) {
      this.windows.set(source, {
        stiffness_N_mm: Number(obstacle[1]), obstacle_mm: Number(obstacle[2]), unplugged_ns: -Infinity,
        pressing_ns: NaN, accused: false,
      })
    } else if (text === 'obstacle gone') this.windows.delete(source)
    else if (text === 'unplugged' && this.windows.has(source)) this.windows.get(source)!.unplugged_ns = t_ns
  }

  look(now_ns: number): void {
    for (const [source, window] of this.windows) {
      if (window.accused || !(now_ns - window.pressing_ns > PRESSED_ns) || !inSpec(window) || isSoft(window)) continue
      const supply_V = this.supply_V(source)
      if (!(supply_V >= LOWEST_V && supply_V <= HIGHEST_V) || this.around.copperFaults.size > 0) continue
      if (!this.isCalm(source, window, now_ns)) continue
      window.accused = true
      this.accuse(now_ns, `${source} does not open again from what is in its way`, {
        pressing_ms: (now_ns - window.pressing_ns) / MS_ns, obstacle_mm: window.obstacle_mm, stiffness_N_mm: window.stiffness_N_mm,
        supply_V,
      })
    }
  }

  private press({ source, t_ns, value }: TraceRecord): void {
    const window = this.windows.get(source)
    if (window === undefined) return
    if (!(value! >= PRESSING_N)) window.pressing_ns = NaN
    else if (Number.isNaN(window.pressing_ns)) window.pressing_ns = t_ns
  }

  private force({ source, t_ns, value }: TraceRecord): void {
    const window = this.windows.get(source)
    if (window === undefined || window.accused || !(value! > LIMIT_N) || !inSpec(window)) return
    const supply_V = this.supply_V(source)
    if (!this.isCalm(source, window, t_ns) || supply_V > HIGHEST_V) return
    window.accused = true
    this.accuse(t_ns, `${source} presses on what is in its way`, {
      force_N: value!, limit_N: LIMIT_N, obstacle_mm: window.obstacle_mm, stiffness_N_mm: window.stiffness_N_mm, supply_V,
    })
  }

  /** Of its hub; NaN as long as it is not known. */
  private supply_V(source: string): number {
    const hub = this.around.hub(source)
    return (hub === undefined ? undefined : this.supplies_V.get(hub.name)) ?? NaN
  }

  /** Nothing was done to it or its hub of late. */
  private isCalm(source: string, window: Window, now_ns: number): boolean {
    const hub = this.around.hub(source)
    return now_ns - Math.max(window.unplugged_ns, hub?.reset_ns ?? -Infinity, hub?.paused_ns ?? -Infinity) >= RUNDOWN_ns
  }
}

function inSpec({ obstacle_mm, stiffness_N_mm }: Window): boolean {
  return SPEC.some(zone => obstacle_mm >= zone.from_mm && obstacle_mm <= zone.to_mm && stiffness_N_mm <= zone.most_N_mm)
}

/** A window that closes over it does not press more than it may. */
function isSoft({ obstacle_mm, stiffness_N_mm }: Window): boolean {
  return obstacle_mm * stiffness_N_mm <= LIMIT_N
}

export const force: CheckerEntry = {
  name: 'force',
  contract: `a window presses on a rod of FMVSS 118 with at most ${LIMIT_N} N, and opens again`,
  create: (accuse, around) => new ForceChecker(accuse, around),
}
