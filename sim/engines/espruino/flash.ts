import { FlashNvm } from '#firmware/boards/index.ts'
import type { EspruinoFlash } from '#firmware/boards/espruino/index.ts'
import type { Nvm } from '#firmware/index.ts'

const FLASH_BYTES = 8192
const PAGE_BYTES = 4096
const ERASED = 0xff
const KEYS = 256

/** The flash of an emulated board, which keeps its bytes over resets. */
export class BoardFlash implements EspruinoFlash {
  private readonly bytes = new Uint8Array(FLASH_BYTES).fill(ERASED)

  read(length: number, address: number): Uint8Array {
    return this.bytes.slice(address, address + length)
  }

  write(bytes: Uint8Array, address: number): void {
    bytes.forEach((byte, i) => { this.bytes[address + i]! &= byte })
  }

  erasePage(address: number): void {
    const start = address - address % PAGE_BYTES
    this.bytes.fill(ERASED, start, start + PAGE_BYTES)
  }

  /** Records that the factory made, into a memory that is still empty. */
  learn(factory: Nvm): void {
    if (this.bytes.some(byte => byte !== ERASED)) return
    const nvm = new FlashNvm({
      pageBytes: PAGE_BYTES,
      read: (address, into, length) => into.set(this.read(length, address)),
      write: (address, bytes, length) => this.write(bytes.subarray(0, length), address),
      erase: address => this.erasePage(address),
    })
    for (let key = 0; key < KEYS; key++) {
      const record = factory.read(key)
      if (record !== undefined) nvm.write(key, record)
    }
  }
}
