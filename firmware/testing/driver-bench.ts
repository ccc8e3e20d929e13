import { type Codec, CODECS, type Decoder, type Descriptor, type Encoder, IGNITION, type Ignition, type Switch, type SwitchEdge } from '#protocol/index.ts'
import { COMPONENT_FAULT } from '../components/index.ts'
import type { Board, Component, ComponentContext, ComponentEntry, ComponentFault, DriverJob } from '../components/index.ts'
import type { Port } from '../hal.ts'
import type { AnyEncoder, CommandValues, StatusValues } from '../message.ts'

/** What is plugged into a bench's port: the physics a test wants, stepped every millisecond. */
export interface BenchPlant {
  /** Advances by 1 ms; `fed`: the port has power. */
  step?(bench: DriverBench, fed: boolean): void
  pulses?(channel: number): number
  analog?(channel: number): number
  current_A?(): number
  /** At the plug: below the supply when the eFuse holds the current. */
  plug_V?(): number
  /** False: what is written to its registers is lost. */
  listens?(): boolean
}

/** What the driver of a switch pack told. */
export interface ToldEdge { code: Switch, edge: SwitchEdge, duration_ms: number, at_ms: number }

type CommandOf<Entry> = Entry extends { command: Decoder<infer Values> } ? Values : CommandValues
type StatusOf<Entry> = Entry extends { status: Encoder<infer Values> } ? Values : StatusValues

function encoded<Values extends object>(codec: Encoder<Values>, values: Values): Uint8Array {
  const data = new Uint8Array(codec.length)
  codec.encode(values, data)
  return data
}

function decoded<Values extends object>(codec: Decoder<Values>, data: Uint8Array): Values {
  const values = codec.create()
  codec.decode(data, values)
  return values
}

/** The codec that a row's encoder is a half of. */
function codecOf<Values extends object>(half: Encoder<Values>): Codec<Values> {
  return CODECS[half.name as keyof typeof CODECS] as unknown as Codec<Values>
}

/** What a port's converter makes of its samples, one every millisecond. */
class Means {
  mean_A = 0
  mean_V = 0
  private sum_A = 0
  private sum_V = 0
  private samples = 0

  add(current_A: number, plug_V: number): void {
    this.sum_A += current_A
    this.sum_V += plug_V
    this.samples += 1
  }

  take(): void {
    if (this.samples > 0) {
      this.mean_A = this.sum_A / this.samples
      this.mean_V = this.sum_V / this.samples
    }
    this.sum_A = this.sum_V = this.samples = 0
  }
}

interface BenchJob extends DriverJob { at_ms: number, fire: () => void }

export interface BenchOptions {
  location?: number
  nvm?: Map<number, Uint8Array>
  prepare?: (bench: DriverBench) => void
}

/**
 * A component driver on a fake port: a clock that moves when told, outputs that are recorded, power that is granted,
 * refused or withdrawn at will.
 */
