import type { Prng } from '../kernel/index.ts'
import type { WindowUnit } from '../plants/index.ts'

/** One thing that varies: what a case is drawn from, and what a search may change. */
export interface Parameter {
  readonly nominal: number
  readonly low: number
  readonly high: number
  readonly unit: string
  /** Chance that a case differs from the nominal value. */
  readonly chance: number
  /** How it is drawn then: evenly; whole numbers; evenly by octaves; or half of the cases at or below `near`. */
  readonly draw: 'even' | 'whole' | 'octaves' | { readonly near: number }
}

const even = (nominal: number, low: number, high: number, unit: string, chance = 1): Parameter =>
  ({ nominal, low, high, unit, chance, draw: 'even' })
const whole = (nominal: number, low: number, high: number, unit: string, chance = 1): Parameter =>
  ({ nominal, low, high, unit, chance, draw: 'whole' })
const soon = (): Parameter => ({ nominal: 0, low: 0, high: 8000, unit: 'ms', chance: 1, draw: { near: 1000 } })

/**
 * Declared tolerances of one unit of hardware. A law that holds here holds for any unit within them. Where no maker states a
 * range, the wider of the usual ones was taken.
 */
const UNIT_TOLERANCES = {
  torque: even(1, 0.9, 1.1, '×'), // torque constant: ferrite remanence and air gap, ±10 % on data sheets of such motors
  winding: even(1, 0.9, 1.1, '×'), // resistance: wire ±5 %, brushes and bridge another ±5 %
  worm: even(1, 0.85, 1.15, '×'), // losses of the worm: lubricant and wear; no maker states them, ±15 % assumed
  cable: even(1, 0.8, 1.2, '×'), // stiffness from drum to glass: rubber damper ±20 % (hardness ±5 Shore A)
  inertia: even(1, 0.83, 2.5, '×'), // rotors of 12 V window motors: 1–3·10⁻⁵ kg·m², nominal 1.2·10⁻⁵
  currentGain: even(1, 0.95, 1.05, '×'), // current sense of smart high-side switches, calibrated once: ±5 %
  currentOffset_A: even(0, -0.1, 0.1, 'A'), // the same: offset of sense and converter
  currentNoise_A: even(0.05, 0, 0.2, 'A rms'), // of one sample at 1 kHz; 0.2 A is twice what switching boards show
  commutation: even(0, 0, 0.08, '×', 0.5), // current ripple of a motor with 10 commutations a turn: up to 8 %
  voltageGain: even(1, 0.99, 1.01, '×'), // divider of 0.5 % resistors and a reference of 0.5 %
  accelerationGain: even(1, 0.95, 1.05, '×'), // consumer accelerometers: sensitivity ±5 % over temperature
  accelerationOffset_m_s2: even(0, -0.5, 0.5, 'm/s²'), // the same: zero-g offset ±50 mg
  temperatureError_K: even(0, -5, 5, 'K'), // the sensor is on the board, the motor elsewhere in the door
  eFuse: even(1, 0.9, 1.1, '×'), // current limit of electronic fuses: ±10 % over temperature
} as const satisfies Readonly<Record<string, Parameter>>

/** Everything around it: the object, the supply, the weather, the road, the processor. */
const CASE_SPACE = {
  rod: whole(0, 0, 3, ''), // of the law: 5, 10, 20 or 65 N/mm
  course: whole(0, 0, 2, '', 0.25), // 0 linear; 1 stiffens from 5 to 65 N/mm; 2 twice as stiff as the law says: these two are counted apart
  place: even(0.5, 0, 1, '×'), // where in the range of openings that the law gives for this rod
  stiffens_mm: even(8, 4, 12, 'mm'), // depth at which an object that stiffens has 65 N/mm: a hand, from skin to bone
  above_mm: { nominal: 250, low: 0, high: 446, unit: 'mm', chance: 1, draw: { near: 30 } }, // start of the glass above the object; fully open at most
  late_mm: even(0, 0, 13, 'mm', 0.1), // 0: the object is there; else it is put in while the glass backs off, which began so far nearer to closed than the object
  supply_V: even(13.5, 9, 16, 'V'), // ISO 16750-2: code C
  step_V: even(0, -2, 2, 'V', 0.3), // another load switches
  stepAt_ms: soon(), // when it does
  ripple_Vpp: even(0, 0, 2, 'V', 0.5), // ISO 16750-2 4.4, severity 2: superimposed alternating voltage
  ripple_Hz: { nominal: 90, low: 50, high: 25_000, unit: 'Hz', chance: 1, draw: 'octaves' }, // the same: 50 Hz to 25 kHz
  rippleAt: even(0, 0, 1, 'turns'), // where in its period the ripple is at first
  dip_V: even(0, 0, 4, 'V', 0.2), // a starter or a heater on the same feed; not below 6 V
  dip_ms: even(50, 5, 100, 'ms'), // ISO 16750-2 4.6.1: up to 100 ms
  dipAt_ms: soon(), // when it begins
  contact_ohm: even(0, 0, 0.2, 'Ω', 0.1), // a contact of the feed that goes bad while the glass moves
  contactAt_ms: soon(), // when it does
  temperature_C: even(23, -30, 80, '°C'), // a door, from winter to black paint in the sun
  drag: even(1, 0.7, 1.4, '×'), // of the seals, as against what was learned: rain, spray, dust
  age: even(0, 0, 1, ''), // of the seals: 0 new, 1 worn, 35 % more drag; learned with it
  learned: whole(1, 0, 1, '', 0.2), // 1: this unit has closed before; 0: nothing is known of its friction
  road_m_s2: even(0, 0, 2, 'm/s² rms', 0.5), // vertical; 2 is cobbles, which ISO 2631-1 calls extremely uncomfortable
  slam_m_s2: even(0, 0, 30, 'm/s²', 0.1), // another door is slammed: 3 g at most in this one
  slam_ms: even(20, 10, 40, 'ms'), // how long that lasts
  slamAt_ms: soon(), // when it begins
  gust_N: even(0, 0, 20, 'N', 0.2), // wind that presses the glass outwards: 100 N at a friction of 0.2
  gust_ms: even(500, 200, 1500, 'ms'), // how long it lasts
  gustAt_ms: soon(), // when it begins
  tick_ms: whole(10, 10, 20, 'ms'), // control ticks that a board may keep
  phase_ms: whole(0, 0, 20, 'ms'), // of the first tick
  jitter_ms: whole(0, 0, 5, 'ms', 0.4), // every tick is late by up to this
  pauseChance: even(0, 0, 0.1, '', 0.5), // that a tick is late by up to 15 ms
  pauseAt_N: even(0, 0, 60, 'N', 0.4), // force at which a pause of 15 ms begins, the worst moment; 0: none
  noise: whole(1, 0, 0xffff_ffff, ''), // seed of the road, of late ticks and of measuring noise
} as const satisfies Readonly<Record<string, Parameter>>

