import { destinationOf, locationOfAddress, sourceOf, TOOL_ADDRESSES } from '#protocol/index.ts'
import { addressText } from '#protocol/messages/index.ts'
import type { LinkFrame } from '../gateway/index.ts'
import { bytesText, type FrameDescription } from './describe-frame.ts'
import { describeUds, type UdsDescription } from './describe-uds.ts'
import { isDiagnosticId, IsoTpReader } from './transport/index.ts'

const EXTENDED = 0x2000_0000

/** Describes the parts of ISO-TP in their order, and with the part that completes it the message of UDS in them. */
export class DiagnosisDescriber {
  private readonly isoTp = new IsoTpReader()
  private readonly more: ReadonlySet<number> | undefined

  /** `more`: further identifiers that carry ISO-TP, 29-bit ones with bit 29 set. */
  constructor(more?: ReadonlySet<number>) {
    this.more = more
  }

  /** Messages of several frames that were given up before they were whole. */
  get abandoned(): number {
    return this.isoTp.abandoned
  }

  /** Undefined: it is no part of such a message. */
  describe(frame: LinkFrame): FrameDescription | undefined {
    const { id, extended, error, remote } = frame
    if (error || remote || (!isDiagnosticId(id, extended) && this.more?.has(id + (extended ? EXTENDED : 0)) !== true)) return undefined
    const part = this.isoTp.read(frame)
    if (part === undefined) return undefined
    const { kind, begun, message, problem } = part
    const service = begun === undefined ? undefined : describeUds(begun, false)
    const text = service === undefined ? part.text : `${part.text}: ${titleOf(service)}`
    const sender = extended ? addressText(sourceOf(id)) : ''
    if (message === undefined) return { title: `ISO-TP ${kind}`, sender, text, problem, json: { isoTp: { kind } } }
    const bytes = bytesText(message, message.length)
    const isoTp = { kind, message: bytes.replace(/ /g, '') }
    const uds = describeUds(message, extended && isOurs(id))
    if (uds === undefined) return { title: `ISO-TP ${kind}`, sender, text: `${text}: ${bytes}`, problem, json: { isoTp } }
    return {
      title: titleOf(uds), sender, problem, text: uds.text === '' ? bytes : uds.text,
      json: { uds, isoTp },
    }
  }
}

function titleOf({ service, kind }: UdsDescription): string {
  return `UDS ${service}${kind === 'request' ? '' : ` ${kind}`}`
}

/** A hub or a tool of ours takes part. */
function isOurs(id: number): boolean {
  return locationOfAddress(sourceOf(id)) > 0 || locationOfAddress(destinationOf(id)) > 0 || TOOL_ADDRESSES.includes(sourceOf(id))
}
