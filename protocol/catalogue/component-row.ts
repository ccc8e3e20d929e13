import { LATER_KIND } from '../id.ts'
import { CLASS_BITS, HEADER_BITS } from './fields.ts'

/** What the rows of component classes have in common: a command (page 1) and a status (page 0) each. */

/** The power half and the echo of the last accepted command, the same in every component's status: four bytes from bit `start` on. */
export const statusHeadAt = (start: number) => ({
  supply_V: { kind: 'measured', tag: 1, start, width: 8, unit: 'V', scale: 0.1, text: 'supply at the port' },
  current_A: { kind: 'measured', tag: 2, start: start + 8, width: 8, unit: 'A', scale: 0.2, text: 'current drawn' },
  granted_A: { kind: 'measured', tag: 3, start: start + 16, width: 8, unit: 'A', scale: 0.2, text: 'current granted' },
  echoSender: { kind: 'count', tag: 4, start: start + 24, width: 4, text: 'low nibble of the last command\'s source address; 0 = none since boot' },
  echoSequence: { kind: 'count', tag: 5, start: start + 28, width: 4, text: 'sequence of the last accepted command' },
} as const)

/** The sequence of a command, at bit `start`. */
export const sequenceAt = (start: number) =>
  ({ kind: 'count', tag: 1, start, width: 4, text: 'a new command takes the next number, a repetition keeps it' } as const)

/**
 * A command to a component. It is due within 100 ms, before it is repeated and before a person sees a delay; where somebody waits for
 * the end of a motion within 50 ms.
 */
export const command = {
  page: 1, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10, deadline_ms: 100, lifetime_ms: 250,
  actuates: true,
} as const

export const status = {
  page: 0, priority: 4, idlePeriod_ms: 1000, minimumInterval_ms: 40, deadline_ms: 100, lifetime_ms: 3000, actuates: false,
} as const

/**
 * The same of a class without a kind of its own: behind the class code. Of the eight bytes of a status two are the E2E header, one
 * the class code, three the power half and one the echo, which leaves **one byte, bits 56…63**, for what the component has to say.
 * A command has the four bits behind its sequence and four bytes, bits 28…63.
 */
const LATER_START = HEADER_BITS + CLASS_BITS
export const laterStatusHead = statusHeadAt(LATER_START)
export const laterSequence = sequenceAt(LATER_START)
// The least urgent of what a hub is told, behind all others in the 10 ms steps of its sender.
export const laterCommand = { ...command, kind: LATER_KIND, deadline_ms: 200 } as const
export const laterStatus = { ...status, kind: LATER_KIND } as const
