import type { DirectionCounters, DropReason, LinkCounters, LinkFrame } from './link.ts'

export function createCounters(): LinkCounters {
  return { received: createDirection(), sent: createDirection(), malformed: new Map(), unknownLost: 0 }
}

function createDirection(): DirectionCounters {
  return { in: 0, delivered: 0, queued: 0, dropped: new Map() }
}

/** Counts `frames` as dropped; they were counted as `in` before. */
export function drop(direction: DirectionCounters, reason: DropReason, frames = 1): void {
  if (frames > 0) direction.dropped.set(reason, (direction.dropped.get(reason) ?? 0) + frames)
}

/** Counts a frame of a kind that the medium cannot carry. */
export function dropUnsupported(direction: DirectionCounters, frame: LinkFrame): void {
  drop(direction, frame.error ? 'error-frame' : 'unsupported')
}

/** Counts one more of `cause`. Causes are constants of the code, so the map stays small whatever the far side sends. */
export function count(causes: Map<string, number>, cause: string): void {
  causes.set(cause, (causes.get(cause) ?? 0) + 1)
}

/** Adds `from` to `into`. */
export function addCounters(into: LinkCounters, from: LinkCounters): void {
  addDirection(into.received, from.received)
  addDirection(into.sent, from.sent)
  for (const [cause, times] of from.malformed) into.malformed.set(cause, (into.malformed.get(cause) ?? 0) + times)
  into.unknownLost += from.unknownLost
}

function addDirection(into: DirectionCounters, from: DirectionCounters): void {
  into.in += from.in
  into.delivered += from.delivered
  into.queued += from.queued
  for (const [reason, frames] of from.dropped) drop(into, reason, frames)
}

export function droppedTotal(direction: DirectionCounters): number {
  let total = 0
  for (const frames of direction.dropped.values()) total += frames
  return total
}

/** What `in` has too many (or too few, negative): 0 when the accounting identity holds. */
export function imbalance(direction: DirectionCounters): number {
  return direction.in - direction.delivered - direction.queued - droppedTotal(direction)
}
