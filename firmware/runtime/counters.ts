import { E2E_OUTCOMES } from '#protocol/index.ts'

/**
 * Everything a hub counts since boot, one number a cause; for diagnostics and tests. `e2e` is by `E2E_OUTCOME`.
 *
 * Transmission adds up: `txQueued = txSent + txSuperseded + txExpired + txOverflow + txDiscarded` + what still waits.
 */
export interface HubCounters {
  /** Frames given to the queue; `txClosed` are those refused because the address is not claimed. */
  txQueued: number
  txClosed: number
  /** Left the controller. */
  txSent: number
  /** Replaced in the queue by a newer content of the same message. */
  txSuperseded: number
  /** Older than their lifetime. */
  txExpired: number
  /** Dropped by a full queue: the frame with the lowest priority goes. */
  txOverflow: number
  /** Dropped when the hub went silent. */
  txDiscarded: number
  /** Taken back from the controller to let a more urgent frame pass; sent again afterwards. */
  txYielded: number
  /** Frames the controller's filters let in. */
  rxFrames: number
  /** Not of a form the hub knows, or of a kind nobody here wants. */
  rxUnwanted: number
  rxWrongLength: number
  /** Received during a stall of this hub and older than their lifetime. */
  rxStale: number
  /** Window and latch commands whose tag is missing or wrong, in a hub with keys. */
  rxNotAuthentic: number
  /** Sent with this hub's own source address by somebody else. */
  rxOwnAddress: number
  /** A command for a component class that is not plugged in here. */
  rxNoComponent: number
  /** Ignored because the hub lost its address. */
  rxSilent: number
  e2e: Uint32Array
  claimsSent: number
  claimConflicts: number
  requestsUnknown: number
  busOffs: number
  busRecoveries: number
  commandsSent: number
  commandRepeats: number
  commandsEchoed: number
  commandsLost: number
  /** A newer command took the place of a held or waiting one. */
  commandsReplaced: number
  /** No room to remember one more command. */
  commandsDropped: number
  commandsExecuted: number
  commandsRepeated: number
  commandsRefused: number
  holdsReleased: number
  switchesUnknown: number
  plugs: number
  unplugs: number
  badDescriptors: number
  trips: number
  /** Ports that drew more than their lease allows although their eFuse should hold it, and were cut. */
  portsCut: number
  /** Requests for current, and those of them that repeat or renew one. */
  powerRequests: number
  powerRepeats: number
  /** Grants that the hub took in part or not at all, because its drop does not carry them. */
  grantsCapped: number
  /** Grants taken; answers that nobody waits for; grants and sheddings from somebody who is not the manager in charge. */
  grantsTaken: number
  grantsStale: number
  grantsForeign: number
  /** Leases that ran out without a renewal, and those taken away. */
  leasesExpired: number
  leasesRevoked: number
  /** Jobs that were late by more than their tolerance, and the longest stall, ms. */
  stalls: number
  longestStall_ms: number
  /** Control ticks that came later than their driver's law allows. */
  ticksLate: number
  nvmBad: number
}

export function createCounters(): HubCounters {
  return {
    txQueued: 0, txClosed: 0, txSent: 0, txSuperseded: 0, txExpired: 0, txOverflow: 0, txDiscarded: 0, txYielded: 0,
    rxFrames: 0, rxUnwanted: 0, rxWrongLength: 0, rxStale: 0, rxOwnAddress: 0, rxNotAuthentic: 0, rxNoComponent: 0, rxSilent: 0,
    e2e: new Uint32Array(E2E_OUTCOMES),
    claimsSent: 0, claimConflicts: 0, requestsUnknown: 0, busOffs: 0, busRecoveries: 0,
    commandsSent: 0, commandRepeats: 0, commandsEchoed: 0, commandsLost: 0, commandsReplaced: 0, commandsDropped: 0,
    commandsExecuted: 0, commandsRepeated: 0, commandsRefused: 0, holdsReleased: 0,
    switchesUnknown: 0, plugs: 0, unplugs: 0, badDescriptors: 0, trips: 0, portsCut: 0,
    powerRequests: 0, powerRepeats: 0, grantsCapped: 0, grantsTaken: 0, grantsStale: 0, grantsForeign: 0, leasesExpired: 0,
    leasesRevoked: 0,
    stalls: 0, longestStall_ms: 0, ticksLate: 0, nvmBad: 0,
  }
}
