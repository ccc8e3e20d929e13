import type { Car } from '../car/index.ts'
import type { Timer } from '../kernel/index.ts'

/** A thumb gets tired. */
export const LONGEST_HOLD_ms = 600_000

interface Hold { readonly timer: Timer, readonly over: Promise<void>, end(): void }

/** Presses that end by themselves, in the car's own time. */
export class Thumbs {
  private readonly car: Car
  private readonly holds = new Map<string, Hold>()

  constructor(car: Car) {
    this.car = car
  }

  /**
   * Presses a switch now and lets go after `hold_ms`. Resolves when it is released. A second press of a switch that is
   * held replaces its end.
   * @throws RangeError
   */
  press(name: string, hold_ms: number): Promise<void> {
    if (!(hold_ms >= 0 && hold_ms <= LONGEST_HOLD_ms)) throw new RangeError(`a switch is held for 0 to ${LONGEST_HOLD_ms} ms, not ${hold_ms} ms`)
    let hold = this.holds.get(name)
    if (hold === undefined) {
      this.car.press(name)
      hold = this.hold(name)
    }
    hold.timer.startIn(Math.round(hold_ms * 1e6))
    return hold.over
  }

  /** Presses until `release`. */
  pressAndHold(name: string): void {
    this.holds.get(name)?.timer.stop()
    this.car.press(name)
  }

  /** Lets go at once. */
  release(name: string): void {
    const hold = this.holds.get(name)
    if (hold === undefined) this.car.release(name)
    else hold.end()
  }

  private hold(name: string): Hold {
    let resolve: () => void = () => undefined
    const over = new Promise<void>((done) => { resolve = done })
    const end = (): void => {
      hold.timer.stop()
      this.holds.delete(name)
      this.car.release(name)
      resolve()
    }
    const hold: Hold = { timer: this.car.kernel.timer(`release ${name}`, end), over, end }
    this.holds.set(name, hold)
    return hold
  }
}
