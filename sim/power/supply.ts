import type { Kernel, Timer } from '../kernel/index.ts'
import { COPPER_EVENTS, type EventOf, type Producer, type Trace, type Untimed } from '../trace/index.ts'
import { Alternator } from './alternator.ts'
import type { BatteryOptions } from './battery.ts'
import { Battery } from './battery.ts'
import type { Capability } from './capability.ts'
import { capabilityOf } from './capability.ts'
import type { OneConductor, SupplyFault } from './copper-faults.ts'
import type { DiodesOff } from './diodes.ts'
import { DEFAULT_SLOTS, Network } from './network.ts'
import { ProfilePlayer } from './player.ts'
import type { SupplyProfile } from './profiles.ts'
import type { PlaceName } from './places.ts'
import { inRange } from './range.ts'
import type { CopperTopology } from './topology.ts'

export interface SupplyOptions {
  readonly battery?: BatteryOptions
  /** Engine speed at the start, default 0 (standing). Running, battery and alternator begin as after a long drive. */
  readonly engine_rpm?: number
  /** Loads a hub may have, default 8: `DEFAULT_SLOTS`. */
  readonly slots?: number
  /** Told of opened fuses, faults and profiles. */
  readonly trace?: Trace
}

const SUPPLY_TOPICS = [...COPPER_EVENTS, 'profile'] as const
type SupplyTopic = typeof SUPPLY_TOPICS[number]

/** Builds the supply of a car. Throws `DataError` when the topology is not right. */
export function createSupply(kernel: Kernel, topology: CopperTopology, options: SupplyOptions = {}): Supply {
  return new Supply(kernel, topology, options)
}

/** The grid on which the supply steps while something moves, ns. */
const GRID_NS = 1_000_000
/** Steps in which the alternator's field is followed, a fraction of its time constants, ns. */
const FIELD_NS = 4_000_000
/** Longest it sleeps while the battery drifts, ns. */
const LONGEST_NS = 10_000_000_000
/** Drift of the battery that does not matter, V/s. */
const CALM_V_S = 0.0001
/** Change of the source that is not worth a solve: a millivolt, and what makes that of 100 A. */
const SAME_V = 1e-3
const SAME_OHM = 1e-5
/** Change of the battery's voltage that is worth a step, V. */
const WORTH_V = 0.001

/**
 * Battery, alternator, copper and loads of one car in virtual time. Loads and faults are set at any time and hold from that
 * instant on. While something moves by itself (alternator, profile, a fuse heating up) it steps on a 1 ms grid and tells
 * `onStep` listeners; otherwise it sleeps. Readings are of all that is set, at the time of the last step or setting: they
 * never change the run. Hubs and cables are named, or meant by their index.
 */
export class Supply {
  readonly network: Network
  readonly battery: Battery
  /** Ampacities, paths and resistances of the healthy copper. */
  readonly capability: Capability
  /** How often the copper was solved: as long as it stays, so do all volts and amperes. */
  solves = 0
  private readonly alternator = new Alternator()
  private readonly kernel: Kernel
  private readonly events: Producer<SupplyTopic> | undefined
  private readonly timer: Timer
  private readonly hubs: ReadonlyMap<string, number>
  private solved_V = 0
  private solved_Ohm = 0
  private readonly fuseOpened = (cable: number): void => {
    this.tell({ kind: 'fuseOpened', source: this.network.topology.cables[cable]!.name })
  }

  private listeners: readonly (() => void)[] = []
  private readonly shortSlot: number
  private player: ProfilePlayer | undefined
  private house_A = 0
  private at_ns: number
  private dirty = true
  private engine = 0

  /** Use `createSupply`. */
  constructor(kernel: Kernel, topology: CopperTopology, options: SupplyOptions) {
    this.kernel = kernel
    this.events = options.trace?.producer(SUPPLY_TOPICS)
    this.shortSlot = options.slots ?? DEFAULT_SLOTS
    this.network = new Network(topology, this.shortSlot + 1)
    this.capability = capabilityOf(topology)
    this.battery = new Battery(options.battery)
    this.network.setTemperature_C(this.battery.temperature_C)
    this.alternator.setTemperature(this.battery.temperature_C)
    this.hubs = new Map(topology.hubs.map((hub, i) => [hub, i]))
    this.at_ns = kernel.now_ns
    this.timer = kernel.timer('power', () => this.step())
    if (options.engine_rpm) this.settleRunning(options.engine_rpm)
    this.solve()
  }

  /** Index of a hub for the hot path. Throws RangeError when there is none of this name. */
  hub(name: string): number {
    return this.hubs.get(name) ?? this.network.hubIndex(name)
  }

