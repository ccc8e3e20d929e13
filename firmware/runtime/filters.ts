import {
  GLOBAL_ADDRESS, hubAddress, PF_ADDRESS_CLAIMED, PF_BROADCAST, PF_DIAGNOSTIC_FUNCTIONAL, PF_DIAGNOSTIC_PHYSICAL,
} from '#protocol/index.ts'
import type { FilterBank } from '../hal.ts'

/**
 * What the controller of a hub lets in, so that its two receive buffers hold only what the hub has to handle. An
 * MCP2515 has a mask and two filters for the first buffer, a mask and four filters for the second.
 */

const PAGE_MASK = 0x3 << 24
const PF_SHIFT = 16
const PS_SHIFT = 8
const PAGE_TO_HUB = 1 << 24

/** First buffer: catalogue messages to this location and to all; a manager's hub hears everyone's. */
export function broadcastFilters(location: number, hearsAll: boolean): FilterBank {
  const broadcast = PF_BROADCAST << PF_SHIFT
  if (hearsAll) return { mask: 0xff << PF_SHIFT, filters: [broadcast] }
  return {
    mask: PAGE_MASK | (0xff << PF_SHIFT) | (0x0f << PS_SHIFT),
    filters: [PAGE_TO_HUB | broadcast | (location << PS_SHIFT), PAGE_TO_HUB | broadcast],
  }
}

/**
 * Second buffer: claims and requests (PF 0xEE and 0xEA differ in one bit, which the mask leaves out) to this address
 * and to all, diagnostics to this address (0xDA) and to all (0xDB).
 */
export function peerFilters(location: number): FilterBank {
  const mine = hubAddress(location) << PS_SHIFT
  const all = GLOBAL_ADDRESS << PS_SHIFT
  return {
    mask: PAGE_MASK | (0xfb << PF_SHIFT) | (0xff << PS_SHIFT),
    filters: [
      ((PF_ADDRESS_CLAIMED & 0xfb) << PF_SHIFT) | all,
      ((PF_ADDRESS_CLAIMED & 0xfb) << PF_SHIFT) | mine,
      (PF_DIAGNOSTIC_PHYSICAL << PF_SHIFT) | mine,
      (PF_DIAGNOSTIC_FUNCTIONAL << PF_SHIFT) | all,
    ],
  }
}
