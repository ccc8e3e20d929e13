import { Transmitter } from '#firmware/runtime/index.ts'
import { ResponseObserver } from '#sim/fuzz/index.ts'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

const PATIENCE_ms = 60_000

interface ObservedRow { message: string, frames: number, worst_ms: number, bound_ms: number, deadline_ms: number }

interface Printed {
  readonly bitrate: number
  readonly rows: readonly { readonly response_ms: { readonly peak: number | null } }[]
  readonly links: readonly { readonly encoding: string }[]
}

describe('spine rates', () => {
  it('prints a line a message and location, the load and what links carry it', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates'], terminal)).toBe(0)
    expect(terminal.out).toMatch(/^WindowCommand@RR +4 +120 /m)
    expect(terminal.out).toMatch(/^Bus at 500 kbit\/s, worst stuffing: idle [\d.]+ %/m)
    expect(terminal.out).toMatch(/^What the core requires: [\d,]+ frames\/s at peak/m)
    expect(terminal.out).toMatch(/^slcan\+timestamp +[\d,]+ +1,183,207 /m)
    expect(terminal.out).not.toContain('\u001b')
  })

  it('is JSON for programs, with null where there is no bound', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates', '--json', '--bitrate', '125k'], terminal)).toBe(0)
    const result = JSON.parse(terminal.out) as Printed
    expect(result.bitrate).toBe(125_000)
    expect(result.rows.some(row => row.response_ms.peak === null)).toBe(true)
    expect(result.links[0]).toMatchObject({ encoding: 'slcan' })
  })

  it('takes no jitter that would keep it busy for ever', async () => {
    const terminal = fakeTerminal()
    expect(await run(['rates', '--jitter', '1e6'], terminal)).toBe(2)
    expect(terminal.err).toContain('It must be a number from 0 to 100000.')
  })

  it('watches random use of the car, until Ctrl-C: nothing takes longer than its bound and its deadline', async () => {
    const terminal = fakeTerminal()
    const next = vi.spyOn(ResponseObserver.prototype, 'next')
    onTestFinished(() => next.mockRestore())
    next.mockImplementationOnce(function (this: ResponseObserver) {
      next.mockRestore()
      terminal.interrupt()
      return this.next()
    })
    const code = await run(['rates', '--observe', '600s', '--seed', '7', '--json'], terminal)
    const { observed, for_ms } = JSON.parse(terminal.out) as { observed: ObservedRow[], for_ms: number }
    expect(for_ms).toBe(60_000)
    expect(terminal.err).toContain('stopped after 1 min')
    expect(observed.filter(row => !(row.worst_ms <= row.bound_ms && row.worst_ms <= row.deadline_ms))).toEqual([])
    expect(code).toBe(0)
    const used = observed.filter(row => row.frames > 0).map(row => row.message)
    expect(used).toEqual(expect.arrayContaining(['WindowCommand', 'MirrorCommand', 'LightCommand', 'PowerGrant', 'PowerRequest', 'WindowStatus']))
    // What is alone on the bus takes its own length.
    expect(Math.min(...observed.filter(row => row.frames > 0).map(row => row.worst_ms))).toBeGreaterThan(0.15)
  }, PATIENCE_ms)

  it('counts what a processor takes until a frame is in its controller, with --cpu', async () => {
    const longest_ms = async (...words: string[]): Promise<number> => {
      const terminal = fakeTerminal()
      await run(['rates', '--observe', '20s', '--seed', '7', '--json', ...words], terminal)
      const { observed } = JSON.parse(terminal.out) as { observed: ObservedRow[] }
      return Math.max(...observed.filter(row => row.message === 'PowerRequest').map(row => row.worst_ms))
    }
    const [ideal_ms, slow_ms] = [await longest_ms(), await longest_ms('--cpu', 'esp32-xs')]
    expect(slow_ms).toBeGreaterThan(ideal_ms + 2)
    expect(slow_ms).toBeLessThan(20)
  }, PATIENCE_ms)

  it('names what took longer than its bound, as of a hub that leaves too much time between two frames', async () => {
    const methods = Transmitter.prototype as object as Record<'pump', (this: { clear_ms: Float64Array }, now: number) => void>
    const original = methods.pump
    const lengthened = new WeakMap<Float64Array, Float64Array>()
    methods.pump = function (now) {
      const { clear_ms } = this
      const known_ms = lengthened.get(clear_ms) ?? new Float64Array(clear_ms.length)
      lengthened.set(clear_ms, known_ms)
      clear_ms.forEach((at_ms, location) => {
        if (at_ms > now && at_ms < Infinity && at_ms !== known_ms[location]) known_ms[location] = clear_ms[location] = at_ms + 60
      })
      original.call(this, now)
    }
    onTestFinished(() => { methods.pump = original })
    const terminal = fakeTerminal()
    expect(await run(['rates', '--observe', '30s', '--seed', '7'], terminal)).toBe(1)
    expect(terminal.out).toMatch(/^WindowCommand@\w+ .* !/m)
    expect(terminal.err).toMatch(/\d+ messages took longer than their bound or deadline/)
  }, PATIENCE_ms)
})
