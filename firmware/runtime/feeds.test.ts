import { describe, expect, it } from 'vitest'
import { LOCATION } from '#protocol/index.ts'
import { FakeHal } from '../testing/index.ts'
import { Feeds } from './feeds.ts'

function feeds(...feeds_V: number[]): { hal: FakeHal, fails: () => boolean[] } {
  const hal = new FakeHal(LOCATION.FL, 0)
  hal.volts = 13.5
  hal.feeds_V = feeds_V
  const two = new Feeds(hal)
  return { hal, fails: () => [two.fails(0), two.fails(1)] }
}

describe('of two feeds', () => {
  it.each([
    ['both sound, one carrying all', [13.55, 13.4], [false, false]],
    ['A gone', [0, 13.55], [true, false]],
    ['B lower than any sound spine', [13.55, 11.4], [false, true]],
    ['B just not', [13.55, 11.6], [false, false]],
    ['A higher than its diode would leave it', [14.1, 13.55], [true, false]],
  ] as const)('%s', (_what, feeds_V, fails) => {
    expect(feeds(...feeds_V).fails()).toEqual(fails)
  })

  it('they fall together when the battery cranks', () => {
    const { hal, fails } = feeds(6.05, 6)
    hal.volts = 5.95
    expect(fails()).toEqual([false, false])
  })

  it('a board that measures none says nothing of them', () => {
    const { hal, fails } = feeds()
    expect(fails()).toEqual([false, false])
    expect(new Feeds(hal).feed_V(0)).toBe(0)
  })
})
