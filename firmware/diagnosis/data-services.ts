import {
  DID, hubAddress, IGNITION, KEY_BYTES, KEY_ROLE, KEY_ROLES, NAME_BYTES, NOTICES, NRC, type Nrc, rounded, ROUTINE, SERVICE, UPDATE_CAUSE,
} from '#protocol/index.ts'
import { HUB_PORT, HUB_RECORD, type HubCounters, nvmKey } from '../runtime/index.ts'
import type { DiagnosedHub } from './hub.ts'
import { ANY_SESSION, type Conversation, type Lock, LOCK, NOT_DEFAULT, type Service } from './service.ts'

/** A data identifier of a hub; one that can be written is a record of its memory. */
interface Identifier {
  readonly id: number
  /** Bytes of its value; of `ports`, `paired` and `pinches` those of one port. */
  readonly size: number
  /** Key of its record, for one that can be written; 0: none. */
  readonly key: number
  read(conversation: Conversation): void
}

/** What a workshop writes. */
const WORKSHOP_KEY: number = nvmKey(HUB_PORT, HUB_RECORD.workshop)
const SERVICED_KEY: number = nvmKey(HUB_PORT, HUB_RECORD.serviced)
const WORKSHOP_BYTES = 10
const DATE_BYTES = 3
const PORT_BYTES = 6
const PAIRED_BYTES = 2
const PINCH_BYTES = 4
const UPDATE_BYTES = 19
const BLANK = 0x20

function readRecord(key: number, size: number): (conversation: Conversation) => void {
  return (conversation) => {
    const record = conversation.hub.hal.nvm.read(key)
    for (let i = 0; i < size; i++) conversation.put(record === undefined || i >= record.length ? BLANK : record[i]!, 1)
  }
}

function readPorts(conversation: Conversation): void {
  for (const slot of conversation.hub.slots) {
    if (conversation.room() < PORT_BYTES) return
    conversation.put(slot.boundClass(), 1)
    conversation.put(slot.state(), 1)
    conversation.put(slot.fault.code, 1)
    conversation.put(rounded(slot.port.current_A() * 100), 2)
    conversation.put(rounded(slot.power.granted_A() * 5), 1)
  }
}

/** A record with some bytes of each port; what it does not have is 0. */
function putRecord(conversation: Conversation, record: Uint8Array, bytes: number): void {
  for (let i = 0; i < bytes * conversation.hub.slots.length; i++) conversation.put(i < record.length ? record[i]! : 0, 1)
}

function readTraffic(conversation: Conversation): void {
  const counters: HubCounters = conversation.hub.counters
  conversation.put(counters.rxFrames, 4)
  conversation.put(counters.txSent, 4)
  conversation.put(counters.txExpired + counters.txOverflow, 2)
  conversation.put(conversation.hub.can.overflows(), 2)
}

function readSpines(conversation: Conversation): void {
  const twin = conversation.hub.twin!
  for (let spine = 0; spine < 2; spine++) {
    const side = twin.sides[spine]!
    conversation.put(side.port.state(), 1)
    conversation.put(side.port.tec(), 1)
    conversation.put(side.port.rec(), 1)
    conversation.put(side.up ? 1 : 0, 1)
    conversation.put(twin.copies.unheard[spine]!, 2)
  }
  conversation.put(twin.copies.dropped, 4)
  for (let feed = 0; feed < 2; feed++) conversation.put(rounded(twin.feeds.feed_V(feed) * 100), 2)
}

function readRival(conversation: Conversation): void {
  const address = conversation.hub.address
  // Sent least significant byte first; told as a number.
  for (let i = NAME_BYTES - 1; i >= 0; i--) conversation.put(address.name[i]!, 1)
  for (let i = NAME_BYTES - 1; i >= 0; i--) conversation.put(address.rival[i]!, 1)
}

function readNotices(conversation: Conversation): void {
  const notices = conversation.hub.notices
  for (let notice = 0; notice < NOTICES; notice++) {
    conversation.put(notices.counts[notice]!, 2)
    conversation.put(notices.ids[notice]!, 4)
  }
}

function readUpdate(conversation: Conversation): void {
  if (conversation.update === undefined) {
    for (let i = 0; i < UPDATE_BYTES; i++) conversation.put(UPDATE_CAUSE.none, 1)
  } else conversation.update.tell(conversation)
}

