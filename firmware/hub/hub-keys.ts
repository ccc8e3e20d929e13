import { KEY_BYTES, KEY_ROLES, putWord, TAGGED_BYTES, taggedBytes, tagFits, writeTag } from '#protocol/index.ts'
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
    this.block = new Uint8Array(TAGGED_BYTES)
    this.mac = new Uint8Array(MAC_BYTES)
  }

  keyed(): boolean {
    return this.keys.length > 0
  }

  /** Writes the tag of a message (`data` up to `length`) to four bytes of `into` from `at` on. */
  sign(role: number, id: number, freshness: number, counter: number, data: Uint8Array, length: number, into: Uint8Array, at: number): void {
    if (this.cmac(role, taggedBytes(this.block, id, freshness, counter, data, length))) writeTag(into, at, this.mac, counter)
  }

  /** Whether the four bytes of `tag` from `at` on are the tag of a message. */
  fits(role: number, id: number, freshness: number, counter: number, data: Uint8Array, length: number, tag: Uint8Array,
    at: number): boolean {
    return this.cmac(role, taggedBytes(this.block, id, freshness, counter, data, length)) && tagFits(tag, at, this.mac)
  }

  /** The first word of the CMAC over a word; 0 without keys. */
  answer(role: number, word: number): number {
    putWord(this.block, 0, word)
    if (!this.cmac(role, WORD_BYTES)) return 0
    return (this.mac[0]! << 24 | this.mac[1]! << 16 | this.mac[2]! << 8 | this.mac[3]!) >>> 0
  }

  /** Keeps these keys, all roles, or none when `bytes` is empty; they count from the next boot on. `false`: the board cannot. */
  save(bytes: Uint8Array): boolean {
    if (this.hal.cmac === undefined) return false
    saveRecord(this.hal.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.keys, bytes)
    return true
  }

  /** CMAC over the block with the key of a role; `false`: no keys, or the board cannot. */
  private cmac(role: number, length: number): boolean {
    if (!this.keyed() || this.hal.cmac === undefined) return false
    this.hal.cmac(this.keys[role]!, this.block, length, this.mac)
    return true
  }
}
