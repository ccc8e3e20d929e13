import { ALL_DTCS, DTC_AVAILABLE, FAULT_REPORT, NRC, type Nrc, SERVICE } from '#protocol/index.ts'
import { SNAPSHOT_AT, SNAPSHOT_BYTES } from './fault-memory.ts'
import { ANY_SESSION, type Conversation, LOCK, type Service } from './service.ts'

const DTC_BYTES = 3
const ROW_BYTES = DTC_BYTES + 1
/** DTCFormatIdentifier: SAE J2012-DA with failure type bytes. */
const J2012_FORMAT = 0x04
const ALL_RECORDS = 0xff
const SNAPSHOT_RECORD = 1
const EXTENDED_RECORD = 1
const SNAPSHOT_IDENTIFIERS = 1
/** The circumstances of a fault as one data identifier. */
const SNAPSHOT_DID = 0x0140

function dtcIn(request: Uint8Array, from: number): number {
  return request[from]! << 16 | request[from + 1]! << 8 | request[from + 2]!
}

/** A status that does not know yet is no answer to "which have failed": only bits that are asked for count. */
function wanted(conversation: Conversation, test: number, mask: number): boolean {
  return (conversation.faults.statusOf(test) & mask) !== 0
}

function count(conversation: Conversation, mask: number): Nrc {
  const memory = conversation.faults
  let number = 0
  for (let test = 0; test < memory.tests; test++) if (wanted(conversation, test, mask)) number++
  conversation.put(DTC_AVAILABLE, 1)
  conversation.put(J2012_FORMAT, 1)
  conversation.put(number, 2)
  return NRC.none
}

/** All that match; `mask` undefined: all that there are. */
function rows(conversation: Conversation, mask: number | undefined): Nrc {
  const memory = conversation.faults
  conversation.put(DTC_AVAILABLE, 1)
  for (let test = 0; test < memory.tests; test++) {
    if (mask !== undefined && !wanted(conversation, test, mask)) continue
    if (conversation.room() < ROW_BYTES) return NRC.responseTooLong
    conversation.put(memory.dtcOf(test), DTC_BYTES)
    conversation.put(memory.statusOf(test), 1)
  }
  return NRC.none
}

function record(conversation: Conversation, request: Uint8Array, report: number): Nrc {
  const memory = conversation.faults
  const test = memory.testOf(dtcIn(request, 2))
  const number = request[2 + DTC_BYTES]!
  if (test < 0 || (number !== ALL_RECORDS && number !== SNAPSHOT_RECORD)) return NRC.requestOutOfRange
  conversation.put(memory.dtcOf(test), DTC_BYTES)
  conversation.put(memory.statusOf(test), 1)
  const entry = memory.entryOf(test)
  if (entry < 0) return NRC.none
  if (report === FAULT_REPORT.snapshot) {
    conversation.put(SNAPSHOT_RECORD, 1)
    conversation.put(SNAPSHOT_IDENTIFIERS, 1)
    conversation.put(SNAPSHOT_DID, 2)
    for (let i = 0; i < SNAPSHOT_BYTES; i++) conversation.put(memory.entries[entry + SNAPSHOT_AT + i]!, 1)
  } else {
    conversation.put(EXTENDED_RECORD, 1)
    conversation.put(memory.occurrences(entry), 1)
    conversation.put(memory.cyclesWithout(entry), 1)
  }
  return NRC.none
}

const readFaults: Service = {
  id: SERVICE.readFaults, sessions: ANY_SESSION, locked: LOCK.open, shortest: 2, longest: 6,
  subFunctions: [
    { code: FAULT_REPORT.count, sessions: ANY_SESSION, locked: LOCK.open },
    { code: FAULT_REPORT.byStatus, sessions: ANY_SESSION, locked: LOCK.open },
    { code: FAULT_REPORT.snapshot, sessions: ANY_SESSION, locked: LOCK.open },
    { code: FAULT_REPORT.extended, sessions: ANY_SESSION, locked: LOCK.open },
    { code: FAULT_REPORT.supported, sessions: ANY_SESSION, locked: LOCK.open },
  ],
  run: (conversation, request, length) => {
    const report = request[1]! & 0x7f
    const size = report === FAULT_REPORT.supported ? 2 : report <= FAULT_REPORT.byStatus ? 3 : 6
    if (length !== size) return NRC.incorrectLength
    if (report === FAULT_REPORT.count) return count(conversation, request[2]! & DTC_AVAILABLE)
    if (report === FAULT_REPORT.byStatus) return rows(conversation, request[2]! & DTC_AVAILABLE)
    return report === FAULT_REPORT.supported ? rows(conversation, undefined) : record(conversation, request, report)
  },
}

const clearFaults: Service = {
  id: SERVICE.clearFaults, sessions: ANY_SESSION, locked: LOCK.keyed, shortest: 4, longest: 4, subFunctions: undefined,
  run: (conversation, request) => {
    if (!conversation.watch.still()) return NRC.conditionsNotCorrect
    const dtc = dtcIn(request, 1)
    if (!conversation.faults.clear(dtc)) return NRC.requestOutOfRange
    if (dtc === ALL_DTCS) conversation.hub.pinches.clear()
    conversation.watch.save()
    return NRC.none
  },
}

/** Reading and clearing trouble codes. */
export const FAULT_SERVICES: readonly Service[] = [readFaults, clearFaults]
