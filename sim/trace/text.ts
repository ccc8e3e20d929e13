import type { EventByKind, EventKind, TraceEvent } from './events.ts'

const TEXTS: { readonly [Kind in EventKind]: (event: EventByKind[Kind]) => string } = {
  log: ({ text }) => text,
  reset: ({ cause }) => cause === 'powerOff' ? 'power off' : `reset, cause ${cause}`,
  exception: ({ text }) => `firmware exception: ${text}`,
  pause: ({ duration_ms }) => `paused for ${duration_ms} ms`,
  switch: ({ name, pressed }) => `${name} ${pressed ? 'pressed' : 'released'}`,
  ignition: ({ position }) => `ignition ${position}`,
  gear: ({ gear }) => `gear ${gear}`,
  obstacle: ({ opening_mm, stiffness_N_mm, travel_mm }) => `obstacle of ${stiffness_N_mm} N/mm at ${opening_mm} mm of ${travel_mm} mm`,
  obstacleGone: () => 'obstacle gone',
  road: ({ rms_m_s2 }) => rms_m_s2 > 0 ? `road of ${rms_m_s2} m/s² rms` : 'smooth road',
  slam: ({ peak_m_s2, duration_ms }) => `door slammed: ${peak_m_s2} m/s² for ${duration_ms} ms`,
  ripple: ({ ripple_Vpp, ripple_Hz }) => ripple_Vpp > 0 ? `ripple of ${ripple_Vpp} V peak to peak at ${ripple_Hz} Hz` : 'no ripple',
  seals: ({ drag }) => `seals drag ${drag} times`,
  piece: () => 'another piece of its make',
  plug: ({ port }) => `plugged into port ${port}`,
  unplug: () => 'unplugged',
  pairCut: () => 'data pair cut',
  pairMended: () => 'data pair mended',
  bitErrors: ({ rate }) => `bit error rate ${rate}`,
  frameLoss: ({ rate }) => `frame loss rate ${rate}`,
  dropped: ({ dropped }) => dropped ? 'dropped off the spine' : 'back on the spine',
  babbling: ({ babbling }) => babbling ? 'babbles' : 'babbles no more',
  spineCut: ({ position, cut }) => `${cut ? 'cut' : 'joined'} behind position ${position}`,
  dominant: ({ dominant }) => dominant ? 'held dominant' : 'held dominant no more',
  pickedBits: ({ count }) => `${count} picked bits`,
  copperFault: ({ fault }) => `${fault} fault`,
  copperRepair: ({ fault }) => `${fault} repaired`,
  fuseOpened: () => 'fuse opened',
  profile: ({ name }) => `profile ${name}`,
  signal: ({ name, value }) => `${name} ${value}`,
}

/** An event in words, for people: who and what, `FL.window unplugged`. Code reads the event's fields instead. */
export function eventText(event: TraceEvent): string {
  return `${event.source} ${wordsOf(event.kind, event)}`
}

function wordsOf<Kind extends EventKind>(kind: Kind, event: EventByKind[Kind]): string {
  return TEXTS[kind](event)
}
