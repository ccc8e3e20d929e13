import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { messageId, WindowCommandCodec } from '#protocol/index.ts'
import type { Link, LinkOptions } from '../link.ts'
import { cloneLinkFrame } from '../link-frame.ts'
import { createLink, openLink } from '../open-link.ts'
import {
  type AdapterManners, AdapterServer, closeAll, eventually, frameOf, linkContract, numberedFrame, numberOf, type SlcanAdapter,
} from '../testing/index.ts'

const servers: AdapterServer[] = []
const links: Link[] = []

async function serve(manners: AdapterManners = {}): Promise<AdapterServer> {
  const server = await AdapterServer.listen(manners)
  servers.push(server)
  return server
}

async function open(server: AdapterServer, query = '', options: LinkOptions = {}): Promise<Link> {
  const link = await openLink(`slcan:${server.place}${query}`, options)
  links.push(link)
  return link
}

afterEach(async () => {
  vi.useRealTimers()
  await closeAll(links)
  for (const server of servers.splice(0)) await server.close()
})

const KINDS: Record<string, AdapterManners> = {
  'that confirms': {},
  'that confirms nothing': { confirms: false, serial: undefined, polls: false, version: 'CANable-1 github.com/normaldotcom/canable-fw' },
  'that echoes': { echoes: true },
  'that confirms plainly, byte by byte': { plain: true, piece: 1 },
}

for (const [name, manners] of Object.entries(KINDS)) {
  linkContract(`slcan, an adapter ${name}`, {
    rich: false, times: 'none', idleState: 'up', lostState: 'reconnecting', reads: true, stream: true, guards: true,
  }, async (options) => {
    const server = await serve(manners)
    const link = await createLink(`slcan:${server.place}`, options)
    let seen = 0
    return {
      link,
      async connect() {
        await eventually(() => server.adapters.length > seen && server.adapter.channel !== 'closed')
        seen = server.adapters.length
        server.adapter.origin = link.origin
        return server.adapter
      },
      dispose: async () => undefined,
    }
  })
}

