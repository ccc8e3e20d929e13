import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hubAddress, HubStatusCodec, LOCATION, messageId, peerId, WindowCommandCodec } from '#protocol/index.ts'
import { FakeCan, FakeHal } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { Feeds } from './feeds.ts'
import { Schedule } from './schedule.ts'
import { NO_KEY } from './frame-queue.ts'
import { COPY_WINDOW_ms } from './second-copies.ts'
import { Transmitter } from './transmit.ts'
import { LATE_ms, TwinCan } from './twin-can.ts'

const { DASH, FL } = LOCATION
const ID = messageId(6, 0, 0, FL, hubAddress(FL))

function setUp() {
  const hal = new FakeHal(DASH, 0)
  const { clock } = hal
  const a = new FakeCan(clock)
  const b = new FakeCan(clock)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const twin = new TwinCan([a, b], schedule, new Feeds(hal))
  const sent: number[] = []
  const received: string[] = []
  twin.onSent(id => sent.push(id))
  twin.onReceive((id, data, length) => received.push(`${id.toString(16)} ${data.slice(0, length).join(' ')}`))
  twin.filter({ mask: 0, filters: [0] }, { mask: 0, filters: [] })
  const send = (id: number, ...data: number[]) => twin.send(id, Uint8Array.from(data), data.length)
  return { hal, clock, a, b, counters, schedule, twin, sent, received, send }
}

describe('sending on two spines', () => {
  it('sends each frame on both, and reports it once, when both have sent it', () => {
    const { clock, a, b, sent, send } = setUp()
    b.frame_ms = 5
    expect(send(ID, 1, 2)).toBe(true)
    clock.advance(4)
    expect(sent).toEqual([])
    clock.advance(10)
    expect(sent).toEqual([ID])
    expect([a, b].map(spine => spine.sent.map(frame => [...frame.data]))).toEqual([[[1, 2]], [[1, 2]]])
  })

  it.each([['A', 0], ['B', 1]] as const)('waits for a dead spine %s once, and no more', (_name, dead) => {
    const { clock, a, b, twin, sent, send } = setUp()
    let downs = 0
    twin.onDown = () => downs++
    const [broken, whole] = dead === 0 ? [a, b] : [b, a]
    broken.hold = true
    send(ID, 0)
    clock.advance(LATE_ms + 1)
    expect(sent.length).toBe(1)
    for (let i = 1; i <= 40; i++) {
      expect(send(ID, i)).toBe(true)
      clock.advance(1)
      expect(sent.length).toBe(1 + i)
    }
    expect(whole.sent.map(frame => frame.data[0])).toEqual(Array.from({ length: 41 }, (_, i) => i))
    expect(broken.sent).toEqual([])
    expect([downs, twin.faulty(dead), twin.faulty(1 - dead)]).toEqual([1, true, false])
    broken.hold = false
    broken.kick()
    clock.advance(LATE_ms)
    send(ID, 99)
    clock.advance(1)
    expect(broken.sent.at(-1)!.data[0]).toBe(99)
    expect(twin.faulty(dead)).toBe(false)
  })

  it('never lets out what a dead spine kept for longer than the copies are told by', () => {
    const { clock, a, send } = setUp()
    a.hold = true
    for (let i = 0; i < 20; i++) {
      send(ID, i)
      clock.advance(7)
    }
    const now_ms = clock.now_ms
    a.hold = false
    a.kick()
    clock.advance(5)
    for (const { data } of a.sent) expect(now_ms - 7 * data[0]!).toBeLessThan(COPY_WINDOW_ms)
  })

  it('takes a frame back from both, and reports that once', () => {
    const { clock, a, b, twin, sent, send } = setUp()
    a.hold = b.hold = true
    send(ID, 1)
    clock.advance(3)
    expect(twin.abort(ID)).toBe(true)
    expect(twin.abort(ID + 1)).toBe(false)
    clock.advance(100)
    expect(sent).toEqual([ID])
    a.hold = b.hold = false
    a.kick()
    b.kick()
    clock.advance(10)
    expect([...a.sent, ...b.sent]).toEqual([])
    expect(send(ID, 2) && send(ID + 1, 2) && send(ID + 2, 2)).toBe(true)
  })

  it('does not take back what one spine has sent', () => {
    const { clock, a, twin, sent, send } = setUp()
    a.hold = true
    send(ID, 1)
    clock.advance(3)
    expect(twin.abort(ID)).toBe(false)
    clock.advance(LATE_ms)
    expect(sent).toEqual([ID])
  })

  it('loses nothing while one of them works at any time, keeps the order of an identifier, and waits for neither for long', () => {
    const swaps = fc.array(fc.record({ after_ms: fc.integer({ min: 1, max: 60 }), dead: fc.constantFrom(0, 1, 2) }), { maxLength: 20 })
    fc.assert(fc.property(swaps, fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 60 }), (dead, gaps) => {
      const { clock, a, b, schedule, counters, twin } = setUp()
      const transmit = new Transmitter(twin, schedule, counters, hubAddress(DASH), 16)
      transmit.open()
      const set = (spine: FakeCan, hold: boolean): void => {
        spine.hold = hold
        if (!hold) spine.kick()
      }
      let at_ms = 0
      for (const swap of dead) {
        at_ms += swap.after_ms
        clock.after(at_ms, () => {
          set(a, swap.dead === 0)
          set(b, swap.dead === 1)
        })
      }
      gaps.forEach((gap, i) => {
        clock.advance(gap)
        transmit.send(HubStatusCodec, DASH, { ...HubStatusCodec.create(), tec: i }, NO_KEY)
        if (i % 5 === 0) transmit.send(WindowCommandCodec, FL, WindowCommandCodec.create(), NO_KEY)
      })
      clock.advance(at_ms + 400)
      expect(transmit.waiting()).toBe(0)
      expect(counters.txExpired + counters.txOverflow).toBe(0)
      expect(counters.txSent).toBe(counters.txQueued)
      const status = messageId(6, 0, 0, DASH, hubAddress(DASH))
      const tecs = [a, b].map(spine => spine.sent.filter(frame => frame.id === status).map(frame => frame.data[3]!))
      for (const list of tecs) expect(list).toEqual([...list].sort((one, other) => one - other))
      expect(new Set(tecs.flat()).size).toBe(gaps.length)
    }), { numRuns: 150 })
  })
})

