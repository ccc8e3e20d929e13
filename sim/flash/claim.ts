import { claimId, compareNames, HUB_TYPE, HUB_TYPE_AT, hubAddress, type HubName, hubName, HUBS, type HubTypeName, LOCATION, NAME_BYTES } from '#protocol/index.ts'
import type { Clock, Wire } from '../diag/index.ts'
import { FlashError } from './repl.ts'

/** Where a board with this serial number, as a hub of this type, claims its address on a bus. @throws FlashError it does not in time */
export function claimed(wire: Wire, clock: Clock, hub: HubTypeName, serial: number, limit_ms: number): Promise<HubName> {
  const places = HUBS.filter(name => HUB_TYPE_AT[name] === hub)
  return new Promise((resolve, reject) => {
    const finish = (end: () => void): void => {
      cancel()
      unsubscribe()
      end()
    }
    const cancel = clock.after(limit_ms, () => finish(() => reject(new FlashError(
      `the board is written, but claims no address of a ${hub} within ${limit_ms / 1000} s: check its CAN wires, its termination and its coding pins`))))
    const unsubscribe = wire.onFrame(({ id, data, length }) => {
      if (length !== NAME_BYTES) return
      const place = places.find(name => id === claimId(hubAddress(LOCATION[name]))
        && compareNames(data, hubName(HUB_TYPE[hub], LOCATION[name], serial)) === 0)
      if (place !== undefined) finish(() => resolve(place))
    })
  })
}
