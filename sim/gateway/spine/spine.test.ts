import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { imbalance } from '../counters.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { createLink, openLink } from '../open-link.ts'
import { encodeMessage } from '#protocol/host/index.ts'
import { anyPieces, eventually, frameOf, linkContract, numberedFrame, numberOf, SpinePeer } from '../testing/index.ts'
import { openSpine, type SpineLink } from './spine-link.ts'
import type { SpineListen } from './spine-listen.ts'
import { decodeEnvelope, encodeEnvelope } from './codec/index.ts'
import { readVssBody, vssBody } from './vss-body.ts'
import { VssView, type VssNews } from './vss-view.ts'

const RICH = { rich: true, times: 'exact', reads: true, stream: true } as const
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function keep<L extends Link>(link: L): L {
  closers.push(async () => {
    await link.close()
    expect(imbalance(link.counters.received)).toBe(0)
    expect(imbalance(link.counters.sent)).toBe(0)
  })
  return link
}

async function serve(options: LinkOptions = {}, uri = 'spine-listen:127.0.0.1:0'): Promise<SpineListen> {
  return keep(await openLink(uri, options) as SpineListen)
}

async function dial(server: SpineListen, query = '', options: LinkOptions = {}): Promise<SpineLink> {
  return keep(await openSpine(server.addresses[0] + query, options))
}

async function rawClient(uri: string): Promise<Socket> {
  const socket = connect({ port: Number(/\d+$/.exec(uri)![0]), noDelay: true })
  await once(socket, 'connect')
  closers.push(async () => socket.destroy())
  return socket
}

async function rawServer(onSocket: (socket: Socket) => void): Promise<{ server: Server, uri: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server, uri: `spine:127.0.0.1:${(server.address() as AddressInfo).port}` }
}

linkContract('spine-listen', { ...RICH, idleState: 'listening', lostState: 'listening' }, async ({ queue, mode }) => {
  const link = await createLink('spine-listen:127.0.0.1:0', { ...queue && { queue }, ...mode && { mode } })
  const sockets: Socket[] = []
  return {
    link,
    async connect() {
      const socket = connect({ port: Number(/\d+$/.exec(link.addresses[0]!)![0]), noDelay: true })
      sockets.push(socket)
      const peer = new SpinePeer(socket)
      peer.hello()
      await eventually(() => link.clients.some(client => client.active))
      peer.origin = link.clients[0]!.origin
      return peer
    },
    dispose: async () => sockets.forEach(socket => socket.destroy()),
  }
})

linkContract('spine', { ...RICH, idleState: 'up', lostState: 'reconnecting' }, async ({ queue, mode }) => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets: Socket[] = []
  const link = await createLink(`spine:127.0.0.1:${(server.address() as AddressInfo).port}`, { ...queue && { queue }, ...mode && { mode } })
  return {
    link,
    async connect() {
      const [socket] = await once(server, 'connection') as [Socket]
      sockets.push(socket)
      const peer = new SpinePeer(socket)
      peer.hello()
      peer.origin = link.origin
      return peer
    },
    async dispose() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
})

