import type { Port } from '../../hal.ts'
import { measured, type PortPins, type ScaledPin } from '../pins.ts'
import type { Espruino, EspruinoOneWire, Pin, WatchEvent } from './api.ts'

/** Above hearing, below what bridges and lamps mind. */
const PWM_Hz = 20_000
const DESCRIPTOR_BYTES = 128
/** Read memory of a DS2431 or alike, from address 0. */
const READ_MEMORY = [0xf0, 0, 0]
const NO_BYTES = new Uint8Array(0)

/** The pins of one channel of a kind, looked up once. */
interface Pair {
  readonly a: Pin
  readonly b: Pin | undefined
}

function pairsOf(api: Espruino, names: readonly { readonly a: string, readonly b?: string }[] | undefined): Pair[] {
  const pairs: Pair[] = []
  if (names === undefined) return pairs
  for (let i = 0; i < names.length; i++) {
    const second = names[i]!.b
    pairs.push({ a: api.pin(names[i]!.a), b: second === undefined ? undefined : api.pin(second) })
  }
  return pairs
}

function pinOf(api: Espruino, name: string | undefined): Pin | undefined {
  return name === undefined ? undefined : api.pin(name)
}

function pinsOf(api: Espruino, names: readonly string[] | undefined): Pin[] {
  return names === undefined ? [] : names.map(name => api.pin(name))
}

/** Everything off, before anything else is done: a motor that ran when the board was reset must not run on. */
export function switchOff(api: Espruino, pins: PortPins): void {
  const drives = pairsOf(api, pins.drives)
  for (let i = 0; i < drives.length; i++) {
    api.digitalWrite(drives[i]!.a, false)
    if (drives[i]!.b !== undefined) api.digitalWrite(drives[i]!.b!, false)
  }
  api.digitalWrite(api.pin(pins.enable), false)
}

/** A socket on the pins of an Espruino board. It takes no means: no window closes automatically on such a board. */
export class EspruinoPort implements Port {
  private readonly api: Espruino
  private readonly pins: PortPins
  private readonly rouse: () => void
  private readonly enable: Pin
  private readonly limitPin: Pin | undefined
  private readonly faultPin: Pin | undefined
  private readonly currentPin: Pin | undefined
  private readonly presentPin: Pin | undefined
  private readonly memory: EspruinoOneWire | undefined
  private readonly drives: Pair[]
  private readonly analogs: Pin[]
  private readonly inputs: Pin[]
  private readonly counts: number[]
  private edge: ((channel: number, level: boolean) => void) | undefined
  private on: boolean

  /** `rouse` wakes the board, if it sleeps, before it is told of an edge. */
  constructor(api: Espruino, pins: PortPins, rouse: () => void) {
    this.api = api
    this.pins = pins
    this.rouse = rouse
    this.enable = api.pin(pins.enable)
    this.limitPin = pins.limit === undefined ? undefined : api.pin(pins.limit.pin)
    this.faultPin = pinOf(api, pins.fault)
    this.currentPin = pins.current === undefined ? undefined : api.pin(pins.current.pin)
    this.presentPin = pinOf(api, pins.present)
    const memoryPin = pinOf(api, pins.oneWire)
    this.memory = memoryPin === undefined ? undefined : api.oneWire(memoryPin)
    this.drives = pairsOf(api, pins.drives)
    this.analogs = pinsOf(api, pins.analogs)
    this.inputs = pinsOf(api, pins.inputs)
    this.counts = []
    this.edge = undefined
    this.on = false
    if (this.faultPin !== undefined) api.pinMode(this.faultPin, 'input_pullup')
    if (this.presentPin !== undefined) api.pinMode(this.presentPin, 'input_pullup')
    for (let i = 0; i < this.inputs.length; i++) this.watchInput(i)
    const halls = pairsOf(api, pins.pulses)
    for (let i = 0; i < halls.length; i++) this.watchPulses(i, halls[i]!)
  }

  present(): boolean {
    return this.presentPin === undefined || this.api.digitalRead(this.presentPin) === 0
  }

