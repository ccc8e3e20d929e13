import type { GrantResult } from '#protocol/index.ts'
import { POWER_RULES } from '../rules.ts'

/** No answer waits to be sent. */
export const NO_ANSWER = -1

/** What the manager knows of one port: the lease it holds, the wish it waits with, and what it has to be told. */
export interface Account {
  /** Among the accounts of all ports. */
  readonly index: number
  /** Index of the hub in the plan, and its socket. */
  readonly hub: number
  readonly port: number
  /** Of the last request. */
  sequence: number
  heard_ms: number

  held: boolean
  /** Of the request that the lease answers. */
  heldSequence: number
  /** Given by another manager: the sequence is not known. */
  adopted: boolean
  /** Such a lease that was reported and is not counted yet, mA; 0: none. */
  reported_mA: number
  priority: number
  run_mA: number
  /** What the last grant allowed at its beginning; `run_mA` when it allowed no peak. */
  peak_mA: number
  /** Counted against the copper now; and of it against what fuses bear for ever. */
  reserved_mA: number
  reservedRun_mA: number
  began_ms: number
  peakEnd_ms: number
  /** Infinity: it is over, but its port has not said so: another manager may have renewed it. */
  end_ms: number
  /** The port said since the last grant that it holds nothing. */
  freed: boolean
  /** Taken away: reserved until the port let go or the lease is over. */
  revoking: boolean

  waiting: boolean
  wishPriority: number
  wishRun_mA: number
  wishPeak_mA: number
  since_ms: number
  /** The last request has not been answered. */
  asked: boolean
  /** Count of changes at which it was last tried. */
  tried: number
  /** Count of changes at which taking leases from others was found to be enough for it. */
  helpable: number
  /** When it is tried again although nothing changed: it has been patient for long enough. */
  retry_ms: number

  /** `GRANT_RESULT` of the answer that `next` handed out, and of one that waits to be (`NO_ANSWER` = none). */
  result: GrantResult
  answer: GrantResult | typeof NO_ANSWER
}

/** A port that has nothing and wants nothing. */
export function createAccount(index: number, hub: number, port: number): Account {
  return {
    index: index, hub: hub, port: port, sequence: -1, heard_ms: -Infinity,
    held: false, heldSequence: -1, adopted: false, reported_mA: 0, priority: 3, run_mA: 0, peak_mA: 0, reserved_mA: 0, reservedRun_mA: 0,
    began_ms: 0, peakEnd_ms: 0, end_ms: 0, freed: true, revoking: false,
    waiting: false, wishPriority: 3, wishRun_mA: 0, wishPeak_mA: 0, since_ms: 0, asked: false, tried: -1, helpable: -1, retry_ms: 0,
    result: 0, answer: NO_ANSWER,
  }
}

/** When there is something to do about a account: its peak or lease is over, its wish is old; ms, Infinity: never. */
export function dueOf(account: Account): number {
  if (account.reported_mA > 0) return -Infinity
  let due_ms = Infinity
  if (account.held) due_ms = account.reserved_mA > account.run_mA ? Math.min(account.peakEnd_ms, account.end_ms) : account.end_ms
  if (account.waiting) due_ms = Math.min(due_ms, account.retry_ms, account.heard_ms + POWER_RULES.wish_ms)
  return due_ms
}
