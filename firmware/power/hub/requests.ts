import { PowerReleaseEncoder, type PowerReleaseValues, PowerRequestEncoder, type PowerRequestValues } from '#protocol/index.ts'
import type { Transmitter } from '../../runtime/index.ts'

/** The manager in this very hub: a hub does not hear its own frames. */
export interface LocalManager {
  requested(values: PowerRequestValues, location: number): void
  released(values: PowerReleaseValues, location: number): void
}

/** Sends what the ports of a hub ask for and give back: on the bus, and to the manager in this hub if it has one. */
export class PowerRequests {
  manager: LocalManager | undefined
  private readonly location: number
  private readonly transmit: Transmitter
  private readonly requestValues: PowerRequestValues
  private readonly releaseValues: PowerReleaseValues

  constructor(location: number, transmit: Transmitter) {
    this.manager = undefined
    this.location = location
    this.transmit = transmit
    this.requestValues = PowerRequestEncoder.create()
    this.releaseValues = PowerReleaseEncoder.create()
  }

  request(port: number, sequence: number, run_A: number, peak_A: number, duration_ms: number, priority: number): void {
    const values = this.requestValues
    values.port = port
    values.sequence = sequence
    values.run_A = run_A
    values.peak_A = peak_A
    values.duration_ms = duration_ms
    values.priority = priority
    this.transmit.send(PowerRequestEncoder, this.location, values, port)
    if (this.manager !== undefined) this.manager.requested(values, this.location)
  }

  /** `sequence`: of the port's last request. */
  release(port: number, sequence: number): void {
    const values = this.releaseValues
    values.port = port
    values.sequence = sequence
    this.transmit.send(PowerReleaseEncoder, this.location, values, port)
    if (this.manager !== undefined) this.manager.released(values, this.location)
  }
}
