import {
  type CanFrame, COMPONENT_CLASS, dataIdOf, E2E_OUTCOME, E2eReceiver, HUB_STATE, LOCATION_NAMES, locationOfAddress,
} from '#protocol/index.ts'
import { FrameDecoder, type NamedValues } from '#protocol/messages/index.ts'

/** A supply voltage that a hub told. */
export interface VoltReading {
  readonly t_s: number
  /** Index of the hub in the copper. */
  readonly hub: number
  readonly supply_V: number
  /** Which of the sequences of frames it is of: what rounding takes off one voltage is given to the next of the same. */
  readonly sequence: number
  /** None was lost since the one before. */
  readonly follows: boolean
}

/** Currents that one port told, in the order of time. */
export interface PortReadings {
  readonly hub: number
  readonly t_s: number[]
  readonly current_A: number[]
  /** None was lost since the one before of the same frames. */
  readonly follows: boolean[]
}

/** Ports of a hub have four bits in every message. */
const MOST_PORTS = 16
const CLASSES = 256
/** What a hostile bus can make this remember: a few hours of a car with everything moving. */
const MOST_READINGS = 2_000_000
const E2E_SENDERS = 256
/** A hub that says nothing for so long while others talk is lost: three of its heartbeats. */
const LOST_s = 3.5

/** A board's temperature is averaged over about so many heartbeats. */
const BOARD_TOLD = 60

/** Kinds of the classes that have one of their own, and the class of the first: 8 window … 12 amplifier. */
const FIRST_KIND = 8
const LAST_KIND = 12

/** What the frames of a bus say of volts and amperes; pure: frames in, readings out. Never throws for a frame. */
export class Readings {
  readonly hubs: readonly string[]
  readonly volts: VoltReading[] = []
  /** By hub and port. */
  readonly ports = new Map<number, PortReadings>()
  /** By hub: when it was heard last and first, s; NaN: never. */
  readonly heard_s: Float64Array
  readonly first_s: Float64Array
  /** By hub: it went to sleep, which is no loss. */
  readonly asleep: boolean[]
  /** By hub: its board, on average over the last minutes, °C; NaN: it told nothing. */
  readonly board_C: Float64Array
  /** Hubs that were heard and are not described: it is another car. */
  readonly strangers = new Set<string>()
  /** Frames that were no news: repeated or broken. */
  ignored = 0
  /** Readings that there was no room for. */
  dropped = 0
  begin_s = NaN
  end_s = NaN
  private readonly decoder = new FrameDecoder()
  private readonly e2e = new E2eReceiver(E2E_SENDERS)
  /** By hub and class: the port of the only component of that class. −1: there are several. */
  private readonly portOf = new Map<number, number>()
  private kept = 0
  /** Of the frame at hand. */
  private sequence = 0
  private follows = false

  constructor(hubs: readonly string[]) {
    this.hubs = hubs
    this.heard_s = new Float64Array(hubs.length).fill(NaN)
    this.first_s = new Float64Array(hubs.length).fill(NaN)
    this.asleep = hubs.map(() => false)
    this.board_C = new Float64Array(hubs.length).fill(NaN)
  }

  get duration_s(): number {
    return this.end_s - this.begin_s
  }

  receive(frame: CanFrame, time_ns: number): void {
    const t_s = time_ns / 1e9
    if (!Number.isFinite(t_s)) return
    const decoded = this.decoder.decode(frame)
    if (decoded?.row === undefined) return
    const outcome = this.e2e.receive(dataIdOf(frame.id), decoded.source, frame.data, frame.length, t_s * 1000)
    if (outcome === E2E_OUTCOME.repeated || !(t_s >= (Number.isNaN(this.end_s) ? -Infinity : this.end_s))) {
      this.ignored++
      return
    }
    this.sequence = dataIdOf(frame.id)
    this.follows = outcome === E2E_OUTCOME.ok
    if (Number.isNaN(this.begin_s)) this.begin_s = t_s
    this.end_s = t_s
    if (decoded.name === 'VehicleState') return this.volt(t_s, this.sender(decoded.source), decoded.values.battery_V)
    const hub = this.hubs.indexOf(decoded.location)
    if (hub < 0 && decoded.name === 'HubStatus') this.strangers.add(decoded.location)
    if (hub < 0 || decoded.row.page !== 0) return
    this.heard(hub, t_s)
    switch (decoded.name) {
      case 'HubStatus':
        this.asleep[hub] = decoded.values.state === HUB_STATE.sleeping
        this.board(hub, decoded.values.temperature_C)
        return this.volt(t_s, hub, decoded.values.supply_V)
      case 'PortStatus':
        this.learn(hub, decoded.values.class, decoded.values.port)
        return this.current(t_s, hub, decoded.values.port, decoded.values.current_A)
      default: {
        const { kind } = decoded.row
        const code = decoded.row.class ?? (kind >= FIRST_KIND && kind <= LAST_KIND ? kind - FIRST_KIND + COMPONENT_CLASS.window : 0)
        if (code === COMPONENT_CLASS.none || !('current_A' in decoded.values)) return
        const values: NamedValues = decoded.values
        this.volt(t_s, hub, values['supply_V']!)
        const port = this.portOf.get(hub * CLASSES + code)
        if (port !== undefined && port >= 0) this.current(t_s, hub, port, values['current_A']!)
      }
    }
  }

