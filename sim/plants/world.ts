import type { Kernel, Timer } from '../kernel/index.ts'
import type { Outlet } from './outlet.ts'
import type { Plant, PlantListener, PlantState } from './plant.ts'

/** The grid of the mechanics. */
const STEP_ns = 1_000_000
const STEP_s = 0.001

/** Hears of what happens at a socket. */
export interface OutletListener {
  presence(present: boolean): void
  edge(channel: number, level: boolean): void
}

/** A plant's place in the world. */
interface Place {
  readonly plant: Plant
  readonly state: PlantState
  outlet: Outlet | undefined
  /** In the list of those that are stepped. */
  stepped: boolean
  /** Up to here it was stepped last. */
  rest_ns: number
}

/**
 * Everything physical, in step with the kernel: all active plants advance together on a 1 ms grid. While nothing is
 * active no timer runs, and a resting car costs nothing.
 */
export class World implements PlantListener {
  /** Called before each step: what surrounds the plants moves. */
  beforeStep: (() => void) | undefined = undefined
  /** Called after each step: what the plants draw may be another. */
  afterStep: (() => void) | undefined = undefined
  /** How many steps there were. */
  steps = 0
  private readonly kernel: Kernel
  private readonly timer: Timer
  private readonly places = new Map<Plant, Place>()
  private readonly listeners = new Map<Outlet, OutletListener>()
  /** The active ones, in the order in which they woke. */
  private readonly stepped: Place[] = []
  /** Up to here the active plants have been advanced. */
  private time_ns = 0

  constructor(kernel: Kernel) {
    this.kernel = kernel
    this.timer = kernel.timer('world', () => this.tick())
  }

  /** Adds a plant that is not plugged in yet. */
  add(plant: Plant): void {
    if (this.places.has(plant)) throw new Error('the plant is in this world already')
    this.places.set(plant, { plant, state: plant.state, outlet: undefined, stepped: false, rest_ns: this.kernel.now_ns })
    plant.listen(this)
    if (plant.active) this.wake(plant)
  }

  /** Hears of presence and edges at `outlet`; the last listener counts. */
  listen(outlet: Outlet, listener: OutletListener | undefined): void {
    if (listener === undefined) this.listeners.delete(outlet)
    else this.listeners.set(outlet, listener)
  }

  plug(plant: Plant, outlet: Outlet): void {
    this.sync()
    const place = this.placeOf(plant)
    if (outlet.plugged !== undefined) throw new Error(`${outlet.name} is taken`)
    if (place.outlet !== undefined) throw new Error(`the plant is plugged into ${place.outlet.name}`)
    place.outlet = outlet
    outlet.plugged = plant
    plant.wake()
    this.listeners.get(outlet)?.presence(true)
  }

  unplug(outlet: Outlet): void {
    this.sync()
    const plant = outlet.plugged
    if (plant === undefined) throw new Error(`${outlet.name} is empty`)
    this.placeOf(plant).outlet = undefined
    outlet.awake(this.kernel.now_ns)
    outlet.plugged = undefined
    outlet.load_V = 0
    outlet.regulating = false
    plant.float()
    plant.wake()
    this.listeners.get(outlet)?.presence(false)
  }

  /** Brings the plants up to now. Called before anything of them is read or changed. */
  sync(): void {
    if (!this.timer.armed) return
    const now_ns = this.kernel.now_ns
    while (this.time_ns + STEP_ns <= now_ns) this.step()
  }

  /** Supplies changed: all plants are looked at again. */
  supplyChanged(): void {
    for (const plant of this.places.keys()) plant.wake()
  }

  /** A plant became active: it is stepped from now on, and the clock of the mechanics starts if it stood. */
  wake(plant: Plant): void {
    const place = this.placeOf(plant)
    if (!place.stepped) {
      place.stepped = true
      this.stepped.push(place)
      if (this.kernel.now_ns > place.rest_ns) plant.rested((this.kernel.now_ns - place.rest_ns) / 1e9)
      if (place.outlet !== undefined) place.outlet.awake(this.kernel.now_ns)
    }
    if (this.timer.armed) return
    this.time_ns = Math.floor(this.kernel.now_ns / STEP_ns) * STEP_ns
    this.timer.startAt(this.time_ns + STEP_ns)
  }

  edge(plant: Plant, channel: number, level: boolean): void {
    const { outlet } = this.placeOf(plant)
    if (outlet !== undefined) this.listeners.get(outlet)?.edge(channel, level)
  }

  /** True while something moves. */
  get active(): boolean {
    return this.timer.armed
  }

  private tick(): void {
    // Armed first, so that a plant woken by an edge finds the clock running.
    this.timer.startIn(STEP_ns)
    while (this.time_ns + STEP_ns <= this.kernel.now_ns) this.step()
    if (this.stepped.length === 0) this.timer.stop()
  }

  /** Advances the active plants, and closes the gaps that those leave which came to rest. */
  private step(): void {
    this.time_ns += STEP_ns
    this.steps++
    if (this.beforeStep !== undefined) this.beforeStep()
    const { stepped } = this
    let kept = 0
    for (let i = 0; i < stepped.length; i++) {
      const place = stepped[i]!
      const { plant, outlet } = place
      if (outlet === undefined) plant.step(STEP_s, 0)
      else outlet.step(STEP_s, plant)
      if (place.state.active) stepped[kept++] = place!
      else {
        place.stepped = false
        place.rest_ns = this.time_ns
        if (outlet !== undefined) outlet.rest(this.time_ns)
      }
    }
    while (stepped.length > kept) stepped.pop()
    if (this.afterStep !== undefined) this.afterStep()
  }

  private placeOf(plant: Plant): Place {
    const place = this.places.get(plant)
    if (place === undefined) throw new Error('the plant is not in this world')
    return place
  }
}
