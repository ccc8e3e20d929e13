import { createContext, Script } from 'node:vm'

import { serialOf } from '#firmware/boards/espruino/index.ts'
import type { Hal, Port } from '#firmware/index.ts'
import { RESET_CAUSE } from '#protocol/index.ts'
import { type FirmwareImage, overlaid } from '../../host/index.ts'
import { BoardFlash, spiOf } from '../chips.ts'
import { EmulatedPins, emulatedPins } from '../wires/index.ts'

const MS_PER_S = 1000

/**
 * A hub of the virtual car whose board is an Espruino, emulated as far as the board's code uses it: its script runs in a context of
 * its own with the interpreter's functions and nothing else, an MCP2515 by its registers behind SPI1, and pins that are wired
 * to the sockets. Its flash keeps its bytes over resets. The car's controllers must be `REGISTERS`.
 */
export class EspruinoBoard {
  /** What the script printed. */
  readonly printed: string[] = []
  private readonly script: Script
  private readonly sleepsDeeply: boolean
  private readonly flash = new BoardFlash()

  /** `text`: the board's part and an artefact, as they are written to a board. `sleepsDeeply`: its build can, as those for STM32 alone. */
  constructor(text: string, sleepsDeeply: boolean) {
    this.sleepsDeeply = sleepsDeeply
    this.script = new Script(text, { filename: 'espruino.js' })
  }

  readonly image: FirmwareImage = (hal) => {
    const pins = new EmulatedPins(hal, spiOf(hal))
    this.flash.learn(hal.nvm)
    const globals = createContext({ ...this.functions(hal, pins), spinePins: emulatedPins(hal.ports.length) }, {
      codeGeneration: { strings: false, wasm: false },
    })
    this.script.runInContext(globals)
    return undefined
  }

  private functions(hal: Hal, pins: EmulatedPins): Record<string, unknown> {
    return {
      getTime: () => hal.now() / MS_PER_S,
      setTimeout: (fire: () => void, delay_ms: number) => pins.setTimeout(fire, delay_ms),
      clearTimeout: (handle?: number) => pins.clearTimeout(handle),
      digitalRead: (pin: object) => pins.level(pin),
      digitalWrite: (pin: object, level: boolean) => pins.write(pin, level ? 1 : 0),
      analogRead: (pin: object) => pins.analog(pin),
      analogWrite: (pin: object, value: number) => pins.write(pin, value),
      pinMode: () => undefined,
      setWatch: (handler: (event: { state: boolean, data?: boolean }) => void, pin: object) => pins.watch(pin, handler),
      clearWatch: () => pins.unwatch(),
      ...this.sleepsDeeply && { setDeepSleep: (on: boolean) => pins.deepSleep(on) },
      getSerial: () => serialText(hal),
      Pin: pins.constructorOfPins,
      OneWire: pins.constructorOfOneWire,
      SPI1: { setup: () => undefined, send: (bytes: Uint8Array) => pins.transfer(bytes) },
      Serial1: { setup: () => undefined, write: () => undefined, on: () => undefined },
      require: () => this.flash,
      E: {
        enableWatchdog: () => pins.kickWatchdog(),
        kickWatchdog: () => pins.kickWatchdog(),
        getTemperature: () => hal.temperature_C(),
        setConsole: () => undefined,
        reboot: () => hal.restart(),
      },
      process: { on: (_event: 'uncaughtException', handler: (thrown: unknown) => void) => { pins.uncaught = handler } },
      console: { log: (text: string) => { this.printed.push(text) } },
      Math: Object.assign(Object.create(Math) as Math, { random: () => hal.random() }),
    }
  }
}

/** The number of the chip as Espruino tells it. */
export function serialText(hal: Hal): string {
  return hal.serial.toString(16).padStart(8, '0')
}

/** What such a board offers, as a `Hal` for the sources: no means, no serial line at its sockets, no acceleration, no reset cause. */
export function asEspruinoOffers(hal: Hal): Hal {
  const ports = hal.ports.map((port): Port => overlaid(port, {
    driveWatched: (channel, duty) => port.drive(channel, duty), hold_ms: () => Infinity,
    takeMeans: () => undefined, mean_A: () => NaN, meanPlug_V: () => NaN, write: () => undefined, read: () => 0,
  }))
  return {
    ...hal, ports, gap_ms: Infinity, acceleration_m_s2: () => NaN, resetCause: RESET_CAUSE.unknown, serial: serialOf(serialText(hal)),
  }
}