export class DriverBench<Entry extends ComponentEntry = ComponentEntry> {
  now_ms = 0
  supply_V = 13.5
  /** Of the door. */
  temperature_C = 23
  acceleration_m_s2 = 0
  /** Between two ticks, as its board promises. */
  gap_ms = 20
  ticksLate = 0
  /** The board measures means of a port, and of its plug. */
  measuresMeans = true
  measuresPlug = true
  /** When the driver ended an interval of means. */
  readonly meansTaken_ms: number[] = []
  /** It takes a watched motor away after so long. */
  holds_ms = 50
  ignition: Ignition = IGNITION.on
  gear = 0
  speed_kmh = 0
  /** Grant as soon as asked. */
  grants = true
  granted = false
  tripped = false
  /** Where the grant holds the eFuse, A. */
  granted_A = Infinity
  /** The driver's own limit within its grant, A. */
  bound_A = Infinity
  wish: { run_A: number, peak_A: number, priority: number } | undefined
  readonly wishes: { run_A: number, peak_A: number, priority: number }[] = []
  /** What else came with the last wish. */
  lease: { duration_ms: number, shareable: boolean } | undefined
  readonly duties = new Float64Array(16)
  /** How often power was given back. */
  releases = 0
  /** How often a channel was driven or braked. */
  outputs = 0
  readonly braked = new Set<number>()
  private readonly heldUntil_ms = new Float64Array(16).fill(Infinity)
  readonly inputs = new Array<boolean>(64).fill(false)
  readonly registers = new Map<number, number>()
  readonly writes: { register: number, value: number }[] = []
  readonly edges: ToldEdge[] = []
  readonly readings: { ignition: number, gear: number, speed_kmh: number }[] = []
  readonly events: { codec: AnyEncoder, data: Uint8Array }[] = []
  readonly nvm: Map<number, Uint8Array>
  /** Every write, and whether a motor ran then. */
  readonly saves: { key: number, driving: boolean }[] = []
  /** Faults that the driver found, and those that are over. */
  readonly faults: boolean[] = []
  pinches = 0
  /** Others that stand. */
  readonly standing = new Set<ComponentFault>()
  statusChanges = 0
  ticks = 0
  plant: BenchPlant = {}
  component: Component
  private readonly entry: Entry
  private readonly descriptor: Descriptor
  private readonly location: number
  private inputHandlers: ((channel: number, level: boolean) => void)[] = []
  private jobs: BenchJob[] = []
  /** The component is in its socket. */
  private bound = true
  private readonly means = new Means()
  private tickPeriod_ms = 0
  private nextTick_ms = 0

  /** `prepare` sets the bench up (inputs, plant, supply) before the driver is created. */
  constructor(entry: Entry, descriptor: Descriptor, options: BenchOptions = {}) {
    this.entry = entry
    this.descriptor = descriptor
    this.location = options.location ?? 1
    this.nvm = options.nvm ?? new Map<number, Uint8Array>()
    options.prepare?.(this)
    this.component = entry.create(this.context())
  }

  /** The hub resets: the driver is gone without a word, only NVM stays. */
  reset(): void {
    this.jobs = []
    this.inputHandlers = []
    this.tickPeriod_ms = 0
    this.granted = false
    this.wish = undefined
    this.duties.fill(0)
    this.heldUntil_ms.fill(Infinity)
    this.braked.clear()
    this.component = this.entry.create(this.context())
  }

  /** What the hub does when the component is pulled out: the driver hears nothing more, and its jobs end. */
  unplug(): void {
    this.inputHandlers = []
    this.bound = false
    this.component.dispose()
    this.jobs = []
  }

  command(values: CommandOf<Entry> & CommandValues, sender = 5): boolean {
    const accepted = this.component.command!(values, sender)
    this.fireJobs()
    return accepted
  }

  /** A command as bytes from the bus say it, whatever that is. */
  receive(data: Uint8Array, sender = 5): boolean {
    const codec = this.entry.command!
    const values = codec.create()
    codec.decode(data, values)
    return this.command(values as CommandOf<Entry> & CommandValues, sender)
  }

  /** Only a code of an action, with nothing else: known or not. */
  receiveAction(action: number): boolean {
    return this.receive(Uint8Array.of(0, 0, action << 4, 0, 0, 0, 0, 0))
  }

  /** What the driver reports, decoded from what it encoded. */
  status(index = 0): StatusOf<Entry> {
    const codec = this.entry.status!
    const values = codec.create()
    this.component.status!(values, index)
    return decoded(codecOf(codec), encoded(codec, values)) as StatusOf<Entry>
  }

  /** The events of a row that it sent, decoded from what it encoded. */
  eventsOf<Values extends object>(codec: Codec<Values>): Values[] {
    return this.events.filter(event => event.codec.encode === codec.encode).map(event => decoded(codec, event.data))
  }

  setPower(granted: boolean): void {
    this.give(granted)
    this.fireJobs()
  }

  private give(granted: boolean): void {
    this.granted = granted
    if (!granted) this.bound_A = Infinity
    if (this.bound) this.component.powerChanged?.(granted)
  }