  /** What was read before is not looked at any more. */
  forgetBefore(t_s: number): void {
    if (!(t_s > this.begin_s)) return
    this.begin_s = t_s
    this.kept -= this.volts.splice(0, firstFrom(this.volts.length, i => this.volts[i]!.t_s >= t_s)).length
    for (const { t_s: times, current_A, follows } of this.ports.values()) {
      // The last before is what flowed then.
      const gone = Math.max(0, firstFrom(times.length, i => times[i]! >= t_s) - 1)
      times.splice(0, gone)
      current_A.splice(0, gone)
      follows.splice(0, gone)
      this.kept -= gone
    }
  }

  /** Takes over when hubs were heard, how warm they were, and from when to when. */
  spanOf(other: Readings): void {
    this.begin_s = other.begin_s
    this.end_s = other.end_s
    this.heard_s.set(other.heard_s)
    this.first_s.set(other.first_s)
    this.board_C.set(other.board_C)
    other.asleep.forEach((asleep, hub) => { this.asleep[hub] = asleep })
  }

  /** Hubs that were never heard, or have been silent for so long while others were not. */
  lost(): number[] {
    return this.hubs.map((_, hub) => hub).filter(hub => !this.asleep[hub]
      && (Number.isNaN(this.heard_s[hub]!) ? this.duration_s > LOST_s : this.end_s - this.heard_s[hub]! > LOST_s))
  }

  private sender(source: number): number {
    return this.hubs.indexOf(LOCATION_NAMES[locationOfAddress(source)]!)
  }

  private heard(hub: number, t_s: number): void {
    if (Number.isNaN(this.heard_s[hub]!)) this.first_s[hub] = t_s
    this.heard_s[hub] = t_s
  }

  private board(hub: number, board_C: number): void {
    const before_C = this.board_C[hub]!
    if (Number.isFinite(board_C)) this.board_C[hub] = Number.isNaN(before_C) ? board_C : before_C + (board_C - before_C) / BOARD_TOLD
  }

  private learn(hub: number, code: number, port: number): void {
    if (code === COMPONENT_CLASS.none) return
    const key = hub * CLASSES + code
    const known = this.portOf.get(key)
    if (known === undefined) this.portOf.set(key, port)
    else if (known !== port) this.portOf.set(key, -1)
  }

  private volt(t_s: number, hub: number, supply_V: number): void {
    if (hub < 0 || !(supply_V > 0) || !this.room()) return
    this.volts.push({ t_s, hub, supply_V, sequence: this.sequence, follows: this.follows })
  }

  private current(t_s: number, hub: number, port: number, current_A: number): void {
    if (!(current_A >= 0) || !this.room()) return
    const key = hub * MOST_PORTS + port
    let readings = this.ports.get(key)
    if (readings === undefined) {
      readings = { hub, t_s: [], current_A: [], follows: [] }
      this.ports.set(key, readings)
    }
    readings.t_s.push(t_s)
    readings.current_A.push(current_A)
    readings.follows.push(this.follows)
  }

  private room(): boolean {
    if (this.kept < MOST_READINGS) {
      this.kept++
      return true
    }
    this.dropped++
    return false
  }
}

/** The first index for which something holds that holds for all behind it; `length` when for none. */
function firstFrom(length: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = low + high >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
