import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc16 } from './crc.ts'
import { check, counterOf, crc8, E2E_OUTCOME, E2E_SILENCE_ms, E2eReceiver, nextCounter, protect } from './e2e.ts'

const NINE = new TextEncoder().encode('123456789')

describe('published check values', () => {
  it('CRC-8 of profile 11 and, by other start and final xor, SAE J1850', () => {
    expect(crc8(NINE, 0, 9, 0)).toBe(0x37)
    expect(crc8(NINE, 0, 9, 0xff) ^ 0xff).toBe(0x4b)
  })

  it('CRC-16/CCITT-FALSE', () => {
    expect(crc16(NINE, 0, 9)).toBe(0x29b1)
  })

  it('E2E profile 11, data id 0x123, mode both, eight zero bytes', () => {
    const data = new Uint8Array(8)
    protect(data, 8, 0x123, 0)
    expect([...data]).toEqual([0xcc, 0, 0, 0, 0, 0, 0, 0])
    protect(data, 8, 0x123, 1)
    expect([...data]).toEqual([0x91, 1, 0, 0, 0, 0, 0, 0])
  })
})

describe('protection', () => {
  const frame = fc.tuple(
    fc.uint8Array({ minLength: 2, maxLength: 8 }), fc.integer({ min: 0, max: 0x1ff }), fc.integer({ min: 0, max: 14 }),
  )

  it('accepts what it protected and gives the counter back', () => {
    fc.assert(fc.property(frame, ([data, id, counter]) => {
      protect(data, data.length, id, counter)
      return check(data, data.length, id) && counterOf(data) === counter
    }), { seed: 1 })
  })

  it('finds every burst of up to 8 bits in what its checksum covers, every wrong checksum, and every wrong byte of a data id', () => {
    fc.assert(fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), ([data, id, counter], where, burst) => {
      protect(data, data.length, id, counter)
      if (check(data, data.length, id ^ burst)) return false
      if (check(data, data.length, id ^ burst << 8)) return false
      data[0]! ^= burst
      if (check(data, data.length, id)) return false
      data[0]! ^= burst
      // A burst over both, which are no neighbours to the checksum, is found as any other error is: but for one in 255.
      const bit = 8 + where % (8 * data.length - 15)
      for (let i = 0; i < 8; i++) if ((burst >> i) & 1) data[(bit + i) >> 3]! ^= 0x80 >> ((bit + i) & 7)
      return !check(data, data.length, id)
    }), { numRuns: 500, seed: 2 })
  })

  it('refuses frames too short for a header', () => {
    expect(check(new Uint8Array(8), 0, 0)).toBe(false)
    expect(check(new Uint8Array(8), 1, 0)).toBe(false)
  })
})

