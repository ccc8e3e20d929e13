import { copyFrame, createFrame, FD_DATA_BYTES } from '#protocol/index.ts'
import type { LinkFrame } from './link.ts'

/** An empty extended data frame with room for FD data. */
export function createLinkFrame(): LinkFrame {
  return Object.assign(createFrame(FD_DATA_BYTES), { timestamp_ns: 0, origin: '', error: false })
}

/** Copies `from` into `to` without allocating. */
export function copyLinkFrame(from: LinkFrame, to: LinkFrame): void {
  copyFrame(from, to)
  to.timestamp_ns = from.timestamp_ns
  to.origin = from.origin
  to.error = from.error
}

/** A frame of its own with exactly the data in use. */
export function cloneLinkFrame(from: LinkFrame): LinkFrame {
  return { ...from, data: from.remote ? new Uint8Array(0) : from.data.slice(0, from.length) }
}

/** Whether both are the same frame, time and origin aside. */
export function sameFrame(a: LinkFrame, b: LinkFrame): boolean {
  if (a.id !== b.id || a.extended !== b.extended || a.remote !== b.remote || a.fd !== b.fd || a.brs !== b.brs) return false
  if (a.bus !== b.bus || a.error !== b.error || a.length !== b.length) return false
  if (a.remote) return true
  for (let i = 0; i < a.length; i++) {
    if (a.data[i] !== b.data[i]) return false
  }
  return true
}
