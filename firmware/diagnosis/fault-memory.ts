import { AGEING_CYCLES, ALL_DTCS, debounceOf_s, DTC_STATUS, dtcOf, type FaultRow, HUB_FAULTS, PORT_FAULTS } from '#protocol/index.ts'
import type { Nvm } from '../hal.ts'
import { HUB_PORT, HUB_RECORD, type HubCounters, loadRecord, NO_CLASS, saveRecord } from '../runtime/index.ts'

/** Trouble codes that a hub keeps with their circumstances; the oldest gives way. */
const ENTRIES = 8
/** Bytes of an entry: test, status, occurrences, cycles without it, circumstances. */
const ENTRY_BYTES = 10
export const SNAPSHOT_AT = 4
/** Supply 0.1 V, temperature + 40 °C, ignition, speed km/h, minutes since boot (2). */
export const SNAPSHOT_BYTES = 6
const STATUS_AT = 1
const OCCURRENCES_AT = 2
const AGE_AT = 3
const MOST = 0xff
const PORT_SHIFT = 8
/** What stays of a status over a reset. */
const LASTING = DTC_STATUS.confirmed | DTC_STATUS.failedSinceClear

/** All of a status but that its test has not been done yet. */
const TESTED: number = 0xff & ~(DTC_STATUS.notTestedThisCycle | DTC_STATUS.notTestedSinceClear)
/** What the beginning of a cycle may change, besides that nothing was tested in it. */
const OF_CYCLES: number = DTC_STATUS.failedThisCycle | DTC_STATUS.pending | DTC_STATUS.confirmed

/** Writes the circumstances of a fault: `SNAPSHOT_BYTES` from `offset` on. */
export type Snapshot = (into: Uint8Array, offset: number) => void

/**
 * The trouble codes of a hub, one a test: first those of the hub, then those of each port. A test that fails or passes
 * for its debounce time changes its status; what was confirmed is kept with its circumstances, over resets too.
 */
export class FaultMemory {
  readonly tests: number
  /** While false, nothing is judged (ControlDTCSetting). */
  watching: boolean
  readonly entries: Uint8Array
  /** Of some tests the status wants to be said anew, whatever they found before. */
  untested: boolean
  /** Something is not yet in the board's memory. */
  unsaved: boolean
  private readonly nvm: Nvm
  private readonly status: Uint8Array
  /** Seconds that a test has failed (> 0) or passed (< 0) against its status. */
  private readonly seconds: Int8Array
  private readonly snapshot: Snapshot
  private used: number

  constructor(nvm: Nvm, counters: HubCounters, ports: number, snapshot: Snapshot) {
    this.tests = HUB_FAULTS.length + ports * PORT_FAULTS.length
    this.watching = true
    this.untested = true
    this.entries = new Uint8Array(ENTRIES * ENTRY_BYTES)
    this.unsaved = false
    this.nvm = nvm
    this.status = new Uint8Array(this.tests)
    this.seconds = new Int8Array(this.tests)
    this.snapshot = snapshot
    this.used = 0
    this.forget()
    const record = loadRecord(nvm, counters, HUB_PORT, NO_CLASS, HUB_RECORD.faults)
    if (record === undefined) return
    for (let i = 0; i + ENTRY_BYTES <= record.length && this.used < ENTRIES; i += ENTRY_BYTES) {
      if (record[i]! >= this.tests) continue
      for (let j = 0; j < ENTRY_BYTES; j++) this.entries[this.used * ENTRY_BYTES + j] = record[i + j]!
      this.used++
      this.status[record[i]!] = this.status[record[i]!]! | (record[i + STATUS_AT]! & LASTING)
    }
  }

  /** The trouble code of a test. */
  dtcOf(test: number): number {
    return dtcOf(this.rowOf(test)) + (test < HUB_FAULTS.length ? 0 : this.portOf(test) << PORT_SHIFT)
  }

  /** The test of a trouble code; −1: none here. */
  testOf(dtc: number): number {
    for (let test = 0; test < this.tests; test++) if (this.dtcOf(test) === dtc) return test
    return -1
  }

  statusOf(test: number): number {
    return this.status[test]!
  }

  /** Place of a confirmed fault in `entries`; −1: it has none. */
  entryOf(test: number): number {
    for (let i = 0; i < this.used; i++) if (this.entries[i * ENTRY_BYTES] === test) return i * ENTRY_BYTES
    return -1
  }

  occurrences(entry: number): number {
    return this.entries[entry + OCCURRENCES_AT]!
  }

  cyclesWithout(entry: number): number {
    return this.entries[entry + AGE_AT]!
  }