describe('greeting an adapter', () => {
  it('closes, asks who it is, sets the bit rate, opens', async () => {
    const server = await serve()
    const link = await open(server)
    expect(server.adapter.commands).toEqual(['C', 'V', 'N', 'S6', 'Z1', 'O', 'F'])
    expect(link.device).toBe('V1013, serial A123, confirms frames')
    await link.close()
    expect(server.adapter.commands.at(-1)).toBe('C')
  })

  it.each([
    ['?bitrate=125000', ['S4', 'Z1', 'O']], ['?bitrate=33333', undefined], ['?bitrate=40000', ['s', 'Z1', 'O']],
    ['?mode=listen', ['S6', 'Z1', 'L']], ['?timestamps=no', ['S6', 'O']],
  ])('does as it is told: %s', async (query, commands) => {
    const server = await serve()
    if (commands === undefined) return expect(open(server, query)).rejects.toThrow('cannot make 33333 bit/s')
    await open(server, query)
    const [rate, ...rest] = server.adapter.commands.slice(3)
    expect(rate!.startsWith(commands[0]!)).toBe(true)
    expect(rest).toEqual([...commands.slice(1), 'F'])
  })

  it('tells adapters apart', async () => {
    const silent = await open(await serve(KINDS['that confirms nothing']))
    expect(silent.device).toBe('CANable-1 github.com/normaldotcom/canable-fw, confirms nothing, tells no status')
    const echoing = await open(await serve({ echoes: true, polls: false, serial: undefined }))
    expect(echoing.device).toBe('V1013, confirms frames, tells no status, echoes')
  })

  it('takes one that never answers on trust', async () => {
    const server = await serve({ confirms: false, version: undefined, serial: undefined, polls: false })
    await expect(open(server)).rejects.toThrow(`nothing on ${server.place} answers like an SLCAN adapter: is it one? One that never answers needs probe=no`)
    const link = await open(server, '?probe=no')
    link.send(numberedFrame(1))
    await eventually(() => server.adapter.received.length === 1)
  })

  it('says what is wrong', async () => {
    await expect(open(await serve({ version: 'SSH-2.0-OpenSSH_9' }))).rejects.toThrow(/is no SLCAN adapter: it says "SSH-2.0-OpenSSH_9"/)
    await expect(open(await serve({ bitrate: 'S4' }))).rejects.toThrow('refuses 500000 bit/s (S6)')
    await expect(openLink('slcan:127.0.0.1:1')).rejects.toThrow('nothing listens on 127.0.0.1:1')
    await expect(openLink('slcan:/dev/ttyNONE')).rejects.toThrow('there is no device /dev/ttyNONE')
    await expect(openLink('slcan:/etc/passwd?usb=1')).rejects.toThrow(/\/etc\/passwd/)
  })

  it('says that the device went away meanwhile', async () => {
    const server = await serve({ version: undefined, confirms: false })
    const opening = open(server)
    await eventually(() => server.adapters.length > 0)
    await server.adapter.leave()
    await expect(opening).rejects.toThrow('went away while it was being set up')
  })

  it('does the arithmetic of a UART first', async () => {
    await expect(createLink('slcan:/dev/ttyUSB7?baud=115200')).rejects.toThrow(
      '115200 baud carries 371 of the 3816 frames/s of a full 500 kbit/s bus (9 %); all of them take 1183207 baud')
    await createLink('slcan:/dev/ttyUSB7?baud=115200&usb=1')
    await createLink('slcan:/dev/ttyACM0?baud=115200')
    await createLink('slcan:/dev/ttyUSB7?baud=115200&slow=yes')
    const told: string[] = []
    const link = await createLink('slcan:/dev/ttyUSB7?baud=500000', { report: line => told.push(line) })
    await expect(link.open()).rejects.toThrow('there is no device')
    expect(told[0]).toMatch(/500000 baud carries 1612 of the 3816 .* the adapter loses frames/)
  })
})

describe('confirmations', () => {
  it('bound what an adapter holds', async () => {
    const server = await serve({ swallow: () => true })
    const link = await open(server, '?window=5')
    for (let n = 0; n < 20; n++) link.send(numberedFrame(n))
    await eventually(() => server.adapter.received.length === 5)
    expect(link.counters.sent).toMatchObject({ in: 20, delivered: 0, queued: 20 })
  })

  it('that are lost are counted, and nothing waits for them for ever', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
    const server = await serve({ swallow: n => n % 4 === 3 })
    const opening = open(server)
    await eventually(() => server.adapters.length > 0 && server.adapter.commands.includes('F'))
    const link = await opening
    for (let n = 0; n < 200; n++) link.send(numberedFrame(n))
    while (link.counters.sent.queued > 0) {
      const before = link.counters.sent.queued
      for (let turns = 0; turns < 50; turns++) await new Promise(resolve => setImmediate(resolve))
      if (link.counters.sent.queued === before) await vi.advanceTimersByTimeAsync(250)
    }
    expect(server.adapter.received.map(numberOf)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    expect(link.counters.sent.delivered).toBe(150)
    expect(link.counters.sent.dropped.get('unconfirmed')).toBe(50)
  })

  it('that are refused are drops of the device', async () => {
    const link = await open(await serve({ refuse: n => n < 3 }))
    for (let n = 0; n < 10; n++) link.send(numberedFrame(n))
    await eventually(() => link.counters.sent.queued === 0)
    expect(link.counters.sent.delivered).toBe(7)
    expect(link.counters.sent.dropped.get('device')).toBe(3)
  })

  it('of nothing are counted', async () => {
    const server = await serve()
    const link = await open(server)
    server.adapter.write('z\rZ\r\x07')
    await eventually(() => link.counters.malformed.get('stray-confirmation') === 3)
  })
})

