import { SecondCopies } from '#firmware/runtime/index.ts'
import { encodeDescriptor, LOCATION } from '#protocol/index.ts'
import { CanBus, type FrameTap, type LoadMeter } from '../bus/index.ts'
import {
  BEHAVIOUR, type CanModel, type CpuName, type FirmwareImage, HubHost, HubSensors, paying, type ResetCauseName, SENSORS, type SensorTable,
} from '../host/index.ts'
import { Kernel } from '../kernel/index.ts'
import { type EventOf, Trace, type Untimed } from '../trace/index.ts'
import {
  type GearName, type IgnitionName, Outlet, type Plant, type PlantClass, type SwitchFault, SwitchPackPlant, VehiclePlant, WINDOW_REGULATOR,
  WindowPlant, World,
} from '../plants/index.ts'
import { type CrankingLevel, type PlaceName, placeOfHub, SPINE_B, type SupplyProfile } from '../power/index.ts'
import { DataError } from '../schema/index.ts'
import { CarSupply } from './car-supply.ts'
import type { CarNames, FaultOf } from './car-names.ts'
import type { CarComponent } from './component.ts'
import { busFaultProblems, type CarBusFaults } from './fault-names.ts'
import { imagesFor } from './images.ts'
import type { ComponentPlan } from './kinds.ts'
import { lookUp, unknownName } from './names.ts'
import { carPowerOf, powerPlanOf } from './power-plan.ts'
import { SEDAN } from './sedan.ts'
import { Ride } from './ride.ts'
import { Signals } from './signals.ts'
import { type CarSnapshot, takeSnapshot } from './snapshot.ts'
import { teach } from './teach.ts'
import {
  type ComponentData, type HubName, type HubPlan, readComponent, readTopology, spinesOf, type Topology, type TopologyData,
} from './topology.ts'

const MS_ns = 1_000_000
/** What people do to a car. */
const CAR_TOPICS = [
  'switch', 'ignition', 'gear', 'obstacle', 'obstacleGone', 'plug', 'unplug', 'pairCut', 'pairMended', 'pause',
] as const
type CarEvent = EventOf<typeof CAR_TOPICS[number]>

export interface CarOptions {
  /** 0–2³²−1; 1 by default. Same seed, same run. */
  readonly seed?: number
  /** The sedan by default. */
  readonly topology?: TopologyData
  /** Bits per second of the spine; 500,000 by default. */
  readonly bitrate?: number
  /**
   * Makes it a CAN FD bus with this data bit rate, a multiple of `bitrate` up to 8,000,000. Hubs stay classic controllers that
   * wait for the end of FD frames; links carry them.
   */
  readonly dataBitrate?: number
  /** Hubs that the car has not, and cuts where there is no spine, are refused. */
  readonly faults?: CarBusFaults
  /** Hubs that are left out, with their components: a real one takes their place. */
  readonly without?: readonly string[]
  /** The windows have made their learning run at the factory (the default); false: as screwed together. */
  readonly learned?: boolean
  /** Firmware for a hub instead of that built from the sources; undefined for the latter. */
  readonly image?: (hub: HubPlan) => FirmwareImage | undefined
  /** How the hubs' CAN controllers are modelled; `BEHAVIOUR` by default, which is faster than `REGISTERS`. */
  readonly can?: CanModel
  /** What the hubs run on: each callback keeps its processor busy as long as measured there. `ideal` (the default): no time at all. */
  readonly cpu?: CpuName
  /** How well the hubs measure, each unit with errors of its own that the seed draws; `SENSORS` by default. */
  readonly sensors?: SensorTable
}

interface SwitchPlace {
  readonly hub: string
  readonly function: string
  readonly pack: SwitchPackPlant
  readonly index: number
}

/**
 * The virtual car: hubs on a spine, what is plugged into them, and the hands of the people in it. `Names` are the names of its parts,
 * where the compiler knows them; every name is checked when it is used, too.
 */
