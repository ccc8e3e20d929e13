import { RESET_CAUSE, type ResetCause } from '#protocol/index.ts'
import type { Hal } from '../../hal.ts'
import { bitTiming } from '../bit-timing.ts'
import { cmacOf } from '../cmac.ts'
import type { BoardCan } from '../board-can.ts'
import type { CanSpi } from '../can-spi.ts'
import { FlashNvm } from '../flash-nvm.ts'
import { Mcp2515 } from '../mcp2515.ts'
import type { BoardPins, CanPins, SerialPins } from '../pins.ts'
import { SleepClock } from '../sleep-clock.ts'
import { withStubs } from '../stub-window.ts'
import { CONSOLE_WORD } from '../uart.ts'
import { UartCan } from '../uart-can.ts'
import type { Espruino } from './api.ts'
import { EspruinoPort, scaled, switchOff } from './port.ts'

const BITRATE = 500_000
const SPI_BAUD = 8_000_000
const WATCHDOG_s = 2
const DOZE_ms = WATCHDOG_s * 1000 / 2
const SERIAL_BITS = 0x1f_ffff
/** For what a hub that threw has to say, at 115,200 baud. */
const LAST_WORDS_ms = 200

function clockOf(api: Espruino): SleepClock {
  const start_s = api.getTime()
  return new SleepClock({
    now: () => (api.getTime() - start_s) * 1000,
    set: (fire, delay_ms) => api.setTimeout(fire, delay_ms),
    clear: handle => api.clearTimeout(handle),
  })
}

function spiOf(api: Espruino, pins: CanPins): CanSpi {
  const select = api.pin(pins.select)
  const interrupt = api.pin(pins.interrupt)
  api.digitalWrite(select, true)
  api.pinMode(interrupt, 'input_pullup')
  api.spi.setup({ sck: api.pin(pins.sck), miso: api.pin(pins.miso), mosi: api.pin(pins.mosi), baud: SPI_BAUD })
  return {
    transfer: (bytes, count) => {
      const answer = api.spi.send(bytes.slice(0, count), select)
      for (let i = 0; i < count; i++) bytes[i] = answer[i]!
    },
    interrupted: () => api.digitalRead(interrupt) === 0,
    onInterrupt: handler => api.setWatch(handler, interrupt, { repeat: true, edge: 'falling' }),
    defer: then => api.setTimeout(then, 0),
  }
}

/**
 * A piece of what came asks for the console. Espruino 2v29 finds a text where only its beginning stands, at the end of where it looks:
 * a frame that ends with a quotation mark is no wish.
 */
export function asksForConsole(data: string): boolean {
  const at = data.indexOf(CONSOLE_WORD)
  return at >= 0 && data.slice(at, at + CONSOLE_WORD.length) === CONSOLE_WORD
}

function uartCanOf(api: Espruino, pins: SerialPins, clock: SleepClock): UartCan {
  const serial = api.serial(pins.line)
  serial.setup(pins.baud)
  return new UartCan({
    write: (bytes, count) => serial.write(bytes.slice(0, count)),
    onBytes: (handler) => {
      serial.on('data', (data) => {
        if (asksForConsole(data)) return api.takeConsole(pins.line)
        const bytes = new Uint8Array(data.length)
        for (let i = 0; i < data.length; i++) bytes[i] = data.charCodeAt(i)
        handler(bytes, bytes.length)
      })
    },
    defer: then => api.setTimeout(then, 0),
    now: () => clock.now(),
  })
}

function canOf(api: Espruino, pins: CanPins | SerialPins, clock: SleepClock): BoardCan {
  if (pins.kind === 'mcp2515') return new Mcp2515(spiOf(api, pins), bitTiming(pins.oscillator_Hz, BITRATE))
  return uartCanOf(api, pins, clock)
}

/** Location from the coding pins, unless it was told. */
function locationOf(api: Espruino, pins: BoardPins): number {
  if (pins.location !== undefined) return pins.location
  let location = 0
  for (let i = 0; i < pins.coding.length; i++) {
    const pin = api.pin(pins.coding[i]!)
    api.pinMode(pin, 'input_pullup')
    if (api.digitalRead(pin) === 0) location |= 1 << i
  }
  return location
}

