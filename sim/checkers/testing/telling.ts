import type { Fabricated } from './fabricated.ts'

/** What must move a checker to speak, and the same with a reason for which it must not. */
export interface Stories {
  readonly guilty: Readonly<Record<string, (trace: Fabricated) => unknown>>
  readonly innocent: Readonly<Record<string, (trace: Fabricated) => unknown>>
}

/** A car in which everything is well, with a window half open. */
export const window = (t: Fabricated): Fabricated => t.boot().signal('FL.window', 'position_pct', 50).signal('FL', 'supply_V', 13.5).live(5000)

/** A thumb holds the switch of the door. */
export const closed = (t: Fabricated, from_ms: number, for_ms: number): Fabricated =>
  t.at(from_ms).tell({ kind: 'switch', source: 'FL', name: 'window.up', pressed: true })
    .at(from_ms + for_ms).tell({ kind: 'switch', source: 'FL', name: 'window.up', pressed: false })

/** The dash commands the window of FL. */
export const command = (t: Fabricated, sequence: number, action = 'autoDown'): Fabricated => t.say('DASH', 'WindowCommand@FL', { sequence, action })
