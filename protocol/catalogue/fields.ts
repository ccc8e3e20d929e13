import { LATER_KIND } from '../id.ts'
import type { FieldRow, MessageRow } from './row.ts'

/** What follows from a field's row: its raw codes and physical limits. Host code; boards have the generated codec. */

/** First bit after the E2E header. */
export const HEADER_BITS = 16
/** The class code of kind 14 stands in so many bits behind the header. */
export const CLASS_BITS = 8

/** A scale as a fraction in lowest terms, so that codecs multiply and divide by whole numbers and 13.5 V reads 13.5. */
export interface Fraction {
  readonly numerator: number
  readonly denominator: number
}

const LARGEST_DENOMINATOR = 1000

/** `scale` as a fraction; undefined when no denominator up to 1000 gives it. */
export function fractionOf(scale: number): Fraction | undefined {
  for (let denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator++) {
    const numerator = Math.round(scale * denominator)
    if (numerator > 0 && numerator / denominator === scale) return { numerator, denominator }
  }
  return undefined
}

/** True for the kinds that have a physical value and the two top codes "out of range" and "not available". */
export function isPhysical(field: FieldRow): boolean {
  return field.kind === 'measured' || field.kind === 'commanded'
}

/** Raw codes of a field. */
export interface FieldCodes {
  /** Smallest and largest code that stands for a value. */
  readonly low: number
  readonly high: number
  /** Physical kinds only; −1 for others. */
  readonly outOfRange: number
  readonly notAvailable: number
}

/** Physical value of raw 0, in steps. A whole number in a valid table. */
export function offsetSteps(field: FieldRow): number {
  return (field.offset ?? 0) / (field.scale ?? 1)
}

/** A physical value as a raw number, unrounded and unchecked. */
export function stepsOf(field: FieldRow, value: number): number {
  const { numerator, denominator } = fractionOf(field.scale ?? 1)!
  return value * denominator / numerator - offsetSteps(field)
}

/** Physical value of a raw code that stands for one. */
export function valueOf(field: FieldRow, raw: number): number {
  const { numerator, denominator } = fractionOf(field.scale ?? 1)!
  return (raw * numerator + Math.round(offsetSteps(field) * numerator)) / denominator
}

export function codesOf(field: FieldRow): FieldCodes {
  const top = (1 << field.width) - 1
  if (isPhysical(field)) {
    return {
      low: field.min === undefined ? 0 : Math.round(stepsOf(field, field.min)),
      high: field.max === undefined ? top - 2 : Math.round(stepsOf(field, field.max)),
      outOfRange: top - 1, notAvailable: top,
    }
  }
  const codes = Object.values(field.values ?? {})
  if (field.kind === 'enum') return { low: Math.min(...codes), high: Math.max(...codes), outOfRange: -1, notAvailable: -1 }
  return { low: field.min ?? 0, high: field.max ?? top, outOfRange: -1, notAvailable: -1 }
}

/** Smallest and largest physical value. */
export function limitsOf(field: FieldRow): { min: number, max: number } {
  const { low, high } = codesOf(field)
  return isPhysical(field) ? { min: valueOf(field, low), max: valueOf(field, high) } : { min: low, max: high }
}

/** The value a fresh record has: not available; an enum's `none`, else its lowest code; the smallest count. */
export function neutralOf(field: FieldRow): number {
  if (isPhysical(field)) return NaN
  return field.values?.['none'] ?? codesOf(field).low
}

/** First bit that a field may have: behind the E2E header and, in kind 14, the class code. */
export function firstBitOf(row: MessageRow): number {
  return row.kind === LATER_KIND ? HEADER_BITS + CLASS_BITS : HEADER_BITS
}

/** Bytes of a message's frame, E2E header included. */
export function lengthOf(row: MessageRow): number {
  let bits = firstBitOf(row)
  for (const field of Object.values(row.fields)) bits = Math.max(bits, field.start + field.width)
  return Math.ceil(bits / 8)
}

/** Name of an enum's code; undefined when it has none. */
export function nameOfCode(field: FieldRow, code: number): string | undefined {
  for (const [name, value] of Object.entries(field.values ?? {})) if (value === code) return name
  return undefined
}

/** Meaning, unit and range of a field in one line. */
export function describeField(field: FieldRow): string {
  if (field.kind === 'flag') return `${field.text}; 0 or 1`
  if (field.kind === 'enum') {
    const codes = Object.entries(field.values ?? {})
    const shown = codes.length > 12 ? `${codes.length} codes` : codes.map(([name, code]) => `${code} ${name}`).join(', ')
    return `${field.text}; ${shown}`
  }
  const { min, max } = limitsOf(field)
  const step = isPhysical(field) && field.scale !== undefined ? ` in steps of ${field.scale}` : ''
  const unit = field.unit === undefined ? '' : ` ${field.unit}`
  return `${field.text}; ${min}…${max}${unit}${step}${isPhysical(field) ? `, ${field.kind === 'commanded' ? 'NaN = does not matter' : 'NaN = not available'}` : ''}`
}
