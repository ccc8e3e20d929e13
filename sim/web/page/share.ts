import { readDrive, type CheckedDrive, type Drive } from '#sim/live/index.ts'

/**
 * A drive as the fragment of an address: JSON, deflated, in base64url. `#drive=…`; what is left out is the sedan, untouched.
 */
const PREFIX = '#drive='
/** Longest text that a link may unfold to: a hostile one unfolds to gigabytes. */
const MOST_BYTES = 4_000_000

/** The fragment that carries a drive. */
export async function driveFragment(drive: Drive): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(drive))
  const packed = await through(text, new CompressionStream('deflate-raw'), Infinity)
  let binary = ''
  for (const byte of packed) binary += String.fromCharCode(byte)
  return PREFIX + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The drive of a fragment; undefined when it carries none. Rejects with one clear line when it is damaged or makes no sense. */
export async function driveOf(fragment: string): Promise<CheckedDrive | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined
  const binary = atob(fragment.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = await through(Uint8Array.from(binary, byte => byte.charCodeAt(0)), new DecompressionStream('deflate-raw'), MOST_BYTES)
  return readDrive(JSON.parse(new TextDecoder().decode(bytes)))
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array> {
  const writer = stream.writable.getWriter()
  const written = writer.write(bytes).then(() => writer.close())
  // It fails together with what is read.
  written.catch(() => undefined)
  const pieces: Uint8Array[] = []
  let length = 0
  const reader = stream.readable.getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) break
    pieces.push(value)
    length += value.length
    if (length > most) throw new RangeError(`the link unfolds to more than ${most} bytes`)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
