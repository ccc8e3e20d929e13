import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { messageId, WindowCommandCodec } from '#protocol/index.ts'
import type { LinkFrame, LinkOptions, LinkState } from '../link.ts'
import { cloneLinkFrame } from '../link-frame.ts'
import { type Abilities, closeAll, eventually, FakeKernel, frameOf, linkContract, numberedFrame, numberOf } from '../testing/index.ts'
import { parseLinkUri } from '../uri.ts'
import type { RawMessage } from './raw-channel.ts'
import { createSocketcanLink, LOOK_ms, type SocketcanLink } from './socketcan-link.ts'

function toFrame(message: RawMessage): LinkFrame {
  const { id, data } = message
  const parts = { id, extended: message.ext === true, remote: message.rtr === true, fd: data.length > 8 }
  return frameOf({ ...parts, ...message.rtr ? { length: data.length } : { bytes: [...data] } })
}

const toMessage = (frame: LinkFrame): RawMessage => ({
  id: frame.id, ext: frame.extended, rtr: frame.remote, data: frame.data.slice(0, frame.length), ts_sec: 1, ts_usec: 2,
})

const abilities: Abilities = { rich: false, times: 'none', idleState: 'up', lostState: 'reconnecting', reads: true, stream: true, once: true }

linkContract('socketcan', abilities, async (options) => {
  const kernel = new FakeKernel()
  kernel.status = { ...kernel.status, fd: false }
  const link = createSocketcanLink(parseLinkUri('socketcan:vcan0'), options, kernel.platform)
  return {
    link,
    connect: async () => ({
      origin: link.origin,
      get received() { return kernel.sent.map(toFrame) },
      send: frame => kernel.inject(toMessage(frame)),
      sendGarbage: () => kernel.inject({ id: 0, data: new Uint8Array(65) }),
      stall: stalled => kernel.stall(stalled),
      leave: async () => kernel.setUp(false),
    }),
    dispose: async () => undefined,
  }
})

const links: SocketcanLink[] = []

afterEach(() => closeAll(links))

function make(kernel: FakeKernel, query = '', options: LinkOptions = {}): SocketcanLink {
  const link = createSocketcanLink(parseLinkUri(`socketcan:${kernel.name}${query}`), options, kernel.platform)
  links.push(link)
  return link
}

async function open(kernel: FakeKernel, query = '', options: LinkOptions = {}): Promise<SocketcanLink> {
  const link = make(kernel, query, options)
  await link.open()
  return link
}

const errorFrame = (id: number, ...data: number[]): RawMessage =>
  ({ id, err: true, data: Uint8Array.from({ length: 8 }, (_, i) => data[i] ?? 0) })

