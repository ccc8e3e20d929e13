import type { Nvm } from '#firmware/index.ts'

/** Largest record, bytes. */
const NVM_RECORD_BYTES = 128
const LARGEST_KEY = 255

/** The memory of one board that survives resets and power loss. */
export class NvmStore implements Nvm {
  private readonly records = new Map<number, Uint8Array>()
  /** Records written since the store was made: flash wears. */
  writes = 0

  read(key: number): Uint8Array | undefined {
    requireKey(key)
    return this.records.get(key)?.slice()
  }

  write(key: number, bytes: Uint8Array): void {
    requireKey(key)
    if (bytes.length > NVM_RECORD_BYTES) {
      throw new RangeError(`NVM record ${key} has ${bytes.length} bytes; at most ${NVM_RECORD_BYTES} fit`)
    }
    this.records.set(key, bytes.slice())
    this.writes++
  }

  /** A fault: neither copy of the record is intact any more. */
  lose(key: number): void {
    requireKey(key)
    this.records.delete(key)
  }

  /** A new board. */
  erase(): void {
    this.records.clear()
  }
}

function requireKey(key: number): void {
  if (Number.isInteger(key) && key >= 0 && key <= LARGEST_KEY) return
  throw new RangeError(`NVM key ${key} is not a whole number in 0…${LARGEST_KEY}`)
}
