import { type BoardName, BOARDS, type PortPins } from '#firmware/boards/index.ts'
import {
  LATCH_PLUG, LOCATION, MIRROR_PLUG, SWITCH_LAYOUT, VEHICLE_PLUG, WINDOW_PLUG,
  SEAT_FAN_PLUG,
} from '#protocol/index.ts'
import type { ComponentData, HubData } from '../car/index.ts'
import { type ColourCode, WIRES } from './standards.ts'

/** A contact of a plug. */
export interface Pin {
  readonly pin: number
  readonly signal: string
  /** Of its wire; empty where there is none. */
  readonly colour: ColourCode | ''
  /** Pins of the board behind it, with what they do; empty: the board has none for it. */
  readonly board: string
}

/** Boards of which a hub can be made. */
export const PIN_BOARDS: readonly BoardName[] = (Object.keys(BOARDS) as BoardName[]).filter(name => BOARDS[name].ports.length > 0)
/** The reference board of every hub. */
export const USUAL_BOARD: BoardName = 'esp32-xs'

/** Lowest bit first. */
const CODING_BITS = [1, 2, 4, 8] as const

/** The plug between a drop and its hub: supply, pair, and the coding that tells the board where it is: a bit set is tied to pin 2. */
export function hubPins(location: HubData['location'], name: BoardName, plug = 0): Pin[] {
  const { can: { sck, miso, mosi, select, interrupt }, coding, supply } = BOARDS[name]
  // One controller is on each board: the pair of a second spine needs another.
  const pair = plug > 0 ? '' : `controller: SPI ${sck}, ${miso}, ${mosi}, select ${select}, interrupt ${interrupt}`
  const boards: Readonly<Record<keyof typeof WIRES, string>> = { supply: `${supply.pin} by a divider`, return: 'ground', canHigh: pair, canLow: '' }
  const wires = (Object.keys(WIRES) as (keyof typeof WIRES)[]).map((wire, i): Pin =>
    ({ pin: i + 1, signal: WIRES[wire].terminal, colour: WIRES[wire].colour, board: boards[wire] }))
  const bits = CODING_BITS.map((bit, i): Pin => {
    const tied = (LOCATION[location] & bit) !== 0
    return { pin: wires.length + i + 1, signal: `coding ${bit}: ${tied ? 'tied to pin 2' : 'open'}`, colour: tied ? 'BK' : '', board: coding[i] ?? '' }
  })
  return [...wires, ...bits]
}

/** More switches than this are read as a matrix. */
const MOST_INPUTS = 8

/** A contact beyond feed, return and descriptor: what of a hub's socket it is, by `protocol/plug.ts`. */
interface Local {
  readonly signal: string
  readonly of: (port: PortPins) => string | undefined
}

const nowhere = (): undefined => undefined
/** Two half bridges of a drive, two sensors of a pair; or the first alone. */
const pairOf = (kind: 'drives' | 'pulses') => (channel: number, a: string, b?: string): Local[] => [
  { signal: a, of: port => port[kind]?.[channel]?.a },
  ...b === undefined ? [] : [{ signal: b, of: (port: PortPins) => port[kind]?.[channel]?.b }],
]
const [drive, pulses] = [pairOf('drives'), pairOf('pulses')]
const analog = (channel: number, signal: string): Local => ({ signal, of: port => port.analogs?.[channel] })
const input = (channel: number, signal: string): Local => ({ signal, of: port => port.inputs?.[channel] })

