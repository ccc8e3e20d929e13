/**
 * Vector's binary log: a file head, then containers of packed objects, each with a head of its own. Nothing of it is
 * published; sources are python-can's reader and writer. What reader and writer share.
 */

/** "LOGG" and "LOBJ", little-endian. */
export const FILE_MAGIC = 0x4747_4f4c
export const OBJECT_MAGIC = 0x4a42_4f4c
export const FILE_HEAD_BYTES = 144
/** In front of every object: magic, bytes of its head, version, bytes of the object, type. */
export const BASE_HEAD_BYTES = 16
/** With flags and time, version 1. */
export const HEAD_BYTES = 32

export const OBJECT = {
  message: 1, error: 2, container: 10, errorExt: 73, message2: 86, fdMessage: 100, fdMessage64: 101, fdError64: 104,
} as const
export const PACKING = { none: 0, zlib: 2 } as const

/** In the flags of an object's head: what its time counts. */
export const TIME = { tenMicroseconds: 1, nanoseconds: 2 } as const
export const EXTENDED = 0x8000_0000
/** In the flags of classic frames and of FD frames of the older kind; bit 0: sent. */
export const MESSAGE = { sent: 0x01, remote: 0x80 } as const
/** In their FD flags. */
export const FD = { fd: 0x1, brs: 0x2, esi: 0x4 } as const
/** In the flags of the newer kind. */
export const FD64 = { remote: 0x10, fd: 0x1000, brs: 0x2000, esi: 0x4000 } as const
