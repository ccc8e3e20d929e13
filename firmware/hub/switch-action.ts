import type { Decoder, Encoder, Switch } from '#protocol/index.ts'
import type { AnyDecoder, CommandValues, StatusValues } from '../message.ts'

/** Some fields of a command. */
export type Fields<Command extends CommandValues = CommandValues> = Readonly<Partial<Omit<Command, 'sequence'>>>

/** The hub's own location as a target. */
export const OWN = 0
/** Of `known.channel`: the status has no channels. */
export const NO_CHANNEL = -1

/** What a press means depends on what a status last said: toggles and steps. */
export interface Known<Command extends CommandValues = CommandValues> {
  readonly status: AnyDecoder
  readonly location: number
  readonly channel: number
  /** Field of the status; NaN as long as no status came. */
  readonly field: string
  /** Fills the command; returns what the status will say when it is done. */
  adapt(values: Command, known: number): number
}

/** What a command depends on, with the field's name checked against the status. */
export function knownFrom<Command extends CommandValues, Status extends StatusValues>(
  status: Decoder<Status>, location: number, channel: number, field: keyof Status & string,
  adapt: (values: Command, known: number) => number,
): Known<Command> {
  return { status: status, location: location, channel: channel, field: field, adapt: adapt }
}

/** What one switch does. Rows of `hubs/switch-actions.ts`. */
export interface SwitchAction<Command extends CommandValues = CommandValues> {
  readonly code: Switch
  readonly codec: Encoder<Command>
  /** Location codes, or `OWN`. */
  readonly targets: readonly number[]
  /** The command of a press. */
  readonly press: Fields<Command>
  /** Given: the press is held until the release, which sends this. */
  readonly release?: Fields<Command>
  /** Given: a release within `TAP_ms` sends this instead. */
  readonly tap?: Fields<Command>
  /** Held, it goes on when another switch for its component is let go: a tap beside it sets nothing going. */
  readonly insists?: boolean
  /** One command for each of these lamp channels. */
  readonly channels?: readonly number[]
  readonly known?: Known<Command>
  /** Given: the press switches blinking on and off, half a period each. */
  readonly blink_ms?: number
}

/** A press shorter than this is a tap. */
export const TAP_ms = 300
