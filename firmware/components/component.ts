import type { CodeOf, Decoder, Descriptor, Encoder, Ignition, Switch, SwitchEdge } from '#protocol/index.ts'
import type { Hal, Port } from '../hal.ts'
import type { CommandValues, StatusValues } from '../message.ts'
import type { Priority } from '../power/index.ts'

/** `COMPONENT_CLASS` code of a class that can be plugged in. */
type ClassCode = Descriptor['class']

/** The context of a driver whose class has this code. */
export type ContextOf<Code extends ClassCode> = ComponentContext<Extract<Descriptor, { class: Code }>>

/**
 * Of two hands at one component the last goes first, but for these: who holds what `insists` (a glass open) is undone by nobody who
 * `yields` (closes it).
 */
export const COMMAND_RANK = { any: 0, insists: 1, yields: 2 } as const
export type CommandRank = CodeOf<typeof COMMAND_RANK>

/** What a driver of any class does. The hub's runtime calls it; it calls nothing but its context. */
export interface Driver {
  /** How many status frames it reports (a lamp: one a channel); 0 or 1 for most. */
  readonly statusCount: number
  /** The sender repeats the command that is in force (a held switch). */
  repeated?(): void
  /**
   * The sender of the last command has been silent for `HOLD_TIMEOUT_ms`, as it is after every command that needs no
   * holding: a driver ends what lasts as long as it is held (`up`, `tilt`) and ignores it otherwise. Commands of this
   * hub's own switches need no repetition: theirs end by the next command.
   */
  released?(): void
  /** A command that insists goes on, and is not in force: what `yields` to it, and is under way, ends. */
  outranked?(): void
  /** Called about once a second, as long as the hub is awake: what wants to be looked at now and then. */
  inspect?(): void
  /** Called every period asked for with `context.tick`. */
  tick?(): void
  /** True while the active status period applies. */
  moving(): boolean
  /** Power was granted to, or taken from, the port. */
  powerChanged?(granted: boolean): void
  /** Ignition, speed or gear changed, or went stale. */
  vehicleChanged?(): void
  /** Unplugged or shut down: outputs off, nothing may call back afterwards. */
  dispose(): void
}

/** The driver of a class that obeys one command row and reports one status row. */
export interface CommandedDriver<Command extends CommandValues, Status extends StatusValues> extends Driver {
  /**
   * Executes a command that is fresh and new. `values` belong to the runtime and are valid during the call. `false`:
   * refused; it is not echoed, so the sender sees its failure.
   */
  readonly command: (values: Command, sender: number) => boolean
  /** Default: all are `any`. */
  readonly rank?: (values: Command) => CommandRank
  /** Fills the data half of status frame `index`; supply, currents and echo are the runtime's. */
  readonly status: (values: Status, index: number) => void
}

/** A plugged component's driver as the runtime holds it, whatever its class: `command` and `status` take the rows of its entry. */
export interface Component extends Driver {
  command?(values: CommandValues, sender: number): boolean
  rank?(values: CommandValues): CommandRank
  status?(values: StatusValues, index: number): void
}

/** A component class as an image lists it: one folder, one entry. The runtime creates it for descriptors of its class only. */
export interface ComponentEntry {
  /** `COMPONENT_CLASS` code found in the descriptor. */
  readonly code: ClassCode
  /** The command row it obeys and the status row it reports, when it has them. */
  readonly command?: Decoder<CommandValues>
  readonly status?: Encoder<StatusValues>
  create(context: ComponentContext): Component
}

/** A class whose drivers obey commands and report: descriptor, command and status of `create`'s driver are typed by the entry. */
export interface CommandedClass<Code extends ClassCode, Command extends CommandValues, Status extends StatusValues> {
  readonly code: Code
  readonly command: Decoder<Command>
  readonly status: Encoder<Status>
  readonly create: (context: ContextOf<Code>) => CommandedDriver<Command, Status>
}

/** A class without rows of its own: it has something to tell the hub (`switchChanged`, `vehicleReading`). */
export interface SilentClass<Code extends ClassCode> {
  readonly code: Code
  readonly create: (context: ContextOf<Code>) => Driver
}

/** Defines a component class. In a list of `ComponentEntry` its types are forgotten: the runtime goes by code and codecs. */
export function defineComponent<Code extends ClassCode, Command extends CommandValues, Status extends StatusValues>(
  definition: CommandedClass<Code, Command, Status>): CommandedClass<Code, Command, Status> {
  return definition
}

/** Defines a component class without commands and status. */
export function defineSilentComponent<Code extends ClassCode>(definition: SilentClass<Code>): SilentClass<Code> {
  return definition
}