export class Car<Names extends CarNames = CarNames> {
  readonly topology: Topology
  readonly kernel: Kernel
  readonly trace = new Trace()
  /** Of spine A. */
  readonly bus: CanBus
  /** A, and B where there is one. */
  readonly buses: readonly CanBus[]
  readonly world: World
  /** Battery, engine, copper: volts at the hubs and amperes in the cables. */
  readonly power: CarSupply
  /** By location, front to rear. */
  readonly hubs: ReadonlyMap<Names['hub'], HubHost>
  /** By name, `FL.window`. */
  readonly components: ReadonlyMap<Names['component'], CarComponent>
  readonly loadMeter: LoadMeter
  private readonly hosts = new Map<string, HubHost>()
  private readonly parts = new Map<string, CarComponent>()
  private readonly switchPlaces = new Map<string, SwitchPlace>()
  private readonly cables = new Map<string, { cut: () => void, mend: () => void }>()
  /** Roads, slams, ripple, wet seals, pieces within their tolerances. */
  readonly ride: Ride
  private keyReturns = false
  private readonly signals: Signals
  private readonly events = this.trace.producer(CAR_TOPICS)

  constructor(options: CarOptions = {}) {
    this.topology = readTopology(options.topology ?? SEDAN)
    this.kernel = new Kernel(options.seed)
    const { bitrate, dataBitrate, faults } = options
    const problems = busFaultProblems(faults ?? {}, this.topology, 'faults')
    if (problems.length > 0) throw new DataError(problems)
    this.buses = [faults, faults?.spineB].slice(0, spinesOf(this.topology)).map((own, index) => new CanBus(this.kernel, {
      index, trace: this.trace,
      ...(bitrate !== undefined && { bitrate }), ...(dataBitrate !== undefined && { dataBitrate }),
      ...(own !== undefined && { faults: own }),
    }))
    this.bus = this.buses[0]!
    this.world = new World(this.kernel)
    this.power = new CarSupply(this.kernel, this.trace, this.world, this.topology, () => this.keyReturns && this.setIgnition('on'))
    this.power.groundMoved = (hub, offset_V) => this.buses.forEach(bus => bus.faults.ground(hub, offset_V))
    this.hubs = this.hosts
    this.components = this.parts
    this.signals = new Signals(this.kernel, this.trace, this.world, this.parts)
    this.power.sample(this.signals)
    this.ride = new Ride(this.kernel, this.trace, this.world, this.parts, this.hosts, this.power.feeds)
    this.loadMeter = this.bus.loadMeter()
    const locations = this.topology.hubs.map(hub => hub.location)
    for (const name of options.without ?? []) {
      if (!locations.includes(name as HubName)) throw unknownName('hub', name, locations)
    }
    const images = imagesFor(carPowerOf(powerPlanOf(this.power.supply.capability, this.topology)), this.buses.length > 1)
    this.topology.hubs.forEach((plan, position) => {
      this.addCables(plan.location, position)
      if (options.without?.includes(plan.location)) return
      const image = options.image?.(plan) ?? images[plan.image]
      this.addHub(plan, position, this.onCpu(image, plan, options.cpu ?? 'ideal'), options.can ?? BEHAVIOUR)
      this.equip(plan.location, options.sensors ?? SENSORS)
      if (options.learned ?? true) this.teach(plan)
    })
  }

  get now_ns(): number {
    return this.kernel.now_ns
  }

  /** Gives all hubs power. */
  boot(): void {
    for (const host of this.hosts.values()) host.powerOn()
  }

  /** Lets `duration_ms` of virtual time pass. */
  run(duration_ms: number): void {
    if (!(duration_ms >= 0)) throw new RangeError(`duration ${duration_ms} ms is not 0 ms or more`)
    this.kernel.runUntil(this.kernel.now_ns + Math.round(duration_ms * MS_ns))
  }

  /** Names of all switches, `DASH.windowFL.up`. */
  get switches(): readonly string[] {
    return [...this.switchPlaces.keys()]
  }

  /** Presses a switch and holds it. */
  press(name: Names['switch']): void {
    const place = lookUp('switch', this.switchPlaces, name)
    place.pack.press(place.index)
    this.tell({ kind: 'switch', source: place.hub, name: place.function, pressed: true })
  }

  release(name: Names['switch']): void {
    const place = lookUp('switch', this.switchPlaces, name)
    place.pack.release(place.index)
    this.tell({ kind: 'switch', source: place.hub, name: place.function, pressed: false })
  }

