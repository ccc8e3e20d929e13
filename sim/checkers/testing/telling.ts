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
/** FL says that it executed this command of the dash. */
export const echo = (t: Fabricated, sequence: number): Fabricated => t.say('FL', 'WindowStatus@FL', { echoSender: 5, echoSequence: sequence, state: 'still', learned: 1 })
/** The thumb holds on for so many repetitions from 7 s on, and the glass stands. */
export const holdOn = (t: Fabricated, times: number): void => {
  for (let i = 0; i < times; i++) command(t.live(7100 + 100 * i), 1, 'up')
}
/** A thumb holds a switch while the glass closes, reverses, and closes again; `second`: the sequence of the repetitions at the end. */
export const again = (t: Fabricated, second: number, between: (t: Fabricated) => unknown = () => undefined): Fabricated => {
  window(t)
  const part = (sequence: number, from: number, to: number): void => {
    for (let i = 0; i < 10; i++) command(t, sequence, 'up').ramp('FL.window', 'position_pct', from + (to - from) * i / 10, from + (to - from) * (i + 1) / 10, 100)
  }
  part(1, 50, 30)
  echo(t, 1)
  part(1, 30, 60)
  between(t)
  part(second, 60, 40)
  return echo(t, second)
}
