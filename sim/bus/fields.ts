import { BIT_FIELD } from '#protocol/index.ts'
import type { FrameCoder } from './frame-coder.ts'
import { PHASE, type Mac } from './mac.ts'

/** Places outside a frame, by the phase of the node that looks. Codes follow those of `BIT_FIELD`. */
export const OTHER_FIELD = { intermission: 32, errorFlag: 33, overloadFlag: 34, afterFlag: 35, delimiter: 36, idle: 37 } as const

const BASE_FIELDS: readonly [number, number][] = [
  [BIT_FIELD.startOfFrame, 1], [BIT_FIELD.identifier, 11], [BIT_FIELD.remote, 1], [BIT_FIELD.extension, 1], [BIT_FIELD.reserved, 1],
  [BIT_FIELD.length, 4],
]
const EXTENDED_FIELDS: readonly [number, number][] = [
  [BIT_FIELD.startOfFrame, 1], [BIT_FIELD.identifier, 11], [BIT_FIELD.substituteRemote, 1], [BIT_FIELD.extension, 1],
  [BIT_FIELD.identifier, 18], [BIT_FIELD.remote, 1], [BIT_FIELD.reserved, 2], [BIT_FIELD.length, 4],
]

/** FDF is where a classic frame has its first reserved bit, `res` follows as the second. */
const FD_CONTROL: readonly [number, number][] = [
  [BIT_FIELD.reserved, 2], [BIT_FIELD.bitRateSwitch, 1], [BIT_FIELD.errorState, 1], [BIT_FIELD.length, 4],
]
const STUFF_COUNT_BITS = 4

function fieldTable(fields: readonly [number, number][]): readonly [field: number, bit: number][] {
  const used = new Map<number, number>()
  return fields.flatMap(([field, width]) => Array.from({ length: width }, () => {
    const bit = used.get(field) ?? 0
    used.set(field, bit + 1)
    return [field, bit] as [number, number]
  }))
}

const BASE = fieldTable(BASE_FIELDS)
const EXTENDED = fieldTable(EXTENDED_FIELDS)
const FD_BASE = fieldTable([...BASE_FIELDS.slice(0, 4), ...FD_CONTROL])
const FD_EXTENDED = fieldTable([...EXTENDED_FIELDS.slice(0, 6), ...FD_CONTROL])
const NOWHERE = -1

/** Field of the coming bit as this node sees it, provided that it is bit `bit` of it (or the stuff bit before); else −1. */
export function fieldOf(mac: Mac, bit: number, stuff: boolean): number {
  switch (mac.phase) {
    case PHASE.frame: return stuff === mac.coder.atStuffBit ? frameField(mac.coder, bit) : NOWHERE
    case PHASE.intermission: return at(mac, bit, OTHER_FIELD.intermission)
    case PHASE.activeFlag:
    case PHASE.passiveFlag: return at(mac, bit, OTHER_FIELD.errorFlag)
    case PHASE.overloadFlag: return at(mac, bit, OTHER_FIELD.overloadFlag)
    case PHASE.afterFlag: return at(mac, bit, OTHER_FIELD.afterFlag)
    case PHASE.delimiter: return at(mac, bit, OTHER_FIELD.delimiter)
    case PHASE.idle: return OTHER_FIELD.idle
    default: return NOWHERE
  }
}

function at(mac: Mac, bit: number, field: number): number {
  return mac.count === bit ? field : NOWHERE
}

function frameField(coder: FrameCoder, bit: number): number {
  const { pos, tail } = coder
  if (tail >= 3) return bit === tail - 3 ? BIT_FIELD.endOfFrame : NOWHERE
  if (tail >= 0) return bit === 0 ? BIT_FIELD.crcDelimiter + tail : NOWHERE
  const fd = coder.frame.fd
  const header = pos > 13 && coder.frame.extended ? fd ? FD_EXTENDED : EXTENDED : fd ? FD_BASE : BASE
  if (pos < header.length) {
    const [field, index] = header[pos]!
    return index === bit ? field : NOWHERE
  }
  if (pos >= coder.crcStart) return crcField(pos - coder.crcStart, fd, bit)
  return bit === pos - header.length ? BIT_FIELD.data : NOWHERE
}

function crcField(index: number, fd: boolean, bit: number): number {
  if (!fd) return bit === index ? BIT_FIELD.crc : NOWHERE
  if (index < STUFF_COUNT_BITS) return bit === index ? BIT_FIELD.stuffCount : NOWHERE
  return bit === index - STUFF_COUNT_BITS ? BIT_FIELD.crc : NOWHERE
}