  /** Its contact breaks; undefined: it is whole again. To the car one that is stuck is pressed. */
  failSwitch(name: Names['switch'], fault: SwitchFault | undefined): void {
    const place = lookUp('switch', this.switchPlaces, name)
    place.pack.fail(place.index, fault)
    if (fault === 'stuck') this.tell({ kind: 'switch', source: place.hub, name: place.function, pressed: true })
  }

  isPressed(name: Names['switch']): boolean {
    const place = lookUp('switch', this.switchPlaces, name)
    return place.pack.isPressed(place.index)
  }

  /** Turns the key: at `start` the starter turns a standing engine, `accessory` and `off` stop it. */
  setIgnition(position: IgnitionName): void {
    this.vehicle.setIgnition(position)
    const { engine } = this.power
    this.keyReturns = false
    if (position === 'start') engine.crank()
    else if (position === 'on') engine.giveUp()
    else engine.stop()
    this.tell({ kind: 'ignition', source: 'DASH', position })
  }

  /**
   * Stops the engine and starts it again, with the key at `start` until it runs, for 10 s at most: on the car's own battery, which
   * must have the volts and amperes to turn it, or with the supply following a level of ISO 16750-2.
   */
  crank(level?: CrankingLevel): void {
    this.power.crank(level)
    this.vehicle.setIgnition('start')
    this.keyReturns = true
    this.tell({ kind: 'ignition', source: 'DASH', position: 'start' })
  }

  setGear(gear: GearName): void {
    this.vehicle.setGear(gear)
    this.tell({ kind: 'gear', source: 'DASH', gear })
  }

  setSpeed(speed_kmh: number): void {
    this.vehicle.setSpeed(speed_kmh)
  }

  /** Holds something into a window's gap at `opening_mm`; the glass must be below it. */
  obstruct(window: Names['component'], opening_mm: number, stiffness_N_mm: number): void {
    this.world.sync()
    this.plant(window, WindowPlant).hold(opening_mm / 1000, stiffness_N_mm)
    this.tell({ kind: 'obstacle', source: window, opening_mm, stiffness_N_mm, travel_mm: WINDOW_REGULATOR.travel_m * 1000 })
  }

  clearObstacle(window: Names['component']): void {
    this.world.sync()
    this.plant(window, WindowPlant).letGo()
    this.tell({ kind: 'obstacleGone', source: window })
  }

  hub(name: Names['hub']): HubHost {
    return lookUp('hub', this.hosts, name)
  }

  component(name: Names['component']): CarComponent {
    return lookUp('component', this.parts, name)
  }

  /** The plant of a component, of the class that is asked for: `car.plant('FL.window', WindowPlant)`. */
  plant<P extends Plant>(name: Names['component'], type: abstract new (...parameters: never[]) => P): P {
    const component = this.component(name)
    this.world.sync()
    if (component.plant instanceof type) return component.plant
    throw new RangeError(`component "${name}" is a ${component.class}, not a ${type.name}`)
  }

  /** Names of the components of a class. */
  componentsOf(className: PlantClass): string[] {
    return [...this.parts.values()].filter(part => part.class === className).map(part => part.name)
  }

  unplug(name: Names['component']): void {
    const component = this.component(name)
    if (component.outlet === undefined) throw new RangeError(`component "${name}" is not plugged in`)
    this.world.unplug(component.outlet)
    this.power.unplugged(component.hub)
    component.outlet = undefined
    this.tell({ kind: 'unplug', source: name })
  }

  /** Plugs a component into its port again, or into another one of its hub. */
  plug(name: Names['component'], port = this.component(name).port): void {
    const component = this.component(name)
    if (component.outlet !== undefined) throw new RangeError(`component "${name}" is plugged in already`)
    const outlet = this.outlet(component.hub, port)
    if (outlet.plugged !== undefined) throw new RangeError(`port ${port} of ${component.hub} is taken: unplug what is in it`)
    this.world.plug(component.plant, outlet)
    component.outlet = outlet
    component.port = port
    this.tell({ kind: 'plug', source: name, port })
  }

