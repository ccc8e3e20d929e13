/**
 * The board of a hub that runs in XS: this module is bundled for the engine and evaluated there before the artefact. Every
 * member of the Hal is a question to the simulator; what asking takes is not counted.
 */
import type { CanSpi } from '#firmware/boards/index.ts'
import type { CanPort, FilterBank, Hal, Nvm, Port } from '#firmware/index.ts'
import { type CanState, KEY_BYTES, type ResetCause } from '#protocol/index.ts'
import { CALLBACK, HEAD_BYTES, HEAD_NUMBERS, NOTHING, REQUEST } from './wire.ts'

/** Of the engine: asks the parent process, reads and sets the meter of bytecodes. */
declare function issueCommand(request: ArrayBuffer): ArrayBuffer
declare function resetMeter(limit: number, count: number): number

declare global {
  /** Called by the artefact. */
  var spineBoard: (createHub: (hal: Hal) => void) => void
  var handleCommand: (request: ArrayBuffer) => ArrayBuffer
}

const NO_BYTES = new Uint8Array(0)
const LARGEST_MESSAGE = HEAD_BYTES + 512
const buffer = new ArrayBuffer(LARGEST_MESSAGE)
const numbers = new Float64Array(buffer, 0, HEAD_NUMBERS)
const bytes = new Uint8Array(buffer, HEAD_BYTES)
const count = new Float64Array(1)

let now_ms = 0
/** What a member of the Hal takes that is written in JavaScript, beyond a native one: not counted. */
let stub = 0
let fires: Record<number, (() => void) | undefined> = {}
let woken: (byBus: boolean) => void = () => undefined
let boot: (hal: Hal) => void = () => undefined
const nothing = (): void => undefined

function exchange(request: number, a: number, b: number, c: number, length: number): ArrayBuffer {
  numbers[0] = request
  numbers[1] = a
  numbers[2] = b
  numbers[3] = c
  numbers[4] = length
  return issueCommand(length === 0 ? buffer.slice(0, HEAD_BYTES) : buffer.slice(0, HEAD_BYTES + length))
}

/** Asks for a number. */
function ask(request: number, a: number, b: number, c: number, length: number): number {
  const counted = resetMeter(0, 0)
  const answer = new Float64Array(exchange(request, a, b, c, length))[0]!
  resetMeter(0, counted - stub)
  return answer
}

/** Asks for bytes; undefined: there are none. */
function askBytes(request: number, a: number): Uint8Array | undefined {
  const counted = resetMeter(0, 0)
  const answer = exchange(request, a, 0, 0, 0)
  const found = new Float64Array(answer, 0, 1)[0] !== NOTHING
  const read = new Uint8Array(answer.slice(8))
  resetMeter(0, counted - stub)
  return found ? read : undefined
}

/** AES is the board's own: key, then data. */
function cmac(key: Uint8Array, data: Uint8Array, length: number, into: Uint8Array): void {
  const counted = resetMeter(0, 0)
  for (let i = 0; i < KEY_BYTES; i++) bytes[i] = key[i]!
  for (let i = 0; i < length; i++) bytes[KEY_BYTES + i] = data[i]!
  const answer = exchange(REQUEST.cmac, 0, 0, 0, KEY_BYTES + length)
  into.set(new Uint8Array(answer.slice(8)))
  resetMeter(0, counted - stub)
}

/** The same with bytes behind the numbers. */
function tell(request: number, a: number, b: number, c: number, data: { readonly [i: number]: number }, length: number): number {
  const counted = resetMeter(0, 0)
  for (let i = 0; i < length; i++) bytes[i] = data[i]!
  const answer = new Float64Array(exchange(request, a, b, c, length))[0]!
  resetMeter(0, counted - stub)
  return answer
}

class XsCan implements CanPort {
  received: (id: number, data: Uint8Array, length: number) => void = () => undefined
  sent: (id: number) => void = () => undefined
  private readonly index: number
  constructor(index: number) { this.index = index }
  send(id: number, data: Uint8Array, length: number): boolean { return tell(REQUEST.send, this.index, id, 0, data, length) !== 0 }
  abort(id: number): boolean { return ask(REQUEST.abort, this.index, id, 0, 0) !== 0 }
  filter(first: FilterBank, second: FilterBank): void {
    const list = [first.mask, first.filters.length, ...first.filters, second.mask, second.filters.length, ...second.filters]
    tell(REQUEST.filter, this.index, 0, 0, new Uint8Array(new Float64Array(list).buffer), list.length * 8)
  }

  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void {
    this.received = handler
    ask(REQUEST.onReceive, this.index, 0, 0, 0)
  }

