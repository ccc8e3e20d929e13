import { cmac } from '@noble/ciphers/aes.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COUNTER_STEPS, hubAddress, KEY_ROLE, LAST_COUNTER, LOCATION, messageId } from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import { createCounters, HUB_PORT, HUB_RECORD, nvmKey } from '../runtime/index.ts'
import { FakeHal } from '../testing/index.ts'
import { CounterWindow } from './counter-window.ts'
import { HeardEpochs, OwnEpoch, PROVED_ms } from './epochs.ts'
import { HubKeys } from './hub-keys.ts'
import { OwnChallenge, RENEW_ms } from './own-challenge.ts'

const DASH = hubAddress(LOCATION.DASH)
const COMMAND_ID = messageId(2, 1, 8, LOCATION.FL, DASH)
const STATE_ID = messageId(3, 1, 0, LOCATION.ALL, DASH)
const PROOF_ID = messageId(3, 1, 5, LOCATION.FL, DASH)

/** A board with AES, as far as keys need one. */
function boardOf(nvm: FakeHal = new FakeHal(LOCATION.FL, 0)): Hal {
  return Object.assign(nvm as Hal, {
    cmac: (key: Uint8Array, data: Uint8Array, length: number, into: Uint8Array) => into.set(cmac(data.slice(0, length), key)),
  })
}

function keysOf(hal: Hal = boardOf()): HubKeys {
  new HubKeys(hal, createCounters()).save(Uint8Array.from({ length: 48 }, (_, i) => i))
  return new HubKeys(hal, createCounters())
}

/** Words that follow one another. */
function dice(): () => number {
  let drawn = 0
  return () => (++drawn * 0x9e37_79b9 >>> 0) / 0x1_0000_0000
}

describe('the counters of senders', () => {
  it('count each once, with a few out of order, and never go back', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 200 }), (lows) => {
      const window = new CounterWindow(1)
      const taken = new Set<number>()
      let last = 0
      for (const low of lows) {
        const counter = window.next(0, low)
        if (counter === 0) continue
        expect(counter & COUNTER_STEPS - 1).toBe(low)
        expect(taken.has(counter)).toBe(false)
        expect(counter).toBeGreaterThan(last - 4)
        window.take(0, counter)
        taken.add(counter)
        last = Math.max(last, counter)
      }
    }), { seed: 5 })
  })

  it('end before they would begin anew', () => {
    const window = new CounterWindow(1)
    window.skipTo(0, LAST_COUNTER - 2)
    const last = [LAST_COUNTER - 1, LAST_COUNTER, LAST_COUNTER + 1].map(counter => window.next(0, counter & 0x0f))
    expect(last).toEqual([LAST_COUNTER - 1, LAST_COUNTER, 0])
    window.skipTo(0, 5)
    expect(window.next(0, 6)).not.toBe(6)
  })
})

describe('the keys in a hub', () => {
  it('are none where the record is missing, cut or damaged, or the board has no AES', () => {
    expect(new HubKeys(boardOf(), createCounters()).keyed()).toBe(false)
    expect(keysOf().keyed()).toBe(true)
    const hal = boardOf()
    keysOf(hal)
    const key = nvmKey(HUB_PORT, HUB_RECORD.keys)
    const record = hal.nvm.read(key)!
    fc.assert(fc.property(fc.nat(record.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      hal.nvm.write(key, record.map((byte, i) => i === at ? byte ^ change : byte))
      expect(new HubKeys(hal, createCounters()).keyed()).toBe(false)
    }), { seed: 6, numRuns: 60 })
    hal.nvm.write(key, record.slice(0, 20))
    expect(new HubKeys(hal, createCounters()).keyed()).toBe(false)
    const bare = new HubKeys(new FakeHal(LOCATION.FL, 0), createCounters())
    expect([bare.save(new Uint8Array(48)), bare.answer(KEY_ROLE.workshop, 1)]).toEqual([false, 0])
  })
})

describe('a hub\'s own challenge', () => {
  it('takes what was tagged over it once, and over the one before as long as a challenge serves', () => {
    const keys = keysOf()
    const own = new OwnChallenge(keys, dice())
    const data = Uint8Array.of(0, 0, 0x15, 0xff)
    const tag = new Uint8Array(4)
    const say = (word: number, counter: number): void => keys.sign(KEY_ROLE.hub, COMMAND_ID, word, counter, data, 4, tag, 0)
    const takes = (now: number): boolean => own.takes(COMMAND_ID, data, 4, tag, 0, now)
    own.renew(0)
    say(own.word, 1)
    expect([takes(1), takes(1)]).toEqual([true, false])
    const former = own.word
    own.renew(2000)
    say(former, 2)
    expect([takes(2000 + RENEW_ms), takes(2000 + RENEW_ms)]).toEqual([true, false])
    say(former, 3)
    expect(takes(2001 + RENEW_ms)).toBe(false)
    own.renew(2100)
    say(former, 3)
    expect(takes(2101)).toBe(false)
    own.forget()
    say(former, 4)
    expect(takes(2101)).toBe(false)
    // A hub does not take what the key of tools made.
    keys.sign(KEY_ROLE.tool, COMMAND_ID, own.word, 1, data, 4, tag, 0)
    expect(takes(2052)).toBe(false)
  })
})

