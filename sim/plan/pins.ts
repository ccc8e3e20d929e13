import { LOCATION, SWITCH_LAYOUT } from '#protocol/index.ts'
import type { ComponentData, HubData } from '../car/index.ts'
import { type ColourCode, WIRES } from './standards.ts'

/** A contact of a plug. */
export interface Pin {
  readonly pin: number
  readonly signal: string
  /** Of its wire; empty where there is none. */
  readonly colour: ColourCode | ''
}

/** Lowest bit first. */
const CODING_BITS = [1, 2, 4, 8] as const

/** The plug between a drop and its hub: supply, pair, and the coding that tells the board where it is: a bit set is tied to pin 2. */
export function hubPins(location: HubData['location']): Pin[] {
  const wires = Object.values(WIRES).map(({ terminal, colour }, i): Pin => ({ pin: i + 1, signal: terminal, colour }))
  const coding = CODING_BITS.map((bit, i): Pin => {
    const tied = (LOCATION[location] & bit) !== 0
    return { pin: wires.length + i + 1, signal: `coding ${bit}: ${tied ? 'tied to pin 2' : 'open'}`, colour: tied ? 'BK' : '' }
  })
  return [...wires, ...coding]
}

/** More switches than this are read as a matrix. */
const MOST_INPUTS = 8

/** What a hub's board has for a component beyond feed, return and descriptor: the channels of `protocol/plug.ts`. */
const LOCAL: { readonly [Class in ComponentData['class']]: (part: Extract<ComponentData, { readonly class: Class }>) => readonly string[] } = {
  window: () => ['motor +', 'motor −', 'Hall A', 'Hall B'],
  mirror: () => ['tilt x', 'tilt y', 'tilt common', 'fold +', 'fold −', 'heater', 'position x', 'position y', 'position fold'],
  latch: () => ['pawl +', 'pawl −', 'lock +', 'lock −', 'ajar', 'locked', 'home'],
  lamp: part => part.channels.map(({ name }) => `light ${name}`),
  amplifier: () => ['serial to it', 'serial from it'],
  switchPack: ({ layout }) => {
    const switches: readonly string[] = SWITCH_LAYOUT[layout]
    if (switches.length <= MOST_INPUTS) return switches.map(name => `switch ${name}`)
    let rows = 1
    while (rows * rows < switches.length) rows++
    const columns = Math.ceil(switches.length / rows)
    return [...Array.from({ length: rows }, (_, i) => `row ${i + 1}`), ...Array.from({ length: columns }, (_, i) => `column ${i + 1}`)]
  },
  vehicle: () => ['accessory', 'on', 'start', 'gear', 'wheel sensor'],
  seatFan: () => ['output'],
}

function localOf<Class extends ComponentData['class']>(part: Extract<ComponentData, { readonly class: Class }>, name: Class): readonly string[] {
  return LOCAL[name](part)
}

/** The standard plug of a component. */
export function partPins(part: ComponentData): Pin[] {
  const common = ['feed', 'return', 'descriptor (1-Wire), presence'].map((signal, i): Pin => ({ pin: i + 1, signal, colour: (['RD', 'BK', 'WH'] as const)[i]! }))
  return [...common, ...localOf(part, part.class).map((signal, i): Pin => ({ pin: common.length + i + 1, signal, colour: i % 2 === 0 ? 'BU' : 'BN' }))]
}

/** By class: from its hub to a component, m; where a car's file gives its place, that counts. Estimates of common doors and lids. */
export const PIGTAIL_m: Readonly<Record<ComponentData['class'], number>> = {
  window: 0.5, mirror: 0.7, latch: 0.8, lamp: 0.8, amplifier: 0.4, switchPack: 0.4, vehicle: 0.6,
  seatFan: 0.6,
}
