import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { cloneLinkFrame, createLinkFrame, sameFrame } from '../link-frame.ts'
import { createLink, openLink } from '../open-link.ts'
import {
  anyClassicFrame, anyPieces, CLASSIC_FRAMES, closeAll, eventually, findPythonCan, frameOf, linkContract, numberedFrame, numberOf,
  runPython, SocketcandClient,
} from '../testing/index.ts'
import { encodeSocketcandFrame, readFrameWords, SOCKETCAND_FRAME_BYTES } from './codec.ts'
import { CommandReader } from './command-reader.ts'

const sockets: Socket[] = []
const links: Link[] = []

async function knock(link: Link): Promise<SocketcandClient> {
  const socket = connect({ port: Number(/\d+$/.exec(link.addresses[0]!)![0]), noDelay: true })
  sockets.push(socket)
  const client = new SocketcandClient(socket)
  await once(socket, 'connect')
  await eventually(() => client.replies.length === 1)
  client.origin = link.clients.at(-1)!.origin
  return client
}

async function dial(link: Link, mode = 'rawmode', bus = 'can0'): Promise<SocketcandClient> {
  const client = await knock(link)
  const index = link.clients.length - 1
  await client.ask(`< open ${bus} >`)
  await client.ask(`< ${mode} >`)
  await eventually(() => link.clients[index]!.active)
  return client
}

async function open(options: LinkOptions = {}): Promise<Link> {
  const link = await openLink('socketcand-listen:127.0.0.1:0', options)
  links.push(link)
  return link
}

afterEach(async () => {
  vi.useRealTimers()
  await closeAll(links)
  for (const socket of sockets.splice(0)) socket.destroy()
})

linkContract('socketcand-listen', {
  rich: false, noRemote: true, times: 'exact', idleState: 'listening', lostState: 'listening', reads: true, stream: true, oneBus: true,
}, async ({ queue, mode }) => {
  const link = await createLink('socketcand-listen:127.0.0.1:0', { ...queue && { queue }, ...mode && { mode } })
  return { link, connect: () => dial(link), dispose: async () => undefined }
})

describe('socketcand frames', () => {
  it('are written as the documentation shows them, and fit', () => {
    const written = (frame: LinkFrame, spaced = false): string => {
      const bytes = new Uint8Array(SOCKETCAND_FRAME_BYTES)
      return Buffer.from(bytes.subarray(0, encodeSocketcandFrame(frame, 0, bytes, 0, spaced))).toString('latin1')
    }
    const frame = frameOf({ id: 0x123, extended: false, bytes: [0x1a, 0x22, 3, 0x44], timestamp_ns: 23_424_242_999 })
    expect(written(frame)).toBe('\n< frame 123 23.424242 1A220344 >')
    expect(written(frame, true)).toBe('\n< frame 123 23.424242 1A 22 03 44  >')
    expect(written(frameOf({ id: 0x1f, timestamp_ns: 5_000 }))).toBe('\n< frame 0000001F 0.000005  >')
    const longest = frameOf({ id: 0x1fff_ffff, bytes: Array.from({ length: 8 }, () => 255), timestamp_ns: 9e18 })
    expect(written(longest, true).length).toBeLessThanOrEqual(SOCKETCAND_FRAME_BYTES)
  })

  it('are read as they are meant', () => {
    const frame = createLinkFrame()
    const read = (text: string): boolean => readFrameWords(text.split(' '), 0, frame)
    fc.assert(fc.property(anyClassicFrame().filter(any => !any.remote), (any) => {
      const id = any.id.toString(16).padStart(any.extended ? 8 : 3, '0')
      expect(read([id, any.length, ...[...any.data.subarray(0, any.length)].map(byte => byte.toString(16))].join(' '))).toBe(true)
      expect(sameFrame(frame, any)).toBe(true)
    }), { seed: 1 })
    // python-can writes no leading zeros, SavvyCAN extends signs.
    expect(read('CFF8100 0') && frame.extended && frame.id === 0x0cff_8100).toBe(true)
    expect(read('ffffffff98ff8100 1 fffffffffffffff0') && frame.extended && frame.id === 0x18ff_8100 && frame.data[0] === 0xf0).toBe(true)
    for (const wrong of ['', '123', '123 1', '123 0 11', '123 9 1 1 1 1 1 1 1 1 1', 'xyz 0', '123 1 100', '3FFFFFFF 0', '123 -1', '1'.repeat(17) + ' 0']) {
      expect(read(wrong), wrong).toBe(false)
    }
  })

  it('are found however the bytes are cut', () => {
    const commands = (pieces: readonly Uint8Array[]): string[] => {
      const found: string[] = []
      const reader = new CommandReader({ onCommand: words => found.push(words.join(' ')), onGarbage: cause => found.push(`(${cause})`) })
      for (const piece of pieces) reader.push(piece)
      return found
    }
    const parts = fc.constantFrom('<', '>', ' ', '< send 123 0 >', '< echo >', 'x', '\n', 'y'.repeat(600))
    const text = fc.array(parts, { maxLength: 12 }).map(all => Buffer.from(all.join('')))
    fc.assert(fc.property(anyPieces(text), (pieces) => {
      const all = Buffer.concat(pieces)
      expect(commands(pieces)).toEqual(commands([all]))
      expect(commands(Array.from(all, byte => Uint8Array.of(byte)))).toEqual(commands([all]))
    }), { seed: 2, numRuns: 300 })
  })
})

