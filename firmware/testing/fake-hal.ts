import { type DescriptorContent, encodeDescriptor, type ResetCause } from '#protocol/index.ts'
import type { Flash, Hal, Nvm, Port } from '../hal.ts'
import { FakeCan } from './fake-can.ts'
import { FakeClock } from './fake-clock.ts'

/** A socket whose component is a descriptor and the levels a test sets. */
export class FakePort implements Port {
  plugged: boolean
  memory: Uint8Array
  powered: boolean
  limit_A: number
  /** How often the limit was written. */
  limitWrites: number
  drawn_A: number
  /** Means of the interval that `takeMeans` ends next; undefined: what is drawn now; NaN: it takes none. */
  drawnMean_A: number | undefined
  plugMean_V: number
  latched: boolean
  /** Levels by channel. */
  readonly duties: number[]
  readonly counts: number[]
  readonly levels: number[]
  readonly inputs: boolean[]
  readonly registers: number[]
  /** The board hears of an edge or of a change of presence before the firmware does. */
  onEdge: () => void
  private taken_A: number
  private taken_V: number
  private presenceHandler: (present: boolean) => void
  private inputHandler: (channel: number, level: boolean) => void

  constructor() {
    this.plugged = false
    this.memory = new Uint8Array(0)
    this.powered = false
    this.limit_A = 0
    this.limitWrites = 0
    this.drawn_A = 0
    this.drawnMean_A = undefined
    this.plugMean_V = 0
    this.taken_A = 0
    this.taken_V = 0
    this.latched = false
    this.duties = []
    this.counts = []
    this.levels = []
    this.inputs = []
    this.registers = []
    this.onEdge = () => undefined
    this.presenceHandler = () => undefined
    this.inputHandler = () => undefined
  }

  /** Plugs a component in: by its descriptor, or by the raw bytes of its memory. */
  plug(content: DescriptorContent | Uint8Array): void {
    this.memory = content instanceof Uint8Array ? content : encodeDescriptor(content)
    this.plugged = true
    this.onEdge()
    this.presenceHandler(true)
  }

  unplug(): void {
    this.plugged = false
    this.memory = new Uint8Array(0)
    this.onEdge()
    this.presenceHandler(false)
  }

  /** An edge at an input. */
  set(channel: number, level: boolean): void {
    this.inputs[channel] = level
    this.onEdge()
    this.inputHandler(channel, level)
  }

  present(): boolean {
    return this.plugged
  }

  onPresence(handler: (present: boolean) => void): void {
    this.presenceHandler = handler
  }

  descriptor(): Uint8Array {
    return this.memory
  }

  power(on: boolean): void {
    if (on && !this.powered) this.latched = false
    this.powered = on
  }

  limit(current_A: number): void {
    this.limit_A = current_A
    this.limitWrites++
  }

  current_A(): number {
    return this.drawn_A
  }

  takeMeans(): void {
    this.taken_A = this.drawnMean_A === undefined ? this.drawn_A : this.drawnMean_A
    this.taken_V = this.plugMean_V
  }

  mean_A(): number {
    return this.taken_A
  }

  meanPlug_V(): number {
    return this.taken_V
  }

  tripped(): boolean {
    return this.latched
  }

  drive(channel: number, duty: number): void {
    this.duties[channel] = duty
  }

  driveWatched(channel: number, duty: number): void {
    this.duties[channel] = duty
  }

  hold_ms(): number {
    return 50
  }

  brake(channel: number): void {
    this.duties[channel] = 0
  }

  pulses(channel: number): number {
    return this.counts[channel] ?? 0
  }

  analog(channel: number): number {
    return this.levels[channel] ?? 0
  }

  input(channel: number): boolean {
    return this.inputs[channel] ?? false
  }

  onInput(handler: (channel: number, level: boolean) => void): void {
    this.inputHandler = handler
  }

  write(register: number, value: number): void {
    this.registers[register] = value
  }

  read(register: number): number {
    return this.registers[register] ?? 0
  }
}

/** Memory that a test can look into and damage. */
export class FakeNvm implements Nvm {
  readonly records: Map<number, Uint8Array>

  constructor() {
    this.records = new Map()
  }

  read(key: number): Uint8Array | undefined {
    return this.records.get(key)?.slice()
  }

