import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IDLE_A, LeaseBench, runs } from '../../testing/index.ts'
import { POWER_RULES } from '../rules.ts'

const SEED = 1796161150
const most_A = (allowed_A: number): number => allowed_A * (1 + POWER_RULES.excessFraction) + POWER_RULES.excess_A
/** At rest a port is looked at once a second, with a grant every 100 ms; the first look may find the end of what was before. */
const CUT_ms = 1000 + POWER_RULES.excess_ms + 300

/** A port whose current is played millisecond by millisecond, and of which the board takes means. */
class Flow {
  readonly rig = new LeaseBench()
  /** Of the board's sensor. */
  gain = 1
  offset_A = 0
  private readonly socket = this.rig.hal.sockets[0]!
  private sum_A = 0
  private samples = 0

  /** `means`: the board takes some. */
  constructor(means = true) {
    const { socket } = this
    const take = socket.takeMeans.bind(socket)
    socket.takeMeans = () => {
      if (this.samples > 0) socket.drawnMean_A = this.sum_A / this.samples
      if (!means) socket.drawnMean_A = NaN
      this.sum_A = 0
      this.samples = 0
      take()
    }
  }

  /** `demand_A`: at a time since now, ms; the manager answers each request at once. The result: when it was cut; Infinity: it was not. */
  play(for_ms: number, demand_A: (t_ms: number) => number): number {
    const { rig, socket } = this
    const before = rig.counters.portsCut
    let asked = rig.requests().length
    for (let t_ms = 0; t_ms < for_ms; t_ms++) {
      const current_A = demand_A(t_ms)
      socket.drawn_A = current_A > 0 ? current_A * this.gain + this.offset_A : 0
      this.sum_A += socket.drawn_A
      this.samples++
      rig.pass(1)
      const requests = rig.requests().length
      if (requests > asked && rig.last().run_A > 0) rig.answer()
      asked = requests
      if (rig.counters.portsCut > before) return t_ms
    }
    return Infinity
  }
}

const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
const pulses = fc.record({
  period_ms: fc.integer({ min: 2, max: 3000 }), duty: between(0.1, 0.95), phase: between(0, 1),
})
const high = ({ period_ms, duty, phase }: { period_ms: number, duty: number, phase: number }, t_ms: number): boolean =>
  (t_ms + Math.floor(phase * period_ms)) % period_ms < Math.max(1, Math.floor(duty * period_ms))
const dutyOf = ({ period_ms, duty }: { period_ms: number, duty: number }): number => Math.max(1, Math.floor(duty * period_ms)) / period_ms

describe('pulses that are more on average than a port may draw', () => {
  it.each([0, 9])('are cut about as soon as a steady current of that mean, whatever period and duty: with %i A granted', (granted_A) => {
    fc.assert(fc.property(pulses, fc.double({ min: 1.2, max: 3, noNaN: true }), (pulse, times) => {
      const flow = new Flow()
      if (granted_A > 0) flow.rig.grant(granted_A)
      const high_A = most_A(Math.max(granted_A, IDLE_A)) * times / dutyOf(pulse)
      const cut_ms = flow.play(20_000, t_ms => high(pulse, t_ms) ? high_A : 0)
      expect(cut_ms).toBeLessThan(CUT_ms + 2 * pulse.period_ms)
    }), { seed: SEED, numRuns: runs(60) })
  })

  it('are told by their mean, whenever the report is sent, as long as they go on though the port is off', () => {
    const pulse = { period_ms: 500, duty: 0.5, phase: 0 }
    const flow = new Flow()
    flow.play(3000, t_ms => high(pulse, t_ms) ? 28 : 0)
    const told_A: number[] = []
    for (let i = 0; i < 8; i++) {
      flow.play(130, t_ms => high({ ...pulse, phase: i * 0.26 }, t_ms) ? 28 : 0)
      told_A.push(flow.rig.feed.reported_A())
    }
    expect(Math.min(...told_A)).toBeGreaterThan(6)
  })

  it('are cut on a board that takes no means, too, where looks meet them', () => {
    fc.assert(fc.property(fc.integer({ min: 101, max: 900 }), fc.double({ min: 0.4, max: 0.9, noNaN: true }), (period_ms, duty) => {
      const flow = new Flow(false)
      flow.rig.grant(9)
      fc.pre(period_ms % 100 !== 0)
      expect(flow.play(60_000, t_ms => high({ period_ms, duty, phase: 0 }, t_ms) ? 28 / duty : 0)).toBeLessThan(60_000)
    }), { seed: SEED, numRuns: runs(40) })
  })
})

describe('what is within its lease', () => {
  const step = fc.record({
    run_A: between(0.4, 12), more_A: between(0, 10), for_ms: fc.integer({ min: 1, max: 2500 }),
    rest_ms: fc.integer({ min: 0, max: 1500 }), pulse: pulses,
  })

  it.each([true, false])('is never cut: wishes that come and go, peaks, pulses, errors of eFuse and sensor; means: %s', (means) => {
    const errors = fc.record({ eFuse: between(0.9, 1.1), gain: between(0.98, 1.02), offset_A: between(-0.1, 0.1) })
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), errors, (steps, { eFuse, gain, offset_A }) => {
      const flow = new Flow(means)
      flow.gain = gain
      flow.offset_A = offset_A
      const { rig } = flow
      // The eFuse follows its limit within the millisecond; what ran down is still drawn in the one after.
      let before_A = rig.limit()
      const limited = (pulse: typeof steps[0]['pulse']) => (t_ms: number): number => {
        const limit_A = rig.limit()
        const drawn_A = Math.max(limit_A, before_A) * eFuse
        before_A = limit_A
        return high(pulse, t_ms) ? drawn_A : 0
      }
      for (const { run_A, more_A, for_ms, rest_ms, pulse } of steps) {
        rig.grant(run_A, run_A + more_A)
        flow.play(for_ms, limited(pulse))
        rig.feed.release()
        flow.play(rest_ms, limited(pulse))
      }
      flow.play(3000, limited(steps[0]!.pulse))
      expect(rig.counters.portsCut).toBe(0)
    }), { seed: SEED, numRuns: runs(60) })
  })
})
