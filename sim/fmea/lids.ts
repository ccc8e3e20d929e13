import type { Car } from '../car/index.ts'
import { LatchPlant } from '../plants/index.ts'

/** A release that somebody pressed opens within this; who presses `close` has laid the lid on its latch with the other hand. */
const EXPLAINED_ms = 3000

/** Watches doors and lids: which open though nobody pressed a switch that releases one of late. */
export class Lids {
  private readonly car: Car
  private readonly names: readonly string[]
  private open = new Set<string>()
  private asked_ms = -Infinity

  constructor(car: Car) {
    this.car = car
    this.names = car.componentsOf('latch')
    car.trace.subscribe((event) => {
      if (event.kind === 'switch' && event.pressed && /\.(release|close)$/.test(event.name)) this.asked_ms = event.t_ns / 1e6
    })
  }

  /** Those that are not shut now. */
  get notShut(): string[] {
    return this.names.filter(name => this.car.plant(name, LatchPlant).lid !== 'closed')
  }

  /** Those that have opened since the last look though nobody asked for any. */
  look(now_ms: number): string[] {
    const open = new Set(this.notShut)
    const opened = [...open].filter(name => !this.open.has(name))
    this.open = open
    return now_ms - this.asked_ms > EXPLAINED_ms ? opened : []
  }
}
