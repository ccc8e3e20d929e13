import type { DbcSignal } from './signal.ts'

/** What in a DBC file could not be read. */
interface DbcProblem { readonly line: number, readonly reason: string }

/** A message as a DBC file describes it. */
export interface DbcMessage {
  readonly name: string
  readonly id: number
  readonly extended: boolean
  readonly length: number
  /** Empty: nobody is named. */
  readonly sender: string
  readonly signals: readonly DbcSignal[]
  /**
   * Known by its PGN, whoever sends it to whomever: its identifier is extended, and its VFrameFormat, or where it has none of
   * its own the file's default or ProtocolType, names J1939.
   */
  readonly isJ1939: boolean
}

export interface Dbc { readonly messages: readonly DbcMessage[], readonly problems: readonly DbcProblem[] }

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Signal = Mutable<DbcSignal>
interface Message extends Mutable<Omit<DbcMessage, 'signals' | 'isJ1939'>> { readonly signals: Map<string, Signal> }
interface Statement { readonly line: number, readonly keyword: string, readonly text: string }

const EXTENDED = 0x8000_0000
/** Holds signals of no message. */
const INDEPENDENT = 0xc000_0000
const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`
const MESSAGE = /^(\d{1,10})\s+(\w+)\s*:\s*(\d{1,5})\s+(\S+)/
const SIGNAL = new RegExp(
  String.raw`^(\w+)\s*(?:(M)|m(\d+)(M)?)?\s*:\s*(\d+)\s*\|\s*(\d+)\s*@\s*([01])\s*([-+])\s*\(\s*(${NUMBER})\s*,\s*(${NUMBER})\s*\)`
  + String.raw`\s*\[[^\]]*\]\s*"((?:[^"\\]|\\.)*)"`,
)
const VALUES = /^(\d{1,10})\s+(\w+)\s+([^]*?);?\s*$/
const TABLE = /^(\w+)\s+([^]*?);?\s*$/
const VALUE_TYPE = /^(\d{1,10})\s+(\w+)\s*:?\s*([0-3])\s*;?\s*$/
const MULTIPLEXED = /^(\d{1,10})\s+(\w+)\s+(\w+)\s+([\d\s,-]+?);?\s*$/
const FORMAT_OF_MESSAGE = /^"VFrameFormat"\s+BO_\s+(\d{1,10})\s+"?(\w+)"?\s*;?\s*$/
const FORMATS = /^BO_\s+"VFrameFormat"\s+ENUM\s+([^]*?);?\s*$/
const DEFAULT_FORMAT = /^"VFrameFormat"\s+"([^"]*)"\s*;?\s*$/
/** What all messages with extended identifiers are, where their own attribute does not say. */
const PROTOCOL = /^"ProtocolType"\s+"?([^";]*)"?\s*;?\s*$/
const PROTOCOLS = /^"ProtocolType"\s+ENUM\s+([^]*?);?\s*$/
const PAIR = /(-?\d+)\s+"((?:[^"\\]|\\.)*)"/g
/** The longest frame has 64 bytes; messages of J1939 that come in parts have 1785. */
const MOST_BYTES = 1785
const MOST_SIGNALS = 100_000
const VALUE_TYPE_FLOAT = new Map([['1', 32], ['2', 64]])

/** Statements that end with their line; all others end with a semicolon. */
const LINES = new Set(['BO_', 'SG_', 'BU_', 'BS_', 'VERSION', 'NS_'])

/** Reads a DBC file. Never throws: what cannot be read is told with its line and left out. */
export function parseDbc(text: string): Dbc {
  const reader = new DbcReader()
  for (const statement of statements(text)) reader.take(statement)
  return reader.finish()
}

/** Cuts the file into statements; strings may hold anything, lines too. */
function* statements(text: string): Generator<Statement> {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|[\r\n]/)
  for (let n = 0; n < lines.length; n++) {
    const [, keyword, rest] = /^\s*([A-Z_]+)(?=[\s:;]|$)\s*:?\s*(.*)$/.exec(lines[n]!) ?? []
    // A word alone is one of the list of new symbols at the beginning.
    if (keyword === undefined || rest === '' || !keyword.endsWith('_')) continue
    const line = n + 1
    let statement = rest!
    if (!LINES.has(keyword)) {
      let open = isOpen(statement, false)
      while (n + 1 < lines.length && (open || !/;\s*$/.test(lines[n]!))) {
        const next = lines[++n]!
        open = isOpen(next, open)
        statement += `\n${next}`
      }
    }
    yield { line, keyword, text: statement }
  }
}

