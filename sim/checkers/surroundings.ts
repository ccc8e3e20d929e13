import { locationOfAddress, sourceOf } from '#protocol/id.ts'
import type { TraceRecord } from '../kernel/trace.ts'
import { type Facts, MS_ns, type SeenFrame } from './judge.ts'

/** Bit error rate from which on a node cannot be expected to be heard. */
const DEAFENING_RATE = 5e-4
/** A hub works from here on, though not with all its loads. */
const WORKS_V = 7
/** A pause of a processor that a control loop need not survive. */
const LONG_PAUSE_ms = 15

/** What the trace tells of one hub's life. */
export interface HubLife {
  readonly name: string
  /** −1 when it is not on the spine. */
  readonly place: number
  powered: boolean
  /** Its supply is too low to work with. */
  starved: boolean
  /** Power, or a reset, came or went last; before it nothing counts. */
  reset_ns: number
  /** Its processor rests until then. */
  paused_ns: number
  dropped: boolean
  bitErrorRate: number
  lossRate: number
  babbling: boolean
  /** It has power and a bus with somebody else on it, since then; NaN: it has not. */
  able_ns: number
}

/** What was done to the car, so that no checker blames a hub for it. Fed before the checkers. */
export class Surroundings {
  readonly hubs: readonly HubLife[]
  /** Any fault of the bus or of a conductor stands or stood; the last time that changed. */
  faultChanged_ns = -Infinity
  /** Somebody who is no hub last spoke in a hub's name; −Infinity: never. */
  impostor_ns = -Infinity
  /** Ground to excuse conductors: corrosion, cuts, shorts and opened fuses that stand, by name. */
  readonly copperFaults = new Set<string>()
  /** Bit error rate of the whole bus. */
  busRate = 0
  private readonly byName = new Map<string, HubLife>()
  private readonly cuts = new Set<number>()
  private dominant = false
  private pickedBits = 0

  constructor(facts: Facts) {
    this.hubs = facts.spine.map((name, place) => ({
      name, place, powered: false, starved: false, reset_ns: -Infinity, paused_ns: -Infinity, dropped: false, bitErrorRate: 0, lossRate: 0,
      babbling: false, able_ns: NaN,
    }))
    for (const hub of this.hubs) this.byName.set(hub.name, hub)
  }

  /** A hub by name, or the hub of a component or a port (`FL.window`, `FL.0`). */
  hub(source: string): HubLife | undefined {
    const dot = source.indexOf('.')
    return this.byName.get(dot < 0 ? source : source.slice(0, dot))
  }

  /** Any fault of the bus stands. */
  get busFaulty(): boolean {
    return this.dominant || this.busRate > 0 || this.pickedBits > 0 || this.cuts.size > 0
      || this.hubs.some(hub => hub.dropped || hub.babbling || hub.bitErrorRate > 0 || hub.lossRate > 0)
  }

  /** Since when hub was neither reset nor paused for long, and the bus had no fault; Infinity: it is not so now. */
  calmSince_ns(hub: HubLife): number {
    if (!hub.powered || hub.starved || this.busFaulty) return Infinity
    return Math.max(hub.reset_ns, hub.paused_ns, this.faultChanged_ns, this.impostor_ns)
  }

  frame({ frame, sender, end_ns }: SeenFrame): void {
    if (frame.extended && sender !== '' && !this.byName.has(sender) && locationOfAddress(sourceOf(frame.id)) > 0) this.impostor_ns = end_ns
  }

  event(record: TraceRecord): void {
    const { kind, source, text, t_ns } = record
    if (kind === 'signal') {
      if (text !== 'supply_V' || !this.starve(source, record.value! < WORKS_V)) return
    } else if (kind === 'reset') this.reset(source, text, t_ns)
    else if (kind === 'fault') this.fault(record)
    else return
    this.judgeAbility(t_ns)
  }

  /** True when it is another state. */
  private starve(source: string, starved: boolean): boolean {
    const hub = this.byName.get(source)
    if (hub === undefined || hub.starved === starved) return false
    hub.starved = starved
    return true
  }

  private reset(source: string, text: string, t_ns: number): void {
    const hub = this.byName.get(source)
    if (hub === undefined) return
    hub.powered = text !== 'power off'
    hub.reset_ns = t_ns
    hub.able_ns = NaN
  }

  private fault({ source, text, t_ns, value }: TraceRecord): void {
    const hub = this.byName.get(source)
    if (value === undefined) {
      this.plainFault(hub, source, text, t_ns)
      return
    }
    this.faultChanged_ns = t_ns
    if (text === 'bit error rate') {
      if (hub === undefined) this.busRate = value
      else hub.bitErrorRate = value
    } else if (text === 'held dominant') this.dominant = value > 0
    else if (text === 'picked bits') this.pickedBits = value
    else if (text.startsWith('cut behind ')) {
      const place = Number(text.slice('cut behind '.length))
      if (value > 0) this.cuts.add(place)
      else this.cuts.delete(place)
    } else if (hub !== undefined) {
      if (text === 'dropped') hub.dropped = value > 0
      else if (text === 'babbling') hub.babbling = value > 0
      else if (text === 'frame loss rate') hub.lossRate = value
    }
  }

  private plainFault(hub: HubLife | undefined, source: string, text: string, t_ns: number): void {
    const pause = /^paused for ([\d.]+) ms$/.exec(text)
    if (pause !== null && hub !== undefined) {
      if (Number(pause[1]) > LONG_PAUSE_ms) hub.paused_ns = Math.max(hub.paused_ns, t_ns) + Number(pause[1]) * MS_ns
    } else if (/^(cut|corrosion|short|fuse) fault$|^fuse opened$/.test(text)) this.copperFaults.add(source)
    else if (text.endsWith(' repaired')) this.copperFaults.delete(source)
  }

  private judgeAbility(t_ns: number): void {
    for (const hub of this.hubs) {
      const able = hub.powered && !hub.starved && !hub.dropped && hub.bitErrorRate < DEAFENING_RATE && !this.blocked && this.hasCompany(hub)
      if (!able) hub.able_ns = NaN
      else if (Number.isNaN(hub.able_ns)) hub.able_ns = t_ns
    }
  }

  private get blocked(): boolean {
    return this.dominant || this.busRate >= DEAFENING_RATE || this.hubs.some(hub => hub.babbling)
  }

  /** Somebody else on its half of the bus acknowledges what it sends. */
  private hasCompany(hub: HubLife): boolean {
    const works = (other: HubLife): boolean => other.powered && !other.starved && !other.dropped
    return this.hubs.some(other => other !== hub && works(other) && this.halfOf(other) === this.halfOf(hub))
  }

  /** Frames of one reach the other. */
  together(hub: HubLife, other: HubLife): boolean {
    return !hub.dropped && !other.dropped && this.halfOf(hub) === this.halfOf(other)
  }

  private halfOf(hub: HubLife): number {
    let half = 0
    for (const cut of this.cuts) if (hub.place > cut) half++
    return half
  }
}
