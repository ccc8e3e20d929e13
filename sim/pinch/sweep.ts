import { type WINDOW_ACTION, WINDOW_STATE } from '#protocol/index.ts'
import { taughtFriction } from '../car/index.ts'
import { Prng } from '../kernel/index.ts'
import { WINDOW_REGULATOR } from '../plants/index.ts'
import { type Conditions, FAIR, PUNCTUAL, PinchRig, type Timing } from './rig.ts'

/** The most that a closing window may press, N (FMVSS 118, UN R21), and the aim for the median. */
export const LIMIT_N = 100
export const MEDIAN_N = 70
/** What the window opens again at least, mm, or to where it came from (UN R21 asks for 125 mm or 200 mm of opening). */
const REOPEN_mm = 125

/** Whether friction was never learned, learned on new seals at 23 °C, or in the very conditions. */
export type Learned = 'nothing' | 'at the factory' | 'here'

/** Rods of the law: 65 N/mm up to 25 mm, 20 N/mm above; 10 and 5 N/mm everywhere. */
interface Rod {
  readonly stiffness_N_mm: number
  readonly openings_mm: readonly number[]
}

/** One combination of all that varies. */
export interface PinchCase {
  readonly stiffness_N_mm: number
  readonly opening_mm: number
  readonly conditions: Conditions
  readonly learned: Learned
  readonly timing: Timing
  /** Where the glass starts, above the rod. */
  readonly start_mm: number
}

export interface PinchResult {
  readonly case: PinchCase
  readonly peak_N: number
  readonly reversed: boolean
  /** Distance between rod and glass at the end; NaN if it did not reverse. */
  readonly reopened_mm: number
  /** Below the limit, and open again if it was pinched. */
  readonly passed: boolean
}

export interface SweepPlan {
  readonly rods: readonly Rod[]
  readonly supplies_V: readonly number[]
  readonly temperatures_C: readonly number[]
  readonly ages: readonly number[]
  readonly learned: readonly Learned[]
  /** Moments: how the ticks fall, and from how far above the rod the glass starts. */
  readonly moments: readonly { readonly timing: Timing, readonly start_mm: number }[]
}

const late = (phase_ms: number, pauseAt_N: number, tick_ms = 10): Timing => ({ ...PUNCTUAL, phase_ms, pauseAt_N, tick_ms })

/** Every moment differs: the tick's phase, the force at which a pause of 15 ms begins, a board with ticks of 20 ms, the start. */
const MOMENTS = [
  { timing: late(0, 0), start_mm: 450 }, { timing: late(3, 15), start_mm: 150 }, { timing: late(5, 30), start_mm: 60 },
  { timing: late(7, 45), start_mm: 250 }, { timing: late(9, 52), start_mm: 25 }, { timing: late(2, 40, 20), start_mm: 150 },
  { timing: late(4, 25), start_mm: 3 },
] as const

export const FULL_PLAN: SweepPlan = {
  rods: [
    { stiffness_N_mm: 5, openings_mm: [4, 8, 12, 18, 25, 35, 50, 75, 100, 125, 150, 175, 200] },
    { stiffness_N_mm: 10, openings_mm: [4, 8, 12, 18, 25, 35, 50, 75, 100, 125, 150, 175, 200] },
    { stiffness_N_mm: 20, openings_mm: [25, 35, 50, 75, 100, 125, 150, 175, 200] },
    { stiffness_N_mm: 65, openings_mm: [4, 5, 6, 8, 10, 12, 15, 18, 21, 25] },
  ],
  supplies_V: [9, 11, 13.5, 16],
  temperatures_C: [-30, 0, 23, 50, 80],
  ages: [0, 1],
  learned: ['nothing', 'at the factory', 'here'],
  moments: MOMENTS,
}

export const QUICK_PLAN: SweepPlan = {
  rods: [
    { stiffness_N_mm: 5, openings_mm: [12, 50, 200] }, { stiffness_N_mm: 10, openings_mm: [8, 100, 200] },
    { stiffness_N_mm: 20, openings_mm: [25, 100, 200] }, { stiffness_N_mm: 65, openings_mm: [4, 12, 25] },
  ],
  supplies_V: [9, 13.5, 16],
  temperatures_C: [-30, 23, 80],
  ages: [0, 1],
  learned: ['at the factory', 'here'],
  moments: [MOMENTS[2], MOMENTS[3], MOMENTS[5]],
}

