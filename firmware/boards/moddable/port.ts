import { rounded } from '#protocol/index.ts'
import type { Port } from '../../hal.ts'
import { measured, type PortPins } from '../pins.ts'
import { type Hold, HOLD_ms } from './hold.ts'
import type { AnalogIo, DigitalIo, ModdableIo, OneWireIo, PulseCountIo, PwmIo } from './io.ts'
import type { Means } from './means.ts'

/** Above hearing, below what bridges and lamps mind. */
const PWM_Hz = 20_000
const DESCRIPTOR_BYTES = 128
/** To the only memory on its line (DS2431 or alike): read it, from address 0. */
const READ_ALL = [0xcc, 0xf0, 0, 0]
const NO_BYTES = new Uint8Array(0)
/** The counter sees both edges of both sensors. */
const EDGES = 4

/** The pin's number: boards name them `D26`. */
export function pinNumber(name: string): number {
  return parseInt(name.slice(1), 10)
}

/** The highest value of a converter, or of a PWM. */
export function fullScale(io: { readonly resolution: number }): number {
  return (1 << io.resolution) - 1
}

/** What a converter gives, as a share of full scale. */
export function shareOf(input: AnalogIo): number {
  return input.read() / fullScale(input)
}

/** One channel of a motor or lamp; its outputs are low from the beginning. */
interface Bridge {
  readonly a: PwmIo
  readonly b: PwmIo | undefined
}

/** A contact and what was last told of it. */
interface Contact {
  readonly input: DigitalIo
  level: boolean
}

/** A socket on the pins of a board under XS. Its outputs are off when it has been made. */
export class ModdablePort implements Port {
  private readonly io: ModdableIo
  private readonly pins: PortPins
  private readonly rouse: () => void
  private readonly now: () => number
  private readonly bridges: Bridge[]
  private readonly enable: DigitalIo
  private readonly limiter: PwmIo | undefined
  private readonly fault: DigitalIo | undefined
  private readonly memory: OneWireIo | undefined
  private readonly analogs: AnalogIo[]
  private readonly contacts: Contact[]
  private readonly counters: PulseCountIo[]
  private readonly plugged: Contact | undefined
  /** The sampler's, who has the pins then. */
  private means: Means | undefined
  private hold: Hold | undefined
  /** The channel that has to be renewed; −1: none. */
  private held: number
  private currentInput: AnalogIo | undefined
  private currentSteps: number
  private edge: ((channel: number, level: boolean) => void) | undefined
  private presence: ((present: boolean) => void) | undefined
  private on: boolean

  /** `rouse` wakes the board, if it sleeps, before it is told of an edge. */
  constructor(io: ModdableIo, pins: PortPins, rouse: () => void, now: () => number) {
    this.io = io
    this.pins = pins
    this.rouse = rouse
    this.now = now
    // First of all: a motor that ran when the board was reset must not run on.
    this.bridges = pins.drives === undefined ? [] : pins.drives.map(pair => this.bridge(pair.a, pair.b))
    this.enable = new io.Digital({ pin: pinNumber(pins.enable), mode: io.Digital.Output, initialValue: 0 })
    this.limiter = pins.limit === undefined ? undefined : this.pwm(pins.limit.pin)
    this.fault = pins.fault === undefined ? undefined : new io.Digital({ pin: pinNumber(pins.fault), mode: io.Digital.InputPullUp })
    this.memory = pins.oneWire === undefined ? undefined : new io.OneWire({ pin: pinNumber(pins.oneWire) })
    this.analogs = pins.analogs === undefined ? [] : pins.analogs.map(name => new io.Analog({ pin: pinNumber(name) }))
    this.edge = undefined
    this.presence = undefined
    const inputs = pins.inputs === undefined ? [] : pins.inputs
    this.contacts = inputs.map((name, channel) => this.contact(name, level => this.tellEdge(channel, level)))
    this.plugged = pins.present === undefined ? undefined : this.contact(pins.present, level => this.tellPresence(level))
    this.counters = pins.pulses === undefined ? [] : pins.pulses.map(pair => this.counter(pair.a, pair.b))
    this.means = undefined
    this.hold = undefined
    this.held = -1
    this.currentInput = undefined
    this.currentSteps = 1
    this.on = false
  }

  /** Its current is measured, and its feed switched, by the sampler, whose converter has so many steps; called once. */
  attend(means: Means, hold: Hold, steps: number): void {
    this.means = means
    this.hold = hold
    this.currentSteps = steps
    // Low until the sampler has it: a resistor to ground sees to that.
    this.enable.close()
  }

  /** By itself; called once. */
  measure(): void {
    if (this.pins.current === undefined) return
    this.currentInput = new this.io.Analog({ pin: pinNumber(this.pins.current.pin) })
    this.currentSteps = fullScale(this.currentInput)
  }

  present(): boolean {
    return this.plugged === undefined || this.plugged.input.read() === 0
  }

  onPresence(handler: (present: boolean) => void): void {
    this.presence = handler
  }

