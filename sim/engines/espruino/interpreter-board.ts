/**
 * An Espruino board as far as the board's code uses it, for the real interpreter: this module is bundled and comes before what is
 * written to a board. The functions that touch the world are questions to the simulator, over two named pipes; everything else is
 * the interpreter's.
 * Behind it `spineDone` tells that the hub has booted, and what it threw; `spineServe` waits for callbacks for ever.
 */
import { ANSWER_BYTES, ASK, CALL, HEAD_BYTES, HEAD_NUMBERS } from './wire.ts'

interface File { read(count: number): string, write(text: string): number }
declare const E: {
  openFile(path: string, mode: 'r' | 'w'): File
  toString(buffer: ArrayBuffer | Uint8Array): string
  toArrayBuffer(text: string): ArrayBuffer
  enableWatchdog: () => void
  kickWatchdog: () => void
  getTemperature: () => number
  setConsole: () => void
  reboot: () => void
  hwRand: undefined
}
/** Paths of the pipes. */
declare const spinePipes: { readonly toSimulator: string, readonly fromSimulator: string }
declare const global: Record<string, unknown>

/** Of the numbers of a message. */
const LAST = HEAD_NUMBERS - 1
const output = E.openFile(spinePipes.toSimulator, 'w')
const input = E.openFile(spinePipes.fromSimulator, 'r')
const head = new Float64Array(HEAD_NUMBERS)
const fires: Record<number, (() => void) | undefined> = {}
const watchers: ((event: { state: boolean, data: boolean }) => void)[] = []
let now_ms = 0
let answered = ''
let uncaught: ((thrown: unknown) => void) | undefined

function say(what: number, a: number, b: number, c: number, text: string): void {
  head[0] = what
  head[1] = a
  head[2] = b
  head[3] = c
  head[LAST] = text.length
  output.write(E.toString(head.buffer) + text)
}

/** Answers with a number; bytes that came with it are in `answered`. */
function askWith(what: number, a: number, b: number, c: number, text: string): number {
  say(what, a, b, c, text)
  const numbers = new Float64Array(E.toArrayBuffer(input.read(ANSWER_BYTES)))
  now_ms = numbers[1]!
  answered = numbers[2]! > 0 ? input.read(numbers[2]!) : ''
  return numbers[0]!
}

function ask(what: number, a: number, b: number): number {
  return askWith(what, a, b, 0, '')
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

class SimulatedPin {
  readonly index: number
  constructor(name: string) { this.index = askWith(ASK.pin, 0, 0, 0, name) }
}

class SimulatedOneWire {
  private readonly index: number
  constructor(pin: SimulatedPin) { this.index = pin.index }
  reset(): boolean {
    ask(ASK.descriptor, this.index, 0)
    return answered.length > 0
  }

  skip(): void { /* the only one on its line */ }
  write(): void { /* reads are from address 0 */ }
  read(count: number): Uint8Array {
    ask(ASK.descriptor, this.index, 0)
    return bytesOf(answered).slice(0, count)
  }
}

const flash = {
  read: (length: number, address: number): Uint8Array => {
    ask(ASK.flashRead, length, address)
    return bytesOf(answered)
  },
  write: (bytes: Uint8Array, address: number): void => { askWith(ASK.flashWrite, address, 0, 0, E.toString(bytes)) },
  erasePage: (address: number): void => { ask(ASK.flashErase, address, 0) },
}

global['getTime'] = () => now_ms / 1000
global['setTimeout'] = (fire: () => void, delay_ms: number) => {
  const handle = ask(ASK.setTimeout, delay_ms, 0)
  fires[handle] = fire
  return handle
}
function clear(handle: number): void {
  ask(ASK.clearTimeout, handle, 0)
  delete fires[handle]
}
global['clearTimeout'] = (handle: number | undefined) => {
  if (handle !== undefined) clear(handle)
  else for (const each in fires) clear(Number(each))
}
global['digitalRead'] = (pin: SimulatedPin) => ask(ASK.digitalRead, pin.index, 0)
global['digitalWrite'] = (pin: SimulatedPin, level: boolean) => { ask(ASK.digitalWrite, pin.index, level ? 1 : 0) }
global['analogRead'] = (pin: SimulatedPin) => ask(ASK.analogRead, pin.index, 0)
global['analogWrite'] = (pin: SimulatedPin, value: number) => { ask(ASK.analogWrite, pin.index, value) }
global['pinMode'] = () => undefined
global['setWatch'] = (handler: (event: { state: boolean, data: boolean }) => void, pin: SimulatedPin) => {
  ask(ASK.setWatch, pin.index, watchers.length)
  watchers.push(handler)
}
global['clearWatch'] = () => { watchers.fill(() => undefined) }
global['getSerial'] = () => {
  ask(ASK.serialNumber, 0, 0)
  return answered
}
global['Pin'] = SimulatedPin
global['OneWire'] = SimulatedOneWire
global['SPI1'] = {
  setup: () => undefined,
  send: (bytes: Uint8Array) => {
    askWith(ASK.transfer, 0, 0, 0, E.toString(bytes))
    return bytesOf(answered)
  },
}
global['Serial1'] = { setup: () => undefined, write: () => undefined, on: () => undefined }
global['require'] = () => flash
E.enableWatchdog = () => { ask(ASK.kickWatchdog, 0, 0) }
E.kickWatchdog = () => { ask(ASK.kickWatchdog, 0, 0) }
E.getTemperature = () => ask(ASK.temperature_C, 0, 0)
E.setConsole = () => undefined
E.reboot = () => { ask(ASK.reboot, 0, 0) }
E.hwRand = undefined
global['process'] = { on: (_event: string, handler: (thrown: unknown) => void) => { uncaught = handler } }
// The simulator's dice.
Math.random = () => ask(ASK.random, 0, 0)
console.log = (text: string) => { askWith(ASK.log, 0, 0, 0, text) }

function callBack(what: number, a: number, b: number, c: number): void {
  if (what === CALL.edge) return watchers[a]!({ state: b !== 0, data: c !== 0 })
  const fire = fires[a]
  delete fires[a]
  if (fire !== undefined) fire()
}

global['spineDone'] = (thrown: unknown) => { say(ASK.done, 0, 0, 0, String(thrown)) }
global['spineServe'] = () => {
  for (;;) {
    const numbers = new Float64Array(E.toArrayBuffer(input.read(HEAD_BYTES)))
    now_ms = numbers[1]!
    let thrown = ''
    try {
      callBack(numbers[0]!, numbers[2]!, numbers[3]!, numbers[LAST]!)
    } catch (error) {
      if (uncaught === undefined) thrown = String(error)
      else uncaught(error)
    }
    say(ASK.done, 0, 0, 0, thrown)
  }
}
// For the time of the boot, which the answer tells.
ask(ASK.serialNumber, 0, 0)
