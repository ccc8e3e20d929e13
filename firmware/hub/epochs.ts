import {
  FreshnessProofCodec, hubAddress, KEY_ROLE, LAST_COUNTER, LOCATION, PROOF_BYTES, putWord, TAG_AT, tagCounter,
} from '#protocol/index.ts'
import { CounterWindow } from './counter-window.ts'
import type { HubKeys } from './hub-keys.ts'
import { drawWord, type OwnChallenge } from './own-challenge.ts'

/** Hubs that speak to all: the manager and its deputy. */
export const MANAGERS = 2
const DASH_ADDRESS: number = hubAddress(LOCATION.DASH)
const TRUNK_ADDRESS: number = hubAddress(LOCATION.TRUNK)
/** A manager proves its epoch every two seconds; what a hub was kept from hearing can be said to it later for no longer than this. */
export const PROVED_ms = 6500
/** A hub that was proved nothing for so long says another challenge soon: the last one, or its proof, got lost. */
const LATE_ms = 2200
/** A manager that was silent for so long says its epoch first: it boots, wakes or takes over. */
const SILENCE_ms = 1000
const BYTE = 0x100

/** Index of a manager by its address; −1: nobody who speaks to all. */
export function managerOf(source: number): number {
  return source === DASH_ADDRESS ? 0 : source === TRUNK_ADDRESS ? 1 : -1
}

/** What this hub knows of the epochs of managers. */
export class HeardEpochs {
  private readonly keys: HubKeys
  private readonly own: OwnChallenge
  /** As it was said, and as it was proved last. */
  private readonly said: Uint32Array
  private readonly epochs: Uint32Array
  private readonly proved_ms: Float64Array
  private readonly window: CounterWindow
  /** The last proof that did not hold: the epoch may come behind it. Identifier 0: none. */
  private readonly proofIds: Uint32Array
  private readonly proofs: Uint8Array[]

  constructor(keys: HubKeys, own: OwnChallenge) {
    this.keys = keys
    this.own = own
    this.said = new Uint32Array(MANAGERS)
    this.epochs = new Uint32Array(MANAGERS)
    this.proved_ms = new Float64Array(MANAGERS)
    this.window = new CounterWindow(MANAGERS)
    this.proofIds = new Uint32Array(MANAGERS)
    this.proofs = []
    for (let i = 0; i < MANAGERS; i++) this.proofs.push(new Uint8Array(FreshnessProofCodec.length))
    this.forget()
  }

  /** What managers said while the hub slept was not for it: their epochs are to be proved anew. */
  forget(): void {
    this.proved_ms.fill(-Infinity)
    this.proofIds.fill(0)
  }

  isProved(manager: number, now: number): boolean {
    return now - this.proved_ms[manager]! <= PROVED_ms
  }

  /** A manager that was believed until now has not proved its epoch of late. */
  isLate(now: number): boolean {
    for (let i = 0; i < MANAGERS; i++) if (this.isProved(i, now) && now - this.proved_ms[i]! > LATE_ms) return true
    return false
  }

  /** A FreshnessEpoch. `true`: a proof that came before it holds. */
  heard(manager: number, word: number, now: number): boolean {
    this.said[manager] = word
    return this.proofIds[manager] !== 0 && this.prove(manager, this.proofIds[manager]!, this.proofs[manager]!, now)
  }

  /** A FreshnessProof. `true`: it holds, and what waits for it is to be looked at again. */
  prove(manager: number, id: number, data: Uint8Array, now: number): boolean {
    const counter = data[2]! + data[3]! * BYTE
    const said = this.said[manager]!
    const isNew = said !== this.epochs[manager]
    if (isNew && this.own.proves(id, said, counter, data, now)) {
      this.epochs[manager] = said
      this.window.restart(manager)
    } else if (!this.own.proves(id, this.epochs[manager]!, counter, data, now)) {
      this.proofIds[manager] = id
      for (let i = 2; i < FreshnessProofCodec.length; i++) this.proofs[manager]![i] = data[i]!
      return false
    }
    this.window.skipTo(manager, counter)
    this.proofIds[manager] = 0
    this.proved_ms[manager] = now
    return true
  }

  /** Whether a message to all is of this manager, of its proved epoch, and new. */
  takes(manager: number, id: number, data: Uint8Array, length: number, tag: Uint8Array, at: number): boolean {
    const counter = this.window.next(manager, tagCounter(tag, at))
    if (counter === 0 || !this.keys.fits(KEY_ROLE.hub, id, this.epochs[manager]!, counter, data, length, tag, at)) return false
    this.window.take(manager, counter)
    return true
  }
}

/** What this hub says to all, as a manager. */
export class OwnEpoch {
  word: number
  /** It has to be said. */
  due: boolean
  /** Locations that it has to be proved to, a bit each. */
  unproved: number
  private readonly keys: HubKeys
  private readonly random: () => number
  private readonly proof: Uint8Array
  private counter: number
  private spoke_ms: number

  constructor(keys: HubKeys, random: () => number) {
    this.keys = keys
    this.random = random
    this.proof = new Uint8Array(PROOF_BYTES)
    this.due = false
    this.unproved = 0
    this.counter = 0
    this.spoke_ms = -Infinity
    this.word = drawWord(this.random)
  }

  /** The hub slept. */
  forget(): void {
    this.spoke_ms = -Infinity
  }

  speaks(now: number): boolean {
    return now - this.spoke_ms <= SILENCE_ms
  }

  /** Writes the tag of a message to all. `known`: the locations whose challenges are. */
  sign(id: number, data: Uint8Array, length: number, into: Uint8Array, at: number, known: number, now: number): void {
    const spent = this.counter >= LAST_COUNTER
    if (spent) {
      this.word = drawWord(this.random)
      this.counter = 0
    }
    if (spent || !this.speaks(now)) {
      this.due = true
      this.unproved = known
    }
    this.spoke_ms = now
    this.counter++
    this.keys.sign(KEY_ROLE.hub, id, this.word, this.counter, data, length, into, at)
  }

  /** Writes the fields of a FreshnessProof for the hub with this challenge. */
  prove(id: number, challenge: number, data: Uint8Array): void {
    putWord(this.proof, 2, this.word)
    data[2] = this.counter
    data[3] = this.counter >> 8
    this.keys.sign(KEY_ROLE.hub, id, challenge, this.counter, this.proof, PROOF_BYTES, data, TAG_AT.proof)
  }
}
