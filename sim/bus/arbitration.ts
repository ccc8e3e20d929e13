import type { CanFrame } from '#protocol/index.ts'

/**
 * Order of frames on the wire (ISO 11898-1:2015, 10.3 and 10.4.2): the arbitration field as one number, dominant = 0,
 * first bit on the wire highest. The lower key wins. Fields: base identifier 11, RTR (of an extended frame SRR, always
 * recessive), IDE, identifier extension 18, RTR. The 32 bits are shifted into the signed range, so that they stay a small integer.
 */
export function arbitrationKey(frame: CanFrame): number {
  const remote = frame.remote ? 1 : 0
  if (!frame.extended) return ((frame.id << 21) | (remote << 20)) ^ -0x8000_0000
  return (((frame.id & 0x1ffc_0000) << 3) | 0x0018_0000 | ((frame.id & 0x3_ffff) << 1) | remote) ^ -0x8000_0000
}