/**
 * What a driver may ask of its board: the time, and what surrounds it. `now` goes on while the hub sleeps, as cooling and
 * ageing do; to the jobs, sleep is no time.
 */
export type Board = Pick<Hal, 'now' | 'gap_ms' | 'supply_V' | 'temperature_C' | 'acceleration_m_s2'>

/** What a driver can find broken: a sensor or contact, a bulb, constants of a motor that are missing. By `CAUSE` of a port's fault. */
export const COMPONENT_FAULT = { sensor: 8, bulb: 9, motorUnknown: 10 } as const
export type ComponentFault = CodeOf<typeof COMPONENT_FAULT>

/** Something a driver does at a time, on the hub's schedule. Made once, when the driver is, and armed again and again. */
export interface DriverJob {
  /** Arms it; moves it if it is armed. */
  startIn(delay_ms: number): void
  /** Arms it unless it fires earlier anyway. */
  notLater(delay_ms: number): void
  stop(): void
  armed(): boolean
}

/** What the hub gives a driver. */
export interface ComponentContext<Plugged extends Descriptor = Descriptor> {
  readonly hal: Board
  readonly port: Port
  readonly portIndex: number
  readonly location: number
  readonly descriptor: Plugged
  readonly vehicle: VehicleView
  readonly power: PortPower
  /**
   * Makes a job, not armed. It ends with the driver; failure messages show the name. It has a callback of the board for itself: what takes
   * long goes on there, armed for now, while frames that wait are read before.
   */
  job(name: string, fire: () => void): DriverJob
  /** Starts control ticks every `period_ms` (10–20), or stops them with 0. */
  tick(period_ms: number): void
  /** A control tick came later than its law allows: a fault of the hub. */
  tickLate(): void
  /** The component let go of something that it met: counted, for whoever looks for the cause. */
  pinched(): void
  /** The status changed: send it as soon as the row's minimum interval allows. `index` −1 = all. */
  statusChanged(index: number): void
  /** Broadcasts an event row of this hub (SwitchEvent, StereoText). */
  sendEvent<Values extends object>(codec: Encoder<Values>, values: Values): void
  /**
   * A switch of this pack changed (`SWITCH` and `SWITCH_EDGE` codes, time since it was pressed). The hub broadcasts
   * SwitchEvent and sends what the switch commands; `released` and `stuck` both end a held command.
   */
  switchChanged(code: Switch, edge: SwitchEdge, duration_ms: number): void
  /** What the vehicle component reads, on every change (`IGNITION`, `GEAR`; NaN = not known). The hub sends VehicleState. */
  vehicleReading(ignition: number, gear: number, speed_kmh: number): void
  /** Something of the component is broken, as far as its driver can tell, or is whole again: a fault of the port, with a trouble code. */
  faulty(fault: ComponentFault, stands: boolean): void
  /** Persistent record of this port, by key 0–15. Call with motors off. */
  load(key: number): Uint8Array | undefined
  save(key: number, bytes: Uint8Array): void
}

/** The vehicle as this hub last heard of it. Stale (no VehicleState for 300 ms) means ignition off. */
export interface VehicleView {
  ignition(): Ignition
  /** `GEAR`; NaN when unknown. */
  gear(): number
  /** NaN when unknown. */
  speed_kmh(): number
}

/**
 * How a driver gets current: it asks, waits for `powerChanged(true)`, and gives back. The runtime switches the port's
 * feed and sets its limit with the grant; a driver only drives channels. `powerChanged` may come from within `want`.
 */
export interface PortPower {
  /**
   * Asks for current with a priority. Asking again changes the wish. `shareable`: while there is
   * no power manager the hub's static safe share may carry it (an opening window; what has priority 0 or 1 always may).
   */
  want(run_A: number, peak_A: number, duration_ms: number, priority: Priority, shareable?: boolean): void
  /** The grant covers the last wish. */
  granted(): boolean
  /**
   * Holds the eFuse at `current_A` or less, within what is granted: a driver's own limit, set as often as it likes.
   * `Infinity`: the grant's limit again. Ends with the grant.
   */
  bound(current_A: number): void
  /** Where the eFuse holds the current now: within the grant, its peak included, and the driver's bound. A. */
  limit_A(): number
  /** Ends an interval of its port's means; the mean current, A, NaN as of the port. Who wants means asks here: the feed uses them, too. */
  takeMeans(): number
  release(): void
}

/** Silence after which a held command counts as released. */
export const HOLD_TIMEOUT_ms = 250
