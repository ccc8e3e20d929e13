import type { Kernel, Timer } from '../kernel/kernel.ts'
import type { Outlet } from './outlet.ts'
import type { Plant, PlantListener } from './plant.ts'

/** The grid of the mechanics. */
export const STEP_ns = 1_000_000
const STEP_s = 0.001

/** Hears of what happens at a socket. */
export interface OutletListener {
  presence(present: boolean): void
  edge(channel: number, level: boolean): void
}

/**
 * Everything physical, in step with the kernel: all active plants advance together on a 1 ms grid, in the order in
 * which they were added. While nothing is active no timer runs, and a resting car costs nothing.
 */
export class World implements PlantListener {
  private readonly kernel: Kernel
  private readonly timer: Timer
  private readonly plants: Plant[] = []
  private readonly sockets: (Outlet | undefined)[] = []
  private readonly listeners = new Map<Outlet, OutletListener>()
  /** Up to here the active plants have been advanced. */
  private time_ns = 0

  constructor(kernel: Kernel) {
    this.kernel = kernel
    this.timer = kernel.timer('world', () => this.tick())
  }

  /** Adds a plant that is not plugged in yet. */
  add(plant: Plant): void {
    if (this.plants.includes(plant)) throw new Error('the plant is in this world already')
    this.plants.push(plant)
    this.sockets.push(undefined)
    plant.listen(this)
    if (plant.active) this.wake()
  }

  /** Hears of presence and edges at `outlet`; the last listener counts. */
  listen(outlet: Outlet, listener: OutletListener | undefined): void {
    if (listener === undefined) this.listeners.delete(outlet)
    else this.listeners.set(outlet, listener)
  }

  plug(plant: Plant, outlet: Outlet): void {
    this.sync()
    const index = this.indexOf(plant)
    if (outlet.plugged !== undefined) throw new Error(`${outlet.name} is taken`)
    if (this.sockets[index] !== undefined) throw new Error(`the plant is plugged into ${this.sockets[index].name}`)
    this.sockets[index] = outlet
    outlet.plugged = plant
    plant.wake()
    this.listeners.get(outlet)?.presence(true)
  }

  unplug(outlet: Outlet): void {
    this.sync()
    const plant = outlet.plugged
    if (plant === undefined) throw new Error(`${outlet.name} is empty`)
    this.sockets[this.indexOf(plant)] = undefined
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
    for (const plant of this.plants) plant.wake()
  }

  /** A plant became active: starts the clock of the mechanics if it stood. */
  wake(): void {
    if (this.timer.armed) return
    this.time_ns = Math.floor(this.kernel.now_ns / STEP_ns) * STEP_ns
    this.timer.startAt(this.time_ns + STEP_ns)
  }

  edge(plant: Plant, channel: number, level: boolean): void {
    const outlet = this.sockets[this.plants.indexOf(plant)]
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
    const { plants } = this
    for (let i = 0; i < plants.length; i++) if (plants[i].active) return
    this.timer.stop()
  }

  private step(): void {
    this.time_ns += STEP_ns
    const { plants, sockets } = this
    for (let i = 0; i < plants.length; i++) {
      const plant = plants[i]
      if (!plant.active) continue
      const outlet = sockets[i]
      if (outlet === undefined) plant.step(STEP_s, 0)
      else outlet.step(STEP_s, plant)
    }
  }

  private indexOf(plant: Plant): number {
    const index = this.plants.indexOf(plant)
    if (index < 0) throw new Error('the plant is not in this world')
    return index
  }
}
