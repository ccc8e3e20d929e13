import type { Outage } from './drive.ts'
import { type Fault, faultName, faultText } from './faults.ts'
import type { Notice } from './notices.ts'
import type { Healthy, Measured, Objection } from './run.ts'
import type { Hazard, SceneName } from './scenes.ts'

/** How bad a fault is, worst first. Said: a hub keeps a code or reports it, or a hub is missed. */
export const SEVERITIES = {
  unsafe: 'a hazard, or a judge objects to what can hurt',
  lostUnnoticed: 'functions are lost, and nothing says so',
  degradedUnnoticed: 'functions are worse, and nothing says so',
  lost: 'functions are lost, and it is said',
  degraded: 'functions are worse, and it is said',
  interrupted: 'functions stop, and come back by themselves',
  reported: 'no function suffers, and it is said',
  latent: 'no function suffers, and nothing says so: the next fault meets a car that is not whole',
} as const satisfies Readonly<Record<string, string>>
export type Severity = keyof typeof SEVERITIES

/**
 * What a judge's objection means: `harm`, something that can hurt people or burn a cable; `duty`, the car does not do or say what it
 * should. A judge that is not listed is taken for the worst.
 */
const OBJECTION: Readonly<Record<string, 'harm' | 'duty'>> = {
  force: 'harm', motion: 'harm', ampacity: 'harm', leases: 'harm', shedding: 'harm', health: 'harm',
  voltage: 'duty', commands: 'duty', silence: 'duty', frames: 'duty', blind: 'duty',
}

/** What became of one function. */
interface Outcome {
  readonly function: string
  /** `lost`: nothing comes of it at the end; `degraded`: late, or only in part; `interrupted`: it works again. */
  readonly state: 'lost' | 'degraded' | 'interrupted'
  /** While it was wanted: for how long it did not work, beyond the healthy car. Of a lost one until the end of the scene. */
  readonly interruption_ms: number
}

/** A fault, or several at once, and all that came of it: plain data. */
export interface Row {
  readonly number: number
  /** As typed: `severed@drop.FL`. */
  readonly faults: readonly string[]
  /** For people. */
  readonly what: string
  readonly group: string
  readonly severity: Severity
  /** Those that suffer; all others work as in the healthy car. */
  readonly functions: readonly Outcome[]
  readonly notices: readonly Notice[]
  readonly hazards: readonly (Hazard & { readonly scene: SceneName })[]
  /** `harm` first. */
  readonly objections: readonly (Objection & { readonly means: 'harm' | 'duty' })[]
  /** Largest force on a hand in a window, N; 0 where no window closed upon it. */
  readonly force_N: number
}

/** Less than this, beyond the slowest that the healthy car is when fingers hesitate, is no matter. */
const WORTH = { interrupted_ms: 150, degraded_ms: 500 }
/** A slot in which it works for less of the time has failed, unless the healthy car does no better. */
const FAILED = { share: 0.95, healthyShare: 0.9 }
/** The last round of the scene begins here; in other scenes every slot counts. */
const LAST_ROUND_ms = 19_500

/** What a fault took, by comparison with the healthy car. */
export function rowOf(number: number, faults: readonly Fault[], group: string, measured: Measured, healthy: Healthy): Row {
  const functions = outcomes(measured, healthy)
  const known = new Set(healthy.notices.map(noticeKey))
  const notices = new Map(measured.notices.filter(notice => !known.has(noticeKey(notice)))
    .map(({ how, by, text }) => [`${how} ${by} ${text}`, { how, by, text }]))
  const objections = measured.objections.map(objection => ({ ...objection, means: OBJECTION[objection.checker] ?? 'harm' as const }))
    .sort((a, b) => Number(a.means === 'duty') - Number(b.means === 'duty'))
  const row = {
    number, faults: faults.map(faultName), what: faults.map(faultText).join('; and '), group, functions,
    notices: [...notices.values()].sort((a, b) => HOW.indexOf(a.how) - HOW.indexOf(b.how)), hazards: measured.hazards, objections,
    force_N: Math.max(0, ...measured.forces.map(one => one.force_N)),
  }
  return { ...row, severity: severityOf(row) }
}

const HOW: readonly Notice['how'][] = ['dtc', 'status', 'silence']

function severityOf({ functions, notices, hazards, objections }: Omit<Row, 'severity'>): Severity {
  if (hazards.length > 0 || objections.some(({ means }) => means === 'harm')) return 'unsafe'
  const said = notices.length > 0
  const has = (state: Outcome['state']): boolean => functions.some(outcome => outcome.state === state)
  if (has('lost')) return said ? 'lost' : 'lostUnnoticed'
  if (has('degraded')) return said ? 'degraded' : 'degradedUnnoticed'
  if (has('interrupted')) return 'interrupted'
  return said ? 'reported' : 'latent'
}

type Slot = Outage & { readonly scene: SceneName }

function slotKey({ scene, function: name, from_ms }: Slot): string {
  return `${scene} ${from_ms} ${name}`
}

function noticeKey({ scene, how, by, text }: Notice & { readonly scene: SceneName }): string {
  return `${scene} ${how} ${by} ${text}`
}

/** A slot beside that of the healthy car. */
interface Compared extends Slot {
  readonly healthy: Slot
  /** The longest that the healthy car took, whoever was first: a press may have to wait for the current of another. */
  readonly slowest_ms: number
}

function outcomes(measured: Measured, healthy: Healthy): Outcome[] {
  const asHealthy = new Map(healthy.outages.map(slot => [slotKey(slot), slot]))
  const slowest_ms = new Map<string, number>()
  for (const slot of [...healthy.outages, ...healthy.hesitant]) {
    slowest_ms.set(slotKey(slot), Math.max(slowest_ms.get(slotKey(slot)) ?? 0, slot.idle_ms))
  }
  const byFunction = new Map<string, Compared[]>()
  for (const slot of measured.outages) {
    const key = slotKey(slot)
    const compared = { ...slot, healthy: asHealthy.get(key)!, slowest_ms: slowest_ms.get(key)! }
    byFunction.set(slot.function, [...byFunction.get(slot.function) ?? [], compared])
  }
  return [...byFunction].flatMap(([name, slots]) => outcomeOf(name, slots))
    .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state))
}

const STATES: readonly Outcome['state'][] = ['lost', 'degraded', 'interrupted']

function outcomeOf(name: string, slots: readonly Compared[]): Outcome[] {
  const judged = slots.filter(({ healthy }) => healthy.idle_ms < FAILED.healthyShare * length_ms(healthy))
  const last = judged.filter(slot => slot.scene !== 'use' || slot.from_ms >= LAST_ROUND_ms)
  const failed = last.filter(slot => slot.idle_ms >= FAILED.share * length_ms(slot) || (slot.already && !slot.healthy.already))
  const interruption_ms = judged.reduce((sum_ms, slot) => sum_ms + late_ms(slot), 0)
  if (last.length > 0 && failed.length === last.length) return [{ function: name, state: 'lost', interruption_ms }]
  if (failed.length > 0 || last.some(slot => late_ms(slot) >= WORTH.degraded_ms)) return [{ function: name, state: 'degraded', interruption_ms }]
  return interruption_ms >= WORTH.interrupted_ms ? [{ function: name, state: 'interrupted', interruption_ms }] : []
}

function length_ms({ from_ms, to_ms }: Slot): number {
  return to_ms - from_ms
}

/** Beyond what the healthy car took. */
function late_ms({ idle_ms, slowest_ms }: Compared): number {
  return Math.max(0, idle_ms - slowest_ms)
}
