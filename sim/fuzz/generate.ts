import { Prng } from '../kernel/prng.ts'
import { FUZZ_KINDS } from './kinds.ts'
import type { FuzzOptions } from './options.ts'
import type { FuzzEvent, Script } from './script.ts'
import type { CarNames } from './stage.ts'

/** By then the hubs have their addresses. */
const BOOT_ms = 1200

/** The script of run `run` of a campaign: the same one for the same options, whatever the other runs are. */
export function generateScript(options: FuzzOptions, run: number, names: CarNames): Script {
  const dice = new Prng(options.seed, `fuzz run ${run}`)
  const seed = dice.uint32()
  const end_ms = Math.max(BOOT_ms + 1, options.for_ms - options.quiet_ms)
  const events: FuzzEvent[] = []
  for (const kind of FUZZ_KINDS) {
    // Dice of its own for each kind, so that another rate of one leaves the others as they are.
    const own = new Prng(seed, kind.name)
    const rate = options.perMinute[kind.name]
    if (own.chance(options.off) || rate === 0) continue
    const expected = rate * (end_ms - BOOT_ms) / 60_000
    // Between none and twice as many as expected.
    const count = Math.floor(own.next() * 2 * expected + own.next())
    for (let i = 0; i < count; i++) {
      const at_ms = BOOT_ms + Math.floor(own.next() * (end_ms - BOOT_ms))
      const drawn = kind.draw(own, names)
      events.push({ at_ms, kind: kind.name, for_ms: Math.min(drawn.for_ms, end_ms - at_ms), with: drawn.with })
    }
  }
  events.sort((a, b) => a.at_ms - b.at_ms)
  return { seed, for_ms: options.for_ms, events }
}
