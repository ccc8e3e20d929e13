const MOST_AT_ONCE = 8192

/** Bytes as text, a character a byte. (TextDecoder's Latin-1 is Windows-1252.) */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = ''
  for (let at = start; at < end; at += MOST_AT_ONCE) {
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, Math.min(end, at + MOST_AT_ONCE)))
  }
  return text
}

/** Writes text, a byte a character; answers where it ends. */
export function putLatin1(text: string, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  return at + text.length
}

/** Text as bytes of its own, a byte a character. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}
