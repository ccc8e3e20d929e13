import { addressText } from '#protocol/messages/index.ts'
import { vssOf } from '#protocol/vss/index.ts'
import type { LinkFrame } from '../gateway/index.ts'
import { type DbcDatabase, readMessage } from './dbc/index.ts'
import { DiagnosisDescriber } from './describe-diagnosis.ts'
import { bytesText, FrameDescriber, type FrameDescription } from './describe-frame.ts'
import { describeReading } from './describe-reading.ts'
import { J1939Reader, pgnText } from './transport/index.ts'

const NOBODY_PGN_BITS = 8

export interface NetworkOptions {
  /** What others' files say of their frames; it goes before the catalogue. */
  readonly dbc?: DbcDatabase
  /** Further identifiers that carry ISO-TP, 29-bit ones with bit 29 set. */
  readonly isoTp?: ReadonlySet<number>
}

/**
 * Describes the frames of any network in their order: by a DBC, by our catalogue, as parts of ISO-TP and UDS, as J1939. Messages of
 * several frames are put together and described with the frame that completes them.
 */
export class NetworkDescriber {
  private readonly catalogue = new FrameDescriber((decoded) => {
    const vss = vssOf(decoded)
    return vss === undefined ? {} : { vss }
  })

  private readonly diagnosis: DiagnosisDescriber
  private readonly j1939 = new J1939Reader()
  private readonly options: NetworkOptions

  constructor(options: NetworkOptions = {}) {
    this.options = options
    this.diagnosis = new DiagnosisDescriber(options.isoTp)
  }

  /** Messages of several frames that were given up before they were whole. */
  get abandoned(): number {
    return this.diagnosis.abandoned + this.j1939.abandoned
  }

  describe(frame: LinkFrame): FrameDescription {
    const plain = !frame.error && !frame.remote
    const reading = plain ? this.options.dbc?.read(frame) : undefined
    if (reading !== undefined) return describeReading(reading, frame.extended ? `0x${hexByte(frame.id & 0xff)}` : '')
    const known = this.catalogue.describe(frame)
    if (!plain || known.title !== '' || known.problem !== '') return known
    return this.diagnosis.describe(frame) ?? (frame.extended ? this.parameterGroup(frame) : known)
  }

  private parameterGroup(frame: LinkFrame): FrameDescription {
    const { pgn, priority, source, destination, kind, text, message, problem } = this.j1939.read(frame)
    const to = destination === 255 ? '' : ` to 0x${hexByte(destination)}`
    const head = `${pgnText(pgn)} priority ${priority} from 0x${hexByte(source)}${to}`
    const whole = message && this.whole(message.pgn, message.bytes, source)
    const content = kind === '' ? bytesText(frame.data, frame.length) : text
    const j1939 = { pgn, priority, source, destination, ...(kind === '' ? {} : { kind }) }
    return {
      title: kind === '' ? 'J1939' : `J1939 ${kind}`, sender: addressText(source), problem,
      text: `${head}: ${content}${whole === undefined ? '' : `: ${whole.text}`}`, json: { j1939, ...whole?.json },
    }
  }

  /** A message that came in parts. */
  private whole(pgn: number, bytes: Uint8Array, source: number): { text: string, json: Readonly<Record<string, unknown>> } {
    const message = this.options.dbc?.find(pgn * 2 ** NOBODY_PGN_BITS + source, true)
    if (message !== undefined) return describeReading(readMessage(message, bytes, bytes.length), '')
    const text = bytesText(bytes, bytes.length)
    return { text, json: { data: text.replace(/ /g, '') } }
  }
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}