  /** A new component lies beside hub `hub`, to be plugged into `port`. Returns its name. */
  addComponent(hub: Names['hub'], port: number, data: ComponentData): Names['component'] {
    this.outlet(hub, port)
    const plan = readComponent(data, `component of ${hub}`, this.parts.size)
    return this.addPart(hub as HubName, port, plan).name
  }

  /** Writes a component's 1-Wire memory, as a maker does; empty: it does not answer. */
  setDescriptor(name: Names['component'], bytes: Uint8Array): void {
    this.component(name).plant.memory = bytes.slice()
  }

  /** Names of the data pairs that can be cut: `spine.FL` leads from the hub before it to FL's tap, `drop.FL` from there to the hub. */
  get cableNames(): readonly string[] {
    return [...this.cables.keys()]
  }

  cutCable(name: Names['cable']): void {
    lookUp('cable', this.cables, name).cut()
    this.tell({ kind: 'pairCut', source: name })
  }

  mendCable(name: Names['cable']): void {
    lookUp('cable', this.cables, name).mend()
    this.tell({ kind: 'pairMended', source: name })
  }

  resetHub(name: Names['hub'], cause: ResetCauseName = 'external'): void {
    this.hub(name).reset(cause)
  }

  powerHub(name: Names['hub'], on: boolean): void {
    const host = this.hub(name)
    if (on) host.powerOn()
    else host.powerOff()
  }

  /** The hub's processor does nothing for `duration_ms`. */
  pauseHub(name: Names['hub'], duration_ms: number): void {
    this.hub(name).pause(duration_ms)
    this.tell({ kind: 'pause', source: name, duration_ms })
  }

  /** Feeds one hub, or all, with this voltage instead of from the copper; undefined: from the copper again. */
  setSupply(supply_V: number | undefined, hub?: Names['hub']): void {
    this.power.override(hub === undefined ? this.hosts.keys() : [this.hub(hub).name], supply_V)
  }

  /** At a hub's terminals, V. */
  supply_V(hub: Names['hub']): number {
    return lookUp('hub', this.power.feeds, hub).voltage_V()
  }

  /** Lets the supply follow a profile: load dump, jump start, cranking. */
  profile(profile: SupplyProfile): void {
    this.power.supply.profile(profile)
  }

  /** What is around the hubs and cables at a place from now on, −40…149 °C: boards feel it at once, copper comes to it with time. */
  setAmbient_C(place: PlaceName, ambient_C: number): void {
    this.power.supply.setAmbient_C(place, ambient_C)
    for (const host of this.hosts.values()) if (placeOfHub(host.name) === place) host.temperature_C = ambient_C
  }

  /**
   * Cuts a conductor, corrodes a contact, opens a fuse, shorts a hub, lets the conductors of a cable touch; cables by name,
   * `spine.FL` and `drop.FL`, places along them by their distance from the end towards the battery. Throws RangeError for what the
   * car has not.
   */
  powerFault(fault: FaultOf<Names>): void {
    this.power.supply.fault(fault)
  }

  powerRepair(fault: FaultOf<Names>): void {
    this.power.supply.repair(fault)
  }

  /** Calls `tap` with each good frame when it ends, with one of the copies where it goes over two spines. Returns what ends it. */
  tapFrames(tap: FrameTap): () => void {
    if (this.buses.length === 1) return this.bus.tap(tap)
    const copies = new SecondCopies()
    const ends = this.buses.map(bus => bus.tap((tapped) => {
      const { id, data, length, extended, fd } = tapped.frame
      if (!extended || fd || !copies.take(bus.index, id, data, length, tapped.end_ns / MS_ns)) tap(tapped)
    }))
    return () => ends.forEach(end => end())
  }

  /** Everything to be seen now. The bus load is that since the last snapshot. */
  snapshot(): CarSnapshot {
    this.world.sync()
    return takeSnapshot(this)
  }

  private get vehicle(): VehiclePlant {
    const [name] = this.componentsOf('vehicle')
    if (name === undefined) throw new RangeError('this car has no vehicle component')
    return this.plant(name, VehiclePlant)
  }

