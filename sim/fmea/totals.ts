import { namesOf } from '../schema/index.ts'
import type { Report } from './campaign.ts'
import { FAULT_GROUPS } from './faults.ts'
import { type Row, SEVERITIES, type Severity } from './rows.ts'

export const SEVERITY_NAMES = namesOf(SEVERITIES)

/** How many rows of each severity. */
export type Counts = Readonly<Record<Severity, number>>

/** What a table comes to. */
export interface Totals {
  readonly all: Counts
  /** By where the fault is, in the order of the table; pairs last. Groups without rows are left out. */
  readonly byGroup: readonly { readonly group: string, readonly counts: Counts }[]
}

export function totalsOf({ rows }: Report): Totals {
  const groups = [...FAULT_GROUPS, 'pair'].filter(group => rows.some(row => row.group === group))
  return { all: countsOf(rows), byGroup: groups.map(group => ({ group, counts: countsOf(rows.filter(row => row.group === group)) })) }
}

function countsOf(rows: readonly Row[]): Counts {
  const counts = Object.fromEntries(SEVERITY_NAMES.map(name => [name, 0])) as Record<Severity, number>
  for (const { severity } of rows) counts[severity]++
  return counts
}

/** Worst first: by severity, then by how many functions are lost, then in the order of the table. */
export function worstFirst(rows: readonly Row[]): Row[] {
  const lost = (row: Row): number => row.functions.filter(({ state }) => state === 'lost').length
  const rank = (row: Row): number => SEVERITY_NAMES.indexOf(row.severity)
  return [...rows].sort((a, b) => rank(a) - rank(b) || lost(b) - lost(a) || a.number - b.number)
}

/** Two cars with the same fault. */
export interface Beside {
  readonly fault: string
  readonly first: Row
  readonly second: Row
}

/** The faults that both cars can have, and that take not the same from each. */
export function differences(first: Report, second: Report): Beside[] {
  const others = new Map(second.rows.map(row => [row.faults.join('+'), row]))
  return first.rows.flatMap((row) => {
    const fault = row.faults.join('+')
    const other = others.get(fault)
    return other === undefined || sameEffect(row, other) ? [] : [{ fault, first: row, second: other }]
  })
}

function sameEffect(a: Row, b: Row): boolean {
  const effect = ({ severity, functions }: Row): string => JSON.stringify([severity, functions.map(one => [one.function, one.state])])
  return effect(a) === effect(b)
}
