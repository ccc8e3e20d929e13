import type { StubData } from './stub-window.ts'

/** How a board is wired: names of its pins, and what full scale of its converter means. */
export interface BoardPins {
  /** For people. */
  readonly name: string
  /** An MCP2515, or frames through the serial line. */
  readonly can: CanPins | SerialPins
  /** Coding pins, lowest bit first, low = 1. */
  readonly coding: readonly string[]
  /** Where the hub sits, instead of what the coding pins say: told when a board on a desk is flashed. */
  readonly location?: number | undefined
  /** Divider of the supply: volts at full scale. */
  readonly supply: ScaledPin | AssumedSupply
  /** `Hal.gap_ms`; left out: none is guaranteed. */
  readonly gap_ms?: number | undefined
  /** `Hal.version`, put in when a program is made. */
  readonly version?: number
  /** A sensor whose voltage rises with the temperature; without one the chip's own is read, if it has one. */
  readonly temperature?: ScaledPin
  /** On a desk nobody measures it: what a chip's own sensor says may be no degrees, as on an ESP32. */
  readonly assumed_C?: number
  readonly ports: readonly PortPins[]
  /** Windows that are not there, behind the sockets. */
  readonly stubs?: readonly StubData[]
  /**
   * Two areas of flash for records, each at the beginning of a page, and how much of each is used, bytes. Addresses are those of
   * the chip under Espruino, and of the partition `spine` under XS.
   */
  readonly nvm: { readonly addresses: readonly [number, number], readonly bytes: number }
}

export interface CanPins {
  readonly kind: 'mcp2515'
  readonly sck: string
  readonly miso: string
  readonly mosi: string
  readonly select: string
  readonly interrupt: string
  readonly oscillator_Hz: number
}

export interface SerialPins {
  readonly kind: 'serial'
  /** The interpreter's name of the port that leads to the computer. */
  readonly line: 'USB' | 'Serial1'
  readonly baud: number
}

/** A board on a desk measures no supply. */
interface AssumedSupply {
  readonly assumed_V: number
}

/** An analog input: what full scale means above `offset`, which stands for 0 V, in volts, amperes or °C. */
export interface ScaledPin {
  readonly pin: string
  readonly scale: number
  readonly offset?: number
}

/** A socket. What is left out the socket has not. */
export interface PortPins {
  /** Enables the eFuse. */
  readonly enable: string
  /** Sets the eFuse's limit as a PWM; `scale`: A at full scale. */
  readonly limit?: ScaledPin
  /** Fault output of the eFuse, low when it has latched off. */
  readonly fault?: string
  readonly current?: ScaledPin
  /** Behind the eFuse. */
  readonly plug?: ScaledPin
  /** Low while a plug is in. */
  readonly present?: string
  /** Of the descriptor's memory. */
  readonly oneWire?: string
  /** Half bridges by channel: `a` forward, `b` backward; without `b` one way only. */
  readonly drives?: readonly { readonly a: string, readonly b?: string }[]
  /** Pairs of Hall sensors; without `b` a counter of one direction. */
  readonly pulses?: readonly { readonly a: string, readonly b?: string }[]
  readonly analogs?: readonly string[]
  /** Contacts to ground. */
  readonly inputs?: readonly string[]
}

/** What an analog input measures whose converter gives `share` of full scale. */
export function measured(wired: ScaledPin, share: number): number {
  return share * wired.scale + (wired.offset === undefined ? 0 : wired.offset)
}