describe('a socketcand client', () => {
  it('is greeted, opens a bus, changes modes', async () => {
    const client = await knock(await open())
    expect(client.replies).toEqual(['< hi >'])
    const asked: string[] = []
    for (const command of ['< echo >', '< can0 C 0 0 0 >', '< open can0 >', '< echo >', '<rawmode>', '< echo >', '< bcmmode >', '< isotpmode >', '< controlmode >']) {
      asked.push(await client.ask(command))
    }
    const error = '< error unknown command >'
    expect(asked).toEqual([error, '< ok >', '< ok >', '< echo >', '< ok >', '< echo >', '< ok >', error, '< ok >'])
  })

  it('is sent away when it wants a bus that is not there', async () => {
    const link = await open()
    const client = await knock(link)
    expect(await client.ask('< open can7 >')).toBe('< error could not open bus >')
    await eventually(() => link.clients.length === 0)
  })

  it('is told that a second bus is not there, where there is one only', async () => {
    const link = await open({ buses: 1 })
    expect(await (await knock(link)).ask('< open can1 >')).toBe('< error could not open bus >')
    expect(await (await knock(link)).ask('< can1 B 0 0 0 0 0 0 0 0 >')).toBe('< error unknown command >')
    expect(await (await knock(link)).ask('< open spine0 >')).toBe('< ok >')
  })

  it('is told Unix time, whatever the clock of the bus shows', async () => {
    let now_ns = 5e9
    const link = await open({ now_ns: () => now_ns })
    const before_ns = Date.now() * 1e6
    const client = await dial(link)
    const after_ns = Date.now() * 1e6
    now_ns = 7e9
    link.send(frameOf({ id: 1, timestamp_ns: 6.5e9 }))
    await eventually(() => client.received.length === 1)
    const { timestamp_ns } = client.received[0]!
    expect(timestamp_ns).toBeGreaterThanOrEqual(before_ns + 1.5e9 - 2000)
    expect(timestamp_ns).toBeLessThanOrEqual(after_ns + 1.5e9 + 2000)
  })

  it('hears the bus that it opened', async () => {
    const link = await open()
    const [a, b] = [await dial(link), await dial(link, 'rawmode', 'spine1')]
    link.send(Object.assign(numberedFrame(1), { bus: 0 }))
    link.send(Object.assign(numberedFrame(2), { bus: 1 }))
    await eventually(() => a.received.length === 1 && b.received.length === 1)
    expect([numberOf(a.received[0]!), numberOf(b.received[0]!)]).toEqual([1, 2])
    const buses: number[] = []
    link.onFrame((frame) => { buses.push(frame.bus) })
    b.send(numberedFrame(3))
    await eventually(() => buses.length === 1)
    expect(buses).toEqual([1])
  })

  it('gets in BCM mode what it subscribed, when it changed, and not too often', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const link = await open()
    const client = await dial(link, 'bcmmode')
    client.write('< subscribe 0 0 100 >< filter 0 0 200 2 FF 0F >< subscribe 0 50000 00000300 >')
    await client.ask('< echo >')
    const send = (id: number, extended: boolean, ...bytes: number[]): boolean => link.send(frameOf({ id, extended, bytes }))
    send(0x100, false, 1)
    send(0x100, false, 1)
    send(0x101, false, 1)
    send(0x200, false, 1, 0x10)
    send(0x200, false, 1, 0x20)
    send(0x200, false, 1, 0x21)
    send(0x300, true, 1)
    send(0x300, true, 2)
    vi.advanceTimersByTime(60)
    send(0x300, true, 3)
    client.write('< unsubscribe 100 >')
    await client.ask('< echo >')
    send(0x100, false, 9)
    send(0x200, false, 2, 0)
    await eventually(() => client.received.length >= 7)
    expect(client.received.map(frame => `${frame.id.toString(16)} ${[...frame.data.subarray(0, frame.length)].join(' ')}`)).toEqual([
      '100 1', '100 1', '200 1 16', '200 1 33', '300 1', '300 3', '200 2 0',
    ])
    expect(link.counters.sent.in).toBe(7)
  })

  it('has frames sent in cycles', async () => {
    const link = await open()
    const got: string[] = []
    link.onFrame((frame) => { got.push(`${frame.id.toString(16)} ${frame.data[0]}`) })
    const client = await dial(link, 'bcmmode')
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    client.write('< add 0 20000 123 1 42 >< add 1 0 200 1 1 >< update 123 1 43 >< update 300 1 1 >')
    await client.ask('< echo >')
    vi.advanceTimersByTime(60)
    client.write('< delete 123 >')
    await client.ask('< echo >')
    vi.advanceTimersByTime(1000)
    expect(got).toEqual(['123 66', '200 1', '123 67', '123 67', '123 67', '200 1'])
    expect(link.counters.malformed.get('refused-job')).toBe(1)
    await client.leave()
    await eventually(() => link.clients.length === 0)
    vi.advanceTimersByTime(5000)
    expect(got.length).toBe(6)
  })

  it('that sends without an end costs constant memory', async () => {
    const link = await open()
    const client = await dial(link)
    client.write(`< ${'a'.repeat(2_000_000)}`)
    expect(await client.ask('>< echo >')).toBe('< echo >')
    expect(link.counters.malformed.get('overlong')).toBe(1)
  })
})

