import { saveRecord } from '#firmware/runtime/index.ts'
import { WINDOW_FRICTION_KEY } from '#firmware/components/window/index.ts'
import { COMPONENT_CLASS } from '#protocol/index.ts'
import { commutated_A, type HubHost, type Instruments, Measuring, type MeasuringErrors } from '../host/index.ts'
import type { Kernel, Prng } from '../kernel/index.ts'
import {
  closingCurrent_A, type Meter, NOMINAL_UNIT, type Outlet, requireRange, Road, slamAt_m_s2, WindowPlant, type WindowUnit, type World,
} from '../plants/index.ts'
import { Ripple } from '../power/index.ts'
import type { EventOf, Producer, Trace, Untimed } from '../trace/index.ts'
import type { Feed } from './car-supply.ts'
import type { CarComponent } from './component.ts'
import { lookUp } from './names.ts'
import { taughtFriction } from './teach.ts'

const STEP_s = 0.001
/** The declared space: cobbles, a slam of 5 g, severity 4 of ISO 16750-2 4.4. */
const MOST = { road_m_s2: 3, slam_m_s2: 50, slam_ms: 100, ripple_Vpp: 4, least_Hz: 50, most_Hz: 25_000 } as const
const ROOM_C = 23

/** One window of many, with its port and its hub's sensors, within their tolerances: multiples of what is nominal, or in their units. */
export interface Piece extends Omit<WindowUnit, 'drag'>, MeasuringErrors {
  /** Of the seals, 0 new … 1 worn. */
  readonly age: number
  /** Current limit of the eFuse. */
  readonly eFuse: number
  /** Ripple of the motor's current by its commutator, a share of it. */
  readonly commutation: number
}

const EXACT: Piece = {
  ...NOMINAL_UNIT, age: 0, eFuse: 1, commutation: 0, currentGain: 1, currentOffset_A: 0, currentNoise_A: 0, voltageGain: 1,
  accelerationGain: 1, accelerationOffset_m_s2: 0, temperatureError_K: 0,
}

const RIDE_TOPICS = ['road', 'slam', 'ripple', 'seals', 'piece'] as const
type RideEvent = EventOf<typeof RIDE_TOPICS[number]>

/** What a hub makes of the current at a window's port, its supply, and how its door is shaken. */
class Sensors implements Meter, Instruments {
  piece = EXACT
  shaken_m_s2 = 0
  private readonly measuring: Measuring
  private readonly outlet: Outlet
  private readonly shake: () => void
  /** What the board measures with while no piece is fitted. */
  private readonly own: Instruments | undefined
  private sampled = false

  /** `shake` lets a millisecond of road pass where nothing moves, and so nothing else does. */
  constructor(dice: Prng, outlet: Outlet, own: Instruments | undefined, shake: () => void) {
    this.own = own
    this.measuring = new Measuring(dice, EXACT)
    this.outlet = outlet
    this.shake = shake
  }

  fit(piece: Piece): void {
    this.piece = piece
    this.measuring.errors = piece
    this.outlet.limitGain = piece.eFuse
  }

  sample(current_A: number, plug_V: number, times: number): void {
    this.sampled = true
    this.shake()
    this.measuring.sample(this.commutated_A(current_A), plug_V, this.shaken_m_s2, times)
  }

  read_A(current_A: number): number {
    const { sense } = this.outlet
    if (this.piece === EXACT && sense !== undefined) return sense.read(current_A)
    return this.measuring.current_A(this.commutated_A(current_A))
  }

  takeMeans(): void {
    this.measuring.takeMeans()
  }

  get mean_A(): number {
    return this.measuring.mean_A
  }

  get mean_V(): number {
    return this.measuring.mean_V
  }

  supply_V(true_V: number): number {
    if (this.piece === EXACT && this.own !== undefined) return this.own.supply_V(true_V)
    return Math.max(0, this.measuring.voltage_V(true_V))
  }

  feed_V(feed: number, true_V: number): number {
    return this.own === undefined ? true_V : this.own.feed_V(feed, true_V)
  }

  temperature_C(true_C: number): number {
    return true_C + this.piece.temperatureError_K
  }

  acceleration_m_s2(): number {
    if (!this.sampled) this.sample(this.outlet.current_A, this.outlet.load_V, 1)
    this.sampled = false
    return this.measuring.acceleration_m_s2()
  }

  private commutated_A(current_A: number): number {
    const { plugged } = this.outlet
    return plugged instanceof WindowPlant ? commutated_A(current_A, plugged.drum_m, this.piece.commutation) : current_A
  }
}

/** How the car is driven and what it is made of: roads, slams, ripple, wet seals, pieces within their tolerances. Costs nothing unasked. */
export class Ride {
  private readonly kernel: Kernel
  private readonly world: World
  private readonly parts: ReadonlyMap<string, CarComponent>
  private readonly hosts: ReadonlyMap<string, HubHost>
  private readonly feeds: ReadonlyMap<string, Feed>
  private readonly events: Producer<typeof RIDE_TOPICS[number]>
  private readonly dice: Prng
  /** By hub. */
  private readonly sensors = new Map<string, Sensors>()
  private surface: Road | undefined = undefined
  private alternating: Ripple | undefined = undefined
  private slammed = { peak_m_s2: 0, begin_ns: 0, duration_ns: 1 }
  /** Of `parts` when there were so many. */
  private windows: readonly WindowPlant[] = []
  private partsSeen = 0
  /** Of each hub's sensors and feed, for every millisecond. */
  private sensorList: readonly Sensors[] = []
  private readonly feedList: readonly Feed[]

