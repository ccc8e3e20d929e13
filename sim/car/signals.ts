import type { Kernel, Timer } from '../kernel/index.ts'
import { OBSERVED, type World } from '../plants/index.ts'
import { type Producer, type SignalName, type SignalTopic, signalTopic, type Trace } from '../trace/index.ts'
import type { CarComponent } from './component.ts'

const PERIOD_ns = 10_000_000
/** Behind the step of the mechanics at the same millisecond. */
const PHASE_ns = 500_000
/** While nothing moves only every so many samples look at the components. */
const RESTING_PERIODS = 10

/** Change of an observed value that is worth a record, by the unit its name ends in; else any change is. */
const STEP: Readonly<Record<string, number>> = { pct: 0.2, deg: 0.1, mm: 0.5, s: 2, N: 0.5, A: 0.1, V: 0.05, ohm: 0.001 }

const STEPS = new Map<SignalName, number>()

/** By the name of a signal. */
function stepOf(name: SignalName): number {
  let step = STEPS.get(name)
  if (step === undefined) {
    step = STEP[name.slice(name.lastIndexOf('_') + 1)] ?? 0
    STEPS.set(name, step)
  }
  return step
}

/** Signals of hubs, ports and cables. */
const PROBED = ['supply_V', 'unloaded_V', 'current_A', 'ampacity_A'] as const satisfies readonly SignalName[]
type ProbeName = typeof PROBED[number]

interface Probe {
  readonly source: string
  readonly name: ProbeName
  readonly step: number
  readonly read: () => number
  last: number
}

/** What was recorded of a component. */
interface Shown {
  readonly values: Map<SignalName, number>
  /** It rested when it was looked at last. */
  rested: boolean
}

/**
 * Samples what is physical into the trace: what components show of themselves, currents, volts. A signal is recorded
 * when it has changed by a step. Runs only while somebody listens to signals, reads only, and changes nothing.
 */
export class Signals {
  private readonly kernel: Kernel
  private readonly events: Producer<SignalTopic>
  private readonly world: World
  private readonly components: ReadonlyMap<string, CarComponent>
  private readonly probes: Probe[] = []
  private readonly shown = new Map<string, Shown>()
  private readonly timer: Timer
  private samples = 0
  /** Another number when what probes read may be another though nothing has moved. */
  solution: () => number = () => NaN
  private seenSolution = NaN
  private seenSteps = -1

  constructor(kernel: Kernel, trace: Trace, world: World, components: ReadonlyMap<string, CarComponent>) {
    this.kernel = kernel
    this.events = trace.producer([...PROBED, ...Object.values(OBSERVED).flat()].map(name => signalTopic(name)))
    this.world = world
    this.components = components
    this.timer = kernel.timer('signals', () => this.sample())
    this.events.greet(() => this.start())
  }

  /** One more signal; `step` is the change that is worth a record. */
  add(source: string, name: ProbeName, step: number, read: () => number): void {
    this.probes.push({ source, name, step, read, last: NaN })
  }

  /** A new listener: it gets every signal with the next sample. */
  private start(): void {
    if (!this.events.sampled) return
    for (const probe of this.probes) probe.last = NaN
    this.seenSolution = NaN
    this.shown.clear()
    this.samples = 0
    if (!this.timer.armed) this.timer.startAt(Math.floor(this.kernel.now_ns / PERIOD_ns) * PERIOD_ns + PERIOD_ns + PHASE_ns)
  }

  private sample(): void {
    if (!this.events.sampled) return
    this.timer.startIn(PERIOD_ns)
    this.probe()
    const all = this.samples++ % RESTING_PERIODS === 0
    if (all || this.world.active) for (const component of this.components.values()) this.look(component, all)
  }

  /** Looks at the probes, unless nothing can have changed since it did. */
  private probe(): void {
    const { probes, world } = this
    const solution = this.solution()
    const same = solution === this.seenSolution && world.steps === this.seenSteps && !world.active
    this.seenSolution = solution
    this.seenSteps = world.steps
    if (same) return
    for (let i = 0; i < probes.length; i++) {
      const probe = probes[i]!
      const value = probe.read()
      if (!differs(value, probe.last, probe.step)) continue
      probe.last = value
      this.emit(probe.source, probe.name, value)
    }
  }

  /** One that rests, and did, is looked at only now and then: `all`. */
  private look(component: CarComponent, all: boolean): void {
    let shown = this.shown.get(component.name)
    if (shown === undefined) {
      shown = { values: new Map(), rested: false }
      this.shown.set(component.name, shown)
    }
    const { active } = component.plant
    if (!active && shown.rested && !all) return
    shown.rested = !active
    const known = shown.values
    const seen = component.plant.observe()
    for (const key in seen) {
      const name = key as SignalName
      const observed = seen[name]
      if (typeof observed === 'string') continue
      const value = Number(observed)
      const last = known.get(name)
      if (last !== undefined && !differs(value, last, stepOf(name))) continue
      known.set(name, value)
      this.emit(component.name, name, value)
    }
  }

  private emit(source: string, name: SignalName, value: number): void {
    this.events.emit({ t_ns: this.kernel.now_ns, kind: 'signal', source, name, value })
  }
}

/** Coming to rest at 0 is always worth a record. */
function differs(value: number, last: number, step: number): boolean {
  if (value === last) return false
  return !(Math.abs(value - last) < step) || value === 0
}