  write(key: number, bytes: Uint8Array): void {
    this.records.set(key, bytes.slice())
  }
}

/** A board for unit tests: everything it was told is recorded, everything it says is set by the test. */
export class FakeHal implements Hal {
  readonly location: number
  readonly resetCause: ResetCause
  /** Between two ticks, as it promises. */
  readonly gap_ms: number = 20
  readonly serial: number
  version = 0
  readonly bus: FakeCan
  readonly can: FakeCan[]
  readonly sockets: FakePort[]
  readonly ports: FakePort[]
  readonly nvm: FakeNvm
  flash: Flash | undefined
  restarts: number
  readonly clock: FakeClock
  readonly logged: string[]
  /** The dice: handed out in turn, the last one for ever. */
  dice: number[]
  watchdogKicks: number
  volts: number
  shaken_m_s2: number
  warmth_C: number
  private woken: ((byBus: boolean) => void) | undefined
  private readonly overdue: (() => void)[]

  constructor(location: number, ports: number, clock: FakeClock = new FakeClock(), serial = 1000 + location) {
    this.location = location
    this.resetCause = 1
    this.serial = serial
    this.clock = clock
    this.bus = new FakeCan(clock)
    this.can = [this.bus]
    this.sockets = Array.from({ length: ports }, () => new FakePort())
    this.ports = this.sockets
    this.nvm = new FakeNvm()
    this.flash = undefined
    this.restarts = 0
    this.logged = []
    this.dice = [0]
    this.watchdogKicks = 0
    this.volts = 13.5
    this.shaken_m_s2 = 0
    this.warmth_C = 23
    this.woken = undefined
    this.overdue = []
    for (const socket of this.sockets) socket.onEdge = () => this.rouse(false)
  }

  now(): number {
    return this.clock.now_ms
  }

  after(delay_ms: number, fire: () => void): number {
    return this.clock.after(delay_ms, () => {
      if (this.woken === undefined) fire()
      else this.overdue.push(fire)
    })
  }

  cancel(handle: number): void {
    this.clock.cancel(handle)
  }

  supply_V(): number {
    return this.volts
  }

  temperature_C(): number {
    return this.warmth_C
  }

  acceleration_m_s2(): number {
    return this.shaken_m_s2
  }

  /** By feed; none: the board has one. */
  feeds_V: number[] = []

  get feed_V(): ((feed: number) => number) | undefined {
    return this.feeds_V.length < 2 ? undefined : feed => this.feeds_V[feed]!
  }

  /** What it has while the transistors of its diodes are off: at the hub, and of the two feeds; undefined: the board cannot switch them. */
  off_V: readonly [number, number, number] | undefined = undefined

  get openDiodes(): ((read: () => void) => void) | undefined {
    const { off_V } = this
    return off_V && ((read) => {
      const { volts, feeds_V } = this
      this.volts = off_V[0]
      this.feeds_V = [off_V[1], off_V[2]]
      read()
      this.volts = volts
      this.feeds_V = feeds_V
    })
  }

  /** CAN ports that were not to wake it when it last fell asleep, a bit each. */
  deaf = NaN

  readonly cmac = undefined

  random(): number {
    return this.dice.length > 1 ? this.dice.shift()! : this.dice[0]!
  }

  kickWatchdog(): void {
    this.watchdogKicks++
  }

  restart(): void {
    this.restarts++
  }

  /** Timers that run out, edges and frames wait until `rouse`. */
  sleep(woken: (byBus: boolean) => void, deaf: number): void {
    this.woken = woken
    this.deaf = deaf
    this.bus.sleep(() => this.rouse(true))
  }

  get asleep(): boolean {
    return this.woken !== undefined
  }

  /** Wakes the board as hardware does; nothing when it is awake. */
  rouse(byBus: boolean): void {
    const woken = this.woken
    if (woken === undefined) return
    this.woken = undefined
    this.bus.wake()
    woken(byBus)
    for (const fire of this.overdue.splice(0)) fire()
  }

  log(text: string): void {
    this.logged.push(text)
  }
}

/** Puts boards on one bus: what one sends, the others receive through their filters. */
export function connect(hals: readonly FakeHal[]): void {
  for (const hal of hals) hal.bus.peers = hals.filter(other => other !== hal).map(other => other.bus)
}
