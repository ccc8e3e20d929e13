import type { GivenValues } from '#protocol/catalogue/index.ts'
import type { Fabricated } from './fabricated.ts'
import { closed, command, type Stories, window } from './telling.ts'

/** A window that says of itself `words` at rest, every second until `until_ms`. */
const says = (t: Fabricated, until_ms: number, words: GivenValues): Fabricated => {
  window(t)
  for (let t_ms = 5100; t_ms <= until_ms; t_ms += 1000) t.live(t_ms).say('FL', 'WindowStatus@FL', words)
  return t
}
/** What its status says of the first command of the dash. */
const commanded = { echoSender: 5, echoSequence: 1 }
const unlearned = { state: 'unlearned', learned: 0 }
/** It closes from where it stands for `for_ms`, and says so. */
const closes = (t: Fabricated, for_ms: number, words: GivenValues = { state: 'closing', learned: 0 }, each = (_t: Fabricated): unknown => undefined): Fabricated => {
  for (let i = 0; i < for_ms / 100; i++) {
    t.say('FL', 'WindowStatus@FL', words)
    each(t)
    t.ramp('FL.window', 'position_pct', 50 - i, 49 - i, 100)
  }
  return t
}

const able = { state: 'still', learned: 1 }
/** The switch in the door that opens the window; `edge`: what its hub says of it. */
function ownDown(t: Fabricated, edge?: 'pressed' | 'released'): Fabricated {
  t.tell({ kind: 'switch', source: 'FL', name: 'window.down', pressed: edge !== 'released' })
  return edge === undefined ? t : t.say('FL', 'SwitchEvent@FL', { switch: 'window.down', edge, port: 3, duration_ms: 0 })
}
/** The dash's tap has it closed. */
const shut = (t: Fabricated): Fabricated => closes(command(t, 1, 'autoUp'), 2500, { ...commanded, state: 'closing', learned: 1 })

export const HELD: Stories = {
  guilty: {
    'an unlearned window that closes on after a tap on the switch in its own door': t => closes(closed(says(t, 9000, unlearned), 9000, 150), 1500),
    'one that has lost its place, after a tap': t =>
      closes(closed(says(t, 9000, { state: 'unlearned', learned: 1 }), 9000, 150), 1500, { state: 'closing', learned: 1 }),
    'one whose motor is unknown, by a command to close by itself': t =>
      closes(command(says(t, 9000, { state: 'motorUnknown', learned: 1 }), 1, 'autoUp'), 1500, { ...commanded, state: 'closing', learned: 1 }),
    'one whose learning run has failed': t =>
      closes(closed(says(closes(command(says(t, 6200, unlearned), 1, 'learn'), 500, { ...commanded, state: 'learning', learned: 0 }), 9000, unlearned), 9000, 150), 1500),
    'one that a passenger holds open, by a tap at the dash': t => shut(ownDown(says(t, 9000, able), 'pressed')),
    'one that the dash holds open, by a tap in its own door': t =>
      closes(closed(says(t, 9000, able), 9000, 150), 1800, { ...commanded, state: 'closing', learned: 1 }, again => command(again, 1, 'down')),
  },
  innocent: {
    'a thumb holds it open whom its hub did not hear': t => shut(ownDown(says(t, 9000, able))),
    'that thumb let go': t => shut(ownDown(ownDown(says(t, 9000, able), 'pressed'), 'released')),
    'a hub was reset that holds it open': (t) => {
      ownDown(says(t, 9000, able), 'pressed').reset('FL')
      return shut(t.live(9200))
    },
    'its own switch holds it closed meanwhile': t => shut(ownDown(says(t, 9000, able), 'pressed')
      .tell({ kind: 'switch', source: 'FL', name: 'window.up', pressed: true })),
    'the dash holds it open on a bus that loses frames': t =>
      closes(closed(says(t, 9000, able).tell({ kind: 'frameLoss', source: 'FL', rate: 0.5 }), 9000, 150), 1800, { ...commanded, state: 'closing', learned: 1 }, again => command(again, 1, 'down')),
    'a thumb holds the switch in its door': t => closes(says(t, 9000, unlearned).tell({ kind: 'switch', source: 'FL', name: 'window.up', pressed: true }), 2000),
    'a thumb at the dash holds it': t => closes(says(t, 9000, unlearned), 2000, { ...commanded, state: 'closing', learned: 0 }, again => command(again, 1, 'up')),
    'it brakes after that': t => closes(closed(says(t, 9000, unlearned), 9000, 150), 600),
    'it learns': t => closes(command(says(t, 9000, unlearned), 1, 'learn'), 2000, { ...commanded, state: 'learning', learned: 0 }),
    'it may close by itself': t => closes(command(says(t, 9000, { state: 'still', learned: 1 }), 1, 'autoUp'), 2000, { ...commanded, state: 'closing', learned: 1 }),
    'it opens': t => command(says(t, 9000, unlearned), 1, 'down').ramp('FL.window', 'position_pct', 50, 60, 2000),
    'what it said is old': t => command(says(t, 9000, unlearned).live(12_000), 1, 'autoUp').ramp('FL.window', 'position_pct', 50, 40, 2000),
    'another window was plugged in': t => says(t, 9000, unlearned)
      .tell({ kind: 'plug', source: 'FL.window', port: 0 }).live(9900).say('FL', 'WindowStatus@FL', unlearned).signal('FL.window', 'position_pct', 20),
    'another window was plugged in while the one that was pulled ran down': t => says(t, 9000, unlearned)
      .tell({ kind: 'plug', source: 'FL.windowSpare', port: 0 }).ramp('FL.window', 'position_pct', 50, 51, 100).live(9900)
      .say('FL', 'WindowStatus@FL', unlearned).signal('FL.windowSpare', 'position_pct', 40),
    'its hub was reset while it closed': t => closes(closes(closed(says(t, 9000, unlearned), 9000, 150), 600).reset('FL'), 300),
  },
}
