/**
 * Codes shared by the message table, the firmware and the tools. Codes are never reused. Each table of codes has a type
 * of the same name, the union of its codes: boards keep numbers, and the compiler knows which numbers are meant.
 */

/** Names of codes. */
export type CodeTable = Readonly<Record<string, number>>
/** A code of a table: `CodeOf<typeof GEAR>` is `0 | 1 | 2 | 3 | 4`. */
export type CodeOf<Table extends CodeTable> = Table[keyof Table]
/** The name of a code: `NameOf<typeof GEAR>` is `'park' | 'reverse' | …`. */
export type NameOf<Table extends CodeTable> = keyof Table & string

/** A field of one bit. */
export type Flag = 0 | 1

/**
 * A class that is added here has no kind of its own (its rows are of kind 14), and is missed by the compiler wherever else it has
 * to be: firmware/components/README.md says how to add one.
 */
export const COMPONENT_CLASS = {
  none: 0, window: 1, mirror: 2, latch: 3, lamp: 4, amplifier: 5, switchPack: 6, vehicle: 7,
  seatFan: 8,
} as const
export type ComponentClass = CodeOf<typeof COMPONENT_CLASS>
/** Classes of components that can be plugged in. */
export type ComponentName = Exclude<NameOf<typeof COMPONENT_CLASS>, 'none'>

export const IGNITION = { off: 0, accessory: 1, on: 2, start: 3 } as const
export type Ignition = CodeOf<typeof IGNITION>
export const GEAR = { park: 0, reverse: 1, neutral: 2, drive: 3, manual: 4 } as const
export type Gear = CodeOf<typeof GEAR>
export const MANAGER_STATE = { none: 0, active: 1, rebuilding: 2, staticShares: 3 } as const
export type ManagerState = CodeOf<typeof MANAGER_STATE>
export const SHED_REASON = { recovered: 0, undervoltage: 1, cranking: 2, overload: 3, requested: 4 } as const
export type ShedReason = CodeOf<typeof SHED_REASON>
export const SLEEP_PHASE = { proposed: 0, vetoed: 1, agreed: 2, waking: 3 } as const
export type SleepPhase = CodeOf<typeof SLEEP_PHASE>
export const SLEEP_REASON = {
  inactivity: 0, switch: 1, bus: 2, component: 3, diagnostics: 4, ignition: 5,
} as const
export type SleepReason = CodeOf<typeof SLEEP_REASON>
export const GRANT_RESULT = { granted: 0, deferred: 1, refused: 2, revoked: 3 } as const
export type GrantResult = CodeOf<typeof GRANT_RESULT>

export const HUB_STATE = { booting: 0, claiming: 1, operating: 2, degraded: 3, silent: 4, sleeping: 5 } as const
export type HubState = CodeOf<typeof HUB_STATE>
export const RESET_CAUSE = { unknown: 0, powerOn: 1, brownOut: 2, watchdog: 3, requested: 4, external: 5 } as const
export type ResetCause = CodeOf<typeof RESET_CAUSE>
export const CAN_STATE = { errorActive: 0, errorPassive: 1, busOff: 2 } as const
export type CanState = CodeOf<typeof CAN_STATE>

export const DESCRIPTOR_STATE = { absent: 0, present: 1, badCrc: 2, badVersion: 3, unknownClass: 4, unreadable: 5, notPaired: 6 } as const
export type DescriptorState = CodeOf<typeof DESCRIPTOR_STATE>
export const PORT_STATE = { empty: 0, off: 1, on: 2, limiting: 3, tripped: 4, rejected: 5 } as const
export type PortState = CodeOf<typeof PORT_STATE>
export const PORT_FAULT = {
  none: 0, eFuse: 1, overDescriptor: 2, badDescriptor: 3, noGrant: 4, commandLost: 5, driver: 6, notPaired: 7, missing: 8,
  staysOn: 9, bulb: 10, motorUnknown: 11,
} as const
export type PortFault = CodeOf<typeof PORT_FAULT>

export const SWITCH_EDGE = { released: 0, pressed: 1, held: 2, stuck: 3 } as const
export type SwitchEdge = CodeOf<typeof SWITCH_EDGE>

