import type { CanSpi } from '#firmware/boards/index.ts'
import type { Hal, Port } from '#firmware/index.ts'
import { FULL_SCALE, TEMPERATURE } from './pins.ts'

export interface EdgeEvent {
  readonly state: boolean
  readonly data?: boolean
}
type Watcher = (event: EdgeEvent) => void

/** One half bridge pair of a socket: what its two inputs are driven with. */
interface Bridge {
  forward: number
  backward: number
}

/** A pin's name in parts: socket, kind, channel. `interrupt` and the like have no socket. */
const SOCKET_PIN = /^(\d+)\.([a-zA-Z]+?)(\d*)$/

/** The pins of an emulated board, wired to the sockets of its `hal` and to its CAN controller. */
export class EmulatedPins {
  readonly constructorOfPins: new (name: string) => object
  readonly constructorOfOneWire: new (pin: object) => object
  private readonly hal: Hal
  private readonly spi: CanSpi
  private readonly pins = new Map<string, object>()
  private readonly namesOf = new Map<object, string>()
  private readonly watchers = new Map<string, Watcher[]>()
  private readonly bridges = new Map<string, Bridge>()
  private readonly counted: number[]
  private readonly timers = new Set<number>()
  private asleep = false
  /** Takes what a callback throws; without it the board stops. */
  uncaught: ((thrown: unknown) => void) | undefined

  constructor(hal: Hal, spi: CanSpi) {
    this.hal = hal
    this.spi = spi
    this.counted = hal.ports.map(port => port.pulses(0))
    this.constructorOfPins = this.pinConstructor()
    this.constructorOfOneWire = this.oneWireConstructor()
    spi.onInterrupt(() => this.within(() => this.fall('interrupt')))
    hal.ports.forEach((port, index) => {
      port.onInput((channel, level) => this.within(() => this.tell(`${index}.input${channel}`, { state: !level })))
      port.onPresence(present => this.within(() => this.tell(`${index}.present`, { state: !present })))
    })
  }

  /** Runs a callback of the script: edges that came before it are told first. */
  within(callback: () => void): void {
    try {
      this.hal.ports.forEach((port, index) => this.tellPulses(port, index))
      callback()
    } catch (thrown) {
      if (this.uncaught === undefined) throw thrown
      this.uncaught(thrown)
    }
  }

  setTimeout(fire: () => void, delay_ms: number): number {
    const handle = this.hal.after(delay_ms, () => {
      this.timers.delete(handle)
      this.within(fire)
    })
    this.timers.add(handle)
    return handle
  }

  /** Without a handle: all of them. */
  clearTimeout(handle?: number): void {
    for (const each of handle === undefined ? this.timers : [handle]) {
      this.hal.cancel(each)
      this.timers.delete(each)
    }
  }

  transfer(bytes: Uint8Array): Uint8Array {
    const answer = Uint8Array.from(bytes)
    this.spi.transfer(answer, answer.length)
    return answer
  }

  watch(pin: object, handler: Watcher): void {
    const name = this.nameOf(pin)
    this.watchers.set(name, [...this.watchers.get(name) ?? [], handler])
  }

  unwatch(): void {
    this.watchers.clear()
  }

  level(pin: object): number {
    const name = this.nameOf(pin)
    if (name === 'interrupt') return this.spi.interrupted() ? 0 : 1
    if (name.startsWith('coding')) return (this.hal.location >> Number(name.slice('coding'.length)) & 1) === 1 ? 0 : 1
    const { port, kind, channel } = this.socketPin(name)
    switch (kind) {
      case 'present': return port.present() ? 0 : 1
      case 'fault': return port.tripped() ? 0 : 1
      case 'input': return port.input(channel) ? 0 : 1
      default: throw new Error(`nothing drives the pin ${name}`)
    }
  }

  /** Of a socket with a plug voltage: its current over the last sample, whose voltage is read next. */
  sampledCurrent(pin: object): number {
    const { port } = this.socketPin(this.nameOf(pin))
    port.takeMeans()
    return port.mean_A() / FULL_SCALE
  }

