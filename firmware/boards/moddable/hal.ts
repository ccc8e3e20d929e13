import { RESET_CAUSE, type ResetCause } from '#protocol/index.ts'
import type { Hal } from '../../hal.ts'
import { bitTiming } from '../bit-timing.ts'
import type { BoardCan } from '../board-can.ts'
import type { CanSpi } from '../can-spi.ts'
import { cmacOf } from '../cmac.ts'
import { FlashNvm } from '../flash-nvm.ts'
import { Mcp2515 } from '../mcp2515.ts'
import { type BoardPins, type CanPins, measured, type SerialPins } from '../pins.ts'
import { SEED_BYTES, SeededRandom } from '../random.ts'
import { SleepClock } from '../sleep-clock.ts'
import { withStubs } from '../stub-window.ts'
import { UartCan } from '../uart-can.ts'
import { Hold, holdMemory } from './hold.ts'
import type { AnalogIo, FlashIo, ModdableIo, SerialIo, TimerHandle } from './io.ts'
import { Means, meansMemory } from './means.ts'
import { fullScale, ModdablePort, pinNumber, shareOf } from './port.ts'

const BITRATE = 500_000
const SPI_Hz = 8_000_000
/** The SPI whose own pins are 18, 19 and 23. */
const SPI_PORT = 2
const UART = { port: 0, receive: 3, transmit: 1 } as const
const PARTITION = 'spine'
/** A hub that does not say for so long that it lives is begun anew. */
const WATCHDOG_ms = 2000
/** Bytes that wait for room in the UART; beyond, a message is lost. */
const MOST_WAITING = 1024
/** Of the chip's number, which is drawn at the first start; beyond the keys of sockets and hub. */
const SERIAL_KEY = 255
const SERIALS = 0x20_0000
/** What a board on a desk says, which has no thermometer. */
const ROOM_C = 23
/** By `esp_reset_reason_t`: power on, pin, software, panic, three watchdogs, deep sleep, brown-out. */
const CAUSES: readonly ResetCause[] = [
  RESET_CAUSE.unknown, RESET_CAUSE.powerOn, RESET_CAUSE.external, RESET_CAUSE.requested, RESET_CAUSE.watchdog, RESET_CAUSE.watchdog,
  RESET_CAUSE.watchdog, RESET_CAUSE.watchdog, RESET_CAUSE.unknown, RESET_CAUSE.brownOut,
]

function nowOf(io: ModdableIo): () => number {
  const start = io.microseconds()
  return () => (io.microseconds() - start) / 1000
}

function clockOf(io: ModdableIo, now: () => number): SleepClock {
  const running: Record<number, TimerHandle> = {}
  let last = 0
  return new SleepClock({
    now: now,
    set: (fire, delay_ms) => {
      const handle = ++last
      // The system counts whole milliseconds, and a timer ends with one of them.
      const from = now()
      running[handle] = io.setTimer(() => {
        delete running[handle]
        fire()
      }, Math.ceil(from + delay_ms) - Math.floor(from))
      return handle
    },
    clear: (handle) => {
      const timer = running[handle]
      if (timer === undefined) return
      delete running[handle]
      io.clearTimer(timer)
    },
  })
}

function spiOf(io: ModdableIo, pins: CanPins): CanSpi {
  let fell: (() => void) | undefined = undefined
  const interrupt = new io.Digital({
    pin: pinNumber(pins.interrupt), mode: io.Digital.InputPullUp, edge: io.Digital.Falling,
    onReadable: () => { if (fell !== undefined) fell() },
  })
  const spi = new io.SPI({
    clock: pinNumber(pins.sck), in: pinNumber(pins.miso), out: pinNumber(pins.mosi), select: pinNumber(pins.select), active: 0, hz: SPI_Hz,
    port: SPI_PORT,
  })
  return {
    transfer: (bytes, count) => {
      spi.transfer(bytes.subarray(0, count))
      spi.flush(true)
    },
    interrupted: () => interrupt.read() === 0,
    onInterrupt: (handler) => { fell = handler },
    defer: then => io.setTimer(then, 0),
  }
}

