import type { CanFrame } from '#protocol/index.ts'
import { IN_BUFFER, REGISTER, RXBCTRL, SIDL } from './registers.ts'

const { rxf0, rxf1, rxf2, rxf3, rxf4, rxf5, rxm0, rxm1, rxb0ctrl, rxb1ctrl } = REGISTER
/** Filters of each receive buffer and the number of its first. */
const BANKS = [
  { mask: rxm0, control: rxb0ctrl, first: 0, filters: [rxf0, rxf1] },
  { mask: rxm1, control: rxb1ctrl, first: 2, filters: [rxf2, rxf3, rxf4, rxf5] },
] as const

/**
 * The number of the filter that lets `frame` into a receive buffer, or −1 (data sheet DS20001801, section 4.5). EXIDE of a
 * filter says which format it is for; of a frame of 11 bits, the lower part is held against the first two data bytes.
 */
export function passes(registers: Uint8Array, buffer: 0 | 1, frame: CanFrame): number {
  const bank = BANKS[buffer]
  if ((registers[bank.control]! & RXBCTRL.mode) === RXBCTRL.anything) return bank.first
  const mask = wordAt(registers, bank.mask)
  const word = wordOf(frame)
  for (const [i, filter] of bank.filters.entries()) {
    const extended = (registers[filter + IN_BUFFER.sidl - 1]! & SIDL.extended) !== 0
    if (extended === frame.extended && ((word ^ wordAt(registers, filter)) & mask) === 0) return bank.first + i
  }
  return -1
}

/** 29 bits of four registers. */
function wordAt(registers: Uint8Array, at: number): number {
  const low = registers[at + 1]!
  return registers[at]! << 21 | (low & SIDL.low) << 13 | (low & SIDL.high) << 16 | registers[at + 2]! << 8 | registers[at + 3]!
}

function wordOf(frame: CanFrame): number {
  if (frame.extended) return frame.id
  const first = frame.length > 0 && !frame.remote ? frame.data[0]! : 0
  const second = frame.length > 1 && !frame.remote ? frame.data[1]! : 0
  return frame.id << 18 | first << 8 | second
}