/** Whether a string is open at the end of a line. */
function isOpen(line: string, open: boolean): boolean {
  const quotes = line.replace(/\\./g, '').match(/"/g)?.length ?? 0
  return quotes % 2 === 1 ? !open : open
}

class DbcReader {
  private readonly messages = new Map<number, Message>()
  private readonly problems: DbcProblem[] = []
  private readonly tables = new Map<string, ReadonlyMap<number, string>>()
  private readonly formats = new Map<number, string>()
  private formatNames: string[] = []
  private defaultFormat = ''
  private protocolNames: string[] = []
  private defaultProtocol = ''
  private protocol: string | undefined
  private message: Message | undefined
  private signals = 0

  take({ line, keyword, text }: Statement): void {
    const fault = this.read(keyword, text)
    if (fault !== undefined) this.problems.push({ line, reason: fault })
  }

  finish(): Dbc {
    for (const message of this.messages.values()) chooseSimply(message)
    const network = isJ1939(this.protocol ?? this.defaultProtocol, this.protocolNames) || isJ1939(this.defaultFormat, this.formatNames)
    const messages = [...this.messages].map(([wire, { signals, ...message }]) => ({
      ...message, signals: [...signals.values()], isJ1939: message.extended && isJ1939(this.formats.get(wire), this.formatNames, network),
    }))
    return { messages, problems: this.problems }
  }

  private read(keyword: string, text: string): string | undefined {
    if (keyword !== 'SG_') this.message = undefined
    switch (keyword) {
      case 'BO_': return this.readMessage(text)
      case 'SG_': return this.readSignal(text)
      case 'VAL_': return this.readValues(text)
      case 'VAL_TABLE_': return this.readTable(text)
      case 'SIG_VALTYPE_': return this.readValueType(text)
      case 'SG_MUL_VAL_': return this.readMultiplexed(text)
      case 'BA_DEF_': {
        this.formatNames = namesOf(FORMATS.exec(text)) ?? this.formatNames
        this.protocolNames = namesOf(PROTOCOLS.exec(text)) ?? this.protocolNames
        return undefined
      }
      case 'BA_DEF_DEF_':
        this.defaultFormat = DEFAULT_FORMAT.exec(text)?.[1] ?? this.defaultFormat
        this.defaultProtocol = PROTOCOL.exec(text)?.[1] ?? this.defaultProtocol
        return undefined
      case 'BA_': {
        const format = FORMAT_OF_MESSAGE.exec(text)
        if (format !== null) this.formats.set(Number(format[1]), format[2]!)
        this.protocol = PROTOCOL.exec(text)?.[1] ?? this.protocol
        return undefined
      }
      default: return undefined
    }
  }

  private readMessage(text: string): string | undefined {
    const match = MESSAGE.exec(text)
    if (match === null) return 'a message is BO_ identifier name: bytes sender'
    const [wire, length] = [Number(match[1]), Number(match[3])]
    if (wire >= INDEPENDENT && wire < 2 ** 32) return undefined
    const extended = wire >= EXTENDED
    const id = extended ? wire - EXTENDED : wire
    if (id > (extended ? 0x1fff_ffff : 0x7ff)) return `${wire} is no identifier: up to 2047, or with bit 31 one of 29 bits`
    if (length > MOST_BYTES) return `no message has ${length} bytes`
    if (this.messages.has(wire)) return `there is a message with identifier ${wire} already`
    const sender = match[4] === 'Vector__XXX' ? '' : match[4]!
    this.message = { name: match[2]!, id, extended, length, sender, signals: new Map() }
    this.messages.set(wire, this.message)
    return undefined
  }

  private readSignal(text: string): string | undefined {
    const { message } = this
    const match = SIGNAL.exec(text)
    if (match === null) return 'a signal is SG_ name : start|bits@order+ (factor,offset) [least|most] "unit" receivers'
    // Of a message that was refused, or holds signals of none.
    if (message === undefined) return undefined
    const [, name, plain, chosen, chooses, start, bits, order, sign, factor, offset, unit] = match
    if (!(Number(bits) >= 1 && Number(bits) <= 64)) return `signal ${name}: ${bits} bits are not 1 to 64`
    if (Number(start) >= 8 * MOST_BYTES) return `signal ${name}: it starts behind any frame`
    if (message.signals.has(name!)) return `signal ${name}: there is one of this name already`
    if (++this.signals > MOST_SIGNALS) return `signal ${name}: more than ${MOST_SIGNALS} signals`
    message.signals.set(name!, {
      name: name!, start: Number(start), bits: Number(bits), littleEndian: order === '1', signed: sign === '-', factor: Number(factor),
      offset: Number(offset), unit: unescaped(unit!), isFloat: false, texts: new Map(),
      isMultiplexer: plain !== undefined || chooses !== undefined,
      chosenBy: chosen === undefined ? undefined : { multiplexer: '', ranges: [[Number(chosen), Number(chosen)]] },
    })
    return undefined
  }

  private readTable(text: string): string | undefined {
    const match = TABLE.exec(text)
    if (match === null) return 'a table of values is VAL_TABLE_ name number "text" … ;'
    this.tables.set(match[1]!, pairsOf(match[2]!))
    return undefined
  }

  private readValues(text: string): string | undefined {
    // Values of environment variables have a name in place of an identifier.
    if (/^[A-Za-z_]/.test(text)) return undefined
    const match = VALUES.exec(text)
    if (match === null) return 'names of values are VAL_ identifier signal number "text" … ;'
    const signal = this.find(match[1]!, match[2]!)
    if (signal === undefined) return this.unknown(match[1]!, match[2]!)
    signal.texts = this.tables.get(match[3]!.trim()) ?? pairsOf(match[3]!)
    return undefined
  }

  private readValueType(text: string): string | undefined {
    const match = VALUE_TYPE.exec(text)
    if (match === null) return 'a type is SIG_VALTYPE_ identifier signal : 0 to 3;'
    const signal = this.find(match[1]!, match[2]!)
    if (signal === undefined) return this.unknown(match[1]!, match[2]!)
    const bits = VALUE_TYPE_FLOAT.get(match[3]!)
    if (bits !== undefined && signal.bits !== bits && signal.bits !== 16) return `signal ${signal.name}: ${signal.bits} bits are no float of ${bits}`
    signal.isFloat = bits !== undefined
    return undefined
  }

  private readMultiplexed(text: string): string | undefined {
    const match = MULTIPLEXED.exec(text)
    if (match === null) return 'a choice is SG_MUL_VAL_ identifier signal multiplexer from-to, … ;'
    const signal = this.find(match[1]!, match[2]!)
    if (signal === undefined) return this.unknown(match[1]!, match[2]!)
    if (this.find(match[1]!, match[3]!) === undefined) return this.unknown(match[1]!, match[3]!)
    const ranges = [...match[4]!.matchAll(/(\d+)\s*-\s*(\d+)/g)].map(range => [Number(range[1]), Number(range[2])] as const)
    signal.chosenBy = { multiplexer: match[3]!, ranges }
    return undefined
  }

  private find(wire: string, name: string): Signal | undefined {
    return this.messages.get(Number(wire))?.signals.get(name)
  }

  private unknown(wire: string, name: string): string | undefined {
    if (Number(wire) >= INDEPENDENT) return undefined
    return this.messages.has(Number(wire)) ? `message ${wire} has no signal ${name}` : `there is no message ${wire}`
  }
}

/** Whether a value of an attribute, itself or its number among the names, is J1939; `otherwise`: there is none. */
function isJ1939(told: string | undefined, names: readonly string[], otherwise = false): boolean {
  if (told === undefined) return otherwise
  return (/^\d+$/.test(told) ? names[Number(told)] ?? '' : told).toUpperCase().includes('J1939')
}

function namesOf(match: RegExpExecArray | null): string[] | undefined {
  return match === null ? undefined : [...match[1]!.matchAll(/"([^"]*)"/g)].map(name => name[1]!)
}

/** Those whose multiplexer was not named are chosen by the message's only one. */
function chooseSimply(message: Message): void {
  const multiplexer = [...message.signals.values()].find(signal => signal.isMultiplexer && signal.chosenBy === undefined)?.name
  for (const signal of message.signals.values()) {
    if (signal.chosenBy?.multiplexer !== '') continue
    signal.chosenBy = multiplexer === undefined ? undefined : { ...signal.chosenBy, multiplexer }
  }
}

function pairsOf(text: string): ReadonlyMap<number, string> {
  return new Map([...text.matchAll(PAIR)].map(match => [Number(match[1]), unescaped(match[2]!)]))
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\])/g, '$1')
}

/** The text of a DBC file: such are written in UTF-8, or in a code page of Windows; or in UTF-16 with its mark. */
export function dbcText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const text = new TextDecoder().decode(bytes)
  return text.includes('\ufffd') ? new TextDecoder('windows-1252').decode(bytes) : text
}