  descriptor(): Uint8Array {
    const memory = this.memory
    if (memory === undefined || !memory.reset()) return NO_BYTES
    for (let i = 0; i < READ_ALL.length; i++) memory.write(READ_ALL[i]!)
    const bytes = memory.read(DESCRIPTOR_BYTES)
    return typeof bytes === 'number' ? NO_BYTES : new Uint8Array(bytes)
  }

  power(on: boolean): void {
    // An eFuse that has latched off is enabled anew.
    const anew = on && this.on && this.tripped()
    this.on = on
    if (this.hold !== undefined) this.hold.power(on, anew)
    else {
      if (anew) this.enable.write(0)
      this.enable.write(on ? 1 : 0)
    }
  }

  limit(current_A: number): void {
    if (this.limiter !== undefined) this.level(this.limiter, Math.min(1, current_A / this.pins.limit!.scale))
  }

  current_A(): number {
    const pin = this.pins.current
    if (pin === undefined) return 0
    const steps = this.means !== undefined ? this.means.last() : this.currentInput === undefined ? 0 : this.currentInput.read()
    return Math.max(0, measured(pin, steps / this.currentSteps))
  }

  takeMeans(): void {
    if (this.means !== undefined) this.means.take(this.now())
  }

  mean_A(): number {
    return this.means === undefined ? NaN : Math.max(0, measured(this.pins.current!, this.means.current / this.currentSteps))
  }

  meanPlug_V(): number {
    return this.means === undefined ? NaN : measured(this.pins.plug!, this.means.plug / this.currentSteps)
  }

  tripped(): boolean {
    return this.fault !== undefined && this.fault.read() === 0
  }

  drive(channel: number, duty: number): void {
    this.bridgeTo(channel, duty)
    this.release(channel)
  }

  /** The firmware's own machine could do nothing about it: the sampler takes the feed away. */
  driveWatched(channel: number, duty: number): void {
    this.bridgeTo(channel, duty)
    if (this.hold === undefined) return
    this.held = channel
    this.hold.renew()
  }

  hold_ms(): number {
    return this.hold === undefined ? Infinity : HOLD_ms
  }

  brake(channel: number): void {
    const bridge = this.bridges[channel]
    if (bridge === undefined) return
    this.level(bridge.a, bridge.b === undefined ? 0 : 1)
    if (bridge.b !== undefined) this.level(bridge.b, 1)
    this.release(channel)
  }

  pulses(channel: number): number {
    const counter = this.counters[channel]
    return counter === undefined ? 0 : Math.floor(counter.read() / EDGES)
  }

  analog(channel: number): number {
    const input = this.analogs[channel]
    return input === undefined ? 0 : shareOf(input)
  }

  input(channel: number): boolean {
    const contact = this.contacts[channel]
    return contact !== undefined && contact.input.read() === 0
  }

  onInput(handler: (channel: number, level: boolean) => void): void {
    this.edge = handler
  }

  write(_register: number, _value: number): void {
    // No serial line at its sockets.
  }

  read(_register: number): number {
    return 0
  }

  private bridgeTo(channel: number, duty: number): void {
    if (!(duty >= -1 && duty <= 1)) throw new RangeError('duty ' + duty + ' of channel ' + channel + ' is not in -1…1')
    const bridge = this.bridges[channel]
    if (bridge === undefined) return
    this.level(bridge.a, duty > 0 ? duty : 0)
    if (bridge.b !== undefined) this.level(bridge.b, duty < 0 ? -duty : 0)
  }

  /** Nobody has to renew what this channel does. */
  private release(channel: number): void {
    if (this.hold === undefined || channel !== this.held) return
    this.held = -1
    this.hold.end()
  }

  private level(output: PwmIo, duty: number): void {
    output.write(rounded(duty * fullScale(output)))
  }

  private bridge(a: string, b: string | undefined): Bridge {
    return { a: this.pwm(a), b: b === undefined ? undefined : this.pwm(b) }
  }

  private pwm(name: string): PwmIo {
    return new this.io.PWM({ pin: pinNumber(name), hz: PWM_Hz })
  }

  private counter(a: string, b: string | undefined): PulseCountIo {
    if (b === undefined) throw new Error('the counter of Hall pulses at ' + a + ' needs a second sensor on this board')
    return new this.io.PulseCount({ signal: pinNumber(a), control: pinNumber(b) })
  }

  /** A contact to ground; `tell` hears of every change of it. Edges that come faster than they are looked at are one. */
  private contact(name: string, tell: (closed: boolean) => void): Contact {
    const io = this.io
    const contact: Contact = {
      input: new io.Digital({
        pin: pinNumber(name), mode: io.Digital.InputPullUp, edge: io.Digital.Rising + io.Digital.Falling,
        onReadable: () => {
          const level = contact.input.read() === 0
          if (level === contact.level) return
          contact.level = level
          tell(level)
        },
      }),
      level: false,
    }
    contact.level = contact.input.read() === 0
    return contact
  }

  private tellEdge(channel: number, level: boolean): void {
    this.rouse()
    if (this.edge !== undefined) this.edge(channel, level)
  }

  private tellPresence(present: boolean): void {
    this.rouse()
    if (this.presence !== undefined) this.presence(present)
  }
}
