import { carFacts, createCar, type Car, type TopologyData } from '../car/index.ts'
import { describeVerdict, Digest, watch } from '../checkers/index.ts'
import type { Outage } from './drive.ts'
import { type Fault, FAULT_KINDS } from './faults.ts'
import { Listener, type Notice } from './notices.ts'
import { type Hazard, SCENE_NAMES, type SceneName, SCENES, type Stage } from './scenes.ts'

/** What a judge of the trace objects to. */
export interface Objection {
  readonly scene: SceneName
  readonly checker: string
  readonly text: string
}

/** What was seen of a car in all scenes. */
export interface Measured {
  readonly outages: readonly (Outage & { readonly scene: SceneName })[]
  readonly hazards: readonly (Hazard & { readonly scene: SceneName })[]
  readonly notices: readonly (Notice & { readonly scene: SceneName })[]
  readonly objections: readonly Objection[]
  /** Largest force on the hand in each window, N. */
  readonly forces_N: ReadonlyMap<string, number>
  /** Order of frames and events of each scene. */
  readonly digests: Readonly<Record<SceneName, string>>
}

/** Who else wants to see a car before it boots. */
export type Watcher = (car: Car, scene: SceneName) => void

/** Plays every scene with a car that has these faults, each at the time that the scene says; none: the healthy car. */
export async function measure(topology: TopologyData, faults: readonly Fault[], seed: number, watcher?: Watcher): Promise<Measured> {
  const outages: (Outage & { scene: SceneName })[] = []
  const hazards: (Hazard & { scene: SceneName })[] = []
  const objections: Objection[] = []
  const notices: (Notice & { scene: SceneName })[] = []
  const forces_N = new Map<string, number>()
  const digests: Partial<Record<SceneName, string>> = {}
  for (const scene of SCENE_NAMES) {
    const seen = await play(topology, faults, seed, scene, watcher)
    outages.push(...seen.stage.outages.map(outage => ({ ...outage, scene })))
    hazards.push(...[...seen.stage.hazards.values()].map(hazard => ({ ...hazard, scene })))
    objections.push(...seen.objections)
    notices.push(...seen.stage.listener.notices.map(notice => ({ ...notice, scene })))
    for (const [name, force_N] of seen.stage.forces_N) forces_N.set(name, Math.max(force_N, forces_N.get(name) ?? 0))
    digests[scene] = seen.digest
  }
  return { outages, hazards, notices, objections, forces_N, digests: digests as Record<SceneName, string> }
}

interface Played {
  readonly stage: Stage
  readonly objections: readonly Objection[]
  readonly digest: string
}

async function play(topology: TopologyData, faults: readonly Fault[], seed: number, scene: SceneName, watcher?: Watcher): Promise<Played> {
  const built = faults.reduce((data, { kind }) => FAULT_KINDS[kind].build?.(data) ?? data, topology)
  const car = createCar({ seed, topology: built })
  const judges = watch(car, carFacts(car))
  const digest = new Digest()
  car.bus.tap(tapped => digest.frame(tapped))
  car.trace.subscribe(event => digest.event(event))
  watcher?.(car, scene)
  const stage: Stage = { car, listener: new Listener(car), outages: [], hazards: new Map(), forces_N: new Map() }
  for (const { kind, place } of faults) {
    const { early, begin } = FAULT_KINDS[kind]
    if (early === true) begin(car, place)
    else car.kernel.after(SCENES[scene].fault_ms * 1e6, `${kind} at ${place}`, () => begin(car, place))
  }
  car.boot()
  SCENES[scene].play(stage)
  const objections = judges.finish(car.now_ns).map(verdict => ({ scene, checker: verdict.checker, text: describeVerdict(verdict) }))
  const { value } = digest
  if (scene === 'use') await stage.listener.readCodes(car.topology.hubs.map(hub => hub.location))
  return { stage, objections, digest: value }
}
