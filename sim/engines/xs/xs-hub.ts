import type { CanPort, Hal, Port } from '#firmware/index.ts'
import { KEY_BYTES } from '#protocol/index.ts'
import type { FirmwareImage } from '../../host/index.ts'
import { BoardFlash, spiOf } from '../chips.ts'
import { CALLBACK, type CallbackName, HEAD_BYTES, HEAD_NUMBERS, NOTHING, REQUEST, type RequestName } from './wire.ts'
import { XsProcess } from './xs-process.ts'

/** One callback of the firmware as the engine's meter saw it. */
export interface MeteredCallback {
  readonly kind: CallbackName
  /** Of `receive` and `sent`: the frame's identifier. */
  readonly id: number
  /** Bytecodes of the hub's own, without what asking the board took. */
  readonly compute: number
  /** What it asked of its board, in this order. */
  readonly requests: readonly RequestName[]
  /** Slots of the engine's heap after it. */
  readonly heapSlots: number
}

type Answer = number | Uint8Array | undefined
/** `a`, `b`, `c`: arguments; `bytes` may follow them. */
type Serve = (hub: XsHub, a: number, b: number, c: number, bytes: Uint8Array) => Answer | void

const can = (serve: (can: CanPort, b: number, bytes: Uint8Array) => number | boolean | void): Serve =>
  (hub, a, b, _c, bytes) => Number(serve(hub.hal.can[a]!, b, bytes) ?? 0)
const port = (serve: (port: Port, b: number, c: number) => number | boolean | void): Serve =>
  (hub, a, b, c) => Number(serve(hub.hal.ports[a]!, b, c) ?? 0)

const SERVE: Readonly<Record<RequestName, Serve>> = {
  after: (hub, delay_ms) => hub.after(delay_ms),
  cancel: (hub, handle) => hub.hal.cancel(handle),
  supply_V: hub => hub.hal.supply_V(),
  temperature_C: hub => hub.hal.temperature_C(),
  acceleration_m_s2: hub => hub.hal.acceleration_m_s2(),
  random: hub => hub.hal.random(),
  kickWatchdog: hub => hub.hal.kickWatchdog(),
  restart: hub => hub.hal.restart(),
  sleep: hub => hub.hal.sleep(byBus => hub.call('woken', byBus ? 1 : 0, 0, 0), 0),
  log: (hub, _a, _b, _c, bytes) => hub.hal.log(Buffer.from(bytes).toString('latin1')),
  send: can((port, id, bytes) => port.send(id, bytes, bytes.length)),
  abort: can((port, id) => port.abort(id)),
  filter: can((port, _id, bytes) => {
    const list = [...new Float64Array(bytes.slice().buffer)]
    const [mask, length] = [list.shift()!, list.shift()!]
    const filters = list.splice(0, length)
    port.filter({ mask, filters }, { mask: list[0]!, filters: list.slice(2) })
  }),
  tec: can(port => port.tec()),
  rec: can(port => port.rec()),
  state: can(port => port.state()),
  overflows: can(port => port.overflows()),
  recover: can(port => port.recover()),
  cmac: (hub, _a, _b, _c, bytes) => {
    const mac = new Uint8Array(KEY_BYTES)
    hub.hal.cmac!(bytes.slice(0, KEY_BYTES), bytes.slice(KEY_BYTES), bytes.length - KEY_BYTES, mac)
    return mac
  },
  nvmRead: (hub, key) => hub.hal.nvm.read(key),
  nvmWrite: (hub, key, _b, _c, bytes) => hub.hal.nvm.write(key, bytes),
  present: port(port => port.present()),
  descriptor: (hub, a) => hub.hal.ports[a]!.descriptor(),
  power: port((port, on) => port.power(on !== 0)),
  limit: port((port, current_A) => port.limit(current_A)),
  current_A: port(port => port.current_A()),
  takeMeans: port(port => port.takeMeans()),
  mean_A: port(port => port.mean_A()),
  meanPlug_V: port(port => port.meanPlug_V()),
  tripped: port(port => port.tripped()),
  drive: port((port, channel, duty) => port.drive(channel, duty)),
  driveWatched: port((port, channel, duty) => port.driveWatched(channel, duty)),
  hold_ms: port(port => port.hold_ms()),
  brake: port((port, channel) => port.brake(channel)),
  pulses: port((port, channel) => port.pulses(channel)),
  analog: port((port, channel) => port.analog(channel)),
  input: port((port, channel) => port.input(channel)),
  write: port((port, register, value) => port.write(register, value)),
  read: port((port, register) => port.read(register)),
  onReceive: (hub, a) => hub.hal.can[a]!.onReceive((id, data, length) => hub.call('receive', a, id, length, data, length)),
  onSent: (hub, a) => hub.hal.can[a]!.onSent(id => hub.call('sent', a, id, 0)),
  onPresence: (hub, a) => hub.hal.ports[a]!.onPresence(present => hub.call('presence', a, present ? 1 : 0, 0)),
  onInput: (hub, a) => hub.hal.ports[a]!.onInput((channel, level) => hub.call('input', a, channel, level ? 1 : 0)),
  transfer: (hub, _a, _b, _c, bytes) => {
    const exchanged = bytes.slice()
    spiOf(hub.hal).transfer(exchanged, exchanged.length)
    return exchanged
  },
  interrupted: hub => Number(spiOf(hub.hal).interrupted()),
  onInterrupt: hub => spiOf(hub.hal).onInterrupt(() => hub.call('interrupt', 0, 0, 0)),
  flashRead: (hub, address, length) => hub.flash.read(length, address),
  flashWrite: (hub, address, _b, _c, bytes) => hub.flash.write(bytes, address),
  flashErase: (hub, address) => hub.flash.erasePage(address),
}

