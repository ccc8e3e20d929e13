import { MESSAGES } from '#protocol/catalogue/index.ts'
import type { CanFrame } from '#protocol/frame.ts'
import { isBroadcastKind, kindOf, pageOf } from '#protocol/id.ts'

/** What a frame's row says, by `page << 4 | kind`; made once from the catalogue. */
const ACTUATES = new Uint8Array(32)
const LIFETIME_ms = new Float64Array(32).fill(Infinity)
for (const row of MESSAGES) {
  const index = row.page << 4 | row.kind
  if (row.actuates) ACTUATES[index] = 1
  if (row.page === 1) LIFETIME_ms[index] = row.lifetime_ms
}

/**
 * Whether the frame, on a real bus, would move something or switch a load: its row in the catalogue says so. The
 * location does not matter: a frame to a place that is not there moves nothing, but one place judges for all cars.
 */
export function actuates(frame: CanFrame): boolean {
  return isCommand(frame) && ACTUATES[pageOf(frame.id) << 4 | kindOf(frame.id)] === 1
}

/** How long the frame may wait in a queue: the lifetime of a command of the catalogue, ms; for all others Infinity. */
export function lifetime_ms(frame: CanFrame): number {
  return isCommand(frame) ? LIFETIME_ms[pageOf(frame.id) << 4 | kindOf(frame.id)] : Infinity
}

/** Only such frames can be messages of the catalogue; hubs decode classic and FD data frames alike. */
function isCommand(frame: CanFrame): boolean {
  return frame.extended && !frame.remote && isBroadcastKind(frame.id)
}
