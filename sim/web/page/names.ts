import { COMPONENT_CLASS, HUBS as HUB_NAMES, IGNITION } from '#protocol/host/index.ts'

/** Codes by name, the other way round. */
function byCode(codes: Readonly<Record<string, number>>): Readonly<Record<number, string>> {
  return Object.fromEntries(Object.entries(codes).map(([name, code]) => [code, name]))
}

export const COMPONENT_CLASSES = byCode(COMPONENT_CLASS)
export const IGNITION_NAMES = byCode(IGNITION)
export const HUBS: ReadonlySet<string> = new Set(HUB_NAMES)

export function nameIn(codes: Readonly<Record<string, number>>, code: number): string {
  return byCode(codes)[code] ?? String(code)
}
