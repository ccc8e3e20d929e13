/**
 * The pcapng capture file (IETF draft-ietf-opsawg-pcapng): what reader and writer share. A file is a row of blocks: type,
 * total length, body, total length again, everything on 32 bits.
 */

export const BLOCK = { section: 0x0a0d_0d0a, interface: 1, obsoletePacket: 2, simplePacket: 3, enhancedPacket: 6 } as const
export const BYTE_ORDER_MAGIC = 0x1a2b_3c4d
export const OPTION = { end: 0, userApplication: 4, interfaceName: 2, timeResolution: 9, timeOffset: 14, packetFlags: 2 } as const

/** In the flags of a packet: bits 0 and 1. */
export const PACKET_DIRECTION = { unknown: 0, received: 1, sent: 2 } as const
export const NANOSECONDS = 9
