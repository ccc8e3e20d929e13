import { dataIdOf, hubAddress, isBroadcastKind, LOCATION, nextCounter, NULL_ADDRESS, sourceOf } from '#protocol/index.ts'
import type { DecodedFrame } from '#protocol/messages/index.ts'
import type { EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { MS_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import { HUB_ABILITY, type HubLife, type Surroundings } from './surroundings.ts'

/** What was in the controllers when a fault began or ended: frames that come twice, never, or from a babbler. */
const AFTERMATH_ns = 100 * MS_ns
/** Error counters that a disturbance filled fall by one a frame: so much later one more error still makes a hub bus-off. */
const WEAK_ns = 5 * SECOND_ns
/** Bus-off it is silent at least this long, and what waits in its controller may grow too old. */
const BUS_OFF_ns = 150 * MS_ns
/** No message has it. */
const NO_COUNTER = -1

/** What hubs put on the bus: only frames of the catalogue, in their own name, with counters that count. */
class FramesChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  /** By data id << 8 | source: the last counter and its time, and the next one if somebody else has said it since. */
  private readonly counters = new Map<number, { counter: number, t_ns: number, forged: number }>()
  /** By hub: when it was heard last, and when it was heard again after its last silence. */
  private readonly heard_ns = new Map<HubLife, number>()
  private readonly back_ns = new Map<HubLife, number>()

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  frame({ frame, decoded, failure, sender, end_ns }: SeenFrame): void {
    const hub = this.around.hub(sender)
    if (hub === undefined) {
      if (decoded !== undefined && decoded.counter >= 0) this.forge(dataIdOf(frame.id) << 8 | sourceOf(frame.id), decoded.counter)
      return
    }
    this.hear(hub, end_ns)
    if (hub.babbling || hub.babbled_ns >= end_ns - AFTERMATH_ns) return
    const source = sourceOf(frame.id)
    const own = hubAddress(LOCATION[hub.name as keyof typeof LOCATION])
    if (decoded === undefined) {
      if (this.disturbedSince(end_ns - AFTERMATH_ns)) return
      this.accuse(end_ns, `${sender} sent a frame that is none of the protocol (${failure})`, { id: frame.id, length: frame.length })
      return
    }
    if (source !== own && !(source === NULL_ADDRESS && !isBroadcastKind(frame.id))) {
      this.accuse(end_ns, `${sender} sent ${decoded.name} in another's name`, { source, own })
      return
    }
    if (decoded.counter >= 0) this.count(dataIdOf(frame.id) << 8 | source, decoded, hub, end_ns)
  }

  /** Somebody else's frame with the hub's next number may be the hub's own: of equal frames sent at once there is one on the bus. */
  private forge(key: number, counter: number): void {
    const last = this.counters.get(key)
    if (last !== undefined && counter === nextCounter(last.counter)) last.forged = counter
  }

  private count(key: number, { name, location, counter }: DecodedFrame, hub: HubLife, now_ns: number): void {
    const last = this.counters.get(key)
    if (last === undefined) {
      this.counters.set(key, { counter, t_ns: now_ns, forged: NO_COUNTER })
      return
    }
    const expected = nextCounter(last.counter)
    const since_ns = last.t_ns
    const merged = last.forged === expected && nextCounter(expected) === counter
    last.counter = counter
    last.forged = NO_COUNTER
    last.t_ns = now_ns
    if (expected === counter || merged || this.disturbedSince(since_ns - AFTERMATH_ns) || wasAlone(hub, since_ns)) return
    if ((this.back_ns.get(hub) ?? -Infinity) > since_ns && this.disturbedSince(since_ns - WEAK_ns)) return
    this.accuse(now_ns, `${name}@${location} of ${hub.name} does not count on`, { counter, expected })
  }

  event({ source }: EventOf<'reset'>): void {
    const hub = this.around.hub(source)
    if (hub === undefined) return
    const address = hubAddress(LOCATION[hub.name as keyof typeof LOCATION])
    for (const key of this.counters.keys()) if ((key & 0xff) === address) this.counters.delete(key)
  }

  private hear(hub: HubLife, now_ns: number): void {
    if (now_ns - (this.heard_ns.get(hub) ?? -Infinity) > BUS_OFF_ns) this.back_ns.set(hub, now_ns)
    this.heard_ns.set(hub, now_ns)
  }

  /** A frame that was good for its sender and bad for others is sent again; one that grew old in the controller never. */
  private disturbedSince(t_ns: number): boolean {
    return this.around.busFaulty || this.around.faultChanged_ns >= t_ns
  }
}

/** Nobody acknowledged its frames at some time since: those that grew too old in its controller took their counters with them. */
function wasAlone(hub: HubLife, since_ns: number): boolean {
  return !(hub.able_ns <= since_ns)
}

export const frames: CheckerEntry<'reset'> = {
  name: 'frames',
  contract: 'hubs send frames of the catalogue only, in their own name, and every counter counts on',
  needs: ['reset'],
  asks: HUB_ABILITY,
  hearsCopies: true,
  create: (accuse, around) => new FramesChecker(accuse, around),
}
