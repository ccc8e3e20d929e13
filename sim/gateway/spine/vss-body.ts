import { STREAM_VIEW, type VssBody } from './codec/index.ts'
import type { VssNews } from './vss-view.ts'

/** `VssKind` of `spine.proto`. */
const KIND = { number: 1, boolean: 2, string: 3 } as const

export function vssBody({ path, timestamp_ns, value }: VssNews): VssBody {
  const body: VssBody = { path, timestamp_ns, kind: 0, number: 0, flag: false, text: '' }
  switch (typeof value) {
    case 'number': return { ...body, kind: KIND.number, number: value }
    case 'boolean': return { ...body, kind: KIND.boolean, flag: value }
    case 'string': return { ...body, kind: KIND.string, text: value }
    default: return body
  }
}

export function readVssBody({ path, timestamp_ns, kind, number, flag, text }: VssBody): VssNews {
  const value = kind === KIND.number ? number : kind === KIND.boolean ? flag : kind === KIND.string ? text : null
  return { path, timestamp_ns, value }
}

/** What a tool asks for by `?view=`. */
export const VIEWS: Readonly<Record<string, number>> = { frames: STREAM_VIEW.frames, 'frames-and-vss': STREAM_VIEW.framesAndVss, vss: STREAM_VIEW.vss }