  onSent(handler: (id: number) => void): void {
    this.sent = handler
    ask(REQUEST.onSent, this.index, 0, 0, 0)
  }

  tec(): number { return ask(REQUEST.tec, this.index, 0, 0, 0) }
  rec(): number { return ask(REQUEST.rec, this.index, 0, 0, 0) }
  state(): CanState { return ask(REQUEST.state, this.index, 0, 0, 0) as CanState }
  overflows(): number { return ask(REQUEST.overflows, this.index, 0, 0, 0) }
  recover(): void { ask(REQUEST.recover, this.index, 0, 0, 0) }
}

class XsPort implements Port {
  presence: (present: boolean) => void = () => undefined
  edge: (channel: number, level: boolean) => void = () => undefined
  private readonly index: number
  constructor(index: number) { this.index = index }
  present(): boolean { return ask(REQUEST.present, this.index, 0, 0, 0) !== 0 }
  onPresence(handler: (present: boolean) => void): void {
    this.presence = handler
    ask(REQUEST.onPresence, this.index, 0, 0, 0)
  }

  descriptor(): Uint8Array { return askBytes(REQUEST.descriptor, this.index) ?? NO_BYTES }
  power(on: boolean): void { ask(REQUEST.power, this.index, on ? 1 : 0, 0, 0) }
  limit(current_A: number): void { ask(REQUEST.limit, this.index, current_A, 0, 0) }
  current_A(): number { return ask(REQUEST.current_A, this.index, 0, 0, 0) }
  takeMeans(): void { ask(REQUEST.takeMeans, this.index, 0, 0, 0) }
  mean_A(): number { return ask(REQUEST.mean_A, this.index, 0, 0, 0) }
  meanPlug_V(): number { return ask(REQUEST.meanPlug_V, this.index, 0, 0, 0) }
  tripped(): boolean { return ask(REQUEST.tripped, this.index, 0, 0, 0) !== 0 }
  drive(channel: number, duty: number): void { ask(REQUEST.drive, this.index, channel, duty, 0) }
  driveWatched(channel: number, duty: number): void { ask(REQUEST.driveWatched, this.index, channel, duty, 0) }
  hold_ms(): number { return ask(REQUEST.hold_ms, this.index, 0, 0, 0) }
  brake(channel: number): void { ask(REQUEST.brake, this.index, channel, 0, 0) }
  pulses(channel: number): number { return ask(REQUEST.pulses, this.index, channel, 0, 0) }
  analog(channel: number): number { return ask(REQUEST.analog, this.index, channel, 0, 0) }
  input(channel: number): boolean { return ask(REQUEST.input, this.index, channel, 0, 0) !== 0 }
  onInput(handler: (channel: number, level: boolean) => void): void {
    this.edge = handler
    ask(REQUEST.onInput, this.index, 0, 0, 0)
  }

  write(register: number, value: number): void { ask(REQUEST.write, this.index, register, value, 0) }
  read(register: number): number { return ask(REQUEST.read, this.index, register, 0, 0) }
}

/** Of a board with chips of its own: bytes for bytes. */
function askChip(request: number, a: number, b: number, data: Uint8Array, length: number): Uint8Array {
  const counted = resetMeter(0, 0)
  for (let i = 0; i < length; i++) bytes[i] = data[i]!
  const answer = new Uint8Array(exchange(request, a, b, 0, length).slice(8))
  resetMeter(0, counted - stub)
  return answer
}

let interrupt = nothing
/** The SPI port that its CAN controller is behind. */
export const spi: CanSpi = {
  transfer: (data, length) => data.set(askChip(REQUEST.transfer, 0, 0, data, length)),
  interrupted: () => ask(REQUEST.interrupted, 0, 0, 0, 0) !== 0,
  onInterrupt: (handler) => {
    interrupt = handler
    ask(REQUEST.onInterrupt, 0, 0, 0, 0)
  },
  defer: nothing,
}

/** Its flash. */
export const flash = {
  read: (address: number, length: number): Uint8Array => askChip(REQUEST.flashRead, address, length, NO_BYTES, 0),
  write: (address: number, data: Uint8Array): void => { tell(REQUEST.flashWrite, address, 0, 0, data, data.length) },
  erase: (address: number): void => { ask(REQUEST.flashErase, address, 0, 0, 0) },
}

