/**
 * Layouts of RV-C's data groups (DGN = PGN), as far as they are public: the table of github.com/linuxkidd/rvc-monitor-py,
 * etc/rvc/rvc-spec.yml, commit 0325b1f. Percentages are 0.5 % a bit; all ones is "not available". WINDOW_COMMAND (1FEE2),
 * WINDOW_STATUS (1FEE3), AWNING_COMMAND (1FEF2) and AWNING_STATUS (1FEF3) have names there and no fields.
 */

/** Where a field is: byte, lowest bit, bits. */
type Place = readonly [byte: number, bit: number, width: number]

interface Layout { readonly dgn: number, readonly fields: Readonly<Record<string, Place>> }

const head = { instance: [0, 0, 8], group: [1, 0, 8] } as const

export const LAYOUTS = {
  DC_DIMMER_STATUS_3: { dgn: 0x1feda, fields: {
    ...head, level: [2, 0, 8], lock: [3, 0, 2], overcurrent: [3, 2, 2], override: [3, 4, 2], enable: [3, 6, 2],
    duration: [4, 0, 8], lastCommand: [5, 0, 8], interlock: [6, 0, 2], load: [6, 2, 2],
  } },
  DC_DIMMER_COMMAND_2: { dgn: 0x1fedb, fields: {
    ...head, level: [2, 0, 8], command: [3, 0, 8], duration: [4, 0, 8], interlock: [5, 0, 2],
  } },
  WINDOW_SHADE_CONTROL_STATUS: { dgn: 0x1fede, fields: {
    ...head, duty: [2, 0, 8], lock: [3, 0, 2], motor: [3, 2, 2], forward: [3, 4, 2], reverse: [3, 6, 2], duration: [4, 0, 8],
    lastCommand: [5, 0, 8], overcurrent: [6, 0, 2], override: [6, 2, 2], disable1: [6, 4, 2], disable2: [6, 6, 2],
  } },
  WINDOW_SHADE_CONTROL_COMMAND: { dgn: 0x1fedf, fields: {
    ...head, duty: [2, 0, 8], command: [3, 0, 8], duration: [4, 0, 8], interlock: [5, 0, 8],
  } },
  LOCK_COMMAND: { dgn: 0x1fee4, fields: { instance: [0, 0, 8], lock: [1, 0, 2] } },
  LOCK_STATUS: { dgn: 0x1fee5, fields: { instance: [0, 0, 8], lock: [1, 0, 2] } },
} as const satisfies Readonly<Record<string, Layout>>

export type DataGroup = keyof typeof LAYOUTS
type FieldsOf<Group extends DataGroup> = keyof (typeof LAYOUTS)[Group]['fields']

/** Bytes of every data group here. */
export const DATA_BYTES = 8

/** All ones in 8 bits: not available, no group, no limit. */
export const NOT_AVAILABLE = 0xff

/** The 8 bytes of a data group; what is left out is all ones. */
export function encodeGroup<Group extends DataGroup>(group: Group, values: Readonly<Partial<Record<FieldsOf<Group>, number>>>): Uint8Array {
  const data = new Uint8Array(DATA_BYTES).fill(NOT_AVAILABLE)
  const given: Readonly<Record<string, number | undefined>> = values
  for (const [name, [byte, bit, width]] of Object.entries<Place>(LAYOUTS[group].fields)) {
    const mask = 2 ** width - 1
    data[byte] = (data[byte]! & ~(mask << bit)) | (((given[name] ?? mask) & mask) << bit)
  }
  return data
}

/** The fields of 8 bytes as they stand there. */
export function decodeGroup(group: DataGroup, data: Uint8Array): Record<string, number> {
  const fields = Object.entries<Place>(LAYOUTS[group].fields)
  return Object.fromEntries(fields.map(([name, [byte, bit, width]]) => [name, (data[byte]! >> bit) & (2 ** width - 1)]))
}
