import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GRANT_RESULT } from '#protocol/index.ts'
import { answersOf, linePlan, runs } from '../../testing/index.ts'
import { Allocator } from './allocator.ts'
import type { PowerPlan } from '../plan.ts'
import { POWER_RULES } from '../rules.ts'

const LATENCY_ms = 200

/** A port that keeps to the account as the hubs' firmware does, behind a bus that loses and delays. */
class ModelPort {
  sequence = 3
  sent_ms = 0
  wish: { run_A: number, peak_A: number, priority: number } | undefined
  run_A = 0
  peak_A = 0
  peakEnd_ms = 0
  end_ms = 0

  draws_A(now_ms: number): number {
    if (now_ms >= this.end_ms) return 0
    return now_ms < this.peakEnd_ms ? Math.max(this.peak_A, this.run_A) : this.run_A
  }

  runs_A(now_ms: number): number {
    return now_ms < this.end_ms ? this.run_A : 0
  }

  letGo(): void {
    this.end_ms = 0
    this.run_A = 0
  }
}

interface Step {
  readonly wait_ms: number
  readonly hub: number
  readonly port: number
  readonly action: 'want' | 'repeat' | 'release' | 'die' | 'shed' | 'restrict' | 'freeze'
  readonly run_A: number
  readonly peak_A: number
  readonly priority: number
  readonly requestLost: boolean
  readonly answersLost: boolean
  readonly delay_ms: number
}

const amperes = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 250 })).map(steps => steps / 5)
const step: fc.Arbitrary<Step> = fc.record({
  wait_ms: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 900 })),
  hub: fc.nat(2), port: fc.nat(3),
  action: fc.constantFrom('want' as const, 'want' as const, 'want' as const, 'repeat' as const, 'repeat' as const, 'repeat' as const,
    'release' as const, 'die' as const, 'shed' as const, 'restrict' as const, 'freeze' as const),
  run_A: amperes, peak_A: amperes, priority: fc.nat(3),
  requestLost: fc.boolean(), answersLost: fc.boolean(), delay_ms: fc.nat(LATENCY_ms),
})
const plans = fc.record({
  spine_A: fc.integer({ min: 10, max: 60 }), drop_A: fc.integer({ min: 5, max: 30 }), peaks: fc.constantFrom(1, 4 / 3, 2),
  drop_Ohm: fc.integer({ min: 10, max: 120 }).map(milli => milli / 1000),
}).map(options => linePlan({ ...options, spinePeak_A: options.spine_A * options.peaks, dropPeak_A: options.drop_A * options.peaks }))

/** Runs a sequence of steps and checks after each of them what every port draws. */
class Rig {
  now_ms = 0
  readonly plan: PowerPlan
  readonly allocator: Allocator
  readonly ports: ModelPort[][]
  private readonly inFlight: { at_ms: number, to: string, deliver: () => void }[] = []

  constructor(plan: PowerPlan) {
    this.plan = plan
    this.allocator = new Allocator(plan)
    this.ports = plan.hubs.map(hub => Array.from({ length: hub.ports }, () => new ModelPort()))
  }

  run(at: Step): void {
    this.pass(at.wait_ms, at.answersLost)
    const port = this.ports[at.hub]![at.port]
    if (at.action === 'shed') this.allocator.shed(at.priority)
    else if (at.action === 'restrict') this.allocator.restrict(at.requestLost)
    else if (at.action === 'freeze') this.allocator.freeze(at.requestLost)
    else if (port === undefined) this.allocator.request(this.now_ms, at.hub, at.port, 0, at.run_A, at.peak_A, at.priority)
    else if (at.action === 'die') this.ports[at.hub]![at.port] = Object.assign(new ModelPort(), { sequence: at.priority })
    else if (at.action === 'release') this.release(at, port)
    else this.ask(at, port)
    this.answer(at.answersLost, at.delay_ms)
    this.check()
  }

  pass(wait_ms: number, lost: boolean): void {
    for (let rest_ms = wait_ms; rest_ms > 0; rest_ms -= 50) {
      this.now_ms += Math.min(rest_ms, 50)
      // Ports say what they hold every second.
      if (Math.floor(this.now_ms / 1000) !== Math.floor((this.now_ms - 50) / 1000)) this.report()
      for (const message of this.inFlight.splice(0)) {
        if (message.at_ms <= this.now_ms) message.deliver()
        else this.inFlight.push(message)
      }
      this.answer(lost, 0)
      this.check()
    }
  }

  report(): void {
    const { allocator, now_ms } = this
    this.ports.forEach((ports, hub) => ports.forEach((port, index) => allocator.reported(now_ms, hub, index, port.runs_A(now_ms))))
  }