  setIgnition(ignition: Ignition): void {
    this.ignition = ignition
    if (this.bound) this.component.vehicleChanged?.()
  }

  setInput(channel: number, level: boolean): void {
    if (this.inputs[channel] === level) return
    this.inputs[channel] = level
    for (const handler of this.inputHandlers) handler(channel, level)
  }

  /** Lets `duration_ms` pass in steps of 1 ms; `each` looks after every step. */
  run(duration_ms: number, each?: () => void): void {
    const end_ms = this.now_ms + duration_ms
    while (this.now_ms < end_ms) {
      this.now_ms += 1
      this.heldUntil_ms.forEach((until_ms, channel) => {
        if (this.now_ms >= until_ms) this.duties[channel] = 0
      })
      this.plant.step?.(this, this.granted)
      this.means.add(this.drawn_A, this.plug_V)
      this.fireJobs()
      if (this.tickPeriod_ms > 0 && this.now_ms >= this.nextTick_ms) {
        this.nextTick_ms = this.now_ms + this.tickPeriod_ms
        this.ticks += 1
        this.component.tick?.()
      }
      each?.()
    }
  }

  /** Lets time pass in which the processor does nothing: only the board and what it drives go on. */
  hang(duration_ms: number): void {
    const [period_ms, jobs] = [this.tickPeriod_ms, this.jobs]
    this.tickPeriod_ms = 0
    this.jobs = []
    this.run(duration_ms)
    this.tickPeriod_ms = period_ms
    this.jobs = jobs
  }

  /** Runs until `done`, at most `limit_ms`. Returns the time it took, Infinity when it did not happen. */
  until(done: () => boolean, limit_ms: number): number {
    const start_ms = this.now_ms
    while (!done()) {
      if (this.now_ms - start_ms >= limit_ms) return Infinity
      this.run(1)
    }
    return this.now_ms - start_ms
  }

  /** Jobs and ticks that are pending: 0 for a driver at rest that waits for nothing. */
  get pending(): number {
    return this.jobs.filter(job => job.armed()).length + (this.tickPeriod_ms > 0 ? 1 : 0)
  }

  get driving(): boolean {
    return this.duties.some(duty => duty !== 0)
  }

  private get drawn_A(): number {
    return this.plant.current_A?.() ?? 0
  }

  private get plug_V(): number {
    return this.plant.plug_V?.() ?? (this.granted ? this.supply_V : 0)
  }

  private job(fire: () => void): DriverJob {
    const job: BenchJob = {
      at_ms: Infinity,
      fire,
      armed: () => job.at_ms < Infinity,
      startIn: (delay_ms) => {
        job.at_ms = this.now_ms + delay_ms
        this.order(job)
      },
      notLater: (delay_ms) => {
        if (job.at_ms > this.now_ms + delay_ms) job.startIn(delay_ms)
      },
      stop: () => {
        job.at_ms = Infinity
      },
    }
    this.order(job)
    return job
  }

  /** Of two jobs for the same time the one that was armed first fires first. */
  private order(job: BenchJob): void {
    this.jobs = [...this.jobs.filter(other => other !== job), job]
  }

  private fireJobs(): void {
    for (let due = this.nextDue(); due !== undefined; due = this.nextDue()) {
      due.at_ms = Infinity
      due.fire()
    }
  }

  private nextDue(): BenchJob | undefined {
    let first: BenchJob | undefined
    for (const job of this.jobs) {
      if (job.at_ms <= this.now_ms && (first === undefined || job.at_ms < first.at_ms)) first = job
    }
    return first
  }

