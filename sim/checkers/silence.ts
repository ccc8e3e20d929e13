import { HUB_STATE, hubAddress, LOCATION, locationOfAddress, SLEEP_PHASE, sourceOf } from '#protocol/index.ts'
import { BUS_FAULTS, COPPER_EVENTS, type EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { type Facts, MS_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import { HUB_ABILITY, type HubLife, type Surroundings } from './surroundings.ts'

/** Three heartbeats. */
const LIMIT_ns = 3 * SECOND_ns
/** A hub that was bus-off tries again after at most this much more. */
const RECOVERY_ns = 3.5 * SECOND_ns
/** A manager's frames this long after a hub's last words say that the network is awake again. */
const SETTLED_ns = SECOND_ns

/** Who was heard this recently is not lost. */
const THERE_ns = 4 * SECOND_ns
/** Others count who speaks again from its HubStatus on, and have all said theirs so much later. */
const SPEAKS_ns = SECOND_ns
/** So long after a fault of the bus ended, whoever had it may still miss somebody. */
const BACK_ns = 8 * SECOND_ns

const NEEDS = ['reset', ...BUS_FAULTS] as const
type Needed = typeof NEEDS[number]

interface Voice {
  readonly hub: HubLife
  heard_ns: number
  /** When it said how it is: last, and first after it had not for so long that it may have been lost; a claim alone says nothing. */
  told_ns: number
  back_ns: number
  /** Which half of a cut bus it spoke on. */
  half: number
  /** The bus was unusable for it before `able_ns`. */
  recovering: boolean
  /** Its last words were that it sleeps. */
  asleep: boolean
  accused: boolean
}

class SilenceChecker implements Checker {
  private readonly accuse: Accuse
  private readonly voices: readonly Voice[]
  private readonly byAddress = new Map<number, Voice>()
  private readonly around: Surroundings

  constructor(accuse: Accuse, around: Surroundings, facts: Facts) {
    this.accuse = accuse
    this.around = around
    this.voices = around.hubs.map(hub => ({
      hub, heard_ns: -Infinity, told_ns: -Infinity, back_ns: -Infinity, half: 0, recovering: false, asleep: false, accused: false,
    }))
    for (const [place, name] of facts.spine.entries()) {
      this.byAddress.set(hubAddress(LOCATION[name as keyof typeof LOCATION]), this.voices[place]!)
    }
  }

  frame({ frame, decoded, sender, end_ns, half }: SeenFrame): void {
    if (this.around.hub(sender) === undefined) return
    const voice = this.byAddress.get(sourceOf(frame.id))
    if (frame.extended && voice !== undefined) {
      if (decoded?.name === 'HubStatus') {
        if (end_ns - voice.told_ns > THERE_ns) voice.back_ns = end_ns
        voice.told_ns = end_ns
      }
      voice.heard_ns = end_ns
      voice.half = half
      voice.recovering = false
      voice.asleep = decoded?.name === 'HubStatus' && decoded.values['state'] === HUB_STATE.sleeping
      voice.accused = false
    }
    if (decoded === undefined) return
    if (decoded.name === 'HubStatus' && voice !== undefined) this.missed(voice, decoded.values['lost'], end_ns)
    const waking = decoded.name === 'NetworkSleep' && decoded.values['phase'] === SLEEP_PHASE.waking
    if (voice !== undefined && (waking || decoded.name === 'VehicleState')) this.wake(voice, end_ns)
  }

  event(event: EventOf<Needed>): void {
    for (const voice of this.voices) {
      if (event.kind !== 'reset') voice.recovering = true
      else if (voice.hub.name === event.source) {
        voice.asleep = false
        if (event.cause !== 'powerOff') voice.accused = false
      }
    }
  }

  look(now_ns: number): void {
    for (const voice of this.voices) {
      const { hub } = voice
      if (Number.isNaN(hub.able_ns) || voice.accused || hub.resigned || voice.asleep) continue
      const from_ns = Math.max(voice.heard_ns, hub.able_ns, hub.paused_ns)
      // Grounds that a bad conductor lifts make a hub bus-off again and again.
      const recovers = (voice.recovering && voice.heard_ns < hub.able_ns) || this.around.copperFaults.size > 0
      const limit_ns = recovers ? LIMIT_ns + RECOVERY_ns : LIMIT_ns
      if (now_ns - from_ns <= limit_ns) continue
      voice.accused = true
      this.accuse(now_ns, `${hub.name} has power and bus and is not heard`, { silent_ms: (now_ns - from_ns) / MS_ns })
    }
  }

  /** Whoever hears `waker` has to speak again. */
  private wake(waker: Voice, now_ns: number): void {
    for (const voice of this.voices) {
      if (!voice.asleep || now_ns - voice.heard_ns < SETTLED_ns || !this.around.together(voice.hub, waker.hub)) continue
      voice.asleep = false
      voice.heard_ns = now_ns
    }
  }

  /** A hub says which others it has lost. */
  private missed({ hub, half }: Voice, lost: number, now_ns: number): void {
    if (lost === 0 || this.around.busFaulty || now_ns - Math.max(this.around.faultChanged_ns, hub.paused_ns, hub.reset_ns) < BACK_ns) return
    for (const [address, voice] of this.byAddress) {
      if ((lost >> locationOfAddress(address) - 1 & 1) === 0) continue
      const silent_ns = now_ns - voice.told_ns
      if (voice.half !== half || !(voice.asleep || (silent_ns < THERE_ns && now_ns - voice.back_ns > SPEAKS_ns))) continue
      this.accuse(now_ns, `${hub.name} says that ${voice.hub.name} is lost, which ${voice.asleep ? 'sleeps' : 'is heard'}`, { silent_ms: silent_ns / MS_ns })
    }
  }
}

export const silence: CheckerEntry<Needed> = {
  name: 'silence',
  contract: 'a hub that has power and bus and does not sleep is heard at least every 3 s, and is not said to be lost',
  needs: NEEDS,
  asks: [...HUB_ABILITY, ...COPPER_EVENTS],
  create: (accuse, around, facts) => new SilenceChecker(accuse, around, facts),
}
