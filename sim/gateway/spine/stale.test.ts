import fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MESSAGES } from '#protocol/catalogue/index.ts'
import { messageId } from '#protocol/index.ts'
import { lifetime_ms } from '../actuation.ts'
import type { Link, LinkFrame } from '../link.ts'
import { openLink } from '../open-link.ts'
import { STALLS } from '../stall-watch.ts'
import { eventually, frameOf } from '../testing/index.ts'
import { AgeClock } from './age-clock.ts'

const WINDOW = MESSAGES.find(row => row.name === 'WindowCommand')!
const COMMAND_ID = messageId(WINDOW.priority, WINDOW.page, WINDOW.kind, 1, 0xf9)
const command = (n: number): LinkFrame => frameOf({ id: COMMAND_ID, bytes: [n & 255, n >> 8] })
const status = (n: number): LinkFrame => frameOf({ id: 0x10ff_8181, bytes: [n & 255, n >> 8] })
const numberIn = (frame: LinkFrame): number => frame.data[0]! | frame.data[1]! << 8
const LIFE_ms = lifetime_ms(command(0))

const links: Link[] = []

/** Lets what was sent arrive, at this very time. */
async function flow(link: Link, total: number): Promise<void> {
  await eventually(() => link.counters.received.in === total, () => `${total} frames, there are ${link.counters.received.in}`)
}

describe('commands on the stream', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
    // The fake clock makes this process stand still now and then; how old a command is has to be known without that.
    vi.spyOn(STALLS, 'waited_ms').mockReturnValue(0)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    vi.useRealTimers()
    for (const link of links.splice(0)) await link.close()
  })

  async function pair(way: string): Promise<{ from: Link, to: Link, got: number[] }> {
    const server = await openLink('spine-listen:127.0.0.1:0')
    const client = await openLink(server.addresses[0]!)
    links.push(client, server)
    await eventually(() => server.state === 'up')
    const [from, to] = way === 'to the car' ? [client, server] : [server, client]
    const got: number[] = []
    to.onFrame((frame) => { got.push(numberIn(frame)) })
    return { from, to, got }
  }

  it.each(['to the car', 'from the car'])('are dropped when they got too old on their way %s, and nothing else is', async (way) => {
    const { from, to, got } = await pair(way)
    from.send(command(1))
    vi.advanceTimersByTime(LIFE_ms)
    await flow(to, 1)
    from.send(command(2))
    from.send(status(3))
    vi.advanceTimersByTime(LIFE_ms + 1)
    from.send(command(4))
    await flow(to, 4)
    expect(got).toEqual([1, 3, 4])
    expect(to.counters.received.dropped.get('expired')).toBe(1)
  })

  it.each(['to the car', 'from the car'])('never burst out after a stop %s, whatever stalls and for how long', async (way) => {
    const step = fc.oneof(
      fc.constant('send' as const), fc.constant('flow' as const), fc.integer({ min: 1, max: 3 * LIFE_ms }),
    )
    const { from, to, got } = await pair(way)
    let sent = 0
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const made_ms = new Map<number, number>()
      const settle = async (): Promise<void> => {
        got.length = 0
        await flow(to, sent)
        const now_ms = performance.now()
        // Nothing was under way, or the far clock is known: the age is exact but for what the clocks may have drifted.
        const since = (most_ms: number): number[] => [...made_ms].filter(([, at_ms]) => now_ms - at_ms <= most_ms).map(([n]) => n)
        const [young, old] = [since(LIFE_ms), since(LIFE_ms + 1)]
        for (const n of got) expect(old).toContain(n)
        expect(got.filter(n => young.includes(n))).toEqual(young)
        made_ms.clear()
      }
      for (const each of [...steps, 'flow' as const]) {
        if (each === 'send') {
          sent++
          from.send(command(sent))
          made_ms.set(sent & 0xffff, performance.now())
          // It is on its way, and nobody reads it yet.
        } else if (each === 'flow') await settle()
        else vi.advanceTimersByTime(each)
      }
    }), { seed: 5, numRuns: 60 })
  })

  it('that stamp nothing are held back when this process stood still', async () => {
    const slcan = await openLink('slcan-listen:127.0.0.1:0')
    const tool = await openLink(`${slcan.addresses[0]}?timestamps=no`, { actuate: true })
    links.push(tool, slcan)
    const got: number[] = []
    slcan.onFrame((frame) => { got.push(numberIn(frame)) })
    const waited = vi.spyOn(STALLS, 'waited_ms').mockReturnValue(LIFE_ms + 1)
    tool.send(command(1))
    tool.send(status(2))
    await flow(slcan, 2)
    waited.mockReturnValue(LIFE_ms)
    tool.send(command(3))
    await flow(slcan, 3)
    expect(got).toEqual([2, 3])
    expect(slcan.counters.received.dropped.get('expired')).toBe(1)
    await eventually(() => tool.counters.sent.queued === 0)
    expect(tool.counters.sent.dropped.get('device')).toBe(1)
  })
})

describe('the watch over stalls', () => {
  it('knows for a while how long the process stood still', async () => {
    STALLS.start()
    await new Promise(resolve => setTimeout(resolve, 50))
    const stop_ms = performance.now() + 300
    while (performance.now() < stop_ms);
    expect(STALLS.waited_ms()).toBeGreaterThanOrEqual(300)
    await turn()
    expect(STALLS.waited_ms()).toBeGreaterThanOrEqual(300)
    await vi.waitUntil(() => STALLS.waited_ms() < 200, { timeout: 20_000 })
    STALLS.stop()
  })
})

describe('the clock of ages', () => {
  it('takes the least delay for none, and follows a clock that drifts', () => {
    const clock = new AgeClock()
    expect(clock.age_ms(500, 10_000)).toBe(0)
    expect(clock.age_ms(600, 10_400)).toBeCloseTo(299.92, 6)
    expect(clock.age_ms(1000, 10_400)).toBe(0)
    expect(clock.age_ms(1000, 10_500)).toBeCloseTo(100, 1)
    const late = new AgeClock()
    late.start(0)
    for (let hour = 1; hour <= 10; hour++) expect(late.age_ms(hour * 3.6e6, hour * 3.6e6 * (1 + 1e-4))).toBeLessThan(1)
  })
})