describe('receiver', () => {
  const data = new Uint8Array(8)
  const receive = (receiver: E2eReceiver, counter: number, now_ms: number, id = 0x81, source = 0x81): number => {
    protect(data, 8, id, counter)
    return receiver.receive(id, source, data, 8, now_ms)
  }

  it('accepts the first, the next, and across the wrap from 14 to 0', () => {
    const receiver = new E2eReceiver(16)
    let counter = 12
    for (let i = 0; i < 20; i++) {
      expect(receive(receiver, counter, i * 100)).toBe(E2E_OUTCOME.ok)
      counter = nextCounter(counter)
    }
    expect(receiver.counts[E2E_OUTCOME.ok]).toBe(20)
  })

  it('tells repeated, conflicting, some lost, and wrong sequence apart, and goes on from there', () => {
    const receiver = new E2eReceiver(16)
    const { repeated, conflicting, okSomeLost, wrongSequence, ok } = E2E_OUTCOME
    receive(receiver, 3, 0)
    expect(receive(receiver, 3, 1)).toBe(repeated)
    data[4] = 7
    expect(receive(receiver, 3, 2)).toBe(conflicting)
    data[4] = 0
    expect(receive(receiver, 5, 3)).toBe(okSomeLost)
    expect(receive(receiver, 4, 4)).toBe(wrongSequence)
    expect(receive(receiver, 5, 5)).toBe(ok)
    expect(receive(receiver, 15, 6)).toBe(wrongSequence)
    expect(receive(receiver, 6, 7)).toBe(ok)
  })

  it('has the states of the profile: no data, valid, invalid after more than 3 errors of 8, valid again at 1', () => {
    const receiver = new E2eReceiver(16)
    const outcomes = (counters: number[]): number[] => counters.map((counter, i) => receive(receiver, counter, i))
    const { ok, wrongSequence, invalid } = E2E_OUTCOME
    expect(outcomes([0, 1, 9, 10, 2, 3, 11, 12])).toEqual([ok, ok, wrongSequence, ok, wrongSequence, ok, wrongSequence, ok])
    expect(outcomes([4, 5, 6, 7, 8, 9, 10])).toEqual([wrongSequence, invalid, invalid, invalid, invalid, invalid, ok])
  })

  it('a command goes on where it stood, whatever the silence and whoever claims its sender\'s address', () => {
    const receiver = new E2eReceiver(16)
    const [command, source] = [0x181, 0x85]
    expect(receive(receiver, 9, 0, command, source)).toBe(E2E_OUTCOME.ok)
    expect(receive(receiver, 4, 1e9, command, source)).toBe(E2E_OUTCOME.wrongSequence)
    receiver.forget(source)
    expect(receive(receiver, 2, 2e9, command, source)).toBe(E2E_OUTCOME.wrongSequence)
    expect(receive(receiver, 3, 3e9, command, source)).toBe(E2E_OUTCOME.ok)
  })

  it('starts afresh after a long silence', () => {
    const receiver = new E2eReceiver(16)
    receive(receiver, 9, 0)
    expect(receive(receiver, 0, E2E_SILENCE_ms + 1)).toBe(E2E_OUTCOME.ok)
  })

  it('starts afresh with a sender that was reset, and with that one only', () => {
    const receiver = new E2eReceiver(16)
    receive(receiver, 9, 0, 0x81, 0x81)
    receive(receiver, 9, 0, 0x82, 0x82)
    receiver.forget(0x81)
    expect(receive(receiver, 9, 1, 0x81, 0x81)).toBe(E2E_OUTCOME.ok)
    expect(receive(receiver, 9, 1, 0x82, 0x82)).toBe(E2E_OUTCOME.repeated)
    receiver.reset()
    expect(receive(receiver, 9, 2, 0x82, 0x82)).toBe(E2E_OUTCOME.ok)
  })

  it('keeps senders and data ids apart', () => {
    const receiver = new E2eReceiver(16)
    receive(receiver, 3, 0, 0x181, 0xf9)
    expect(receive(receiver, 3, 1, 0x181, 0x85)).toBe(E2E_OUTCOME.ok)
    expect(receive(receiver, 3, 1, 0x182, 0xf9)).toBe(E2E_OUTCOME.ok)
    expect(receive(receiver, 3, 1, 0x181, 0xf9)).toBe(E2E_OUTCOME.repeated)
  })

  it('counts a bad CRC and changes nothing', () => {
    const receiver = new E2eReceiver(16)
    receive(receiver, 3, 0)
    protect(data, 8, 0x81, 9)
    data[4]! ^= 1
    expect(receiver.receive(0x81, 0x81, data, 8, 1)).toBe(E2E_OUTCOME.badCrc)
    expect(receive(receiver, 4, 2)).toBe(E2E_OUTCOME.ok)
  })

  it('survives more senders than it has room for', () => {
    const receiver = new E2eReceiver(16)
    for (let source = 0; source < 256; source++) expect(receive(receiver, 1, 0, 0x81, source)).toBe(E2E_OUTCOME.ok)
    expect(receiver.evicted).toBeGreaterThan(200)
  })
})
