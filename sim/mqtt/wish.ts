import type { VssSignal, VssValue } from '#protocol/vss/index.ts'

/** Longest payload of a wish, bytes. */
const LONGEST_bytes = 128
/** A wish that says when it was made counts for so long, s. */
const LIFETIME_s = 2
/** Clocks of two machines differ by so much, s. */
const SKEW_s = 2

/** Why a wish is not done. */
export type WishFault =
  | 'locked' | 'retained' | 'too-long' | 'no-value' | 'wrong-type' | 'out-of-range' | 'too-old' | 'not-commandable' | 'busy' | 'not-up' | 'unanswered'

/**
 * What a `set` topic is told: a bare value, `50` or `true`, or `{"value": 50, "at_s": 1700000000.5}`, whose time makes it expire.
 * Never throws.
 */
export function readWish(signal: VssSignal, payload: Uint8Array, now_s: number): { value: VssValue } | { fault: WishFault } {
  if (payload.length > LONGEST_bytes) return { fault: 'too-long' }
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return { fault: 'no-value' }
  }
  if (typeof read === 'object' && read !== null) {
    const { value, at_s } = read as { value?: unknown, at_s?: unknown }
    if (at_s !== undefined) {
      if (typeof at_s !== 'number') return { fault: 'wrong-type' }
      if (!(now_s - at_s <= LIFETIME_s && at_s - now_s <= SKEW_s)) return { fault: 'too-old' }
    }
    read = value
  }
  return checked(signal, read)
}

function checked({ datatype, min, max, allowed }: VssSignal, value: unknown): { value: VssValue } | { fault: WishFault } {
  if (datatype === 'boolean') return typeof value === 'boolean' ? { value } : { fault: 'wrong-type' }
  if (datatype === 'string') return typeof value === 'string' && allowed?.includes(value) === true ? { value } : { fault: 'wrong-type' }
  if (typeof value !== 'number') return { fault: 'wrong-type' }
  return value >= (min ?? -Infinity) && value <= (max ?? Infinity) ? { value } : { fault: 'out-of-range' }
}