  private ask(at: Step, port: ModelPort): void {
    if (at.action === 'want' || port.wish === undefined) {
      port.wish = { run_A: at.run_A, peak_A: at.peak_A, priority: at.priority }
      if (at.run_A < port.run_A) port.run_A = at.run_A
    }
    const { run_A, priority } = port.wish
    const renewal = port.end_ms > this.now_ms && port.run_A >= run_A && at.action === 'repeat'
    port.sequence = (port.sequence + 1) % 16
    port.sent_ms = this.now_ms
    const peak_A = renewal ? run_A : Math.max(run_A, port.wish.peak_A)
    if (!at.requestLost) this.allocator.request(this.now_ms, at.hub, at.port, port.sequence, run_A, peak_A, priority)
  }

  private release(at: Step, port: ModelPort): void {
    port.letGo()
    port.wish = undefined
    if (!at.requestLost) this.allocator.release(at.hub, at.port, port.sequence)
  }

  private answer(lost: boolean, delay_ms: number): void {
    answersOf(this.allocator, this.now_ms, (found) => {
      const { hub, port: index, sequence, result, run_mA, peak_mA } = found
      const deliver = (): void => this.receive(hub, index, sequence, result, run_mA / 1000, peak_mA / 1000)
      // Answers to one port do not overtake each other: they are frames of one sender with one identifier.
      const to = `${hub}.${index}`
      const before_ms = this.inFlight.reduce((last_ms, other) => other.to === to ? Math.max(last_ms, other.at_ms) : last_ms, 0)
      if (!lost) this.inFlight.push({ at_ms: Math.max(before_ms, this.now_ms + delay_ms), to, deliver })
    })
  }

  private receive(hub: number, index: number, sequence: number, result: number, run_A: number, peak_A: number): void {
    const port = this.ports[hub]![index]!
    if (result === GRANT_RESULT.revoked) {
      port.letGo()
      this.allocator.release(hub, index, port.sequence)
    }
    if (result !== GRANT_RESULT.granted || sequence !== port.sequence || port.wish === undefined) return
    port.run_A = Math.min(run_A, port.wish.run_A)
    port.end_ms = port.sent_ms + POWER_RULES.lease_ms
    if (peak_A <= run_A) return
    port.peak_A = peak_A
    port.peakEnd_ms = this.now_ms + POWER_RULES.peak_ms
  }

  /** Plain comparisons: they run after every 50 ms of every run. */
  check(): void {
    const { plan } = this
    const hubs_A = this.ports.map((ports, hub) => ports.reduce((sum, port) => sum + port.draws_A(this.now_ms), plan.hubs[hub]!.idle_A))
    const total_A = hubs_A.reduce((sum, hub_A) => sum + hub_A, 0)
    const runs_A = this.ports.map((ports, hub) => ports.reduce((sum, port) => sum + port.runs_A(this.now_ms), plan.hubs[hub]!.idle_A))
    plan.feeders_A.forEach((limit_A, feeder) => {
      const run_A = runs_A.reduce((sum, hub_A, hub) => plan.hubs[hub]!.path.includes(feeder) ? sum + hub_A : sum, 0)
      if (run_A > limit_A + 1e-6) throw new Error(`feeder ${feeder} carries ${run_A} A for long of ${limit_A} A at ${this.now_ms} ms`)
    })
    plan.peaks_A.forEach((limit_A, feeder) => {
      const sum_A = hubs_A.reduce((sum, hub_A, hub) => plan.hubs[hub]!.path.includes(feeder) ? sum + hub_A : sum, 0)
      if (sum_A > limit_A + 1e-6) throw new Error(`feeder ${feeder} carries ${sum_A} A of ${limit_A} A at ${this.now_ms} ms`)
    })
    plan.hubs.forEach((hub, at) => {
      const supply_V = plan.source_V - plan.source_Ohm * total_A - hub.transfer_Ohm.reduce((sum, ohm, by) => sum + ohm * hubs_A[by]!, 0)
      if (supply_V < plan.least_V - 1e-6) throw new Error(`hub ${at} is at ${supply_V} V at ${this.now_ms} ms`)
    })
    this.ports.forEach((ports, hub) => ports.forEach((port, index) => {
      const reserved_A = this.allocator.find(hub, index)!.reserved_mA / 1000
      const draws_A = port.draws_A(this.now_ms)
      if (draws_A > reserved_A + 1e-6) throw new Error(`port ${hub}.${index} draws ${draws_A} A of ${reserved_A} A at ${this.now_ms} ms`)
    }))
  }
}

