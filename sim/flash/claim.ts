import { claimId, compareNames, HUB_TYPE, HUB_TYPE_AT, hubAddress, type HubName, hubName, HUBS, type HubTypeName, LOCATION, NAME_BYTES } from '#protocol/index.ts'
import type { Clock, Wire } from '../diag/index.ts'
import { FlashError, Stopped } from './repl.ts'

/** Where a board with this serial number, as a hub of this type, claims its address on a bus. @throws FlashError not in time, or stopped */
export function claimed(wire: Wire, clock: Clock, hub: HubTypeName, serial: number, limit_ms: number, stop: AbortSignal): Promise<HubName> {
  const places = HUBS.filter(name => HUB_TYPE_AT[name] === hub)
  return new Promise((resolve, reject) => {
    const finish = (end: () => void): void => {
      cancel()
      stop.removeEventListener('abort', stopped)
      unsubscribe()
      end()
    }
    const stopped = (): void => finish(() => reject(new Stopped('stopped; the board is written, its address claim was not awaited')))
    const cancel = clock.after(limit_ms, () => finish(() => reject(new FlashError(
      `the board is written, but claims no address of a ${hub} within ${limit_ms / 1000} s: check its CAN wires, its termination and its coding pins`))))
    stop.addEventListener('abort', stopped)
    const unsubscribe = wire.onFrame(({ id, data, length }) => {
      if (length !== NAME_BYTES) return
      const place = places.find(name => id === claimId(hubAddress(LOCATION[name]))
        && compareNames(data, hubName(HUB_TYPE[hub], LOCATION[name], serial)) === 0)
      if (place !== undefined) finish(() => resolve(place))
    })
  })
}