  /** 0–1 of full scale. */
  analog(pin: object): number {
    const name = this.nameOf(pin)
    if (name === 'supply') return this.hal.supply_V() / FULL_SCALE
    if (name === 'temperature') return (this.hal.temperature_C() - TEMPERATURE.offset) / TEMPERATURE.scale
    const { port, kind, channel } = this.socketPin(name)
    if (kind === 'plug') return port.meanPlug_V() / FULL_SCALE
    return kind === 'current' ? port.current_A() / FULL_SCALE : port.analog(channel)
  }

  /** A level or a PWM. */
  write(pin: object, value: number): void {
    const name = this.nameOf(pin)
    if (name === 'select') return
    const { port, kind, channel } = this.socketPin(name)
    if (kind === 'enable') port.power(value !== 0)
    else if (kind === 'limit') port.limit(value * FULL_SCALE)
    else this.drive(name, port, kind, channel, value)
  }

  /** Of the counter of Hall pulses. */
  pulses(pin: object): number {
    return this.socketPin(this.nameOf(pin)).port.pulses(0)
  }

  /** Timers stand still meanwhile, unlike a board's: it is its watchdog that does. */
  deepSleep(on: boolean): void {
    this.asleep = on
    if (!on) return
    this.hal.sleep(() => { if (this.spi.interrupted()) this.within(() => this.fall('interrupt')) }, 0)
  }

  kickWatchdog(): void {
    if (!this.asleep) this.hal.kickWatchdog()
  }

  private drive(name: string, port: Port, kind: string, channel: number, value: number): void {
    const key = name.replace(kind, '')
    const bridge = this.bridges.get(key) ?? { forward: 0, backward: 0 }
    this.bridges.set(key, bridge)
    bridge[kind as keyof Bridge] = value
    if (bridge.forward === 1 && bridge.backward === 1) port.brake(channel)
    // One input after the other changes: in between both may be up, which bridges do not mind for microseconds.
    else if (bridge.forward === 0 || bridge.backward === 0) port.drive(channel, bridge.forward - bridge.backward)
  }

  private tellPulses(port: Port, index: number): void {
    const pulses = port.pulses(0)
    const counted = this.counted[index]!
    this.counted[index] = pulses
    for (let n = counted; n < pulses; n++) this.tell(`${index}.hallA`, { state: true, data: false })
    for (let n = counted; n > pulses; n--) this.tell(`${index}.hallA`, { state: true, data: true })
  }

  private fall(name: string): void {
    this.tell(name, { state: false })
  }

  private tell(name: string, event: EdgeEvent): void {
    for (const watcher of this.watchers.get(name) ?? []) watcher(event)
  }

  private socketPin(name: string): { port: Port, kind: string, channel: number } {
    const [, index, kind, channel] = SOCKET_PIN.exec(name) ?? []
    const port = this.hal.ports[Number(index)]
    if (port === undefined || kind === undefined) throw new Error(`the board has no pin ${name}`)
    return { port, kind, channel: Number(channel) }
  }

  private nameOf(pin: object): string {
    const name = this.namesOf.get(pin)
    if (name === undefined) throw new Error('that is no pin')
    return name
  }

  private pinConstructor(): new (name: string) => object {
    const { pins, namesOf } = this
    return class Pin {
      constructor(name: string) {
        const known = pins.get(name)
        if (known !== undefined) return known
        pins.set(name, this)
        namesOf.set(this, name)
      }
    }
  }

  private oneWireConstructor(): new (pin: object) => object {
    const portOf = (pin: object): Port => this.socketPin(this.nameOf(pin)).port
    return class OneWire {
      private readonly port: Port
      constructor(pin: object) { this.port = portOf(pin) }
      reset(): boolean { return this.port.descriptor().length > 0 }
      skip(): void { /* the only one on its line */ }
      write(): void { /* reads are from address 0 */ }
      read(count: number): Uint8Array { return this.port.descriptor().slice(0, count) }
    }
  }
}