describe('a SocketCAN link', () => {
  it('carries FD frames where the interface does, and only lengths that exist', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel)
    const bytes = (length: number): number[] => Array.from({ length }, (_, i) => i)
    expect(link.send(frameOf({ id: 1, fd: true, bytes: bytes(64) }))).toBe(true)
    expect(link.send(frameOf({ id: 2, fd: true, bytes: bytes(13) }))).toBe(false)
    expect(link.send(frameOf({ id: 3, bytes: bytes(12) }))).toBe(false)
    expect(link.send(frameOf({ id: 0x800, extended: false }))).toBe(false)
    expect(link.counters.sent.dropped.get('unsupported')).toBe(3)
    await eventually(() => link.counters.sent.delivered === 1)
    expect(kernel.sent.map(message => [...message.data])).toEqual([bytes(64)])
  })

  it('takes ENOBUFS for back-pressure: everything arrives, in order', async () => {
    const kernel = new FakeKernel()
    kernel.queueLength = 10
    const link = await open(kernel, '?queue=2000')
    for (let n = 0; n < 2000; n++) expect(link.send(numberedFrame(n))).toBe(true)
    await eventually(() => link.counters.sent.delivered === 2000, () => `2000, there are ${link.counters.sent.delivered}`)
    expect(kernel.sent.map(message => numberOf(toFrame(message)))).toEqual(Array.from({ length: 2000 }, (_, n) => n))
  })

  it('does not take its own frames for somebody else\'s, and counts alike ones once each', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel)
    const got: LinkFrame[] = []
    link.onFrame((frame) => { got.push(cloneLinkFrame(frame)) })
    kernel.stall(true)
    expect(link.send(numberedFrame(7))).toBe(true)
    kernel.inject(toMessage(numberedFrame(7)))
    kernel.stall(false)
    await eventually(() => got.length === 1 && link.counters.sent.delivered === 1)
    expect(link.counters).toMatchObject({ received: { in: 1 }, sent: { in: 1, queued: 0 } })
    expect(got[0]!.timestamp_ns % 1e9).toBeGreaterThan(0)
  })

  it('needs no confirmation on a virtual bus: one socket does both, and what was lost still shows', async () => {
    const kernel = new FakeKernel()
    kernel.bothWays = true
    const link = await open(kernel)
    let got = 0
    link.onFrame(() => { got++ })
    for (let n = 0; n < 500; n++) expect(link.send(numberedFrame(n))).toBe(true)
    expect(link.counters.sent).toMatchObject({ delivered: 500, queued: 0 })
    kernel.inject(toMessage(numberedFrame(7)))
    await eventually(() => kernel.sent.length === 500 && got === 1)
    kernel.overflow(3)
    await eventually(() => link.counters.unknownLost === 3)
    expect([kernel.sockets, link.counters.received.in]).toEqual([1, 1])
  })

  it('keeps the FD format and the bit rate switch of what it receives, where the kernel shows them', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel)
    const got: string[] = []
    link.onFrame((frame) => { got.push(`${frame.length} ${frame.fd} ${frame.brs}`) })
    kernel.inject({ id: 1, fd: true, brs: true, data: new Uint8Array(8) })
    kernel.inject({ id: 1, fd: false, brs: false, data: new Uint8Array(8) })
    kernel.inject({ id: 1, data: new Uint8Array(12) })
    await eventually(() => got.length === 3)
    expect(got).toEqual(['8 true true', '8 false false', '12 true false'])
  })

  it('follows the controller, and refuses frames while it is off', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel)
    const states: LinkState[] = []
    let errors = 0
    link.state$.subscribe(state => states.push(state))
    link.onFrame((frame) => { if (frame.error) errors++ })
    for (const message of [errorFrame(4, 0, 0x10), errorFrame(4, 0, 0x40), errorFrame(0x40), errorFrame(4, 0, 0x20)]) kernel.inject(message)
    await eventually(() => errors === 4)
    expect(link.problem).toMatch(/bus-off: its wiring or bit rate is wrong/)
    expect(link.send(numberedFrame(1))).toBe(false)
    expect(link.counters.sent.dropped.get('not-up')).toBe(1)
    kernel.inject(errorFrame(0x100))
    await eventually(() => link.state === 'up')
    expect(states).toEqual(['up', 'error-passive', 'up', 'bus-off', 'up'])
    expect(link.send(numberedFrame(2))).toBe(true)
  })

  it('holds commands that move something back from a real bus', async () => {
    const kernel = new FakeKernel('can0')
    kernel.status = { ...kernel.status, virtual: false }
    const { priority, page, kind } = WindowCommandCodec
    const command = frameOf({ id: messageId(priority, page, kind, 1, 0xf9), bytes: [0, 0, 0, 0, 0, 0, 0, 0] })
    const link = await open(kernel)
    expect(link.send(command)).toBe(false)
    expect(link.counters.sent.dropped.get('actuating')).toBe(1)
    expect((await open(kernel, '', { actuate: true })).send(command)).toBe(true)
    expect((await open(new FakeKernel())).send(command)).toBe(true)
  })

  it('leaves what nobody wants in the kernel', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel, '?filter=18FF8000:1FFFF000,123:7FF')
    const got: number[] = []
    link.onFrame((frame) => { got.push(frame.id) })
    for (const [id, ext] of [[0x123, false], [0x123, true], [0x124, false], [0x18ff8123, true], [0x18ff9123, true]] as const) {
      kernel.inject({ id, ext, data: new Uint8Array(0) })
    }
    await eventually(() => got.length === 2)
    expect(got).toEqual([0x123, 0x18ff8123])
  })

  it.each([
    [(kernel: FakeKernel) => { kernel.loadError = new Error('not installed') }, 'socketcan:vcan0: not installed'],
    [(kernel: FakeKernel) => { kernel.status = { ...kernel.status, exists: false } }, 'there is no interface vcan0'],
    [(kernel: FakeKernel) => { kernel.status = { ...kernel.status, isCan: false } }, 'vcan0 is no CAN interface'],
    [(kernel: FakeKernel) => { kernel.status = { ...kernel.status, up: false } }, 'vcan0 is down: ip link set vcan0 up'],
  ])('says in one line why it cannot open: %#', async (spoil, message) => {
    const kernel = new FakeKernel()
    spoil(kernel)
    await expect(make(kernel).open()).rejects.toThrow(message)
  })
})

