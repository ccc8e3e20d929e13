import {
  CLASS_BITS, codesOf, type FieldRow, HEADER_BITS, HUB_TYPE, HUB_TYPE_AT, HUBS, isPhysical, lengthOf, limitsOf, LOCATION,
  LOCATION_NAMES, type LocationName, type MessageRow, neutralOf, type Page,
} from '../catalogue/index.ts'
import { INDUSTRY_ON_HIGHWAY, MANUFACTURER_NONE, CLAIM_PRIORITY } from '../claim.ts'
import {
  dataId, GLOBAL_ADDRESS, hubAddress, LATER_KIND, messageId, NULL_ADDRESS, peerId, PF_ADDRESS_CLAIMED, PF_REQUEST, TOOL_ADDRESSES,
} from '../id.ts'

/** The catalogue as CAN databases see it: frames with identifiers, signals with bits, nodes. DBC and KCD are printed from it. */

export interface NetworkNode {
  readonly name: string
  readonly address: number
  /** J1939 NAME function and function instance; undefined for tools. */
  readonly hub: { readonly function: number, readonly functionInstance: number } | undefined
  readonly text: string
}

export interface NetworkSignal {
  readonly name: string
  /** First bit, Intel order. */
  readonly start: number
  readonly width: number
  readonly scale: number
  readonly offset: number
  readonly min: number
  readonly max: number
  readonly unit: string
  /** Only there when the class code has this value. */
  readonly when: number | undefined
  /** True of the class code itself: it says which of the other signals are there. */
  readonly selects: boolean
  /** Raw code of a neutral value. */
  readonly startCode: number
  /** A quantity: its labels only say that there is no value. */
  readonly measures: boolean
  /** Names of raw codes. */
  readonly labels: readonly (readonly [code: number, name: string])[]
  readonly text: string
}

export interface NetworkMessage {
  /** `WindowCommand_FL`. */
  readonly name: string
  /** Identifier with the source address of the first sender. */
  readonly id: number
  readonly length: number
  /** Names of the nodes that send it. */
  readonly senders: readonly string[]
  readonly receivers: readonly string[]
  /** Undefined for J1939's own messages. */
  readonly row: MessageRow | undefined
  readonly dataId: number
  readonly text: string
  readonly signals: readonly NetworkSignal[]
}

export interface Network {
  readonly nodes: readonly NetworkNode[]
  readonly messages: readonly NetworkMessage[]
}

/** The node that stands for a laptop's tools, which may send every command. */
export const TOOL_NODE = 'TOOL'

/** Mask that leaves the parameter group and drops priority and source address: how a receiver should match. */
export const PGN_MASK = 0x03ffff00

/** What the outside world calls the header of the E2E protection. */
const HEADER: readonly NetworkSignal[] = [
  plainSignal('E2E_CRC', 0, 8, 'AUTOSAR E2E profile 11: CRC-8 (polynomial 0x1D, start 0, xor 0) over data id low, data id high, bytes 1 to last'),
  { ...plainSignal('E2E_Counter', 8, 4, 'AUTOSAR E2E profile 11: alive counter, 0 to 14, 15 is invalid'), max: 14 },
]

/** Words of C and C++: code that tools generate from a database names variables as the signals are. */
const RESERVED: ReadonlySet<string> = new Set(`
  alignas alignof and and_eq asm auto bitand bitor bool break case catch char class co_await co_return co_yield compl concept const const_cast
  consteval constexpr constinit continue decltype default delete do double dynamic_cast else enum explicit export extern false float for friend
  goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
  reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch template this thread_local
  throw true try typedef typeid typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq
`.trim().split(/\s+/))

/** Names of the messages of kind 14, by page. */
export const LATER_NAMES = { 0: 'LaterStatus', 1: 'LaterCommand' } as const

/** Nodes, J1939's claim and request, and one message for each row and location. */
export function networkOf(rows: readonly MessageRow[]): Network {
  const messages = rows.filter(row => row.kind !== LATER_KIND).flatMap(row => row.locations.map(location => networkMessage(row, location)))
  return { nodes: nodes(), messages: [...j1939Messages(), ...messages, ...laterMessages(rows, 0), ...laterMessages(rows, 1)] }
}

/**
 * The network for readers that match whole identifiers: a message with several senders stands there once for each,
 * `WindowCommand_FL` from the first, `WindowCommand_FL_from_TOOL` and so on from the others.
 */
export function perSender({ nodes, messages }: Network): Network {
  const one = (message: NetworkMessage, sender: string): NetworkMessage => ({
    ...message,
    name: sender === message.senders[0] ? message.name : `${message.name}_from_${sender}`,
    id: ((message.id & 0x1fffff00) | addressOfNode(sender)) >>> 0,
    senders: [sender],
  })
  return { nodes, messages: messages.flatMap(message => message.senders.map(sender => one(message, sender))) }
}

/** Source address of a node. */
export function addressOfNode(name: string): number {
  return name === TOOL_NODE ? TOOL_ADDRESSES[0]! : hubAddress(LOCATION[name as LocationName])
}

function nodes(): NetworkNode[] {
  const hubs = HUBS.map(name => ({
    name, address: hubAddress(LOCATION[name]), text: `${HUB_TYPE_AT[name]} hub`,
    hub: { function: HUB_TYPE[HUB_TYPE_AT[name]], functionInstance: LOCATION[name] },
  }))
  return [...hubs, { name: TOOL_NODE, address: TOOL_ADDRESSES[0]!, hub: undefined, text: 'a tool on a laptop; may send every command' }]
}

