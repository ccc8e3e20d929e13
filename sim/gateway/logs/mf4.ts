/**
 * ASAM MDF 4 with bus logging: blocks of links and data, the links anywhere in the file. Sources: ASAM MDF 4.1 and its
 * bus logging extension as asammdf, python-can and CANedge write them. What reader and writer share.
 */

export const ID_BYTES = 64
export const HEAD_BYTES = 24

/** In the flags of an unfinished file. */
export const UNFINISHED = { cycles: 0x01, lastDataLength: 0x04 } as const
export const CHANNEL = { fixed: 0, variable: 1, master: 2, virtualMaster: 3, virtual: 6 } as const
export const DATA = {
  unsigned: 0, unsignedBig: 1, signed: 2, signedBig: 3, float: 4, floatBig: 5, text: 6, textUtf8: 7, bytes: 10,
} as const
export const SYNC_TIME = 1
export const CONVERSION = { none: 0, linear: 1, texts: 7 } as const
/** In the flags of a channel group. */
export const GROUP = { variable: 0x1, bus: 0x2, plainBus: 0x4 } as const
export const SOURCE = { bus: 2, can: 2 } as const

/** The channels of each kind of frame begin with its name and a point. */
export const FRAME_KINDS = ['CAN_DataFrame', 'CAN_RemoteFrame', 'CAN_ErrorFrame'] as const
export type FrameKind = typeof FRAME_KINDS[number]
