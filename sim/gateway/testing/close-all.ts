import { expect } from 'vitest'
import { imbalance } from '../counters.ts'
import type { Link } from '../link.ts'

/** Closes what a test has opened; afterwards every frame is accounted for, and none waits. */
export async function closeAll(links: Link[]): Promise<void> {
  for (const link of links.splice(0)) {
    await link.close()
    const { received, sent } = link.counters
    expect([imbalance(received), imbalance(sent), sent.queued], link.uri).toEqual([0, 0, 0])
  }
}
