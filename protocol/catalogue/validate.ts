import { LARGEST_CLASS, LATER_KIND } from '../id.ts'
import { codesOf, firstBitOf, fractionOf, HEADER_BITS, isPhysical, lengthOf, offsetSteps, stepsOf } from './fields.ts'
import { LOCATION } from '../locations.ts'
import type { FieldRow, MessageRow } from './row.ts'

/** The table checks itself before anything is computed from it. */

const CLASSIC_BITS = 64
const WIDEST = 16
const LONGEST_DBC_NAME = 32
const NAME = /^[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)?$/
const MESSAGE_NAME = /^[A-Z][A-Za-z0-9]*$/

/** How a unit is written at the end of a field's name. */
export const UNIT_SUFFIX: Readonly<Record<string, string>> = {
  V: 'V', A: 'A', W: 'W', s: 's', ms: 'ms', '%': 'pct', '°': 'deg', '°C': 'C', 'km/h': 'kmh', MHz: 'MHz', mm: 'mm', N: 'N',
}

/** Everything that is wrong with the table, one clear line each; empty when it is right. */
export function validateCatalogue(rows: readonly MessageRow[]): string[] {
  const problems: string[] = []
  const names = new Map<string, string>()
  const identifiers = new Map<string, string>()
  const priorities = new Map<number, MessageRow>()
  for (const row of rows) {
    if (names.has(row.name.toLowerCase())) problems.push(`${row.name}: the name is used twice`)
    names.set(row.name.toLowerCase(), row.name)
    for (const location of row.locations) {
      const place = `page ${row.page} kind ${row.kind}${row.class === undefined ? '' : ` class ${row.class}`} location ${location}`
      const other = identifiers.get(place)
      if (other !== undefined) problems.push(`${row.name}: ${place} is already ${other}`)
      identifiers.set(place, row.name)
    }
    if (row.kind === LATER_KIND) {
      const first = priorities.get(row.page) ?? row
      priorities.set(row.page, first)
      if (first.priority !== row.priority) problems.push(`${row.name}: its priority differs from that of ${first.name}, whose identifiers it shares`)
    }
    for (const problem of messageProblems(row)) problems.push(`${row.name}: ${problem}`)
  }
  return problems
}

/** Throws one Error that lists every problem. */
export function assertCatalogue(rows: readonly MessageRow[]): void {
  const problems = validateCatalogue(rows)
  if (problems.length > 0) throw new Error(`the message catalogue is wrong:\n  ${problems.join('\n  ')}`)
}

function messageProblems(row: MessageRow): string[] {
  const problems: string[] = []
  const say = (wrong: boolean, text: string): void => {
    if (wrong) problems.push(text)
  }
  say(!MESSAGE_NAME.test(row.name), 'a message is named in UpperCamelCase')
  say(!isWhole(row.kind, 0, LATER_KIND), `kind ${row.kind} is not 0…14 (15 is reserved)`)
  say(row.kind === LATER_KIND && !isWhole(row.class ?? 0, 1, LARGEST_CLASS), `class ${row.class} is not 1…${LARGEST_CLASS}: kind ${LATER_KIND} says whose message it is`)
  say(row.kind !== LATER_KIND && row.class !== undefined, `class ${row.class}: only kind ${LATER_KIND} has one`)
  say(row.page !== 0 && row.page !== 1, `page ${row.page} is not 0 or 1`)
  say(!isWhole(row.priority, 0, 7), `priority ${row.priority} is not a J1939 priority 0…7`)
  say(row.text.trim() === '', 'it has no text')
  say(Object.keys(row.fields).length === 0, 'it has no fields')
  problems.push(...placeProblems(row), ...timeProblems(row), ...layoutProblems(row))
  for (const [name, field] of Object.entries(row.fields)) {
    for (const problem of fieldProblems(row, name, field)) problems.push(`field ${name}: ${problem}`)
  }
  return problems
}

