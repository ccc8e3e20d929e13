import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Link, LinkFrame } from '../link.ts'
import { cloneLinkFrame, createLinkFrame, sameFrame } from '../link-frame.ts'
import { createLink, openLink } from '../open-link.ts'
import {
  anyClassicFrame, CLASSIC_FRAMES, closeAll, eventually, linkContract, numberedFrame, numberOf, SocketcandDaemon,
} from '../testing/index.ts'
import { beaconText } from './beacon.ts'
import { encodeSend, readFrameText, readFrameWords, SOCKETCAND_FRAME_BYTES } from './codec.ts'

const links: Link[] = []
const servers: Server[] = []
const sockets: Socket[] = []
const listeners: Datagrams[] = []

/** A daemon that waits to be dialled; one more in `daemons` for each connection. */
async function serve(buses = ['can0'], answers = true): Promise<{ place: string, daemons: SocketcandDaemon[] }> {
  const daemons: SocketcandDaemon[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    daemons.push(new SocketcandDaemon(socket, buses, answers))
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { place: `127.0.0.1:${(server.address() as AddressInfo).port}`, daemons }
}

async function open(uri: string, options: Parameters<typeof openLink>[1] = {}): Promise<Link> {
  const link = await openLink(uri, options)
  links.push(link)
  return link
}

afterEach(async () => {
  vi.useRealTimers()
  await closeAll(links)
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
  for (const listener of listeners.splice(0)) listener.close()
})

linkContract('socketcand', {
  rich: false, noRemote: true, times: 'none', idleState: 'up', lostState: 'reconnecting', reads: true, stream: true, guards: true,
}, async (options) => {
  const { place, daemons } = await serve()
  const link = await createLink(`socketcand:${place}`, options)
  let seen = 0
  return {
    link,
    async connect() {
      await eventually(() => daemons.length > seen && daemons[daemons.length - 1]!.raw)
      seen = daemons.length
      return Object.assign(daemons[seen - 1]!, { origin: link.origin })
    },
    dispose: async () => undefined,
  }
})

describe('a socketcand daemon that we dial', () => {
  it('is asked for one bus, in raw mode', async () => {
    const { place, daemons } = await serve(['vcan3'])
    const link = await open(`socketcand:${place}?bus=vcan3`)
    expect(daemons[0]!.commands).toEqual(['< open vcan3 >', '< rawmode >'])
    expect(link.device).toBe('socketcand, vcan3')
  })

  it.each([
    ['a bus that it does not have', ['vcan3'], true, 'refuses can0: the daemon says "could not open bus"'],
    ['nothing', ['can0'], false, 'does not answer "open can0"'],
  ])('that has %s is told in one line', async (_, buses, answers, message) => {
    const { place } = await serve(buses, answers)
    await expect(open(`socketcand:${place}`)).rejects.toThrow(message)
  })

  it('that nobody runs, or that is none, is told in one line', async () => {
    const { place } = await serve()
    const server = servers.pop()!
    await new Promise(closed => server.close(closed))
    await expect(open(`socketcand:${place}`)).rejects.toThrow(`nothing listens on ${place}`)
    const other = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined))
      socket.write('< 220 smtp >')
    })
    servers.push(other.listen(0, '127.0.0.1'))
    await once(other, 'listening')
    await expect(open(`socketcand:127.0.0.1:${(other.address() as AddressInfo).port}`)).rejects.toThrow('does not greet as a socketcand daemon does')
    await expect(createLink('socketcand:?bus=can0>')).rejects.toThrow('bus is "can0>"')
  })

  it('tells errors: as frames, as the state of the bus, and its words as a line', async () => {
    const { place, daemons } = await serve()
    const lines: string[] = []
    const link = await open(`socketcand:${place}`, { report: line => lines.push(line) })
    const got: LinkFrame[] = []
    link.onFrame((frame) => { got.push(cloneLinkFrame(frame)) })
    daemons[0]!.write('< error 008 12.000345 >< error unknown\u001b[2J command >< error 040 13.000000 >')
    await eventually(() => link.state === 'bus-off')
    expect(got.map(({ error, id, length, timestamp_ns }) => ({ error, id, length, timestamp_ns }))).toEqual([
      { error: true, id: 8, length: 8, timestamp_ns: 12_000_345_000 }, { error: true, id: 0x40, length: 8, timestamp_ns: 13e9 },
    ])
    expect(lines).toEqual([`${place}: the daemon says "unknown [2J command"`])
    expect(link.send(numberedFrame(1))).toBe(false)
    daemons[0]!.send(numberedFrame(7))
    await eventually(() => link.state === 'up')
    expect(link.send(numberedFrame(2))).toBe(true)
  })

  it('that says nothing is asked, and taken for dead when it does not answer', async () => {
    const { place, daemons } = await serve()
    vi.useFakeTimers({ toFake: ['performance'] })
    const link = await open(`socketcand:${place}`)
    const echoes = (): number => daemons[0]!.commands.filter(command => command === '< echo >').length
    const passTime = async (until: () => boolean): Promise<void> => {
      while (!until()) {
        vi.advanceTimersByTime(500)
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    }
    await passTime(() => echoes() === 2)
    expect(link.state).toBe('up')
    daemons[0]!.answers = false
    await passTime(() => link.state === 'reconnecting')
    expect(echoes()).toBe(3)
    expect(link.problem).toBe('the daemon stopped answering')
  })

  it('is our own as well: frames pass both ways with their times', async () => {
    const server = await open('socketcand-listen:127.0.0.1:0')
    const client = await open(server.addresses[0]!)
    await eventually(() => server.clients.some(each => each.active))
    const [atServer, atClient]: [LinkFrame[], LinkFrame[]] = [[], []]
    server.onFrame((frame) => { atServer.push(cloneLinkFrame(frame)) })
    client.onFrame((frame) => { atClient.push(cloneLinkFrame(frame)) })
    const frames = CLASSIC_FRAMES.filter(frame => !frame.remote)
    for (const frame of frames) {
      expect(client.send(frame)).toBe(true)
      server.send({ ...frame, timestamp_ns: 1_700_000_000_000_001_024 })
    }
    await eventually(() => atServer.length === frames.length && atClient.length === frames.length)
    frames.forEach((frame, n) => {
      expect(sameFrame(frame, atServer[n]!) && sameFrame(frame, atClient[n]!), `frame ${n}`).toBe(true)
      expect(atClient[n]!.timestamp_ns).toBe(1_700_000_000_000_001_000)
    })
  })

  it('is dialled again when it comes back', async () => {
    const { place, daemons } = await serve()
    const link = await open(`socketcand:${place}`)
    await daemons[0]!.leave()
    await eventually(() => daemons[1]?.raw === true && link.state === 'up')
    link.send(numberedFrame(3))
    await eventually(() => daemons[1]!.received.length === 1)
    expect(numberOf(daemons[1]!.received[0]!)).toBe(3)
  })
})