const LOCAL: { readonly [Class in ComponentData['class']]: (part: Extract<ComponentData, { readonly class: Class }>) => readonly Local[] } = {
  window: () => [...drive(WINDOW_PLUG.motor, 'motor +', 'motor −'), ...pulses(WINDOW_PLUG.hall, 'Hall A', 'Hall B')],
  mirror: () => [
    ...drive(MIRROR_PLUG.tiltX, 'tilt x'), ...drive(MIRROR_PLUG.tiltY, 'tilt y'),
    { signal: 'tilt common', of: port => port.drives?.[MIRROR_PLUG.tiltX]?.b && port.drives[MIRROR_PLUG.tiltY]?.b },
    ...drive(MIRROR_PLUG.fold, 'fold +', 'fold −'), ...drive(MIRROR_PLUG.heater, 'heater'), analog(MIRROR_PLUG.positionX, 'position x'),
    analog(MIRROR_PLUG.positionY, 'position y'), analog(MIRROR_PLUG.positionFold, 'position fold'),
  ],
  latch: () => [
    ...drive(LATCH_PLUG.pawl, 'pawl +', 'pawl −'), ...drive(LATCH_PLUG.lock, 'lock +', 'lock −'), input(LATCH_PLUG.ajar, 'ajar'),
    input(LATCH_PLUG.locked, 'locked'), input(LATCH_PLUG.home, 'home'),
  ],
  lamp: part => part.channels.flatMap(({ name }, channel) => drive(channel, `light ${name}`)),
  amplifier: () => [{ signal: 'serial to it', of: nowhere }, { signal: 'serial from it', of: nowhere }],
  switchPack: ({ layout }) => {
    const switches: readonly string[] = SWITCH_LAYOUT[layout]
    if (switches.length <= MOST_INPUTS) return switches.map((name, channel) => input(channel, `switch ${name}`))
    let rows = 1
    while (rows * rows < switches.length) rows++
    const columns = Math.ceil(switches.length / rows)
    const lines = (what: string, count: number): Local[] => Array.from({ length: count }, (_, i) => ({ signal: `${what} ${i + 1}`, of: nowhere }))
    return [...lines('row', rows), ...lines('column', columns)]
  },
  vehicle: () => [
    input(VEHICLE_PLUG.accessory, 'accessory'), input(VEHICLE_PLUG.on, 'on'), input(VEHICLE_PLUG.start, 'start'), analog(VEHICLE_PLUG.gear, 'gear'),
    ...pulses(VEHICLE_PLUG.wheel, 'wheel sensor'),
  ],
  seatFan: () => drive(SEAT_FAN_PLUG.output, 'output'),
}

function localOf<Class extends ComponentData['class']>(part: Extract<ComponentData, { readonly class: Class }>, name: Class): readonly Local[] {
  return LOCAL[name](part)
}

/** Words with pins, those that the board has. */
function listed(uses: readonly (readonly [what: string, pin: string | undefined])[]): string {
  return uses.flatMap(([what, pin]) => pin === undefined ? [] : [`${what} ${pin}`]).join(', ')
}

/** The standard plug of a component; `port`: pins of the board's socket for it, undefined: it has none. */
export function partPins(part: ComponentData, port?: PortPins): Pin[] {
  const feed = port === undefined ? '' : `eFuse: ${listed([['enable', port.enable], ['limit', port.limit?.pin], ['fault', port.fault], ['current', port.current?.pin]])}`
  const common: readonly Pin[] = [
    { pin: 1, signal: 'feed', colour: 'RD', board: feed },
    { pin: 2, signal: 'return', colour: 'BK', board: port === undefined ? '' : 'ground' },
    { pin: 3, signal: 'descriptor (1-Wire), presence', colour: 'WH', board: port === undefined ? '' : listed([['1-Wire', port.oneWire], ['presence', port.present]]) },
  ]
  return [...common, ...localOf(part, part.class).map(({ signal, of }, i): Pin =>
    ({ pin: common.length + i + 1, signal, colour: i % 2 === 0 ? 'BU' : 'BN', board: (port && of(port)) ?? '' }))]
}

/** Pins of a board's socket. */
export function portOf(name: BoardName, port: number): PortPins | undefined {
  return BOARDS[name].ports[port]
}

/** By class: from its hub to a component, m, where a car's file does not say its place. Estimates of common doors and lids. */
export const PIGTAIL_m: Readonly<Record<ComponentData['class'], number>> = {
  window: 0.5, mirror: 0.7, latch: 0.8, lamp: 0.8, amplifier: 0.4, switchPack: 0.4, vehicle: 0.6,
  seatFan: 0.6,
}
