import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { messageId } from '#protocol/index.ts'
import { imbalance } from '../counters.ts'
import type { Link, LinkOptions } from '../link.ts'
import { createLinkFrame, sameFrame } from '../link-frame.ts'
import { createLink, openLink } from '../open-link.ts'
import {
  anyClassicFrame, anyPieces, closeAll, Esp32Ret, eventually, frameOf, linkContract, numberedFrame, numberOf, SavvyCan,
} from '../testing/index.ts'
import { decodeToDevice, decodeToHost, encodeToDevice, encodeToHost, lengthToDevice, lengthToHost } from './codec.ts'
import { GvretReader } from './reader.ts'

const sockets: Socket[] = []
const links: Link[] = []
const servers: Server[] = []

async function dial(link: Link): Promise<SavvyCan> {
  const socket = connect({ port: Number(/\d+$/.exec(link.addresses[0]!)![0]), noDelay: true })
  sockets.push(socket)
  await once(socket, 'connect')
  const peer = new SavvyCan(socket, async () => {
    socket.destroy()
    await once(socket, 'close')
  })
  peer.greet()
  await eventually(() => peer.validated > 0)
  peer.origin = link.clients.at(-1)!.origin
  return peer
}

/** A device that waits to be dialled. */
async function plug(prepare: (device: Esp32Ret) => void = () => undefined): Promise<{ place: string, devices: Esp32Ret[] }> {
  const devices: Esp32Ret[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    const device = new Esp32Ret(socket, async () => { socket.destroy() })
    prepare(device)
    devices.push(device)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { place: `127.0.0.1:${(server.address() as AddressInfo).port}`, devices }
}

async function open(uri: string, options: LinkOptions = {}): Promise<Link> {
  const link = await openLink(uri, options)
  links.push(link)
  return link
}

afterEach(async () => {
  vi.useRealTimers()
  await closeAll(links)
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

linkContract('gvret-listen', {
  rich: false, noRemote: true, times: 'exact', idleState: 'listening', lostState: 'listening', reads: true, stream: true,
}, async ({ queue, mode }) => {
  const link = await createLink('gvret-listen:127.0.0.1:0', { ...queue && { queue }, ...mode && { mode } })
  return { link, connect: () => dial(link), dispose: async () => undefined }
})

linkContract('gvret', {
  rich: false, noRemote: true, times: 'none', idleState: 'up', lostState: 'reconnecting', reads: true, stream: true, guards: true,
}, async (options) => {
  const { place, devices } = await plug()
  const link = await createLink(`gvret:${place}`, options)
  let seen = 0
  return {
    link,
    async connect() {
      await eventually(() => devices.length > seen && devices[devices.length - 1]!.setup.length > 0)
      seen = devices.length
      return Object.assign(devices[seen - 1]!, { origin: link.origin })
    },
    dispose: async () => undefined,
  }
})

describe('GVRET frames', () => {
  const carried = anyClassicFrame().filter(frame => !frame.remote)

  it('survive both ways', () => {
    fc.assert(fc.property(carried, fc.nat(1), (frame, bus) => {
      const bytes = new Uint8Array(32)
      const back = createLinkFrame()
      const sent = { ...frame, bus }
      expect(encodeToDevice(sent, bytes, 2)).toBe(2 + lengthToDevice(bytes, 2, 30))
      expect(decodeToDevice(bytes, 2, back)).toBeUndefined()
      expect(sameFrame(sent, back)).toBe(true)
      expect(encodeToHost(sent, bytes, 1)).toBe(1 + lengthToHost(bytes, 1, 31))
      expect(decodeToHost(bytes, 1, back)).toBeUndefined()
      expect(sameFrame(sent, back)).toBe(true)
      expect(back.timestamp_ns).toBe(Math.floor(sent.timestamp_ns / 1000) % 2 ** 32)
    }), { seed: 1 })
  })

  it('are the same however the bytes are cut', () => {
    const messages = (pieces: readonly Uint8Array[], lengthOf: typeof lengthToHost): string[] => {
      const found: string[] = []
      const reader = new GvretReader({
        onMessage: (bytes, start) => found.push(Buffer.from(bytes.slice(start, start + lengthOf(bytes, start, 80))).toString('hex')),
        onByte: byte => found.push(`(${byte})`),
      }, lengthOf)
      for (const piece of pieces) reader.push(piece)
      return found
    }
    const byte = fc.oneof(fc.constantFrom(0xf1, 0xe7, 0, 1, 5, 9, 14, 20), fc.nat(255))
    const bytes = fc.array(byte, { maxLength: 300 }).map(all => Uint8Array.from(all))
    fc.assert(fc.property(anyPieces(bytes), fc.constantFrom(lengthToHost, lengthToDevice), (pieces, lengthOf) => {
      const all = Buffer.concat(pieces)
      expect(messages(pieces, lengthOf)).toEqual(messages([all], lengthOf))
      expect(messages(Array.from(all, byte => Uint8Array.of(byte)), lengthOf)).toEqual(messages([all], lengthOf))
    }), { seed: 2, numRuns: 500 })
  })
})

describe('gvret-listen', () => {
  it('answers as SavvyCAN expects', async () => {
    const link = await open('gvret-listen:127.0.0.1:0', { bitrate: 250_000, now_ns: () => 5_000_000_000_000 })
    const peer = await dial(link)
    const micros = 5_000_000_000 % 2 ** 32
    expect(peer.replies).toEqual([
      { command: 12, bytes: [2] },
      { command: 6, bytes: [1, 0x90, 0xd0, 3, 0, 1, 0x90, 0xd0, 3, 0] },
      { command: 7, bytes: [0x6a, 2, 0x20, 0, 0, 0] },
      { command: 1, bytes: [micros & 255, micros >>> 8 & 255, micros >>> 16 & 255, micros >>> 24] },
    ])
    peer.write(0xf1, 13)
    await eventually(() => peer.replies.length === 5)
    expect(peer.replies[4]!.bytes.every(byte => byte === 0)).toBe(true)
  })

  it('lets a host switch its bus off, to listen-only, and on', async () => {
    const told: string[] = []
    const link = await open('gvret-listen:127.0.0.1:0', { report: line => told.push(line) })
    const got: number[] = []
    link.onFrame((frame) => { got.push(numberOf(frame)) })
    const peer = await dial(link)
    const setup = async (word: number): Promise<void> => {
      const before = peer.validated
      peer.write(0xf1, 5, word & 255, word >>> 8 & 255, word >>> 16 & 255, word >>> 24, 0, 0, 0, 0, 0, 0xf1, 9)
      await eventually(() => peer.validated > before)
    }
    await setup(0x8000_0000 + 500_000)
    expect(link.state).toBe('listening')
    peer.send(numberedFrame(1))
    await setup(0xe000_0000 + 500_000)
    expect(link.state).toBe('up')
    peer.send(numberedFrame(2))
    await setup(0xc000_0000 + 125_000)
    peer.send(numberedFrame(3))
    await eventually(() => got.length === 1)
    expect(got).toEqual([3])
    expect(Object.fromEntries(link.counters.received.dropped)).toEqual({ 'not-up': 1, 'listen-only': 1 })
    expect(told).toEqual([expect.stringContaining('asks for 125000 bit/s; the bus stays at 500000')])
    expect(link.counters.malformed.size).toBe(0)
  })

  it('serves nothing before a host asked for binary mode', async () => {
    const link = await open('gvret-listen:127.0.0.1:0')
    const socket = connect({ port: Number(/\d+$/.exec(link.addresses[0]!)![0]) })
    sockets.push(socket)
    await eventually(() => link.clients.length === 1)
    expect([link.state, link.send(numberedFrame(1))]).toEqual(['listening', false])
  })

  it('survives any bytes', async () => {
    const link = await open('gvret-listen:127.0.0.1:0')
    link.onFrame(() => true)
    const peer = await dial(link)
    const byte = fc.oneof(fc.constantFrom(0xf1, 0xe7, 0, 5, 14, 20), fc.nat(255))
    const bytes = fc.array(byte, { maxLength: 200 }).map(all => Uint8Array.from(all))
    await fc.assert(fc.asyncProperty(anyPieces(bytes), async (pieces) => {
      for (const piece of pieces) peer.write(...piece)
      // Longer than any message that may have begun.
      peer.write(...new Array<number>(80).fill(0))
      const before = peer.validated
      peer.write(0xf1, 9)
      await eventually(() => peer.validated > before)
      expect(imbalance(link.counters.received)).toBe(0)
    }), { seed: 3, numRuns: 100 })
  })
})

describe('gvret', () => {
  it('greets, sets the bit rate, and leaves the second bus as it was', async () => {
    const { place, devices } = await plug()
    const link = await open(`gvret:${place}?bitrate=250000`)
    await eventually(() => devices[0]!.setup.length > 0)
    expect(devices[0]!.binary).toBe(true)
    expect(devices[0]!.commands).toEqual([12, 6, 7, 9, 5])
    expect(devices[0]!.setup).toEqual([0xc000_0000 + 250_000, 0xc000_0000 + 250_000])
    expect(link.device).toBe('GVRET device, build 618')
    const quiet = await plug()
    await open(`gvret:${quiet.place}?mode=listen`)
    await eventually(() => quiet.devices[0]!.setup.length > 0)
    expect(quiet.devices[0]!.setup[0]).toBe(0xe000_0000 + 500_000)
  })

  it('puts no frame onto the bus that a killed session has begun, as long as it lacks its bus', async () => {
    for (const left of [[], [0xf1], [0xf1, 0], [0xf1, 0, 1], [0xf1, 0, 1, 2, 3, 4], [0xf1, 5], [0xf1, 5, 0x20, 0xa1]]) {
      const { place, devices } = await plug(device => left.forEach(byte => device.byte(byte)))
      await open(`gvret:${place}?mode=listen`)
      await eventually(() => devices[0]!.setup[0] === 0xe000_0000 + 500_000)
      expect(devices[0]!.received, `left behind: ${left.join(' ')}`).toEqual([])
    }
  })

  it('holds commands back from a real bus', async () => {
    const { place } = await plug()
    const link = await open(`gvret:${place}`)
    expect(link.send(frameOf({ id: messageId(2, 1, 8, 1, 0xf9), bytes: [0, 0, 0, 0, 0, 0, 0, 0] }))).toBe(false)
    expect(link.counters.sent.dropped.get('actuating')).toBe(1)
  })

  it('says that something else answers, or nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { place, devices } = await plug((device) => { device.mute = true })
    const opening = open(`gvret:${place}`)
    const refused = expect(opening).rejects.toThrow(`nothing on ${place} answers as a GVRET device does: is it one?`)
    await eventually(() => devices.length > 0)
    await vi.advanceTimersByTimeAsync(6000)
    await refused
    await expect(openLink('gvret:127.0.0.1:1')).rejects.toThrow('nothing listens on 127.0.0.1:1')
    await expect(createLink('gvret:/dev/ttyUSB3?baud=115200')).rejects.toThrow('115200 baud carries 576 of the 3816 frames/s')
  })

  it('waits for a device that boots', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { place, devices } = await plug((device) => { device.mute = true })
    const opening = open(`gvret:${place}`)
    await eventually(() => devices.length > 0 && devices[0]!.commands.includes(9))
    devices[0]!.mute = false
    await vi.advanceTimersByTimeAsync(600)
    expect((await opening).state).toBe('up')
  })

  it.each([
    ['falls silent', (device: Esp32Ret) => { device.mute = true }],
    ['only echoes what it is sent, as the console of an interpreter does', (device: Esp32Ret) => { device.echoes = true }],
  ])('keeps in touch, and dials anew when a device %s', async (_what, fail) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
    const { place, devices } = await plug()
    const link = await open(`gvret:${place}`)
    const problems: string[] = []
    link.state$.subscribe(() => problems.push(link.problem))
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 250) {
        await vi.advanceTimersByTimeAsync(250)
        for (let turns = 0; turns < 20; turns++) await new Promise(resolve => setImmediate(resolve))
      }
    }
    await pass(8000)
    expect(link.state).toBe('up')
    expect(devices[0]!.commands.filter(command => command === 9).length).toBeGreaterThan(5)
    fail(devices[0]!)
    await pass(7000)
    expect(problems).toContain('the device stopped answering')
    await eventually(() => devices.length > 1 && link.state === 'up')
  })

  it('puts stamps of the device into our time', async () => {
    let now_ns = 10_000e9
    const { place, devices } = await plug()
    const link = await open(`gvret:${place}`, { now_ns: () => now_ns })
    const times: number[] = []
    link.onFrame((frame) => { times.push(frame.timestamp_ns) })
    await eventually(() => devices[0]!.setup.length > 0)
    const arrive = async (stamp_us: number, later_us: number): Promise<void> => {
      now_ns += later_us * 1000
      const before = times.length
      devices[0]!.send(frameOf({ id: 1, timestamp_ns: stamp_us * 1000 }))
      await eventually(() => times.length > before)
    }
    await arrive(2 ** 32 - 100, 0)
    await arrive(400, 700)
    expect(times).toEqual([10_000e9, 10_000e9 + 500_000])
  })
})