describe('the texts of a socketcand client', () => {
  it('survive both ways', () => {
    fc.assert(fc.property(anyClassicFrame().filter(any => !any.remote), (any) => {
      const bytes = new Uint8Array(SOCKETCAND_FRAME_BYTES)
      const text = Buffer.from(bytes.subarray(0, encodeSend(any, bytes, 0))).toString('latin1')
      const back = createLinkFrame()
      expect(readFrameWords(text.split(' ').slice(2, -1), 0, back) && sameFrame(back, any), text).toBe(true)
    }), { seed: 4 })
  })

  it('are refused when they are no frame, whatever they are', () => {
    const frame = createLinkFrame()
    for (const wrong of [
      'frame', 'frame 1', 'frame 1 1', 'frame 1 1.5', 'frame 800 1.000000', 'frame 20000000 1.000000', 'frame 1 1.000000 1',
      'frame 1 1.000000 112233445566778899',
    ]) {
      expect(readFrameText(wrong.split(' '), frame), wrong).toBe(false)
    }
    expect(readFrameText(['frame', '1', '1.000000', 'A', 'B'], frame)).toBe(true)
    const anyWords = fc.array(fc.string({ maxLength: 12 }), { maxLength: 12 })
    fc.assert(fc.property(anyWords, (words) => { readFrameText(words, frame) }), { seed: 5 })
  })
})

describe('the beacon', () => {
  it('is the text of the real daemon', () => {
    const text = beaconText('lab & <1>', { host: '127.0.0.1', port: 29536 }, 2)
    expect(text).toBe('<CANBeacon name="lab &amp; &lt;1&gt;" type="SocketCAN" description="socketcand">\n'
      + '<URL>can://127.0.0.1:29536</URL><Bus name="can0"/><Bus name="can1"/></CANBeacon>')
  })

  it.each(['127.0.0.1', '127.255.255.255'])('is sent to %s on request only, at once and every three seconds', async (host) => {
    const listener = createSocket('udp4')
    listeners.push(listener)
    const heard: string[] = []
    listener.on('message', message => heard.push(message.toString()))
    await new Promise<void>(bound => listener.bind(0, bound))
    await open('socketcand-listen:127.0.0.1:0')
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const link = await open(`socketcand-listen:127.0.0.1:0?beacon=${host}:${listener.address().port}`, { buses: 1 })
    await eventually(() => heard.length === 1)
    expect(heard[0]).toContain(`<URL>can://${link.addresses[0]!.slice('socketcand:'.length)}</URL><Bus name="can0"/></CANBeacon>`)
    vi.advanceTimersByTime(3000)
    await eventually(() => heard.length === 2)
    await link.close()
    vi.advanceTimersByTime(9000)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(heard.length).toBe(2)
  })
})