/** 21 bits of the chip's number, which is given as hexadecimal digits and dashes. */
export function serialOf(text: string): number {
  let serial = 0
  for (let i = 0; i < text.length; i++) {
    const digit = parseInt(text[i]!, 16)
    if (!isNaN(digit)) serial = (serial * 31 + digit) & SERIAL_BITS
  }
  return serial
}

function allOff(api: Espruino, pins: BoardPins): void {
  for (let i = 0; i < pins.ports.length; i++) switchOff(api, pins.ports[i]!)
}

/**
 * The board under Espruino. Switches everything off first. The interpreter's console has left the line that carries frames before
 * (sim/build/program.ts).
 * @throws Error when no CAN controller answers.
 */
// eslint-disable-next-line max-lines-per-function -- each function more takes variables, of which a stereo leaves an RP2040 just enough
export function createEspruinoHal(api: Espruino, pins: BoardPins, resetCause: ResetCause | undefined): Hal {
  allOff(api, pins)
  // A hub that threw has lost a job, perhaps the one that stops a motor: it is off at once, says what it was and boots anew.
  api.onUncaught((thrown) => {
    allOff(api, pins)
    api.forgetAll()
    api.setTimeout(() => api.reboot(), LAST_WORDS_ms)
    const words = `Uncaught ${String(thrown)}\n${thrown instanceof Error ? thrown.stack! : ''}\n`
    if (pins.can.kind === 'mcp2515') return api.log(words)
    const serial = api.serial(pins.can.line)
    serial.removeAllListeners('data')
    serial.write(words)
  })
  api.enableWatchdog(WATCHDOG_s)
  const clock = clockOf(api)
  const can = canOf(api, pins.can, clock)
  let woken: ((byBus: boolean) => void) | undefined = undefined
  let dozing = 0
  const rouse = (byBus: boolean): void => {
    const then = woken
    if (then === undefined) return
    woken = undefined
    api.clearTimeout(dozing)
    api.deepSleep(false)
    clock.wake()
    can.wake()
    then(byBus)
  }
  // Its watchdog goes on, though the firmware's time stands still.
  const doze = (): void => {
    api.kickWatchdog()
    dozing = api.setTimeout(doze, DOZE_ms)
  }
  const base = pins.nvm.addresses
  const used = pins.nvm.bytes
  const addressOf = (address: number): number => base[address < used ? 0 : 1] + (address < used ? address : address - used)
  return {
    location: locationOf(api, pins),
    resetCause: resetCause === undefined ? RESET_CAUSE.unknown : resetCause,
    serial: serialOf(api.getSerial()),
    // Images are saved code here, and there is no loader for two of them.
    flash: undefined,
    can: [can],
    ports: withStubs(pins.ports.map(port => new EspruinoPort(api, port, () => rouse(false))), pins.stubs, () => clock.now()),
    nvm: new FlashNvm({
      pageBytes: used,
      read: (address, into, length) => into.set(api.flash.read(length, addressOf(address))),
      erase: address => api.flash.erasePage(addressOf(address)),
      write: (address, bytes, length) => api.flash.write(bytes.slice(0, length), addressOf(address)),
    }),
    version: pins.version === undefined ? 0 : pins.version,
    gap_ms: pins.gap_ms === undefined ? Infinity : pins.gap_ms,
    now: () => clock.now(),
    after: (delay_ms, fire) => clock.after(delay_ms, fire),
    cancel: handle => clock.cancel(handle),
    supply_V: () => 'assumed_V' in pins.supply ? pins.supply.assumed_V : scaled(api, pins.supply),
    feed_V: undefined,
    openDiodes: undefined,
    temperature_C: () => {
      if (pins.temperature !== undefined) return scaled(api, pins.temperature)
      return pins.assumed_C === undefined ? api.temperature_C() : pins.assumed_C
    },
    acceleration_m_s2: () => NaN,
    random: () => api.random(),
    cmac: api.aes === undefined ? undefined : cmacOf(api.aes),
    kickWatchdog: () => api.kickWatchdog(),
    restart: () => { api.setTimeout(() => api.reboot(), 0) },
    sleep: (then) => {
      woken = then
      clock.sleep()
      can.sleep(() => rouse(true))
      if (woken === undefined) return
      api.deepSleep(true)
      doze()
    },
    log: text => api.log(text),
  }
}
