import { setImmediate as turn } from 'node:timers/promises'

/**
 * Lets the event loop turn until `condition` holds; no clock is involved, so nothing is slower or flakier than the
 * machine. What never comes is ended by the test's own limit, with `what` in the message of whoever waits.
 */
export async function eventually(condition: () => boolean, what: () => string = () => 'a condition'): Promise<void> {
  const end = performance.now() + 45_000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what()}`)
    await turn()
  }
}