  /** What tests from `first` on found, once a second: a bit each that fails; those of `foreign` are not judged. */
  judge(first: number, tests: number, failing: number, foreign: number): void {
    const statuses = this.status
    for (let i = 0; i < tests; i++) {
      if ((foreign >> i & 1) !== 0) continue
      const test = first + i
      const status = statuses[test]!
      if ((failing >> i & 1) === (status & DTC_STATUS.failed)) {
        this.seconds[test] = 0
        statuses[test] = status & TESTED
      } else this.differs(test, status)
    }
  }

  /** The ignition was switched on: a new operation cycle of tests from `first` on. */
  beginCycle(first: number, tests: number): void {
    for (let test = first; test < first + tests; test++) {
      const status = this.status[test]!
      if ((status & OF_CYCLES) === 0) {
        // As nearly always: it never failed.
        this.status[test] = status | DTC_STATUS.notTestedThisCycle
        continue
      }
      const clean = (status & (DTC_STATUS.failedThisCycle | DTC_STATUS.notTestedThisCycle)) === 0
      if (clean) this.age(test)
      const over = DTC_STATUS.failedThisCycle | (clean ? DTC_STATUS.pending : 0)
      this.status[test] = (this.status[test]! & ~over) | DTC_STATUS.notTestedThisCycle
    }
  }

  /** Clears one trouble code, or all (`ALL_DTCS`). `false`: there is none like it. */
  clear(dtc: number): boolean {
    if (dtc === ALL_DTCS) {
      this.used = 0
      this.forget()
    } else {
      const test = this.testOf(dtc)
      if (test < 0) return false
      this.remove(test)
      this.status[test] = DTC_STATUS.notTestedSinceClear | DTC_STATUS.notTestedThisCycle
    }
    this.untested = true
    this.unsaved = true
    return true
  }

  /** Writes what is not yet in the board's memory. Call with motors off. */
  save(): void {
    if (!this.unsaved) return
    this.unsaved = false
    for (let i = 0; i < this.used; i++) {
      this.entries[i * ENTRY_BYTES + STATUS_AT] = this.status[this.entries[i * ENTRY_BYTES]!]!
    }
    saveRecord(this.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.faults, this.entries.slice(0, this.used * ENTRY_BYTES))
  }

  private rowOf(test: number): FaultRow {
    return test < HUB_FAULTS.length ? HUB_FAULTS[test]! : PORT_FAULTS[(test - HUB_FAULTS.length) % PORT_FAULTS.length]!
  }

  private portOf(test: number): number {
    return Math.floor((test - HUB_FAULTS.length) / PORT_FAULTS.length)
  }

  private forget(): void {
    this.status.fill(DTC_STATUS.notTestedSinceClear | DTC_STATUS.notTestedThisCycle)
    this.seconds.fill(0)
  }

  /** A test finds other than its status says: that counts when it has for its debounce time. */
  private differs(test: number, status: number): void {
    this.seconds[test] = this.seconds[test]! + 1
    if (this.seconds[test] < debounceOf_s(this.rowOf(test))) return
    this.seconds[test] = 0
    if ((status & DTC_STATUS.failed) === 0) this.fail(test)
    else this.status[test] = status & ~DTC_STATUS.failed
    this.status[test] = this.status[test]! & TESTED
  }

  private fail(test: number): void {
    const bits = DTC_STATUS.failed | DTC_STATUS.failedThisCycle | DTC_STATUS.pending | DTC_STATUS.confirmed | DTC_STATUS.failedSinceClear
    this.status[test] = this.status[test]! | bits
    let entry = this.entryOf(test)
    if (entry < 0) {
      if (this.used === ENTRIES) this.remove(this.entries[0]!)
      entry = this.used * ENTRY_BYTES
      this.used++
      this.entries[entry] = test
      this.entries[entry + OCCURRENCES_AT] = 0
      this.snapshot(this.entries, entry + SNAPSHOT_AT)
    }
    if (this.occurrences(entry) < MOST) this.entries[entry + OCCURRENCES_AT] = this.occurrences(entry) + 1
    this.entries[entry + AGE_AT] = 0
    this.unsaved = true
  }

  private age(test: number): void {
    const entry = this.entryOf(test)
    if (entry < 0) return
    this.entries[entry + AGE_AT] = this.cyclesWithout(entry) + 1
    this.unsaved = true
    if (this.cyclesWithout(entry) < AGEING_CYCLES) return
    this.remove(test)
    this.status[test] = this.status[test]! & ~DTC_STATUS.confirmed
  }

  private remove(test: number): void {
    const entry = this.entryOf(test)
    if (entry < 0) return
    this.used--
    for (let i = entry; i < this.used * ENTRY_BYTES; i++) this.entries[i] = this.entries[i + ENTRY_BYTES]!
  }
}
