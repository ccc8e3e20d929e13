import { type CanFrame, CLASSIC_DATA_BYTES } from '#protocol/index.ts'
import type { Car, CarFaults } from '#sim/car/index.ts'
import { FUZZ_KINDS, type FuzzEvent } from '#sim/fuzz/index.ts'

/** Longer than any journey: what was begun and has not ended. */
const OPEN_ms = 100_000_000

type CopperFault = NonNullable<CarFaults['copper']>[number]
type BusFaults = Car['bus']['faults']

/** By method: notes what a call did; false: a link does not carry it. */
type Notes<Target> = {
  readonly [Method in keyof Target]?: Target[Method] extends (...args: infer Args) => unknown
    ? (deeds: Deeds, ...args: Args) => boolean : never
}

/** What people do to a car, as events of a script. */
const CAR_NOTES: Notes<Car> = {
  press: (deeds, name) => deeds.begin('press', { switch: name }, name),
  release: (deeds, name) => deeds.end('press', name),
  setIgnition: (deeds, position) => deeds.begin('ignition', { position }),
  setGear: (deeds, gear) => deeds.begin('gear', { gear }),
  setSpeed: (deeds, speed_kmh) => deeds.begin('speed', { speed_kmh }),
  crank: (deeds, level) => deeds.begin('crank', { level: level ?? 'battery' }),
  obstruct: (deeds, window, opening_mm, stiffness_N_mm) => deeds.begin('obstacle', { window, opening_mm, stiffness_N_mm }, window),
  clearObstacle: (deeds, window) => deeds.end('obstacle', window),
  unplug: (deeds, component) => deeds.begin('unplug', { component }, component),
  plug: (deeds, component, port) => port === undefined && deeds.end('unplug', component),
  cutCable: (deeds, cable) => deeds.begin('cut', { cable }, cable),
  mendCable: (deeds, cable) => deeds.end('cut', cable),
  resetHub: (deeds, hub, cause = 'external') => deeds.begin('reset', { hub, cause }),
  powerHub: (deeds, hub, on) => on ? deeds.end('power', hub) : deeds.begin('power', { hub }, hub),
  pauseHub: (deeds, hub, pause_ms) => deeds.begin('pause', { hub, pause_ms }),
  setSupply: (deeds, supply_V, hub = 'ALL') =>
    supply_V === undefined ? deeds.end('supply', hub) : deeds.begin('supply', { hub, supply_V }, hub),
  powerFault: (deeds, fault) => deeds.broken(fault),
  powerRepair: (deeds, fault) => deeds.repaired(fault),
}

/** What goes wrong on the data pair of spine A. */
const BUS_NOTES: Notes<BusFaults> = {
  bitErrors: (deeds, rate) => rate > 0 ? deeds.begin('noise', { rate }, '') : deeds.end('noise', ''),
  bitErrorsAt: (deeds, hub, rate) => rate > 0 ? deeds.begin('nodeNoise', { hub, rate }, hub) : deeds.end('nodeNoise', hub),
  loseFrames: (deeds, hub, rate) => rate > 0 ? deeds.begin('loss', { hub, rate }, hub) : deeds.end('loss', hub),
  holdDominant: (deeds, held) => held ? deeds.begin('dominant', {}, '') : deeds.end('dominant', ''),
}

/** Calls that only look, or let time pass. What is done to what they return is not noticed here: a link is tried before it is told. */
const LOOKS: ReadonlySet<PropertyKey> = new Set<keyof Car>([
  'run', 'boot', 'isPressed', 'hub', 'component', 'plant', 'componentsOf', 'supply_V', 'tapFrames', 'snapshot',
])

/** What a journey does to its car, kept so that a link to the page does it again. */
export class Deeds {
  readonly events: FuzzEvent[] = []
  readonly copper: CopperFault[] = []
  /** What a link does not carry, in words. */
  readonly beyond: string[] = []
  private readonly car: Car
  /** Where what was begun and has not ended stands among the events, and among the faults of the copper. */
  private readonly begun = new Map<string, number>()

  constructor(car: Car) {
    this.car = car
  }

  /** The car, in hands whose calls are noted. */
  get followed(): Car {
    const { car } = this
    const faults = following(car.bus.faults, {}, (name, args) => this.note('bus.faults', BUS_NOTES, name, args))
    const bus = following(car.bus, { faults })
    return following(car, { bus, buses: [bus, ...car.buses.slice(1)] }, (name, args) => {
      if (!LOOKS.has(name)) this.note('car', CAR_NOTES, name, args)
    })
  }

  /** What the tester's tool sends. */
  frame({ id, data, length, extended, remote, fd }: CanFrame): void {
    if (fd || remote || length > CLASSIC_DATA_BYTES) this.missed('a frame that is no classic data frame')
    else this.begin('garbage', { id, format: extended ? 'extended' : 'standard', data: Buffer.from(data.subarray(0, length)).toString('hex') })
  }

  /** `key`: by which its end is found. */
  begin(kind: FuzzEvent['kind'], params: FuzzEvent['with'], key?: string): true {
    if (key !== undefined) this.begun.set(`${kind} ${key}`, this.events.length)
    this.events.push({ at_ms: this.now_ms, kind, for_ms: FUZZ_KINDS[kind].end === undefined ? 0 : OPEN_ms, with: params })
    return true
  }

  end(kind: FuzzEvent['kind'], key: string): boolean {
    return this.ends(`${kind} ${key}`, (index) => {
      const event = this.events[index]!
      this.events[index] = { ...event, for_ms: this.now_ms - event.at_ms }
    })
  }

  broken(fault: Parameters<Car['powerFault']>[0]): true {
    this.begun.set(JSON.stringify(fault), this.copper.length)
    this.copper.push({ ...fault, at_ms: this.now_ms })
    return true
  }

  repaired(fault: Parameters<Car['powerRepair']>[0]): boolean {
    return this.ends(JSON.stringify(fault), (index) => { this.copper[index] = { ...this.copper[index]!, until_ms: this.now_ms } })
  }

  private get now_ms(): number {
    return this.car.now_ns / 1e6
  }

  private ends(key: string, end: (index: number) => void): boolean {
    const index = this.begun.get(key)
    if (index !== undefined) end(index)
    return this.begun.delete(key)
  }

  private note<Target>(where: string, notes: Notes<Target>, name: PropertyKey, args: readonly unknown[]): void {
    const note = notes[name as keyof Target] as ((deeds: Deeds, ...args: readonly unknown[]) => boolean) | undefined
    if (note?.(this, ...args) !== true) this.missed(`${where}.${String(name)}`)
  }

  private missed(what: string): void {
    this.beyond.push(`${what} at ${this.now_ms.toFixed(3)} ms`)
  }
}

/** The target with some members in place of its own; `called` hears of each call of a method that did not throw. */
function following<Target extends object>(
  target: Target, instead: Partial<Target>, called: (name: PropertyKey, args: readonly unknown[]) => void = () => undefined,
): Target {
  return new Proxy(target, {
    get(_, name): unknown {
      if (Object.hasOwn(instead, name)) return instead[name as keyof Target]
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args)
        called(name, args)
        return result
      }
    },
  })
}
