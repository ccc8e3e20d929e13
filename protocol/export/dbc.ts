import type { MessageRow } from '../catalogue/index.ts'
import { INDUSTRY_ON_HIGHWAY, MANUFACTURER_NONE } from '../claim.ts'
import { networkOf, perSender, PGN_MASK, type NetworkMessage, type NetworkNode, type NetworkSignal } from './network.ts'

/** The protocol as a DBC file: ASCII, 29-bit identifiers with bit 31 set, J1939 attributes as Vector's tools write them. */

/** Vector's list but for FILTER, which is optional and which candied's grammar has not. */
const NEW_SYMBOLS = [
  'NS_DESC_', 'CM_', 'BA_DEF_', 'BA_', 'VAL_', 'CAT_DEF_', 'CAT_', 'BA_DEF_DEF_', 'EV_DATA_', 'ENVVAR_DATA_', 'SGTYPE_', 'SGTYPE_VAL_',
  'BA_DEF_SGTYPE_', 'BA_SGTYPE_', 'SIG_TYPE_REF_', 'VAL_TABLE_', 'SIG_GROUP_', 'SIG_VALTYPE_', 'SIGTYPE_VALTYPE_', 'BO_TX_BU_', 'BA_DEF_REL_',
  'BA_REL_', 'BA_DEF_DEF_REL_', 'BU_SG_REL_', 'BU_EV_REL_', 'BU_BO_REL_', 'SG_MUL_VAL_',
]

const EXTENDED = 0x80000000
const J1939_PG = 3
const TITLE = 'Spine: one cable with power and data through the car.'
const MASKED = `Match frames by parameter group, identifier & 0x${hex(PGN_MASK, 7)}: the source address in a message's identifier is its first sender's.`
const DEFAULT_BITRATE = 500_000

/** Attribute definitions: object, name, type, default. */
const ATTRIBUTES: readonly (readonly [object: string, name: string, type: string, fallback: string])[] = [
  ['', 'BusType', 'STRING', '"CAN"'],
  ['', 'ProtocolType', 'STRING', '"J1939"'],
  ['', 'DBName', 'STRING', '"Spine"'],
  ['', 'Baudrate', 'INT 0 1000000', `${DEFAULT_BITRATE}`],
  ['BU_', 'NmStationAddress', 'INT 0 255', '254'],
  ['BU_', 'NmJ1939AAC', 'INT 0 1', '0'],
  ['BU_', 'NmJ1939IndustryGroup', 'INT 0 7', '0'],
  ['BU_', 'NmJ1939System', 'INT 0 127', '0'],
  ['BU_', 'NmJ1939SystemInstance', 'INT 0 15', '0'],
  ['BU_', 'NmJ1939Function', 'INT 0 255', '0'],
  ['BU_', 'NmJ1939FunctionInstance', 'INT 0 31', '0'],
  ['BU_', 'NmJ1939ECUInstance', 'INT 0 7', '0'],
  ['BU_', 'NmJ1939ManufacturerCode', 'INT 0 2047', '0'],
  ['BU_', 'NmJ1939IdentityNumber', 'INT 0 2097151', '0'],
  ['BO_', 'VFrameFormat', 'ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG"', '"J1939PG"'],
  ['BO_', 'GenMsgSendType', 'ENUM "Cyclic","Event","CyclicIfActive"', '"Event"'],
  ['BO_', 'GenMsgCycleTime', 'INT 0 65535', '0'],
  ['BO_', 'GenMsgCycleTimeFast', 'INT 0 65535', '0'],
  ['BO_', 'GenMsgDelayTime', 'INT 0 65535', '0'],
  ['BO_', 'SpineDeadline_ms', 'INT 0 65535', '0'],
  ['BO_', 'SpineLifetime_ms', 'INT 0 65535', '0'],
  ['BO_', 'SpineActuates', 'ENUM "No","Yes"', '"No"'],
  ['BO_', 'SpineSourceMasked', 'ENUM "No","Yes"', '"No"'],
  ['BO_', 'E2EProfile', 'STRING', '""'],
  ['BO_', 'E2EDataId', 'INT 0 65535', '0'],
  ['SG_', 'GenSigStartValue', 'INT 0 2147483647', '0'],
]

export interface DbcOptions {
  /** Value tables of "not available" for quantities too; SavvyCAN shows no decimals where there is a table. Default true. */
  readonly sentinels?: boolean
  /** A message for each sender, under its own identifier, for tools that match whole identifiers. Default false. */
  readonly perSender?: boolean
}

