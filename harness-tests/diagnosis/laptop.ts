import type { CanFrame, HubName } from '#protocol/index.ts'
import { attachNode, type Car } from '#sim/car/index.ts'
import { type Clock, UdsClient, type Wire } from '#sim/diag/index.ts'

/** Virtual time between two looks at what the tester waits for: far less than any of its timers, ms. */
const STEP_ms = 0.5
const LIMIT_ms = 600_000

/** A tester's laptop at the diagnostic socket of a virtual car, in virtual time. */
export class Laptop {
  readonly car: Car
  readonly wire: Wire
  readonly clock: Clock
  private timers = 0

  constructor(car: Car, name = 'laptop') {
    const node = attachNode(car, { name })
    node.setOnline(true)
    this.car = car
    this.wire = { send: (frame: CanFrame) => node.send(frame), onFrame: handler => node.onFrame(frame => handler(frame)) }
    this.clock = {
      now_ms: () => car.now_ns / 1e6,
      after: (delay_ms, fire) => {
        const timer = car.kernel.timer(`${name} ${this.timers++}`, fire)
        timer.startIn(Math.ceil(delay_ms * 1e6))
        return () => timer.stop()
      },
    }
  }

  hub(name: HubName): UdsClient {
    return new UdsClient(this.wire, name, this.clock)
  }

  /** Lets virtual time pass until `work` is done. */
  async wait<Result>(work: Promise<Result>): Promise<Result> {
    let done = false
    const finished = work.finally(() => { done = true })
    finished.catch(() => undefined)
    const end_ms = this.clock.now_ms() + LIMIT_ms
    while (!done) {
      if (this.clock.now_ms() > end_ms) throw new Error(`no end after ${LIMIT_ms / 1000} s of virtual time`)
      this.car.run(STEP_ms)
      for (let i = 0; i < 4; i++) await Promise.resolve()
    }
    return finished
  }
}