describe('the allocator, whatever happens', () => {
  it('never overloads a feeder or a hub, and a port never draws more than is reserved for it', () => {
    fc.assert(fc.property(plans, fc.array(step, { minLength: 5, maxLength: 120 }), (plan, steps) => {
      const rig = new Rig(plan)
      for (const at of steps) rig.run(at)
    }), { numRuns: runs(300), seed: 11 })
  })

  it('ends every lease, and is idle when nobody asks any more', () => {
    fc.assert(fc.property(plans, fc.array(step, { minLength: 5, maxLength: 60 }), (plan, steps) => {
      const rig = new Rig(plan)
      for (const at of steps) rig.run(at)
      rig.pass(POWER_RULES.lease_ms + POWER_RULES.guard_ms + POWER_RULES.wish_ms + 1000, true)
      expect(rig.allocator.busy()).toBe(false)
      for (const [hub, ports] of rig.ports.entries()) {
        for (const index of ports.keys()) expect(rig.allocator.find(hub, index)!.reserved_mA).toBe(0)
      }
      // Nothing was lost in adding and taking back: a fresh one would decide the same.
      rig.allocator.shed(0)
      rig.allocator.restrict(false)
      rig.allocator.freeze(false)
      const fresh = new Allocator(plan)
      for (const each of [rig.allocator, fresh]) each.request(rig.now_ms, 2, 0, 9, 5, 5, 1)
      expect(rig.allocator.next(rig.now_ms)?.result).toBe(fresh.next(rig.now_ms)?.result)
    }), { numRuns: runs(150), seed: 12 })
  })

  it('never refuses safety: a moving window reverses at once, with the current of its lease', () => {
    fc.assert(fc.property(plans, fc.array(step, { minLength: 5, maxLength: 80 }), (plan, steps) => {
      const rig = new Rig(plan)
      for (const at of steps) {
        rig.run(at)
        const account = rig.allocator.find(at.hub, at.port)
        if (account === undefined || !account.held) continue
        const { run_mA } = account
        const port = rig.ports[at.hub]![at.port]!
        port.sequence = (port.sequence + 1) % 16
        rig.allocator.request(rig.now_ms, at.hub, at.port, port.sequence, run_mA / 1000, 20, 0)
        const answer = rig.allocator.next(rig.now_ms)!
        const { port: answered, result } = answer
        expect({ answered, result, run_mA: answer.run_mA }).toEqual({ answered: at.port, result: GRANT_RESULT.granted, run_mA })
        expect(answer.revoking).toBe(false)
        rig.allocator.release(at.hub, at.port, port.sequence)
        port.letGo()
        port.wish = undefined
      }
    }), { numRuns: runs(150), seed: 13 })
  })

  it('gives safety what it needs within one lease, whoever has the current, even when no revocation arrives', () => {
    fc.assert(fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), fc.nat(2), (steps, hub) => {
      const rig = new Rig(linePlan({ ports: 3, drop_A: 12 }))
      for (const at of steps) rig.run({ ...at, priority: Math.max(1, at.priority), port: 1 + at.port % 2 })
      const until_ms = rig.now_ms + POWER_RULES.lease_ms + POWER_RULES.guard_ms + 50
      let granted_mA = 0
      for (let sequence = 0; rig.now_ms <= until_ms; sequence++) {
        rig.allocator.request(rig.now_ms, hub, 0, sequence % 16, 9, 9, 0)
        answersOf(rig.allocator, rig.now_ms, (answer) => {
          expect(answer.port === 0 && answer.result === GRANT_RESULT.refused).toBe(false)
          if (answer.port === 0 && answer.result === GRANT_RESULT.granted) granted_mA = answer.run_mA
        })
        rig.now_ms += 50
        rig.report()
      }
      expect(granted_mA).toBe(9000)
    }), { numRuns: runs(150), seed: 14 })
  })

  it('starves nobody within a priority: every port that keeps asking gets its turn', () => {
    const run_A = fc.integer({ min: 5, max: 60 }).map(steps => steps / 5)
    const nine = { minLength: 9, maxLength: 9 }
    fc.assert(fc.property(fc.array(run_A, nine), fc.nat(3), fc.array(fc.boolean(), nine), (runs, priority, restless) => {
      const rig = new Rig(linePlan({ spine_A: 20, drop_A: 14 }))
      const longest_ms = 9 * (POWER_RULES.rotate_ms + POWER_RULES.lease_ms + POWER_RULES.guard_ms)
      const served = new Set<number>()
      for (let t = 0; t < longest_ms && served.size < 9; t += 250) {
        rig.pass(250, false)
        for (let i = 0; i < 9; i++) {
          const port = rig.ports[Math.floor(i / 3)]![i % 3]!
          if (port.end_ms > rig.now_ms && port.run_A >= runs[i]!) served.add(i)
          // Some want little and often, to slip past those who wait.
          const base = {
            wait_ms: 0, hub: Math.floor(i / 3), port: i % 3, run_A: runs[i]!, peak_A: runs[i]!, priority: Math.max(1, priority),
            requestLost: false, answersLost: false, delay_ms: 5,
          }
          if (restless[i] && t % 3000 === 0) rig.run({ ...base, action: 'release' })
          else if (t % 500 === 0) rig.run({ ...base, action: port.wish! === undefined ? 'want' : 'repeat' })
        }
      }
      const never = runs.map((_, i) => i).filter(i => !served.has(i) && !restless[i])
      expect(never).toEqual([])
    }), { numRuns: runs(25), seed: 15 })
  })
})