describe('a car and its tools', () => {
  it('greet each other', async () => {
    const server = await serve({ name: 'sedan', bitrate: 250_000, now_ns: () => 12_345 })
    const tool = await dial(server)
    expect(tool.greeting).toEqual({ name: 'sedan', bitrate: 250_000, dataBitrate: 250_000, now_ns: 12_345, listenOnly: false })
    await eventually(() => server.state === 'up')
    await tool.close()
    await eventually(() => server.state === 'listening')
  })

  it('ask and answer', async () => {
    const server = await serve()
    const pressed: string[] = []
    server.onControl((request) => {
      switch (request.kind) {
        case 'snapshot': return { snapshot: { windows: [{ position_pct: 12.5 }], ä: null } }
        case 'switches': return { switches: ['DASH.windowFL.up', 'DASH.windowFL.down'] }
        case 'release': throw new Error('no switch is called "x"')
        case 'press':
          pressed.push(`${request.switch} ${request.hold_ms}`)
          return Promise.resolve({})
        default: throw new Error(`${request.kind} was not asked for`)
      }
    })
    const tool = await dial(server)
    const [snapshot, switches, press] = await Promise.all([
      tool.control({ kind: 'snapshot' }), tool.control({ kind: 'switches' }), tool.control({ kind: 'press', switch: 'a', hold_ms: 20 }),
    ])
    expect(snapshot).toEqual({ snapshot: { windows: [{ position_pct: 12.5 }], ä: null } })
    expect(switches).toEqual({ switches: ['DASH.windowFL.up', 'DASH.windowFL.down'] })
    expect(press).toEqual({})
    expect(pressed).toEqual(['a 20'])
    await expect(tool.control({ kind: 'release', switch: 'x' })).rejects.toThrow('no switch is called "x"')
  })

  it('release what was pressed without an end when the tool goes', async () => {
    const server = await serve()
    const asked: string[] = []
    server.onControl((request) => {
      asked.push('switch' in request ? `${request.kind} ${request.switch}` : request.kind)
      return {}
    })
    const tool = await dial(server)
    for (const name of ['a', 'b', 'c']) await tool.control({ kind: 'press', switch: name })
    await tool.control({ kind: 'release', switch: 'a' })
    await tool.control({ kind: 'press', switch: 'b', hold_ms: 20 })
    await tool.close()
    await eventually(() => asked.length === 6)
    expect(asked).toEqual(['press a', 'press b', 'press c', 'release a', 'press b', 'release c'])
  })

  it('say clearly when there is no answer', async () => {
    const server = await serve()
    const tool = await dial(server)
    await expect(tool.control({ kind: 'snapshot' })).rejects.toThrow('takes no requests')
    server.onControl(() => new Promise(() => undefined))
    await expect(tool.control({ kind: 'press', switch: 'x', hold_ms: 1 }, 1)).rejects.toThrow(/did not answer "press" within 2 ms/)
    const waiting = tool.control({ kind: 'snapshot' })
    const failed = expect(waiting).rejects.toThrow(/the car on .* went away/)
    await server.close()
    await failed
    await expect(tool.control({ kind: 'snapshot' })).rejects.toThrow(/not connected to the car/)
  })

  it('bound how many requests are under way, and how long an answer is', async () => {
    const server = await serve({ queue: 100_000 })
    let answer: () => void = () => undefined
    const gate = new Promise<void>((resolve) => { answer = resolve })
    server.onControl(async () => {
      await gate
      return { snapshot: 'x'.repeat(1_100_000) }
    })
    const tool = await dial(server)
    const asked = Array.from({ length: 65 }, () => tool.control({ kind: 'snapshot' }, 60_000).catch((error: Error) => error.message))
    expect(await asked[64]).toMatch(/more than 64 requests/)
    answer()
    expect(await asked[0]).toMatch(/too long/)
  })

  it('share the bus among the tools', async () => {
    const server = await serve()
    const car: number[] = []
    server.onFrame((frame) => { car.push(numberOf(frame)) })
    const [a, b] = [await dial(server), await dial(server)]
    await eventually(() => server.clients.filter(client => client.active).length === 2)
    const heard: string[] = []
    a.onFrame((frame) => { heard.push(`a ${numberOf(frame)}`) })
    b.onFrame((frame) => { heard.push(`b ${numberOf(frame)}`) })
    a.send(numberedFrame(1))
    await eventually(() => heard.length === 1)
    server.send(numberedFrame(2))
    await eventually(() => heard.length === 3)
    expect(car).toEqual([1])
    expect(heard.sort()).toEqual(['a 2', 'b 1', 'b 2'])
  })

  it('hear of a frame without a time when it came, by the clock of the car', async () => {
    const server = await serve({ now_ns: () => 779_394_280_000 })
    server.onFrame(() => true)
    const [a, b] = [await dial(server), await dial(server)]
    await eventually(() => server.clients.filter(client => client.active).length === 2)
    const heard: number[] = []
    b.onFrame(({ timestamp_ns }) => { heard.push(timestamp_ns) })
    for (const timestamp_ns of [0, 5000]) a.send(frameOf({ id: 0x18da81f9, bytes: [1], timestamp_ns }))
    await eventually(() => heard.length === 2)
    expect(heard).toEqual([779_394_280_000, 5000])
  })

  it('find each other again', async () => {
    const server = await serve()
    const tool = await dial(server)
    const states: string[] = []
    const greetings: string[] = []
    tool.state$.subscribe(state => states.push(state))
    tool.greeting$.subscribe(greeting => greetings.push(greeting.name))
    const { addresses: [address] } = server
    await server.close()
    await eventually(() => tool.state === 'reconnecting')
    expect(tool.send(numberedFrame(0))).toBe(false)
    expect(tool.counters.sent.dropped.get('not-up')).toBe(1)
    await serve({ name: 'another' }, address!.replace('spine:', 'spine-listen:'))
    await eventually(() => tool.state === 'up')
    expect(states).toEqual(['up', 'reconnecting', 'up'])
    expect(greetings).toEqual(['car', 'another'])
    expect(tool.problem).toBe('')
  })

  it('part for good when the tool does not want to reconnect', async () => {
    const server = await serve()
    const tool = await dial(server, '?reconnect=no')
    await server.close()
    await eventually(() => tool.state === 'closed')
    expect(tool.problem).toMatch(/went away/)
  })

  it('tell a slow tool how many frames it missed', async () => {
    const server = await serve({ queue: 8 })
    const socket = await rawClient(server.addresses[0]!)
    const peer = new SpinePeer(socket)
    peer.hello()
    await eventually(() => server.state === 'up')
    for (let n = 0; n < 20; n++) server.send(numberedFrame(n))
    await eventually(() => peer.bodies.some(body => body.state))
    expect(peer.received.length).toBe(8)
    expect(peer.bodies.at(-1)!.state!.dropped).toBe(12)
    const tool = await dial(server)
    await eventually(() => server.clients.every(client => client.active))
    for (let n = 0; n < 20; n++) server.send(numberedFrame(n))
    await eventually(() => tool.counters.unknownLost === 12)
  })
})

