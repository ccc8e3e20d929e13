import { type Car, type CarFaults, CARS, type CarSnapshot, type TopologyData } from '../car/index.ts'
import type { Script } from '../fuzz/index.ts'
import type { ControlRequest, ControlResult, Deed } from '../gateway/spine/index.ts'
import type { TraceEvent } from '../trace/index.ts'
import { Hands } from './hands.ts'
import { SignalFeed } from './signal-feed.ts'
import { Thumbs } from './thumbs.ts'

/** Events that a snapshot brings along. */
const MOST_EVENTS = 40

/** What a car is, and what has been done to it. */
export interface CarDescription {
  /** Of a car that comes with the project, as it comes with it. */
  readonly name: string | undefined
  readonly topology: TopologyData
  /** That it had from the beginning. */
  readonly faults: CarFaults
  readonly switches: readonly string[]
  /** Data pairs that can be cut. */
  readonly pairs: readonly string[]
  readonly bitrate: number
  /** Its time can be made to pass at another speed. */
  readonly hasSpeed: boolean
  readonly script: Script
}

/** What is to be seen beside the car itself. */
interface LivePart {
  readonly speed: number
  /** What was begun and has not ended. */
  readonly deeds: readonly Deed[]
  /** Number of the newest event, and the newest ones. */
  readonly told: number
  readonly events: readonly TraceEvent[]
}

export type LiveSnapshot = CarSnapshot & { readonly live: LivePart }

/** How the car's time passes. */
interface Clockwork {
  /** Brings virtual time up to now and does something there. */
  wake(action: () => void): void
  readonly speed: number
  /** Undefined: it cannot be changed. */
  readonly setSpeed?: (factor: number) => void
}

/** Answers what tools and pages ask of a car that runs in step with real time. */
export class Controls {
  readonly thumbs: Thumbs
  readonly hands: Hands
  readonly feed: SignalFeed
  private readonly car: Car
  private readonly topology: TopologyData
  private readonly clockwork: Clockwork
  private readonly faults: CarFaults
  private readonly events: TraceEvent[] = []
  private told = 0
  private listens = false

  constructor(car: Car, topology: TopologyData, clockwork: Clockwork, faults: CarFaults = {}) {
    this.car = car
    this.topology = topology
    this.clockwork = clockwork
    this.faults = faults
    this.thumbs = new Thumbs(car)
    this.hands = new Hands(car)
    this.feed = new SignalFeed(car)
  }

  /** @throws RangeError for what the car has not or cannot. */
  answer(request: ControlRequest): ControlResult | Promise<ControlResult> {
    switch (request.kind) {
      case 'switches': return { switches: this.car.switches }
      case 'snapshot': return { snapshot: this.snapshot() }
      case 'describe': return { car: this.description() }
      case 'press': return this.press(request.switch, request.hold_ms)
      case 'release': return this.done(() => this.thumbs.release(request.switch))
      case 'begin': return this.done(() => this.hands.begin(request.deed))
      case 'end': return this.done(() => this.hands.end(request.deed))
      case 'speed': return this.speed(request.factor)
      case 'watch':
        this.feed.watch(request.signals, performance.now())
        return {}
    }
  }

  private snapshot(): LiveSnapshot {
    const { speed } = this.clockwork
    this.listen()
    return { ...this.car.snapshot(), live: { speed, deeds: this.hands.standing, told: this.told, events: this.events } }
  }

  /** Nobody hears events of a car at which nobody looks. */
  private listen(): void {
    if (this.listens) return
    this.listens = true
    this.car.trace.subscribe((event) => {
      this.told++
      this.events.push(event)
      if (this.events.length > MOST_EVENTS) this.events.shift()
    })
  }

  private description(): CarDescription {
    const { car, topology, faults } = this
    const isSame = JSON.stringify(CARS[topology.name]) === JSON.stringify(topology)
    return {
      name: isSame ? topology.name : undefined, topology, faults, switches: car.switches, pairs: car.cableNames, bitrate: car.bus.bitrate,
      hasSpeed: this.clockwork.setSpeed !== undefined, script: this.hands.script,
    }
  }

  private speed(factor: number): ControlResult {
    const { setSpeed } = this.clockwork
    if (setSpeed === undefined) throw new RangeError('a car with links runs at speed 1')
    if (!(factor >= 0 && factor <= 1000)) throw new RangeError(`speed ${factor} is not in 0…1000`)
    setSpeed(factor)
    return {}
  }

  private async press(name: string, hold_ms: number | undefined): Promise<ControlResult> {
    let over: Promise<void> | undefined
    this.done(() => {
      if (hold_ms === undefined) this.thumbs.pressAndHold(name)
      else over = this.thumbs.press(name, hold_ms)
    })
    await over
    return {}
  }

  /** Does it at the car's time of now, and throws what it throws. */
  private done(action: () => void): ControlResult {
    let problem: Error | undefined
    this.clockwork.wake(() => {
      try {
        action()
      } catch (error) {
        problem = error instanceof Error ? error : new Error(String(error))
      }
    })
    if (problem !== undefined) throw problem
    return {}
  }
}