  private outlet(hub: string, port: number): Outlet {
    const { outlets } = this.hub(hub)
    const outlet = outlets[port]
    if (outlet === undefined) throw new RangeError(`hub ${hub} has no port ${port}; it has ports 0…${outlets.length - 1}`)
    return outlet
  }

  private onCpu(image: FirmwareImage, { image: hub, location }: HubPlan, cpu: CpuName): FirmwareImage {
    return cpu === 'ideal' ? image : paying(image, hub, cpu, duration_ms => this.hub(location).pause(duration_ms))
  }

  private addHub(plan: HubPlan, position: number, image: FirmwareImage, can: CanModel): void {
    const { location } = plan
    const feed = this.power.feeds.get(location)!
    const supply_V = (): number => feed.voltage_V()
    const feeds = { feed_V: (spine: number) => feed.before_V(spine), openDiodes: (read: () => void) => feed.openDiodes(read) }
    const outlets = plan.ports.map((_, port) => new Outlet(`${location}.${port}`, () => feed.feedOutlet_V()))
    const { profile } = can
    const controllers = this.buses.map(bus => bus.attach(location, { position, online: false, profile, fd: bus.fd ? 'tolerant' : 'none' }))
    const host = new HubHost({
      name: location, location: LOCATION[location], serial: plan.serial, image, hubType: plan.image,
      kernel: this.kernel, world: this.world,
      trace: this.trace, controllers, can, outlets, supply_V, ...feed.two && { feeds },
      lifeChanged: () => this.power.boardChanged(location),
    })
    this.hosts.set(location, host)
    this.power.connect(host)
    this.signals.add(location, 'supply_V', 0.05, supply_V)
    for (const outlet of outlets) this.signals.add(outlet.name, 'current_A', 0.1, () => outlet.current_A)
    plan.ports.forEach((component, port) => {
      if (component === undefined) return
      const part = this.addPart(location, port, component)
      this.world.plug(part.plant, outlets[port]!)
      part.outlet = outlets[port]
    })
  }

  private equip(location: string, table: SensorTable): void {
    const host = this.hub(location)
    const sensors = new HubSensors(this.kernel.prng(`sensors ${location}`), host.outlets.length, table, this.power.feeds.get(location)!.two ? 2 : 0)
    host.instruments = sensors
    host.outlets.forEach((outlet, port) => { outlet.sense = sensors.ports[port] })
  }

  private teach(plan: HubPlan): void {
    const host = this.hub(plan.location)
    plan.ports.forEach((component, port) => {
      if (component !== undefined) teach(host.nvm, port, host.outlets[port]!.plugged!, component.identity.serial)
    })
  }

  private addPart(hub: HubName, port: number, plan: ComponentPlan): CarComponent {
    const name = `${hub}.${plan.name}`
    if (this.parts.has(name)) throw new RangeError(`there is a component "${name}" already: give this one another name`)
    const plant = plan.blueprint.build(this.kernel.prng(name))
    plant.memory = encodeDescriptor(plan.blueprint.describe(plan.identity))
    this.world.add(plant)
    const part: CarComponent = { name, class: plan.class, plant, hub, port, outlet: undefined }
    this.parts.set(name, part)
    if (plant instanceof SwitchPackPlant) this.addSwitches(hub, plant)
    return part
  }

  private addSwitches(hub: string, pack: SwitchPackPlant): void {
    pack.layout.forEach((name, index) => this.switchPlaces.set(`${hub}.${name}`, { hub, function: name, pack, index }))
  }

  private addCables(location: string, position: number): void {
    for (const { faults, index } of this.buses) {
      const spine = index === 0 ? '' : SPINE_B
      if (position > 0) {
        this.cables.set(`${spine}spine.${location}`, { cut: () => faults.cut(position - 1), mend: () => faults.heal(position - 1) })
      }
      this.cables.set(`${spine}drop.${location}`, { cut: () => faults.drop(location), mend: () => faults.restore(location) })
    }
  }

  private tell(event: Untimed<CarEvent>): void {
    if (this.events.active) this.events.emit({ t_ns: this.kernel.now_ns, ...event })
  }
}

/**
 * A car, without power yet: `boot()` it.
 * @throws DataError, RangeError for options that make no sense.
 */
export function createCar(options: CarOptions = {}): Car {
  return new Car(options)
}