export function renderDbc(rows: readonly MessageRow[], options: DbcOptions = {}): string {
  const network = networkOf(rows)
  const { nodes, messages } = options.perSender === true ? perSender(network) : network
  const sections = [
    'VERSION "Spine"',
    `NS_ :\n${NEW_SYMBOLS.map(symbol => `\t${symbol}`).join('\n')}`,
    'BS_:',
    `BU_: ${nodes.map(node => node.name).join(' ')}`,
    ...messages.map(messageSection),
    lines(messages, transmitters),
    [`CM_ ${quoted(`${TITLE} ${options.perSender === true ? 'A message stands here once for each sender.' : MASKED}`)};`,
      lines(nodes, node => [`CM_ BU_ ${node.name} ${quoted(node.text)};`]), lines(messages, comments)].join('\n'),
    ATTRIBUTES.map(([object, name, type]) => `BA_DEF_ ${object === '' ? '' : `${object} `} "${name}" ${type}${type === 'STRING' ? ' ' : ''};`).join('\n'),
    ATTRIBUTES.map(([, name, , fallback]) => `BA_DEF_DEF_ "${name}" ${fallback};`).join('\n'),
    lines(nodes, nodeAttributes),
    lines(messages, messageAttributes),
    lines(messages, message => valueTables(message, options.sentinels ?? true)),
  ]
  return ascii(`${sections.filter(section => section !== '').join('\n\n')}\n`)
}

function lines<Item>(items: readonly Item[], render: (item: Item) => readonly string[]): string {
  return items.flatMap(render).join('\n')
}

function dbcId(message: NetworkMessage): number {
  return message.id + EXTENDED
}

function messageSection(message: NetworkMessage): string {
  const head = `BO_ ${dbcId(message)} ${message.name}: ${message.length} ${message.senders[0]}`
  return [head, ...message.signals.map(signal => signalLine(message, signal))].join('\n')
}

function signalLine(message: NetworkMessage, signal: NetworkSignal): string {
  const { name, start, width, scale, offset, min, max, unit, when, selects } = signal
  const multiplexed = selects ? ' M' : when === undefined ? '' : ` m${when}`
  return ` SG_ ${name}${multiplexed} : ${start}|${width}@1+ (${scale},${offset}) [${min}|${max}] ${quoted(unit)} ${message.receivers.join(',')}`
}

function transmitters(message: NetworkMessage): string[] {
  return message.senders.length < 2 ? [] : [`BO_TX_BU_ ${dbcId(message)} : ${message.senders.join(',')};`]
}

function comments(message: NetworkMessage): string[] {
  const id = dbcId(message)
  const notes = [message.text]
  if (message.dataId >= 0) notes.push(`E2E profile 11, data id 0x${hex(message.dataId, 3)}.`)
  if (message.senders.length > 1) {
    notes.push(`Senders: ${message.senders.join(', ')}; the source address in the identifier is the first one's and is to be masked.`)
  }
  const signals = message.signals.map(signal => `CM_ SG_ ${id} ${signal.name} ${quoted(signal.text)};`)
  return [`CM_ BO_ ${id} ${quoted(notes.join(' '))};`, ...signals]
}

function nodeAttributes(node: NetworkNode): string[] {
  const values: [string, number][] = [['NmStationAddress', node.address]]
  if (node.hub !== undefined) {
    values.push(
      ['NmJ1939IndustryGroup', INDUSTRY_ON_HIGHWAY], ['NmJ1939Function', node.hub.function],
      ['NmJ1939FunctionInstance', node.hub.functionInstance], ['NmJ1939ManufacturerCode', MANUFACTURER_NONE],
    )
  }
  return values.map(([name, value]) => `BA_ "${name}" BU_ ${node.name} ${value};`)
}

function messageAttributes(message: NetworkMessage): string[] {
  const { row } = message
  const values: [string, number | string][] = [['VFrameFormat', J1939_PG]]
  if (message.senders.length > 1) values.push(['SpineSourceMasked', 1])
  if (row !== undefined) {
    values.push(
      ['GenMsgSendType', row.idlePeriod_ms > 0 ? 0 : row.activePeriod_ms > 0 ? 2 : 1],
      ['GenMsgCycleTime', row.idlePeriod_ms], ['GenMsgCycleTimeFast', row.activePeriod_ms], ['GenMsgDelayTime', row.minimumInterval_ms],
      ['SpineDeadline_ms', row.deadline_ms], ['SpineLifetime_ms', row.lifetime_ms], ['SpineActuates', row.actuates ? 1 : 0],
      ['E2EProfile', '"PROFILE_11"'], ['E2EDataId', message.dataId],
    )
  }
  const id = dbcId(message)
  const started = message.signals.filter(signal => signal.startCode !== 0)
  return [
    ...values.map(([name, value]) => `BA_ "${name}" BO_ ${id} ${value};`),
    ...started.map(signal => `BA_ "GenSigStartValue" SG_ ${id} ${signal.name} ${signal.startCode};`),
  ]
}

function valueTables(message: NetworkMessage, sentinels: boolean): string[] {
  return message.signals.filter(signal => signal.labels.length > 0 && (sentinels || !signal.measures)).map((signal) => {
    const labels = [...signal.labels].sort((a, b) => a[0] - b[0]).map(([code, name]) => `${code} ${quoted(name)}`)
    return `VAL_ ${dbcId(message)} ${signal.name} ${labels.join(' ')} ;`
  })
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\'')}"`
}

/** Tools read DBC files in different code pages; ASCII is the same in all. */
function ascii(text: string): string {
  return text.replaceAll('°', 'deg').replaceAll('…', '..').replaceAll('–', '-').replaceAll('−', '-').replace(/[^\n\t\x20-\x7e]/g, '?')
}
