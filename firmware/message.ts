import type { Decoder, Encoder } from '#protocol/index.ts'

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

/** Of a message whose row the code at hand does not know: it is to be given records made by its own `create`. */
export type AnyEncoder = Encoder<object>
export type AnyDecoder = Decoder<object>
export type CommandEncoder = Encoder<CommandValues>

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
