import { WINDOW_STATE } from '#protocol/index.ts'
import { taughtFriction } from '../car/index.ts'
import { Prng } from '../kernel/index.ts'
import { closingCurrent_A, WINDOW_PULSE_m, WINDOW_REGULATOR } from '../plants/index.ts'
import { type CaseValues, objectOf } from './case.ts'
import { type Conditions, FAIR, PinchRig, PUNCTUAL, type Timing } from './rig.ts'
import { Surroundings } from './surroundings.ts'
import { windowUnit } from './tolerances.ts'

/**
 * Who detects obstacles: the firmware; the same on its learning run, which goes down first and then closes; nobody, so that the eFuse is
 * alone; or an oracle that knows the true force, and brakes at so many newtons.
 */
export type Detection = 'firmware' | 'learning' | 'none' | number

/**
 * How a closing ended. `reversed` from what it met, or `early`, before; `closed`; `stopped` without turning round, as the motor is too
 * weak for the day; `refused`; `endless` after 45 s.
 */
type CaseEnd = 'reversed' | 'early' | 'closed' | 'stopped' | 'refused' | 'endless'

export interface CaseResult {
  readonly end: CaseEnd
  readonly peak_N: number
  readonly took_ms: number
  /** Between object and glass at the end, mm; NaN if it was not pinched. */
  readonly reopened_mm: number
  /** Pinched, and open again as the law wants it, or not pinched. */
  readonly reopened: boolean
  /** Of one that closed: by how much the driver takes the closed end to be too far open, mm; NaN: it did not close. */
  readonly off_mm: number
}

/** What a window opens again at least, mm, or to where it came from: FMVSS 118 S5 (UN R21 5.8.3 asks for 50 mm). */
const REOPEN_mm = 125
const LONGEST_ms = 45_000
/** What is put in has so much room. */
const ROOM_mm = 0.2
const FOUND_FROM_m = 0.004
/** It expects the end a little early, so that it presses until it stands. */
const EXPECTED_pulses = 6
const DAYS = 10
const PAUSE_ms = 15

/** Closes over the object of a case; `watch` looks after every millisecond. */
export function pressCase(values: CaseValues, detection: Detection = 'firmware', watch?: (rig: PinchRig) => void): CaseResult {
  const { stiffness_N_mm, rise_N_mm2, opening_mm, start_mm } = objectOf(values)
  const rig = rigOf(values, start_mm / 1000, detection)
  let there = false
  const putIn = (): void => {
    there = start_mm >= opening_mm || rig.plant.position_m > (opening_mm + ROOM_mm) / 1000
    if (there) rig.plant.hold(opening_mm / 1000, stiffness_N_mm, rise_N_mm2)
  }
  putIn()
  const took_ms = closeOnce(rig, detection, there ? watch : () => {
    if (!there) putIn()
    watch?.(rig)
  })
  const peak_N = rig.plant.peakContactForce_N
  const glass_mm = 1000 * rig.plant.position_m
  const end = endOf(rig, took_ms)
  const pinched = end === 'reversed' && peak_N > 0
  const reopened_mm = pinched ? glass_mm - opening_mm : NaN
  return {
    end: end === 'reversed' && peak_N === 0 ? 'early' : end, peak_N, took_ms, reopened_mm,
    reopened: !pinched || reopened_mm >= REOPEN_mm || glass_mm >= start_mm - 1, off_mm: offOf(rig, end),
  }
}

/** The same window on the same day, fully open and with nothing in its way: a reversal is a false one. */
export function closeCase(values: CaseValues, detection: Detection = 'firmware', watch?: (rig: PinchRig) => void): CaseResult {
  const rig = rigOf(values, WINDOW_REGULATOR.travel_m, detection)
  const took_ms = closeOnce(rig, detection, watch)
  const end = endOf(rig, took_ms)
  return { end, peak_N: 0, took_ms, reopened_mm: NaN, reopened: true, off_mm: offOf(rig, end) }
}