describe('an adapter in trouble', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  })

  async function ready(manners: AdapterManners = {}, query = ''): Promise<{ link: Link, server: AdapterServer, adapter: SlcanAdapter }> {
    const server = await serve(manners)
    const link = await open(server, query)
    return { link, server, adapter: server.adapter }
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      await vi.advanceTimersByTimeAsync(250)
      for (let turns = 0; turns < 20; turns++) await new Promise(resolve => setImmediate(resolve))
    }
  }

  it('shows the state of its bus', async () => {
    const { link, adapter } = await ready()
    adapter.latched = true
    adapter.flags = 0x24
    await pass(1500)
    expect(link.state).toBe('error-passive')
    expect(link.problem).toMatch(/error-passive/)
    adapter.flags = 0x08
    await pass(1000)
    expect(link.state).toBe('up')
    expect(link.counters.unknownLost).toBe(1)
  })

  it('is put back onto its bus, without what was queued', async () => {
    const { link, adapter } = await ready()
    const states: string[] = []
    link.state$.subscribe(state => states.push(state))
    adapter.flags = 0xa4
    const before = adapter.commands.length
    await pass(1500)
    expect(states).toEqual(['up', 'bus-off', 'up'])
    expect(adapter.commands.slice(before).filter(command => command !== 'F')).toEqual(['C', 'O'])
    link.send(numberedFrame(1))
    await eventually(() => link.counters.sent.delivered === 1)
  })

  it('is given longer pauses while it keeps going off the bus', async () => {
    const { link, adapter } = await ready()
    adapter.latched = true
    adapter.flags = 0x84
    await pass(20_000)
    const recoveries = adapter.commands.filter(command => command === 'O').length
    expect(recoveries).toBeGreaterThan(3)
    expect(recoveries).toBeLessThan(12)
    adapter.flags = 0
    await pass(8000)
    expect(link.state).toBe('up')
  })

  it('that falls silent is dialled again', async () => {
    const { link, server } = await ready({ swallow: () => true })
    const problems: string[] = []
    link.state$.subscribe(() => problems.push(link.problem))
    server.adapter.stall(true)
    for (let waited = 0; waited < 15_000; waited += 1000) {
      link.send(numberedFrame(1))
      await pass(1000)
    }
    expect(problems).toContain('the adapter stopped answering')
    expect(server.adapters.length).toBeGreaterThan(1)
  })

  it('that is pulled and put back serves on, and old commands are gone', async () => {
    const { link, server } = await ready({ swallow: () => true }, '?window=2&actuate=yes')
    const data = new Uint8Array(8)
    WindowCommandCodec.encode({ ...WindowCommandCodec.create(), action: 1, sequence: 1 }, data)
    const command = frameOf({ id: messageId(2, 1, 8, 1, 0xf9), bytes: [...data] })
    for (let n = 0; n < 10; n++) expect(link.send(command)).toBe(true)
    await eventually(() => server.adapter.received.length === 2)
    await server.adapter.leave()
    await eventually(() => link.state === 'reconnecting')
    expect(link.problem).toMatch(/went away/)
    expect(link.send(command)).toBe(false)
    expect(Object.fromEntries(link.counters.sent.dropped)).toEqual({ closed: 8, unconfirmed: 2, 'not-up': 1 })
    server.manners = {}
    await pass(1000)
    await eventually(() => link.state === 'up')
    expect(server.adapters.length).toBe(2)
    link.send(numberedFrame(7))
    await eventually(() => server.adapter.received.length > 0)
    expect(server.adapter.received.map(numberOf)).toEqual([7])
  })

  it('in which nothing arrives is not up without a word', async () => {
    const told: string[] = []
    const server = await serve(KINDS['that confirms nothing'])
    const opening = open(server, '?mode=listen', { report: line => told.push(line) })
    await eventually(() => server.adapters.length > 0)
    await pass(3000)
    const link = await opening
    expect(link.device).toContain('listen-only not confirmed')
    expect(link.problem).toBe('')
    await pass(12_000)
    expect([link.state, link.problem]).toEqual(['up', expect.stringContaining('nothing has arrived for 10 s')])
    server.adapter.send(numberedFrame(1))
    await pass(500)
    expect(link.problem).toBe('')
    await pass(30_000)
    expect(told.map(line => line.replace(/^\S+ /, ''))).toEqual([
      expect.stringContaining('may acknowledge what it hears'), expect.stringContaining('nothing has arrived'), expect.stringContaining('nothing has arrived'),
    ])
  })

  it('is put back to listening in its own way', async () => {
    const { link, adapter } = await ready({ version: '+Board: X Slcan: 105', listen: 'M1' }, '?mode=listen')
    adapter.flags = 0xa4
    const before = adapter.commands.length
    await pass(1500)
    expect(adapter.commands.slice(before).filter(command => command !== 'F')).toEqual(['C', 'M1', 'O'])
    expect([link.state, adapter.channel]).toEqual(['up', 'L'])
  })

  it('that stalls gets no command late', async () => {
    const { link, server } = await ready({ swallow: () => true }, '?window=1&actuate=yes')
    const command = frameOf({ id: messageId(2, 1, 8, 1, 0xf9), bytes: [0, 0, 0, 0, 0, 0, 0, 0] })
    server.adapter.stall(true)
    for (let n = 0; n < 5; n++) link.send(n === 3 ? numberedFrame(3) : command)
    await pass(2000)
    expect(link.counters.sent.dropped.get('expired')).toBe(2)
    expect(link.counters.sent.queued).toBe(3)
  })
})