  private context(): ComponentContext {
    return {
      hal: this.board(), port: this.port(), portIndex: 0, location: this.location, descriptor: this.descriptor,
      vehicle: { ignition: () => this.ignition, gear: () => this.gear, speed_kmh: () => this.speed_kmh },
      power: {
        want: (run_A, peak_A, duration_ms, priority, shareable) => {
          this.lease = { duration_ms, shareable: shareable === true }
          this.wish = { run_A, peak_A, priority }
          this.wishes.push(this.wish)
          if (this.grants && !this.granted) this.give(true)
        },
        granted: () => this.granted,
        bound: (current_A) => {
          if (this.granted) this.bound_A = current_A
        },
        limit_A: () => Math.min(this.granted_A, this.bound_A),
        takeMeans: () => {
          this.meansTaken_ms.push(this.now_ms)
          this.means.take()
          return this.measuresMeans ? this.means.mean_A : NaN
        },
        release: () => {
          this.releases += 1
          this.wish = undefined
          if (!this.granted) return
          this.give(false)
        },
      },
      job: (_name, fire) => this.job(fire),
      tick: (period_ms) => {
        this.tickPeriod_ms = period_ms
        this.nextTick_ms = this.now_ms + period_ms
      },
      tickLate: () => { this.ticksLate++ },
      pinched: () => { this.pinches++ },
      statusChanged: () => {
        this.statusChanges += 1
      },
      sendEvent: (codec, values) => this.events.push({ codec, data: encoded(codec, values) }),
      switchChanged: (code, edge, duration_ms) => this.edges.push({ code, edge, duration_ms, at_ms: this.now_ms }),
      vehicleReading: (ignition, gear, speed_kmh) => this.readings.push({ ignition, gear, speed_kmh }),
      faulty: (fault, stands) => {
        if (fault === COMPONENT_FAULT.sensor) this.faults.push(stands)
        else if (stands) this.standing.add(fault)
        else this.standing.delete(fault)
      },
      load: key => this.nvm.get(key)?.slice(),
      save: (key, bytes) => {
        this.saves.push({ key, driving: this.driving })
        this.nvm.set(key, bytes.slice())
      },
    }
  }

  private board(): Board {
    return {
      now: () => this.now_ms, gap_ms: this.gap_ms, supply_V: () => this.supply_V, temperature_C: () => this.temperature_C,
      acceleration_m_s2: () => this.acceleration_m_s2,
    }
  }

  private port(): Port {
    return {
      present: () => true, onPresence: () => {}, descriptor: () => new Uint8Array(0), power: () => {}, limit: () => {},
      current_A: () => this.drawn_A,
      takeMeans: () => this.means.take(),
      mean_A: () => this.measuresMeans ? this.means.mean_A : NaN,
      meanPlug_V: () => this.measuresMeans && this.measuresPlug ? this.means.mean_V : NaN,
      tripped: () => this.tripped,
      drive: (channel, duty) => {
        if (!(duty >= -1 && duty <= 1)) throw new RangeError(`duty ${duty} of channel ${channel} is outside -1…1`)
        this.outputs += 1
        this.heldUntil_ms[channel] = Infinity
        this.braked.delete(channel)
        this.duties[channel] = duty
      },
      driveWatched: (channel, duty) => {
        this.port().drive(channel, duty)
        this.heldUntil_ms[channel] = this.now_ms + this.holds_ms
      },
      hold_ms: () => this.holds_ms,
      brake: (channel) => {
        this.outputs += 1
        this.heldUntil_ms[channel] = Infinity
        this.duties[channel] = 0
        this.braked.add(channel)
      },
      pulses: channel => this.plant.pulses?.(channel) ?? 0,
      analog: channel => this.plant.analog?.(channel) ?? 0,
      input: channel => this.inputs[channel] ?? false,
      onInput: handler => this.inputHandlers.push(handler),
      write: (register, value) => {
        this.writes.push({ register, value })
        if (this.plant.listens?.() ?? true) this.registers.set(register, value)
      },
      read: register => this.registers.get(register) ?? 0,
    }
  }
}

/** A descriptor of a class for a bench. */
export function benchDescriptor(code: number, data: Descriptor['data'], run_A = 8, peak_A = 20): Descriptor {
  return {
    class: code, data, maker: 1, model: 1, serial: 0xdeadbeef, idle_A: 0.01, run_A, peak_A, version: 1, crc: 0,
  } as Descriptor
}
