import { LOCATION_NAMES, locationOfAddress, sourceOf } from '#protocol/index.ts'
import { J1939_NAMES } from '#protocol/messages/index.ts'
import { BUS_FAULTS, COPPER_EVENTS, type EventOf, type Topic } from '../trace/index.ts'
import { type Facts, MS_ns, type SeenFrame } from './seen.ts'

/** Bit error rate from which on a node cannot be expected to be heard. */
const DEAFENING_RATE = 5e-4
/** A hub works from here on, though not with all its loads. */
const WORKS_V = 7
/** A pause of a processor that a control loop need not survive. */
const LONG_PAUSE_ms = 15

/** What judges ask about, by the topics that tell it: whether a hub lives, and whether it can speak. */
const HUB_LIFE = ['reset', 'pause', 'signal:supply_V'] as const satisfies readonly Topic[]
export const HUB_ABILITY = [...HUB_LIFE, ...BUS_FAULTS] as const satisfies readonly Topic[]
export const SURROUNDINGS_TOPICS = [...HUB_ABILITY, ...COPPER_EVENTS] as const satisfies readonly Topic[]
type Told = EventOf<typeof SURROUNDINGS_TOPICS[number]>

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
  /** When it babbled last: a frame of it may still be in its controller. */
  babbled_ns: number
  /** It has power and a bus with somebody else on it, since then; NaN: it has not. */
  able_ns: number
  /** It said that it has no address, and has not claimed it anew: it neither asks nor hears. A reset lets it try again. */
  resigned: boolean
}

/** What was done to the car, so that no checker blames a hub for it. Fed before the checkers. */
export class Surroundings {
  readonly hubs: readonly HubLife[]
  /** Any fault of the bus or of a conductor stands or stood; the last time that changed. */
  faultChanged_ns = -Infinity
  /** Somebody who is no hub last spoke in a hub's name; −Infinity: never. */
  impostor_ns = -Infinity
  /** Ground to excuse conductors: how many faults of a kind stand at a place, `drop.FL fuse`. An opened fuse is one, however often. */
  readonly copperFaults = new Map<string, number>()
  /** Bit error rate of the whole bus. */
  busRate = 0
  private readonly byName = new Map<string, HubLife>()
  private readonly cuts = new Set<number>()
  private dominant = false
  private pickedBits = 0

  constructor(facts: Facts) {
    this.hubs = facts.spine.map((name, place) => ({
      name, place, powered: false, starved: false, reset_ns: -Infinity, paused_ns: -Infinity, dropped: false, bitErrorRate: 0, lossRate: 0,
      babbling: false, babbled_ns: -Infinity, able_ns: NaN, resigned: false,
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

  frame({ frame, decoded, sender, end_ns }: SeenFrame): void {
    const hub = this.byName.get(sender)
    if (hub !== undefined && decoded?.name === J1939_NAMES.cannotClaim) hub.resigned = true
    if (hub !== undefined && decoded?.name === J1939_NAMES.claim) hub.resigned = false
    if (frame.extended && sender !== '' && hub === undefined && locationOfAddress(sourceOf(frame.id)) > 0) this.impostor_ns = end_ns
  }

  /**
   * The hub that a frame is from for who hears it: its sender, or, of a frame that its sender, disturbed in the last bits, holds to be
   * broken, the one whose address it bears. Undefined: a stranger's.
   */
  heardFrom({ sender, decoded }: SeenFrame): HubLife | undefined {
    if (sender !== '' || decoded === undefined) return this.byName.get(sender)
    return this.byName.get(LOCATION_NAMES[locationOfAddress(decoded.source)] ?? '')
  }

  event(event: Told): void {
    if (event.kind === 'signal' ? this.starve(event.source, event.value < WORKS_V) : this.apply(event)) this.judgeAbility(event.t_ns)
  }

  /** True when it is another state. */
  private starve(source: string, starved: boolean): boolean {
    const hub = this.byName.get(source)
    if (hub === undefined || hub.starved === starved) return false
    hub.starved = starved
    return true
  }

  /** True when it may change what a hub is able to do. */
  private apply(event: Exclude<Told, { kind: 'signal' }>): boolean {
    const hub = this.byName.get(event.source)
    switch (event.kind) {
      case 'reset':
        if (hub !== undefined) reset(hub, event)
        return true
      case 'pause':
        if (hub !== undefined) pause(hub, event)
        return false
      case 'copperFault':
        this.copperStands(`${event.source} ${event.fault}`, 1)
        return false
      case 'fuseOpened':
        this.copperFaults.set(`${event.source} fuse`, 1)
        return false
      case 'copperRepair':
        this.copperStands(`${event.source} ${event.fault}`, -1)
        return false
      default:
        this.faultChanged_ns = event.t_ns
        this.busFault(event, hub)
        return true
    }
  }

  private copperStands(what: string, more: 1 | -1): void {
    const count = (this.copperFaults.get(what) ?? 0) + more
    if (count > 0) this.copperFaults.set(what, count)
    else this.copperFaults.delete(what)
  }

  private busFault(event: EventOf<typeof BUS_FAULTS[number]>, hub: HubLife | undefined): void {
    switch (event.kind) {
      case 'bitErrors':
        if (hub === undefined) this.busRate = event.rate
        else hub.bitErrorRate = event.rate
        break
      case 'dominant':
        this.dominant = event.dominant
        break
      case 'pickedBits':
        this.pickedBits = event.count
        break
      case 'spineCut':
        if (event.cut) this.cuts.add(event.position)
        else this.cuts.delete(event.position)
        break
      case 'dropped':
        if (hub !== undefined) hub.dropped = event.dropped
        break
      case 'babbling':
        if (hub === undefined) break
        hub.babbling = event.babbling
        hub.babbled_ns = event.t_ns
        break
      case 'frameLoss':
        if (hub !== undefined) hub.lossRate = event.rate
        break
    }
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

function pause(hub: HubLife, { duration_ms, t_ns }: EventOf<'pause'>): void {
  if (duration_ms > LONG_PAUSE_ms) hub.paused_ns = Math.max(hub.paused_ns, t_ns) + duration_ms * MS_ns
}

function reset(hub: HubLife, { cause, t_ns }: EventOf<'reset'>): void {
  hub.powered = cause !== 'powerOff'
  hub.reset_ns = t_ns
  hub.able_ns = NaN
  hub.resigned = false
}