describe('a wrong far end', () => {
  it('of a tool is named', async () => {
    await expect(openSpine('spine:127.0.0.1:1')).rejects.toThrow('no car is running on 127.0.0.1:1: start one with: npx spine car')
    const silent = await rawServer(socket => socket.destroy())
    await expect(openSpine(silent.uri)).rejects.toThrow(/is no car: it hung up/)
    const other = await rawServer(socket => socket.write(Buffer.alloc(8, 0xff)))
    await expect(openSpine(other.uri)).rejects.toThrow(/sent bytes that are no message/)
    const newer = await rawServer(socket => new SpinePeer(socket).hello(2))
    await expect(openSpine(newer.uri)).rejects.toThrow(/speaks version 2 of the stream/)
  })

  it('of a car is refused with the reason, and the others are served on', async () => {
    const told: string[] = []
    const server = await serve({ report: line => told.push(line) })
    const tool = await dial(server)
    const refusalOf = async (act: (peer: SpinePeer) => void): Promise<string> => {
      const peer = new SpinePeer(await rawClient(server.addresses[0]!))
      act(peer)
      await eventually(() => peer.ended !== undefined)
      return peer.bodies.find(body => body.refusal)?.refusal?.reason ?? ''
    }
    expect(await refusalOf(peer => peer.hello(9))).toMatch(/version 1 of the stream, the other version 9/)
    expect(await refusalOf(peer => peer.send(numberedFrame(1)))).toMatch(/before a hello/)
    expect(await refusalOf(peer => void peer.connection.sendBody({ state: { dropped: 1 } }))).toMatch(/no hello/)
    expect(await refusalOf(peer => peer.sendGarbage())).toMatch(/no message of at most/)
    expect(told.length).toBe(4)
    await eventually(() => server.clients.length === 1)
    server.onControl(() => ({ switches: [] }))
    expect(await tool.control({ kind: 'switches' })).toEqual({ switches: [] })
  })

  it('is turned away when there are too many', async () => {
    const server = await serve({}, 'spine-listen:127.0.0.1:0?clients=1')
    await dial(server)
    await expect(openSpine(server.addresses[0])).rejects.toThrow(/refused: 1 clients are connected already/)
  })

  it('may send anything in any pieces', async () => {
    const server = await serve()
    server.onFrame(() => true)
    await fc.assert(fc.asyncProperty(anyPieces(fc.uint8Array({ maxLength: 300 })), async (pieces) => {
      const socket = await rawClient(server.addresses[0]!)
      socket.on('error', () => undefined)
      for (const piece of pieces) socket.write(piece)
      socket.end()
      socket.resume()
      await eventually(() => server.clients.length === 0)
      expect(imbalance(server.counters.received)).toBe(0)
    }), { numRuns: 100, seed: 7 })
    expect((await dial(server)).state).toBe('up')
  })
})

