import * as components from './components.ts'
import * as management from './management.ts'
import type { LocationName } from '../locations.ts'
import type { CODECS } from '../messages.generated.ts'
import type { FieldRow, GivenValue, MessageRow, ReadValue } from './row.ts'

/**
 * The catalogue as a whole, for programs and for the compiler. Code that takes the name of a message as a type parameter is
 * completed by an editor down to the values of its enums:
 *
 * ```ts
 * send<To extends Target>(target: To, values: GivenOf<To>): void      // send('WindowCommand@FL', { action: 'up' })
 * status<From extends Target>(target: From): ReadingOf<From>          // status('WindowStatus@FL').state === 'closing'
 * ```
 *
 * and a message, a location, a field or a value that does not exist is a compile error. Text of people and files is not
 * typed: `parseTarget` and `parseAssignments` take it, and throw a MessageError that says what was meant.
 */
const ROWS = { ...management, ...components }

/** Any row of the catalogue, with its exact type: a union, discriminated by `name`. */
export type CatalogueRow = (typeof ROWS)[keyof typeof ROWS]
/** `'WindowCommand' | 'WindowStatus' | …` */
export type MessageName = CatalogueRow['name']
/** The exact row of a message. */
export type RowOf<Name extends MessageName> = { [Row in CatalogueRow as Row['name']]: Row }[Name]
/** Where a message is sent from or to: `'FL' | 'FR' | 'RL' | 'RR'` of `'WindowStatus'`. */
export type LocationOf<Name extends MessageName> = RowOf<Name>['locations'][number]

/** A message at each of its locations, `'WindowStatus@FL'`; the name alone will do when it has but one. */
export type TargetOf<Name extends MessageName> = {
  [Each in Name]: `${Each}@${LocationOf<Each>}` | (RowOf<Each>['locations'] extends readonly [LocationName] ? Each : never)
}[Name]
export type Target = TargetOf<MessageName>
/** The message of a target: `'WindowStatus'` of `'WindowStatus@FL'`. */
export type MessageOf<To extends Target> = To extends `${infer Name extends MessageName}@${string}` ? Name : Extract<To, MessageName>

/** The decoded content of a message, enums by their codes. */
export type MessageValues<Name extends MessageName> = ReturnType<(typeof CODECS)[Name]['create']>
type Fields<Name extends MessageName> = RowOf<Name>['fields']
/** What may be given to send the message of a target; what is left out is neutral. */
export type GivenOf<To extends Target> = { [Name in MessageOf<To>]: {
  readonly [Field in keyof MessageValues<Name> & keyof Fields<Name>]?: GivenValue<Extract<Fields<Name>[Field], FieldRow>>
} }[MessageOf<To>]
/** What is read of the message of a target. */
export type ReadingOf<From extends Target> = { [Name in MessageOf<From>]: {
  readonly [Field in keyof MessageValues<Name> & keyof Fields<Name>]: ReadValue<Extract<Fields<Name>[Field], FieldRow>>
} }[MessageOf<From>]

/** Every message of the car, in the order of kind and page: the single source of the codec, the exports and the rates. */
export const CATALOGUE: readonly CatalogueRow[] = Object.values(ROWS).sort((a, b) => a.kind - b.kind || a.page - b.page)

/** The same for code that serves all messages alike and looks at their fields by name. */
export const MESSAGES: readonly MessageRow[] = CATALOGUE
