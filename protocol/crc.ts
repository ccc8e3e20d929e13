/** Cyclic redundancy checks, most significant bit first, no reflection. */

/** Remainders of every byte for a polynomial of at most 16 bits; built by linearity, which is quick on a board too. */
function remainders(polynomial: number, width: number): Uint16Array {
  const table = new Uint16Array(256)
  const top = 1 << (width - 1)
  const mask = (top << 1) - 1
  let remainder = top
  for (let bit = 1; bit < 256; bit <<= 1) {
    remainder = ((remainder << 1) & mask) ^ ((remainder & top) !== 0 ? polynomial : 0)
    for (let lower = 0; lower < bit; lower++) table[bit | lower] = remainder ^ table[lower]!
  }
  return table
}

/** CRC-8 with the SAE J1850 polynomial 0x1D. */
export const CRC8_TABLE: Uint16Array = remainders(0x1d, 8)
/** CRC-16 with the CCITT polynomial 0x1021. */
const CRC16_TABLE: Uint16Array = remainders(0x1021, 16)

/** CRC-16 of `data[from]` … `data[to - 1]`, which follow bytes whose CRC-16 is `start`. */
export function crc16On(start: number, data: Uint8Array, from: number, to: number): number {
  let crc = start
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ CRC16_TABLE[(crc >> 8) ^ data[i]!]!
  return crc
}

/** CRC-16/CCITT-FALSE (start 0xFFFF; "123456789" gives 0x29B1) over `data[from]` … `data[to - 1]`. */
export function crc16(data: Uint8Array, from: number, to: number): number {
  return crc16On(0xffff, data, from, to)
}
