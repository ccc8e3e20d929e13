import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { imbalance } from '../counters.ts'
import type { Link, LinkOptions } from '../link.ts'
import { createLink, openLink } from '../open-link.ts'
import { anyPieces, closeAll, eventually, frameOf, linkContract, numberedFrame, numberOf, SlcanHost } from '../testing/index.ts'

const sockets: Socket[] = []
const links: Link[] = []

async function open(query = '', options: LinkOptions = {}): Promise<Link> {
  const link = await openLink(`slcan-listen:127.0.0.1:0${query}`, options)
  links.push(link)
  return link
}

async function dial(link: Link, open: '' | 'O' | 'L' = 'O'): Promise<SlcanHost> {
  const socket = connect({ port: Number(/\d+$/.exec(link.addresses[0]!)![0]), noDelay: true })
  sockets.push(socket)
  await once(socket, 'connect')
  const host = new SlcanHost(socket, async () => {
    socket.destroy()
    await once(socket, 'close')
  })
  if (open) await host.ask(open)
  else await host.ask('V')
  host.origin = link.clients[link.clients.length - 1]!.origin
  return host
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await closeAll(links)
})

linkContract('slcan-listen on TCP', {
  rich: false, times: 'none', idleState: 'listening', lostState: 'listening', reads: true, stream: true,
}, async ({ queue, mode }) => {
  const link = await createLink('slcan-listen:127.0.0.1:0', { ...queue && { queue }, ...mode && { mode } })
  return { link, connect: () => dial(link), dispose: async () => undefined }
})

describe('SLCAN commands', () => {
  it('are answered as an adapter answers them', async () => {
    const host = await dial(await open(), '')
    expect(await host.ask('V', 'v', 'N', 'F', 'S6', 'S5', 's0000', 's001C', 'Z1', 'X1', 'U1', 'W0', 'M00000000', 'mFFFFFFFF')).toEqual(
      ['V1013', 'v1013', 'NSPN1', '\\a', '', '\\a', '\\a', '', '', '', '', '', '', ''])
    expect(await host.ask('t1230', 'O', 'O', 'F', 'S6', 'M00000000', 'A', 'P')).toEqual(
      ['\\a', '', '\\a', 'F00', '\\a', '\\a', 'A', '\\a'])
    expect(await host.ask('C', 'C', 'L', 't1230', 'C')).toEqual(['', '', '', '\\a', ''])
  })

  it('take the rate of another bus as they should', async () => {
    const host = await dial(await open('?bitrate=125000'), '')
    expect(await host.ask('S6', 'S4', 's031C')).toEqual(['\\a', '', ''])
  })

  it('acknowledge frames by their format, or plainly without auto-poll', async () => {
    const link = await open()
    link.onFrame(() => true)
    const host = await dial(link)
    expect(await host.ask('t1231FF', 'T00000001108', 'r1238', 'X0', 't1230')).toEqual(['z', 'Z', 'z', '', ''])
    expect(link.counters.received.delivered).toBe(4)
  })

  it('answer garbage with a bell and count it by cause', async () => {
    const link = await open()
    const host = await dial(link)
    expect(await host.ask('?', 't', 'tXYZ0', 't8000', 'T200000000', 't1239', 't1232AA', 't1231AAB', 't1231AG', 'S', 'S99', 'MG0000000', 'x'.repeat(161)))
      .toEqual(Array.from({ length: 13 }, () => '\\a'))
    expect(Object.fromEntries(link.counters.malformed)).toEqual({
      'unknown-command': 1, truncated: 2, 'not-hex': 2, 'id-range': 2, 'length-range': 1, trailing: 1, 'bad-argument': 3, overlong: 1,
    })
  })

  it('tell a host that something refused its frame, and in the flags', async () => {
    const link = await open()
    link.onFrame(() => false)
    const host = await dial(link)
    expect(await host.ask('t1230', 'F', 'F')).toEqual(['\\a', 'F02', 'F00'])
  })

  it('stamp frames with milliseconds of a minute when told so', async () => {
    const link = await open()
    const host = await dial(link, '')
    await host.ask('Z1', 'O')
    link.send(frameOf({ id: 1, timestamp_ns: 61_234_999_999 }))
    link.send(frameOf({ id: 1, timestamp_ns: 59_999_999_999 }))
    await eventually(() => host.received.length === 2)
    expect(host.received.map(frame => frame.timestamp_ns)).toEqual([1_234_000_000, 59_999_000_000])
  })

  it('filter as the controller in the adapter does', async () => {
    const link = await open()
    const host = await dial(link, '')
    // Both short filters take identifiers 0x0C100000–0x0C101FFF (their upper 16 bits are 0x6080).
    await host.ask('M60806080', 'm00000000', 'O')
    for (const id of [0x0c10_0000, 0x0c10_1fff, 0x0c10_2000, 0x0c0f_ffff]) link.send(frameOf({ id }))
    await eventually(() => host.received.length === 2)
    expect(host.received.map(frame => frame.id)).toEqual([0x0c10_0000, 0x0c10_1fff])
    expect(link.counters.sent.in).toBe(2)
  })
})

