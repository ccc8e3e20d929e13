import { WINDOW_STATE } from '#protocol/index.ts'
import { taughtFriction } from '../car/index.ts'
import { Prng } from '../kernel/index.ts'
import { type Conditions, PinchRig, PUNCTUAL, type Timing } from './rig.ts'

/** Closings in the life of one simulated car; its seals age, its days differ, its memory stays. */
const CLOSINGS_A_CAR = 20
/** What makes the days differ: temperature from one closing to the next, and over all. */
const TEMPERATURE = { least_C: -30, most_C: 80, first_C: 23, change_K: 30 }
const SUPPLY = { least_V: 9, most_V: 16, step_V: 0.75, stepChance: 0.002 }
const ROUGH_m_s2 = 2
const AGE_A_CLOSING = 0.02
const LONGEST_ms = 45_000
const REST_s = 300
const BOARD_TICKS_ms = [10, 10, 10, 10, 20] as const

/** How a closing without an obstacle ended. */
type ClosingEnd = 'closed' | 'reversed' | 'too weak'

export interface ClosingResult {
  readonly car: number
  readonly closing: number
  readonly from_pct: number
  readonly conditions: Conditions
  readonly timing: Timing
  readonly end: ClosingEnd
  readonly took_ms: number
}

/**
 * Closings that meet nothing, over supply (with steps, as other loads switch), temperature, age, road, tick and pauses, in
 * cars that live through twenty of them. Any reversal is a false one.
 */
export function* closings(count: number, seed: number): Generator<ClosingResult> {
  let done = 0
  for (let car = 0; done < count; car++) {
    for (const result of closingsOf(car, seed)) {
      yield result
      if (++done === count) return
    }
  }
}

/** The life of one car; `watch` looks into it after every millisecond of a closing. */
function* closingsOf(car: number, seed: number, watch?: (rig: PinchRig, closing: number) => void): Generator<ClosingResult> {
  const dice = new Prng(seed, `car ${car}`)
  const rig = new PinchRig(dice, 0, taughtFriction())
  const age = dice.next() * (1 - CLOSINGS_A_CAR * AGE_A_CLOSING)
  let temperature_C = TEMPERATURE.first_C
  for (let closing = 0; closing < CLOSINGS_A_CAR; closing++) {
    temperature_C = within(temperature_C + TEMPERATURE.change_K * (2 * dice.next() - 1), TEMPERATURE.least_C, TEMPERATURE.most_C)
    const conditions = {
      supply_V: SUPPLY.least_V + (SUPPLY.most_V - SUPPLY.least_V) * dice.next(), temperature_C, age: age + closing * AGE_A_CLOSING,
      road_m_s2: dice.chance(0.5) ? 0 : ROUGH_m_s2 * dice.next(),
    }
    yield { car, closing, ...closeOnce(rig, dice, conditions, () => watch?.(rig, closing)), conditions }
  }
}

type Closing = Pick<ClosingResult, 'from_pct' | 'timing' | 'end' | 'took_ms'>

function closeOnce(rig: PinchRig, dice: Prng, conditions: Conditions, watch: () => void): Closing {
  const timing = {
    ...PUNCTUAL, phase_ms: dice.below(10), tick_ms: BOARD_TICKS_ms[dice.below(BOARD_TICKS_ms.length)]!, pauseChance: 0.1,
  }
  rig.set(conditions, timing)
  const from_pct = dice.chance(0.5) ? 100 : 5 + dice.below(95)
  if (from_pct === 100) rig.order('autoDown')
  else rig.order('goto', from_pct)
  rig.rest(LONGEST_ms)
  rig.pass(REST_s)
  rig.order('autoUp')
  const took_ms = rig.rest(LONGEST_ms, () => {
    watch()
    if (!dice.chance(SUPPLY.stepChance)) return
    rig.supply(within(conditions.supply_V + SUPPLY.step_V * (2 * dice.next() - 1), SUPPLY.least_V, SUPPLY.most_V))
  })
  const { status } = rig
  const closed = status.state === WINDOW_STATE.still && status.fault === 0 && status.position_pct === 0
  const end = status.pinch === 1 ? 'reversed' : closed ? 'closed' : 'too weak'
  rig.pass(REST_s)
  return { from_pct, timing, end, took_ms }
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
