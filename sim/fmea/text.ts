import type { Row } from './rows.ts'

/** Names a reader takes in at one glance. */
const NAMED = 4

/** Functions of a row in one state, for people: the names, or how many where there are many. */
export function functionsText({ functions }: Row, state: Row['functions'][number]['state'], most = NAMED): string {
  const named = functions.filter(one => one.state === state)
  const shown = named.slice(0, most).map(one => state === 'lost' ? one.function : `${one.function} (${one.interruption_ms} ms)`)
  return named.length > most ? `${shown.join(', ')} and ${named.length - most} more` : shown.join(', ')
}

/** Who says what about it; `nothing` where nobody does. */
export function saidText({ notices }: Row, most = NAMED): string {
  const shown = notices.slice(0, most).map(({ how, by, text }) => how === 'silence' ? text : `${by}: ${text}`)
  if (shown.length === 0) return 'nothing'
  return notices.length > most ? `${shown.join('; ')}; and ${notices.length - most} more` : shown.join('; ')
}

/** What was not safe: what makes a row unsafe. */
export function harmText(row: Row, most = NAMED): string {
  const hazards = row.hazards.map(({ kind, where, force_N, scene, t_ms }) => HAZARD_TEXTS[kind](where, force_N) + ` (${scene}, ${(t_ms / 1000).toFixed(1)} s)`)
  return firstOf([...hazards, ...objectionsOf(row, 'harm')], most)
}

/** What was not as it should be, and hurts nobody. */
export function dutyText(row: Row, most = NAMED): string {
  return firstOf(objectionsOf(row, 'duty'), most)
}

function objectionsOf({ objections }: Row, meaning: Row['objections'][number]['means']): string[] {
  return objections.filter(({ means }) => means === meaning).map(({ text, scene }) => `${text} (${scene})`)
}

function firstOf(told: readonly string[], most: number): string {
  return told.length > most ? `${told.slice(0, most).join('; ')}; and ${told.length - most} more` : told.join('; ')
}

const HAZARD_TEXTS: Readonly<Record<Row['hazards'][number]['kind'], (where: string, force_N: number | undefined) => string>> = {
  hand: (where, force_N) => `${where} presses on a hand with ${(force_N ?? NaN).toFixed(0)} N`,
  door: where => `${where} opens while the car drives`,
  lid: where => `${where} opens though nobody asked`,
}

const CSV_COLUMNS: Readonly<Record<string, (row: Row) => string | number>> = {
  number: row => row.number,
  fault: row => row.faults.join(' + '),
  what: row => row.what,
  group: row => row.group,
  severity: row => row.severity,
  lost: row => functionsText(row, 'lost', Infinity),
  degraded: row => functionsText(row, 'degraded', Infinity),
  interrupted: row => functionsText(row, 'interrupted', Infinity),
  longest_ms: row => Math.max(0, ...row.functions.map(one => one.interruption_ms)),
  said: row => saidText(row, Infinity),
  unsafe: row => harmText(row, Infinity),
  judges: row => dutyText(row, Infinity),
  force_N: row => row.force_N.toFixed(1),
}

/** A row of a car, and how it is run again. */
export interface CsvRow {
  readonly car: string
  readonly row: Row
  readonly replay: string
}

/** Tables as CSV (RFC 4180), a line a row. Nothing in it is a formula to a spreadsheet. */
export function csvText(rows: readonly CsvRow[]): string {
  const names = Object.keys(CSV_COLUMNS)
  const lines = rows.map(({ car, row, replay }) => [cell(car), ...names.map(name => cell(CSV_COLUMNS[name]!(row))), cell(replay)].join(','))
  return [['car', ...names, 'replay'].join(','), ...lines, ''].join('\r\n')
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