describe('a board that falls asleep', () => {
  it.each([
    ['cannot send on A', ({ a, clock, send }: ReturnType<typeof setUp>) => {
      a.hold = true
      send(ID, 1)
      clock.advance(LATE_ms + 1)
    }, 1],
    ['sees errors on B as it sends', ({ b }: ReturnType<typeof setUp>) => { b.sendErrors = 96 }, 2],
    ['sees errors on B as it receives', ({ b }: ReturnType<typeof setUp>) => { b.receiveErrors = 96 }, 2],
    ['sees a few', ({ b }: ReturnType<typeof setUp>) => { b.receiveErrors = 95 }, 0],
    ['was thrown off A', ({ a }: ReturnType<typeof setUp>) => { a.errorState = 2 }, 1],
    ['has trouble with both', ({ a, b }: ReturnType<typeof setUp>) => { a.errorState = 2; b.errorState = 1 }, 0],
  ] as const)('and %s is woken by the other spine only; by both where both fail', (_what, happen, deaf) => {
    const it = setUp()
    happen(it)
    expect(it.twin.rest()).toBe(deaf)
  })
})

describe('receiving on two spines', () => {
  it('hands on one of two copies, whichever comes first, and each time a frame is sent anew', () => {
    const { a, b, received } = setUp()
    a.deliver(ID, [1])
    b.deliver(ID, [1])
    b.deliver(ID, [2])
    a.deliver(ID, [2])
    a.deliver(ID, [2])
    b.deliver(ID, [2])
    expect(received.map(text => text.split(' ')[1])).toEqual(['1', '2', '2'])
  })

  it('does not mistake another frame for a copy: other bytes, another length, another sender, too late, the same spine', () => {
    const { clock, a, b, twin, received } = setUp()
    a.deliver(ID, [1, 0])
    b.deliver(ID, [1, 1])
    b.deliver(ID, [1])
    b.deliver(ID + 1, [1, 0])
    a.deliver(ID, [1, 0])
    clock.advance(COPY_WINDOW_ms + 1)
    b.deliver(ID, [1, 0])
    expect(received.length).toBe(6)
    expect(twin.copies.dropped).toBe(0)
  })

  it('hears each frame once however the copies are late and lost', () => {
    const lost = fc.constantFrom('none', 'A', 'B')
    const arb = fc.array(fc.record({
      id: fc.integer({ min: 0, max: 3 }), lost, lag_ms: fc.integer({ min: 0, max: 30 }), first: fc.boolean(),
    }), { maxLength: 100 })
    fc.assert(fc.property(arb, (frames) => {
      const { clock, a, b, received } = setUp()
      frames.forEach((frame, i) => {
        const bring = (spine: FakeCan) => () => void spine.deliver(ID + 256 * frame.id, [i, 7])
        const [first, second] = frame.first ? [a, b] : [b, a]
        if (frame.lost !== 'A') clock.after(3 * i, bring(first))
        if (frame.lost !== 'B') clock.after(3 * i + frame.lag_ms, bring(second))
      })
      clock.advance(1000)
      expect(received.length).toBe(frames.length)
      expect(new Set(received).size).toBe(frames.length)
    }), { numRuns: 300 })
  })

  it('knows which hubs are heard on one spine only, and no longer when they are heard on both', () => {
    const { clock, a, b, twin } = setUp()
    for (let i = 0; i < 10; i++) {
      a.deliver(ID, [i])
      if (i < 1) b.deliver(ID, [i])
      a.deliver(peerId(6, 0xee, 0xff, hubAddress(DASH)), [i])
      b.deliver(peerId(6, 0xee, 0xff, hubAddress(DASH)), [i])
      clock.advance(100)
    }
    expect([...twin.copies.unheard]).toEqual([0, 1 << FL])
    expect([twin.faulty(0), twin.faulty(1)]).toEqual([false, true])
    a.deliver(ID, [50])
    b.deliver(ID, [50])
    expect(twin.faulty(1)).toBe(false)
  })
})
