import { crc16, crc16On } from '#protocol/index.ts'
import type { Nvm } from '../hal.ts'
import type { HubCounters } from './counters.ts'

/**
 * Records of a port in the board's memory: `version | component class | CRC-16 | payload`, the CRC over the payload
 * with version and class in front of it. The class keeps a driver from reading what another class left at this port;
 * what belongs to one specimen (a travel, not a seat memory) must say so in its payload.
 */
const RECORD_VERSION = 1
const KEYS_PER_PORT = 16
const HEAD_BYTES = 4

/**
 * Records of the hub itself, behind those of its ports. The entries of `faults` go by the number of a test: when tests come or go
 * it takes a key that none of these has.
 */
export const HUB_RECORD = { workshop: 1, serviced: 2, pairing: 3, keys: 5, faults: 8, pinches: 9 } as const
/** Port and class that their keys are made with. */
export const HUB_PORT = 15
export const NO_CLASS = 0

/** Key 0–255 of the board's memory. @throws RangeError */
export function nvmKey(port: number, key: number): number {
  if (!(key >= 0 && key < KEYS_PER_PORT)) throw new RangeError(`record key ${key} is outside 0…15`)
  return port * KEYS_PER_PORT + key
}

function recordCrc(record: Uint8Array): number {
  return crc16On(crc16(record, 0, 2), record, HEAD_BYTES, record.length)
}

/** The payload of record `key` (0–15) of a port; undefined when there is none, or it is another class's, older, or damaged. */
export function loadRecord(nvm: Nvm, counters: HubCounters, port: number, componentClass: number, key: number): Uint8Array | undefined {
  const record = nvm.read(nvmKey(port, key))
  if (record === undefined) return undefined
  if (record.length < HEAD_BYTES || record[0] !== RECORD_VERSION || (record[2]! | (record[3]! << 8)) !== recordCrc(record)) {
    counters.nvmBad++
    return undefined
  }
  if (record[1] !== componentClass) return undefined
  return record.slice(HEAD_BYTES)
}

/** Writes it. Call with motors off. */
export function saveRecord(nvm: Nvm, port: number, componentClass: number, key: number, payload: Uint8Array): void {
  const record = new Uint8Array(HEAD_BYTES + payload.length)
  record[0] = RECORD_VERSION
  record[1] = componentClass
  record.set(payload, HEAD_BYTES)
  const crc = recordCrc(record)
  record[2] = crc & 0xff
  record[3] = crc >> 8
  nvm.write(nvmKey(port, key), record)
}
