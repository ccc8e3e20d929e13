import { SWITCH, SWITCH_LAYOUT, SWITCH_LAYOUT_CODE } from '#protocol/index.ts'

type SwitchName = keyof typeof SWITCH

function codesOf(names: readonly SwitchName[]): Uint8Array {
  const codes = new Uint8Array(names.length)
  for (let i = 0; i < names.length; i++) codes[i] = SWITCH[names[i]!]
  return codes
}

/** `SWITCH` codes by input of a layout; empty for a layout this firmware does not know. */
export function switchCodes(layout: number): Uint8Array {
  if (layout === SWITCH_LAYOUT_CODE.driver) return codesOf(SWITCH_LAYOUT.driver)
  if (layout === SWITCH_LAYOUT_CODE.driver2) return codesOf(SWITCH_LAYOUT.driver2)
  if (layout === SWITCH_LAYOUT_CODE.door) return codesOf(SWITCH_LAYOUT.door)
  if (layout === SWITCH_LAYOUT_CODE.trunk) return codesOf(SWITCH_LAYOUT.trunk)
  return new Uint8Array(0)
}
