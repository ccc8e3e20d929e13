import { describe, expect, it } from 'vitest'
import { check, counterOf } from '../e2e.ts'
import { dataIdOf } from '../id.ts'
import { entryNamed } from './entries.ts'
import { MessageSender } from './sender.ts'

const WINDOW = entryNamed('WindowCommand')

describe('what one sender says', () => {
  it('is protected, with a counter for each identifier that begins again after 14', () => {
    const sender = new MessageSender()
    const counters: number[] = []
    for (let n = 0; n < 16; n++) {
      const frame = sender.encode(WINDOW, 'FL', { action: 'up' })
      expect(check(frame.data, frame.length, dataIdOf(frame.id))).toBe(true)
      counters.push(counterOf(frame.data))
    }
    expect(counters).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0])
    expect(counterOf(sender.encode(WINDOW, 'FR', { action: 'up' }).data)).toBe(0)
    expect(counterOf(sender.encode(WINDOW, 'FL', { action: 'up' }, 0xfa).data)).toBe(0)
  })

  it('begins where it is told to', () => {
    const sender = new MessageSender({ counter: 14, sequence: 15 })
    expect([0, 1].map(() => counterOf(sender.encode(WINDOW, 'FL', {}).data))).toEqual([14, 0])
    expect([0, 1].map(() => sender.sequence(WINDOW, 'FL'))).toEqual([15, 0])
  })

  it('gives each command to a place the next sequence, from one that was given on', () => {
    const sender = new MessageSender()
    expect([sender.sequence(WINDOW, 'FL'), sender.sequence(WINDOW, 'FL'), sender.sequence(WINDOW, 'FR')]).toEqual([1, 2, 1])
    expect([sender.sequence(WINDOW, 'FL', undefined, 15), sender.sequence(WINDOW, 'FL')]).toEqual([15, 0])
    expect(sender.sequence(entryNamed('VehicleState'), 'ALL')).toBeUndefined()
  })
})
