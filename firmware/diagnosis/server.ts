import {
  NEGATIVE_RESPONSE, NRC, type Nrc, POSITIVE, rounded, SESSION, type Session, SUPPRESS, UDS_TIMES,
} from '#protocol/index.ts'
import type { Job } from '../runtime/index.ts'
import type { Update } from '../update/index.ts'
import { FaultMemory } from './fault-memory.ts'
import { FaultWatch } from './fault-watch.ts'
import type { DiagnosedHub } from './hub.ts'
import { type Conversation, type Lock, LOCK, MORE, type Service, type Step, type SubFunction } from './service.ts'

/** Longest answer, bytes. */
const ANSWER_BYTES = 384
/** Between two "response pending" of a longer work, ms: well within P2*. */
const PENDING_ms = 2000
/** Pause between two steps of a longer work, for what else the hub has to do, ms. */
const STEP_PAUSE_ms = 1
const MINUTE_ms = 60_000

/** Hands an answer to the transport; a request to all is known by the connection. */
export interface Answering {
  answer(data: Uint8Array, length: number): void
}

/** Not said to a request that went to all hubs (ISO 14229-1 7.5.4): others may understand it. */
function isQuiet(code: Nrc): boolean {
  return code === NRC.serviceNotSupported || code === NRC.subFunctionNotSupported || code === NRC.requestOutOfRange
    || code === NRC.subFunctionNotInSession || code === NRC.serviceNotInSession
}

/** The UDS server of one hub: finds the service, refuses in the order of the standard, and keeps session and timers. */
export class Server implements Conversation {
  readonly hub: DiagnosedHub
  readonly faults: FaultMemory
  readonly watch: FaultWatch
  readonly update: Update | undefined
  session: Session
  unlocked: boolean
  private readonly services: readonly Service[]
  private readonly line: Answering
  private readonly response: Uint8Array
  private readonly refusal: Uint8Array
  private readonly sessionJob: Job
  private readonly stepJob: Job
  private size: number
  private after: (() => void) | undefined
  private step: Step | undefined
  private service: number
  private pending_ms: number
  private suppressed: boolean
  private silenced: boolean
  private toAll: boolean

  constructor(hub: DiagnosedHub, services: readonly Service[], update: Update | undefined, line: Answering) {
    this.hub = hub
    this.services = services
    this.update = update
    this.line = line
    this.faults = new FaultMemory(hub.hal.nvm, hub.counters, hub.slots.length, (into, offset) => this.circumstances(into, offset))
    this.watch = new FaultWatch(hub, this.faults, update !== undefined && update.failed())
    this.session = SESSION.default
    this.unlocked = false
    this.response = new Uint8Array(ANSWER_BYTES)
    this.refusal = new Uint8Array(3)
    this.sessionJob = hub.schedule.job('diagnostic session', () => this.enter(SESSION.default))
    this.stepJob = hub.schedule.job('diagnostic work', () => this.work())
    this.size = 0
    this.after = undefined
    this.step = undefined
    this.service = 0
    this.pending_ms = 0
    this.suppressed = false
    this.silenced = false
    this.toAll = false
  }

  /** A whole request of a tester. */
  request(data: Uint8Array, length: number, toAll: boolean): void {
    if (this.session !== SESSION.default) this.hub.schedule.startIn(this.sessionJob, UDS_TIMES.s3_ms)
    // One at a time; but "I am still here" is heard meanwhile.
    if (this.step !== undefined || length === 0) return
    this.service = data[0]!
    this.toAll = toAll
    this.after = undefined
    this.suppressed = false
    this.response[0] = this.service + POSITIVE
    this.size = 1
    const outcome = this.serve(data, length)
    if (outcome !== MORE) this.finish(outcome)
  }

  /** A longer work is under way. */
  working(): boolean {
    return this.step !== undefined
  }

  /** The answer has left, or could not. */
  answered(): void {
    const after = this.after
    if (this.step !== undefined || after === undefined) return
    this.after = undefined
    after()
  }

  locks(lock: Lock): boolean {
    return !this.unlocked && (lock === LOCK.always || (lock === LOCK.keyed && this.hub.keys.keyed()))
  }

  put(value: number, bytes: number): void {
    for (let i = bytes - 1; i >= 0; i--) this.response[this.size++] = value >>> 8 * i & 0xff
  }

