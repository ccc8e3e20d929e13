import { unknown } from '#protocol/messages/index.ts'
import { formatDuration, parseDuration_ms } from '../lib/duration.ts'
import { usage } from '../lib/failure.ts'
import { LONGEST_HOLD_ms } from '#sim/live/index.ts'

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
    hold_ms: match[2] === undefined ? DEFAULT_HOLD_ms : parseHold_ms(match[2]),
    at_ms: match[3] === undefined ? 0 : parseDuration_ms(match[3]),
  }
}

/** How long a switch is held. Throws a usage error for longer than a thumb can. */
export function parseHold_ms(text: string): number {
  const hold_ms = parseDuration_ms(text)
  if (hold_ms > LONGEST_HOLD_ms) throw usage(`a switch is held for at most ${formatDuration(LONGEST_HOLD_ms)}, not ${text}`)
  return hold_ms
}

/** The switch of this name, upper or lower case. Throws a usage error that suggests. */
export function knownSwitch(name: string, switches: readonly string[]): string {
  const exact = switches.find(candidate => candidate.toLowerCase() === name.toLowerCase())
  if (exact !== undefined) return exact
  const { message } = unknown('switch', name, switches)
  throw usage(message.includes('did you mean') ? message : `unknown switch "${name}": see "npx spine press --list"`)
}
