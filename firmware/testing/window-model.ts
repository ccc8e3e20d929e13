import { WINDOW_PLUG } from '#protocol/index.ts'
import type { BenchPlant, DriverBench } from './driver-bench.ts'

/** The cable gives this many pulses for each ampere of load beyond what it takes to turn: so far is it stretched while closing. */
const CABLE = 0.78
const FREE_A = 2.5

/** An elastic contact behind the cable, A a pulse. */
function behindCable(stiffness: number): number {
  return stiffness > 0 ? 1 / (1 / stiffness + CABLE) : 0
}

/**
 * A window for unit tests: a DC motor with a self-locking gear, a cable that gives, two stops, one obstacle; and the eFuse
 * of its port, which holds the current where the grant and the driver want it. Lengths in pulses, of the drum.
 */
export class WindowModel implements BenchPlant {
  static readonly TRAVEL = 950
  /** Current that closing takes. */
  static readonly FRICTION_A = 7.5
  /** The same today. */
  friction_A: number = WindowModel.FRICTION_A
  /** From closed to open. */
  x: number
  /** The counter starts anywhere. */
  readonly counterOffset: number
  /** Obstacle at this opening with this stiffness in A of motor current a pulse; 0 = none. */
  obstacleAt = 0
  obstacleStiffness = 2
  /** The glass does not move at all. */
  frozen = false
  /** The motor's lead is broken. */
  unconnected = false
  /** The worst it drew from an obstacle, A above friction. */
  peakObstacle_A = 0
  private speed = 0
  private motor_A = 0
  private load_V = 0
  private duty = 0

  constructor(x: number, counterOffset = 0) {
    this.x = x
    this.counterOffset = counterOffset
  }

  step(bench: DriverBench, fed: boolean): void {
    this.duty = fed && !this.unconnected ? bench.duties[WINDOW_PLUG.motor]! : 0
    const braking = bench.braked.has(WINDOW_PLUG.motor)
    const driven = this.duty !== 0 || braking
    // 0.63 pulses per rad: 13.5 V at no load are 425 pulses/s; 0.55 Ω, 0.0318 V·s per pulse.
    const free_A = driven ? (this.duty * bench.supply_V - 0.0318 * this.speed) / 0.55 : 0
    const held_A = Math.min(bench.granted_A, bench.bound_A) / Math.abs(this.duty)
    this.motor_A = this.duty * free_A > 0 ? Math.sign(free_A) * Math.min(Math.abs(free_A), held_A) : free_A
    // Where the eFuse holds the current, the voltage at the plug falls to what drives it.
    const held = Math.abs(this.motor_A) < Math.abs(free_A)
    this.load_V = held ? (0.55 * this.motor_A + 0.0318 * this.speed) / this.duty : fed ? bench.supply_V : 0
    const direction = this.speed !== 0 ? Math.sign(this.speed) : Math.sign(this.motor_A)
    const friction_A = direction > 0 ? 4 : this.friction_A
    const glass = this.x + this.stretch
    const contact_A = direction < 0 && this.obstacleAt > glass ? (this.obstacleAt - glass) * behindCable(this.obstacleStiffness) : 0
    this.peakObstacle_A = Math.max(this.peakObstacle_A, contact_A)
    const load_A = friction_A + contact_A + this.stop_A(direction)
    const net_A = direction * this.motor_A - load_A
    const before = this.speed
    // A milliampere-second of torque at the rotor is worth 1.05 pulses/s.
    this.speed += direction * net_A * 1.05
    if (this.frozen || before * this.speed < 0 || (before === 0 && net_A <= 0)) this.speed = 0
    this.x += this.speed / 1000
  }

  pulses(): number {
    return Math.floor(this.x + 0.5) + this.counterOffset
  }

  current_A(): number {
    return Math.max(0, this.duty * this.motor_A)
  }

  plug_V(): number {
    return this.load_V
  }

  private get stretch(): number {
    return CABLE * (this.friction_A - FREE_A)
  }

  private stop_A(direction: number): number {
    const depth = direction < 0 ? -this.x - this.stretch : this.x - WindowModel.TRAVEL
    return depth > 0 ? depth * behindCable(8) : 0
  }
}