function networkMessage(row: MessageRow, location: LocationName): NetworkMessage {
  const hubSenders: readonly string[] = row.page === 0 ? [location] : row.senders
  const receivers = row.page === 1 && location !== 'ALL' ? [location] : HUBS.filter(hub => hub !== location)
  return {
    name: `${row.name}_${location}`,
    id: messageId(row.priority, row.page, row.kind, LOCATION[location], addressOfNode(hubSenders[0]!)),
    length: lengthOf(row),
    senders: row.page === 1 ? [...hubSenders, TOOL_NODE] : hubSenders,
    receivers,
    row,
    dataId: dataId(row.page, row.kind, LOCATION[location]),
    text: row.text,
    signals: [...HEADER, ...Object.entries(row.fields).map(([name, field]) => networkSignal(name, field))],
  }
}

/** One message for each location of kind 14; what it holds is chosen by the class code. */
function laterMessages(rows: readonly MessageRow[], page: Page): NetworkMessage[] {
  const later = rows.filter(row => row.kind === LATER_KIND && row.page === page)
  return LOCATION_NAMES.flatMap((location) => {
    const here = later.filter(row => row.locations.includes(location))
    const messages = here.map(row => networkMessage(row, location))
    const [first] = messages
    if (first === undefined) return []
    const selector: NetworkSignal = {
      ...plainSignal('ComponentClass', HEADER_BITS, CLASS_BITS, 'component class: says which of the other signals are there'),
      selects: true, startCode: here[0]!.class!, labels: here.map(row => [row.class!, row.name]),
    }
    const signals = here.flatMap(row => Object.entries(row.fields).map(([name, field]) =>
      ({ ...networkSignal(`${row.name}_${name}`, field), when: row.class })))
    return [{
      ...first,
      name: `${LATER_NAMES[page]}_${location}`,
      length: Math.max(...messages.map(message => message.length)),
      senders: [...new Set(messages.flatMap(message => message.senders))],
      row: sharedRow(here),
      text: `Component classes without a kind of their own: ${here.map(row => `${row.name} (class ${row.class})`).join(', ')}.`,
      signals: [...HEADER, selector, ...signals],
    }]
  })
}

/** What the rows of one identifier have in common, as a database says it of a message: the shortest times of any class. */
function sharedRow(rows: readonly MessageRow[]): MessageRow {
  const shortest = (times: readonly number[]): number => {
    const some = times.filter(time => time > 0)
    return some.length === 0 ? 0 : Math.min(...some)
  }
  return {
    ...rows[0]!,
    idlePeriod_ms: shortest(rows.map(row => row.idlePeriod_ms)), activePeriod_ms: shortest(rows.map(row => row.activePeriod_ms)),
    minimumInterval_ms: shortest(rows.map(row => row.minimumInterval_ms)), deadline_ms: shortest(rows.map(row => row.deadline_ms)),
    lifetime_ms: Math.max(...rows.map(row => row.lifetime_ms)), actuates: rows.some(row => row.actuates),
  }
}

function networkSignal(name: string, field: FieldRow): NetworkSignal {
  const { min, max } = limitsOf(field)
  const { outOfRange, notAvailable } = codesOf(field)
  const physical = isPhysical(field)
  const labels: [number, string][] = physical
    ? [[outOfRange, 'out of range'], [notAvailable, 'not available']]
    : Object.entries(field.values ?? {}).map(([label, code]) => [code, label])
  return {
    name: RESERVED.has(name.toLowerCase()) ? `${name}_value` : name, start: field.start, width: field.width, scale: field.scale ?? 1, offset: field.offset ?? 0, min, max, unit: field.unit ?? '',
    startCode: physical ? notAvailable : neutralOf(field), labels, measures: physical, text: field.text, when: undefined, selects: false,
  }
}

function plainSignal(name: string, start: number, width: number, text: string): NetworkSignal {
  return { name, start, width, scale: 1, offset: 0, min: 0, max: 2 ** width - 1, unit: '', startCode: 0, labels: [], measures: false, text, when: undefined, selects: false }
}

function j1939Messages(): NetworkMessage[] {
  const common = { row: undefined, dataId: -1, senders: [...HUBS, TOOL_NODE], receivers: HUBS }
  return [
    {
      ...common, name: 'AddressClaimed', id: peerId(CLAIM_PRIORITY, PF_ADDRESS_CLAIMED, GLOBAL_ADDRESS, NULL_ADDRESS), length: 8,
      text: 'SAE J1939-81 address claim; with source 0xFE it says "cannot claim"',
      signals: [
        plainSignal('Identity', 0, 21, 'serial number of the board'),
        { ...plainSignal('Manufacturer', 21, 11, 'manufacturer code'), startCode: MANUFACTURER_NONE },
        plainSignal('EcuInstance', 32, 3, 'ECU instance'),
        plainSignal('FunctionInstance', 35, 5, 'location of the hub'),
        { ...plainSignal('Function', 40, 8, 'type of the hub'), labels: Object.entries(HUB_TYPE).map(([name, code]) => [code, name]) },
        plainSignal('VehicleSystem', 49, 7, 'vehicle system'),
        plainSignal('VehicleSystemInstance', 56, 4, 'vehicle system instance'),
        { ...plainSignal('IndustryGroup', 60, 3, 'industry group; 1 = on-highway'), startCode: INDUSTRY_ON_HIGHWAY },
        plainSignal('ArbitraryAddressCapable', 63, 1, 'arbitrary address capable'),
      ],
    },
    {
      ...common, name: 'RequestToAll', id: peerId(CLAIM_PRIORITY, PF_REQUEST, GLOBAL_ADDRESS, NULL_ADDRESS), length: 3,
      text: 'SAE J1939-21 request for a parameter group, to everyone',
      signals: [plainSignal('RequestedPGN', 0, 24, 'parameter group number')],
    },
  ]
}