/** Every switch function a switch pack can carry. The key is its name in `spine press HUB.<key>`. */
export const SWITCH = {
  none: 0,
  'windowFL.up': 1, 'windowFL.down': 2, 'windowFR.up': 3, 'windowFR.down': 4,
  'windowRL.up': 5, 'windowRL.down': 6, 'windowRR.up': 7, 'windowRR.down': 8,
  'window.up': 9, 'window.down': 10,
  'mirrorFL.left': 16, 'mirrorFL.right': 17, 'mirrorFL.up': 18, 'mirrorFL.down': 19,
  'mirrorFR.left': 20, 'mirrorFR.right': 21, 'mirrorFR.up': 22, 'mirrorFR.down': 23,
  'mirrors.fold': 24, 'mirrors.unfold': 25, 'mirrors.heat': 26, 'mirrors.recall': 27, 'mirrors.store': 28,
  'doors.lock': 32, 'doors.unlock': 33, 'latch.release': 34, 'latch.close': 35, 'trunk.release': 36, 'hood.release': 37,
  'lights.head': 48, 'lights.tail': 49, 'lights.interior': 50, 'lights.left': 51, 'lights.right': 52,
  'stereo.volumeUp': 64, 'stereo.volumeDown': 65, 'stereo.mute': 66, 'stereo.source': 67,
  'stereo.seekUp': 68, 'stereo.seekDown': 69,
  'ignition.accessory': 80, 'ignition.on': 81, 'ignition.start': 82,
} as const
export type Switch = CodeOf<typeof SWITCH>

export const WINDOW_ACTION = { stop: 0, up: 1, down: 2, autoUp: 3, autoDown: 4, goto: 5, learn: 6 } as const
export type WindowAction = CodeOf<typeof WINDOW_ACTION>
/** `motorUnknown`, `noMeans`, `roadUnseen`: still, and closes only while a switch is held: no hand would be told from friction. */
export const WINDOW_STATE = {
  unlearned: 0, still: 1, opening: 2, closing: 3, reversing: 4, blocked: 5, learning: 6, waiting: 7,
  motorUnknown: 8, noMeans: 9, roadUnseen: 10,
} as const
export type WindowState = CodeOf<typeof WINDOW_STATE>

export const MIRROR_ACTION = {
  stop: 0, tilt: 1, goto: 2, fold: 3, unfold: 4, heatOn: 5, heatOff: 6, recall: 7, store: 8,
} as const
export type MirrorAction = CodeOf<typeof MIRROR_ACTION>
export const MIRROR_FOLD = { unfolded: 0, folded: 1, moving: 2, blocked: 3 } as const
export type MirrorFold = CodeOf<typeof MIRROR_FOLD>
/** A direction of one axis: against it, not at all, along it. */
export const DIRECTION = { negative: 0, none: 1, positive: 2 } as const
export type Direction = CodeOf<typeof DIRECTION>

export const LATCH_ACTION = { release: 0, cinch: 1, lock: 2, unlock: 3 } as const
export type LatchAction = CodeOf<typeof LATCH_ACTION>
export const LATCH_STATE = { closed: 0, ajar: 1, releasing: 2, cinching: 3, blocked: 4 } as const
export type LatchState = CodeOf<typeof LATCH_STATE>

export const LIGHT_ACTION = { set: 0 } as const
export type LightAction = CodeOf<typeof LIGHT_ACTION>
export const LIGHT_FAULT = { none: 0, openCircuit: 1, shortCircuit: 2 } as const
export type LightFault = CodeOf<typeof LIGHT_FAULT>

export const STEREO_ACTION = {
  source: 0, volume: 1, balance: 2, tune: 3, seekUp: 4, seekDown: 5, mute: 6, unmute: 7,
} as const
export type StereoAction = CodeOf<typeof STEREO_ACTION>
export const STEREO_SOURCE = { off: 0, fm: 1, aux: 2, bluetooth: 3 } as const
export type StereoSource = CodeOf<typeof STEREO_SOURCE>
export const STEREO_TEXT_KIND = { station: 0, title: 1 } as const
export type StereoTextKind = CodeOf<typeof STEREO_TEXT_KIND>

/** States of later classes. */
export const SEAT_FAN_STATE = { off: 0, waiting: 1, on: 2, fault: 3 } as const
export type SeatFanState = CodeOf<typeof SEAT_FAN_STATE>
