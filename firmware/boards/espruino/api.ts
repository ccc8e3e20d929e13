/** A pin of the interpreter: known by identity alone. */
export type Pin = object

export interface WatchEvent {
  /** Level after the edge. */
  readonly state: boolean
  /** Level of the pin that was named as `data` when the edge came. */
  readonly data?: boolean
}

export interface WatchOptions {
  readonly repeat: true
  readonly edge: 'rising' | 'falling' | 'both'
  readonly data?: Pin
}

export interface EspruinoSpi {
  setup(options: { sck: Pin, miso: Pin, mosi: Pin, baud: number }): void
  /** Sends bytes while `nss` is low; answers what came back. */
  send(bytes: Uint8Array, nss: Pin): Uint8Array
}

export interface EspruinoSerial {
  setup(baud: number): void
  write(bytes: Uint8Array | string): void
  on(event: 'data', handler: (data: string) => void): void
  removeAllListeners(event: 'data'): void
}

export interface EspruinoOneWire {
  /** True: a memory answers. */
  reset(): boolean
  skip(): void
  write(bytes: number | number[]): void
  read(count: number): Uint8Array
}

export interface EspruinoFlash {
  read(length: number, address: number): Uint8Array
  write(bytes: Uint8Array, address: number): void
  erasePage(address: number): void
}

/** What the board's code uses of Espruino (its reference, version 2v29). Handed in, so that tests can be the interpreter. */
export interface Espruino {
  /** Seconds. */
  getTime(): number
  setTimeout(fire: () => void, delay_ms: number): number
  clearTimeout(handle: number): void
  digitalRead(pin: Pin): number
  digitalWrite(pin: Pin, level: boolean): void
  analogRead(pin: Pin): number
  analogWrite(pin: Pin, value: number, options: { freq: number }): void
  pinMode(pin: Pin, mode: 'input' | 'input_pullup' | 'output' | 'opendrain'): void
  setWatch(handler: (event: WatchEvent) => void, pin: Pin, options: WatchOptions): void
  /** Of the pins, by their name on the board. */
  pin(name: string): Pin
  oneWire(pin: Pin): EspruinoOneWire
  readonly spi: EspruinoSpi
  /** The port of this name. */
  serial(line: 'USB' | 'Serial1'): EspruinoSerial
  readonly flash: EspruinoFlash
  /** Unique number of the chip, hexadecimal with dashes. */
  getSerial(): string
  random(): number
  /** AES-128 of one block; undefined where the build has none, or no random numbers of the chip's own: such a hub takes no keys. */
  readonly aes: ((key: Uint8Array, block: Uint8Array) => Uint8Array) | undefined
  temperature_C(): number
  enableWatchdog(timeout_s: number): void
  kickWatchdog(): void
  /** Sleeps deeply whenever nothing is to do, where the build can. */
  deepSleep(on: boolean): void
  /** The console is on this line again. */
  takeConsole(line: 'USB' | 'Serial1'): void
  /** What a callback throws and nobody catches comes here. */
  onUncaught(handler: (thrown: unknown) => void): void
  /** Timers and watches of pins are gone: nothing that was asked for calls back any more. */
  forgetAll(): void
  /** Resets the chip at once. */
  reboot(): void
  log(text: string): void
}
