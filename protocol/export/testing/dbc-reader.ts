/**
 * A strict reader of the part of the DBC grammar that the export uses, for tests: what it does not know is an error. It
 * shares no code with the export.
 */

export interface DbcSignal {
  name: string
  /** The multiplexor: its value says which multiplexed signals are there. */
  selects: boolean
  /** Of a multiplexed signal: the value it goes with. */
  when: number | undefined
  start: number
  width: number
  scale: number
  offset: number
  min: number
  max: number
  unit: string
  receivers: string[]
  values: Map<number, string>
}

interface DbcMessage {
  /** Without bit 31. */
  id: number
  extended: boolean
  name: string
  length: number
  senders: string[]
  signals: Map<string, DbcSignal>
  comment: string
  attributes: Map<string, number | string>
}

export interface DbcFile {
  nodes: string[]
  messages: Map<string, DbcMessage>
  /** Attribute type by name. */
  definitions: Map<string, string>
  nodeAttributes: Map<string, number>
}

const NAME = '[A-Za-z_][A-Za-z0-9_]{0,31}'
const NUMBER = '-?\\d+(?:\\.\\d+)?'
const TEXT = '"((?:[^"\\\\])*)"'

export function readDbc(text: string): DbcFile {
  const file: DbcFile = { nodes: [], messages: new Map(), definitions: new Map(), nodeAttributes: new Map() }
  const byId = new Map<number, DbcMessage>()
  let current: DbcMessage | undefined
  let symbols = false
  for (const [index, line] of text.split('\n').entries()) {
    if (symbols && line.startsWith('\t')) continue
    symbols = line === 'NS_ :'
    if (symbols || line === '' || /^VERSION "[^"]+"$/.test(line) || line === 'BS_:') continue
    if (line.startsWith('BU_: ')) {
      file.nodes = line.slice(5).split(' ')
      continue
    }
    const message = match(line, `BO_ (\\d+) (${NAME}): (\\d+) (${NAME})`)
    if (message !== undefined) {
      current = newMessage(message)
      if (byId.has(current.id)) throw new Error(`line ${index + 1}: identifier ${current.id} twice`)
      if (file.messages.has(current.name)) throw new Error(`line ${index + 1}: message ${current.name} twice`)
      byId.set(current.id, current)
      file.messages.set(current.name, current)
      continue
    }
    if (line.startsWith(' SG_ ')) {
      if (current === undefined) throw new Error(`line ${index + 1}: signal outside a message`)
      readSignal(line, current)
      continue
    }
    current = undefined
    if (!readDefinition(line, file) && !readReference(line, file, byId)) throw new Error(`line ${index + 1} is not known: ${line}`)
  }
  return file
}

function newMessage([id, name, length, sender]: string[]): DbcMessage {
  return {
    id: Number(id) % 0x80000000, extended: Number(id) >= 0x80000000, name: name!, length: Number(length), senders: [sender!],
    signals: new Map(), comment: '', attributes: new Map(),
  }
}

function readSignal(line: string, message: DbcMessage): void {
  const shape = ` SG_ (${NAME})( M| m\\d+)? : (\\d+)\\|(\\d+)@1\\+ \\((${NUMBER}),(${NUMBER})\\) \\[(${NUMBER})\\|(${NUMBER})\\] ${TEXT} (${NAME}(?:,${NAME})*)`
  const found = match(line, shape)
  if (found === undefined) throw new Error(`not a signal: ${line}`)
  const [name, multiplex, start, width, scale, offset, min, max, unit, receivers] = found
  if (message.signals.has(name!)) throw new Error(`signal ${name} twice`)
  message.signals.set(name!, {
    name: name!, selects: multiplex === ' M', when: multiplex?.startsWith(' m') === true ? Number(multiplex.slice(2)) : undefined, start: Number(start), width: Number(width), scale: Number(scale), offset: Number(offset), min: Number(min),
    max: Number(max), unit: unit!, receivers: receivers!.split(','), values: new Map(),
  })
}

function readDefinition(line: string, file: DbcFile): boolean {
  const definition = match(line, `BA_DEF_ (?:(?:BU_|BO_|SG_) )? ?"(${NAME})" (INT|STRING|ENUM)(.*);`)
  if (definition !== undefined) file.definitions.set(definition[0]!, definition[1]!)
  if (definition !== undefined) return true
  const fallback = match(line, `BA_DEF_DEF_ "(${NAME})" (?:${TEXT}|${NUMBER});`)
  if (fallback === undefined) return match(line, `CM_ ${TEXT};`) !== undefined
  if (!file.definitions.has(fallback[0]!)) throw new Error(`attribute ${fallback[0]} has no definition`)
  return true
}

/** Lines that speak of a node, a message or a signal defined before. */
function readReference(line: string, file: DbcFile, byId: Map<number, DbcMessage>): boolean {
  const known = (id: string): DbcMessage => {
    const found = byId.get(Number(id) % 0x80000000)
    if (found === undefined) throw new Error(`no message ${id}: ${line}`)
    return found
  }
  const signal = (id: string, name: string): DbcSignal => {
    const found = known(id).signals.get(name)
    if (found === undefined) throw new Error(`no signal ${name}: ${line}`)
    return found
  }
  let found = match(line, `CM_ BO_ (\\d+) ${TEXT};`)
  if (found !== undefined) return set(() => { known(found![0]!).comment = found![1]! })
  found = match(line, `CM_ SG_ (\\d+) (${NAME}) ${TEXT};`)
  if (found !== undefined) return set(() => { signal(found![0]!, found![1]!) })
  found = match(line, `CM_ BU_ (${NAME}) ${TEXT};`)
  if (found !== undefined) return file.nodes.includes(found[0]!)
  found = match(line, `BO_TX_BU_ (\\d+) : (${NAME}(?:,${NAME})*);`)
  if (found !== undefined) return set(() => { known(found![0]!).senders = found![1]!.split(',') })
  found = match(line, `BA_ "(${NAME})" BU_ (${NAME}) (${NUMBER});`)
  if (found !== undefined) return set(() => { file.nodeAttributes.set(`${found![1]}.${found![0]}`, Number(found![2])) })
  found = match(line, `BA_ "(${NAME})" BO_ (\\d+) (?:(${NUMBER})|${TEXT});`)
  if (found !== undefined) {
    const [name, id, number, text] = found
    if (!file.definitions.has(name!)) throw new Error(`attribute ${name} has no definition`)
    return set(() => { known(id!).attributes.set(name!, number === undefined ? text! : Number(number)) })
  }
  found = match(line, `BA_ "GenSigStartValue" SG_ (\\d+) (${NAME}) (\\d+);`)
  if (found !== undefined) return set(() => { signal(found![0]!, found![1]!) })
  found = match(line, `VAL_ (\\d+) (${NAME})((?: \\d+ ${TEXT.replace('((', '(?:(')})+) ;`)
  if (found === undefined) return false
  const values = signal(found[0]!, found[1]!).values
  for (const [, code, label] of found[2]!.matchAll(/ (\d+) "([^"]*)"/g)) values.set(Number(code), label!)
  return true
}

function set(change: () => void): true {
  change()
  return true
}

function match(line: string, shape: string): string[] | undefined {
  return new RegExp(`^${shape}$`).exec(line)?.slice(1)
}

/** A signal's raw code in a frame, bit by bit. */
export function rawOf(signal: DbcSignal, data: Uint8Array): number {
  let raw = 0
  for (let i = signal.width - 1; i >= 0; i--) raw = raw * 2 + ((data[(signal.start + i) >> 3]! >> ((signal.start + i) & 7)) & 1)
  return raw
}