export const SPACE = { ...UNIT_TOLERANCES, ...CASE_SPACE } as const

type UnitParameter = keyof typeof UNIT_TOLERANCES
export type CaseParameter = keyof typeof SPACE
/** What cases are drawn from: the declared space, or a part of it. */
export type CaseSpace = Readonly<Record<CaseParameter, Parameter>>
/** What some parameters are held within: the least and the most. */
export type HeldRanges = Readonly<Partial<Record<CaseParameter, readonly [number, number]>>>
/** One unit of hardware: a value for every tolerance. */
export type Unit = Readonly<Record<UnitParameter, number>>

const UNIT_PARAMETERS = Object.keys(UNIT_TOLERANCES) as readonly UnitParameter[]
export const CASE_PARAMETERS = Object.keys(SPACE) as readonly CaseParameter[]

/** The declared space with some parameters held within a range of theirs. Throws a RangeError for one that is not within it. */
export function heldSpace(ranges: HeldRanges): CaseSpace {
  const held = CASE_PARAMETERS.map((name): [CaseParameter, Parameter] => {
    const { low, high, unit } = SPACE[name]
    const range = ranges[name]
    if (range === undefined) return [name, SPACE[name]]
    const [from, to] = range
    if (!(low <= from && from <= to && to <= high)) throw new RangeError(`${name} ${from}..${to} ${unit} is not in ${low}…${high} ${unit}`)
    return [name, { nominal: from, low: from, high: to, unit, chance: 1, draw: SPACE[name].draw === 'whole' ? 'whole' : 'even' }]
  })
  return Object.fromEntries(held) as Record<CaseParameter, Parameter>
}

/** A value of one parameter. */
export function drawValue(dice: Prng, { nominal, low, high, chance, draw }: Parameter): number {
  const differs = dice.next() < chance
  const share = dice.next()
  if (!differs) return nominal
  if (draw === 'whole') return low + Math.floor(share * (high - low + 1))
  if (draw === 'octaves') return octave(low, high, share)
  if (draw === 'even') return low + share * (high - low)
  return share < 0.5 ? low + 2 * share * (draw.near - low) : low + (2 * share - 1) * (high - low)
}

/** The nominal value of everything, but for `given`. */
export function nominalUnit(given: Partial<Unit> = {}): Unit {
  const nominal = Object.fromEntries(UNIT_PARAMETERS.map(name => [name, UNIT_TOLERANCES[name].nominal]))
  return { ...nominal as Record<UnitParameter, number>, ...given }
}

/** Any unit within its tolerances, to four figures, as a script keeps it. */
export function drawUnit(dice: Prng): Unit {
  const drawn = UNIT_PARAMETERS.map(name => [name, Number(drawValue(dice, UNIT_TOLERANCES[name]).toPrecision(4))])
  return Object.fromEntries(drawn) as Record<UnitParameter, number>
}

/** The mechanics of a unit, with seals that drag `drag` times what their age and temperature say. */
export function windowUnit(unit: Unit, drag: number): WindowUnit {
  return { torque: unit.torque, winding: unit.winding, worm: unit.worm, cable: unit.cable, inertia: unit.inertia, drag }
}

/** Evenly by octaves, and evenly within each, so that no logarithm is needed. */
function octave(low: number, high: number, share: number): number {
  let octaves = 0
  for (let end = low; end < high; end *= 2) octaves++
  let from = low
  for (let i = Math.floor(share * octaves); i > 0; i--) from *= 2
  const within = share * octaves - Math.floor(share * octaves)
  return from + within * (Math.min(2 * from, high) - from)
}
