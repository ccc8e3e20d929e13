import { type CanFrame, CLASSIC_DATA_BYTES, createFrame } from '#protocol/index.ts'

/** A frame for a test: an identifier, data bytes, what is special about it. */
export function frameOf(id: number, data: readonly number[] = [], special: Partial<CanFrame> = {}): CanFrame {
  const frame = Object.assign(createFrame(CLASSIC_DATA_BYTES), { id, length: data.length, extended: id > 0x7ff }, special)
  frame.data.set(data)
  return frame
}

/** `0CFF8185#0102`, `123#R4`: as candump writes it. */
export function textOf(frame: CanFrame): string {
  const id = frame.id.toString(16).toUpperCase().padStart(frame.extended ? 8 : 3, '0')
  if (frame.remote) return `${id}#R${frame.length}`
  return `${id}#${[...frame.data.subarray(0, frame.length)].map(byte => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}`
}
