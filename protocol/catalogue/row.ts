import type { CodeOf, CodeTable, Flag, NameOf } from '../enums.ts'
import type { LocationName } from '../locations.ts'

/**
 * The shape of the catalogue: what a message row and a field row say. Rows are data; the codec, the exports, the
 * rates table and the tests are computed from them.
 */

/**
 * How a field's value is treated at its limits.
 * - `measured`: a sensor's value. A finite value saturates at `min`/`max`; the two top codes mean "out of range"
 *   (decoded as `Infinity`) and "not available" (decoded as `NaN`), as in SAE J1939-71.
 * - `commanded`: a wish. A value out of range throws; `NaN` (the parameter does not matter to this action) takes the
 *   "not available" code.
 * - `count`: an unscaled whole number that uses every code from `min` to `max`; out of range throws.
 * - `enum`: one of `values`; a code not in the table throws on encoding and is delivered as it is on decoding.
 * - `flag`: one bit, 0 or 1.
 */
type FieldKind = 'measured' | 'commanded' | 'count' | 'enum' | 'flag'

export interface FieldRow {
  readonly kind: FieldKind
  /** Number of the field in `spine.proto`; never reused. */
  readonly tag: number
  /** First (least significant) bit in the frame, Intel order; bits 0–15 belong to the E2E header. */
  readonly start: number
  /** 1–16 bits. */
  readonly width: number
  /** Physical unit as it is printed; the field's name ends in it too. */
  readonly unit?: string
  /** Physical value of one raw step; default 1. */
  readonly scale?: number
  /** Physical value of raw 0; default 0. */
  readonly offset?: number
  /** Smallest and largest physical value; the default is what the raw codes hold. */
  readonly min?: number
  readonly max?: number
  /** Names of the codes of an `enum`: a table of `enums.ts`. */
  readonly values?: CodeTable
  /** Names of the bits of a `count`, the lowest first. */
  readonly bits?: readonly string[]
  readonly text: string
}

type FieldTable = Readonly<Record<string, FieldRow>>

/** Which direction a message goes: data page 0 is from the hub at `location`, page 1 is to it. */
export type Page = 0 | 1

export interface MessageRow {
  readonly name: string
  /** 0–7 management, 8–13 component classes, 14 (`LATER_KIND`) any later class, 15 reserved. */
  readonly kind: number
  /**
   * Of kind 14 only: the code of the component class, 1…`LARGEST_CLASS`, which is sent in the first data byte. Classes share the
   * identifiers of this kind, and with them data ids, counters and priority.
   */
  readonly class?: number
  readonly page: Page
  /** Locations this message is sent from (page 0) or to (page 1); `ALL` is location 0. */
  readonly locations: readonly LocationName[]
  /** Hubs that send it; page 0 messages are sent by the hub at their location. Tools may send every page 1 row. */
  readonly senders: readonly LocationName[]
  /** CAN priority, 0 (highest) to 7. */
  readonly priority: number
  /** Time between two frames at rest and while something moves, ms; 0 = only on need. */
  readonly idlePeriod_ms: number
  readonly activePeriod_ms: number
  /** Least time between two frames of one sender when sent on need, ms. */
  readonly minimumInterval_ms: number
  /** Latest end of transmission after queueing, ms. */
  readonly deadline_ms: number
  /** Age after which a receiver or a queue discards it, ms. */
  readonly lifetime_ms: number
  /** True where executing it moves something or switches a load. */
  readonly actuates: boolean
  readonly fields: FieldTable
  readonly text: string
}

/** A field of no row in particular: its types below are as wide as they can be. */
type AnyField<Field extends FieldRow> = FieldKind extends Field['kind'] ? true : false
/** The codes of an enum. */
type CodesOf<Field extends FieldRow> = Field extends { readonly values: infer Codes extends CodeTable } ? Codes : CodeTable

/**
 * A decoded field: a code of its enum, 0 or 1, or a number. A code that the enum does not have is delivered as it is, though
 * the type leaves it out: who takes a code off the bus has a branch for all others.
 */
type ValueOf<Field extends FieldRow> =
  AnyField<Field> extends true ? number
    : Field['kind'] extends 'enum' ? CodeOf<CodesOf<Field>>
      : Field['kind'] extends 'flag' ? Flag : number

/** A field as programs give it: an enum by name or code, a flag as a boolean, a physical value in its unit. */
export type GivenValue<Field extends FieldRow = FieldRow> =
  AnyField<Field> extends true ? number | string | boolean
    : Field['kind'] extends 'enum' ? NameOf<CodesOf<Field>> | CodeOf<CodesOf<Field>>
      : Field['kind'] extends 'flag' ? boolean | Flag : number

/**
 * A field as programs read it: an enum by name (a code without a name stays a number), a flag as a boolean, a physical value
 * in its unit, NaN when not available and Infinity when out of range.
 */
export type ReadValue<Field extends FieldRow = FieldRow> =
  AnyField<Field> extends true ? number | string | boolean
    : Field['kind'] extends 'enum' ? NameOf<CodesOf<Field>> | number
      : Field['kind'] extends 'flag' ? boolean : number

/** The decoded content of a message, by field. */
export type ValuesOf<Row extends MessageRow> = { -readonly [Name in keyof Row['fields']]: ValueOf<Row['fields'][Name]> }
/** The content of a message as programs give it. */
export type GivenValues<Row extends MessageRow = MessageRow> = { readonly [Name in keyof Row['fields']]?: GivenValue<Row['fields'][Name]> }
/** The content of a message as programs read it. */
export type ReadValues<Row extends MessageRow = MessageRow> = { readonly [Name in keyof Row['fields']]: ReadValue<Row['fields'][Name]> }

/** Keeps the row's exact type (name, locations, fields) while checking its shape. */
export function message<const Row extends MessageRow>(row: Row): Row {
  return row
}