/** Frames through the line to the computer. A build with a debugger has that line for itself: this is for release builds. */
function uartCanOf(io: ModdableIo, pins: SerialPins, clock: SleepClock): UartCan {
  let handler: ((bytes: Uint8Array, count: number) => void) | undefined = undefined
  let waiting = new Uint8Array(0)
  let room = 0
  let serial: SerialIo | undefined = undefined
  const send = (): void => {
    const count = Math.min(room, waiting.length)
    if (count === 0 || serial === undefined) return
    serial.write(waiting.slice(0, count))
    room -= count
    waiting = waiting.slice(count)
  }
  serial = new io.Serial({
    port: UART.port, receive: UART.receive, transmit: UART.transmit, baud: pins.baud, format: 'buffer',
    onReadable: () => {
      const read = serial!.read()
      if (read === undefined || typeof read === 'number' || handler === undefined) return
      const bytes = new Uint8Array(read)
      handler(bytes, bytes.length)
    },
    onWritable: (count) => {
      room = count
      send()
    },
  })
  return new UartCan({
    write: (bytes, count) => {
      if (waiting.length + count > MOST_WAITING) return io.log('the serial line is too slow: a frame is lost')
      const all = new Uint8Array(waiting.length + count)
      all.set(waiting, 0)
      all.set(bytes.subarray(0, count), waiting.length)
      waiting = all
      send()
    },
    onBytes: (then) => { handler = then },
    defer: then => io.setTimer(then, 0),
    now: () => clock.now(),
  })
}

/** Location from the coding pins, unless it was told. */
function locationOf(io: ModdableIo, pins: BoardPins): number {
  if (pins.location !== undefined) return pins.location
  let location = 0
  for (let i = 0; i < pins.coding.length; i++) {
    const pin = new io.Digital({ pin: pinNumber(pins.coding[i]!), mode: io.Digital.InputPullUp })
    if (pin.read() === 0) location |= 1 << i
    pin.close()
  }
  return location
}

function nvmOf(flash: FlashIo, pins: BoardPins): FlashNvm {
  const bytes = pins.nvm.bytes
  const base = pins.nvm.addresses
  const addressOf = (address: number): number => address < bytes ? base[0] + address : base[1] + address - bytes
  return new FlashNvm({
    pageBytes: bytes,
    read: (address, into, length) => flash.read(into.subarray(0, length), addressOf(address)),
    erase: address => flash.eraseBlock(addressOf(address) / bytes),
    write: (address, data, length) => flash.write(data.subarray(0, length), addressOf(address)),
  })
}

/** Drawn once and kept: without its radio the chip does not tell its own number. */
function serialOf(random: SeededRandom, nvm: FlashNvm): number {
  const kept = nvm.read(SERIAL_KEY)
  if (kept !== undefined && kept.length === 3) return kept[0]! | kept[1]! << 8 | kept[2]! << 16
  const serial = Math.floor(random.next() * SERIALS)
  nvm.write(SERIAL_KEY, new Uint8Array([serial & 0xff, serial >> 8 & 0xff, serial >> 16]))
  return serial
}

/** Sockets whose current and plug voltage are wired take means and hold motors; the sampler has their pins. */
function attendSockets(io: ModdableIo, pins: BoardPins, ports: readonly ModdablePort[], steps: number, now: () => number): void {
  const attended = pins.ports.filter(port => port.current !== undefined && port.plug !== undefined)
  const memory = meansMemory(attended.length)
  const feeds = holdMemory(attended.length)
  for (let i = 0; i < ports.length; i++) {
    const index = attended.indexOf(pins.ports[i]!)
    if (index < 0) ports[i]!.measure()
    else ports[i]!.attend(new Means(memory, index, now()), new Hold(feeds, index), steps)
  }
  if (attended.length === 0) return
  const sockets = attended.map(port => ({
    current: pinNumber(port.current!.pin), plug: pinNumber(port.plug!.pin), enable: pinNumber(port.enable),
  }))
  io.startSampler().postMessage({ words: memory, feeds: feeds, sockets: sockets })
}

/** A generator that gives one byte again and again is broken: what it seeds can be foreseen. */
function varies(seed: Uint8Array): boolean {
  for (let i = 1; i < seed.length; i++) if (seed[i] !== seed[0]) return true
  return false
}

