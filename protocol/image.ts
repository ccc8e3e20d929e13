import type { CodeOf, NameOf } from './enums.ts'
import { HUB_TYPE, type HubType } from './locations.ts'
import { Sha256, SHA256_BYTES } from './sha256.ts'

/**
 * A firmware image as a file, on the bus and in flash: a header, then the payload that the engine runs. Little endian:
 *
 * | bytes | what |
 * |---|---|
 * | 0–31 | SHA-256 of all that follows |
 * | 32–35 | `SPIN` |
 * | 36 | format, 1 |
 * | 37 | hub type, `HUB_TYPE` |
 * | 38 | engine, `IMAGE_ENGINE` |
 * | 39 | 0 |
 * | 40–43 | version: patch (2 bytes), minor, major |
 * | 44–47 | length of the payload, bytes |
 */
export interface ImageHeader {
  readonly hubType: HubType
  readonly engine: ImageEngine
  /** See `imageVersion`: a greater number is a newer image. */
  readonly version: number
  /** Of the payload, bytes. */
  readonly length: number
}

/** What runs the payload. */
export const IMAGE_ENGINE = { xs: 1, espruino: 2 } as const
export type ImageEngine = CodeOf<typeof IMAGE_ENGINE>
export type ImageEngineName = NameOf<typeof IMAGE_ENGINE>

/** Why an image is refused. `older`: than the one it shall replace. `tooLong`: than the area. */
export const IMAGE_FAULT = { none: 0, notImage: 1, format: 2, hubType: 3, engine: 4, truncated: 5, tooLong: 6, hash: 7, older: 8 } as const
export type ImageFault = CodeOf<typeof IMAGE_FAULT>

export const IMAGE_HEADER_BYTES = 48
const MAGIC = [0x53, 0x50, 0x49, 0x4e] as const
const FORMAT = 1
const MAGIC_AT = SHA256_BYTES
const FORMAT_AT = 36
const TYPE_AT = 37
const ENGINE_AT = 38
const VERSION_AT = 40
const LENGTH_AT = 44

const MOST_PATCH = 0xffff
const MOST = 0xff

function part(name: string, value: number, most: number): number {
  if (value >= 0 && value <= most && Math.floor(value) === value) return value
  throw new RangeError(`${name} ${value} of a version is not a whole number in 0…${most}`)
}

/** `imageVersion(1, 2, 3)` is the number of version 1.2.3. @throws RangeError */
export function imageVersion(major: number, minor: number, patch: number): number {
  return part('major', major, MOST) * 0x100_0000 + part('minor', minor, MOST) * 0x1_0000 + part('patch', patch, MOST_PATCH)
}

/** `1.2.3` of its number. */
export function versionText(version: number): string {
  return `${version >>> 24}.${version >>> 16 & 0xff}.${version & 0xffff}`
}

function readWord(bytes: Uint8Array, from: number): number {
  return (bytes[from]! | bytes[from + 1]! << 8 | bytes[from + 2]! << 16 | bytes[from + 3]! << 24) >>> 0
}

function writeWord(bytes: Uint8Array, from: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[from + i] = value >>> 8 * i & 0xff
}

/** Version of an image whose header is in `bytes`. */
export function imageVersionOf(bytes: Uint8Array): number {
  return readWord(bytes, VERSION_AT)
}

/** Length of the payload of an image whose header is in `bytes`. */
export function imageLengthOf(bytes: Uint8Array): number {
  return readWord(bytes, LENGTH_AT)
}

/**
 * Whether `header`, at least 48 bytes of it, is that of an image for this hub type and engine that fits into `room`
 * bytes, header included. The digest is not checked.
 */
export function headerFault(header: Uint8Array, hubType: HubType, engine: ImageEngine, room: number): ImageFault {
  for (let i = 0; i < MAGIC.length; i++) if (header[MAGIC_AT + i] !== MAGIC[i]) return IMAGE_FAULT.notImage
  if (header.length < IMAGE_HEADER_BYTES) return IMAGE_FAULT.truncated
  if (header[FORMAT_AT] !== FORMAT) return IMAGE_FAULT.format
  if (header[TYPE_AT] !== hubType) return IMAGE_FAULT.hubType
  if (header[ENGINE_AT] !== engine) return IMAGE_FAULT.engine
  return imageLengthOf(header) + IMAGE_HEADER_BYTES > room ? IMAGE_FAULT.tooLong : IMAGE_FAULT.none
}

/** Reads the header of a file; undefined when it is none of ours. Type and engine may be unknown to this program. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  if (bytes.length < IMAGE_HEADER_BYTES || bytes[FORMAT_AT] !== FORMAT) return undefined
  for (let i = 0; i < MAGIC.length; i++) if (bytes[MAGIC_AT + i] !== MAGIC[i]) return undefined
  const hubType = bytes[TYPE_AT] as HubType
  const engine = bytes[ENGINE_AT] as ImageEngine
  return { hubType: hubType, engine: engine, version: imageVersionOf(bytes), length: imageLengthOf(bytes) }
}

function digestOf(image: Uint8Array): Uint8Array {
  const digest = new Uint8Array(SHA256_BYTES)
  const hash = new Sha256()
  hash.update(image, SHA256_BYTES, image.length)
  hash.digest(digest)
  return digest
}

/** The image of a payload. */
export function packImage(hubType: HubType, engine: ImageEngine, version: number, payload: Uint8Array): Uint8Array {
  const image = new Uint8Array(IMAGE_HEADER_BYTES + payload.length)
  image.set(MAGIC, MAGIC_AT)
  image[FORMAT_AT] = FORMAT
  image[TYPE_AT] = hubType
  image[ENGINE_AT] = engine
  writeWord(image, VERSION_AT, version)
  writeWord(image, LENGTH_AT, payload.length)
  image.set(payload, IMAGE_HEADER_BYTES)
  image.set(digestOf(image), 0)
  return image
}

/** What is wrong with a whole image as a file, whatever hub it is for: `none`, `notImage`, `format`, `truncated`, `hash`. */
export function imageFault(image: Uint8Array): ImageFault {
  const header = readImageHeader(image)
  if (header === undefined) return headerFault(image, HUB_TYPE.door, IMAGE_ENGINE.xs, Infinity)
  const whole = header.length + IMAGE_HEADER_BYTES
  if (image.length !== whole) return image.length < whole ? IMAGE_FAULT.truncated : IMAGE_FAULT.tooLong
  const digest = digestOf(image)
  for (let i = 0; i < SHA256_BYTES; i++) if (digest[i] !== image[i]) return IMAGE_FAULT.hash
  return IMAGE_FAULT.none
}