  putBytes(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.response[this.size++] = bytes[i]!
  }

  room(): number {
    return ANSWER_BYTES - this.size
  }

  enter(session: Session): void {
    const before = this.session
    this.session = session
    this.unlocked = false
    if (session === SESSION.default) {
      this.hub.schedule.stop(this.sessionJob)
      this.faults.watching = true
      this.silence(false)
    } else this.hub.schedule.startIn(this.sessionJob, UDS_TIMES.s3_ms)
    if ((session === SESSION.programming) === (before === SESSION.programming)) return
    // Nothing that moves while the image is being replaced.
    for (const slot of this.hub.slots) slot.commands.inhibited = session === SESSION.programming
  }

  silence(silent: boolean): void {
    if (silent === this.silenced) return
    this.silenced = silent
    if (silent) this.hub.transmit.close()
    else if (this.hub.address.operating()) this.hub.transmit.open()
  }

  afterwards(act: () => void): void {
    this.after = act
  }

  pend(step: Step): typeof MORE {
    this.step = step
    this.sayPending()
    this.hub.schedule.startIn(this.stepJob, STEP_PAUSE_ms)
    return MORE
  }

  private serve(data: Uint8Array, length: number): Nrc | typeof MORE {
    const service = this.find(data[0]!)
    if (service === undefined) return NRC.serviceNotSupported
    if ((service.sessions & 1 << this.session) === 0) return NRC.serviceNotInSession
    if (this.locks(service.locked)) return NRC.securityAccessDenied
    if (service.subFunctions !== undefined) {
      if (length < 2) return NRC.incorrectLength
      const code = data[1]! & ~SUPPRESS
      const sub = this.findSub(service.subFunctions, code)
      if (sub === undefined) return NRC.subFunctionNotSupported
      if ((sub.sessions & 1 << this.session) === 0) return NRC.subFunctionNotInSession
      if (this.locks(sub.locked)) return NRC.securityAccessDenied
      this.suppressed = (data[1]! & SUPPRESS) !== 0
      this.put(code, 1)
    }
    if (length < service.shortest || length > service.longest) return NRC.incorrectLength
    return service.run(this, data, length)
  }

  private find(id: number): Service | undefined {
    for (const service of this.services) if (service.id === id) return service
    return undefined
  }

  private findSub(subFunctions: readonly SubFunction[], code: number): SubFunction | undefined {
    for (const sub of subFunctions) if (sub.code === code) return sub
    return undefined
  }

  private work(): void {
    const step = this.step
    if (step === undefined) return
    const outcome = step()
    if (outcome === MORE) {
      if (this.hub.schedule.now() >= this.pending_ms) this.sayPending()
      this.hub.schedule.startIn(this.stepJob, STEP_PAUSE_ms)
      return
    }
    this.step = undefined
    // Who was told to wait is told the end.
    this.suppressed = false
    this.finish(outcome)
    if (this.session !== SESSION.default) this.hub.schedule.startIn(this.sessionJob, UDS_TIMES.s3_ms)
  }

  private finish(code: Nrc): void {
    if (code !== NRC.none) {
      this.after = undefined
      if (!this.toAll || !isQuiet(code)) this.refuse(code)
    } else if (!this.suppressed) this.line.answer(this.response, this.size)
    else this.answered()
  }

  private sayPending(): void {
    this.pending_ms = this.hub.schedule.now() + PENDING_ms
    this.refuse(NRC.responsePending)
  }

  private refuse(code: Nrc): void {
    this.refusal[0] = NEGATIVE_RESPONSE
    this.refusal[1] = this.service
    this.refusal[2] = code
    this.line.answer(this.refusal, this.refusal.length)
  }

  private circumstances(into: Uint8Array, offset: number): void {
    const hal = this.hub.hal
    const minutes = Math.floor(hal.now() / MINUTE_ms)
    const speed = this.hub.vehicle.speed_kmh()
    into[offset] = rounded(hal.supply_V() * 10)
    into[offset + 1] = rounded(hal.temperature_C()) + 40
    into[offset + 2] = this.hub.vehicle.ignition()
    into[offset + 3] = isNaN(speed) ? 0xff : speed
    into[offset + 4] = minutes >> 8
    into[offset + 5] = minutes
  }
}