  constructor(kernel: Kernel, trace: Trace, world: World, parts: ReadonlyMap<string, CarComponent>, hosts: ReadonlyMap<string, HubHost>,
    feeds: ReadonlyMap<string, Feed>) {
    this.kernel = kernel
    this.world = world
    this.parts = parts
    this.hosts = hosts
    this.feeds = feeds
    this.feedList = [...feeds.values()]
    this.events = trace.producer(RIDE_TOPICS)
    this.dice = kernel.prng('ride')
  }

  /** A rough road shakes the car vertically, 0–3 m/s² rms; 0: a smooth one. 2 is cobbles. */
  road(rms_m_s2: number): void {
    requireRange('road', rms_m_s2, 0, MOST.road_m_s2, 'm/s²')
    this.surface = rms_m_s2 > 0 ? new Road(this.dice, rms_m_s2) : undefined
    this.begin()
    this.tell({ kind: 'road', source: 'car', rms_m_s2 })
  }

  /** A door is slammed: 0–50 m/s² in all of them, 1–100 ms long. */
  slam(peak_m_s2: number, duration_ms: number): void {
    requireRange('slam', peak_m_s2, 0, MOST.slam_m_s2, 'm/s²')
    requireRange('duration', duration_ms, 1, MOST.slam_ms, 'ms')
    this.slammed = { peak_m_s2, begin_ns: this.kernel.now_ns, duration_ns: duration_ms * 1e6 }
    this.begin()
    this.tell({ kind: 'slam', source: 'car', peak_m_s2, duration_ms })
  }

  /** An alternating voltage on the supply (ISO 16750-2 4.4), 0–4 V peak to peak at 50–25,000 Hz; 0 V: none. */
  ripple(ripple_Vpp: number, ripple_Hz: number): void {
    requireRange('ripple', ripple_Vpp, 0, MOST.ripple_Vpp, 'V')
    requireRange('frequency', ripple_Hz, MOST.least_Hz, MOST.most_Hz, 'Hz')
    this.alternating = ripple_Vpp > 0 ? new Ripple(ripple_Vpp, ripple_Hz, this.dice.next()) : undefined
    for (const feed of this.feeds.values()) feed.ripple_V = 0
    this.begin()
    this.tell({ kind: 'ripple', source: 'car', ripple_Vpp, ripple_Hz })
  }

  /** The seals of a window drag 0.5–2 times what their age and temperature say. */
  wet(window: string, drag: number): void {
    this.world.sync()
    this.window(window).wet(drag)
    this.tell({ kind: 'seals', source: window, drag })
  }

  /** Another piece of the same make is in place of a window, taught as at the factory; before its hub boots. */
  fit(window: string, piece: Piece): void {
    const plant = this.window(window)
    const { hub, outlet, port } = lookUp('component', this.parts, window)
    if (outlet === undefined) throw new RangeError(`component "${window}" is not plugged in`)
    this.world.sync()
    const unit = { ...piece, drag: 1 }
    plant.fit(unit)
    plant.setConditions(ROOM_C, piece.age)
    this.begin()
    this.sensors.get(hub)!.fit(piece)
    saveRecord(lookUp('hub', this.hosts, hub).nvm, port, COMPONENT_CLASS.window, WINDOW_FRICTION_KEY,
      taughtFriction(at_m => closingCurrent_A(at_m, unit, piece.age) * piece.currentGain + piece.currentOffset_A))
    this.tell({ kind: 'piece', source: window })
  }

  private window(name: string): WindowPlant {
    const { plant } = lookUp('component', this.parts, name)
    if (plant instanceof WindowPlant) return plant
    throw new RangeError(`component "${name}" is no window`)
  }

  /** From here on something happens at every millisecond in which anything moves. */
  private begin(): void {
    this.world.sync()
    this.world.beforeStep = () => this.step()
    for (const { class: type, hub, outlet } of this.parts.values()) {
      if (type !== 'window' || outlet === undefined || this.sensors.has(hub)) continue
      const host = lookUp('hub', this.hosts, hub)
      const sensors = new Sensors(this.dice, outlet, host.instruments, () => !this.world.active && this.step())
      outlet.meter = sensors
      host.instruments = sensors
      this.sensors.set(hub, sensors)
    }
    this.sensorList = [...this.sensors.values()]
  }

  private step(): void {
    const { slammed, alternating } = this
    const shaken_m_s2 = (this.surface === undefined ? 0 : this.surface.next(STEP_s))
      + slamAt_m_s2(slammed.peak_m_s2, (this.kernel.now_ns - slammed.begin_ns) / slammed.duration_ns)
    if (this.parts.size !== this.partsSeen) this.findWindows()
    const { windows, sensorList, feedList } = this
    for (let i = 0; i < windows.length; i++) windows[i]!.verticalAcceleration_m_s2 = shaken_m_s2
    for (let i = 0; i < sensorList.length; i++) sensorList[i]!.shaken_m_s2 = shaken_m_s2
    if (alternating === undefined) return
    const ripple_V = alternating.next_V()
    for (let i = 0; i < feedList.length; i++) feedList[i]!.ripple_V = ripple_V
  }

  /** Components are added, and never taken away. */
  private findWindows(): void {
    this.partsSeen = this.parts.size
    this.windows = [...this.parts.values()].map(({ plant }) => plant).filter(plant => plant instanceof WindowPlant)
  }

  private tell(event: Untimed<RideEvent>): void {
    if (this.events.active) this.events.emit({ t_ns: this.kernel.now_ns, ...event })
  }
}
