import { COMPONENT_CLASS, SEAT_FAN_STATE } from '../enums.ts'
import { laterCommand, laterSequence, laterStatus, laterStatusHead } from './component-row.ts'
import { message } from './row.ts'

/** Rows of class `seatFan`: a load with a level. */

export const SeatFanCommand = message({
  ...laterCommand, name: 'SeatFanCommand', class: COMPONENT_CLASS.seatFan,
  locations: ['FL', 'FR', 'RL', 'RR'], senders: ['DASH'],
  text: 'Sets the level of a seat fan; 0 is off. It runs with the ignition on.',
  fields: {
    sequence: laterSequence,
    level_pct: { kind: 'commanded', tag: 2, start: 32, width: 8, unit: '%', scale: 0.5, max: 100, text: 'level to run at' },
  },
})

export const SeatFanStatus = message({
  ...laterStatus, name: 'SeatFanStatus', class: COMPONENT_CLASS.seatFan,
  locations: ['FL', 'FR', 'RL', 'RR'], senders: ['FL', 'FR', 'RL', 'RR'], activePeriod_ms: 0,
  text: 'What a seat fan does.',
  fields: {
    ...laterStatusHead,
    state: { kind: 'enum', tag: 6, start: 56, width: 2, values: SEAT_FAN_STATE, text: 'off, waiting for power, on, or off for a fault' },
    level_pct: { kind: 'measured', tag: 7, start: 58, width: 6, unit: '%', scale: 2, max: 100, text: 'level it runs at' },
  },
})
