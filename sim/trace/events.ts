import type { GEAR, IGNITION, RESET_CAUSE } from '#protocol/index.ts'

/** Why a hub's image ended. `powerOff`: nothing boots until the power is back; at any other cause it boots again. */
export type ResetCause = keyof typeof RESET_CAUSE | 'powerOff'

export type CopperFaultName = 'cut' | 'corrosion' | 'fuse' | 'short' | 'diode' | 'cableShort'

/** No field beside `kind`, `t_ns` and `source`. */
type Bare = Readonly<Record<never, never>>

/**
 * What each kind of event tells, beside when and who. Units last in the names. A field called `text` is for people: no code
 * reads it.
 */
interface Fields {
  /** A hub's firmware says something. */
  log: { readonly text: string }
  /** A hub's image ended. With `brownOut` its reset circuit first holds it down, which is told, too. */
  reset: { readonly cause: ResetCause }
  /** A callback of a hub's firmware threw; its stack. */
  exception: { readonly text: string }
  /** A hub's processor does nothing for a while. */
  pause: { readonly duration_ms: number }
  /** A switch of a hub (`window.down`) is pressed or let go. */
  switch: { readonly name: string, readonly pressed: boolean }
  ignition: { readonly position: keyof typeof IGNITION }
  gear: { readonly gear: keyof typeof GEAR }
  /** Something is held into the gap of a window, which opens `travel_mm` wide. */
  obstacle: { readonly opening_mm: number, readonly stiffness_N_mm: number, readonly travel_mm: number }
  obstacleGone: Bare
  /** The car drives on a road that shakes it by so much, rms, vertically; 0: it does not. */
  road: { readonly rms_m_s2: number }
  /** A door is slammed. */
  slam: { readonly peak_m_s2: number, readonly duration_ms: number }
  /** An alternating voltage on the supply, peak to peak; 0: none. */
  ripple: { readonly ripple_Vpp: number, readonly ripple_Hz: number }
  /** The seals of a window drag so many times what their age and temperature say. */
  seals: { readonly drag: number }
  /** A window, with its port and its hub's sensors, is another piece within the tolerances. */
  piece: Bare
  /** A component is plugged into a port of its hub, or pulled out of it. */
  plug: { readonly port: number }
  unplug: Bare
  /** Somebody cuts the data pair of a cable, or mends it; what the bus makes of it is a `spineCut` or `dropped`. */
  pairCut: Bare
  pairMended: Bare
  /** Chance per bit that it is seen wrong, 0–1, on the bus or at one node. */
  bitErrors: { readonly rate: number }
  /** Chance that a good frame never reaches the receive buffers of a node, 0–1. */
  frameLoss: { readonly rate: number }
  /** A node's drop is off the spine. */
  dropped: { readonly dropped: boolean }
  /** A node sends one frame as fast as it can. */
  babbling: { readonly babbling: boolean }
  /** The spine is cut behind a position, 0 = foremost hub. */
  spineCut: { readonly position: number, readonly cut: boolean }
  /** The bus is held dominant. */
  dominant: { readonly dominant: boolean }
  /** So many bits are picked to be seen wrong. */
  pickedBits: { readonly count: number }
  /** Something is wrong with a cable's conductors or, shorted, at a hub. */
  copperFault: { readonly fault: CopperFaultName }
  copperRepair: { readonly fault: CopperFaultName }
  fuseOpened: Bare
  /** The supply begins to follow a profile. */
  profile: { readonly name: string }
}

/** What is sampled of the physical car; units last. */
export const SIGNALS = [
  'supply_V', 'unloaded_V', 'current_A', 'ampacity_A',
  'position_pct', 'velocity_mm_s', 'contactForce_N', 'peakContactForce_N',
  'tiltX_deg', 'tiltY_deg', 'folded_pct', 'heating', 'warmth_pct',
  'ajar', 'locked', 'pawl_pct',
  'light0_pct', 'light1_pct', 'light2_pct', 'light3_pct', 'light4_pct', 'light5_pct', 'light6_pct', 'light7_pct',
  'source', 'volume', 'muted', 'playing', 'frequency_MHz', 'speed_kmh', 'output_pct',
] as const
export type SignalName = typeof SIGNALS[number]

interface Stamp<Kind extends string> {
  readonly kind: Kind
  readonly t_ns: number
  /** Who: a hub (`FL`), a component (`FL.window`), a port (`FL.0`), a cable, the bus. */
  readonly source: string
}

/** A signal changed; true is 1. */
export interface SignalEvent<Name extends SignalName = SignalName> extends Stamp<'signal'> {
  readonly name: Name
  readonly value: number
}

/** Events by kind. */
export type EventByKind = { readonly [Kind in keyof Fields]: Stamp<Kind> & Fields[Kind] } & { readonly signal: SignalEvent }
export type EventKind = keyof EventByKind
/** What happened: one of all kinds. Frames are not among them; they are tapped at the bus. */
export type TraceEvent = EventByKind[EventKind]

/** What can be told or asked for: a kind of event, or one signal. */
export type Topic = keyof Fields | SignalTopic
export type SignalTopic<Name extends SignalName = SignalName> = `signal:${Name}`
type SignalOf<T extends Topic> = T extends SignalTopic<infer Name> ? Name : never
/** The events of some topics. */
export type EventOf<T extends Topic> =
  EventByKind[Exclude<T, SignalTopic>] | ([SignalOf<T>] extends [never] ? never : SignalEvent<SignalOf<T>>)

const SIGNAL_TOPICS = Object.fromEntries(SIGNALS.map(name => [name, signalTopic(name)])) as Readonly<Record<SignalName, SignalTopic>>

export function signalTopic<Name extends SignalName>(name: Name): SignalTopic<Name> {
  return `signal:${name}`
}

/** Under which topic an event is told. */
export function topicOf(event: TraceEvent): Topic {
  return event.kind === 'signal' ? SIGNAL_TOPICS[event.name] : event.kind
}

/** An event whose time its producer's clock adds. */
export type Untimed<Event extends TraceEvent> = Event extends unknown ? Omit<Event, 't_ns'> : never

/** Events that standing faults of a bus begin, change and end with. */
export const BUS_FAULTS = ['bitErrors', 'frameLoss', 'dropped', 'babbling', 'spineCut', 'dominant', 'pickedBits'] as const satisfies readonly Topic[]
/** Events about the health of conductors. */
export const COPPER_EVENTS = ['copperFault', 'copperRepair', 'fuseOpened'] as const satisfies readonly Topic[]
