import * as enums from '../enums.ts'
import {
  codesOf, describeField, type FieldRow, fractionOf, isPhysical, lengthOf, limitsOf, type MessageRow, neutralOf, offsetSteps,
} from '../catalogue/index.ts'
import { CLASS_BYTE } from '../id.ts'
import { LOCATION } from '../locations.ts'

const KINDS = 16

/**
 * Writes `messages.generated.ts`: for each row the type of its values, a codec and its halves. The code is straight line, one
 * statement a field and one a byte, so that it is as quick as hand-packed code and runs on a board as it stands.
 */

/** `WINDOW_ACTION` by its table, so that a field's type is named as its table of codes is. */
const CONSTANTS = new Map<unknown, string>(Object.entries(enums).map(([name, table]) => [table, name]))

const head = (types: readonly string[]): string => `// Generated from the message catalogue by \`npm run generate\`. Do not edit.
import type {
${types.map(type => `  ${type},`).join('\n')}
} from './enums.ts'
import type { Codec, Decoder, Encoder } from './codec.ts'
import { noValue, refuse, saturated, withoutValue } from './field-code.ts'
`

/** The source of all codecs. */
export function renderCodecs(rows: readonly MessageRow[]): string {
  const types = rows.flatMap(row => Object.values(row.fields).map(typeOf)).filter(type => /^[A-Z]/.test(type))
  const codecs = rows.map(({ name }) => `  ${name}: ${name}Codec,`)
  const byName = `/** Every codec by the name of its message. */\nexport const CODECS = {\n${codecs.join('\n')}\n}\n`
  return [head([...new Set(types)].sort()), ...rows.map(renderRow), byName, renderSenders(rows)].join('\n')
}

/** Which hubs send what is said to hubs: a bit a location. */
function renderSenders(rows: readonly MessageRow[]): string {
  const masks = new Array<number>(KINDS).fill(0)
  for (const row of rows) {
    for (const name of row.page === 1 ? row.senders : []) masks[row.kind]! |= 1 << LOCATION[name]
  }
  return `/** Of page 1, by kind: the locations whose hubs send it, a bit each. Tools may send all of it. */
export const HUB_SENDERS: readonly number[] = [${masks.map(mask => `0x${mask.toString(16)}`).join(', ')}]
`
}

function renderRow(row: MessageRow): string {
  const fields = Object.entries(row.fields)
  const members = fields.flatMap(([name, field]) => [`  /** ${describeField(field)} */`, `  ${name}: ${typeOf(field)}`])
  const initial = fields.map(([name, field]) => `${name}: ${neutralOf(field)}`).join(', ')
  return `/** ${row.text} */
export type ${row.name}Values = {
${members.join('\n')}
}

const create${row.name} = (): ${row.name}Values => ({ ${initial} })

const encode${row.name} = (values: ${row.name}Values, data: Uint8Array): void => {
${indented(encodeLines(row))}
}

const decode${row.name} = (data: Uint8Array, values: ${row.name}Values): void => {
${indented(fields.flatMap(([name, field]) => decodeLines(name, field)))}
}

${rendered(row, 'Encoder')}
${rendered(row, 'Decoder')}
${rendered(row, 'Codec')}`
}

/** A codec, or a half of it. The row's numbers stand in each, so that an image holds those of the halves that it has and no more. */
function rendered(row: MessageRow, type: 'Encoder' | 'Decoder' | 'Codec'): string {
  const { name, kind, page, priority, idlePeriod_ms, activePeriod_ms, minimumInterval_ms, lifetime_ms } = row
  const sends = type !== 'Decoder'
  const members = {
    ...(sends && { name: `'${name}'` }), kind, page, ...(row.class !== undefined && { class: row.class }), length: lengthOf(row), lifetime_ms,
    ...(type !== 'Encoder' && { locations: row.locations.reduce((bits, location) => bits | 1 << LOCATION[location], 0) }),
    ...(sends && { priority, idlePeriod_ms, activePeriod_ms, minimumInterval_ms }),
  }
  const parts = { create: `create${name}`, ...(sends && { encode: `encode${name}` }), ...(type !== 'Encoder' && { decode: `decode${name}` }) }
  const line = (values: object): string => Object.entries(values).map(([key, value]) => `${key}: ${value}`).join(', ')
  return `export const ${name}${type}: ${type}<${name}Values> = {
  ${line(members)},
  ${line(parts)},
}
`
}

function indented(lines: readonly string[]): string {
  return lines.map(line => `  ${line}`).join('\n')
}

/** Type of a decoded field in TypeScript: `WindowAction` of a table in `enums.ts`, or the codes themselves. */
function typeOf(field: FieldRow): string {
  if (field.kind === 'flag') return 'Flag'
  if (field.kind !== 'enum') return 'number'
  const constant = CONSTANTS.get(field.values)
  if (constant === undefined) return Object.values(field.values ?? {}).join(' | ')
  return constant.split('_').map(word => `${word.charAt(0)}${word.slice(1).toLowerCase()}`).join('')
}

