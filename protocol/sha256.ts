/** SHA-256 (FIPS 180-4), for hosts and for boards whose Hal has none of its own. */

const BLOCK_BYTES = 64
const LENGTH_BYTES = 8
const ROUNDS = 64
export const SHA256_BYTES = 32

const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const

const K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
] as const

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

/** Computes one digest: `update` as often as needed, then `digest` once. */
export class Sha256 {
  private readonly state: Int32Array
  private readonly words: Int32Array
  private readonly block: Uint8Array
  private filled: number
  private total: number

  constructor() {
    this.state = new Int32Array(START.length)
    for (let i = 0; i < START.length; i++) this.state[i] = START[i]!
    this.words = new Int32Array(ROUNDS)
    this.block = new Uint8Array(BLOCK_BYTES)
    this.filled = 0
    this.total = 0
  }

  /** Takes `data[from]` … `data[to - 1]`. */
  update(data: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.put(data[i]!)
    this.total += to - from
  }

  /** Writes the 32 bytes of the digest to the front of `into`. */
  digest(into: Uint8Array): void {
    const bits = this.total * 8
    this.put(0x80)
    while (this.filled !== BLOCK_BYTES - LENGTH_BYTES) this.put(0)
    const high = Math.floor(bits / 0x1_0000_0000)
    for (let shift = 24; shift >= 0; shift -= 8) this.put(high >>> shift & 0xff)
    for (let shift = 24; shift >= 0; shift -= 8) this.put(bits >>> shift & 0xff)
    for (let i = 0; i < SHA256_BYTES; i++) into[i] = this.state[i >> 2]! >>> (24 - 8 * (i & 3)) & 0xff
  }

  private put(byte: number): void {
    this.block[this.filled++] = byte
    if (this.filled === BLOCK_BYTES) this.compress()
  }

  private compress(): void {
    const words = this.words
    const block = this.block
    for (let i = 0; i < ROUNDS; i++) {
      if (i < 16) {
        words[i] = block[4 * i]! << 24 | block[4 * i + 1]! << 16 | block[4 * i + 2]! << 8 | block[4 * i + 3]!
      } else {
        const near = words[i - 2]!
        const far = words[i - 15]!
        const low = rotate(far, 7) ^ rotate(far, 18) ^ far >>> 3
        const high = rotate(near, 17) ^ rotate(near, 19) ^ near >>> 10
        words[i] = words[i - 16]! + words[i - 7]! + low + high
      }
    }
    const state = this.state
    let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!
    for (let i = 0; i < ROUNDS; i++) {
      const first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (e & f ^ ~e & g) + K[i]! + words[i]!
      const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b ^ a & c ^ b & c)
      h = g
      g = f
      f = e
      e = d + first | 0
      d = c
      c = b
      b = a
      a = first + second | 0
    }
    state[0] = state[0]! + a
    state[1] = state[1]! + b
    state[2] = state[2]! + c
    state[3] = state[3]! + d
    state[4] = state[4]! + e
    state[5] = state[5]! + f
    state[6] = state[6]! + g
    state[7] = state[7]! + h
    this.filled = 0
  }
}