  setCurrent(hub: number | string, slot: number, current_A: number): void {
    this.network.loads.setCurrent(this.change(hub), this.port(slot), current_A)
  }

  setResistance(hub: number | string, slot: number, resistance_Ohm: number, limit_A = Infinity): void {
    this.network.loads.setResistance(this.change(hub), this.port(slot), resistance_Ohm, limit_A)
  }

  setPower(hub: number | string, slot: number, power_W: number, lowest_V = 6, limit_A = Infinity): void {
    this.network.loads.setPower(this.change(hub), this.port(slot), power_W, lowest_V, limit_A)
  }

  setMotor(hub: number | string, slot: number, emf_V: number, resistance_Ohm: number, duty = 1, limit_A = Infinity): void {
    this.network.loads.setMotor(this.change(hub), this.port(slot), emf_V, resistance_Ohm, duty, limit_A)
  }

  clearLoad(hub: number | string, slot: number): void {
    this.network.loads.clear(this.change(hub), this.port(slot))
  }

  /** Consumers at the battery that are not on the spine: engine, starter (some 100 A). 0–2000 A. */
  setHouseLoad(current_A: number): void {
    inRange('load at the battery', current_A, 0, 2000, 'A')
    this.touch()
    this.house_A = current_A
  }

  /** 0–8000 rpm. */
  set engine_rpm(engine_rpm: number) {
    this.touch()
    this.alternator.setSpeed(engine_rpm)
    this.engine = engine_rpm
  }

  get engine_rpm(): number {
    return this.engine
  }

  /** Of battery and copper, which stood there for long, −40…80 °C. */
  setTemperature_C(temperature_C: number): void {
    this.touch()
    this.battery.temperature_C = temperature_C
    this.alternator.setTemperature(temperature_C)
    this.network.setTemperature_C(temperature_C)
  }

  /** What is around the cables at a place, −40…149 °C; they come to it with time. */
  setAmbient_C(place: PlaceName, ambient_C: number): void {
    inRange(`ambient of the ${place}`, ambient_C, -40, 149, '°C')
    this.touch()
    this.network.setAmbient_C(place, ambient_C)
  }

  /** What a cable carries for ever in the ambient that it has now, A. */
  ampacity_A(cable: number | string): number {
    return this.network.ampacity_A(this.cable(cable))
  }

  /** Of a cable's warmer conductor at the last step, °C. */
  temperature_C(cable: number | string): number {
    return this.network.temperature_C(this.cable(cable))
  }

  /** Starts a profile now; it takes the place of a running one. */
  profile(profile: SupplyProfile): void {
    this.touch()
    this.player = new ProfilePlayer(profile, this.kernel.now_ns)
    this.tell({ kind: 'profile', source: 'supply', name: profile.name })
  }

  stopProfile(): void {
    this.touch()
    this.player = undefined
  }

  /** Name of the running profile, or undefined. */
  get profileName(): string | undefined {
    this.refresh()
    return this.player?.profile.name
  }

  fault(fault: SupplyFault): void {
    this.apply(fault, true)
    this.tell({ kind: 'copperFault', source: 'cable' in fault ? fault.cable : fault.hub, fault: fault.kind })
  }

  /** Undoes `fault`: joins, cleans, puts a new fuse in, removes the short. */
  repair(fault: SupplyFault): void {
    this.apply(fault, false)
    this.tell({ kind: 'copperRepair', source: 'cable' in fault ? fault.cable : fault.hub, fault: fault.kind })
  }

  /** Between supply and return terminal of a hub, V. */
  voltage_V(hub: number | string): number {
    this.refresh()
    return this.network.voltage_V[this.index(hub)]!
  }

  /** Each hub has two feeds, behind ideal diodes. */
  get twoFeeds(): boolean {
    return this.network.topology.layout === 'dual'
  }

  /** Of a hub with two feeds: spine A's (0) or B's (1) before its ideal diode, V above the hub's ground; 0 when nothing reaches it. */
  feed_V(hub: number, spine: number): number {
    this.refresh()
    return this.network.feed_V(hub, spine)
  }

  /** Of a hub with two feeds: what it has while the transistors of its ideal diodes are off for a moment. */
  diodesOff(hub: number): DiodesOff {
    this.refresh()
    return this.network.diodesOff(hub)
  }

  /** Drawn by a hub, A. */
  hubCurrent_A(hub: number | string): number {
    this.refresh()
    return this.network.hubCurrent_A(this.index(hub))
  }