function placeProblems(row: MessageRow): string[] {
  const problems: string[] = []
  if (row.locations.length === 0) problems.push('it has no location')
  if (row.senders.length === 0) problems.push('it has no sender')
  for (const place of [...row.locations, ...row.senders]) if (!(place in LOCATION)) problems.push(`location ${place} does not exist`)
  if (row.senders.includes('ALL')) problems.push('ALL is no sender')
  if (new Set(row.locations).size !== row.locations.length) problems.push('a location is named twice')
  if (new Set(row.senders).size !== row.senders.length) problems.push('a sender is named twice')
  if (row.page !== 0) return problems
  const same = row.locations.length === row.senders.length && row.locations.every(location => row.senders.includes(location))
  if (!same) problems.push('page 0 is sent by the hub at its location: senders and locations must be the same')
  return problems
}

function timeProblems(row: MessageRow): string[] {
  const problems: string[] = []
  const { idlePeriod_ms, activePeriod_ms, minimumInterval_ms, deadline_ms, lifetime_ms } = row
  for (const [name, value] of Object.entries({ idlePeriod_ms, activePeriod_ms })) {
    if (!isWhole(value, 0, 60_000)) problems.push(`${name} ${value} is not 0…60000`)
  }
  for (const [name, value] of Object.entries({ minimumInterval_ms, deadline_ms, lifetime_ms })) {
    if (!isWhole(value, 1, 60_000)) problems.push(`${name} ${value} is not 1…60000`)
  }
  for (const period_ms of [idlePeriod_ms, activePeriod_ms]) {
    if (period_ms === 0) continue
    if (period_ms < minimumInterval_ms) problems.push(`a period of ${period_ms} ms is below the minimum interval of ${minimumInterval_ms} ms`)
  }
  if (idlePeriod_ms > 0 && idlePeriod_ms < deadline_ms) problems.push(`the idle period is below the deadline of ${deadline_ms} ms`)
  if (idlePeriod_ms > 0 && activePeriod_ms > idlePeriod_ms) problems.push('the active period is longer than the idle period')
  if (lifetime_ms < deadline_ms) problems.push(`a lifetime of ${lifetime_ms} ms is below the deadline of ${deadline_ms} ms`)
  if (idlePeriod_ms > 0 && lifetime_ms < 2 * idlePeriod_ms) problems.push('the lifetime must outlast one lost frame: two idle periods')
  return problems
}

function layoutProblems(row: MessageRow): string[] {
  const problems: string[] = []
  const owners: (string | undefined)[] = []
  const tags = new Map<number, string>()
  for (const [name, field] of Object.entries(row.fields)) {
    const other = tags.get(field.tag)
    if (other !== undefined) problems.push(`fields ${other} and ${name} share the tag ${field.tag}`)
    tags.set(field.tag, name)
    const overlapped = new Set<string>()
    for (let bit = field.start; bit < Math.min(field.start + field.width, CLASSIC_BITS); bit++) {
      const owner = owners[bit]
      if (owner !== undefined) overlapped.add(owner)
      owners[bit] = name
    }
    for (const owner of overlapped) problems.push(`fields ${owner} and ${name} overlap`)
  }
  if (lengthOf(row) > CLASSIC_BITS / 8) problems.push(`it needs ${lengthOf(row)} bytes; a classic frame has 8`)
  return problems
}

function fieldProblems(row: MessageRow, name: string, field: FieldRow): string[] {
  const problems: string[] = []
  if (!NAME.test(name)) problems.push('a field is named in lowerCamelCase, with _unit at the end')
  if (!isWhole(field.tag, 1, 500)) problems.push(`tag ${field.tag} is not 1…500`)
  if (!isWhole(field.width, 1, WIDEST)) problems.push(`width ${field.width} is not 1…16`)
  if (!Number.isInteger(field.start)) problems.push(`start ${field.start} is not a whole number`)
  else if (field.start < HEADER_BITS) problems.push(`start ${field.start} lies in bits 0…15, which belong to the E2E header`)
  else if (field.start < firstBitOf(row)) problems.push(`start ${field.start} lies in bits 16…23, which hold the class code`)
  if (row.kind === LATER_KIND && `${row.name}_${name}`.length > LONGEST_DBC_NAME) {
    problems.push(`${row.name}_${name} is longer than the ${LONGEST_DBC_NAME} characters of a name in DBC`)
  }
  if (field.text.trim() === '') problems.push('it has no text')
  problems.push(...unitProblems(name, field))
  if (problems.length > 0) return problems
  if (isPhysical(field)) return physicalProblems(field)
  return codeProblems(field)
}

