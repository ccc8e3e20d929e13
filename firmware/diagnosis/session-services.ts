import { KEY_ROLE, NRC, type Nrc, SERVICE, SESSION, type Session, securityKey, UDS_TIMES } from '#protocol/index.ts'
import { ANY_SESSION, type Conversation, EXTENDED, LOCK, NOT_DEFAULT, PROGRAMMING, type Service } from './service.ts'

/** Wrong keys before a pause, and that pause. */
const ATTEMPTS = 3
const LOCKOUT_ms = 10_000
const SEED_BYTES = 4
const P2_STAR_UNIT_ms = 10
const RESET_HARD = 1
const RESET_SOFT = 3
const REQUEST_SEED = 1
const SEND_KEY = 2
const ENABLE = 0
const DISABLE_SENDING = 1
const NORMAL_MESSAGES = 1
const ALL_MESSAGES = 3
const SETTING_ON = 1
const SETTING_OFF = 2
const WORD = 0x1_0000_0000

/** Nothing of a standing car moves while a hub is programmed. */
function mayProgram(conversation: Conversation): Nrc {
  const speed_kmh = conversation.hub.vehicle.speed_kmh()
  if (speed_kmh > 0) return NRC.vehicleMoves
  return conversation.watch.still() ? NRC.none : NRC.conditionsNotCorrect
}

const session: Service = {
  id: SERVICE.session, sessions: ANY_SESSION, locked: LOCK.open, shortest: 2, longest: 2,
  subFunctions: [
    { code: SESSION.default, sessions: ANY_SESSION, locked: LOCK.open },
    { code: SESSION.programming, sessions: NOT_DEFAULT, locked: LOCK.keyed },
    { code: SESSION.extended, sessions: ANY_SESSION, locked: LOCK.open },
  ],
  run: (conversation, request) => {
    const wanted = (request[1]! & 0x7f) as Session
    if (wanted === SESSION.programming) {
      const refusal = mayProgram(conversation)
      if (refusal !== NRC.none) return refusal
    }
    conversation.enter(wanted)
    conversation.put(UDS_TIMES.p2_ms, 2)
    conversation.put(UDS_TIMES.p2Star_ms / P2_STAR_UNIT_ms, 2)
    return NRC.none
  },
}

const reset: Service = {
  id: SERVICE.reset, sessions: NOT_DEFAULT, locked: LOCK.keyed, shortest: 2, longest: 2,
  subFunctions: [
    { code: RESET_HARD, sessions: NOT_DEFAULT, locked: LOCK.open },
    { code: RESET_SOFT, sessions: NOT_DEFAULT, locked: LOCK.open },
  ],
  run: (conversation) => {
    if (!conversation.watch.still()) return NRC.conditionsNotCorrect
    conversation.watch.save()
    conversation.afterwards(() => conversation.hub.hal.restart())
    return NRC.none
  },
}

const testerPresent: Service = {
  id: SERVICE.testerPresent, sessions: ANY_SESSION, locked: LOCK.open, shortest: 2, longest: 2,
  subFunctions: [{ code: 0, sessions: ANY_SESSION, locked: LOCK.open }],
  run: () => NRC.none,
}

const communication: Service = {
  id: SERVICE.communication, sessions: NOT_DEFAULT, locked: LOCK.keyed, shortest: 3, longest: 3,
  subFunctions: [
    { code: ENABLE, sessions: NOT_DEFAULT, locked: LOCK.open },
    { code: DISABLE_SENDING, sessions: NOT_DEFAULT, locked: LOCK.open },
  ],
  run: (conversation, request) => {
    if (request[2] !== NORMAL_MESSAGES && request[2] !== ALL_MESSAGES) return NRC.requestOutOfRange
    const silent = (request[1]! & 0x7f) === DISABLE_SENDING
    if (silent && !conversation.watch.still()) return NRC.conditionsNotCorrect
    conversation.silence(silent)
    return NRC.none
  },
}

const faultSetting: Service = {
  id: SERVICE.faultSetting, sessions: NOT_DEFAULT, locked: LOCK.keyed, shortest: 2, longest: 2,
  subFunctions: [
    { code: SETTING_ON, sessions: NOT_DEFAULT, locked: LOCK.open },
    { code: SETTING_OFF, sessions: NOT_DEFAULT, locked: LOCK.open },
  ],
  run: (conversation, request) => {
    conversation.faults.watching = (request[1]! & 0x7f) === SETTING_ON
    return NRC.none
  },
}

/** SecurityAccess with a state of its own, so made for each hub. */
function createSecurity(): Service {
  let seed = 0
  let failures = 0
  let locked_ms = -Infinity
  const giveSeed = (conversation: Conversation): Nrc => {
    if (conversation.unlocked) {
      conversation.put(0, SEED_BYTES)
      return NRC.none
    }
    if (conversation.hub.schedule.now() < locked_ms) return NRC.delayNotExpired
    seed = Math.floor(conversation.hub.hal.random() * (WORD - 1)) + 1
    conversation.put(seed, SEED_BYTES)
    return NRC.none
  }
  const takeKey = (conversation: Conversation, request: Uint8Array): Nrc => {
    if (seed === 0) return NRC.requestSequenceError
    const key = (request[2]! << 24 | request[3]! << 16 | request[4]! << 8 | request[5]!) >>> 0
    // In a car with keys who has the workshop's.
    const keys = conversation.hub.keys
    const right = key === (keys.keyed() ? keys.answer(KEY_ROLE.workshop, seed) : securityKey(seed))
    seed = 0
    if (right) {
      failures = 0
      conversation.unlocked = true
      return NRC.none
    }
    failures++
    if (failures < ATTEMPTS) return NRC.invalidKey
    failures = 0
    locked_ms = conversation.hub.schedule.now() + LOCKOUT_ms
    return NRC.exceededAttempts
  }
  return {
    id: SERVICE.security, sessions: NOT_DEFAULT, locked: LOCK.open, shortest: 2, longest: 2 + SEED_BYTES,
    subFunctions: [
      { code: REQUEST_SEED, sessions: EXTENDED | PROGRAMMING, locked: LOCK.open },
      { code: SEND_KEY, sessions: EXTENDED | PROGRAMMING, locked: LOCK.open },
    ],
    run: (conversation, request, length) => {
      const keyed = (request[1]! & 0x7f) === SEND_KEY
      if (length !== (keyed ? 2 + SEED_BYTES : 2)) return NRC.incorrectLength
      return keyed ? takeKey(conversation, request) : giveSeed(conversation)
    },
  }
}

/** Sessions, reset, security, and what a tester may switch off. */
export function sessionServices(): Service[] {
  return [session, reset, testerPresent, communication, faultSetting, createSecurity()]
}