const nvm: Nvm = {
  read: key => askBytes(REQUEST.nvmRead, key),
  write: (key, record) => { tell(REQUEST.nvmWrite, key, 0, 0, record, record.length) },
}

let cans: XsCan[] = []
let ports: XsPort[] = []

function halOf(location: number, resetCause: ResetCause, serial: number, gap_ms: number, version: number): Hal {
  return {
    location, resetCause, serial, can: cans, ports, nvm, flash: undefined, gap_ms, version,
    now: () => now_ms,
    after: (delay_ms, fire) => {
      const handle = ask(REQUEST.after, delay_ms, 0, 0, 0)
      fires[handle] = fire
      return handle
    },
    cancel: (handle) => {
      ask(REQUEST.cancel, handle, 0, 0, 0)
      fires[handle] = undefined
    },
    supply_V: () => ask(REQUEST.supply_V, 0, 0, 0, 0),
    feed_V: undefined,
    openDiodes: undefined,
    temperature_C: () => ask(REQUEST.temperature_C, 0, 0, 0, 0),
    acceleration_m_s2: () => ask(REQUEST.acceleration_m_s2, 0, 0, 0, 0),
    cmac,
    random: () => ask(REQUEST.random, 0, 0, 0, 0),
    kickWatchdog: () => { ask(REQUEST.kickWatchdog, 0, 0, 0, 0) },
    restart: () => { ask(REQUEST.restart, 0, 0, 0, 0) },
    sleep: (handler) => {
      woken = handler
      ask(REQUEST.sleep, 0, 0, 0, 0)
    },
    log: (text) => { tell(REQUEST.log, 0, 0, 0, text.split('').map(letter => letter.charCodeAt(0) & 0xff), text.length) },
  }
}

/** Compares a member of the Hal with a native function of the engine. The thermometer: each reading of the supply has noise of its own. */
function calibrate(hal: Hal): void {
  stub = 0
  const clock = performance
  resetMeter(0, 0)
  hal.temperature_C()
  const ours = resetMeter(0, 0)
  clock.now()
  stub = ours - resetMeter(0, 0)
}

/** A boot's numbers are in the bytes: location, reset cause, serial, CAN ports, ports, gap, version. */
function start(setup: Float64Array): void {
  cans = []
  ports = []
  fires = {}
  for (let i = 0; i < setup[3]!; i++) cans.push(new XsCan(i))
  for (let i = 0; i < setup[4]!; i++) ports.push(new XsPort(i))
  const hal = halOf(setup[0]!, setup[1] as ResetCause, setup[2]!, setup[5]!, setup[6]!)
  calibrate(hal)
  resetMeter(0, 0)
  boot(hal)
  count[0] = resetMeter(0, 0)
}

function fire(handle: number): void {
  const wanted = fires[handle] ?? nothing
  fires[handle] = undefined
  resetMeter(0, 0)
  wanted()
  count[0] = resetMeter(0, 0)
}

function receive(can: XsCan, id: number, data: Uint8Array, length: number): void {
  resetMeter(0, 0)
  can.received(id, data, length)
  count[0] = resetMeter(0, 0)
}

function sent(can: XsCan, id: number): void {
  resetMeter(0, 0)
  can.sent(id)
  count[0] = resetMeter(0, 0)
}

/** Whatever comes seldom. */
function call(callback: () => void): void {
  resetMeter(0, 0)
  callback()
  count[0] = resetMeter(0, 0)
}

globalThis.handleCommand = (request) => {
  const [kind, time_ms, a, b, c] = new Float64Array(request, 0, HEAD_NUMBERS)
  now_ms = time_ms!
  if (kind === CALLBACK.timer) fire(a!)
  else if (kind === CALLBACK.receive) receive(cans[a!]!, b!, new Uint8Array(request, HEAD_BYTES), c!)
  else if (kind === CALLBACK.sent) sent(cans[a!]!, b!)
  else if (kind === CALLBACK.presence) call(() => ports[a!]!.presence(b !== 0))
  else if (kind === CALLBACK.input) call(() => ports[a!]!.edge(b!, c !== 0))
  else if (kind === CALLBACK.woken) call(() => woken(a !== 0))
  else if (kind === CALLBACK.interrupt) call(interrupt)
  else start(new Float64Array(request, HEAD_BYTES))
  return count.buffer
}

globalThis.spineBoard = (createHub) => { boot = createHub }
