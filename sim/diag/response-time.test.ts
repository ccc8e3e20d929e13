import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Stream, responseTimes, utilisationOf } from './response-time.ts'

const stream = (id: number, bits: number, period_ms: number, jitter_ms = 0): Stream => ({ id, bits, period_ms, jitter_ms })

describe('worst-case response times', () => {
  it('finds the second instance that the analysis of 1994 misses (Davis et al. 2007, table 1)', () => {
    // Three messages of 7 bytes with 11-bit identifiers are 125 bits long: 1 ms each at 125 kbit/s.
    const set = [stream(1, 125, 2.5), stream(2, 125, 3.5), stream(3, 125, 3.5)]
    const [a, b, c] = responseTimes(set, 125_000)
    expect(a!.response_ms).toBeCloseTo(2, 9)
    expect(b!.response_ms).toBeCloseTo(3, 9)
    expect(c!.response_ms).toBeCloseTo(3.5, 9)
    expect(c!.instances).toBe(2)
    expect(utilisationOf(set, 125_000)).toBeCloseTo(1 / 2.5 + 2 / 3.5, 9)
  })

  it('does not depend on the order in which streams are given', () => {
    const set = [stream(3, 125, 3.5), stream(1, 125, 2.5), stream(2, 125, 3.5)]
    expect(responseTimes(set, 125_000).map(r => r.response_ms)).toEqual([3.5, 2, 3])
  })

  it('blocks the highest priority by one longest lower frame', () => {
    const [high] = responseTimes([stream(1, 60, 10), stream(2, 160, 100)], 500_000)
    expect(high!.blocking_ms).toBeCloseTo(0.32, 9)
    expect(high!.response_ms).toBeCloseTo(0.44, 9)
  })

  it('counts jitter in the latency and lets it bring one more instance in', () => {
    const bits = 100
    const [, calm] = responseTimes([stream(1, bits, 1), stream(2, bits, 100)], 250_000)
    const [, jittery] = responseTimes([stream(1, bits, 1, 0.9), stream(2, bits, 100, 5)], 250_000)
    expect(calm!.response_ms).toBeCloseTo(0.8, 9)
    expect(jittery!.response_ms).toBeCloseTo(1.2, 9)
    expect(jittery!.latency_ms).toBeCloseTo(6.2, 9)
  })

  it('has no bound where the higher priorities fill the bus, and keeps the bound of the others', () => {
    const responses = responseTimes([stream(1, 100, 1), stream(2, 100, 1), stream(3, 100, 1)], 250_000)
    expect(responses.map(r => Number.isFinite(r.response_ms))).toEqual([true, true, false])
  })

  it('charges an error with its signalling and the longest frame sent again', () => {
    const [clean] = responseTimes([stream(1, 160, 100)], 500_000)
    const [disturbed] = responseTimes([stream(1, 160, 100)], 500_000, { errors_per_s: 10 })
    expect(disturbed!.response_ms - clean!.response_ms).toBeCloseTo((31 + 160) / 500, 9)
  })

  it('lets the frames of a family in one after the other', () => {
    const low = stream(2, 100, 1000)
    const family = { ...stream(1, 100, 1000), count: 5, spacing_ms: 20 }
    // 100 bits are 0.2 ms: the second of the family comes long after the low frame has gone.
    expect(responseTimes([family, low], 500_000)[1]!.response_ms).toBeCloseTo(0.4, 9)
    expect(responseTimes([{ ...family, spacing_ms: 0.01 }, low], 500_000)[1]!.response_ms).toBeCloseTo(1.2, 9)
  })

  it('bounds a lane of others by its spacing', () => {
    const lane = { lane: 'DASH>FL', laneSpacing_ms: 10 }
    const set = [1, 2, 3].map(id => ({ ...stream(id, 100, 100), ...lane }))
    const low = stream(9, 100, 1000)
    expect(responseTimes([...set, low], 500_000)[3]!.response_ms).toBeCloseTo(0.4, 9)
    const free = [1, 2, 3].map(id => stream(id, 100, 100))
    expect(responseTimes([...free, low], 500_000)[3]!.response_ms).toBeCloseTo(0.8, 9)
  })

  it('makes a frame wait in its own lane: for one that has gone, and for each that is more urgent', () => {
    const lane = { lane: 'DASH>FL', laneSpacing_ms: 10 }
    const set = [1, 2, 3].map(id => ({ ...stream(id, 100, 1000), ...lane }))
    // The last is blocked by nothing, the others by a frame of 0.2 ms: once, and once more for each before them in the lane.
    expect(responseTimes(set, 500_000).map(r => Math.round(r.response_ms * 100) / 100)).toEqual([10.4, 20.8, 30.6])
  })

  it('has no bound in a lane that is asked for more than its spacing lets through', () => {
    const lane = { lane: 'DASH>FL', laneSpacing_ms: 10 }
    const set = [1, 2, 3].map(id => ({ ...stream(id, 100, 25), ...lane }))
    expect(responseTimes(set, 500_000).map(r => Number.isFinite(r.response_ms))).toEqual([true, true, false])
  })

  it('blocks each frame of a burst anew', () => {
    const burst = { ...stream(1, 100, 1000), count: 3, spacing_ms: 0 }
    expect(responseTimes([burst, stream(2, 160, 1000)], 500_000)[0]!.response_ms).toBeCloseTo(3 * (0.32 + 0.2), 9)
  })

  it('is never below a simulated schedule of the same set', () => {
    const row = fc.record({ bits: fc.integer({ min: 50, max: 160 }), period: fc.integer({ min: 2, max: 20 }) })
    const set = fc.array(row, { minLength: 1, maxLength: 6 })
    fc.assert(fc.property(set, fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 6, maxLength: 6 }), (rows, offsets) => {
      const streams = rows.map((row, id) => stream(id, row.bits, row.period))
      const bounds = responseTimes(streams, 125_000)
      const seen = simulate(streams, offsets, 125_000, 200)
      streams.forEach((_, i) => expect(bounds[i]!.response_ms, `stream ${i}`).toBeGreaterThanOrEqual(seen[i]! - 1e-9))
    }), { seed: 7, numRuns: 300 })
  })
})

/** Longest response seen when each stream starts at its offset (bit times) and is sent strictly by priority. */
function simulate(streams: readonly Stream[], offsets: readonly number[], bitrate: number, length_ms: number): number[] {
  const worst = streams.map(() => 0)
  const periods = streams.map(s => s.period_ms * bitrate / 1000)
  const next = streams.map((_, i) => offsets[i]!)
  const end = length_ms * bitrate / 1000
  let now = 0
  while (now < end) {
    const winner = next.findIndex(queued => queued <= now)
    if (winner < 0) {
      now = Math.min(...next)
      continue
    }
    now += streams[winner]!.bits
    worst[winner] = Math.max(worst[winner]!, (now - next[winner]!) * 1000 / bitrate)
    next[winner]! += periods[winner]!
  }
  return worst
}
