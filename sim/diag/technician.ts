import {
  describeDtc, DIDS, type DidValues, dtcStatusNames, dtcText, type FaultDescription, readDid,
} from '#protocol/catalogue/index.ts'
import {
  ALL_DTCS, DID, type DidName, DTC_STATUS, FAULT_REPORT, HUBS, type HubName, NRC, ROUTINE, type RoutineName, SERVICE, SESSION,
} from '#protocol/index.ts'
import { type CarKeys, keyBytes } from './car-keys.ts'
import type { Clock, Wire } from './isotp-connection.ts'
import { bytesOf, number } from './big-endian.ts'
import { NegativeResponse, NoAnswer, UdsClient } from './uds-client.ts'

/** A hub that answered, and who it is. */
export interface HubFound {
  readonly hub: HubName
  readonly type: string | number
  readonly version: string | number
  readonly serial: string | number
  /** Trouble codes that it keeps. */
  readonly faults: number
}

/** A trouble code that a hub keeps. */
export interface HubTrouble {
  readonly hub: HubName
  readonly code: string
  readonly status: readonly string[]
  /** Undefined: of no hub of this catalogue. */
  readonly description: FaultDescription | undefined
  /** How it was when the fault came. */
  readonly snapshot: DidValues | undefined
  readonly occurrences: number | undefined
  readonly cyclesWithout: number | undefined
}

const DTC_BYTES = 3
const ROW_BYTES = 4
/** Behind trouble code and status: record, number of identifiers, identifier. */
const SNAPSHOT_AT = 9
const SNAPSHOT_BYTES = 6
const NOT_KNOWN = 0xff
const HARD_RESET = 1
const START = 1

function snapshotOf(answer: Uint8Array): DidValues | undefined {
  if (answer.length < SNAPSHOT_AT + SNAPSHOT_BYTES) return undefined
  const [supply, temperature, ignition, speed, high, low] = answer.subarray(SNAPSHOT_AT)
  return {
    supply_V: supply! / 10, temperature_C: temperature! - 40, ignition: ignition!,
    ...speed !== NOT_KNOWN && { speed_kmh: speed! }, minutes: high! * 0x100 + low!,
  }
}

/** What a technician asks the hubs of a car, over any wire. */
export class Technician {
  private readonly wire: Wire
  private readonly clock: Clock
  private readonly keys: CarKeys | undefined

  /** `keys`: the workshop's, for hubs with keys. */
  constructor(wire: Wire, clock: Clock, keys?: CarKeys) {
    this.keys = keys
    this.wire = wire
    this.clock = clock
  }

  /** Everyone who answers. */
  async list(): Promise<HubFound[]> {
    const found: HubFound[] = []
    for (const hub of HUBS) {
      try {
        const [place] = await this.did(hub, 'place')
        const [version] = await this.did(hub, 'version')
        const [serial] = await this.did(hub, 'serial')
        const faults = await this.ask(hub, client => client.request(SERVICE.readFaults, FAULT_REPORT.count, DTC_STATUS.confirmed))
        found.push({
          hub, type: place!['type']!, version: version!['version']!, serial: serial!['serial']!, faults: number(faults, 3, 2),
        })
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
      }
    }
    return found
  }

  /** The value of a data identifier; of `ports` one record a port. */
  async did(hub: HubName, name: DidName): Promise<DidValues[]> {
    const answer = await this.ask(hub, client => client.request(SERVICE.read, ...bytesOf(DID[name], 2)))
    return readDid(name, answer.subarray(2))
  }

  /** Writes a data identifier that can be written. @throws NegativeResponse, NoAnswer, RangeError */
  async write(hub: HubName, name: DidName, bytes: readonly number[]): Promise<void> {
    if (DIDS[name].writable !== true) throw new RangeError(`${name} cannot be written`)
    await this.ask(hub, async (client) => {
      await client.enter(SESSION.extended)
      await client.unlock()
      await client.request(SERVICE.write, ...bytesOf(DID[name], 2), ...bytes)
      await client.enter(SESSION.default)
    })
  }