function localName(name: string): string {
  return `raw${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

/** Every value's code first, so that a refused one leaves the frame untouched; then byte after byte. Of a whole number it is the number. */
function encodeLines(row: MessageRow): string[] {
  const lines: string[] = []
  for (const [name, field] of Object.entries(row.fields)) lines.push(...codeLines(row.name, name, field))
  for (let byte = 2; byte < lengthOf(row); byte++) lines.push(`data[${byte}] = ${byteExpression(row, byte)}`)
  return lines
}

/** The common case is written out; only what is out of range makes a call. */
function codeLines(message: string, name: string, field: FieldRow): string[] {
  const local = localName(name)
  const value = `values.${name}`
  const path = `'${message}.${name}'`
  if (isPhysical(field)) {
    const { low, high, notAvailable } = codesOf(field)
    const { min, max } = limitsOf(field)
    const limits = `'${min}…${max}${field.unit === undefined ? '' : ` ${field.unit}`}'`
    const steps = local.replace('raw', 'steps')
    const rare = field.kind === 'measured'
      ? `saturated(${steps}, ${low}, ${high}, ${notAvailable})`
      : `withoutValue(${value}, ${notAvailable}, ${path}, ${limits})`
    return [
      `const ${steps} = ${stepsExpression(value, field)}`,
      `const ${local} = ${steps} >= ${low} && ${steps} <= ${high} ? (${steps} + 0.5) | 0 : ${rare}`,
    ]
  }
  const ranges = field.kind === 'enum' ? rangesOf(Object.values(field.values ?? {})) : [[codesOf(field).low, codesOf(field).high] as [number, number]]
  const limits = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}…${last}`)).join(', ')
  // Of a number between 0 and all ones in binary nothing else is left by that mask.
  const mask = 2 ** ranges.at(-1)![1].toString(2).length - 1
  const tests = [`(${value} & ${mask}) !== ${value}`, ...gapsOf(ranges, mask).map(([first, last]) => withinTest(value, first, last, mask))]
  return [`if (${tests.join(' || ')}) refuse(${path}, ${value}, '${field.kind === 'enum' ? 'its codes' : 'the whole numbers'} ${limits}')`]
}

/** One of 0…`most` is within first…last. */
function withinTest(value: string, first: number, last: number, most: number): string {
  if (first === 0) return `${value} <= ${last}`
  return last === most ? `${value} > ${first - 1}` : `(${value} >= ${first} && ${value} <= ${last})`
}

/** What of 0…`most` is in none of the ranges. */
function gapsOf(ranges: readonly (readonly [number, number])[], most: number): [number, number][] {
  const starts = [0, ...ranges.map(([, last]) => last + 1)]
  const ends = [...ranges.map(([first]) => first - 1), most]
  return starts.map((start, i): [number, number] => [start, ends[i]!]).filter(([first, last]) => first <= last)
}

/** Runs of neighbouring codes. */
function rangesOf(codes: readonly number[]): [number, number][] {
  const ranges: [number, number][] = []
  for (const code of [...codes].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && code === last[1] + 1) last[1] = code
    else ranges.push([code, code])
  }
  return ranges
}

function stepsExpression(value: string, field: FieldRow): string {
  const { numerator, denominator } = fractionOf(field.scale ?? 1)!
  const multiplied = denominator === 1 ? value : `${value} * ${denominator}`
  const steps = numerator === 1 ? multiplied : `${multiplied} / ${numerator}`
  return `${steps}${signed(-Math.round(offsetSteps(field)))}`
}

function signed(value: number): string {
  if (value === 0) return ''
  return value < 0 ? ` - ${-value}` : ` + ${value}`
}

/** Terms beyond eight bits need no mask: a byte array keeps the low eight. */
function byteExpression(row: MessageRow, byte: number): string {
  if (byte === CLASS_BYTE && row.class !== undefined) return `${row.class}`
  const terms: string[] = []
  for (const [name, field] of Object.entries(row.fields)) {
    if (field.start >= 8 * byte + 8 || field.start + field.width <= 8 * byte) continue
    const shift = field.start - 8 * byte
    const local = isPhysical(field) ? localName(name) : `values.${name}`
    terms.push(shift === 0 ? local : shift > 0 ? `(${local} << ${shift})` : `(${local} >> ${-shift})`)
  }
  if (terms.length === 0) return '0'
  return terms.length === 1 ? terms[0]!.replace(/^\((.*)\)$/, '$1') : terms.join(' | ')
}

function rawExpression(field: FieldRow): string {
  const first = field.start >> 3
  const last = (field.start + field.width - 1) >> 3
  const shift = field.start & 7
  const bytes: string[] = []
  for (let byte = first; byte <= last; byte++) bytes.push(byte === first ? `data[${byte}]!` : `(data[${byte}]! << ${8 * (byte - first)})`)
  const joined = bytes.length === 1 ? bytes[0]! : shift === 0 && field.width === 16 ? bytes.join(' | ') : `(${bytes.join(' | ')})`
  const shifted = shift === 0 ? joined : `${joined} >> ${shift}`
  const fills = (shift + field.width) % 8 === 0
  if (fills) return shifted
  return shift === 0 ? `${shifted} & ${2 ** field.width - 1}` : `(${shifted}) & ${2 ** field.width - 1}`
}

function decodeLines(name: string, field: FieldRow): string[] {
  const raw = rawExpression(field)
  const type = typeOf(field)
  if (!isPhysical(field)) return [`values.${name} = ${type === 'number' ? raw : `(${raw}) as ${type}`}`]
  const local = localName(name)
  const { low, high, notAvailable } = codesOf(field)
  const { numerator, denominator } = fractionOf(field.scale ?? 1)!
  const sum = `${numerator === 1 ? local : `${local} * ${numerator}`}${signed(Math.round(offsetSteps(field) * numerator))}`
  const value = denominator === 1 ? sum : sum === local ? `${local} / ${denominator}` : `(${sum}) / ${denominator}`
  const holds = low === 0 ? `${local} <= ${high}` : `${local} >= ${low} && ${local} <= ${high}`
  return [`const ${local} = ${raw}`, `values.${name} = ${holds} ? ${value} : noValue(${local}, ${notAvailable})`]
}