function unitProblems(name: string, field: FieldRow): string[] {
  const suffix = name.includes('_') ? name.slice(name.indexOf('_') + 1) : undefined
  if (field.unit === undefined) return suffix === undefined ? [] : [`the name ends in _${suffix} but it has no unit`]
  const wanted = UNIT_SUFFIX[field.unit]
  if (wanted === undefined) return [`unit ${field.unit} is not known (${Object.keys(UNIT_SUFFIX).join(' ')})`]
  return suffix === wanted ? [] : [`its unit is ${field.unit}, so its name must end in _${wanted}`]
}

function physicalProblems(field: FieldRow): string[] {
  if (field.values !== undefined) return ['only an enum has values']
  if (field.width < 3) return [`width ${field.width} leaves no room for values beside "out of range" and "not available"`]
  if (fractionOf(field.scale ?? 1) === undefined) return [`scale ${field.scale} is no fraction with a denominator up to 1000`]
  if (!isNearlyWhole(offsetSteps(field))) return [`offset ${field.offset} is not a multiple of the scale ${field.scale ?? 1}`]
  const problems: string[] = []
  const top = (1 << field.width) - 3
  for (const limit of ['min', 'max'] as const) {
    const value = field[limit]
    if (value === undefined) continue
    const steps = stepsOf(field, value)
    if (!isNearlyWhole(steps)) problems.push(`${limit} ${value} is not on a step of ${field.scale ?? 1}`)
    else if (steps < -0.5 || steps > top + 0.5) problems.push(`${limit} ${value} needs code ${Math.round(steps)}; ${field.width} bits hold 0…${top} and two sentinels`)
  }
  const { low, high } = codesOf(field)
  if (problems.length === 0 && low >= high) problems.push('min is not below max')
  return problems
}

function codeProblems(field: FieldRow): string[] {
  const problems: string[] = []
  if (field.scale !== undefined || field.offset !== undefined) problems.push(`a ${field.kind} has no scale or offset`)
  if (field.unit !== undefined) problems.push(`a ${field.kind} has no unit`)
  if (field.kind === 'flag' && field.width !== 1) problems.push('a flag is 1 bit wide')
  if (field.kind !== 'count' && (field.min !== undefined || field.max !== undefined)) problems.push(`a ${field.kind} has no min or max`)
  if ((field.kind === 'enum') !== (field.values !== undefined)) problems.push(field.kind === 'enum' ? 'an enum needs values' : 'only an enum has values')
  const top = (1 << field.width) - 1
  if (field.kind === 'count') {
    const { low, high } = codesOf(field)
    if (!isWhole(low, 0, top) || !isWhole(high, 0, top) || low >= high) problems.push(`${low}…${high} does not fit ${field.width} bits`)
  }
  if (field.kind === 'enum' && field.values !== undefined) problems.push(...enumProblems(field.values, field.width))
  return problems
}

function enumProblems(values: Readonly<Record<string, number>>, width: number): string[] {
  const problems: string[] = []
  const seen = new Map<number, string>()
  for (const [name, code] of Object.entries(values)) {
    if (!isWhole(code, 0, (1 << width) - 1)) problems.push(`code ${code} of ${name} does not fit ${width} bits`)
    const other = seen.get(code)
    if (other !== undefined) problems.push(`${other} and ${name} share the code ${code}`)
    seen.set(code, name)
  }
  if (seen.size === 0) problems.push('an enum needs values')
  return problems
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high
}

function isNearlyWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-9
}
