import type { Nvm } from '../hal.ts'
import { HUB_PORT, HUB_RECORD, type HubCounters, loadRecord, NO_CLASS, saveRecord } from '../runtime/index.ts'

/** Bytes of a port: reversals ever, and since trouble codes were cleared; each with the high byte first. */
const PORT_BYTES = 4
const SINCE_BYTES = 2
const FULL = 0xff

/**
 * How often the windows of a hub reversed before something, by port. Kept in the board's memory: written after a reversal, once the
 * glass stands, where each motion writes its position anyway. One that the supply ends within a second may be missing.
 */
export class PinchCounts {
  /** As the data identifier tells it. */
  readonly record: Uint8Array
  /** Something is not yet in the board's memory. */
  unsaved: boolean
  private readonly nvm: Nvm

  constructor(nvm: Nvm, counters: HubCounters, ports: number) {
    const record = loadRecord(nvm, counters, HUB_PORT, NO_CLASS, HUB_RECORD.pinches)
    this.record = record === undefined ? new Uint8Array(ports * PORT_BYTES) : record
    this.unsaved = false
    this.nvm = nvm
  }

  /** One more at a port. */
  count(port: number): void {
    const ever = port * PORT_BYTES
    this.raise(ever)
    this.raise(ever + SINCE_BYTES)
    this.unsaved = true
  }

  /** Counts anew from now on; what ever was stays. */
  clear(): void {
    for (let since = SINCE_BYTES; since < this.record.length; since += PORT_BYTES) this.record.fill(0, since, since + SINCE_BYTES)
    this.unsaved = true
  }

  /** Call with motors off. */
  save(): void {
    if (!this.unsaved) return
    this.unsaved = false
    saveRecord(this.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.pinches, this.record)
  }

  /** A full count stays. */
  private raise(high: number): void {
    const record = this.record
    if (record[high + 1]! < FULL) record[high + 1] = record[high + 1]! + 1
    else if (record[high]! < FULL) {
      record[high] = record[high]! + 1
      record[high + 1] = 0
    }
  }
}
