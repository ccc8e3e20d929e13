/**
 * The standard plug: which channel of a hub's port does what, by component class. A driver in the firmware and a
 * component (real or simulated) meet only here. Channels are per kind of I/O, counted from 0.
 */

/** Class `window`. */
export const WINDOW_PLUG = {
  /** drive: motor, +1 opens (glass down), −1 closes. */
  motor: 0,
  /** pulses: Hall pair, counts up while opening, down while closing. */
  hall: 0,
} as const

/** Class `mirror`. */
export const MIRROR_PLUG = {
  /** drive: tilt motors (+ right, + up), fold motor (+ folds), heater (0–1). */
  tiltX: 0, tiltY: 1, fold: 2, heater: 3,
  /** analog, 0–1: tilt −12°…+12°, fold 0 unfolded … 1 folded. */
  positionX: 0, positionY: 1, positionFold: 2,
} as const

/** Class `latch`. */
export const LATCH_PLUG = {
  /** drive: pawl (+ releases, − cinches), lock (+ locks, − unlocks). */
  pawl: 0, lock: 1,
  /** input: not fully latched; locked; pawl drive at home. */
  ajar: 0, locked: 1, home: 2,
} as const

/** Class `switchPack`. */
export const SWITCH_PLUG = {
  /** analog: a resistor in the pack against the hub's reference, so that open contacts are told from switches that nobody presses. */
  line: 0,
  /** What a connected one shows at least; packs without it show 0. */
  connected: 0.1,
} as const

/** Class `lamp`: drive n is the channel's brightness 0–1, analog n its current sense. */
export const LAMP_PLUG = {
  /** Most channels of one lamp. */
  channels: 8,
  /** Current at analog = 1, A. */
  senseRange_A: 10,
} as const

/** Class `amplifier`: registers on the port's local serial line. */
export const AMPLIFIER_PLUG = {
  /** write: see STEREO_SOURCE; 0–30; −100…100 %; 0 or 1; MHz; −1, 0, +1. All but the last two can be read back; 0 after a reset. */
  source: 0, volume: 1, balance_pct: 2, muted: 3, frequency_MHz: 4, seek: 5,
  /** read: MHz now; 1 while it seeks; length and first character of the station name (RDS PS) and of the title. */
  tunedFrequency_MHz: 16, seeking: 17, stationLength: 18, titleLength: 19, station: 32, title: 64,
} as const

/** Class `switchPack`: input n is the n-th switch of the layout its descriptor names. */
export const SWITCH_LAYOUT = {
  driver: [
    'windowFL.up', 'windowFL.down', 'windowFR.up', 'windowFR.down', 'windowRL.up', 'windowRL.down', 'windowRR.up',
    'windowRR.down', 'mirrorFL.left', 'mirrorFL.right', 'mirrorFL.up', 'mirrorFL.down', 'mirrorFR.left',
    'mirrorFR.right', 'mirrorFR.up', 'mirrorFR.down', 'mirrors.fold', 'mirrors.unfold', 'mirrors.heat',
    'mirrors.recall', 'mirrors.store', 'doors.lock', 'doors.unlock', 'trunk.release', 'hood.release', 'lights.head',
    'lights.tail', 'lights.interior', 'stereo.volumeUp', 'stereo.volumeDown', 'stereo.mute', 'stereo.source',
    'stereo.seekUp', 'stereo.seekDown', 'lights.left', 'lights.right',
  ],
  /** The driver's, of a car with two doors. */
  driver2: [
    'windowFL.up', 'windowFL.down', 'windowFR.up', 'windowFR.down',
    'mirrorFL.left', 'mirrorFL.right', 'mirrorFL.up', 'mirrorFL.down', 'mirrorFR.left',
    'mirrorFR.right', 'mirrorFR.up', 'mirrorFR.down', 'mirrors.fold', 'mirrors.unfold', 'mirrors.heat',
    'mirrors.recall', 'mirrors.store', 'doors.lock', 'doors.unlock', 'trunk.release', 'hood.release', 'lights.head',
    'lights.tail', 'lights.interior', 'stereo.volumeUp', 'stereo.volumeDown', 'stereo.mute', 'stereo.source',
    'stereo.seekUp', 'stereo.seekDown', 'lights.left', 'lights.right',
  ],
  door: ['window.up', 'window.down', 'latch.release'],
  trunk: ['latch.release', 'latch.close'],
} as const
/** Code of a layout in a switch pack's descriptor. */
export const SWITCH_LAYOUT_CODE = { driver: 1, door: 2, trunk: 3, driver2: 4 } as const

/** Class `vehicle`: ignition lock, gear selector, wheel sensor. */
export const VEHICLE_PLUG = {
  /** input: ignition positions (`start` implies `on` implies `accessory`). */
  accessory: 0, on: 1, start: 2,
  /** analog: selected gear, GEAR / 4. */
  gear: 0,
  /** pulses: wheel sensor, 1 pulse = 0.1 m. */
  wheel: 0,
  wheelPulse_m: 0.1,
} as const

/** Class `seatFan`: drive `output` is its level, 0–1. */
export const SEAT_FAN_PLUG = { output: 0 } as const
