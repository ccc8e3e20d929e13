import { command, sequenceAt, status, statusHeadAt } from './component-row.ts'
import {
  DIRECTION, LATCH_ACTION, LATCH_STATE, LIGHT_ACTION, LIGHT_FAULT, MIRROR_ACTION, MIRROR_FOLD, STEREO_ACTION,
  STEREO_SOURCE, STEREO_TEXT_KIND, WINDOW_ACTION, WINDOW_STATE,
} from '../enums.ts'
import { HEADER_BITS } from './fields.ts'
import { DOORS, HUBS } from '../locations.ts'
import { message } from './row.ts'

/** Rows of kinds 8–13: the first component classes, a command (page 1) and a status (page 0) each. Later classes have a file each. */
export * from './seat-fan.ts'

const statusHead = statusHeadAt(HEADER_BITS)
const sequence = sequenceAt(HEADER_BITS)

const LATCHES = ['FL', 'FR', 'RL', 'RR', 'TRUNK', 'HOOD'] as const

export const WindowCommand = message({
  ...command, deadline_ms: 50, name: 'WindowCommand', kind: 8, locations: DOORS, senders: ['DASH', 'FL', 'FR', 'RL', 'RR'],
  text: 'Moves a window. `up` and `down` last as long as they are repeated: 250 ms of silence stops the glass.',
  fields: {
    sequence,
    action: { kind: 'enum', tag: 2, start: 20, width: 4, values: WINDOW_ACTION, text: 'what to do' },
    position_pct: { kind: 'commanded', tag: 3, start: 24, width: 8, unit: '%', scale: 0.5, max: 100, text: 'goal of goto: 0 closed, 100 open' },
  },
})

export const WindowStatus = message({
  ...status, name: 'WindowStatus', kind: 8, locations: DOORS, senders: DOORS, activePeriod_ms: 100,
  text: 'Where the glass is and what it does.',
  fields: {
    ...statusHead,
    position_pct: { kind: 'measured', tag: 6, start: 48, width: 8, unit: '%', scale: 0.5, max: 100, text: 'opening: 0 closed, 100 open; not available before the learning run' },
    state: { kind: 'enum', tag: 7, start: 56, width: 4, values: WINDOW_STATE, text: 'state of the drive' },
    pinch: { kind: 'flag', tag: 8, start: 60, width: 1, text: 'the last closing met an obstacle' },
    thermal: { kind: 'flag', tag: 9, start: 61, width: 1, text: 'the motor is too warm to start' },
    learned: { kind: 'flag', tag: 10, start: 62, width: 1, text: 'the travel is known' },
    fault: { kind: 'flag', tag: 11, start: 63, width: 1, text: 'the drive does not answer: no pulses, or no power' },
  },
})

export const MirrorCommand = message({
  ...command, name: 'MirrorCommand', kind: 9, locations: ['FL', 'FR'], senders: ['DASH'],
  text: 'Moves or heats an outside mirror. `tilt` lasts as long as it is repeated.',
  fields: {
    sequence,
    action: { kind: 'enum', tag: 2, start: 20, width: 4, values: MIRROR_ACTION, text: 'what to do' },
    directionX: { kind: 'enum', tag: 3, start: 24, width: 2, values: DIRECTION, text: 'tilt: left, none, right' },
    directionY: { kind: 'enum', tag: 4, start: 26, width: 2, values: DIRECTION, text: 'tilt: down, none, up' },
    memory: { kind: 'count', tag: 5, start: 28, width: 2, text: 'recall, store: which memory' },
    tiltX_deg: { kind: 'commanded', tag: 6, start: 32, width: 8, unit: '°', scale: 0.1, offset: -12, min: -12, max: 12, text: 'goto: goal, right positive' },
    tiltY_deg: { kind: 'commanded', tag: 7, start: 40, width: 8, unit: '°', scale: 0.1, offset: -12, min: -12, max: 12, text: 'goto: goal, up positive' },
  },
})

export const MirrorStatus = message({
  ...status, name: 'MirrorStatus', kind: 9, locations: ['FL', 'FR'], senders: ['FL', 'FR'], activePeriod_ms: 100,
  text: 'Where the mirror looks, whether it is folded and heated.',
  fields: {
    ...statusHead,
    tiltX_deg: { kind: 'measured', tag: 6, start: 48, width: 6, unit: '°', scale: 0.4, offset: -12, min: -12, max: 12, text: 'tilt, right positive' },
    tiltY_deg: { kind: 'measured', tag: 7, start: 54, width: 6, unit: '°', scale: 0.4, offset: -12, min: -12, max: 12, text: 'tilt, up positive' },
    fold: { kind: 'enum', tag: 8, start: 60, width: 2, values: MIRROR_FOLD, text: 'the arm' },
    heat: { kind: 'flag', tag: 9, start: 62, width: 1, text: 'the heater is on' },
    moving: { kind: 'flag', tag: 10, start: 63, width: 1, text: 'a tilt motor runs' },
  },
})

export const LatchCommand = message({
  ...command, priority: 1, deadline_ms: 50, name: 'LatchCommand', kind: 10, locations: LATCHES, senders: ['DASH', 'FL', 'FR', 'RL', 'RR', 'TRUNK'],
  text: 'Releases, pulls shut, locks or unlocks a latch.',
  fields: {
    sequence,
    action: { kind: 'enum', tag: 2, start: 20, width: 4, values: LATCH_ACTION, text: 'what to do' },
  },
})

