import { unknown } from '#protocol/messages/errors.ts'
import { parseDuration_ms } from '../lib/duration.ts'
import { usage } from '../lib/failure.ts'

/** One scripted press, in virtual time since the car got power. */
export interface ScriptedPress {
  readonly switch: string
  readonly hold_ms: number
  readonly at_ms: number
}

const DEFAULT_HOLD_ms = 200

/** Reads `DASH.windowFL.down:2s@1s`: hold 2 s, beginning at 1 s; both may be left out. */
export function parsePress(text: string): ScriptedPress {
  const match = /^([^:@]+)(?::([^:@]+))?(?:@([^:@]+))?$/.exec(text)
  if (match === null) throw usage(`"${text}" is no press: write it like DASH.windowFL.down:2s@1s (switch:hold@begin)`)
  return {
    switch: match[1]!,
    hold_ms: match[2]! === undefined ? DEFAULT_HOLD_ms : parseDuration_ms(match[2]),
    at_ms: match[3]! === undefined ? 0 : parseDuration_ms(match[3]),
  }
}

/** The switch of this name, upper or lower case. Throws a usage error that suggests. */
export function knownSwitch(name: string, switches: readonly string[]): string {
  const exact = switches.find(candidate => candidate.toLowerCase() === name.toLowerCase())
  if (exact !== undefined) return exact
  const { message } = unknown('switch', name, switches)
  throw usage(message.includes('did you mean') ? message : `unknown switch "${name}": see "npx spine press --list"`)
}
