import { KEY_ROLE, keyRoleOf, PROOF_BYTES, putWord, senderNibble, sourceOf, TAG_AT, tagCounter } from '#protocol/index.ts'
import { CounterWindow } from './counter-window.ts'
import type { HubKeys } from './hub-keys.ts'

/** A challenge is said anew after this. */
export const RENEW_ms = 2000
/** What is tagged over the one before counts until then: who is busy may not have heard the new one. */
const FORMER_ms = 2000
/** Of proofs that bind many messages, no more than what was under way. */
const FORMER_PROOF_ms = 50
const SENDERS = 16
const WORD = 0x1_0000_0000

/** A random word of freshness, of a board's generator. */
export function drawWord(random: () => number): number {
  return Math.floor(random() * WORD)
}

/** Which word and counter a message was tagged with. */
export interface Taken {
  word: number
  counter: number
}

/**
 * The challenge that this hub says, and the one before: what was recorded before a reset, a sleep or a takeover is of another, so
 * nothing about freshness has to outlive anything.
 */
export class OwnChallenge {
  word: number
  renewed_ms: number
  /** Of the last message that was taken. */
  readonly taken: Taken
  private readonly keys: HubKeys
  private readonly random: () => number
  private window: CounterWindow
  private former: number
  private formerWindow: CounterWindow
  private readonly proof: Uint8Array

  constructor(keys: HubKeys, random: () => number) {
    this.keys = keys
    this.random = random
    this.word = drawWord(this.random)
    this.former = this.word
    this.renewed_ms = -Infinity
    this.window = new CounterWindow(SENDERS)
    this.formerWindow = new CounterWindow(SENDERS)
    this.taken = { word: 0, counter: 0 }
    this.proof = new Uint8Array(PROOF_BYTES)
  }

  renew(now: number): void {
    const spent = this.formerWindow
    this.former = this.word
    this.formerWindow = this.window
    this.window = spent
    this.window.clear()
    this.word = drawWord(this.random)
    this.renewed_ms = now
  }

  /** Nobody knows the challenge until it is said: what was sent while the hub slept was not for now. */
  forget(): void {
    this.word = drawWord(this.random)
    this.former = this.word
    this.renewed_ms = -Infinity
  }

  /** Whether a message is for now and of who has the key of its sender's kind; each counts once. */
  takes(id: number, data: Uint8Array, length: number, tag: Uint8Array, at: number, now: number): boolean {
    if (this.fits(this.word, this.window, id, data, length, tag, at)) return true
    return this.formerCounts(now, FORMER_ms) && this.fits(this.former, this.formerWindow, id, data, length, tag, at)
  }

  /** Whether `data`, a FreshnessProof, proves this epoch with this counter. */
  proves(id: number, epoch: number, counter: number, data: Uint8Array, now: number): boolean {
    putWord(this.proof, 2, epoch)
    if (this.keys.fits(KEY_ROLE.hub, id, this.word, counter, this.proof, PROOF_BYTES, data, TAG_AT.proof)) return true
    return this.formerCounts(now, FORMER_PROOF_ms)
      && this.keys.fits(KEY_ROLE.hub, id, this.former, counter, this.proof, PROOF_BYTES, data, TAG_AT.proof)
  }

  private formerCounts(now: number, for_ms: number): boolean {
    return this.former !== this.word && now - this.renewed_ms <= for_ms
  }

  private fits(word: number, window: CounterWindow, id: number, data: Uint8Array, length: number, tag: Uint8Array, at: number): boolean {
    const sender = senderNibble(id)
    const counter = window.next(sender, tagCounter(tag, at))
    if (counter === 0) return false
    if (!this.keys.fits(keyRoleOf(sourceOf(id)), id, word, counter, data, length, tag, at)) return false
    window.take(sender, counter)
    this.taken.word = word
    this.taken.counter = counter
    return true
  }
}
