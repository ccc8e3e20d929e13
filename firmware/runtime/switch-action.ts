import type { Switch } from '#protocol/catalogue/enums.ts'
import type { AnyCodec, CommandCodec, CommandValues } from '../message.ts'

/** Some fields of a command. */
export type Fields = Readonly<Record<string, number>>

/** The hub's own location as a target. */
export const OWN = 0
/** Of `known.channel`: the status has no channels. */
export const NO_CHANNEL = -1

/** What a press means depends on what a status last said: toggles and steps. */
export interface Known {
  readonly status: AnyCodec
  readonly location: number
  readonly channel: number
  /** Field of the status; NaN as long as no status came. */
  readonly field: string
  /** Fills the command; returns what the status will say when it is done. */
  adapt(values: CommandValues, known: number): number
}

/** What one switch does. Rows of `hubs/switch-actions.ts`. */
export interface SwitchAction {
  readonly code: Switch
  readonly codec: CommandCodec
  /** Location codes, or `OWN`. */
  readonly targets: readonly number[]
  /** The command of a press. */
  readonly press: Fields
  /** Given: the press is held until the release, which sends this. */
  readonly release?: Fields
  /** Given: a release within `TAP_ms` sends this instead. */
  readonly tap?: Fields
  /** One command for each of these lamp channels. */
  readonly channels?: readonly number[]
  readonly known?: Known
  /** Given: the press switches blinking on and off, half a period each. */
  readonly blink_ms?: number
}

/** A press shorter than this is a tap. */
export const TAP_ms = 300
