/**
 * The board's part of what is written to an Espruino: it comes before the artefact of a hub, which calls `spineBoard`, and
 * after a line that sets `spinePins`.
 */
import type { Hal } from '../../hal.ts'
import type { BoardPins } from '../pins.ts'
import type { Espruino, EspruinoFlash, EspruinoOneWire, EspruinoSerial, EspruinoSpi, Pin, WatchEvent, WatchOptions } from './api.ts'
import { createEspruinoHal } from './hal.ts'

declare const spinePins: BoardPins
declare const SPI1: EspruinoSpi
declare const Serial1: EspruinoSerial
declare const USB: EspruinoSerial
declare const E: {
  enableWatchdog(timeout_s: number, automatic: boolean): void
  kickWatchdog(): void
  getTemperature(): number
  /** 32 bits of the chip's own noise; not in every build. */
  hwRand?: () => number
  setConsole(device: EspruinoSerial, options: { force: boolean }): void
  reboot(): void
}
declare const process: { on(event: 'uncaughtException', handler: (thrown: unknown) => void): void }
declare function getTime(): number
declare function getSerial(): string
declare function digitalRead(pin: Pin): number
declare function digitalWrite(pin: Pin, level: boolean): void
declare function analogRead(pin: Pin): number
declare function analogWrite(pin: Pin, value: number, options: { freq: number }): void
declare function pinMode(pin: Pin, mode: string): void
declare function setWatch(handler: (event: WatchEvent) => void, pin: Pin, options: WatchOptions): void
declare function setTimeout(fire: () => void, delay_ms: number): number
/** Without a handle: all of them. */
declare function clearTimeout(handle?: number): void
declare function clearWatch(): void
/** Only in builds for STM32 and EFM32. */
declare const setDeepSleep: ((on: boolean) => void) | undefined

declare const Pin: { new (name: string): object }
declare const OneWire: { new (pin: Pin): EspruinoOneWire }

declare global {
  // Called as a member: a bundler looks for the modules of a bare one.
  var require: <Name extends 'Flash' | 'crypto'>(name: Name) => Name extends 'Flash' ? EspruinoFlash : EspruinoCrypto
  var spineBoard: (createHub: (hal: Hal) => void) => void
  /** The hub has booted: the console stays off the line of its frames. */
  var spineRuns: boolean
}

interface EspruinoCrypto {
  readonly AES?: { encrypt(block: Uint8Array, key: Uint8Array, options: { mode: 'ECB' }): ArrayBuffer }
}

/** Challenges that can be foreseen are none: AES counts only where the chip has random numbers of its own. */
function aesOf(): Espruino['aes'] {
  if (E.hwRand === undefined) return undefined
  try {
    const aes = globalThis.require('crypto').AES
    return aes === undefined ? undefined : (key, block) => new Uint8Array(aes.encrypt(block, key, { mode: 'ECB' }))
  } catch (refused) {
    void refused
    return undefined
  }
}

const WORD = 0x1_0000_0000

const api: Espruino = {
  getTime: () => getTime(),
  // eslint-disable-next-line no-restricted-syntax -- the board's own timer is what Hal.after stands on
  setTimeout: (fire, delay_ms) => setTimeout(fire, delay_ms),
  clearTimeout: handle => clearTimeout(handle),
  digitalRead: pin => digitalRead(pin),
  digitalWrite: (pin, level) => digitalWrite(pin, level),
  analogRead: pin => analogRead(pin),
  analogWrite: (pin, value, options) => analogWrite(pin, value, options),
  pinMode: (pin, mode) => pinMode(pin, mode),
  setWatch: (handler, pin, options) => setWatch(handler, pin, options),
  pin: name => new Pin(name),
  oneWire: pin => new OneWire(pin),
  spi: SPI1,
  serial: line => line === 'USB' ? USB : Serial1,
  flash: globalThis.require('Flash'),
  getSerial: () => getSerial(),
  // eslint-disable-next-line no-restricted-syntax -- the board's own dice are what Hal.random stands on
  random: () => E.hwRand === undefined ? Math.random() : (E.hwRand() >>> 0) / WORD,
  aes: aesOf(),
  temperature_C: () => E.getTemperature(),
  enableWatchdog: timeout_s => E.enableWatchdog(timeout_s, false),
  kickWatchdog: () => E.kickWatchdog(),
  deepSleep: (on) => { if (typeof setDeepSleep !== 'undefined') setDeepSleep(on) },
  takeConsole: line => E.setConsole(line === 'USB' ? USB : Serial1, { force: true }),
  onUncaught: handler => process.on('uncaughtException', handler),
  forgetAll: () => {
    clearTimeout()
    clearWatch()
  },
  reboot: () => E.reboot(),
  log: text => console.log(text),
}

globalThis.spineBoard = (createHub) => {
  try {
    createHub(createEspruinoHal(api, spinePins, undefined))
    globalThis.spineRuns = true
  } catch (thrown) {
    // So that what it threw can be read.
    if (spinePins.can.kind === 'serial') api.takeConsole(spinePins.can.line)
    throw thrown
  }
}
