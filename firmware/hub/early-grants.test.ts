import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, hubAddress, LOCATION, messageId, PowerGrantCodec, type PowerGrantValues } from '#protocol/index.ts'
import { createCounters, Schedule } from '../runtime/index.ts'
import { FakeHal } from '../testing/index.ts'
import { EarlyGrants, GRANT_PROOF_ms } from './early-grants.ts'

const ID = messageId(1, 1, 3, LOCATION.FL, hubAddress(LOCATION.DASH))

function grant(port: number, sequence: number, result: PowerGrantValues['result'] = GRANT_RESULT.granted): Uint8Array {
  const data = new Uint8Array(8)
  PowerGrantCodec.encode({ ...PowerGrantCodec.create(), port, sequence, run_A: 9, peak_A: 20, lease_ms: 2000, result }, data)
  return data
}

function set() {
  const hal = new FakeHal(LOCATION.FL, 0)
  const taken: PowerGrantValues[] = []
  const early = new EarlyGrants(new Schedule(hal, createCounters()), (id, data, length) => {
    expect([id, length]).toEqual([ID, PowerGrantCodec.length])
    const values = PowerGrantCodec.create()
    PowerGrantCodec.decode(data, values)
    taken.push(values)
  })
  return { clock: hal.clock, early, taken }
}

describe('grants that count before they are proved', () => {
  it('are those to a port without a lease, and stay when they are proved in time', () => {
    const { clock, early, taken } = set()
    expect(early.believes(ID, grant(0, 3), true)).toBe(false)
    for (const result of [GRANT_RESULT.deferred, GRANT_RESULT.refused, GRANT_RESULT.revoked]) {
      expect(early.believes(ID, grant(0, 3, result), false)).toBe(false)
    }
    expect(early.believes(ID, grant(0, 3), false)).toBe(true)
    // One at a time.
    expect(early.believes(ID, grant(0, 4), false)).toBe(false)
    clock.advance(200)
    expect([early.proved(grant(0, 3)), early.proved(grant(0, 3))]).toEqual([true, false])
    clock.advance(10_000)
    expect(taken).toEqual([])
  })

  it('are taken back when nobody proves them, and then none is believed early for ten seconds', () => {
    const { clock, early, taken } = set()
    expect([early.believes(ID, grant(1, 3), false), early.believes(ID, grant(4, 9), false)]).toEqual([true, true])
    clock.advance(100)
    expect(early.proved(grant(4, 9))).toBe(true)
    clock.advance(GRANT_PROOF_ms - 101)
    expect(taken).toEqual([])
    clock.advance(2)
    expect(taken.map(({ port, sequence, result }) => [port, sequence, result])).toEqual([[1, 3, GRANT_RESULT.revoked]])
    expect(early.believes(ID, grant(1, 4), false)).toBe(false)
    clock.advance(10_000)
    expect(early.believes(ID, grant(1, 5), false)).toBe(true)
  })

  it('give way to what is proved of their port: another grant, or its end; a sleep forgets them', () => {
    const { clock, early, taken } = set()
    expect([early.believes(ID, grant(0, 3), false), early.proved(grant(0, 4))]).toEqual([true, false])
    expect([early.believes(ID, grant(0, 5), false), early.proved(grant(0, 5, GRANT_RESULT.revoked))]).toEqual([true, false])
    expect(early.believes(ID, grant(0, 6), false)).toBe(true)
    early.forget()
    clock.advance(GRANT_PROOF_ms + 1)
    expect(taken).toEqual([])
  })
})
