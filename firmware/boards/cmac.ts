const BLOCK_BYTES = 16
/** The polynomial of the field, RFC 4493. */
const REMAINDER = 0x87

/** Twice a block in the field of 2^128 elements, in place. */
function double(block: Uint8Array): void {
  const carry = block[0]! >> 7
  for (let i = 0; i < BLOCK_BYTES; i++) block[i] = block[i]! << 1 | (i + 1 < BLOCK_BYTES ? block[i + 1]! >> 7 : 0)
  if (carry === 1) block[BLOCK_BYTES - 1]! ^= REMAINDER
}

/** AES-128-CMAC (RFC 4493) of what a board has: AES of one block. `encrypt` gives 16 bytes and keeps none of its arguments. */
export function cmacOf(
  encrypt: (key: Uint8Array, block: Uint8Array) => Uint8Array,
): (key: Uint8Array, data: Uint8Array, length: number, into: Uint8Array) => void {
  return (key, data, length, into) => {
    const mask = encrypt(key, new Uint8Array(BLOCK_BYTES))
    const last = length === 0 ? 0 : Math.floor((length - 1) / BLOCK_BYTES) * BLOCK_BYTES
    const whole = length - last === BLOCK_BYTES
    double(mask)
    if (!whole) double(mask)
    let state = new Uint8Array(BLOCK_BYTES)
    for (let from = 0; from <= last; from += BLOCK_BYTES) {
      for (let i = 0; i < BLOCK_BYTES; i++) {
        if (from + i < length) state[i]! ^= data[from + i]!
        else if (from + i === length) state[i]! ^= 0x80
        if (from === last) state[i]! ^= mask[i]!
      }
      state = encrypt(key, state).slice(0, BLOCK_BYTES)
    }
    for (let i = 0; i < BLOCK_BYTES; i++) into[i] = state[i]!
  }
}
