import { CAN_STATE, type CanFrame } from '#protocol/index.ts'
import { MessageSender } from '#protocol/messages/index.ts'
import { attachNode, type BusPort, type Car, carFacts, type CarOptions, CARS, createCar, type TopologyData } from '../car/index.ts'
import type { Judges } from '../checkers/index.ts'
import { watch } from '../checkers/index.ts'
import type { Timer } from '../kernel/index.ts'
import { Coverage } from './coverage.ts'
import type { ChosenCar } from './chosen-car.ts'
import { Recollection } from './recollection.ts'

/** What a car has that a script can name. */
export interface CarNames {
  readonly hubs: readonly string[]
  readonly components: readonly string[]
  readonly windows: readonly string[]
  readonly latches: readonly string[]
  /** Components of which a workshop has spare parts on its shelf. */
  readonly spareable: readonly string[]
  readonly switches: readonly string[]
  readonly windowSwitches: readonly string[]
  /** Data pairs. */
  readonly cables: readonly string[]
  /** How many spines. */
  readonly buses: number
  /** Power conductors. */
  readonly copper: readonly string[]
}

/** A list of names. A car may have none of a sort. */
export type NameList = { [Name in keyof CarNames]: CarNames[Name] extends readonly string[] ? Name : never }[keyof CarNames]

/** Whether a car has some of all that a kind or scene picks from. */
export function canHave({ needs = [] }: { readonly needs?: readonly NameList[] }, names: CarNames): boolean {
  return needs.every(list => names[list].length > 0)
}

/** Classes of which a workshop has spare parts. */
export const SPARES = ['window', 'mirror', 'latch', 'amplifier'] as const

/** A car, and a tool on its bus. */
export interface Stage {
  readonly car: Car
  readonly tool: BusPort
  /** Encodes what the tool says in good faith. */
  readonly sender: MessageSender
  /** What was said on the bus of late, for who says it again. */
  readonly past: Recollection
  /** Memories of components as their makers wrote them, by name. */
  readonly memories: Map<string, Uint8Array>
  /** What lets a hub's processor stutter, by hub. */
  readonly stutters: Map<string, Timer>
}

/** With its judges. */
export interface JudgedStage extends Stage {
  readonly judges: Judges
  readonly coverage: Coverage
}

/** Firmware other than the car's own: tests of the judges break it. */
export type FuzzImage = NonNullable<CarOptions['image']>

export function createStage(seed: number, image?: FuzzImage, { car: name, cpu }: ChosenCar = {}): JudgedStage {
  const car = createCar({ seed, topology: topologyOf(name), ...(image !== undefined && { image }), ...(cpu !== undefined && { cpu }) })
  const hubs = [...car.hubs.values()]
  const coverage = new Coverage([...car.hubs.keys()], () => hubs.some(hub => hub.controllers.some(one => one.state === CAN_STATE.busOff)))
  const judges = watch(car, carFacts(car), [coverage.entry])
  return { ...stageAround(car), judges, coverage }
}

/** Whatever random runs do can be done to a car that is there already. */
export function stageAround(car: Car): Stage {
  const tool = attachNode(car, { name: 'fuzz', queue: 64 })
  const past = new Recollection()
  car.tapFrames(({ frame }) => past.keep(frame))
  return { car, tool, sender: new MessageSender(), past, memories: new Map(), stutters: new Map() }
}

/** The sedan, or the car of this name. */
function topologyOf(name: string | undefined): TopologyData {
  return CARS[name ?? 'sedan']!
}

/** Names of the car that all runs use, the sedan or another. */
export function carNames(name?: string): CarNames {
  const car = createCar({ topology: topologyOf(name) })
  const components = [...car.components.keys()]
  return {
    hubs: [...car.hubs.keys()],
    components,
    windows: car.componentsOf('window'),
    latches: car.componentsOf('latch'),
    spareable: components.filter(component => SPARES.some(type => type === car.component(component).class)),
    switches: car.switches,
    windowSwitches: car.switches.filter(one => one.includes('.window')),
    cables: car.cableNames,
    buses: car.buses.length,
    copper: car.power.supply.capability.cables.map(cable => cable.name),
  }
}

/** The tool joins the bus with its first frame. `false`: its queue is full. */
export function sendAsTool({ tool }: Stage, frame: CanFrame): boolean {
  tool.setOnline(true)
  return tool.send(frame)
}

/** A component goes back into its port, if it is not in it and nothing else is. */
export function plugBack({ car }: Stage, name: string): void {
  const { hub, port, outlet } = car.component(name)
  if (outlet === undefined && car.hub(hub).outlets[port]!.plugged === undefined) car.plug(name)
}

/** The memory of a component as its maker wrote it. */
export function makersMemory({ car, memories }: Stage, name: string): Uint8Array {
  let memory = memories.get(name)
  if (memory === undefined) {
    memory = car.component(name).plant.memory.slice()
    memories.set(name, memory)
  }
  return memory
}
