import { COMPONENT_CLASS, DESCRIPTOR_STATE } from './catalogue/enums.ts'
import type { DescriptorState } from './catalogue/enums.ts'
import { crc16 } from './crc.ts'

/**
 * What a component says of itself, in the 128 bytes of a 1-Wire EEPROM (DS2431 or alike). Numbers are unsigned, least
 * significant byte first:
 *
 * | byte | content |
 * |---|---|
 * | 0 | 0x53 |
 * | 1 | version of the layout, 1 |
 * | 2 | n: bytes in use, CRC included |
 * | 3 | component class |
 * | 4–5 | maker |
 * | 6–7 | model |
 * | 8–11 | serial number |
 * | 12–13 | idle current, mA |
 * | 14–15 | run current, 10 mA |
 * | 16–17 | peak current (inrush, stall), 10 mA |
 * | 18 … n−3 | class data; a later writer may append, a reader ignores what it does not know |
 * | n−2, n−1 | CRC-16/CCITT-FALSE over bytes 0 … n−3 |
 *
 * Class data: window travel in pulses 2, stall current 2 (10 mA); mirror flags 1; latch flags 1; lamp channels 1, then
 * nominal current 2 each (10 mA); amplifier power 2 (W); switch pack layout 1; vehicle nothing.
 */
export const DESCRIPTOR_BYTES = 128
export const DESCRIPTOR_MAGIC = 0x53
export const DESCRIPTOR_VERSION = 1

const HEAD_BYTES = 18
const CRC_BYTES = 2
const LAMP_CHANNELS_MAX = 8
const LARGEST_CLASS = COMPONENT_CLASS.vehicle

/** Bits of a mirror's flags. */
export const MIRROR_FLAG = { heater: 1, fold: 2 } as const
/** Bits of a latch's flags. */
export const LATCH_FLAG = { cinch: 1, lock: 2 } as const

export interface WindowData {
  /** Hall pulses from closed to open. */
  travel_pulses: number
  stall_A: number
}

export interface MirrorData {
  /** `MIRROR_FLAG` */
  flags: number
}

export interface LatchData {
  /** `LATCH_FLAG` */
  flags: number
}

export interface LampData {
  /** 1–8. */
  channels: number
  /** Current of each channel at full brightness. */
  nominal_A: number[]
}

export interface AmplifierData {
  power_W: number
}

export interface SwitchPackData {
  /** `SWITCH_LAYOUT_CODE` */
  layout: number
}

/** Nothing. */
export type VehicleData = Record<string, never>

interface DescriptorHead {
  /** 0–65535. */
  maker: number
  /** 0–65535. */
  model: number
  /** 32 bits. */
  serial: number
  /** Current with everything off, 0–65.535 A in 1 mA. */
  idle_A: number
  /** Current while it works, 0–655.35 A in 10 mA. */
  run_A: number
  /** Inrush or stall current, 0–655.35 A in 10 mA. */
  peak_A: number
}

type ClassPart =
  | { class: typeof COMPONENT_CLASS.window, data: WindowData }
  | { class: typeof COMPONENT_CLASS.mirror, data: MirrorData }
  | { class: typeof COMPONENT_CLASS.latch, data: LatchData }
  | { class: typeof COMPONENT_CLASS.lamp, data: LampData }
  | { class: typeof COMPONENT_CLASS.amplifier, data: AmplifierData }
  | { class: typeof COMPONENT_CLASS.switchPack, data: SwitchPackData }
  | { class: typeof COMPONENT_CLASS.vehicle, data: VehicleData }

/** What is written into a component. */
export type DescriptorContent = DescriptorHead & ClassPart

/** What is read from one; `data` belongs to `class`. */
export type Descriptor = DescriptorContent & {
  version: number
  /** Its own CRC-16, as ComponentAnnounce reports it. */
  crc: number
}

export interface DescriptorReading {
  /** `DESCRIPTOR_STATE`: `present` when `descriptor` is valid. */
  state: DescriptorState
  /** Undefined unless `state` is `present`. */
  descriptor: Descriptor | undefined
}

function u16(bytes: Uint8Array, first: number): number {
  return bytes[first]! | (bytes[first + 1]! << 8)
}

/** Class data in `bytes[18]` … `bytes[end - 1]`; undefined when they are too few or make no sense. */
function readClassData(code: number, bytes: Uint8Array, end: number): ClassPart['data'] | undefined {
  const room = end - HEAD_BYTES
  if (code === COMPONENT_CLASS.window) {
    return room < 4 ? undefined : { travel_pulses: u16(bytes, 18), stall_A: u16(bytes, 20) / 100 }
  }
  if (code === COMPONENT_CLASS.mirror || code === COMPONENT_CLASS.latch) return room < 1 ? undefined : { flags: bytes[18]! }
  if (code === COMPONENT_CLASS.amplifier) return room < 2 ? undefined : { power_W: u16(bytes, 18) }
  if (code === COMPONENT_CLASS.switchPack) return room < 1 ? undefined : { layout: bytes[18]! }
  if (code === COMPONENT_CLASS.vehicle) return {}
  const channels = room < 1 ? 0 : bytes[18]!
  if (channels < 1 || channels > LAMP_CHANNELS_MAX || room < 1 + 2 * channels) return undefined
  const nominal_A: number[] = []
  for (let i = 0; i < channels; i++) nominal_A.push(u16(bytes, 19 + 2 * i) / 100)
  return { channels, nominal_A }
}