const IDENTIFIERS: readonly Identifier[] = [
  {
    id: DID.hub, size: 5, key: 0, read: (conversation) => {
      const hub = conversation.hub
      const can = hub.can
      conversation.put(hub.standing.state(), 1)
      conversation.put(hub.hal.resetCause, 1)
      conversation.put(can.state(), 1)
      conversation.put(can.tec(), 1)
      conversation.put(can.rec(), 1)
    },
  },
  { id: DID.supply, size: 2, key: 0, read: conversation => conversation.put(rounded(conversation.hub.hal.supply_V() * 100), 2) },
  {
    id: DID.temperature, size: 1, key: 0,
    read: conversation => conversation.put(rounded(conversation.hub.hal.temperature_C()) + 40, 1),
  },
  { id: DID.traffic, size: 12, key: 0, read: readTraffic },
  {
    id: DID.processor, size: 4, key: 0, read: (conversation) => {
      conversation.put(conversation.hub.counters.stalls, 2)
      conversation.put(rounded(conversation.hub.counters.longestStall_ms), 2)
    },
  },
  { id: DID.rival, size: 2 * NAME_BYTES, key: 0, read: readRival },
  { id: DID.noticed, size: 6 * NOTICES, key: 0, read: readNotices },
  { id: DID.spines, size: 20, key: 0, read: readSpines },
  { id: DID.ports, size: PORT_BYTES, key: 0, read: readPorts },
  {
    id: DID.paired, size: PAIRED_BYTES, key: 0,
    read: conversation => putRecord(conversation, conversation.hub.pairing.record, PAIRED_BYTES),
  },
  {
    id: DID.pinches, size: PINCH_BYTES, key: 0,
    read: conversation => putRecord(conversation, conversation.hub.pinches.record, PINCH_BYTES),
  },
  {
    id: DID.keys, size: 5, key: 0, read: (conversation) => {
      const keys = conversation.hub.keys
      conversation.put(keys.keyed() ? 1 : 0, 1)
      conversation.put(keys.answer(KEY_ROLE.workshop, 0), 4)
    },
  },
  { id: DID.update, size: UPDATE_BYTES, key: 0, read: readUpdate },
  { id: DID.session, size: 1, key: 0, read: conversation => conversation.put(conversation.session, 1) },
  { id: DID.serial, size: 4, key: 0, read: conversation => conversation.put(conversation.hub.hal.serial, 4) },
  { id: DID.version, size: 4, key: 0, read: conversation => conversation.put(conversation.hub.hal.version, 4) },
  {
    id: DID.place, size: 2, key: 0, read: (conversation) => {
      conversation.put(conversation.hub.type, 1)
      conversation.put(hubAddress(conversation.hub.hal.location), 1)
    },
  },
  { id: DID.workshop, size: WORKSHOP_BYTES, key: WORKSHOP_KEY, read: readRecord(WORKSHOP_KEY, WORKSHOP_BYTES) },
  { id: DID.serviced, size: DATE_BYTES, key: SERVICED_KEY, read: readRecord(SERVICED_KEY, DATE_BYTES) },
]

/** `twin`: the hub has two spines to tell of. */
function identifierOf(id: number, twin: boolean): Identifier | undefined {
  for (const identifier of IDENTIFIERS) if (identifier.id === id) return id === DID.spines && !twin ? undefined : identifier
  return undefined
}

const read: Service = {
  id: SERVICE.read, sessions: ANY_SESSION, locked: LOCK.open, shortest: 3, longest: Infinity, subFunctions: undefined,
  run: (conversation, request, length): Nrc => {
    if (length % 2 === 0) return NRC.incorrectLength
    let known = 0
    for (let i = 1; i < length; i += 2) {
      const id = request[i]! << 8 | request[i + 1]!
      const identifier = identifierOf(id, conversation.hub.twin !== undefined)
      if (identifier === undefined) continue
      const eachPort = identifier.id >= DID.ports && identifier.id <= DID.pinches
      const size = eachPort ? identifier.size * conversation.hub.slots.length : identifier.size
      if (conversation.room() < size + 2) return NRC.responseTooLong
      known++
      conversation.put(id, 2)
      identifier.read(conversation)
    }
    return known === 0 ? NRC.requestOutOfRange : NRC.none
  },
}

