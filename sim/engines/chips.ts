import { type CanSpi, FlashNvm } from '#firmware/boards/index.ts'
import type { EspruinoFlash } from '#firmware/boards/espruino/index.ts'
import type { Hal, Nvm } from '#firmware/index.ts'
import { ChipCan } from '../host/index.ts'

const PAGES = 2
const PAGE_BYTES = 4096
const ERASED = 0xff
const KEYS = 256

/** The SPI port of a hub's CAN controller. @throws Error where that has no registers. */
export function spiOf(hal: Hal): CanSpi {
  const can = hal.can[0]
  if (!(can instanceof ChipCan)) throw new Error('the car\'s controllers have no registers: make it with REGISTERS')
  return can.spi
}

/** The flash of an emulated board, which keeps its bytes over resets. */
export class BoardFlash implements EspruinoFlash {
  private readonly bytes = new Uint8Array(PAGES * PAGE_BYTES).fill(ERASED)

  read(length: number, address: number): Uint8Array {
    return this.bytes.slice(address, address + length)
  }

  write(bytes: Uint8Array, address: number): void {
    bytes.forEach((byte, i) => { this.bytes[address + i]! &= byte })
  }

  /** `address`: any within the page. */
  erasePage(address: number): void {
    const start = address - address % PAGE_BYTES
    this.bytes.fill(ERASED, start, start + PAGE_BYTES)
  }

  /** The record of a key as the board's firmware keeps it. */
  record(key: number): Uint8Array | undefined {
    return this.nvm().read(key)
  }

  /** Takes the records that the factory made into a memory that is still empty. */
  learn(factory: Pick<Nvm, 'read'>): void {
    if (this.bytes.some(byte => byte !== ERASED)) return
    const nvm = this.nvm()
    for (let key = 0; key < KEYS; key++) {
      const record = factory.read(key)
      if (record !== undefined) nvm.write(key, record)
    }
  }

  /** Finds its records anew each time, as the firmware writes others. */
  private nvm(): FlashNvm {
    return new FlashNvm({
      pageBytes: PAGE_BYTES,
      read: (address, into, length) => into.set(this.read(length, address)),
      write: (address, bytes, length) => this.write(bytes.subarray(0, length), address),
      erase: address => this.erasePage(address),
    })
  }
}
