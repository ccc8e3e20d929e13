/**
 * An ESP32 under Moddable's XS, emulated as far as the board's code uses it: this module is bundled for the engine and evaluated there
 * before programs. ECMA-419 classes on pins that are wired to the sockets and the CAN controller of a hub of the virtual car.
 */
import { ecb } from '@noble/ciphers/aes.js'

import type { FlashIo, ModdableIo, SamplerSetup, SerialOptions } from '#firmware/boards/moddable/index.ts'
import type { Hal } from '#firmware/index.ts'
import { RESET_CAUSE } from '#protocol/index.ts'
import { EmulatedPins } from '../wires/index.ts'
import { flash, spi } from './board.ts'

/** Bits of an ESP32's PWM at 20 kHz and of its converter, edges that its counter sees of a pulse. */
const PWM_BITS = 10
const ADC_BITS = 12
const EDGES = 4
const US_PER_MS = 1000
const PAGE_BYTES = 4096
const BYTES = 256
const BLOCK_BYTES = 16

type SamplerSelf = { onmessage: (setup: SamplerSetup) => void }

declare global {
  /** Modules of the SDK by name, as they are imported by a program. */
  var spineModules: Readonly<Record<string, unknown>>
  /** Boots a program; `wires`: what pin 0, 1, … are wired to. `sampler`: the program of the second machine. */
  /** The firmware's machine computes no more: none of its callbacks runs. The sampler's goes on. */
  var spineHangs: boolean
  var spineMachine: (wires: readonly string[], sampler: (self: SamplerSelf) => void, program: () => void) => void
}

const steps = (share: number, bits: number): number => {
  const most = (1 << bits) - 1
  return Math.min(most, Math.max(0, Math.round(share * most)))
}

/** `esp_reset_reason_t` of each cause. */
const REASONS: Readonly<Record<number, number>> = {
  [RESET_CAUSE.unknown]: 0, [RESET_CAUSE.powerOn]: 1, [RESET_CAUSE.external]: 2, [RESET_CAUSE.requested]: 3, [RESET_CAUSE.watchdog]: 6,
  [RESET_CAUSE.brownOut]: 9,
}

class Chip {
  readonly modules: Record<string, unknown>
  readonly hal: Hal
  private readonly board: EmulatedPins
  private readonly pins: object[]
  private readonly sampler: (self: SamplerSelf) => void

  constructor(hal: Hal, wires: readonly string[], sampler: (self: SamplerSelf) => void) {
    this.hal = hal
    this.board = new EmulatedPins(hal, spi)
    this.pins = wires.map(name => new this.board.constructorOfPins(name))
    this.sampler = sampler
    this.modules = {
      'embedded:io/digital': this.digital(), 'embedded:io/pwm': this.pwm(), 'embedded:io/analog': this.analog(wires),
      'embedded:io/pulsecount': this.pulseCount(), 'embedded:io/spi': this.spi(), 'embedded:io/serial': this.serial(),
      'embedded:storage/flash': { open: () => this.flash() }, onewire: this.oneWire(), worker: this.worker(),
      timer: this.timer(callback => this.unlessHung(callback)), crypt: { BlockCipher: this.blockCipher() },
      noise: (length: number) => Uint8Array.from({ length }, () => Math.floor(hal.random() * BYTES)).buffer,
      time: { get microseconds() { return Math.round(hal.now() * US_PER_MS) } },
      resetReason: () => ({ reason: REASONS[hal.resetCause]! }),
    }
  }

  private digital(): ModdableIo['Digital'] {
    const { board, pins } = this
    return class Digital {
      static readonly Input = 0
      static readonly InputPullUp = 1
      static readonly Output = 8
      static readonly Rising = 1
      static readonly Falling = 2
      private readonly pin: object
      constructor({ pin, mode, edge, initialValue, onReadable }: ConstructorParameters<ModdableIo['Digital']>[0]) {
        this.pin = pins[pin]!
        if (mode === Digital.Output) this.write(initialValue ?? 0)
        else if (onReadable !== undefined && edge !== undefined) {
          board.watch(this.pin, ({ state }) => {
            if ((edge & (state ? Digital.Rising : Digital.Falling)) !== 0 && !globalThis.spineHangs) onReadable()
          })
        }
      }

      read(): number { return board.level(this.pin) }
      write(level: number): void { board.write(this.pin, level) }
      close(): void { /* free again */ }
    }
  }

  private pwm(): ModdableIo['PWM'] {
    const { board, pins } = this
    return class PWM {
      readonly resolution = PWM_BITS
      private readonly pin: object
      constructor({ pin }: { readonly pin: number }) {
        this.pin = pins[pin]!
        this.write(0)
      }

      write(value: number): void { board.write(this.pin, value / ((1 << PWM_BITS) - 1)) }
    }
  }

