/**
 * What the board's code uses of Moddable's SDK: ECMA-419 inputs and outputs, and a few modules of its own. Handed in, so that
 * tests can be the board. Values are those of Moddable's modules; `main.ts` gives the real ones.
 */
export interface DigitalIo {
  read(): number
  write(level: 0 | 1): void
  close(): void
}

export interface DigitalOptions {
  readonly pin: number
  readonly mode: number
  readonly initialValue?: 0 | 1
  readonly edge?: number
  readonly onReadable?: () => void
}

export interface PwmIo {
  /** Bits: `write` takes 0 to 2 to this power, less one. */
  readonly resolution: number
  write(value: number): void
}

export interface AnalogIo {
  /** Bits of what `read` gives. */
  readonly resolution: number
  read(): number
}

/** Four edges a pulse: both edges of both signals. */
export interface PulseCountIo {
  read(): number
}

export interface SpiIo {
  /** Selects the chip, sends the buffer, and puts what came back in its place. */
  transfer(buffer: Uint8Array): void
  /** `true`: deselects it. */
  flush(deselect: boolean): void
}

export interface SerialIo {
  /** Undefined: nothing came. */
  read(): number | ArrayBuffer | undefined
  /** @throws when more than what `onWritable` told is free. */
  write(buffer: Uint8Array): void
}

export interface SerialOptions {
  readonly port: number
  readonly receive: number
  readonly transmit: number
  readonly baud: number
  readonly format: 'buffer'
  readonly onReadable: (count: number) => void
  readonly onWritable: (count: number) => void
}

export interface OneWireIo {
  /** True: a memory answers. */
  reset(): boolean
  write(byte: number): void
  /** Bytes, or a buffer of them. */
  read(count: number): number | Uint8Array | ArrayBuffer
}

export interface FlashIo {
  eraseBlock(block: number): void
  read(buffer: Uint8Array, address: number): number
  write(buffer: Uint8Array, address: number): void
}

/** A machine of its own beside this one, which measures. */
interface SamplerMachine {
  postMessage(message: SamplerSetup): void
}

/** Where the sampler writes and what it is told, and its pins. */
export interface SamplerSetup {
  /** Means and feeds, by socket. */
  readonly words: SharedArrayBuffer
  readonly feeds: SharedArrayBuffer
  readonly sockets: readonly { readonly current: number, readonly plug: number, readonly enable: number }[]
}

interface DigitalClass {
  new (options: DigitalOptions): DigitalIo
  readonly Input: number
  readonly InputPullUp: number
  readonly Output: number
  readonly Rising: number
  readonly Falling: number
}

/** What the sampler uses of its machine. */
export interface SamplerIo {
  readonly Analog: AnalogClass
  readonly Digital: DigitalClass
  microseconds(): number
  every(fire: () => void, period_ms: number): void
}

interface AnalogClass {
  new (options: { readonly pin: number }): AnalogIo
}

/** A timer that was set. */
export type TimerHandle = object

export interface ModdableIo {
  readonly Digital: DigitalClass
  readonly PWM: { new (options: { readonly pin: number, readonly hz: number }): PwmIo }
  readonly Analog: AnalogClass
  readonly PulseCount: { new (options: { readonly signal: number, readonly control: number }): PulseCountIo }
  readonly SPI: {
    new (options: {
      readonly clock: number
      readonly in: number
      readonly out: number
      readonly select: number
      readonly active: 0
      readonly hz: number
      readonly port: number
    }): SpiIo
  }
  readonly Serial: { new (options: SerialOptions): SerialIo }
  readonly OneWire: { new (options: { readonly pin: number }): OneWireIo }
  /** The partition of the flash that has this name. @throws when there is none. */
  openFlash(partition: string): FlashIo
  startSampler(): SamplerMachine
  /** µs since boot; it goes on while the board idles. */
  microseconds(): number
  /** Once, after whole milliseconds of the system's own count. */
  setTimer(fire: () => void, delay_ms: number): TimerHandle
  clearTimer(timer: TimerHandle): void
  /** AES-128 of one block: 16 bytes each. */
  encrypt(key: Uint8Array, block: Uint8Array): Uint8Array
  /** So many bytes of the chip's generator while noise feeds it; nobody uses the converter meanwhile. */
  noise(length: number): Uint8Array
  /** Why it booted, as ESP-IDF counts it (`esp_reset_reason_t`). */
  resetReason(): number
  restart(): void
  log(text: string): void
}
