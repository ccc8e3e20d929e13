/** Registers of an MCP2515 and their bits, as data sheet DS20001801 has them (section 11). */
export const REGISTER = {
  rxf0: 0x00, rxf1: 0x04, rxf2: 0x08, bfpctrl: 0x0c, txrtsctrl: 0x0d, canstat: 0x0e, canctrl: 0x0f,
  rxf3: 0x10, rxf4: 0x14, rxf5: 0x18, tec: 0x1c, rec: 0x1d,
  rxm0: 0x20, rxm1: 0x24, cnf3: 0x28, cnf2: 0x29, cnf1: 0x2a, caninte: 0x2b, canintf: 0x2c, eflg: 0x2d,
  txb0ctrl: 0x30, txb1ctrl: 0x40, txb2ctrl: 0x50, rxb0ctrl: 0x60, rxb1ctrl: 0x70,
} as const

export const REGISTERS = 0x80

/** Behind the control register of a transmit or receive buffer. */
export const IN_BUFFER = { sidh: 1, sidl: 2, eid8: 3, eid0: 4, dlc: 5, data: 6, end: 14 } as const

/** CANINTF and CANINTE. */
export const FLAG = { rx0: 0x01, rx1: 0x02, tx0: 0x04, tx1: 0x08, tx2: 0x10, error: 0x20, wake: 0x40, message: 0x80 } as const

export const EFLG = {
  warning: 0x01, rxWarning: 0x02, txWarning: 0x04, rxPassive: 0x08, txPassive: 0x10, busOff: 0x20, rx0Overflow: 0x40, rx1Overflow: 0x80,
} as const

export const TXBCTRL = { priority: 0x03, request: 0x08, aborted: 0x40 } as const

export const RXBCTRL = { filterHit: 0x07, rollOver: 0x04, rollOverCopy: 0x02, remote: 0x08, mode: 0x60, anything: 0x60 } as const

/** REQOP of CANCTRL and OPMOD of CANSTAT. */
export const MODE = { normal: 0x00, sleep: 0x20, loopback: 0x40, listenOnly: 0x60, configuration: 0x80, mask: 0xe0 } as const

/** In SIDL: of a filter and of a buffer to send, and of a received frame. */
export const SIDL = { extended: 0x08, remoteOf11Bits: 0x10, low: 0xe0, high: 0x03 } as const
export const DLC = { remote: 0x40, length: 0x0f } as const

/** First and last address of the registers that are written in configuration mode only: filters, masks, bit timing. */
const CONFIGURATION = [[0x00, 0x0b], [0x0d, 0x0d], [0x10, 0x1b], [0x20, 0x2a]] as const
/** Those that BIT MODIFY can change bit by bit, beside CANCTRL; it writes the whole of the others. */
const BIT_MODIFIABLE = [[0x0c, 0x0d], [0x28, 0x2d], [0x30, 0x30], [0x40, 0x40], [0x50, 0x50], [0x60, 0x60], [0x70, 0x70]] as const

export function needsConfiguration(address: number): boolean {
  return CONFIGURATION.some(([first, last]) => address >= first && address <= last)
}

export function isBitModifiable(address: number): boolean {
  return (address & 0x0f) === REGISTER.canctrl || BIT_MODIFIABLE.some(([first, last]) => address >= first && address <= last)
}