  private analog(wires: readonly string[]): ModdableIo['Analog'] {
    const { board, pins } = this
    const sampled = (name: string): boolean => name.endsWith('.current') && wires.includes(name.replace('current', 'plug'))
    return class Analog {
      readonly resolution = ADC_BITS
      private readonly pin: object
      private readonly sampled: boolean
      constructor({ pin }: { readonly pin: number }) {
        this.pin = pins[pin]!
        this.sampled = sampled(wires[pin]!)
      }

      read(): number { return steps(this.sampled ? board.sampledCurrent(this.pin) : board.analog(this.pin), ADC_BITS) }
    }
  }

  private pulseCount(): ModdableIo['PulseCount'] {
    const { board, pins } = this
    return class PulseCount {
      private readonly pin: object
      constructor({ signal }: { readonly signal: number }) { this.pin = pins[signal]! }
      read(): number { return board.pulses(this.pin) * EDGES }
    }
  }

  private spi(): ModdableIo['SPI'] {
    const { board } = this
    let selected = false
    return class SPI {
      transfer(buffer: Uint8Array): void {
        // An instruction begins with the falling of chip select.
        if (selected) throw new Error('the chip was not deselected')
        selected = true
        buffer.set(board.transfer(buffer))
      }

      flush(deselect: boolean): void { if (deselect) selected = false }
    }
  }

  private serial(): ModdableIo['Serial'] {
    return class Serial {
      constructor(_options: SerialOptions) { throw new Error('nothing is at its serial line') }
      read(): undefined { return undefined }
      write(): void { /* nobody hears it */ }
    }
  }

  private flash(): FlashIo {
    return {
      eraseBlock: block => flash.erase(block * PAGE_BYTES),
      read: (buffer, address) => {
        buffer.set(flash.read(address, buffer.length))
        return buffer.length
      },
      write: (buffer, address) => flash.write(address, buffer),
    }
  }

  private oneWire(): ModdableIo['OneWire'] {
    const { board, pins } = this
    return class OneWire {
      private readonly memory: { reset: () => boolean, read: (count: number) => Uint8Array }
      constructor({ pin }: { readonly pin: number }) {
        this.memory = new board.constructorOfOneWire(pins[pin]!) as typeof this.memory
      }

      reset(): boolean { return this.memory.reset() }
      write(): void { /* reads are from address 0 */ }
      read(count: number): ArrayBuffer { return this.memory.read(count).slice().buffer }
    }
  }

  /** Whole milliseconds of the system's count. */
  private after(fire: () => void, delay_ms: number): number {
    const { hal, board } = this
    const now = hal.now()
    return hal.after(Math.floor(now) + delay_ms - now, () => board.within(fire))
  }

  private unlessHung(callback: () => void): void {
    if (!globalThis.spineHangs) callback()
  }

  private timer(run: (callback: () => void) => void): object {
    const repeat = (fire: () => void, period_ms: number): void => {
      this.after(() => {
        repeat(fire, period_ms)
        run(fire)
      }, period_ms)
    }
    return {
      set: (fire: () => void, delay_ms: number) => ({ handle: this.after(() => run(fire), delay_ms) }),
      clear: (timer: { readonly handle: number }) => this.hal.cancel(timer.handle),
      repeat,
    }
  }

  private blockCipher(): new (name: string, key: ArrayBuffer) => { encrypt: (block: ArrayBuffer) => ArrayBuffer } {
    return class BlockCipher {
      private readonly key: Uint8Array
      constructor(_name: string, key: ArrayBuffer) { this.key = new Uint8Array(key) }
      encrypt(block: ArrayBuffer): ArrayBuffer {
        return ecb(this.key, { disablePadding: true }).encrypt(new Uint8Array(block)).slice(0, BLOCK_BYTES).buffer
      }
    }
  }

  private worker(): new () => { postMessage: (setup: SamplerSetup) => void } {
    const { sampler } = this
    const modules = (): Record<string, unknown> => this.modules
    // Its timers are its own machine's.
    const own = (): Record<string, unknown> => ({ ...this.modules, timer: this.timer(callback => callback()) })
    return class Worker {
      private readonly self: SamplerSelf = { onmessage: () => undefined }
      constructor() {
        globalThis.spineModules = own()
        sampler(this.self)
        globalThis.spineModules = modules()
      }

      postMessage(setup: SamplerSetup): void { this.self.onmessage(setup) }
    }
  }
}

const enter = globalThis.spineBoard

globalThis.spineMachine = (wires, sampler, program) => enter((hal) => {
  globalThis.spineModules = new Chip(hal, wires, sampler).modules
  globalThis.spineHangs = false
  Object.assign(globalThis, { System: { restart: () => hal.restart() }, trace: (...texts: string[]) => hal.log(texts.join('')) })
  program()
})
