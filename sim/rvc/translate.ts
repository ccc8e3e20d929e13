import type { GivenValues, MessageName } from '#protocol/catalogue/index.ts'
import { LIGHT_FAULT, WINDOW_STATE } from '#protocol/index.ts'
import type { Device, Kind } from './devices.ts'
import { type DataGroup, encodeGroup, NOT_AVAILABLE } from './layouts.ts'

/** Why a command of RV-C is not done. */
export type CommandFault =
  | 'locked' | 'wrong-length' | 'unknown-instance' | 'group' | 'unsupported' | 'out-of-range' | 'state-unknown' | 'too-old' | 'not-up' | 'unanswered'

/** What a command of RV-C becomes: fields of ours, repeated for `hold_ms` as a held switch does. */
export interface Wish { readonly values: GivenValues, readonly hold_ms?: number }

/** The last status of a device that counts; undefined: none came, or it is old. */
type Known = Readonly<Record<string, number>> | undefined

interface Translation {
  readonly status: MessageName
  readonly command: MessageName
  readonly told: DataGroup
  readonly commanded: DataGroup
  readonly encode: (device: Device, values: Readonly<Record<string, number>>, lastCommand: number) => Uint8Array
  readonly wish: (fields: Readonly<Record<string, number>>, device: Device, known: Known) => Wish | CommandFault
}

/** Levels and duties are 0.5 % a bit. */
const PER_PERCENT = 2
const FULL = 200
/** Longest duration in seconds; above it other units are used, which are not public. */
const LONGEST_s = 240
/** So long a window is held at most. */
const HOLD_MOST_s = 30
/** What 2 bits say; all ones: not available. */
const YES = 1
const NO = 0

const SHADE = { stop: 4, tilt: 16, reverse: 65, toggleReverse: 69, forward: 129, toggleForward: 133 } as const
const DIMMER = { set: 0, on: 1, off: 3, toggle: 5 } as const

const percentOf = (value: number | undefined): number =>
  value === undefined || !Number.isFinite(value) ? NOT_AVAILABLE : Math.round(value * PER_PERCENT)
const flag = (is: boolean): number => is ? YES : NO

const OPENS: readonly number[] = [WINDOW_STATE.opening, WINDOW_STATE.reversing]
const isMoving = ({ state }: Readonly<Record<string, number>>): boolean => OPENS.includes(state!) || state === WINDOW_STATE.closing

/** Forward opens the glass. With a duration it is held so long, without one it goes all the way. */
function move(fields: Readonly<Record<string, number>>, opens: boolean): Wish | CommandFault {
  const duration_s = fields['duration']!
  if (fields['duty'] === 0) return 'out-of-range'
  if (duration_s === NOT_AVAILABLE) return { values: { action: opens ? 'autoDown' : 'autoUp' } }
  if (duration_s === 0 || duration_s > LONGEST_s) return 'out-of-range'
  return { values: { action: opens ? 'down' : 'up' }, hold_ms: Math.min(duration_s, HOLD_MOST_s) * 1000 }
}

function toggle(fields: Readonly<Record<string, number>>, opens: boolean, known: Known): Wish | CommandFault {
  if (known === undefined) return 'state-unknown'
  return isMoving(known) ? { values: { action: 'stop' } } : move(fields, opens)
}

function level(channel: number, raw: number): Wish | CommandFault {
  return raw > FULL ? 'out-of-range' : { values: { action: 'set', channel, level_pct: raw / PER_PERCENT, fade_ms: 0 } }
}

export const TRANSLATIONS: Readonly<Record<Kind, Translation>> = {
  // Powered windows as window shades: RV-C's own group for windows has no public fields.
  window: {
    status: 'WindowStatus', command: 'WindowCommand', told: 'WINDOW_SHADE_CONTROL_STATUS', commanded: 'WINDOW_SHADE_CONTROL_COMMAND',
    encode: ({ instance }, values, lastCommand) => encodeGroup('WINDOW_SHADE_CONTROL_STATUS', {
      instance, lastCommand, motor: flag(isMoving(values)), forward: flag(OPENS.includes(values['state']!)),
      reverse: flag(values['state'] === WINDOW_STATE.closing), ...!isMoving(values) && { duty: 0 },
    }),
    wish(fields, _device, known) {
      const { command, interlock } = fields
      if (command === SHADE.stop) return { values: { action: 'stop' } }
      if (interlock !== 0 && interlock !== NOT_AVAILABLE) return 'unsupported'
      switch (command) {
        case SHADE.forward: return move(fields, true)
        case SHADE.reverse: return move(fields, false)
        case SHADE.toggleForward: return toggle(fields, true, known)
        case SHADE.toggleReverse: return toggle(fields, false, known)
        default: return 'unsupported'
      }
    },
  },
  lock: {
    status: 'LatchStatus', command: 'LatchCommand', told: 'LOCK_STATUS', commanded: 'LOCK_COMMAND',
    encode: ({ instance }, { locked }) => encodeGroup('LOCK_STATUS', { instance, lock: flag(locked === 1) }),
    wish: ({ lock }) => lock === NO ? { values: { action: 'unlock' } } : lock === YES ? { values: { action: 'lock' } } : 'out-of-range',
  },
  light: {
    status: 'LightStatus', command: 'LightCommand', told: 'DC_DIMMER_STATUS_3', commanded: 'DC_DIMMER_COMMAND_2',
    encode: ({ instance }, { level_pct, fault }, lastCommand) => {
      const raw = percentOf(level_pct)
      return encodeGroup('DC_DIMMER_STATUS_3', {
        instance, level: raw, lastCommand, overcurrent: flag(fault === LIGHT_FAULT.shortCircuit),
        ...raw !== NOT_AVAILABLE && { load: flag(raw > 0) },
      })
    },
    wish(fields, { channel }, known) {
      const { command, duration, interlock } = fields
      // At once, and until the next command; interlocks are not public.
      if ((duration !== 0 && duration !== NOT_AVAILABLE) || interlock === 1 || interlock === 2) return 'unsupported'
      const wanted = fields['level'] === NOT_AVAILABLE ? FULL : fields['level']!
      switch (command) {
        case DIMMER.set: return level(channel, fields['level']!)
        case DIMMER.on: return duration === 0 ? 'unsupported' : level(channel, wanted)
        case DIMMER.off: return level(channel, 0)
        case DIMMER.toggle: {
          const level_pct = known?.['level_pct']
          if (level_pct === undefined || !Number.isFinite(level_pct)) return 'state-unknown'
          return level(channel, level_pct > 0 ? 0 : wanted)
        }
        default: return 'unsupported'
      }
    },
  },
}
