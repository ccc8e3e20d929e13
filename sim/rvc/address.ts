import { asyncScheduler, distinctUntilChanged, type SchedulerLike, Subscription } from 'rxjs'
import {
  buildName, CANNOT_CLAIM_ID, CLAIM_SETTLE_ms, claimId, compareNames, destinationOf, GLOBAL_ADDRESS, MANUFACTURER_NONE, NAME_BYTES,
  NULL_ADDRESS, PGN_ADDRESS_CLAIMED, PGN_REQUEST, pgnOf, requestedPgn, sourceOf,
} from '#protocol/index.ts'
import { createLinkFrame } from '../gateway/browser.ts'
import type { Link, LinkFrame } from '../gateway/index.ts'

/** Addresses that are claimed by whoever is capable of any, SAE J1939-81. */
const FIRST_ADDRESS = 128
const LAST_ADDRESS = 247
/** Function and vehicle system of the NAME: not available. */
const FUNCTION_NONE = 0xff
const SYSTEM_NONE = 0x7f

/** NAME of the bridge: any address will do for it. `serial` has 21 bits. */
function bridgeName(serial: number): Uint8Array {
  return buildName({
    identity: serial, manufacturer: MANUFACTURER_NONE, ecuInstance: 0, functionInstance: 0, function: FUNCTION_NONE,
    vehicleSystem: SYSTEM_NONE, vehicleSystemInstance: 0, industryGroup: 0, arbitraryAddress: 1,
  })
}

/** A node with an address of its own on a J1939 bus: claims one, defends it, or takes the next. */
export class ClaimedAddress {
  private readonly link: Link
  private readonly name: Uint8Array
  private readonly clock: SchedulerLike
  private readonly taken = new Set<number>()
  private readonly running = new Subscription()
  private settling: Subscription | undefined
  private claimed = FIRST_ADDRESS
  private isSettled = false

  constructor(link: Link, serial: number, clock: SchedulerLike = asyncScheduler) {
    this.link = link
    this.name = bridgeName(serial)
    this.clock = clock
    this.running.add(link.state$.pipe(distinctUntilChanged()).subscribe((state) => {
      this.isSettled = false
      this.settling?.unsubscribe()
      // Who was there before it went away may be gone, and others come.
      this.taken.clear()
      if (state === 'up') this.claim()
    }))
  }

  /** Undefined while none is ours. */
  get address(): number | undefined {
    return this.isSettled ? this.claimed : undefined
  }

  close(): void {
    this.running.unsubscribe()
    this.settling?.unsubscribe()
  }

  /** Takes a frame of the bus; true when it was about addresses. */
  hear(frame: LinkFrame): boolean {
    const { id, data, length } = frame
    const pgn = pgnOf(id)
    if (pgn === PGN_REQUEST && requestedPgn(data, length) === PGN_ADDRESS_CLAIMED) {
      const destination = destinationOf(id)
      if (destination === GLOBAL_ADDRESS || destination === this.claimed) this.tell()
      return true
    }
    if (pgn !== PGN_ADDRESS_CLAIMED) return false
    if (length === NAME_BYTES) this.meet(sourceOf(id), data)
    return true
  }

  private meet(source: number, name: Uint8Array): void {
    if (source >= NULL_ADDRESS) return
    if (source !== this.claimed) return void this.taken.add(source)
    const difference = compareNames(name, this.name)
    // Our own claim, as a link that echoes brings it.
    if (difference === 0) return
    if (difference > 0) return void this.tell()
    this.taken.add(source)
    this.claim()
  }

  private claim(): void {
    this.isSettled = false
    this.settling?.unsubscribe()
    while (this.taken.has(this.claimed) && this.claimed <= LAST_ADDRESS) this.claimed++
    if (this.claimed > LAST_ADDRESS) this.claimed = NULL_ADDRESS
    const isTold = this.tell()
    if (this.claimed === NULL_ADDRESS) return
    this.settling = this.clock.schedule(() => {
      if (isTold) this.isSettled = true
      else this.claim()
    }, CLAIM_SETTLE_ms)
  }

  private tell(): boolean {
    const frame = createLinkFrame()
    frame.id = this.claimed === NULL_ADDRESS ? CANNOT_CLAIM_ID : claimId(this.claimed)
    frame.extended = true
    frame.length = NAME_BYTES
    frame.data.set(this.name)
    return this.link.send(frame)
  }
}
