import { describe, expect, it } from 'vitest'
import { LEASE_STATES } from './lease-states.ts'
import type { LeaseEvent, LeaseState } from './lease-states.ts'

const states = Object.keys(LEASE_STATES) as LeaseState[]
const having = (event: LeaseEvent): LeaseState[] => states.filter(state => LEASE_STATES[state].next[event] !== undefined)
const drawing = states.filter(state => LEASE_STATES[state].draws)
const requested = states.filter(state => LEASE_STATES[state].requested)

describe('the states of a lease', () => {
  it('are all reached from a port that wishes nothing', () => {
    const reached = new Set<LeaseState>(['idle'])
    for (const state of reached) Object.values(LEASE_STATES[state].next).forEach(next => reached.add(next))
    expect([...reached].sort()).toEqual([...states].sort())
  })

  it('end in none with the driver\'s release, and begin with a wish', () => {
    expect(having('release')).toEqual(states.filter(state => state !== 'idle'))
    for (const state of having('release')) expect(LEASE_STATES[state].next.release).toBe('idle')
    expect(LEASE_STATES.idle.next).toEqual({ wish: 'pausing' })
  })

  it('take a grant only while a request is out, and then draw', () => {
    for (const event of ['grant', 'part'] as const) {
      expect(having(event)).toEqual(requested)
      for (const state of requested) expect(drawing).toContain(LEASE_STATES[state].next[event])
    }
  })

  it('draw again only by a grant or from the static share, which is for who draws nothing', () => {
    expect(having('share')).toEqual(['asking'])
    for (const state of states.filter(each => !drawing.includes(each))) {
      for (const [event, next] of Object.entries(LEASE_STATES[state].next)) {
        if (drawing.includes(next)) expect(['grant', 'part', 'share']).toContain(event)
      }
    }
  })

  it('draw no more when the time is over, but for one reversal', () => {
    expect(having('expire')).toEqual(drawing)
    for (const event of ['expire', 'revoke', 'shed', 'release'] as const) {
      for (const state of drawing) expect(drawing, `${state}, ${event}`).not.toContain(LEASE_STATES[state].next[event])
    }
    expect(having('orphan')).toEqual(['leased', 'renewing'])
  })

  it('lose what they draw or ask for by a revocation, and go on wishing', () => {
    expect(having('revoke')).toEqual(states.filter(state => drawing.includes(state) || requested.includes(state)))
    for (const state of having('revoke')) expect(['asking', 'pausing']).toContain(LEASE_STATES[state].next.revoke)
  })

  it('ask whenever there is a wish, and keep what they draw meanwhile', () => {
    expect(having('ask')).toEqual(having('release'))
    for (const state of having('ask')) {
      const next = LEASE_STATES[state].next.ask!
      expect([LEASE_STATES[next].requested, LEASE_STATES[next].draws]).toEqual([true, LEASE_STATES[state].draws])
    }
  })

  it('wait while shed, until the level allows the wish again', () => {
    for (const state of having('release')) expect(LEASE_STATES[state].next.shed).toBe('shed')
    expect(having('allow')).toEqual(['shed'])
  })
})
