/** Flags that `F` answers with. Source: LAWICEL AB, "CANUSB Manual", status flags; names as in the SJA1000. */
export const FLAG_RECEIVE_FULL = 0x01
export const FLAG_TRANSMIT_FULL = 0x02
const FLAG_ERROR_WARNING = 0x04
export const FLAG_OVERRUN = 0x08
const FLAG_ERROR_PASSIVE = 0x20
const FLAG_BUS_ERROR = 0x80

export interface BusStatus {
  readonly state: 'up' | 'error-passive' | 'bus-off'
  /** One line for people; empty while all is well. */
  readonly problem: string
  /** The adapter lost received frames since the last poll. */
  readonly lost: boolean
}

export const UP: BusStatus = { state: 'up', problem: '', lost: false }

/**
 * What the flags say of the bus. No flag means "bus-off" by itself: adapters with an SJA1000 show a bus error together
 * with the error warning when it happens, those with an MCP2515 for as long as it lasts. The same flags of an SJA1000
 * may mean that it just went error-passive; taking that for bus-off costs a close and an open, and nothing else.
 */
export function readStatus(flags: number): BusStatus {
  if (flags === 0) return UP
  const lost = (flags & (FLAG_RECEIVE_FULL | FLAG_OVERRUN)) !== 0
  if ((flags & FLAG_BUS_ERROR) !== 0 && (flags & FLAG_ERROR_WARNING) !== 0) {
    return { state: 'bus-off', problem: 'the adapter is off the bus after too many errors: is the bit rate right, is the bus terminated?', lost }
  }
  if ((flags & FLAG_ERROR_PASSIVE) !== 0) return { state: 'error-passive', problem: 'the adapter is error-passive: nobody acknowledges, or the bus is disturbed', lost }
  if ((flags & FLAG_BUS_ERROR) !== 0) return { state: 'error-passive', problem: 'the adapter sees errors on the bus: is the bit rate right?', lost }
  return lost ? { state: 'up', problem: '', lost } : UP
}
