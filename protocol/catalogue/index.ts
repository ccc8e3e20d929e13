import * as components from './components.ts'
import * as management from './management.ts'
import type { MessageRow } from './row.ts'

/** Every message of the car, in the order of kind and page: the single source of the codec, the exports and the rates. */
export const MESSAGES: readonly MessageRow[] = [...Object.values(management), ...Object.values(components)]
  .sort((a, b) => a.kind - b.kind || a.page - b.page)

export * from './components.ts'
export * from './enums.ts'
export * from './locations.ts'
export * from './management.ts'
export * from './row.ts'
