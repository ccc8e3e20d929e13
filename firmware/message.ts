import type { Codec } from '#protocol/index.ts'

/**
 * The codec of a message whose row the code at hand does not know: of the runtime, which serves all of them. It is to be given
 * records made by its own `create`, which the compiler cannot see to here: `encode` and `decode` are methods, not functions,
 * so that every `Codec` fits.
 */
export interface RowCodec<Values extends object> extends Omit<Codec<Values>, 'encode' | 'decode'> {
  encode(values: Values, data: Uint8Array): void
  decode(data: Uint8Array, values: Values): void
}

/** What all commands have. */
export interface CommandValues {
  sequence: number
}

/** What all statuses of components have: the half that the runtime fills in. */
export interface StatusValues {
  supply_V: number
  current_A: number
  granted_A: number
  echoSender: number
  echoSequence: number
}

export type AnyCodec = RowCodec<object>
export type CommandCodec = RowCodec<CommandValues>
export type StatusCodec = RowCodec<StatusValues>

/** A field of a record by its name; NaN when it has none of that name. */
export function fieldOf(values: object, field: string): number {
  const value = (values as Readonly<Record<string, number>>)[field]
  return value === undefined ? NaN : value
}

/** Sets a field of a record by its name. */
export function setField(values: object, field: string, value: number): void {
  const fields = values as Record<string, number>
  fields[field] = value
}
