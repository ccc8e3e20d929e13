import { describe, expect, it } from 'vitest'
import { Kernel } from './kernel.ts'
import { Pacer, type Host } from './pacing.ts'

const MS = 1_000_000

/** A host whose time the test moves. */
class FakeHost implements Host {
  time_ms = 1000
  delays: number[] = []
  private queue: { at_ms: number, fire: () => void }[] = []

  now_ms(): number {
    return this.time_ms
  }

  after(delay_ms: number, fire: () => void): () => void {
    const entry = { at_ms: this.time_ms + delay_ms, fire }
    this.delays.push(delay_ms)
    this.queue.push(entry)
    return () => {
      this.queue = this.queue.filter(other => other !== entry)
    }
  }

  get waiting(): number {
    return this.queue.length
  }

  /** Lets the host run for `duration_ms`, calling what is due. */
  run(duration_ms: number): void {
    const end_ms = this.time_ms + duration_ms
    for (;;) {
      this.queue.sort((a, b) => a.at_ms - b.at_ms)
      const next = this.queue[0]
      if (next === undefined || next.at_ms > end_ms) break
      this.queue.shift()
      this.time_ms = Math.max(this.time_ms, next.at_ms)
      next.fire()
    }
    this.time_ms = Math.max(this.time_ms, end_ms)
  }
}

function setUp(speed: number | 'max', onLag?: (lag_ms: number) => void): { kernel: Kernel, host: FakeHost, pacer: Pacer, ticks: number[] } {
  const kernel = new Kernel()
  const host = new FakeHost()
  const pacer = new Pacer(kernel, host, onLag === undefined ? { speed } : { speed, onLag })
  const ticks: number[] = []
  const tick = kernel.timer('tick', () => {
    ticks.push(host.time_ms)
    tick.startIn(25 * MS)
  })
  tick.startIn(25 * MS)
  return { kernel, host, pacer, ticks }
}

describe('Pacer', () => {
  it('fires events when they are due at speed 1', () => {
    const { kernel, host, pacer, ticks } = setUp(1)
    void pacer.start()
    host.run(100)
    expect(ticks).toEqual([1025, 1050, 1075, 1100])
    expect(kernel.now_ns).toBe(100 * MS)
  })

  it('runs twice as fast at speed 2 and at half speed at 0.5', () => {
    for (const [speed, virtual_ms] of [[2, 200], [0.5, 50]] as const) {
      const { kernel, host, pacer } = setUp(speed)
      void pacer.start()
      host.run(100)
      expect(kernel.now_ns).toBe(virtual_ms * MS)
    }
  })

  it('never sleeps longer than a slice, so that virtual time stays close to real time', () => {
    const { host, pacer } = setUp(1)
    void pacer.start()
    host.run(200)
    expect(Math.max(...host.delays)).toBeLessThanOrEqual(10)
  })

  it('ends at the end time and says so', async () => {
    const { kernel, host, pacer, ticks } = setUp(1)
    const done = pacer.start(60 * MS)
    host.run(500)
    await expect(done).resolves.toBe(true)
    expect([kernel.now_ns, ticks.length, host.waiting]).toEqual([60 * MS, 2, 0])
  })

  it('stops at once, even from within an event', async () => {
    const { kernel, host, pacer, ticks } = setUp(1)
    kernel.after(30 * MS, 'stop', () => pacer.stop())
    let late = false
    kernel.after(30 * MS, 'late', () => {
      late = true
    })
    const done = pacer.start()
    host.run(500)
    await expect(done).resolves.toBe(false)
    expect([late, ticks.length, host.waiting]).toEqual([false, 1, 0])
    pacer.stop()
  })

  it('runs to the end without waiting at speed max, and gives others a turn between slices', async () => {
    const { kernel, host, pacer, ticks } = setUp('max')
    const busy = kernel.timer('busy', () => {
      host.time_ms += 1
      busy.startIn(MS)
    })
    busy.startIn(MS)
    const done = pacer.start(1000 * MS)
    host.run(10_000)
    await expect(done).resolves.toBe(true)
    expect(ticks.length).toBe(40)
    expect(kernel.now_ns).toBe(1000 * MS)
    expect(host.delays.length).toBeGreaterThanOrEqual(90)
    expect(Math.max(...host.delays)).toBe(0)
  })

  it('idles at speed max when nothing is armed and no end is set', () => {
    const host = new FakeHost()
    const pacer = new Pacer(new Kernel(), host, { speed: 'max' })
    void pacer.start()
    host.run(100)
    expect(host.delays.length).toBeLessThan(13)
    pacer.stop()
  })

  it('wakes: brings time up to now, acts there, serves what was armed at once', () => {
    const { kernel, host, pacer } = setUp(1)
    void pacer.start()
    host.run(7)
    host.time_ms += 0.5
    const seen: number[] = []
    pacer.wake(() => {
      seen.push(kernel.now_ns)
      kernel.after(0, 'frame', () => seen.push(kernel.now_ns))
    })
    expect(seen).toEqual([7.5 * MS])
    host.run(0)
    expect(seen).toEqual([7.5 * MS, 7.5 * MS])
  })

  it('just does the action of a wake that comes from an event, or while it stands', () => {
    const { kernel, host, pacer } = setUp(1)
    const seen: number[] = []
    pacer.wake(() => seen.push(kernel.now_ns))
    kernel.after(5 * MS, 'inside', () => pacer.wake(() => seen.push(kernel.now_ns)))
    void pacer.start()
    host.run(20)
    expect(seen).toEqual([0, 5 * MS])
  })

  it('lets time slip and reports when the host lags by more than 100 ms; it never bursts', () => {
    const lags: number[] = []
    const { kernel, host, pacer, ticks } = setUp(1, lag_ms => lags.push(lag_ms))
    void pacer.start()
    host.run(100)
    const before = ticks.length
    host.time_ms += 5000
    host.run(100)
    expect(lags).toHaveLength(1)
    expect(lags[0]).toBeGreaterThan(4900)
    expect(ticks.length - before).toBeLessThanOrEqual(4)
    expect(kernel.now_ns).toBeLessThanOrEqual(200 * MS)
    expect([pacer.lags, pacer.slipped_ms]).toEqual([1, lags[0]])
  })

  it('catches up a lag of less than that without a report', () => {
    const { kernel, host, pacer } = setUp(1)
    void pacer.start()
    host.run(100)
    host.time_ms += 90
    host.run(10)
    expect(kernel.now_ns).toBe(200 * MS)
    expect(pacer.lags).toBe(0)
  })

  it('rejects with what an event threw, and is over', async () => {
    const { kernel, host, pacer } = setUp(1)
    kernel.after(10 * MS, 'bad', () => {
      throw new Error('event failed')
    })
    const done = pacer.start()
    host.run(50)
    await expect(done).rejects.toThrow('event failed')
    expect(host.waiting).toBe(0)
  })

  it('refuses a second start and a speed that is no speed', () => {
    const { kernel, host, pacer } = setUp(1)
    void pacer.start()
    expect(() => pacer.start()).toThrow('already')
    for (const speed of [0, -1, NaN, Infinity]) expect(() => new Pacer(kernel, host, { speed })).toThrow(RangeError)
    pacer.stop()
  })
})
