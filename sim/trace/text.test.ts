import { describe, expect, it } from 'vitest'
import { type EventByKind, type EventKind, eventText, topicOf } from './index.ts'

/** One of each kind, and what people read. */
const EXAMPLES: { readonly [Kind in EventKind]: readonly [Omit<EventByKind[Kind], 'kind' | 't_ns' | 'source'>, string] } = {
  log: [{ text: 'sleeps' }, 'sleeps'],
  reset: [{ cause: 'brownOut' }, 'reset, cause brownOut'],
  exception: [{ text: 'Error: bad flash' }, 'firmware exception: Error: bad flash'],
  pause: [{ duration_ms: 20 }, 'paused for 20 ms'],
  switch: [{ name: 'window.down', pressed: true }, 'window.down pressed'],
  ignition: [{ position: 'start' }, 'ignition start'],
  gear: [{ gear: 'reverse' }, 'gear reverse'],
  obstacle: [{ opening_mm: 50, stiffness_N_mm: 10, travel_mm: 450 }, 'obstacle of 10 N/mm at 50 mm of 450 mm'],
  obstacleGone: [{}, 'obstacle gone'],
  road: [{ rms_m_s2: 1.5 }, 'road of 1.5 m/s² rms'],
  slam: [{ peak_m_s2: 30, duration_ms: 20 }, 'door slammed: 30 m/s² for 20 ms'],
  ripple: [{ ripple_Vpp: 0, ripple_Hz: 90 }, 'no ripple'],
  seals: [{ drag: 0.8 }, 'seals drag 0.8 times'],
  piece: [{}, 'another piece of its make'],
  plug: [{ port: 1 }, 'plugged into port 1'],
  unplug: [{}, 'unplugged'],
  pairCut: [{}, 'data pair cut'],
  pairMended: [{}, 'data pair mended'],
  bitErrors: [{ rate: 1e-5 }, 'bit error rate 0.00001'],
  frameLoss: [{ rate: 0.1 }, 'frame loss rate 0.1'],
  dropped: [{ dropped: false }, 'back on the spine'],
  babbling: [{ babbling: true }, 'babbles'],
  spineCut: [{ position: 3, cut: true }, 'cut behind position 3'],
  dominant: [{ dominant: true }, 'held dominant'],
  pickedBits: [{ count: 2 }, '2 picked bits'],
  copperFault: [{ fault: 'corrosion' }, 'corrosion fault'],
  copperRepair: [{ fault: 'short' }, 'short repaired'],
  fuseOpened: [{}, 'fuse opened'],
  profile: [{ name: 'load dump' }, 'profile load dump'],
  signal: [{ name: 'supply_V', value: 13.5 }, 'supply_V 13.5'],
}

describe('an event in words', () => {
  it.each(Object.keys(EXAMPLES) as EventKind[])('%s', (kind) => {
    const [fields, words] = EXAMPLES[kind]
    const event = { kind, t_ns: 1, source: 'FL', ...fields } as EventByKind[typeof kind]
    expect(eventText(event)).toBe(`FL ${words}`)
    expect(topicOf(event)).toBe(kind === 'signal' ? 'signal:supply_V' : kind)
  })
})