describe('the view of a client', () => {
  const POSITION = 'Vehicle.Cabin.Door.Row1.DriverSide.Window.Position'
  const status = (position_pct: number, timestamp_ns: number): LinkFrame =>
    frameOf({ ...encodeMessage('WindowStatus@FL', { position_pct, state: 'closing' }), timestamp_ns })

  it.each([['', 3, 0], ['?view=frames-and-vss', 3, 2], ['?view=vss', 0, 2]])('"%s": %i frames, %i values', async (query, frames, values) => {
    const server = await serve()
    const tool = await dial(server, query)
    const end = await dial(server)
    const news: unknown[] = []
    let heard = 0
    tool.vss$.subscribe(each => each.path === POSITION && news.push(each))
    tool.onFrame(() => { heard++ })
    await eventually(() => server.clients.filter(client => client.active).length === 2)
    for (const [position_pct, time_ns] of [[40, 1000], [40, 2000], [41, 3000]] as const) server.send(status(position_pct, time_ns))
    await eventually(() => end.counters.received.in === 3 && heard === frames && news.length === values)
    const told = [{ path: POSITION, value: 40, timestamp_ns: 1000 }, { path: POSITION, value: 41, timestamp_ns: 3000 }]
    expect(news).toEqual(told.slice(0, values))
  })

  it('tells numbers, flags, texts, and what is not available', () => {
    const news = ([0, 12.5, true, false, 'OPEN', '', null] as const).map(value => ({ path: 'Vehicle.X', value, timestamp_ns: 7 }))
    const bytes = encodeEnvelope({ vss: { values: news.map(vssBody) } })
    expect(decodeEnvelope(bytes.subarray(bytes[0]! < 0x80 ? 1 : 2))!.vss!.values.map(readVssBody)).toEqual(news)
  })

  it('is news once, and again when it could not be told', () => {
    const view = new VssView()
    const told: string[] = []
    const tell = (takes: boolean) => (news: readonly VssNews[]): boolean => {
      told.push(...news.filter(({ path }) => path === POSITION).map(({ value }) => `${String(value)} ${takes ? 'taken' : 'lost'}`))
      return takes
    }
    for (const [position, takes] of [[5, false], [5, true], [5, true], [NaN, true], [6, true]] as const) {
      view.see(status(position, 0), tell(takes))
    }
    expect(told).toEqual(['5 lost', '5 taken', 'null taken', '6 taken'])
    expect(view.see(frameOf({ id: 1, extended: false }), () => false)).toBe(true)
    expect(view.see({ ...status(7, 0), error: true }, () => false)).toBe(true)
  })
})
