import { CAN_STATE, HUB_STATE, hubAddress, LOCATION } from '#protocol/index.ts'
import type { CanBus, CanController, LoadMeter } from '../bus/index.ts'
import type { HubHost } from '../host/index.ts'
import type { Observation } from '../plants/index.ts'
import type { CarSupply } from './car-supply.ts'
import type { CarComponent } from './component.ts'
import type { HubName } from './topology.ts'

/** What a picture is taken of: a car. */
export interface Photographed {
  readonly now_ns: number
  readonly hubs: ReadonlyMap<string, HubHost>
  readonly components: ReadonlyMap<string, CarComponent>
  readonly power: CarSupply
  readonly bus: CanBus
  readonly buses: readonly CanBus[]
  readonly loadMeter: LoadMeter
  supply_V(hub: string): number
}

/** A picture of the car for displays and tests: plain data. */
export interface CarSnapshot {
  readonly time_s: number
  readonly hubs: Readonly<Record<string, HubSnapshot>>
  readonly components: Readonly<Record<string, ComponentSnapshot>>
  readonly power: PowerSnapshot
  readonly bus: BusSnapshot
}

export interface HubSnapshot {
  readonly powered: boolean
  /** Name of `HUB_STATE`; `off` without power, `brownOut` while the voltage is too low, `resetting` while no image runs. */
  readonly state: string
  /** The address it uses when it operates. */
  readonly address: number
  readonly supply_V: number
  /** Drawn by its components, A. */
  readonly current_A: number
  /** Of two controllers, on two spines, that of the worse. */
  readonly tec: number
  readonly rec: number
  /** Name of `CAN_STATE`. */
  readonly canState: string
  /** Frames its controller lost for want of a buffer since boot. */
  readonly overflows: number
  readonly boots: number
  readonly exceptions: number
}

export interface ComponentSnapshot {
  readonly class: string
  /** Port it is plugged into; −1 when it is not. */
  readonly port: number
  /** The port's feed. */
  readonly powered: boolean
  readonly limiting: boolean
  readonly tripped: boolean
  readonly voltage_V: number
  readonly current_A: number
  /** Granted by the power manager, as the port's hub knows it. */
  readonly granted_A: number
  /** What the class shows of itself. */
  readonly shows: Observation
}

/** The copper. */
export interface PowerSnapshot {
  readonly battery_V: number
  /** Out of it; negative: it is being charged. */
  readonly battery_A: number
  readonly alternator_A: number
  readonly engine_rpm: number
  readonly cables: Readonly<Record<string, CableSnapshot>>
}

interface CableSnapshot {
  /** What flows towards the hub. */
  readonly current_A: number
  /** What may flow for ever, by its ampacity in the worst ambient and the fuses before it. */
  readonly limit_A: number
  /** What its copper carries for ever in the ambient that it has now. */
  readonly ampacity_A: number
  /** Of its warmer conductor. */
  readonly temperature_C: number
}

interface BusSnapshot {
  readonly bitrate: number
  /** Of spine A, exact, since the last snapshot. */
  readonly load_pct: number
  /** Of all spines. */
  readonly frames: number
  readonly errorFrames: number
}

export function takeSnapshot(car: Photographed): CarSnapshot {
  const hubs: Record<string, HubSnapshot> = {}
  for (const [name, host] of car.hubs) hubs[name] = hubSnapshot(car, name as HubName, host)
  const components: Record<string, ComponentSnapshot> = {}
  for (const [name, part] of car.components) {
    const { outlet } = part
    components[name] = {
      class: part.class,
      port: outlet === undefined ? -1 : part.port,
      powered: outlet?.powered ?? false,
      limiting: outlet?.regulating ?? false,
      tripped: outlet?.tripped ?? false,
      voltage_V: outlet?.load_V ?? 0,
      current_A: part.plant.current_A,
      granted_A: outlet === undefined ? 0 : car.hubs.get(part.hub)?.firmware?.portGranted_A(part.port) ?? 0,
      shows: part.plant.observe(),
    }
  }
  const sum = (read: (bus: CanBus) => number): number => car.buses.reduce((sum, bus) => sum + read(bus), 0)
  return {
    time_s: car.now_ns / 1e9,
    hubs,
    components,
    power: powerSnapshot(car),
    bus: {
      bitrate: car.bus.bitrate, load_pct: 100 * car.loadMeter.read(), frames: sum(bus => bus.counters.frames),
      errorFrames: sum(bus => bus.counters.errorFrames),
    },
  }
}

function powerSnapshot(car: Photographed): PowerSnapshot {
  const { supply } = car.power
  const cables: Record<string, CableSnapshot> = {}
  supply.capability.cables.forEach((cable, i) => {
    cables[cable.name] = {
      current_A: supply.current_A(i), limit_A: cable.limit_A, ampacity_A: supply.ampacity_A(i), temperature_C: supply.temperature_C(i),
    }
  })
  return {
    battery_V: supply.batteryVoltage_V, battery_A: supply.batteryCurrent_A, alternator_A: supply.alternatorCurrent_A,
    engine_rpm: supply.engine_rpm, cables,
  }
}

function hubSnapshot(car: Photographed, name: HubName, host: HubHost): HubSnapshot {
  const worse = (read: (controller: CanController) => number): number => Math.max(...host.controllers.map(read))
  let current_A = 0
  for (const outlet of host.outlets) current_A += outlet.current_A
  return {
    powered: host.on,
    state: !host.on ? 'off' : host.brownedOut ? 'brownOut' : host.firmware === undefined ? 'resetting' : nameOf(HUB_STATE, host.firmware.state()),
    address: hubAddress(LOCATION[name]),
    supply_V: car.supply_V(name),
    current_A,
    tec: worse(one => one.tec),
    rec: worse(one => one.rec),
    canState: nameOf(CAN_STATE, worse(one => one.state)),
    overflows: host.controllers.reduce((sum, one) => sum + one.overflows, 0),
    boots: host.counters.boots,
    exceptions: host.counters.exceptions,
  }
}

function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  for (const name of Object.keys(codes)) if (codes[name] === code) return name
  return String(code)
}
