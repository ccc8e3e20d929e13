import { LOCATION } from '#protocol/catalogue/locations.ts'
import type { LocationName, MessageRow } from '#protocol/catalogue/row.ts'
import { protect } from '#protocol/e2e.ts'
import { dataIdOf, messageId } from '#protocol/id.ts'
import { createLinkFrame } from '../gateway/link-frame.ts'
import type { LinkFrame } from '../gateway/link.ts'
import { codecOf } from './decode.ts'

/**
 * Every field of a message: those given, and neutral values for the others ("does not matter" where the field has it,
 * `none` where an enum has it).
 */
export function completeValues(row: MessageRow, values: Readonly<Record<string, number>>): Record<string, number> {
  const all = codecOf(row).create()
  for (const [name, field] of Object.entries(row.fields)) {
    if (field.kind === 'enum' && field.values?.none !== undefined) all[name] = field.values.none
  }
  return Object.assign(all, values)
}

/**
 * A protected frame of a message. Throws RangeError for a value out of range.
 * @param source the sender's address
 * @param counter E2E counter, 0–14
 */
export function buildFrame(
  row: MessageRow, location: LocationName, values: Readonly<Record<string, number>>, source: number, counter: number,
): LinkFrame {
  const codec = codecOf(row)
  const frame = createLinkFrame()
  frame.id = messageId(row.priority, row.page, row.kind, LOCATION[location], source)
  frame.length = codec.length
  codec.encode(completeValues(row, values), frame.data)
  protect(frame.data, frame.length, dataIdOf(frame.id), counter)
  return frame
}