export const LatchStatus = message({
  ...status, name: 'LatchStatus', kind: 10, locations: LATCHES, senders: LATCHES, activePeriod_ms: 0,
  text: 'State of a latch.',
  fields: {
    ...statusHead,
    state: { kind: 'enum', tag: 6, start: 48, width: 3, values: LATCH_STATE, text: 'state of the latch' },
    ajar: { kind: 'flag', tag: 7, start: 51, width: 1, text: 'not fully latched' },
    locked: { kind: 'flag', tag: 8, start: 52, width: 1, text: 'locked' },
    fault: { kind: 'flag', tag: 9, start: 53, width: 1, text: 'did not reach its goal in time' },
  },
})

export const LightCommand = message({
  ...command, name: 'LightCommand', kind: 11, locations: HUBS, senders: ['DASH'],
  text: 'Sets the level of one lamp channel.',
  fields: {
    sequence,
    action: { kind: 'enum', tag: 2, start: 20, width: 4, values: LIGHT_ACTION, text: 'what to do' },
    channel: { kind: 'count', tag: 3, start: 24, width: 3, text: 'channel of the lamp' },
    level_pct: { kind: 'commanded', tag: 4, start: 32, width: 8, unit: '%', scale: 0.5, max: 100, text: 'brightness to reach' },
    fade_ms: { kind: 'commanded', tag: 5, start: 40, width: 8, unit: 'ms', scale: 50, text: 'time to get there' },
  },
})

export const LightStatus = message({
  ...status, name: 'LightStatus', kind: 11, locations: HUBS, senders: HUBS, activePeriod_ms: 0,
  text: 'State of one lamp channel; a lamp with several channels sends one frame for each.',
  fields: {
    ...statusHead,
    channel: { kind: 'count', tag: 6, start: 48, width: 3, text: 'channel of the lamp' },
    fault: { kind: 'enum', tag: 7, start: 51, width: 3, values: LIGHT_FAULT, text: 'bulb or driver fault' },
    fading: { kind: 'flag', tag: 8, start: 54, width: 1, text: 'on the way to a level' },
    level_pct: { kind: 'measured', tag: 9, start: 56, width: 8, unit: '%', scale: 0.5, max: 100, text: 'brightness' },
  },
})

export const StereoCommand = message({
  ...command, name: 'StereoCommand', kind: 12, locations: ['STEREO'], senders: ['DASH'],
  text: 'Operates the stereo.',
  fields: {
    sequence,
    action: { kind: 'enum', tag: 2, start: 20, width: 4, values: STEREO_ACTION, text: 'what to do' },
    source: { kind: 'enum', tag: 3, start: 24, width: 3, values: STEREO_SOURCE, text: 'source: what to play' },
    volume: { kind: 'count', tag: 4, start: 27, width: 5, max: 30, text: 'volume: step to set' },
    balance_pct: { kind: 'commanded', tag: 5, start: 32, width: 8, unit: '%', offset: -100, min: -100, max: 100, text: 'balance: left negative' },
    frequency_MHz: { kind: 'commanded', tag: 6, start: 40, width: 8, unit: 'MHz', scale: 0.1, offset: 87.5, min: 87.5, max: 108, text: 'tune: station' },
  },
})

export const StereoStatus = message({
  ...status, name: 'StereoStatus', kind: 12, locations: ['STEREO'], senders: ['STEREO'], activePeriod_ms: 0,
  text: 'State of the stereo.',
  fields: {
    ...statusHead,
    source: { kind: 'enum', tag: 6, start: 48, width: 2, values: STEREO_SOURCE, text: 'what plays' },
    muted: { kind: 'flag', tag: 7, start: 50, width: 1, text: 'muted' },
    volume: { kind: 'count', tag: 8, start: 51, width: 5, max: 30, text: 'step of the volume' },
    frequency_MHz: { kind: 'measured', tag: 9, start: 56, width: 8, unit: 'MHz', scale: 0.1, offset: 87.5, min: 87.5, max: 108, text: 'station; not available while it seeks' },
  },
})

const character = (index: number, tag: number): { kind: 'count', tag: number, start: number, width: 8, text: string } =>
  ({ kind: 'count', tag, start: 24 + 8 * index, width: 8, text: `character ${index} in ISO 8859-1; 0 = end of the text` })

export const StereoText = message({
  name: 'StereoText', kind: 13, page: 0, locations: ['STEREO'], senders: ['STEREO'], priority: 7,
  idlePeriod_ms: 0, activePeriod_ms: 20, minimumInterval_ms: 20, deadline_ms: 500, lifetime_ms: 3000, actuates: false,
  text: 'Five characters of a station name or a title. Frames of one text share the transfer number; index 0 begins it.',
  fields: {
    transfer: { kind: 'count', tag: 1, start: 16, width: 3, text: 'number of the text, modulo 8' },
    kind: { kind: 'enum', tag: 2, start: 19, width: 1, values: STEREO_TEXT_KIND, text: 'which text' },
    index: { kind: 'count', tag: 3, start: 20, width: 4, text: 'position of this part, in steps of five characters' },
    char0: character(0, 4), char1: character(1, 5), char2: character(2, 6), char3: character(3, 7), char4: character(4, 8),
  },
})
