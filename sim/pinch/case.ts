import { Prng } from '../kernel/index.ts'
import { WINDOW_REGULATOR } from '../plants/index.ts'
import { CASE_PARAMETERS, type CaseParameter, type CaseSpace, drawValue, SPACE } from './tolerances.ts'

/** A case: a value for everything that varies, the unit of hardware among it. */
export type CaseValues = Readonly<Record<CaseParameter, number>>

/** Rods of the law and the openings at which it wants them: FMVSS 118 and UN R21. */
const RODS = [
  { stiffness_N_mm: 5, least_mm: 4, most_mm: 200 }, { stiffness_N_mm: 10, least_mm: 4, most_mm: 200 },
  { stiffness_N_mm: 20, least_mm: 25, most_mm: 200 }, { stiffness_N_mm: 65, least_mm: 4, most_mm: 25 },
] as const
const STIFFENED_N_mm = 65
/** A glass that is nearer to closed than this has nothing to close. */
const LEAST_START_mm = 2
const TRAVEL_mm = 1000 * WINDOW_REGULATOR.travel_m

/** What the glass meets. */
export interface CaseObject {
  readonly kind: ObjectKind
  readonly stiffness_N_mm: number
  /** By which it grows, N/mm². */
  readonly rise_N_mm2: number
  readonly opening_mm: number
  /** Where the glass starts: nearer to closed than an object that is put in while it backs off. */
  readonly start_mm: number
}

/** Rods as the law has them, and two kinds of object that are counted apart. */
export const OBJECT_KINDS = ['5 N/mm', '10 N/mm', '20 N/mm', '65 N/mm', 'stiffens 5→65 N/mm', 'twice as stiff'] as const
export type ObjectKind = typeof OBJECT_KINDS[number]

/** The kinds that the limit is about. */
export function byLaw(kind: ObjectKind): boolean {
  return OBJECT_KINDS.indexOf(kind) < RODS.length
}

/** Number `number` of the cases of `seed`: the same on every machine. Each parameter has dice of its own: none shifts another. */
export function drawCase(seed: number, number: number, space: CaseSpace = SPACE): CaseValues {
  const drawn = CASE_PARAMETERS.map(name => [name, drawValue(new Prng(seed, `pinch ${number} ${name}`), space[name])])
  return Object.fromEntries(drawn) as Record<CaseParameter, number>
}

/** Everything nominal, but for `given`. Throws a RangeError for a value outside the declared space. */
export function nominalCase(given: Partial<CaseValues>): CaseValues {
  const nominal = Object.fromEntries(CASE_PARAMETERS.map(name => [name, SPACE[name].nominal])) as Record<CaseParameter, number>
  return changedCase(nominal, given)
}

/** A case with other values. Throws a RangeError for one outside the declared space. */
export function changedCase(values: CaseValues, given: Partial<CaseValues>): CaseValues {
  for (const name of CASE_PARAMETERS) {
    const value = given[name]
    const { low, high, unit } = SPACE[name]
    if (value === undefined || (value >= low && value <= high)) continue
    throw new RangeError(`${name} ${value} ${unit} is not in ${low}…${high} ${unit}`)
  }
  return { ...values, ...given }
}

export function objectOf(values: CaseValues): CaseObject {
  const rod = RODS[values.rod]!
  const { least_mm, most_mm } = values.course === 1 ? RODS[0] : rod
  const opening_mm = least_mm + values.place * (most_mm - least_mm)
  const { above_mm, late_mm } = values
  const start_mm = late_mm > 0 ? Math.max(LEAST_START_mm, opening_mm - late_mm) : Math.min(TRAVEL_mm, opening_mm + above_mm)
  const { stiffness_N_mm } = rod
  if (values.course === 2) return { kind: OBJECT_KINDS[5], stiffness_N_mm: 2 * stiffness_N_mm, rise_N_mm2: 0, opening_mm, start_mm }
  if (values.course === 0) return { kind: OBJECT_KINDS[values.rod]!, stiffness_N_mm, rise_N_mm2: 0, opening_mm, start_mm }
  const soft_N_mm = RODS[0].stiffness_N_mm
  const rise_N_mm2 = (STIFFENED_N_mm - soft_N_mm) / values.stiffens_mm
  return { kind: OBJECT_KINDS[4], stiffness_N_mm: soft_N_mm, rise_N_mm2, opening_mm, start_mm }
}

/** What differs from the nominal case, as `--case` takes it: exact to the last digit. */
export function caseText(values: CaseValues): string {
  return CASE_PARAMETERS.filter(name => values[name] !== SPACE[name].nominal).map(name => `${name}=${values[name]}`).join(',')
}

/** For people: the object, and all else that differs from the nominal case. */
export function tellCase(values: CaseValues): string {
  const { kind, stiffness_N_mm, opening_mm, start_mm } = objectOf(values)
  const object = kind === OBJECT_KINDS[5] ? `${stiffness_N_mm} N/mm` : kind
  const told = CASE_PARAMETERS.filter(name => !IN_OBJECT.has(name) && happens(values, name) && values[name] !== SPACE[name].nominal)
    .map(name => `${name} ${Number(values[name].toPrecision(3))}`)
  return `${object} at ${opening_mm.toFixed(1)} mm, from ${start_mm.toFixed(1)} mm; ${told.join(', ')}`
}

const IN_OBJECT: ReadonlySet<CaseParameter> = new Set(['rod', 'course', 'place', 'stiffens_mm', 'above_mm', 'noise'])
/** What says when, how long or how fast, and what it is nothing without. */
const OF: Partial<Record<CaseParameter, CaseParameter>> = {
  stepAt_ms: 'step_V', ripple_Hz: 'ripple_Vpp', rippleAt: 'ripple_Vpp', dip_ms: 'dip_V', dipAt_ms: 'dip_V', contactAt_ms: 'contact_ohm',
  stiffens_mm: 'course', slam_ms: 'slam_m_s2', slamAt_ms: 'slam_m_s2', gust_ms: 'gust_N', gustAt_ms: 'gust_N',
}

/** Whether a parameter has any effect in this case. */
export function happens(values: CaseValues, name: CaseParameter): boolean {
  const of = OF[name]
  return of === undefined || values[of] !== 0
}