/** Begins the board anew when the hub has not said for long that it lives. Asleep nobody has to. */
class Watchdog {
  private readonly io: ModdableIo
  private readonly now: () => number
  private kicked_ms: number
  private asleep: boolean

  constructor(io: ModdableIo, now: () => number) {
    this.io = io
    this.now = now
    this.kicked_ms = now()
    this.asleep = false
    this.wait()
  }

  kick(): void {
    this.kicked_ms = this.now()
  }

  sleep(asleep: boolean): void {
    this.asleep = asleep
    this.kick()
  }

  private wait(): void {
    this.io.setTimer(() => {
      if (!this.asleep && this.now() - this.kicked_ms > WATCHDOG_ms) this.io.restart()
      this.wait()
    }, WATCHDOG_ms / 2)
  }
}

function readingOf(io: ModdableIo, wired: { readonly pin: string } | undefined): AnalogIo | undefined {
  return wired === undefined ? undefined : new io.Analog({ pin: pinNumber(wired.pin) })
}

/**
 * An ESP32 under Moddable's XS. Draws noise, then switches everything off. The processor does not sleep with the firmware: there is no
 * light sleep for it; its CAN controller does.
 * @throws Error when no CAN controller answers, or the flash has no partition `spine`.
 */
export function createModdableHal(io: ModdableIo, pins: BoardPins): Hal {
  const now = nowOf(io)
  // Before the converter is used.
  const seed = io.noise(SEED_BYTES)
  const random = new SeededRandom((key, block) => io.encrypt(key, block), seed)
  let rouse: (byBus: boolean) => void = () => undefined
  const ports = pins.ports.map(port => new ModdablePort(io, port, () => rouse(false), now))
  const clock = clockOf(io, now)
  const watchdog = new Watchdog(io, now)
  const supply = 'assumed_V' in pins.supply ? undefined : readingOf(io, pins.supply)
  const temperature = readingOf(io, pins.temperature)
  attendSockets(io, pins, ports, supply === undefined ? 1 : fullScale(supply), now)
  const can: BoardCan = pins.can.kind === 'serial' ? uartCanOf(io, pins.can, clock)
    : new Mcp2515(spiOf(io, pins.can), bitTiming(pins.can.oscillator_Hz, BITRATE))
  const nvm = nvmOf(io.openFlash(PARTITION), pins)
  let woken: ((byBus: boolean) => void) | undefined = undefined
  rouse = (byBus) => {
    const then = woken
    if (then === undefined) return
    woken = undefined
    watchdog.sleep(false)
    clock.wake()
    can.wake()
    then(byBus)
  }
  const cause = CAUSES[io.resetReason()]
  return {
    location: locationOf(io, pins),
    resetCause: cause === undefined ? RESET_CAUSE.unknown : cause,
    serial: serialOf(random, nvm),
    can: [can],
    ports: withStubs(ports, pins.stubs, now),
    nvm: nvm,
    // Its hub is compiled into the chip's program.
    flash: undefined,
    version: pins.version === undefined ? 0 : pins.version,
    gap_ms: pins.gap_ms === undefined ? Infinity : pins.gap_ms,
    now: now,
    after: (delay_ms, fire) => clock.after(delay_ms, fire),
    cancel: handle => clock.cancel(handle),
    supply_V: () => 'assumed_V' in pins.supply ? pins.supply.assumed_V : measured(pins.supply, shareOf(supply!)),
    feed_V: undefined,
    openDiodes: undefined,
    temperature_C: () => temperature === undefined ? ROOM_C : measured(pins.temperature!, shareOf(temperature)),
    acceleration_m_s2: () => NaN,
    random: () => random.next(),
    // Challenges that can be foreseen are none.
    cmac: varies(seed) ? cmacOf((key, block) => io.encrypt(key, block)) : undefined,
    kickWatchdog: () => watchdog.kick(),
    restart: () => { io.setTimer(() => io.restart(), 0) },
    sleep: (then) => {
      woken = then
      clock.sleep()
      watchdog.sleep(true)
      can.sleep(() => rouse(true))
    },
    log: text => io.log(text),
  }
}
