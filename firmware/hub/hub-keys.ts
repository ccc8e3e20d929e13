import { KEY_BYTES, KEY_ROLES } from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import { HUB_PORT, HUB_RECORD, type HubCounters, loadRecord, NO_CLASS, saveRecord } from '../runtime/index.ts'

const MAC_BYTES = 16
const WORD_BYTES = 4

/** The keys of the car in this hub, by `KEY_ROLE`. Never told; a check value says which they are. */
export class HubKeys {
  private readonly hal: Hal
  private readonly keys: readonly Uint8Array[]
  private readonly block: Uint8Array
  private readonly mac: Uint8Array

  constructor(hal: Hal, counters: HubCounters) {
    this.hal = hal
    const record = loadRecord(hal.nvm, counters, HUB_PORT, NO_CLASS, HUB_RECORD.keys)
    const keys: Uint8Array[] = []
    if (record !== undefined && record.length === KEY_ROLES * KEY_BYTES) {
      for (let role = 0; role < KEY_ROLES; role++) keys.push(record.slice(role * KEY_BYTES, (role + 1) * KEY_BYTES))
    }
    this.keys = keys
    this.block = new Uint8Array(WORD_BYTES)
    this.mac = new Uint8Array(MAC_BYTES)
  }

  keyed(): boolean {
    return this.keys.length > 0
  }

  /** CMAC with the key of a role; `false`: no keys, or the board cannot. */
  cmac(role: number, data: Uint8Array, length: number, into: Uint8Array): boolean {
    if (!this.keyed() || this.hal.cmac === undefined) return false
    this.hal.cmac(this.keys[role]!, data, length, into)
    return true
  }

  /** The first word of the CMAC over a word; 0 without keys. */
  answer(role: number, word: number): number {
    for (let i = 0; i < WORD_BYTES; i++) this.block[i] = word >>> 24 - 8 * i
    if (!this.cmac(role, this.block, WORD_BYTES, this.mac)) return 0
    return (this.mac[0]! << 24 | this.mac[1]! << 16 | this.mac[2]! << 8 | this.mac[3]!) >>> 0
  }

  /** Keeps these keys, all roles, or none when `bytes` is empty; they count from the next boot on. `false`: the board cannot. */
  save(bytes: Uint8Array): boolean {
    if (this.hal.cmac === undefined) return false
    saveRecord(this.hal.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.keys, bytes)
    return true
  }
}
