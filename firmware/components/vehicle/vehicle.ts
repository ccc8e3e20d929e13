import { COMPONENT_CLASS, GEAR, IGNITION, type Ignition, rounded, VEHICLE_PLUG } from '#protocol/index.ts'
import type { Port } from '../../hal.ts'
import { COMPONENT_FAULT, defineSilentComponent } from '../component.ts'
import type { ContextOf, Driver, DriverJob } from '../component.ts'
import { VEHICLE_PARAMETERS } from './parameters.ts'
import { RoadSpeed } from './speed.ts'

/** Position of the ignition lock; `start` wins over `on`, `on` over `accessory`. */
function readIgnition(port: Port): Ignition {
  if (port.input(VEHICLE_PLUG.start)) return IGNITION.start
  if (port.input(VEHICLE_PLUG.on)) return IGNITION.on
  return port.input(VEHICLE_PLUG.accessory) ? IGNITION.accessory : IGNITION.off
}

/** Nothing was read yet. */
const UNREAD = -1

/** Ignition lock, gear selector and wheel sensor. Reports every change and a lost wheel; reads the wheel fast only while it turns. */
class VehicleDriver implements Driver {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.vehicle>
  private readonly road: RoadSpeed
  private readonly readJob: DriverJob
  private lastEdge_ms: number
  private ignition: Ignition | typeof UNREAD
  private gear: number
  private speed_kmh: number
  /** Key and selector say that the car stands, as they did when the wheel was lost: they may have gone with it. */
  private doubted: boolean

  constructor(context: ContextOf<typeof COMPONENT_CLASS.vehicle>) {
    this.statusCount = 0
    this.context = context
    this.road = new RoadSpeed()
    this.readJob = context.job('vehicle', () => this.read())
    this.lastEdge_ms = -VEHICLE_PARAMETERS.debounce_ms
    this.ignition = UNREAD
    this.gear = UNREAD
    this.speed_kmh = 0
    this.doubted = false
    context.port.onInput(() => {
      this.lastEdge_ms = context.hal.now()
      this.readJob.notLater(VEHICLE_PARAMETERS.debounce_ms)
    })
    this.read()
  }

  moving(): boolean {
    return this.speed_kmh > 0 && !this.road.lost
  }

  dispose(): void {}

  /**
   * What was known last while the wheel is lost, so that nothing opens in a moving car: until the key is off or the selector in P.
   * Where these say so since it was lost, the plug may have gone with all of them.
   */
  private speedNow_kmh(now_ms: number, ignition: number, gear: number): number {
    const road = this.road
    const wasLost = road.lost
    road.read(now_ms, this.context.port.pulses(VEHICLE_PLUG.wheel))
    const stands = ignition < IGNITION.on || gear === GEAR.park
    if (!stands) this.doubted = false
    else if (road.lost && !wasLost) this.doubted = true
    if (road.lost !== wasLost) this.context.faulty(COMPONENT_FAULT.sensor, road.lost)
    return road.lost && stands && !this.doubted ? 0 : road.kmh
  }

  private read(): void {
    const port = this.context.port
    const now_ms = this.context.hal.now()
    const bouncing = now_ms - this.lastEdge_ms < VEHICLE_PARAMETERS.debounce_ms && this.ignition !== UNREAD
    const ignition = bouncing ? this.ignition : readIgnition(port)
    const gear = Math.max(GEAR.park, Math.min(GEAR.manual, rounded(port.analog(VEHICLE_PLUG.gear) * GEAR.manual)))
    const speed_kmh = this.speedNow_kmh(now_ms, ignition, gear)
    const step_kmh = Math.abs(speed_kmh - this.speed_kmh)
    const faster = step_kmh >= VEHICLE_PARAMETERS.speedStep_kmh || (speed_kmh === 0) !== (this.speed_kmh === 0)
    if (faster || ignition !== this.ignition || gear !== this.gear) {
      this.ignition = ignition
      this.gear = gear
      this.speed_kmh = speed_kmh
      this.context.vehicleReading(ignition, gear, speed_kmh)
    }
    this.readJob.notLater(bouncing ? VEHICLE_PARAMETERS.debounce_ms
      : this.moving() ? VEHICLE_PARAMETERS.movingPoll_ms
        : ignition >= IGNITION.on ? VEHICLE_PARAMETERS.onPoll_ms : VEHICLE_PARAMETERS.offPoll_ms)
  }
}

export const vehicleEntry = defineSilentComponent({
  code: COMPONENT_CLASS.vehicle,
  create: context => new VehicleDriver(context),
})