/** Echoes a burst with the identifier changed, and prints what it got. */
const PEER = `
import can, sys
bus = can.Bus(interface='socketcand', channel='can0', host='127.0.0.1', port=int(sys.argv[1]))
wanted = sys.argv[3:]
for text in wanted:
    name, data = text.split('#')
    bus.send(can.Message(arbitration_id=int(name, 16), is_extended_id=len(name) == 8, data=bytes.fromhex(data)))
for _ in wanted:
    m = bus.recv(10)
    if m is None:
        sys.exit('no frame within 10 s')
    print('%X#%s' % (m.arbitration_id, m.data.hex().upper()))
bus.send(can.Message(arbitration_id=0x7FE, is_extended_id=False))
count = 0
expected = 0
while count < int(sys.argv[2]):
    m = bus.recv(10)
    if m is None:
        sys.exit('%d frames, then none within 10 s' % count)
    if int.from_bytes(m.data[:4], 'big') != expected:
        sys.exit('gap at %d' % expected)
    expected += 1
    count += 1
print(count)
bus.shutdown()
`

const python = findPythonCan()
it.skipIf('missing' in python)(`python-can as socketcand client${'missing' in python ? `: ${python.missing}` : ' loses nothing of a burst'}`, async () => {
  const burst = 3000
  const link = await open({ queue: 5000 })
  const frames = CLASSIC_FRAMES.filter(frame => !frame.remote && (!frame.extended || frame.id > 0x7ff))
  const got: LinkFrame[] = []
  link.onFrame((frame) => {
    got.push(cloneLinkFrame(frame))
    if (frame.id !== 0x7fe) return link.send({ ...cloneLinkFrame(frame), origin: '', id: frame.id ^ 1 })
    for (let n = 0; n < burst; n++) link.send(numberedFrame(n))
    return true
  })
  const names = frames.map(({ id, extended, data, length }) =>
    `${id.toString(16).padStart(extended ? 8 : 3, '0')}#${Buffer.from(data.subarray(0, length)).toString('hex')}`)
  const port = /\d+$/.exec(link.addresses[0]!)![0]
  // It joins a bus that is busy.
  const noise = setInterval(() => link.send(frameOf({ id: 0x555, extended: false })), 1)
  const joined = link.state$.subscribe(state => state === 'up' && clearInterval(noise))
  const printed = await runPython((python as { python: string }).python, PEER, [port, String(burst), ...names])
  joined.unsubscribe()
  frames.forEach((frame, n) => expect(sameFrame(frame, got[n]!), `frame ${n} at the car`).toBe(true))
  const back = frames.map(({ id, data, length }) => `${(id ^ 1).toString(16).toUpperCase()}#${Buffer.from(data.subarray(0, length)).toString('hex').toUpperCase()}`)
  expect(printed.trim().split('\n')).toEqual([...back, String(burst)])
})