  /** The trouble codes that a hub keeps, or that fail now. */
  async troubles(hub: HubName): Promise<HubTrouble[]> {
    return this.ask(hub, async (client) => {
      const rows = await client.request(SERVICE.readFaults, FAULT_REPORT.byStatus, DTC_STATUS.confirmed | DTC_STATUS.failed)
      const troubles: HubTrouble[] = []
      for (let from = 2; from + ROW_BYTES <= rows.length; from += ROW_BYTES) {
        const dtc = number(rows, from, DTC_BYTES)
        const snapshot = await client.request(SERVICE.readFaults, FAULT_REPORT.snapshot, ...bytesOf(dtc, DTC_BYTES), 1)
        const extended = await client.request(SERVICE.readFaults, FAULT_REPORT.extended, ...bytesOf(dtc, DTC_BYTES), 1)
        troubles.push({
          hub, code: dtcText(dtc), status: dtcStatusNames(rows[from + DTC_BYTES]!), description: describeDtc(dtc),
          snapshot: snapshotOf(snapshot), occurrences: extended[6], cyclesWithout: extended[7],
        })
      }
      return troubles
    })
  }

  /** Clears one trouble code of a hub, or all. */
  async clear(hub: HubName, dtc: number = ALL_DTCS): Promise<void> {
    await this.ask(hub, async (client) => {
      // Only in a session can a hub with keys be unlocked.
      if (this.keys !== undefined) await client.enter(SESSION.extended)
      await client.guarded(SERVICE.clearFaults, ...bytesOf(dtc, DTC_BYTES))
      if (this.keys !== undefined) await client.enter(SESSION.default)
    })
  }

  /** Restarts a hub. */
  async reset(hub: HubName): Promise<void> {
    await this.ask(hub, async (client) => {
      await client.enter(SESSION.extended)
      await client.guarded(SERVICE.reset, HARD_RESET)
    })
  }

  /** Starts a routine; resolves with what it answers. */
  async routine(hub: HubName, name: RoutineName): Promise<Uint8Array> {
    return this.ask(hub, async (client) => {
      await client.enter(SESSION.extended)
      const answer = await client.guarded(SERVICE.routine, START, ...bytesOf(ROUTINE[name], 2))
      await client.enter(SESSION.default)
      return answer.slice(3)
    })
  }

  /** Pairs the sockets of a hub with what is plugged into them, or opens them again. */
  async pair(hub: HubName, what: 'pair' | 'unpair'): Promise<void> {
    await this.ask(hub, async (client) => {
      await client.enter(SESSION.extended)
      await client.unlock()
      await client.request(SERVICE.routine, START, ...bytesOf(ROUTINE[what], 2))
      await client.enter(SESSION.default)
    })
  }

  /** Writes keys into a hub, which restarts with them; undefined: takes them out, and whoever commands is obeyed again. */
  async giveKeys(hub: HubName, keys: CarKeys | undefined): Promise<void> {
    await this.ask(hub, async (client) => {
      await client.enter(SESSION.extended)
      await client.unlock()
      await client.request(SERVICE.write, ...bytesOf(DID.keys, 2), ...keys === undefined ? [] : keyBytes(keys))
    })
  }

  private async ask<Result>(hub: HubName, work: (client: UdsClient) => Promise<Result>): Promise<Result> {
    const client = new UdsClient(this.wire, hub, this.clock, undefined, this.keys)
    try {
      return await work(client)
    } finally {
      client.close()
    }
  }
}

const TOO_MANY = 'too many wrong keys: wait ten seconds'
const KEY_ADVICE: Readonly<Record<NegativeResponse['keys'], string>> = {
  unnamed: 'it has keys, and none were named: --keys FILE with those that it was given',
  // Not done without them: who names keys takes the hub for one that obeys nobody else.
  needless: 'it has no keys: leave --keys out, or give it these first with npx spine keys give FILE',
  others: 'these are not the keys of this hub: --keys FILE with those that it was given',
}

/** What a technician can do about a refusal, or about silence. */
export function advice(error: unknown): string {
  if (error instanceof NoAnswer) return `${error.message}: is the hub there and awake? See "npx spine monitor"`
  if (!(error instanceof NegativeResponse)) return error instanceof Error ? error.message : String(error)
  const advices: Readonly<Partial<Record<number, string>>> = {
    [NRC.conditionsNotCorrect]: 'something of it is moving: wait until it stands still',
    [NRC.requestOutOfRange]: 'it does not know this; its firmware may be older: npx spine diag list',
    [NRC.serviceNotSupported]: 'its firmware has no such service: npx spine diag list',
    [NRC.vehicleMoves]: 'stop the car first',
    [NRC.voltageTooLow]: 'its supply is too low: charge the battery',
    [NRC.securityAccessDenied]: 'it has keys, and obeys who has the workshop\'s: --keys FILE',
    [NRC.invalidKey]: KEY_ADVICE[error.keys],
    [NRC.exceededAttempts]: TOO_MANY,
    [NRC.delayNotExpired]: TOO_MANY,
  }
  return `${error.message}${advices[error.code] === undefined ? '' : `: ${advices[error.code]}`}`
}