describe('SLCAN clients', () => {
  it('share the bus: a frame of one reaches the car once and the others, not itself', async () => {
    const link = await open('', { now_ns: () => 5_000_000 })
    const car: string[] = []
    link.onFrame((frame) => { car.push(`${numberOf(frame)} ${frame.origin} ${frame.timestamp_ns}`) })
    const [a, b, silent, closed] = [await dial(link), await dial(link), await dial(link, 'L'), await dial(link, '')]
    a.send(numberedFrame(7))
    await eventually(() => b.received.length === 1 && silent.received.length === 1 && a.replies.includes('Z'))
    expect(car).toEqual([`7 ${a.origin} 5000000`])
    expect([a.received.length, closed.received.length]).toEqual([0, 0])
    expect(link.clients.map(client => client.active)).toEqual([true, true, true, false])
  })

  it('get names of their own, even if two links are bound alike', async () => {
    const [one, two] = [await open(), await open()]
    const hosts = [await dial(one), await dial(one), await dial(two)]
    expect(new Set(hosts.map(host => host.origin)).size).toBe(3)
  })

  it('do not wait for each other', async () => {
    const link = await open('?queue=2000')
    const [slow, fast] = [await dial(link), await dial(link)]
    slow.stall(true)
    let n = 0
    for (let dropped = 0; dropped === 0;) {
      for (let burst = 0; burst < 1000; burst++) link.send(numberedFrame(n++))
      await eventually(() => fast.received.length === n)
      dropped = link.clients[0]!.counters.sent.dropped.get('queue-full') ?? 0
    }
    const { delivered, queued } = link.clients[0]!.counters.sent
    expect(link.clients[1]!.counters.sent.dropped.size).toBe(0)
    slow.stall(false)
    await eventually(() => slow.received.length === delivered + queued)
    expect((await slow.ask('F'))[0]).toBe('F09')
  }, 60_000)

  it('may mark a 29-bit identifier in bit 31, which is counted', async () => {
    const link = await open()
    const ids: string[] = []
    link.onFrame((frame) => { ids.push(`${frame.id.toString(16)} ${frame.extended}`) })
    expect(await (await dial(link)).ask('T98FF81000', 'T80000001100', 'TC0000000')).toEqual(['Z', 'Z', '\\a'])
    expect(ids).toEqual(['18ff8100 true', '1 true'])
    expect(Object.fromEntries(link.counters.malformed)).toEqual({ 'id-bit-31': 2, truncated: 1 })
  })

  it('that say nothing are let go: they hold no place for others', async () => {
    const told: string[] = []
    const link = await open('?clients=2', { report: line => told.push(line) })
    const host = await dial(link)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const socket = connect(Number(/\d+$/.exec(link.addresses[0]!)![0]), '127.0.0.1')
    socket.resume()
    await eventually(() => link.clients.length === 2)
    vi.advanceTimersByTime(11_000)
    vi.useRealTimers()
    await once(socket, 'close')
    await eventually(() => link.clients.length === 1)
    expect(told[0]).toMatch(/was let go: it said nothing for 10 s/)
    expect(await host.ask('F')).toEqual(['F00'])
  })

  it('that have no bus open make room for others when they have been silent', async () => {
    const told: string[] = []
    const link = await open('?clients=2', { report: line => told.push(line) })
    const listener = await dial(link, 'L')
    const idle = await dial(link, '')
    const left = sockets.at(-1)!
    const turnedAway = connect(Number(/\d+$/.exec(link.addresses[0]!)![0]), '127.0.0.1')
    turnedAway.resume()
    await once(turnedAway, 'close')
    const later_ms = performance.now() + 11_000
    vi.spyOn(performance, 'now').mockReturnValue(later_ms)
    const gone = once(left, 'close')
    const welcome = await dial(link).finally(() => vi.restoreAllMocks())
    await gone
    expect(told.map(line => line.replace(/^.*127\.0\.0\.1:\d+ /, ''))).toEqual([
      'was turned away: 2 clients are connected already', 'was let go: it has no bus open, and another needs its place',
    ])
    expect(link.clients.map(client => client.origin)).toEqual([listener.origin, welcome.origin])
    expect(idle.origin).not.toBe(listener.origin)
  })

  it('are no more than allowed', async () => {
    const told: string[] = []
    const link = await open('?clients=1', { report: line => told.push(line) })
    await dial(link)
    const socket = connect(Number(/\d+$/.exec(link.addresses[0]!)![0]), '127.0.0.1')
    socket.resume()
    await once(socket, 'close')
    expect(told[0]).toMatch(/turned away: 1 clients/)
    expect(link.clients.length).toBe(1)
  })

  it('that never read replies cost constant memory, and their frames still get in', async () => {
    const link = await open('?queue=10')
    let got = 0
    link.onFrame(() => { got++ })
    const host = await dial(link)
    host.stall(true)
    const burst = 't1230\r'.repeat(10_000)
    for (let round = 1; !link.counters.malformed.has('reply-lost'); round++) {
      host.write(burst)
      await eventually(() => got === round * 10_000)
    }
    expect(link.state).toBe('up')
  }, 60_000)

  it('that send without a line end get one bell, and are heard afterwards', async () => {
    const link = await open()
    const host = await dial(link)
    for (let pieces = 0; pieces < 20; pieces++) host.write(new Uint8Array(100_000).fill(0x41))
    host.write('\rV\r')
    await eventually(() => host.replies.includes('V1013'))
    expect(host.replies).toEqual(['', '\\a', 'V1013'])
    expect(link.counters.malformed.get('overlong')).toBe(1)
  })
})

