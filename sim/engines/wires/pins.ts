import type { BoardPins, PortPins } from '#firmware/boards/index.ts'

/** Full scales are powers of two: what the converter gives is then exactly what the pin has. */
export const FULL_SCALE = 32
/** Most channels of a kind at one socket. */
const DRIVES = 8
const ANALOGS = 8
const INPUTS = 40
const CODING_BITS = 4
const NVM_BYTES = 4096

const names = (port: number, kind: string, count: number): string[] => Array.from({ length: count }, (_, channel) => `${port}.${kind}${channel}`)

function portPins(port: number, sampled: boolean): PortPins {
  return {
    ...(sampled && { plug: { pin: `${port}.plug`, scale: FULL_SCALE } }),
    enable: `${port}.enable`,
    limit: { pin: `${port}.limit`, scale: FULL_SCALE },
    fault: `${port}.fault`,
    current: { pin: `${port}.current`, scale: FULL_SCALE },
    present: `${port}.present`,
    oneWire: `${port}.oneWire`,
    drives: names(port, 'forward', DRIVES).map((a, channel) => ({ a, b: `${port}.backward${channel}` })),
    pulses: [{ a: `${port}.hallA`, b: `${port}.hallB` }],
    analogs: names(port, 'analog', ANALOGS),
    inputs: names(port, 'input', INPUTS),
  }
}

/** What an ESP32 with XS promises. */
export const GAP_ms = 35
/** Where a thermometer's full scale and zero are. */
export const TEMPERATURE = { scale: 128, offset: -64 } as const

/**
 * A board with pins for everything: the pins are named after what they are wired to. `sampled`: sockets whose plug voltage is wired, so
 * that a board that can takes means there; with one of these there is a thermometer too.
 */
export function emulatedPins(ports: number, sampled: readonly number[] = []): BoardPins {
  return {
    name: 'emulated',
    can: { kind: 'mcp2515', sck: 'sck', miso: 'miso', mosi: 'mosi', select: 'select', interrupt: 'interrupt', oscillator_Hz: 16e6 },
    coding: Array.from({ length: CODING_BITS }, (_, bit) => `coding${bit}`),
    supply: { pin: 'supply', scale: FULL_SCALE },
    ...(sampled.length > 0 && { gap_ms: GAP_ms, temperature: { pin: 'temperature', ...TEMPERATURE } }),
    ports: Array.from({ length: ports }, (_, port) => portPins(port, sampled.includes(port))),
    nvm: { addresses: [0, NVM_BYTES], bytes: NVM_BYTES },
  }
}

/** The same with numbers for pins, `D0`, `D1`, …, as chips have them, and what each is wired to. */
export function numberedPins(pins: BoardPins): { readonly pins: BoardPins, readonly wires: readonly string[] } {
  const wires: string[] = []
  const words = new Set(['emulated', 'mcp2515'])
  const text = JSON.stringify(pins, (_key, value: unknown) => typeof value !== 'string' || words.has(value) ? value : `D${wires.push(value) - 1}`)
  return { pins: JSON.parse(text) as BoardPins, wires }
}
