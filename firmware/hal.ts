import type { CanState, ImageEngine, ResetCause } from '#protocol/index.ts'

/**
 * All that a hub's firmware knows of its board. The simulator, an Espruino with an MCP2515 and an Espruino on a UART
 * each give one `Hal` to `createHub(hal)`; nothing else of a board is reachable from firmware.
 *
 * Units: time in ms since boot (resolution 0.1 ms or better), volts, amperes, °C. Callbacks come one at a time, never
 * from within a call into the Hal.
 */
export interface Hal {
  /** Location code 1–8 from the coding pins of the car-side connector (`LOCATION`), read once at boot. */
  readonly location: number
  /** Why the board booted (`RESET_CAUSE`). */
  readonly resetCause: ResetCause
  /** Unique number of the board, 21 bits, for the J1939 NAME. */
  readonly serial: number
  /** Of the image that runs, see `imageVersion`. */
  readonly version: number
  /** One or two CAN ports: spine A, spine B. */
  readonly can: CanPort[]
  readonly ports: Port[]
  readonly nvm: Nvm
  /** Raw flash for two images; undefined on a board that has no room for them: it refuses updates. */
  readonly flash: Flash | undefined
  /** Longest gap between two control ticks of 10 ms that the board guarantees, ms; Infinity: none. */
  readonly gap_ms: number
  now(): number
  /** Calls `fire` once after `delay_ms` (≥ 0). Returns a handle > 0. */
  after(delay_ms: number, fire: () => void): number
  cancel(handle: number): void
  supply_V(): number
  /** Of a board with two feeds: the voltage of feed 0 (spine A) or 1 (B) before its ideal diode, V. Undefined: it measures none. */
  readonly feed_V: ((feed: number) => number) | undefined
  /**
   * Of a board with two feeds: calls `read` while the transistors of both ideal diodes are off, for the 0.1 ms that some readings take;
   * their body diodes carry what the hub draws meanwhile. Undefined: it cannot switch them.
   */
  readonly openDiodes: ((read: () => void) => void) | undefined
  temperature_C(): number
  /**
   * Vertical acceleration of the door without gravity, up positive, m/s²: the mean since the last call, sampled at 1 kHz
   * or faster. NaN: the board has no accelerometer.
   */
  acceleration_m_s2(): number
  /** Uniform in [0, 1). Of the chip's noise on a board that takes keys: challenges must not be foreseen. */
  random(): number
  /**
   * AES-128-CMAC (RFC 4493) of the first `length` bytes of `data`, 16 bytes to the front of `into`. Undefined on a board without
   * AES: such a hub takes no keys.
   */
  readonly cmac: ((key: Uint8Array, data: Uint8Array, length: number, into: Uint8Array) => void) | undefined
  kickWatchdog(): void
  /** Boots anew when the present callback returns, with the cause `requested`. */
  restart(): void
  /**
   * Puts the board to sleep when the present callback returns. Asleep, the processor and the watchdog stand still, the
   * CAN controllers are in sleep mode behind their wake-up filter: what waited in their transmit buffers is dropped
   * without `onSent`, and they neither receive nor acknowledge. The ports stay as they are. A dominant level on a bus,
   * an edge at an input and a change of presence wake the board: `woken` is called first, then the callback of what
   * woke it. The frame that wakes it is lost, and so may be those of the next milliseconds. `now()` goes on; timers
   * that ran out meanwhile fire after `woken`. `byBus`: it was a bus. `deaf`: a bit for each CAN port that does not wake it.
   */
  sleep(woken: (byBus: boolean) => void, deaf: number): void
  log(text: string): void
}

/** A CAN controller with the abilities of an MCP2515: three transmit buffers, six filters behind two masks. */
export interface CanPort {
  /** Copies an extended data frame into a transmit buffer. `false`: all are full, nothing was sent. */
  send(id: number, data: Uint8Array, length: number): boolean
  /** Takes a frame that has not won the bus yet out of its buffer. `true` if one was there. */
  abort(id: number): boolean
  /** Sets masks and filters for extended data frames; resets the controller, so it is called once, at boot. */
  filter(first: FilterBank, second: FilterBank): void
  /** `data` is the controller's buffer: valid during the call only. */
  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void
  /** A transmit buffer became free: a frame was acknowledged, or aborted. */
  onSent(handler: (id: number) => void): void
  tec(): number
  rec(): number
  /** `CAN_STATE`. */
  state(): CanState
  /** Frames the controller lost because both receive buffers were full, since boot. */
  overflows(): number
  /** Leaves bus-off: begins to count 128 × 11 recessive bits (ISO 11898-1). */
  recover(): void
}

