import { headerFault, type HubType, IMAGE_FAULT, IMAGE_HEADER_BYTES, type ImageFault, imageLengthOf, imageVersionOf, SHA256_BYTES } from '#protocol/index.ts'
import type { Flash } from '../hal.ts'
import { JOURNAL_PAGES } from './journal.ts'

/** Address of the first byte of area 0 or 1. */
export function areaAddress(flash: Flash, area: number): number {
  return (JOURNAL_PAGES + area * flash.areaPages) * flash.pageBytes
}

export function areaBytes(flash: Flash): number {
  return flash.areaPages * flash.pageBytes
}

/** Version of the image in an area that holds a whole one. */
export function versionIn(flash: Flash, area: number): number {
  const header = new Uint8Array(IMAGE_HEADER_BYTES)
  flash.read(areaAddress(flash, area), header, IMAGE_HEADER_BYTES)
  return imageVersionOf(header)
}

/** The payload of the image in an area that holds a whole one. */
export function imageIn(flash: Flash, area: number): Uint8Array {
  const header = new Uint8Array(IMAGE_HEADER_BYTES)
  flash.read(areaAddress(flash, area), header, IMAGE_HEADER_BYTES)
  const payload = new Uint8Array(imageLengthOf(header))
  flash.read(areaAddress(flash, area) + IMAGE_HEADER_BYTES, payload, payload.length)
  return payload
}

/** What is wrong with the image in an area, read from its header to its last byte. */
export function areaFault(flash: Flash, area: number, hubType: HubType): ImageFault {
  const header = new Uint8Array(IMAGE_HEADER_BYTES)
  const digest = new Uint8Array(SHA256_BYTES)
  const address = areaAddress(flash, area)
  flash.read(address, header, IMAGE_HEADER_BYTES)
  const fault = headerFault(header, hubType, flash.engine, areaBytes(flash))
  if (fault !== IMAGE_FAULT.none) return fault
  flash.hash(address + SHA256_BYTES, imageLengthOf(header) + IMAGE_HEADER_BYTES - SHA256_BYTES, digest)
  for (let i = 0; i < SHA256_BYTES; i++) if (digest[i] !== header[i]) return IMAGE_FAULT.hash
  return IMAGE_FAULT.none
}