describe('what an adapter sends', () => {
  it('is stamped by the adapter in our time', async () => {
    let now_ns = 1_000e9
    const server = await serve()
    const link = await open(server, '', { now_ns: () => now_ns })
    const times: number[] = []
    link.onFrame((frame) => { times.push(frame.timestamp_ns / 1e6) })
    const arrive = async (stamp_ms: number, at_ms: number): Promise<void> => {
      now_ns = at_ms * 1e6
      const before = times.length
      server.adapter.send(frameOf({ id: 1, timestamp_ns: stamp_ms * 1e6 }))
      await eventually(() => times.length === before + 1)
    }
    await arrive(59_990, 1_000_000)
    await arrive(0, 1_000_012)
    await arrive(5, 1_000_015)
    await arrive(30_000, 1_000_000 + 10 + 30_000 + 120_000)
    expect(times).toEqual([1_000_000, 1_000_010, 1_000_015, 1_150_010])
  })

  it('of our own frames is left out when it echoes, and foreign frames are not', async () => {
    const server = await serve({ echoes: true })
    const link = await open(server)
    const got: number[] = []
    link.onFrame((frame) => { got.push(numberOf(cloneLinkFrame(frame))) })
    for (let n = 0; n < 50; n++) link.send(numberedFrame(n))
    server.adapter.send(numberedFrame(1000))
    await eventually(() => server.adapter.received.length === 50 && link.counters.sent.queued === 0)
    server.adapter.send(numberedFrame(1001))
    await eventually(() => got.length === 2)
    expect(got).toEqual([1000, 1001])
  })
})

describe('commands to a real bus', () => {
  const command = frameOf({ id: messageId(2, 1, 8, 1, 0xf9), bytes: [0, 0, 0, 0, 0, 0, 0, 0] })

  it('are refused and counted, and people are told once', async () => {
    const told: string[] = []
    const link = await open(await serve(), '', { report: line => told.push(line) })
    expect([link.send(command), link.send(command), link.send(numberedFrame(1))]).toEqual([false, false, true])
    expect(link.counters.sent.dropped.get('actuating')).toBe(2)
    expect(told).toEqual([expect.stringContaining('--actuate')])
  })

  it('go through when they may', async () => {
    const server = await serve()
    const link = await open(server, '', { actuate: true })
    expect(link.send(command)).toBe(true)
    await eventually(() => server.adapter.received.length === 1)
  })
})
