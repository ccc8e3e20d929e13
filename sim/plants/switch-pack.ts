import type { Prng } from '../kernel/index.ts'
import type { Observation } from './observation.ts'
import { Plant } from './plant.ts'
import { SWITCH_PLUG } from '#protocol/index.ts'

export const SWITCH_PARTS = {
  /** Tactile switches bounce for 1–5 ms when pressed and when released; data sheets allow 10 ms. */
  bounceMost_ms: 5,
  /** Pull-ups. */
  idle_A: 0.001,
  /** Its resistor on the pull-up of the signal line, of the reference. */
  line: 0.5,
} as const

/** A contact that stays closed, or never closes. */
export type SwitchFault = 'stuck' | 'open'

/** Switches with contact bounce, named by the layout of the pack. The contacts are read on the hub's own pull-ups. */
export class SwitchPackPlant extends Plant {
  readonly layout: readonly string[]
  private readonly dice: Prng
  private readonly targets: Uint8Array
  private readonly levels: Uint8Array
  private readonly bounces: Uint8Array
  private readonly faults = new Map<number, SwitchFault>()

  /** `dice`: the stream its bounce is thrown from. */
  constructor(layout: readonly string[], dice: Prng) {
    super('switchPack')
    this.layout = layout
    this.dice = dice
    this.targets = new Uint8Array(layout.length)
    this.levels = new Uint8Array(layout.length)
    this.bounces = new Uint8Array(layout.length)
  }

  /** Presses switch `index`; the first contact is made at once. */
  press(index: number): void {
    this.move(index, 1)
  }

  release(index: number): void {
    this.move(index, 0)
  }

  /** A contact breaks; undefined: it is whole again, and as the finger has it. */
  fail(index: number, fault: SwitchFault | undefined): void {
    this.requireIndex(index)
    if (fault === undefined) this.faults.delete(index)
    else this.faults.set(index, fault)
    this.contact(index, this.targets[index]!)
  }

  /** Held down by a finger (whatever the contact does meanwhile). */
  isPressed(index: number): boolean {
    this.requireIndex(index)
    return this.targets[index] === 1
  }

  override input(channel: number): boolean {
    return channel >= 0 && channel < this.levels.length && this.levels[channel] === 1
  }

  override analog(channel: number): number {
    return channel === SWITCH_PLUG.line ? SWITCH_PARTS.line : 0
  }

  override float(): void {}

  override demand_A(supply_V: number): number {
    return supply_V > 0 ? SWITCH_PARTS.idle_A : 0
  }

  override step(_dt_s: number, supply_V: number): void {
    this.current_A = this.demand_A(supply_V)
    let bouncing = false
    for (let index = 0; index < this.bounces.length; index++) {
      if (this.bounces[index] === 0) continue
      const left = --this.bounces[index]!
      this.contact(index, left === 0 ? this.targets[index]! : this.dice.uint32() & 1)
      if (left > 0) bouncing = true
    }
    this.active = bouncing
  }

  override observe(): Observation {
    const pressed = this.layout.filter((_, index) => this.targets[index] === 1)
    return { pressed: pressed.join(' ') }
  }

  private move(index: number, target: number): void {
    this.requireIndex(index)
    if (this.targets[index] === target) return
    this.targets[index] = target
    this.bounces[index] = 1 + this.dice.below(SWITCH_PARTS.bounceMost_ms)
    this.contact(index, target)
    this.wake()
  }

  private contact(index: number, meant: number): void {
    const fault = this.faults.get(index)
    const level = fault === undefined ? meant : fault === 'stuck' ? 1 : 0
    if (this.levels[index] === level) return
    this.levels[index] = level
    this.edge(index, level === 1)
  }

  private requireIndex(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.layout.length) return
    throw new RangeError(`switch ${index} is not in 0…${this.layout.length - 1}`)
  }
}
