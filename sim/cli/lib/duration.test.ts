import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration_ms } from './duration.ts'

describe('durations', () => {
  it.each([['400ms', 400], ['2s', 2000], ['1.5s', 1500], ['2', 2000], ['1m', 60_000], ['1min', 60_000], ['2h', 7_200_000], ['250us', 0.25], ['0', 0]])(
    '%s is %d ms', (text, ms) => expect(parseDuration_ms(text)).toBe(ms),
  )

  it.each(['', 's', '-1s', '2 days', '1e3s', 'NaN', '2ss'])('refuses "%s"', (text) => {
    expect(() => parseDuration_ms(text)).toThrow(`"${text}" is no duration`)
  })

  it.each([[400, '400 ms'], [1500, '1.5 s'], [9999, '10 s'], [42_000, '42 s'], [185_000, '3 min 05 s'], [3_600_000, '1 h 00 min']])(
    '%d ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text),
  )
})