  /** Drawn by one load of a hub, A: what the port's meter shows. */
  slotCurrent_A(hub: number | string, slot: number): number {
    this.refresh()
    const index = this.index(hub)
    return this.network.loads.slotCurrent_A(index, this.port(slot), this.network.voltage_V[index]!)
  }

  /** How far a hub's ground is above the battery's negative pole, V. */
  groundOffset_V(hub: number | string): number {
    this.refresh()
    return this.network.groundOffset_V(this.index(hub))
  }

  /** No hub's ground is further above the battery's negative pole, V. */
  get groundBound_V(): number {
    this.refresh()
    return this.network.groundBound_V
  }

  /** In a cable's supply, positive in its direction from → to; in its return, which differs where there is a way around, to → from, A. */
  current_A(cable: number | string, conductor?: OneConductor): number {
    this.refresh()
    return this.network.current_A(this.cable(cable), conductor)
  }

  /** What a starter finds at the battery's terminals: their voltage without it, and the resistance behind it. */
  get starterSource(): { readonly voltage_V: number, readonly resistance_Ohm: number } {
    this.refresh()
    if (this.overridden) return { voltage_V: this.network.source_V, resistance_Ohm: this.player!.profile.source_Ohm }
    const { battery, alternator, network } = this
    const resistance_Ohm = battery.resistance_Ohm
    return { voltage_V: battery.emf_V - resistance_Ohm * (network.hubsCurrent_A - alternator.current_A), resistance_Ohm }
  }

  /** At the battery's terminals, were no hub to draw: what starter, profile and the rest of the car leave, V. */
  get source_V(): number {
    this.refresh()
    return this.network.source_V
  }

  get batteryVoltage_V(): number {
    this.refresh()
    return this.network.batteryVoltage_V
  }

  /** Out of the battery; negative: it is being charged. A. */
  get batteryCurrent_A(): number {
    this.refresh()
    return this.drain_A
  }

  get alternatorCurrent_A(): number {
    return this.alternator.current_A
  }

  /** Calls `listener` after every step. Returns the function that ends it. */
  onStep(listener: () => void): () => void {
    const entry = (): void => listener()
    this.listeners = [...this.listeners, entry]
    return () => {
      this.listeners = this.listeners.filter(other => other !== entry)
    }
  }

  /** Brings readings to now. A part of the model, not for displays: it divides the time, so every run must do it at the same times. */
  sync(): void {
    this.catchUp()
    this.refresh()
  }

  /** Brings the supply to now, tells the listeners, and plans the next step. As with `sync`, a part of the model. */
  step(): void {
    this.sync()
    this.network.anchor()
    // Who leaves while they are told changes another list.
    const listeners = this.listeners
    for (let i = 0; i < listeners.length; i++) listeners[i]!()
    const delay_ns = this.nextStep_ns() - this.kernel.now_ns
    if (this.dirty || delay_ns < GRID_NS) this.wake()
    else if (delay_ns < Infinity) this.timer.startIn(delay_ns)
    else this.timer.stop()
  }

  /** Makes readings true without letting time pass, `network`'s too: who looks, and when, changes nothing. */
  refresh(): void {
    if (this.dirty) this.solve()
  }

  /** Lets the time since the last look pass with what has been set since. */
  private catchUp(): void {
    const now_ns = this.kernel.now_ns
    const dt_s = (now_ns - this.at_ns) / 1e9
    if (dt_s === 0) return
    if (this.dirty) this.solve()
    this.at_ns = now_ns
    if (!this.overridden) {
      this.battery.advance(this.drain_A, dt_s)
      this.alternator.advance(dt_s)
    }
    this.dirty = this.network.advance(dt_s, this.fuseOpened) || this.sourceMoved()
  }

  /** Whether the source is no longer the one solved with, by more than anyone sees. */
  private sourceMoved(): boolean {
    if (this.player) return true
    const { battery } = this
    return Math.abs(this.openCircuit_V() - this.solved_V) > SAME_V || Math.abs(battery.resistance_Ohm - this.solved_Ohm) > SAME_OHM
  }

  /** Battery node without the hubs, V. */
  private openCircuit_V(): number {
    return this.battery.emf_V - this.battery.resistance_Ohm * (this.houseDrawn_A - this.alternator.current_A)
  }

  /** What there is for the consumers at the battery: a short there takes its voltage to nothing, and no further. */
  private get houseDrawn_A(): number {
    const most_A = this.alternator.current_A + this.battery.emf_V / this.battery.resistance_Ohm
    return this.house_A < most_A ? this.house_A : most_A
  }

