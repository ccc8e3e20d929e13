import { COMPONENTS, topicOf } from '#protocol/index.ts'
import { fieldOf } from '../message.ts'
import { NO_CHANNEL } from './switch-action.ts'
import type { Known, SwitchAction } from './switch-action.ts'

interface Entry {
  readonly known: Known
  /** Another of the same component. */
  readonly next: Entry | undefined
  value: number
}

/** The last word of those status fields that switches depend on. */
export class KnownStatus {
  private readonly entries: Entry[]
  /** By component (topic << 4 | location): 1 + the last that depends on its status; 0: nothing does. */
  private readonly watched: Uint8Array

  constructor(actions: readonly SwitchAction[]) {
    this.entries = []
    this.watched = new Uint8Array(COMPONENTS)
    for (const action of actions) {
      const known = action.known
      if (known === undefined) continue
      const component = topicOf(known.status) << 4 | known.location
      this.entries.push({ known: known, next: this.entries[this.watched[component]! - 1], value: NaN })
      this.watched[component] = this.entries.length
    }
  }

  /** A status of this topic, of another hub or of a component of this one. */
  observe(topic: number, location: number, values: object): void {
    let entry = this.entries[this.watched[topic << 4 | location]! - 1]
    while (entry !== undefined) {
      const known = entry.known
      if (known.channel === NO_CHANNEL || known.channel === fieldOf(values, 'channel')) entry.value = fieldOf(values, known.field)
      entry = entry.next
    }
  }

  /** NaN when nothing is known. */
  value(known: Known): number {
    for (const entry of this.entries) {
      if (entry.known === known) return entry.value
    }
    return NaN
  }

  /** What a command that was just sent will make of it, so that the next press counts from there; for all that watch the field. */
  expect(known: Known, value: number): void {
    for (const entry of this.entries) {
      const other = entry.known
      if (other.status === known.status && other.location === known.location && other.channel === known.channel
        && other.field === known.field) entry.value = value
    }
  }
}
