import type { CanFrame } from '#protocol/index.ts'
import { attachNode, type BusPort, type Car, type CarNames, type CarOptions, createCar } from '#sim/car/index.ts'
import type { TraceEvent } from '#sim/trace/index.ts'
import type { Driver } from './driver.ts'
import { Deeds } from './deeds.ts'
import { duration } from './limits.ts'
import type { SedanNames } from './names.ts'

/** Enough for eight hubs to claim their addresses and read their ports. */
const BOOT_ms = 1500

/** The virtual car, in virtual time. Deterministic: same seed, same run. */
export class SimulatorDriver<Names extends CarNames = SedanNames> implements Driver {
  readonly name: string
  readonly car: Car<Names>
  /** What a journey does to the car: what is done to `followed` is noted. */
  readonly deeds: Deeds
  readonly followed: Car<Names>
  private readonly tool: BusPort

  constructor(options: CarOptions = {}) {
    this.car = createCar(options) as Car<Names>
    this.deeds = new Deeds(this.car)
    this.followed = this.deeds.followed as Car<Names>
    this.name = `simulator, seed ${this.car.kernel.seed}`
    this.tool = attachNode(this.car, { name: 'tester' })
  }

  /** Powers the hubs and lets them come up. */
  boot(): void {
    this.car.boot()
    this.car.run(BOOT_ms)
  }

  get now_ns(): number {
    return this.car.now_ns
  }

  onFrame(handler: (frame: CanFrame, t_ns: number) => void): void {
    this.car.tapFrames(tapped => handler(tapped.frame, tapped.end_ns))
  }

  onEvent(handler: (event: TraceEvent) => void): void {
    this.car.trace.subscribe(handler)
  }

  /** The tester's node joins the bus with its first frame; until then it leaves the trace as it was. */
  send(frame: CanFrame): void {
    this.tool.setOnline(true)
    if (!this.tool.send(frame)) throw new Error(`the tester's transmit queue is full at ${this.now_ns} ns`)
    this.deeds.frame(frame)
  }

  press(name: string): void {
    this.followed.press(name)
  }

  release(name: string): void {
    this.followed.release(name)
  }

  advance(done: () => boolean, limit_ms: number): Promise<boolean> {
    const { kernel } = this.car
    const end_ns = kernel.now_ns + Math.round(duration('advance: limit_ms', limit_ms) * 1e6)
    while (!done()) {
      if (kernel.next_ns > end_ns) {
        kernel.runUntil(end_ns)
        return Promise.resolve(done())
      }
      kernel.step()
    }
    return Promise.resolve(true)
  }

  pending(): string[] {
    return this.car.kernel.pending().map(({ name, at_ns }) => `${name} at ${(at_ns / 1e6).toFixed(3)} ms`)
  }

  hubState(location: string): string {
    const hub = this.car.hubs.get(location)
    if (hub === undefined) return 'is not in this car'
    if (!hub.on) return 'has no power'
    if (hub.brownedOut) return 'is held in reset: its supply is too low'
    return hub.running ? hub.asleep ? 'sleeps' : 'runs' : 'does not run'
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
