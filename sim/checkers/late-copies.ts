import { dataIdOf, hubAddress, LOCATION, sourceOf } from '#protocol/index.ts'
import { MS_ns, type SeenFrame } from './seen.ts'

/** Counters that a message goes through before it uses one again; of two, that is the older one that is less than half of them behind. */
const COUNTERS = 15
const OLD = 8
/** Longer no controller holds a copy. */
const LATEST_ns = 500 * MS_ns

/** A message of one sender: its last counter, and by counter on which spine it was heard, and when. */
interface Heard {
  counter: number
  readonly buses: Int8Array
  readonly times_ns: Float64Array
}

/**
 * A hub on two spines says every frame on both. Where one of them was down, its copy may come long after the other's, with newer
 * frames between them: whoever hears it knows by its counter that it is old and rejects it. It tells nobody anything.
 */
export class LateCopies {
  /** By data id << 8 | source. */
  private readonly heard = new Map<number, Heard>()

  /** Whether it is the copy of a frame that the other spine brought before; remembers it if it is not. */
  isOne({ frame, decoded, sender, end_ns }: SeenFrame): boolean {
    const source = sourceOf(frame.id)
    if (decoded === undefined || decoded.counter < 0 || addressOf(sender) !== source) return false
    const { counter } = decoded
    const key = dataIdOf(frame.id) << 8 | source
    let heard = this.heard.get(key)
    if (heard === undefined) {
      heard = { counter, buses: new Int8Array(COUNTERS), times_ns: new Float64Array(COUNTERS).fill(-Infinity) }
      this.heard.set(key, heard)
    }
    const behind = (heard.counter - counter + COUNTERS) % COUNTERS
    if (behind < OLD && heard.buses[counter] !== frame.bus && end_ns - heard.times_ns[counter]! < LATEST_ns) return true
    heard.counter = counter
    heard.buses[counter] = frame.bus
    heard.times_ns[counter] = end_ns
    return false
  }

  /** A hub counts anew. */
  forget(hub: string): void {
    const address = addressOf(hub)
    for (const key of this.heard.keys()) if ((key & 0xff) === address) this.heard.delete(key)
  }
}

/** NaN: it is no hub. */
function addressOf(name: string): number {
  return name in LOCATION ? hubAddress(LOCATION[name as keyof typeof LOCATION]) : NaN
}
