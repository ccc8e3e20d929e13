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

  /** Looks so often. */
  const look = (hal: FakeHal, two: Feeds, times: number, off_V: FakeHal['off_V']): boolean => {
    hal.off_V = off_V
    for (let i = 0; i < times; i++) two.look()
    return two.leaks
  }

  it.each([
    ['both sound: the body diodes carry', [12.85, 13.55, 13.55], false],
    ['B lower than the hub is meanwhile, and sound', [12.85, 13.55, 12.9], false],
    ['A shorted: the hub has as much as before', [13.5, 13.55, 13.5], true],
    ['B cut and its diode shorted: it falls with the hub that feeds it', [12.85, 13.55, 12.85], true],
  ] as const)('whether a diode leaks, after three looks: %s', (_what, off_V, leaks) => {
    const { hal } = feeds(13.55, off_V[2] === 12.9 ? 12.9 : 13.5)
    const two = new Feeds(hal)
    expect(look(hal, two, 2, off_V)).toBe(false)
    expect(look(hal, two, 1, off_V)).toBe(leaks)
    expect(look(hal, two, 1, [12.85, 13.55, off_V[2] === 12.9 ? 12.9 : 13.5])).toBe(false)
  })

  it('and not while it cranks, nor where the board cannot switch them', () => {
    const { hal } = feeds(8.9, 8.9)
    const two = new Feeds(hal)
    hal.volts = 8.85
    expect(look(hal, two, 5, [8.85, 8.9, 8.85])).toBe(false)
    hal.volts = 13.5
    expect(look(hal, two, 5, undefined)).toBe(false)
  })

  it('a board that measures none says nothing of them', () => {
    const { hal, fails } = feeds()
    expect(fails()).toEqual([false, false])
    expect(new Feeds(hal).feed_V(0)).toBe(0)
  })
})
