import { createLinkFrame, type LinkFrame } from '../../gateway/index.ts'

/** A frame as hubs send them, with so many data bytes. */
export function sample(length: number): LinkFrame {
  const frame = createLinkFrame()
  frame.id = 0x18ff_8181
  frame.length = length
  for (let i = 0; i < length; i++) frame.data[i] = i
  return frame
}
