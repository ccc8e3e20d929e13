/** What was stored, if it is a record of this length whose first byte is this version; undefined: none, older, or another's. */
export function recordOf(bytes: Uint8Array | undefined, length: number, version: number): Uint8Array | undefined {
  return bytes !== undefined && bytes.length === length && bytes[0] === version ? bytes : undefined
}