  private solve(): void {
    const { battery, alternator, network } = this
    this.dirty = false
    this.solves++
    let added_V = 0
    if (this.player) {
      const profile_V = this.player.voltage_V(this.at_ns)
      if (this.player.over) this.player = undefined
      else if (this.overridden) network.setSource(profile_V, this.player.profile.source_Ohm)
      else added_V = profile_V
    }
    if (!this.overridden) {
      this.solved_V = this.openCircuit_V()
      this.solved_Ohm = battery.resistance_Ohm
      network.setSource(this.solved_V + added_V, this.solved_Ohm)
    }
    network.solve()
    alternator.aim(network.hubsCurrent_A + this.houseDrawn_A, battery.emf_V + added_V, battery.resistance_Ohm)
  }

  private get overridden(): boolean {
    return this.player !== undefined && this.player.profile.mode === 'override'
  }

  /** Out of the battery by the last solution. */
  private get drain_A(): number {
    return this.overridden ? 0 : this.network.hubsCurrent_A + this.houseDrawn_A - this.alternator.current_A
  }

  /** When something will have moved enough to look again, ns; Infinity: not by itself. */
  private nextStep_ns(): number {
    const now_ns = this.kernel.now_ns
    if (this.network.melting) return now_ns
    if (this.player && !this.player.level) return now_ns
    const end_ns = Math.min(this.player ? this.player.lineEnd_ns : Infinity, this.warmed_ns())
    if (this.overridden) return end_ns
    if (!this.alternator.settled) return Math.min(end_ns, now_ns + FIELD_NS)
    const drift_V_s = Math.abs(this.battery.drift_V_s(this.drain_A))
    if (drift_V_s < CALM_V_S) return end_ns
    const calm_ns = Math.floor(WORTH_V / drift_V_s * 1000) * GRID_NS
    return Math.min(end_ns, now_ns + Math.min(calm_ns, LONGEST_NS))
  }

  /** When the copper will have warmed enough to look again, ns. */
  private warmed_ns(): number {
    const { warming_s } = this.network
    return warming_s === Infinity ? Infinity : this.kernel.now_ns + Math.ceil(warming_s * 1000) * GRID_NS
  }

  /** To be called before anything is set: what was holds until now, what is set holds from now on. */
  private touch(): void {
    this.catchUp()
    this.dirty = true
    this.wake()
  }

  private change(hub: number | string): number {
    this.touch()
    return this.index(hub)
  }

  private index(hub: number | string): number {
    if (typeof hub === 'string') return this.hub(hub)
    const count = this.network.voltage_V.length
    if (!(hub >= 0 && hub < count)) throw new RangeError(`hub index ${hub} is not in 0…${count - 1}`)
    return hub
  }

  private cable(cable: number | string): number {
    return typeof cable === 'number' ? cable : this.network.cableIndex(cable)
  }

  private port(slot: number): number {
    if (slot >= this.shortSlot) throw new RangeError(`load slot ${slot} is not in 0…${this.shortSlot - 1}`)
    return slot
  }

  /** A step at the next point of the grid. */
  private wake(): void {
    const next_ns = (Math.floor(this.kernel.now_ns / GRID_NS) + 1) * GRID_NS
    if (!this.timer.armed || this.timer.at_ns > next_ns) this.timer.startAt(next_ns)
  }

  private apply(fault: SupplyFault, present: boolean): void {
    this.touch()
    const { network } = this
    switch (fault.kind) {
      case 'cut':
        network.setCut(network.cableIndex(fault.cable), fault.conductor ?? 'both', present, fault.at_m)
        break
      case 'corrosion':
        network.setCorrosion(network.cableIndex(fault.cable), fault.conductor ?? 'both', present ? fault.extra_Ohm : 0)
        break
      case 'fuse':
        network.setFuse(network.cableIndex(fault.cable), present)
        break
      case 'short':
        if (present) network.loads.setResistance(this.hub(fault.hub), this.shortSlot, fault.resistance_Ohm)
        else network.loads.clear(this.hub(fault.hub), this.shortSlot)
        break
      case 'diode':
        network.setDiode(network.cableIndex(fault.cable), present ? fault.state : undefined)
        break
      case 'cableShort':
        network.setShort(network.cableIndex(fault.cable), fault.at_m, present ? fault.resistance_Ohm : undefined)
        break
    }
  }

  private settleRunning(engine_rpm: number): void {
    this.engine_rpm = engine_rpm
    this.battery.settle(this.alternator.setPoint_V)
    this.alternator.aim(0, this.battery.emf_V, this.battery.resistance_Ohm)
    this.alternator.settle()
  }

  private tell(event: Untimed<EventOf<SupplyTopic>>): void {
    if (this.events?.active === true) this.events.emit({ t_ns: this.kernel.now_ns, ...event })
  }
}