/** One receive buffer's acceptance: a frame passes if `(id & mask) === (filters[n] & mask)` for any n. An empty list passes nothing. */
export interface FilterBank {
  readonly mask: number
  /** At most 2 for the first bank, 4 for the second. */
  readonly filters: readonly number[]
}

/** A socket for one component: a switched, metered, current-limited feed and the local I/O of `protocol/plug.ts`. */
export interface Port {
  present(): boolean
  onPresence(handler: (present: boolean) => void): void
  /** Reads the 1-Wire memory; empty when nothing answers. */
  descriptor(): Uint8Array
  /** Switches the feed; off at boot. Switching on again clears a trip. */
  power(on: boolean): void
  /** Current at which the eFuse regulates; it latches off after 500 ms of that. */
  limit(current_A: number): void
  /** Current drawn now. */
  current_A(): number
  /** Ends an interval of which `mean_A` and `meanPlug_V` speak, and begins the next. */
  takeMeans(): void
  /**
   * Mean current drawn over the interval that the last `takeMeans` ended, sampled at 1 kHz or faster, A. NaN: the board
   * takes no means.
   */
  mean_A(): number
  /** Mean voltage at the plug over the same interval, V; below the supply when the eFuse regulates. NaN as `mean_A`. */
  meanPlug_V(): number
  tripped(): boolean
  /** H-bridge or PWM, −1…1 (one-way loads 0…1). 0 lets the output float. */
  drive(channel: number, duty: number): void
  /**
   * As `drive`, of a motor that can press a hand: the board itself takes it away (the output floats, or is shorted) when `hold_ms()` pass
   * without the next call for this channel, and not before; `drive` and `brake` end that watch. Firmware that hangs cannot do it: it
   * takes a one-shot, a timer's interrupt in the board's own code, or a bridge with a watchdog of its own.
   */
  driveWatched(channel: number, duty: number): void
  /** After how long, ms; Infinity: the board has no such thing, and a watched output stays as it is. */
  hold_ms(): number
  /** Shorts the motor on this channel until the next `drive`. */
  brake(channel: number): void
  /** Signed pulse count since boot. */
  pulses(channel: number): number
  /** 0–1 of the reference. */
  analog(channel: number): number
  input(channel: number): boolean
  /** Every edge, undebounced. */
  onInput(handler: (channel: number, level: boolean) => void): void
  /** Registers of a component with a local serial line. */
  write(register: number, value: number): void
  read(register: number): number
}

/** Small records that survive a reset. Keys are 0–255. Written only while no motor runs. */
export interface Nvm {
  /** Undefined when the record was never written or neither copy is intact. */
  read(key: number): Uint8Array | undefined
  write(key: number, bytes: Uint8Array): void
}

/**
 * Raw flash as chips have it: words are written, which turns ones into zeros, and pages are erased, which makes all of
 * them ones. Whatever is under way when the power fails is left half done. First two pages for the journal of updates,
 * then the areas A and B, each at the beginning of a page. Addresses are bytes from the first of these pages.
 */
export interface Flash {
  readonly pageBytes: number
  /** 1, 2, 4 or 8. */
  readonly wordBytes: number
  /** Pages of one area. */
  readonly areaPages: number
  /** `IMAGE_ENGINE` that runs here. */
  readonly engine: ImageEngine
  /** Reads into the front of `into`. */
  read(address: number, into: Uint8Array, length: number): void
  /** Erases the page that begins at `address`; the board may stand still for 50 ms. */
  erase(address: number): void
  /** Writes whole words. */
  write(address: number, bytes: Uint8Array, length: number): void
  /** SHA-256 of a range, to the front of `into`. */
  hash(address: number, length: number, into: Uint8Array): void
}
