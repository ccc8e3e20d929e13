import { LOCATION, PowerGrantEncoder, type PowerGrantValues, PowerShedEncoder, type PowerShedValues } from '#protocol/index.ts'
import type { Hal } from '../../hal.ts'
import type { HubCounters, Schedule, Transmitter } from '../../runtime/index.ts'
import type { DropLimits } from '../plan.ts'
import { FeedCeiling } from './feed-ceiling.ts'
import { ManagerInCharge } from './in-charge.ts'
import { PowerRequests } from './requests.ts'
import { StaticShare } from './static-share.ts'

/** A port, as the hub brings it the manager's answers. */
export interface AnsweredPort {
  answer(values: PowerGrantValues): void
  /** Another shed level. */
  levelChanged(): void
  /** What its lease lets it draw for long, and now, A. */
  runLimit_A(): number
  limit_A(): number
}

/** What a hub knows of its own feed. */
export interface HubFeed {
  /** The hub's static safe share for its ports. */
  readonly share_A: number
  /** What its drop carries; undefined where that is not known. */
  readonly drop: DropLimits | undefined
}

type FedHal = Pick<Hal, 'location' | 'temperature_C'>

/** A hub's side: takes the manager's answers to the ports, and those of a manager in this hub to the bus as well. */
export class HubPower {
  readonly location: number
  /** Where the ports' sequences begin: not where they were before the reset. */
  readonly firstSequence: number
  readonly requests: PowerRequests
  readonly inCharge: ManagerInCharge
  readonly share: StaticShare
  readonly ceiling: FeedCeiling
  /** What its drop carries; undefined where that is not known. */
  readonly drop: DropLimits | undefined
  private readonly transmit: Transmitter
  private readonly counters: HubCounters
  private readonly ports: AnsweredPort[]

  constructor(hal: FedHal, feed: HubFeed, firstSequence: number, schedule: Schedule, transmit: Transmitter, counters: HubCounters) {
    this.location = hal.location
    this.drop = feed.drop
    this.firstSequence = firstSequence
    this.requests = new PowerRequests(hal.location, transmit)
    this.inCharge = new ManagerInCharge(schedule, () => this.tellLevel())
    this.share = new StaticShare(feed.share_A)
    this.transmit = transmit
    this.counters = counters
    this.ports = []
    this.ceiling = new FeedCeiling(feed.drop, () => hal.temperature_C(), this.ports)
  }

  /** Port by port, in their order. */
  join(port: AnsweredPort): void {
    this.ports.push(port)
  }

  heardShed(values: PowerShedValues, source: number): void {
    if (this.inCharge.is(source)) this.inCharge.shed(values.level)
    else this.counters.grantsForeign++
  }

  /** An answer from the bus; one that is not from the manager in charge is ignored. */
  heardGrant(values: PowerGrantValues, source: number): void {
    if (this.inCharge.is(source)) this.deliver(values)
    else this.counters.grantsForeign++
  }

  /** Sends the answer of the manager in this hub to a port, of this hub or another. */
  sendGrant(location: number, values: PowerGrantValues): void {
    this.transmit.send(PowerGrantEncoder, location, values, values.port)
    if (location === this.location) this.deliver(values)
  }

  sendShed(values: PowerShedValues): void {
    this.transmit.send(PowerShedEncoder, LOCATION.ALL, values, 0)
    this.inCharge.shed(values.level)
  }

  /** What a port's lease lets it draw for long, A; for a manager that begins. */
  runLimit_A(port: number): number {
    return port < this.ports.length ? this.ports[port]!.runLimit_A() : 0
  }

  private deliver(values: PowerGrantValues): void {
    const port = this.ports[values.port]
    if (port === undefined) this.counters.grantsStale++
    else port.answer(values)
  }

  private tellLevel(): void {
    for (let i = 0; i < this.ports.length; i++) this.ports[i]!.levelChanged()
  }
}