  onPresence(handler: (present: boolean) => void): void {
    if (this.presentPin === undefined) return
    this.api.setWatch((event) => {
      this.rouse()
      handler(!event.state)
    }, this.presentPin, { repeat: true, edge: 'both' })
  }

  descriptor(): Uint8Array {
    const memory = this.memory
    if (memory === undefined || !memory.reset()) return NO_BYTES
    memory.skip()
    memory.write(READ_MEMORY)
    return memory.read(DESCRIPTOR_BYTES)
  }

  power(on: boolean): void {
    // An eFuse that has latched off is enabled anew.
    if (on && this.on && this.tripped()) this.api.digitalWrite(this.enable, false)
    this.on = on
    this.api.digitalWrite(this.enable, on)
  }

  limit(current_A: number): void {
    if (this.limitPin !== undefined) this.api.analogWrite(this.limitPin, Math.min(1, current_A / this.pins.limit!.scale), { freq: PWM_Hz })
  }

  current_A(): number {
    return this.currentPin === undefined ? 0 : Math.max(0, measured(this.pins.current!, this.api.analogRead(this.currentPin)))
  }

  takeMeans(): void {
    // Its converter is read by the interpreter: 1 kHz is beyond it.
  }

  mean_A(): number {
    return NaN
  }

  meanPlug_V(): number {
    return NaN
  }

  tripped(): boolean {
    return this.faultPin !== undefined && this.api.digitalRead(this.faultPin) === 0
  }

  drive(channel: number, duty: number): void {
    if (!(duty >= -1 && duty <= 1)) throw new RangeError('duty ' + duty + ' of channel ' + channel + ' is not in -1…1')
    const pair = this.drives[channel]
    if (pair === undefined) return
    this.level(pair.a, duty > 0 ? duty : 0)
    if (pair.b !== undefined) this.level(pair.b, duty < 0 ? -duty : 0)
  }

  /** What the interpreter could do about it hangs with it. */
  driveWatched(channel: number, duty: number): void {
    this.drive(channel, duty)
  }

  hold_ms(): number {
    return Infinity
  }

  brake(channel: number): void {
    const pair = this.drives[channel]
    if (pair === undefined) return
    this.level(pair.a, pair.b === undefined ? 0 : 1)
    if (pair.b !== undefined) this.level(pair.b, 1)
  }

  pulses(channel: number): number {
    const count = this.counts[channel]
    return count === undefined ? 0 : count
  }

  analog(channel: number): number {
    const pin = this.analogs[channel]
    return pin === undefined ? 0 : this.api.analogRead(pin)
  }

  input(channel: number): boolean {
    const pin = this.inputs[channel]
    return pin !== undefined && this.api.digitalRead(pin) === 0
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

  private level(pin: Pin, duty: number): void {
    if (duty === 0 || duty === 1) this.api.digitalWrite(pin, duty === 1)
    else this.api.analogWrite(pin, duty, { freq: PWM_Hz })
  }

  private watchInput(channel: number): void {
    const pin = this.inputs[channel]!
    this.api.pinMode(pin, 'input_pullup')
    this.api.setWatch((event) => {
      this.rouse()
      if (this.edge !== undefined) this.edge(channel, !event.state)
    }, pin, { repeat: true, edge: 'both' })
  }

  /** Counts rising edges of the first sensor: up when the second is low, down when it is high. */
  private watchPulses(channel: number, pair: Pair): void {
    this.counts[channel] = 0
    const count = (event: WatchEvent): void => { this.counts[channel] = this.counts[channel]! + (event.data === true ? -1 : 1) }
    if (pair.b === undefined) this.api.setWatch(count, pair.a, { repeat: true, edge: 'rising' })
    else this.api.setWatch(count, pair.a, { repeat: true, edge: 'rising', data: pair.b })
  }
}

/** What an analog pin measures. */
export function scaled(api: Espruino, wired: ScaledPin): number {
  return measured(wired, api.analogRead(api.pin(wired.pin)))
}