describe('the epoch of a manager', () => {
  const set = () => {
    const keys = keysOf()
    const own = new OwnChallenge(keys, dice())
    const random = dice()
    random()
    return {
      keys, own, heard: new HeardEpochs(keys, own), epoch: new OwnEpoch(keys, random), proof: new Uint8Array(8), tag: new Uint8Array(4),
      data: Uint8Array.of(0, 0, 1, 2, 3, 4, 5),
    }
  }

  it('counts once it is proved over the hub\'s challenge, in whichever order word and proof come', () => {
    for (const wordFirst of [true, false]) {
      const { own, heard, epoch, proof, tag, data } = set()
      own.renew(0)
      epoch.sign(STATE_ID, data, 7, tag, 0, 0, 0)
      epoch.prove(PROOF_ID, own.word, proof)
      if (wordFirst) heard.heard(0, epoch.word, 1)
      expect(heard.prove(0, PROOF_ID, proof, 1)).toBe(wordFirst)
      if (!wordFirst) expect(heard.heard(0, epoch.word, 2)).toBe(true)
      // What was said before the proof counts no more, what comes then does once.
      expect(heard.takes(0, STATE_ID, data, 7, tag, 0)).toBe(false)
      epoch.sign(STATE_ID, data, 7, tag, 0, 0, 10)
      expect([heard.takes(0, STATE_ID, data, 7, tag, 0), heard.takes(0, STATE_ID, data, 7, tag, 0)]).toEqual([true, false])
    }
  })

  it('does not count by an old proof, another manager\'s, after a sleep, or when proofs stay away; a forged word changes nothing', () => {
    const { own, heard, epoch, proof, tag, data } = set()
    own.renew(0)
    heard.heard(0, epoch.word, 0)
    epoch.prove(PROOF_ID, own.word, proof)
    own.renew(1000)
    expect(heard.prove(0, PROOF_ID, proof, 1100)).toBe(false)
    epoch.prove(PROOF_ID, own.word, proof)
    expect(heard.prove(0, PROOF_ID, proof, 1100)).toBe(true)
    expect([heard.isProved(0, 1100), heard.isProved(1, 1100), heard.isProved(0, 1101 + PROVED_ms)]).toEqual([true, false, false])
    heard.heard(0, 0x1234_5678, 1200)
    epoch.prove(PROOF_ID, own.word, proof)
    expect(heard.prove(0, PROOF_ID, proof, 1200)).toBe(true)
    epoch.sign(STATE_ID, data, 7, tag, 0, 0, 1200)
    expect(heard.takes(0, STATE_ID, data, 7, tag, 0)).toBe(true)
    heard.forget()
    expect(heard.isProved(0, 1200)).toBe(false)
  })

  it('is asked for soon when the last proof is missed, of a manager that was believed', () => {
    const { own, heard, epoch, proof } = set()
    own.renew(0)
    expect(heard.isLate(10_000)).toBe(false)
    heard.heard(0, epoch.word, 0)
    epoch.prove(PROOF_ID, own.word, proof)
    expect(heard.prove(0, PROOF_ID, proof, 0)).toBe(true)
    expect([2200, 2201, PROVED_ms, PROVED_ms + 1].map(now => heard.isLate(now))).toEqual([false, true, true, false])
  })

  it('is another word when its counter ends, and is said and proved to all that are known', () => {
    const { epoch, tag, data } = set()
    epoch.sign(STATE_ID, data, 7, tag, 0, 0x6, 0)
    expect([epoch.due, epoch.unproved]).toEqual([true, 0x6])
    const first = epoch.word
    epoch.due = false
    epoch.unproved = 0
    for (let i = 1; i < LAST_COUNTER; i++) epoch.sign(STATE_ID, data, 7, tag, 0, 0x6, 0)
    expect([epoch.word, epoch.due]).toEqual([first, false])
    epoch.sign(STATE_ID, data, 7, tag, 0, 0x6, 0)
    expect([epoch.word === first, epoch.due, epoch.unproved]).toEqual([false, true, 0x6])
  })
})
