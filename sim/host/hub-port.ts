import type { Port } from '#firmware/index.ts'
import type { Kernel, Timer } from '../kernel/index.ts'
import type { Outlet, OutletListener, World } from '../plants/index.ts'
import type { Cpu, InterruptSource } from './cpu.ts'

/** Pulse counters of a port. */
const COUNTERS = 4
/** One-shot of a board's bridges: longer than the longest gap between two ticks that a window closes with, 20 and 15 ms. */
export const HOLD_ms = 50
const MS_ns = 1_000_000
const NO_BYTES = new Uint8Array(0)

/**
 * A port as the firmware of one life of a hub sees it: the outlet and its component, with everything brought up to now
 * before it is read or changed. Dead with its hub: it then changes nothing.
 */
export class HubPort implements Port, OutletListener {
  private readonly world: World
  private readonly outlet: Outlet
  private readonly cpu: Cpu
  private readonly bases = new Float64Array(COUNTERS)
  /** What was read last. */
  private readonly counted = new Float64Array(COUNTERS)
  private readonly edgeSource: InterruptSource
  private readonly presenceSource: InterruptSource
  private edgeHandler: ((channel: number, level: boolean) => void) | undefined = undefined
  private presenceHandler: ((present: boolean) => void) | undefined = undefined
  private alive = true
  /** By channel: takes away a watched motor. */
  private readonly oneShots: (Timer | undefined)[] = []
  private readonly kernel: Kernel

  constructor(world: World, outlet: Outlet, cpu: Cpu, kernel: Kernel) {
    this.kernel = kernel
    this.world = world
    this.outlet = outlet
    this.cpu = cpu
    this.edgeSource = { serve: (channel, level) => this.edgeHandler?.(channel, level === 1) }
    this.presenceSource = { serve: present => this.presenceHandler?.(present === 1) }
    this.rebase()
    world.listen(outlet, this)
  }

  /** The hub is dead: outputs off, nobody listens. */
  dispose(): void {
    this.alive = false
    this.world.listen(this.outlet, undefined)
    for (const oneShot of this.oneShots) oneShot?.stop()
    this.world.sync()
    this.outlet.reset()
  }

  present(): boolean {
    return this.outlet.plugged !== undefined
  }

  onPresence(handler: (present: boolean) => void): void {
    this.presenceHandler = handler
  }

  descriptor(): Uint8Array {
    const { plugged } = this.outlet
    return plugged === undefined ? NO_BYTES : plugged.memory.slice()
  }

  power(on: boolean): void {
    if (!this.alive) return
    this.world.sync()
    this.outlet.power(on)
  }

  limit(current_A: number): void {
    if (!this.alive) return
    this.world.sync()
    this.outlet.limit(current_A)
  }

  current_A(): number {
    this.world.sync()
    return this.outlet.read_A()
  }

  takeMeans(): void {
    this.world.sync()
    this.outlet.takeMeans(this.kernel.now_ns)
  }

  mean_A(): number {
    return this.outlet.mean_A
  }

  meanPlug_V(): number {
    return this.outlet.meanPlug_V
  }

  tripped(): boolean {
    this.world.sync()
    return this.outlet.tripped
  }

  drive(channel: number, duty: number): void {
    if (!(duty >= -1 && duty <= 1)) throw new RangeError(`duty ${duty} of channel ${channel} is not in -1…1`)
    if (!this.alive) return
    this.oneShots[channel]?.stop()
    this.world.sync()
    this.outlet.plugged?.drive(channel, duty)
  }

  driveWatched(channel: number, duty: number): void {
    this.drive(channel, duty)
    if (!this.alive) return
    const oneShot = this.oneShots[channel] ??= this.kernel.timer(`${this.outlet.name} one-shot ${channel}`, () => this.drive(channel, 0))
    oneShot.startIn(HOLD_ms * MS_ns)
  }

  hold_ms(): number {
    return HOLD_ms
  }

  brake(channel: number): void {
    if (!this.alive) return
    this.oneShots[channel]?.stop()
    this.world.sync()
    this.outlet.plugged?.brake(channel)
  }

  pulses(channel: number): number {
    const { plugged } = this.outlet
    if (plugged === undefined) return 0
    this.world.sync()
    if (this.outlet.signalsOpen) return this.counted[channel]!
    return this.counted[channel] = plugged.pulses(channel) - this.bases[channel]!
  }

  analog(channel: number): number {
    const { plugged } = this.outlet
    if (plugged === undefined || this.outlet.signalsOpen) return 0
    this.world.sync()
    return plugged.analog(channel)
  }

  input(channel: number): boolean {
    const { plugged } = this.outlet
    if (plugged === undefined || this.outlet.signalsOpen) return false
    this.world.sync()
    return plugged.input(channel)
  }

  onInput(handler: (channel: number, level: boolean) => void): void {
    this.edgeHandler = handler
  }

  write(register: number, value: number): void {
    if (!this.alive) return
    this.world.sync()
    if (!this.outlet.signalsOpen) this.outlet.plugged?.write(register, value)
  }

  read(register: number): number {
    this.world.sync()
    return this.outlet.signalsOpen ? 0 : this.outlet.plugged?.read(register) ?? 0
  }

  /** From the world: posted, as it happens in the middle of a step. */
  edge(channel: number, level: boolean): void {
    if (this.edgeHandler !== undefined && !this.outlet.signalsOpen) this.cpu.post(this.edgeSource, channel, level ? 1 : 0)
  }

  /** From the world. The counters of a new component start at 0. */
  presence(present: boolean): void {
    this.rebase()
    if (this.presenceHandler !== undefined) this.cpu.post(this.presenceSource, present ? 1 : 0, 0)
  }

  private rebase(): void {
    const { plugged } = this.outlet
    for (let channel = 0; channel < COUNTERS; channel++) this.bases[channel] = plugged === undefined ? 0 : plugged.pulses(channel)
    this.counted.fill(0)
  }
}