/** What a full closing goes through: the whole case, or a part of it. */
export const SITUATIONS: Readonly<Record<Situation, (values: CaseValues) => CaseValues>> = {
  calm: (values) => {
    const supply_V = Math.max(CALM_V, values.supply_V)
    const drag = 0.9 + (values.drag - 0.7) * 0.2 / 0.7
    return { ...values, ...STILL, supply_V, step_V: Math.max(CALM_V - supply_V, values.step_V), dip_V: 0, drag, road_m_s2: 0, learned: 1 }
  },
  'road of 1 m/s²': values => ({ ...values, ...STILL, road_m_s2: 1 }),
  'road of 2 m/s²': values => ({ ...values, ...STILL, road_m_s2: 2 }),
  everything: values => values,
}
export const SITUATION_NAMES = ['calm', 'road of 1 m/s²', 'road of 2 m/s²', 'everything'] as const
export type Situation = typeof SITUATION_NAMES[number]

const CALM_V = 11
const STILL = { slam_m_s2: 0, gust_N: 0 } as const

function rigOf(values: CaseValues, opening_m: number, detection: Detection): PinchRig {
  const learnedUnit = windowUnit(values, 1)
  const learned = values.learned === 0 ? undefined : taughtFriction(at_m =>
    closingCurrent_A(at_m, learnedUnit, values.age) * values.currentGain + values.currentOffset_A)
  const rig = new PinchRig(new Prng(values.noise, 'pinch'), opening_m, learned, values, values.drag, closedEnd_pulses(values, learned))
  if (detection === 'none' || typeof detection === 'number') replaceDetection(rig, detection)
  const { supply_V, temperature_C, age, road_m_s2 } = values
  const conditions: Conditions = { supply_V, temperature_C, age, road_m_s2 }
  const { phase_ms, tick_ms, jitter_ms, pauseChance, pauseAt_N } = values
  const timing: Timing = { phase_ms, tick_ms, jitter_ms, pauseChance, pause_ms: PAUSE_ms, pauseAt_N }
  rig.set(conditions, timing, new Surroundings(values))
  return rig
}

/**
 * Every driver has found the closed end itself, by what it knows of its unit: here on a fair day, the last on which it closed. NaN: it
 * closed on none, so that it knows no place and closes nothing by itself.
 */
function closedEnd_pulses(values: CaseValues, learned: Uint8Array | undefined): number {
  for (let day = 1; day <= DAYS; day++) {
    const rig = new PinchRig(new Prng(values.noise, `pinch, ${day} days before`), FOUND_FROM_m, learned, values, 1, EXPECTED_pulses)
    rig.set({ ...FAIR, age: values.age }, PUNCTUAL)
    if (endOf(rig, closeOnce(rig, 'firmware', undefined)) === 'closed') return rig.closed_pulses
  }
  return NaN
}

function closeOnce(rig: PinchRig, detection: Detection, watch: ((rig: PinchRig) => void) | undefined): number {
  if (!rig.order(detection === 'learning' ? 'learn' : 'autoUp')) return NaN
  return rig.rest(LONGEST_ms, watch === undefined ? undefined : () => watch(rig))
}

function endOf(rig: PinchRig, took_ms: number): CaseEnd {
  const { status } = rig
  if (rig.now_ms === 0) return 'refused'
  if (Number.isNaN(took_ms)) return 'endless'
  if (status.pinch === 1) return 'reversed'
  return status.state === WINDOW_STATE.still && status.fault === 0 && status.position_pct === 0 ? 'closed' : 'stopped'
}

function offOf(rig: PinchRig, end: CaseEnd): number {
  return end === 'closed' ? 1000 * WINDOW_PULSE_m * rig.closed_pulses : NaN
}

/** Reaches into the driver, as a fault in its memory would; all else of it goes on. */
function replaceDetection(rig: PinchRig, detection: 'none' | number): void {
  const { guard } = rig.component['control'].closing
  const update = guard.update.bind(guard)
  guard.update = (reading) => {
    update(reading)
    return detection !== 'none' && rig.plant.contactForce_N >= detection
  }
}

/** What the firmware believes to press with, N. */
export function estimate_N(rig: PinchRig): number {
  return rig.component['control'].closing.guard.excess_N
}
