import { hubAddress, LOCATION, MANAGER_STATE } from '#protocol/index.ts'
import { J1939_NAMES } from '#protocol/messages/index.ts'
import type { Checker, CheckerEntry, SeenFrame } from '../checkers/index.ts'
import { MS_ns } from '../checkers/index.ts'
import { topicOf, type TraceEvent } from '../trace/index.ts'
import { SPOKEN, type SpokenLandmark, TRACED, type TracedLandmark, WATCHED } from './landmarks.ts'

/** Without a manager for so long every lease is over. */
const ORPHANED_ns = 2500 * MS_ns
/** Both speak every 100 ms; after a change of hands the first one's last words are older than this. */
const OTHER_ns = 80 * MS_ns
const OWN_ns = 150 * MS_ns
/** More than any idle current, A. */
const USED_A = 0.5
const DASH = hubAddress(LOCATION.DASH)
const TRUNK = hubAddress(LOCATION.TRUNK)

/** Which landmarks a run reached. Sits beside the judges and hears what they hear. */
export class Coverage implements Checker {
  readonly reached = new Set<string>()
  private readonly spoken = new Map<string, SpokenLandmark[]>()
  private readonly busOff: () => boolean
  private traced: TracedLandmark[] = [...TRACED]
  private readonly hubs: ReadonlySet<string>
  /** A manager was heard last, by half of the bus; and in charge, by its address. */
  private readonly managed_ns: number[] = []
  private readonly active_ns = new Map<number, number>()
  private shed = false

  /** `busOff`: whether a hub is bus-off now. */
  constructor(hubs: readonly string[], busOff: () => boolean) {
    this.hubs = new Set(hubs)
    this.busOff = busOff
    for (const landmark of SPOKEN) {
      const others = this.spoken.get(landmark.message)
      if (others === undefined) this.spoken.set(landmark.message, [landmark])
      else others.push(landmark)
    }
  }

  /** As the judges' bench takes it. */
  get entry(): CheckerEntry {
    return { name: 'coverage', contract: 'never objects', needs: [...new Set(TRACED.map(landmark => landmark.topic))], asks: [], create: () => this }
  }

  frame({ decoded, sender, half, end_ns }: SeenFrame): void {
    if (decoded === undefined) return
    if (!this.hubs.has(sender)) {
      if (decoded.source >= hubAddress(1) && decoded.source <= hubAddress(8)) this.reach(WATCHED.impostor.name)
      if (decoded.name === 'PowerGrant') this.reach(WATCHED.foreignGrant.name)
      return
    }
    const waiting = this.spoken.get(decoded.name)
    if (waiting !== undefined) {
      for (let i = waiting.length - 1; i >= 0; i--) {
        if (!waiting[i]!.when(decoded.values, decoded)) continue
        this.reach(waiting[i]!.name)
        waiting.splice(i, 1)
      }
    }
    if (decoded.name === 'VehicleState') this.heardManager(decoded.source, decoded.values.manager, decoded.values.shedLevel, half, end_ns)
    else if (decoded.name === 'PortStatus') {
      if (decoded.values.granted_A > USED_A && end_ns - (this.managed_ns[half] ?? 0) > ORPHANED_ns) this.reach(WATCHED.orphan.name)
    } else if (decoded.name === J1939_NAMES.cannotClaim) this.reach(WATCHED.resigned.name)
  }

  event(event: TraceEvent): void {
    const { traced } = this
    for (let i = traced.length - 1; i >= 0; i--) {
      const landmark = traced[i]!
      if (landmark.topic !== topicOf(event) || !landmark.when(event)) continue
      this.reach(landmark.name)
      traced.splice(i, 1)
    }
  }

  look(): void {
    if (!this.reached.has(WATCHED.busOff.name) && this.busOff()) this.reach(WATCHED.busOff.name)
  }

  private heardManager(source: number, manager: number, shedLevel: number, half: number, now_ns: number): void {
    if (manager === MANAGER_STATE.none) return
    this.managed_ns[half] = now_ns
    if (shedLevel > 0) this.shed = true
    else if (this.shed) this.reach(WATCHED.recovered.name)
    const other_ns = this.active_ns.get(source === DASH ? TRUNK : DASH)
    if (other_ns !== undefined) {
      if (source === DASH) this.reach(WATCHED.handedBack.name)
      if (now_ns - other_ns < OTHER_ns && now_ns - (this.active_ns.get(source) ?? 0) < OWN_ns) this.reach(WATCHED.twoManagers.name)
    }
    this.active_ns.set(source, now_ns)
  }

  private reach(name: string): void {
    this.reached.add(name)
  }
}