const NAMES = Object.keys(REQUEST) as RequestName[]

/** What answers with bytes, or with nothing. */
const IN_BYTES: readonly RequestName[] = ['nvmRead', 'descriptor', 'cmac', 'transfer', 'flashRead']

/**
 * A hub whose firmware is an artefact that runs in XS, as an image of the virtual car: each callback goes into the engine,
 * each member of the Hal that it uses comes back, all at one instant of virtual time.
 */
export class XsHub {
  /** The board of the present life. */
  hal!: Hal
  /** Hears of every callback when it is over. */
  onCallback: ((callback: MeteredCallback) => void) | undefined = undefined
  readonly image: FirmwareImage
  /** Of a board with flash of its own. */
  readonly flash = new BoardFlash()
  /** Slots of the engine's heap before the artefact is loaded. */
  readonly emptySlots: number
  private readonly engine: XsProcess
  private readonly artefact: string
  private requests: RequestName[] = []

  /** `board`: the bundled module `board.ts`; `artefact`: what `spine build` made. */
  constructor(board: string, artefact: string) {
    this.artefact = artefact
    this.engine = new XsProcess(request => this.serve(request))
    this.engine.evaluate(board)
    this.emptySlots = this.engine.heapSlots
    this.image = (hal) => {
      this.boot(hal)
      return undefined
    }
  }

  /** Runs a script of the test's own in the engine. */
  evaluate(script: string): void {
    this.engine.evaluate(script)
  }

  /** Ends the engine's process. */
  end(): void {
    this.engine.end()
  }

  /** @internal */
  after(delay_ms: number): number {
    const handle: number = this.hal.after(delay_ms, () => this.call('timer', handle, 0, 0))
    return handle
  }

  /** @internal Calls into the firmware. */
  call(kind: CallbackName, a: number, b: number, c: number, bytes: Uint8Array = new Uint8Array(0), length = bytes.length): void {
    const message = new Uint8Array(HEAD_BYTES + length)
    new Float64Array(message.buffer, 0, HEAD_NUMBERS).set([CALLBACK[kind], this.hal.now(), a, b, c])
    message.set(bytes.subarray(0, length), HEAD_BYTES)
    this.requests = []
    const answer = this.engine.call(message)
    this.onCallback?.({
      kind, id: kind === 'receive' || kind === 'sent' ? b : 0, compute: numbersOf(answer)[0]!, requests: this.requests,
      heapSlots: this.engine.heapSlots,
    })
  }

  private boot(hal: Hal): void {
    this.hal = hal
    this.engine.evaluate(this.artefact)
    const setup = new Float64Array([hal.location, hal.resetCause, hal.serial, hal.can.length, hal.ports.length, hal.gap_ms, hal.version])
    this.call('boot', 0, 0, 0, new Uint8Array(setup.buffer))
  }

  private serve(request: Uint8Array): Uint8Array {
    const [what, a, b, c] = numbersOf(request)
    const name = NAMES[what!]!
    this.requests.push(name)
    const answer = SERVE[name](this, a!, b!, c!, request.subarray(HEAD_BYTES))
    if (!IN_BYTES.includes(name)) return new Uint8Array(new Float64Array([Number(answer ?? 0)]).buffer)
    if (answer === undefined) return new Uint8Array(new Float64Array([NOTHING]).buffer)
    return Uint8Array.from([...new Uint8Array(8), ...answer as Uint8Array])
  }
}

function numbersOf(message: Uint8Array): Float64Array {
  return new Float64Array(message.slice(0, Math.min(message.length, HEAD_BYTES)).buffer)
}