/**
 * Who has the key of the ignition, or in a hub with keys the workshop's, may say what belongs into the sockets of a standing car: a hub
 * whose keys are not those of the dash any more does not know the ignition.
 */
function mayPair(conversation: Conversation): Nrc {
  if (conversation.hub.vehicle.ignition() === IGNITION.off && !conversation.hub.keys.keyed()) return NRC.conditionsNotCorrect
  if (conversation.hub.vehicle.speed_kmh() > 0) return NRC.vehicleMoves
  return conversation.watch.still() ? NRC.none : NRC.conditionsNotCorrect
}

/** Keys of all roles, or none to open the hub again; it restarts with them. */
function writeKeys(conversation: Conversation, request: Uint8Array, length: number): Nrc {
  if (length !== 3 && length !== 3 + KEY_ROLES * KEY_BYTES) return NRC.incorrectLength
  const refusal = mayPair(conversation)
  if (refusal !== NRC.none) return refusal
  if (!conversation.hub.keys.save(request.slice(3, length))) return NRC.requestOutOfRange
  conversation.put(DID.keys, 2)
  conversation.afterwards(() => conversation.hub.hal.restart())
  return NRC.none
}

const write: Service = {
  id: SERVICE.write, sessions: NOT_DEFAULT, locked: LOCK.always, shortest: 3, longest: Infinity, subFunctions: undefined,
  run: (conversation, request, length): Nrc => {
    const id = request[1]! << 8 | request[2]!
    if (id === DID.keys) return writeKeys(conversation, request, length)
    const identifier = identifierOf(id, conversation.hub.twin !== undefined)
    if (identifier === undefined || identifier.key === 0) return NRC.requestOutOfRange
    if (length !== 3 + identifier.size) return NRC.incorrectLength
    if (!conversation.watch.still()) return NRC.conditionsNotCorrect
    conversation.hub.hal.nvm.write(identifier.key, request.slice(3, length))
    conversation.put(id, 2)
    return NRC.none
  },
}

/** RoutineControl: start only; none of ours lasts. */
const START = 1

/** What a routine does; it answers with bytes of its own. */
interface Routine {
  readonly id: number
  readonly sessions: number
  readonly locked: Lock
  run: Service['run']
}

const selfTest: Routine = {
  id: ROUTINE.selfTest, sessions: NOT_DEFAULT, locked: LOCK.keyed,
  run: (conversation) => {
    conversation.watch.look()
    let failing = 0
    for (let test = 0; test < conversation.faults.tests; test++) failing += conversation.faults.statusOf(test) & 1
    conversation.put(failing, 1)
    return NRC.none
  },
}

function pairRoutine(id: number, change: (hub: DiagnosedHub) => void): Routine {
  return {
    id: id, sessions: NOT_DEFAULT, locked: LOCK.always,
    run: (conversation) => {
      const refusal = mayPair(conversation)
      if (refusal !== NRC.none) return refusal
      const hub = conversation.hub
      change(hub)
      for (const slot of hub.slots) slot.pairingChanged()
      return NRC.none
    },
  }
}

const pair: Routine = pairRoutine(ROUTINE.pair, hub => hub.pairing.learn(hub.slots.map(slot => slot.plugged)))
const unpair: Routine = pairRoutine(ROUTINE.unpair, hub => hub.pairing.forget())

/** RoutineControl over the routines that a hub has. */
export function routineService(routines: readonly Routine[]): Service {
  return {
    id: SERVICE.routine, sessions: NOT_DEFAULT, locked: LOCK.open, shortest: 4, longest: Infinity,
    subFunctions: [{ code: START, sessions: NOT_DEFAULT, locked: LOCK.open }],
    run: (conversation, request, length) => {
      const id = request[2]! << 8 | request[3]!
      for (const routine of routines) {
        if (routine.id !== id || (routine.sessions & 1 << conversation.session) === 0) continue
        if (conversation.locks(routine.locked)) return NRC.securityAccessDenied
        conversation.put(id, 2)
        return routine.run(conversation, request, length)
      }
      return NRC.requestOutOfRange
    },
  }
}

export type { Routine }
export const DATA_SERVICES: readonly Service[] = [read, write]
export const ROUTINES: readonly Routine[] = [selfTest, pair, unpair]
