const BLOCK_BYTES = 16
const WORD = 0x1_0000_0000

/** Bytes of a seed. */
export const SEED_BYTES = BLOCK_BYTES

/**
 * Random numbers from a seed that nobody can foresee: AES under a key that each number replaces, so that who reads the memory learns
 * nothing of those before. `encrypt` as for `cmacOf`.
 */
export class SeededRandom {
  private readonly encrypt: (key: Uint8Array, block: Uint8Array) => Uint8Array
  private key: Uint8Array

  constructor(encrypt: (key: Uint8Array, block: Uint8Array) => Uint8Array, seed: Uint8Array) {
    this.encrypt = encrypt
    this.key = seed.slice(0, SEED_BYTES)
  }

  /** In [0, 1), 32 bits. */
  next(): number {
    const block = new Uint8Array(BLOCK_BYTES)
    const key = this.encrypt(this.key, block)
    block[0] = 1
    const drawn = this.encrypt(this.key, block)
    this.key = key
    return ((drawn[0]! | drawn[1]! << 8 | drawn[2]! << 16 | drawn[3]! << 24) >>> 0) / WORD
  }
}
