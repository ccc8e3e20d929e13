import { GRANT_RESULT, PowerGrantCodec } from '#protocol/index.ts'
import type { Job, Schedule } from '../runtime/index.ts'

/** A grant is to be proved within this, else it is taken back: its tag may be lost, its lease is renewed after a second. */
export const GRANT_PROOF_ms = 1300
/** After one that was not, none is believed early for so long. */
const DISTRUST_ms = 10_000
const PORTS = 16
const PORT_MASK = 0x0f
/** Bytes of a PowerGrant: port and sequence, result. */
const PORT_AT = 2
const RESULT_AT = 6
const RESULT_MASK = 0x03

/**
 * Grants that count before they are proved: a hub that begins to move is busy, its controller holds two frames, and the tag of a grant
 * is often the third. A grant gives no more than its port asked for, so a forged one does no more than lend that for a moment.
 */
export class EarlyGrants {
  private readonly schedule: Schedule
  private readonly takeBack: (id: number, data: Uint8Array, length: number) => void
  private readonly job: Job
  /** By port: who granted, with which sequence, and until when that is to be proved. */
  private readonly ids: Uint32Array
  private readonly grants: Uint8Array
  private readonly until_ms: Float64Array
  private distrusted_ms: number
  private readonly revocation: Uint8Array

  /** `takeBack`: hears of a revoked grant in place of one that nobody proved. */
  constructor(schedule: Schedule, takeBack: (id: number, data: Uint8Array, length: number) => void) {
    this.schedule = schedule
    this.takeBack = takeBack
    this.job = schedule.job('unproved grants', () => this.look())
    this.ids = new Uint32Array(PORTS)
    this.grants = new Uint8Array(PORTS)
    this.until_ms = new Float64Array(PORTS)
    this.until_ms.fill(Infinity)
    this.distrusted_ms = -Infinity
    this.revocation = new Uint8Array(PowerGrantCodec.length)
  }

  /** Whether a grant counts now. `draws`: its port has a lease, so there is time for the tag. */
  believes(id: number, data: Uint8Array, draws: boolean): boolean {
    const now = this.schedule.now()
    const port = data[PORT_AT]! & PORT_MASK
    if (draws || (data[RESULT_AT]! & RESULT_MASK) !== GRANT_RESULT.granted || now - this.distrusted_ms < DISTRUST_ms) return false
    if (this.until_ms[port]! < Infinity) return false
    this.ids[port] = id
    this.grants[port] = data[PORT_AT]!
    this.until_ms[port] = now + GRANT_PROOF_ms
    this.schedule.notLater(this.job, now + GRANT_PROOF_ms)
    return true
  }

  /** A grant is proved. `true`: that it counts is known already. */
  proved(data: Uint8Array): boolean {
    const port = data[PORT_AT]! & PORT_MASK
    if (this.until_ms[port] === Infinity) return false
    this.until_ms[port] = Infinity
    return this.grants[port] === data[PORT_AT] && (data[RESULT_AT]! & RESULT_MASK) === GRANT_RESULT.granted
  }

  /** The hub slept, with its ports off. */
  forget(): void {
    this.until_ms.fill(Infinity)
  }

  private look(): void {
    const now = this.schedule.now()
    for (let port = 0; port < PORTS; port++) {
      if (this.until_ms[port]! > now) {
        if (this.until_ms[port]! < Infinity) this.schedule.notLater(this.job, this.until_ms[port]!)
        continue
      }
      this.until_ms[port] = Infinity
      this.distrusted_ms = now
      this.revocation[PORT_AT] = this.grants[port]!
      this.revocation[RESULT_AT] = GRANT_RESULT.revoked
      this.takeBack(this.ids[port]!, this.revocation, PowerGrantCodec.length)
    }
  }
}