export function* casesOf(plan: SweepPlan): Generator<PinchCase> {
  for (const { stiffness_N_mm, openings_mm } of plan.rods) {
    for (const opening_mm of openings_mm) {
      for (const supply_V of plan.supplies_V) {
        for (const temperature_C of plan.temperatures_C) {
          for (const age of plan.ages) {
            const conditions = { supply_V, temperature_C, age, road_m_s2: 0 }
            for (const learned of plan.learned) {
              for (const moment of plan.moments) yield { stiffness_N_mm, opening_mm, conditions, learned, ...moment }
            }
          }
        }
      }
    }
  }
}

export function caseCount(plan: SweepPlan): number {
  const openings = plan.rods.reduce((sum, rod) => sum + rod.openings_mm.length, 0)
  return openings * plan.supplies_V.length * plan.temperatures_C.length * plan.ages.length * plan.learned.length * plan.moments.length
}

/** How long a motion may take before the sweep gives up on it. */
const LONGEST_ms = 45_000
const REST_s = 300

/** Runs cases; remembers what was learned in which conditions. */
export class PinchSweep {
  private readonly seed: number
  private readonly factory = taughtFriction()
  private readonly local = new Map<string, Uint8Array>()

  constructor(seed: number) {
    this.seed = seed
  }

  run(one: PinchCase): PinchResult {
    const { conditions, opening_mm } = one
    const start_mm = Math.min(opening_mm + one.start_mm, 1000 * WINDOW_REGULATOR.travel_m)
    const rig = new PinchRig(new Prng(this.seed, describeCase(one)), start_mm / 1000, this.friction(one))
    rig.set(conditions, one.timing)
    rig.plant.hold(opening_mm / 1000, one.stiffness_N_mm)
    rig.order('autoUp')
    rig.rest(LONGEST_ms)
    const peak_N = rig.plant.peakContactForce_N
    const reversed = rig.status.pinch === 1
    const glass_mm = 1000 * rig.plant.position_m
    const reopened_mm = reversed ? glass_mm - opening_mm : NaN
    const open = !reversed || reopened_mm >= REOPEN_mm || glass_mm >= start_mm - 1
    return { case: one, peak_N, reversed, reopened_mm, passed: peak_N < LIMIT_N && open }
  }

  /** A full closing without an obstacle: how long it takes, ms; NaN if it did not get there. */
  closing_ms(conditions: Conditions, learned: Learned): number {
    const rig = new PinchRig(new Prng(this.seed, `closing ${describeConditions(conditions)} ${learned}`),
      WINDOW_REGULATOR.travel_m, this.friction({ conditions, learned }))
    rig.set(conditions, PUNCTUAL)
    rig.order('autoUp')
    const took_ms = rig.rest(LONGEST_ms)
    return rig.status.state === WINDOW_STATE.still && rig.status.pinch === 0 && rig.status.fault === 0 ? took_ms : NaN
  }

  private friction(one: Pick<PinchCase, 'conditions' | 'learned'>): Uint8Array | undefined {
    if (one.learned === 'nothing') return undefined
    if (one.learned === 'at the factory') return this.factory
    const { temperature_C, age } = one.conditions
    const key = `${temperature_C} ${age}`
    const known = this.local.get(key)
    if (known !== undefined) return known
    const learned = this.adapt(temperature_C, age)
    this.local.set(key, learned)
    return learned
  }

  /** Four closings at a fair supply. */
  private adapt(temperature_C: number, age: number): Uint8Array {
    const rig = new PinchRig(new Prng(this.seed, `learning ${temperature_C} ${age}`), 0, this.factory)
    rig.set({ ...FAIR, temperature_C, age }, PUNCTUAL)
    const closings: readonly (keyof typeof WINDOW_ACTION)[] = ['autoDown', 'autoUp']
    for (let i = 0; i < 4; i++) {
      for (const action of closings) {
        rig.order(action)
        rig.rest(LONGEST_ms)
        rig.pass(REST_s)
      }
    }
    return rig.friction!
  }
}

export function describeConditions(c: Conditions): string {
  const age = c.age === 0 ? 'new seals' : c.age === 1 ? 'worn seals' : `seals worn by ${Math.round(100 * c.age)} %`
  return `${Number(c.supply_V.toFixed(2))} V, ${Number(c.temperature_C.toFixed(1))} °C, ${age}${c.road_m_s2 > 0 ? `, road ${c.road_m_s2.toFixed(1)} m/s²` : ''}`
}

export function describeCase(one: PinchCase): string {
  const { timing } = one
  return `${one.stiffness_N_mm} N/mm at ${one.opening_mm} mm, from ${one.start_mm} mm above, ${describeConditions(one.conditions)}, learned ${one.learned}, `
    + `tick ${timing.tick_ms} ms + ${timing.phase_ms} ms${timing.pauseAt_N > 0 ? `, ${timing.pause_ms} ms pause at ${timing.pauseAt_N} N` : ''}`
}