function failed(state: DescriptorState): DescriptorReading {
  return { state: state, descriptor: undefined }
}

/**
 * Reads a memory image. Never throws. Nothing there or no descriptor at all: `unreadable`; damaged: `badCrc`; a layout
 * or a class this reader does not know: `badVersion`, `unknownClass`. Class data that make no sense count as `badCrc`
 * would: `unreadable`.
 */
export function decodeDescriptor(bytes: Uint8Array): DescriptorReading {
  if (bytes.length < HEAD_BYTES + CRC_BYTES || bytes[0] !== DESCRIPTOR_MAGIC) return failed(DESCRIPTOR_STATE.unreadable)
  const used = bytes[2]!
  if (used < HEAD_BYTES + CRC_BYTES || used > bytes.length) return failed(DESCRIPTOR_STATE.badCrc)
  const end = used - CRC_BYTES
  const crc = crc16(bytes, 0, end)
  if (crc !== u16(bytes, end)) return failed(DESCRIPTOR_STATE.badCrc)
  if (bytes[1] !== DESCRIPTOR_VERSION) return failed(DESCRIPTOR_STATE.badVersion)
  const code = bytes[3]!
  if (code < 1 || code > LARGEST_CLASS) return failed(DESCRIPTOR_STATE.unknownClass)
  const data = readClassData(code, bytes, end)
  if (data === undefined) return failed(DESCRIPTOR_STATE.unreadable)
  return {
    state: DESCRIPTOR_STATE.present,
    descriptor: {
      version: DESCRIPTOR_VERSION, class: code, maker: u16(bytes, 4), model: u16(bytes, 6),
      serial: (u16(bytes, 8) | (u16(bytes, 10) << 16)) >>> 0, idle_A: u16(bytes, 12) / 1000,
      run_A: u16(bytes, 14) / 100, peak_A: u16(bytes, 16) / 100, data: data, crc: crc,
    } as Descriptor,
  }
}

function putNumber(bytes: Uint8Array, first: number, width: number, value: number, stepsPerUnit: number, name: string): number {
  const raw = Math.round(value * stepsPerUnit)
  const largest = width === 1 ? 0xff : width === 2 ? 0xffff : 0xffffffff
  if (!(raw >= 0 && raw <= largest)) throw new RangeError(`descriptor ${name} = ${value} is outside 0…${largest / stepsPerUnit}`)
  for (let i = 0; i < width; i++) bytes[first + i] = (raw >>> (8 * i)) & 0xff
  return first + width
}

function putClassData(bytes: Uint8Array, content: DescriptorContent): number {
  const first = HEAD_BYTES
  if (content.class === COMPONENT_CLASS.window) {
    putNumber(bytes, first, 2, content.data.travel_pulses, 1, 'travel_pulses')
    return putNumber(bytes, first + 2, 2, content.data.stall_A, 100, 'stall_A')
  }
  if (content.class === COMPONENT_CLASS.mirror || content.class === COMPONENT_CLASS.latch) {
    return putNumber(bytes, first, 1, content.data.flags, 1, 'flags')
  }
  if (content.class === COMPONENT_CLASS.amplifier) return putNumber(bytes, first, 2, content.data.power_W, 1, 'power_W')
  if (content.class === COMPONENT_CLASS.switchPack) return putNumber(bytes, first, 1, content.data.layout, 1, 'layout')
  if (content.class === COMPONENT_CLASS.vehicle) return first
  const lamp = content.data
  if (!(lamp.channels >= 1 && lamp.channels <= LAMP_CHANNELS_MAX) || lamp.nominal_A.length !== lamp.channels) {
    throw new RangeError(`descriptor: a lamp has 1…${LAMP_CHANNELS_MAX} channels and a nominal_A for each, not ${lamp.channels} and ${lamp.nominal_A.length}`)
  }
  let end = putNumber(bytes, first, 1, lamp.channels, 1, 'channels')
  for (const current_A of lamp.nominal_A) end = putNumber(bytes, end, 2, current_A, 100, 'nominal_A')
  return end
}

/** The memory image of a component, 128 bytes, unused ones 0xFF as in an erased EEPROM. Throws RangeError. */
export function encodeDescriptor(content: DescriptorContent): Uint8Array {
  const bytes = new Uint8Array(DESCRIPTOR_BYTES).fill(0xff)
  bytes[0] = DESCRIPTOR_MAGIC
  bytes[1] = DESCRIPTOR_VERSION
  putNumber(bytes, 3, 1, content.class, 1, 'class')
  putNumber(bytes, 4, 2, content.maker, 1, 'maker')
  putNumber(bytes, 6, 2, content.model, 1, 'model')
  putNumber(bytes, 8, 4, content.serial, 1, 'serial')
  putNumber(bytes, 12, 2, content.idle_A, 1000, 'idle_A')
  putNumber(bytes, 14, 2, content.run_A, 100, 'run_A')
  putNumber(bytes, 16, 2, content.peak_A, 100, 'peak_A')
  const end = putClassData(bytes, content)
  bytes[2] = end + CRC_BYTES
  putNumber(bytes, end, 2, crc16(bytes, 0, end), 1, 'crc')
  return bytes
}