describe('a SocketCAN link, in time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const settle = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      await vi.advanceTimersByTimeAsync(50)
      for (let i = 0; i < 4; i++) await new Promise<void>(resolve => setImmediate(resolve))
    }
  }

  it.each([true, false])('survives its interface going down and up; the socket notices: %s', async (notices) => {
    const kernel = new FakeKernel()
    kernel.notices = notices
    const link = await open(kernel)
    kernel.stall(true)
    for (let n = 0; n < 300; n++) link.send(numberedFrame(n))
    kernel.setUp(false)
    await settle(2 * LOOK_ms)
    expect([link.state, link.problem]).toEqual(['reconnecting', 'vcan0 is down: ip link set vcan0 up'])
    expect(link.counters.sent).toMatchObject({ queued: 0, delivered: 0 })
    expect(link.counters.sent.dropped.get('device')).toBe(300)
    kernel.stall(false)
    kernel.setUp(true)
    await settle(6000)
    expect([link.state, link.problem, kernel.sockets]).toEqual(['up', '', 1])
    link.send(numberedFrame(999))
    await settle(50)
    expect(kernel.sent.map(message => numberOf(toFrame(message)))).toEqual([999])
  })

  it('gives a frame up that the kernel keeps refusing', async () => {
    const kernel = new FakeKernel()
    kernel.queueLength = 0
    const link = await open(kernel)
    link.send(numberedFrame(0))
    await settle(800)
    expect(link.counters.sent.queued).toBe(1)
    await settle(400)
    expect(link.counters.sent.dropped.get('device')).toBe(1)
  })

  it('counts frames as unconfirmed that others overtook, and those a restart lost', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel)
    kernel.swallow = 2
    for (let n = 0; n < 5; n++) link.send(numberedFrame(n))
    await settle(3 * LOOK_ms)
    expect(link.counters.sent).toMatchObject({ delivered: 3, queued: 0 })
    expect(link.counters.sent.dropped.get('unconfirmed')).toBe(2)
    kernel.swallow = 3
    for (let n = 5; n < 8; n++) link.send(numberedFrame(n))
    await settle(3 * LOOK_ms)
    expect(link.counters.sent.queued).toBe(3)
    kernel.inject(errorFrame(0x100))
    await settle(3 * LOOK_ms)
    expect(link.counters.sent.dropped.get('unconfirmed')).toBe(5)
  })

  it('gets out of a window that is lost as a whole', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel)
    kernel.swallow = 128
    for (let n = 0; n < 200; n++) link.send(numberedFrame(n))
    await settle(LOOK_ms)
    expect(link.counters.sent.delivered).toBe(0)
    await settle(20 * LOOK_ms)
    expect(link.counters.sent).toMatchObject({ delivered: 72, queued: 0 })
    expect(link.counters.sent.dropped.get('unconfirmed')).toBe(128)
  })

  it('shows what the socket, the card and the controller lost', async () => {
    const kernel = new FakeKernel()
    const link = await open(kernel)
    kernel.inject(toMessage(numberedFrame(1)))
    await settle(50)
    kernel.overflow(40)
    await settle(LOOK_ms)
    expect(link.counters.unknownLost).toBe(0)
    await settle(5 * LOOK_ms)
    expect(link.counters.unknownLost).toBe(40)
    kernel.lost = 3
    kernel.inject(errorFrame(4, 0, 1))
    await settle(2 * LOOK_ms)
    expect(link.counters.unknownLost).toBe(43)
    kernel.overflow(7)
    kernel.setUp(false)
    await settle(50)
    expect(link.counters.unknownLost).toBe(50)
  })

  it('restarts a controller that stays bus-off, with growing pauses, and says when it cannot', async () => {
    const kernel = new FakeKernel('can0')
    kernel.status = { ...kernel.status, virtual: false }
    kernel.restartError = new Error('Operation not permitted')
    const link = await open(kernel)
    kernel.status = { ...kernel.status, carrier: false }
    await settle(LOOK_ms)
    expect(link.state).toBe('bus-off')
    await settle(1500)
    expect(kernel.restarts).toEqual(['can0'])
    expect(link.problem).toContain('cannot be restarted by us: Operation not permitted')
    await settle(2500)
    expect(kernel.restarts).toHaveLength(2)
    kernel.status = { ...kernel.status, carrier: true }
    await settle(LOOK_ms)
    expect([link.state, link.problem]).toEqual(['up', ''])
  })

  it('leaves a controller alone when told so', async () => {
    const kernel = new FakeKernel('can0')
    kernel.status = { ...kernel.status, virtual: false, carrier: false }
    const link = await open(kernel, '?recover=no')
    await settle(5000)
    expect([link.state, kernel.restarts]).toEqual(['bus-off', []])
  })
})
