import { type CanFrame, CLASSIC_DATA_BYTES, ISOTP_PCI, PF_DIAGNOSTIC_FUNCTIONAL, PF_DIAGNOSTIC_PHYSICAL } from '#protocol/index.ts'
import { addPart, Assemblies } from './sessions.ts'

/** A part of a message in ISO 15765-2, normal addressing. */
export interface IsoTpPart {
  readonly kind: 'single' | 'first' | 'consecutive' | 'flow control'
  /** For people: lengths, numbers. */
  readonly text: string
  /** What is there of a message of several parts; its memory is lent. */
  readonly begun: Uint8Array | undefined
  /** The whole message, when this part completes it. */
  readonly message: Uint8Array | undefined
  readonly problem: string
}

const FLOWS = ['continue', 'wait', 'overflow'] as const
const MOST_SESSIONS = 64
/** Longer messages are named, but not put together. */
const LONGEST_MESSAGE = 65_535
const EXTENDED = 0x2000_0000
/** 29-bit identifiers of diagnostics (ISO 15765-4, SAE J1939), physical and functional: their upper half. */
const DIAGNOSTIC = new Set([0x1800 | PF_DIAGNOSTIC_PHYSICAL, 0x1800 | PF_DIAGNOSTIC_FUNCTIONAL])

/** Identifiers that carry ISO-TP wherever they are: those of OBD (ISO 15765-4). */
export function isDiagnosticId(id: number, extended: boolean): boolean {
  return extended ? DIAGNOSTIC.has(id >>> 16) : id === 0x7df || (id >= 0x7e0 && id <= 0x7ef)
}

/** Names the parts of messages and puts them together. Memory is bounded; whatever comes is answered. */
export class IsoTpReader {
  private readonly assemblies = new Assemblies(MOST_SESSIONS)

  /** Messages given up before they were whole. */
  get abandoned(): number {
    return this.assemblies.abandoned
  }

  /** Undefined: it is no part of such a message. */
  read(frame: Pick<CanFrame, 'id' | 'extended' | 'data' | 'length'>): IsoTpPart | undefined {
    const { data, length } = frame
    if (length === 0) return undefined
    switch (data[0]! >> 4) {
      case ISOTP_PCI.single: return single(data, length)
      case ISOTP_PCI.first: return this.first(frame)
      case ISOTP_PCI.consecutive: return this.consecutive(frame)
      case ISOTP_PCI.flow: return flow(data, length)
      default: return undefined
    }
  }

  private first({ id, extended, data, length }: Pick<CanFrame, 'id' | 'extended' | 'data' | 'length'>): IsoTpPart | undefined {
    if (length < CLASSIC_DATA_BYTES) return undefined
    const short = (data[0]! & 15) * 256 + data[1]!
    const whole = short > 0 ? short : ((data[2]! * 256 + data[3]!) * 256 + data[4]!) * 256 + data[5]!
    const text = `of ${whole} bytes`
    if (whole < CLASSIC_DATA_BYTES || (short === 0 && whole < 4096)) return part('first', text, 'a message of this length has a single part, or a shorter head')
    if (whole > LONGEST_MESSAGE) return part('first', text, `more than ${LONGEST_MESSAGE} bytes are not put together`)
    const assembly = this.assemblies.begin(keyOf(id, extended), whole, 1, {})
    addPart(assembly, data, short > 0 ? 2 : 6, length)
    return part('first', text, '', assembly.bytes.subarray(0, assembly.used))
  }

  private consecutive({ id, extended, data, length }: Pick<CanFrame, 'id' | 'extended' | 'data' | 'length'>): IsoTpPart {
    const number = data[0]! & 15
    const key = keyOf(id, extended)
    const assembly = this.assemblies.find(key)
    if (assembly === undefined) return part('consecutive', `${number}`, 'no first part came before it')
    if (number !== assembly.next) {
      this.assemblies.end(key)
      return part('consecutive', `${number}`, `part ${assembly.next} was to come`)
    }
    assembly.next = number + 1 & 15
    if (!addPart(assembly, data, 1, length)) {
      return part('consecutive', `${number}, ${assembly.used} of ${assembly.bytes.length} bytes`, '', assembly.bytes.subarray(0, assembly.used))
    }
    this.assemblies.end(key)
    return { kind: 'consecutive', text: `${number}, the last`, begun: assembly.bytes, message: assembly.bytes, problem: '' }
  }
}

function single(data: Uint8Array, length: number): IsoTpPart | undefined {
  const escaped = length > CLASSIC_DATA_BYTES && data[0] === 0
  const bytes = escaped ? data[1]! : data[0]! & 15
  const from = escaped ? 2 : 1
  if (bytes === 0 || from + bytes > length || (data[0]! & 15) > 7) return undefined
  return { kind: 'single', text: `of ${bytes} bytes`, begun: undefined, message: data.slice(from, from + bytes), problem: '' }
}

function flow(data: Uint8Array, length: number): IsoTpPart | undefined {
  const state = FLOWS[data[0]! & 15]
  if (length < 3 || state === undefined) return undefined
  const gap = data[2]!
  const known = gap <= 0x7f || (gap >= 0xf1 && gap <= 0xf9)
  const gapText = gap <= 0x7f ? `${gap} ms` : known ? `${(gap & 15) * 100} us` : `0x${gap.toString(16)}`
  const blocks = data[1] === 0 ? 'all parts' : `${data[1]} parts`
  return part('flow control', state === 'continue' ? `continue, ${blocks}, gap ${gapText}` : state, known ? '' : 'a reserved gap')
}

function part(kind: IsoTpPart['kind'], text: string, problem = '', begun?: Uint8Array): IsoTpPart {
  return { kind, text, begun, message: undefined, problem }
}

function keyOf(id: number, extended: boolean): number {
  return id + (extended ? EXTENDED : 0)
}
