import { type CanFrame, destinationOf, pgnOf, priorityOf, sourceOf } from '#protocol/index.ts'
import { addPart, Assemblies } from './sessions.ts'

/** A frame of SAE J1939. */
export interface J1939Part {
  readonly pgn: number
  readonly priority: number
  readonly source: number
  /** 255: everybody. */
  readonly destination: number
  /** What kind of part it is; empty: a message of its own. */
  readonly kind: '' | 'request to send' | 'clear to send' | 'end of message' | 'abort' | 'announcement' | 'data'
  readonly text: string
  /** The whole message, when this part completes it, with its PGN. */
  readonly message: { readonly pgn: number, readonly bytes: Uint8Array } | undefined
  readonly problem: string
}

const PGN_CONTROL = 0xec00
const PGN_DATA = 0xeb00
const CONTROL: ReadonlyMap<number, Exclude<J1939Part['kind'], '' | 'data'>> = new Map([
  [16, 'request to send'], [17, 'clear to send'], [19, 'end of message'], [32, 'announcement'], [255, 'abort'],
])
const EVERYBODY = 255
const SHORTEST_MESSAGE = 9
const LONGEST_MESSAGE = 1785
const PART_BYTES = 7
const MOST_SESSIONS = 64

/** Names what a frame is in J1939-21 and puts messages of several frames together. Memory is bounded. */
export class J1939Reader {
  private readonly assemblies = new Assemblies<{ readonly pgn: number }>(MOST_SESSIONS)

  /** Messages given up before they were whole. */
  get abandoned(): number {
    return this.assemblies.abandoned
  }

  /** Any data frame with a 29-bit identifier. */
  read({ id, data, length }: Pick<CanFrame, 'id' | 'data' | 'length'>): J1939Part {
    const pgn = pgnOf(id)
    const [source, destination] = [sourceOf(id), (pgn & 0xff00) < 0xf000 ? destinationOf(id) : EVERYBODY]
    const head = { pgn, priority: priorityOf(id), source, destination, message: undefined, problem: '' }
    const key = source * 256 + destination
    if (pgn === PGN_CONTROL && length === 8) return { ...head, ...this.control(data, key) }
    if (pgn === PGN_DATA && length === 8) return { ...head, ...this.data(data, key) }
    return { ...head, kind: '', text: '' }
  }

  private control(data: Uint8Array, key: number): Pick<J1939Part, 'kind' | 'text' | 'problem'> {
    const kind = CONTROL.get(data[0]!)
    if (kind === undefined) return { kind: '', text: '', problem: `no control byte ${data[0]}` }
    const pgn = data[5]! + data[6]! * 256 + data[7]! * 65_536
    const of = `of ${pgnText(pgn)}`
    if (kind === 'abort') {
      this.assemblies.end(key)
      return { kind, text: `${of}, reason ${data[1]}`, problem: '' }
    }
    if (kind === 'clear to send') return { kind, text: `${of}, ${data[1]} parts from ${data[2]}`, problem: '' }
    const [length, parts] = [data[1]! + data[2]! * 256, data[3]!]
    const text = `${of}, ${length} bytes in ${parts} parts`
    if (kind === 'end of message') return { kind, text, problem: '' }
    if (length < SHORTEST_MESSAGE || length > LONGEST_MESSAGE || parts !== Math.ceil(length / PART_BYTES)) {
      return { kind, text, problem: 'length and parts contradict each other' }
    }
    this.assemblies.begin(key, length, 1, { pgn })
    return { kind, text, problem: '' }
  }

  private data(data: Uint8Array, key: number): Pick<J1939Part, 'kind' | 'text' | 'problem' | 'message'> {
    const number = data[0]!
    const assembly = this.assemblies.find(key)
    const part = { kind: 'data', text: `part ${number}`, problem: '', message: undefined } as const
    if (assembly === undefined) return { ...part, problem: 'no announcement or request came before it' }
    if (number !== assembly.next) {
      // A part that is asked for again.
      if (number < assembly.next) return { ...part, problem: `part ${assembly.next} was to come` }
      this.assemblies.end(key)
      return { ...part, problem: `part ${assembly.next} was to come` }
    }
    assembly.next++
    const text = `part ${number} of ${pgnText(assembly.pgn)}`
    if (!addPart(assembly, data, 1, 8)) return { ...part, text }
    this.assemblies.end(key)
    return { ...part, text: `${text}, the last`, message: { pgn: assembly.pgn, bytes: assembly.bytes } }
  }
}

/** As documents write it, hexadecimal and decimal. */
export function pgnText(pgn: number): string {
  return `PGN ${pgn.toString(16).toUpperCase().padStart(4, '0')} (${pgn})`
}
