import { LOCATION_NAMES } from '#protocol/catalogue/locations.ts'
import { GLOBAL_ADDRESS, NULL_ADDRESS, TOOL_ADDRESSES, locationOfAddress } from '#protocol/id.ts'

/** A source address for people: `DASH`, `tool 0xF9`, `0x42`. */
export function nodeName(address: number): string {
  const location = locationOfAddress(address)
  if (location !== 0) return LOCATION_NAMES[location]
  const hex = `0x${address.toString(16).toUpperCase().padStart(2, '0')}`
  if (TOOL_ADDRESSES.includes(address)) return `tool ${hex}`
  if (address === NULL_ADDRESS) return 'no address'
  if (address === GLOBAL_ADDRESS) return 'all'
  return hex
}

/** A 29-bit identifier as eight hexadecimal digits, an 11-bit one as three. */
export function identifierText(id: number, extended: boolean): string {
  return id.toString(16).toUpperCase().padStart(extended ? 8 : 3, '0')
}