describe('SLCAN bytes', () => {
  it('of any kind, in any pieces, never hurt', async () => {
    const link = await open()
    link.onFrame(() => true)
    const lines = fc.array(fc.oneof(
      fc.constantFrom('O', 'C', 'L', 'S6', 'Z1', 'X0', 'V', 'N', 'F', 't1230', 'T1FFFFFFF8', 'M', '\x07', 'r7FF8'),
      fc.string({ maxLength: 40 }),
    )).map(parts => Buffer.from(parts.join('\r'), 'latin1'))
    const host = await dial(link)
    await fc.assert(fc.asyncProperty(anyPieces(fc.oneof(lines, fc.uint8Array({ maxLength: 400 }))), async (pieces) => {
      for (const piece of pieces) host.write(piece)
      const before = host.replies.length
      host.write('\rV\r')
      await eventually(() => host.replies.slice(before).includes('V1013'))
      expect(imbalance(link.counters.received)).toBe(0)
    }), { numRuns: 200, seed: 20 })
  })
})

describe('errors of slcan-listen', () => {
  it('name a port in use', async () => {
    const link = await open()
    const port = /\d+$/.exec(link.addresses[0]!)![0]
    await expect(openLink(`slcan-listen:127.0.0.1:${port}`)).rejects.toThrow(/port \d+ on 127.0.0.1 is in use/)
  })

  it('name a bit rate that the bus does not have', async () => {
    await expect(createLink('slcan-listen:?bitrate=125000', { bitrate: 500_000 })).rejects.toThrow('the bus runs at 500000 bit/s')
    await createLink('slcan-listen:?bitrate=500000', { bitrate: 500_000 })
  })

  it('name an address that is not ours', async () => {
    await expect(openLink('slcan-listen:192.0.2.1:0')).rejects.toThrow('192.0.2.1 is not an address of this machine')
  })
})
