import { carFacts, createCar, type Car, type TopologyData } from '../car/index.ts'
import { describeVerdict, watch } from '../checkers/index.ts'
import { Prng } from '../kernel/index.ts'
import { type Hesitation, LOOK_ms, type Outage } from './drive.ts'
import { type Fault, FAULT_KINDS } from './faults.ts'
import { Listener, type Notice } from './notices.ts'
import { type Hazard, SCENE_NAMES, type SceneName, SCENES, type Stage } from './scenes.ts'

/** What a judge of the trace objects to. */
export interface Objection {
  readonly scene: SceneName
  readonly checker: string
  readonly text: string
}

/** A thing that was seen, and in which scene. */
type In<Seen> = Seen & { readonly scene: SceneName }

/** What was seen of a car. */
export interface Measured {
  readonly outages: readonly In<Outage>[]
  readonly hazards: readonly In<Hazard>[]
  readonly notices: readonly In<Notice>[]
  readonly objections: readonly Objection[]
  /** Largest force on the hand in each window. */
  readonly forces: readonly In<{ readonly window: string, readonly force_N: number }>[]
  /** Every switch that somebody pressed, as `DASH.windowFL.down`. */
  readonly pressed: readonly In<{ readonly name: string }>[]
}

/** The healthy car: what all others are held against. */
export interface Healthy extends Measured {
  /** All that is wanted, again and again, by fingers that are a moment late: who waits for whose current is another each time. */
  readonly hesitant: readonly In<Outage>[]
}

/** How often the healthy car is used by such fingers, and how late they are at most, in looks. */
const HESITANT = { times: 6, looks: 4 }

/** Who else wants to see a car before it boots. */
export type Watcher = (car: Car, scene: SceneName) => void

/**
 * Plays every scene with a car that has these faults, each at the time that the scene says; none: the healthy car.
 *
 * `healthy`: what was seen of that one: a scene in which the faults cannot do anything is not played again.
 */
export async function measure(
  topology: TopologyData, faults: readonly Fault[], seed: number, watcher?: Watcher, healthy?: Measured,
): Promise<Measured> {
  const scenes: Measured[] = []
  for (const scene of SCENE_NAMES) {
    const same = healthy !== undefined && faults.every(fault => isIdle(fault, scene, healthy))
    scenes.push(same ? ofScene(healthy, scene) : await play(topology, faults, seed, scene, watcher))
  }
  return {
    outages: scenes.flatMap(seen => seen.outages), hazards: scenes.flatMap(seen => seen.hazards),
    notices: scenes.flatMap(seen => seen.notices), objections: scenes.flatMap(seen => seen.objections),
    forces: scenes.flatMap(seen => seen.forces), pressed: scenes.flatMap(seen => seen.pressed),
  }
}

/** Without faults. */
export async function measureHealthy(topology: TopologyData, seed: number): Promise<Healthy> {
  const hesitant: In<Outage>[] = []
  for (let time = 0; time < HESITANT.times; time++) {
    const dice = new Prng(seed, `hesitation ${time}`)
    const { outages } = await play(topology, [], seed, 'use', undefined, () => dice.below(HESITANT.looks) * LOOK_ms)
    hesitant.push(...outages)
  }
  return { ...await measure(topology, [], seed), hesitant }
}

/** A fault that shows only while somebody presses its switch, in a scene in which nobody does. */
function isIdle({ kind, place }: Fault, scene: SceneName, healthy: Measured): boolean {
  return FAULT_KINDS[kind].whilePressed === true && !healthy.pressed.some(press => press.scene === scene && press.name === place)
}

function ofScene(seen: Measured, scene: SceneName): Measured {
  const here = (one: { readonly scene: SceneName }): boolean => one.scene === scene
  return {
    outages: seen.outages.filter(here), hazards: seen.hazards.filter(here), notices: seen.notices.filter(here),
    objections: seen.objections.filter(here), forces: seen.forces.filter(here), pressed: seen.pressed.filter(here),
  }
}

async function play(
  topology: TopologyData, faults: readonly Fault[], seed: number, scene: SceneName, watcher?: Watcher, hesitation?: Hesitation,
): Promise<Measured> {
  const built = faults.reduce((data, { kind }) => FAULT_KINDS[kind].build?.(data) ?? data, topology)
  const car = createCar({ seed, topology: built })
  const judges = watch(car, carFacts(car))
  const pressed = new Set<string>()
  car.trace.subscribe((event) => {
    if (event.kind === 'switch') pressed.add(`${event.source}.${event.name}`)
  })
  watcher?.(car, scene)
  const stage: Stage = { car, listener: new Listener(car), outages: [], hazards: new Map(), forces_N: new Map(), hesitation }
  for (const { kind, place } of faults) {
    const { early, begin } = FAULT_KINDS[kind]
    if (early === true) begin(car, place)
    else car.kernel.after(SCENES[scene].fault_ms * 1e6, `${kind} at ${place}`, () => begin(car, place))
  }
  car.boot()
  SCENES[scene].play(stage)
  const objections = judges.finish(car.now_ns).map(verdict => ({ scene, checker: verdict.checker, text: describeVerdict(verdict) }))
  if (scene === 'use') await stage.listener.readCodes(car.topology.hubs.map(hub => hub.location))
  return {
    outages: stage.outages.map(outage => ({ ...outage, scene })),
    hazards: [...stage.hazards.values()].map(hazard => ({ ...hazard, scene })),
    notices: stage.listener.notices.map(notice => ({ ...notice, scene })), objections,
    forces: [...stage.forces_N].map(([window, force_N]) => ({ window, force_N, scene })),
    pressed: [...pressed].map(name => ({ name, scene })),
  }
}
