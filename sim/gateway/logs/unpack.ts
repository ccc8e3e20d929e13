import { unpackLz4, unpackLz4Part } from './lz4.ts'

/** What others pack parts of a log with. `missing`: this program cannot, why. */
export type Unpacked = { readonly bytes: Uint8Array } | { readonly missing: string } | undefined

/** Unpacks to exactly so many bytes; undefined: what is packed is broken. Never throws. */
export function unpack(how: string, packed: Uint8Array, size: number): Unpacked {
  switch (how) {
    case '': return packed.length === size ? { bytes: packed } : undefined
    case 'lz4': {
      const bytes = new Uint8Array(size)
      return unpackLz4(packed, bytes) ? { bytes } : undefined
    }
    case 'zstd': return unpackZstd(packed, size)
    default: return { missing: '' }
  }
}

/** Unpacks what there is of at most so many bytes whose end was cut off. */
export function unpackPart(how: string, packed: Uint8Array, size: number): Uint8Array {
  if (how === '') return packed.subarray(0, size)
  if (how !== 'lz4') return packed.subarray(0, 0)
  const bytes = new Uint8Array(size)
  return bytes.subarray(0, unpackLz4Part(packed, bytes))
}

function unpackZstd(packed: Uint8Array, size: number): Unpacked {
  // Asked for when it is needed: neither browsers nor Node before 22.15 have it.
  const zlib: object | undefined = globalThis.process?.getBuiltinModule?.('node:zlib')
  if (!hasZstd(zlib)) return { missing: ' by this version of Node; 22.15 and later can' }
  try {
    const bytes = zlib.zstdDecompressSync(packed, { maxOutputLength: Math.max(1, size) })
    return bytes.length === size ? { bytes } : undefined
  } catch {
    return undefined
  }
}

interface Zstd { zstdDecompressSync(packed: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array }

function hasZstd(zlib: object | undefined): zlib is Zstd {
  return zlib !== undefined && 'zstdDecompressSync' in zlib
}
