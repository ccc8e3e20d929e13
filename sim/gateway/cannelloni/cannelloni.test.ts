import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { cloneLinkFrame, createLinkFrame, sameFrame } from '../link-frame.ts'
import { createLink, openLink } from '../open-link.ts'
import { anyClassicFrame, CannelloniPeer, closeAll, eventually, linkContract, numberedFrame, RICH_FRAMES } from '../testing/index.ts'
import { frameBytes, readDatagram, writeFrame, writeHead } from './codec.ts'

const links: Link[] = []
const peers: CannelloniPeer[] = []

afterEach(async () => {
  await closeAll(links)
  for (const peer of peers.splice(0)) await peer.leave()
})

async function pair(options: LinkOptions = {}): Promise<{ link: Link, peer: CannelloniPeer, got: LinkFrame[] }> {
  const peer = await CannelloniPeer.start()
  peers.push(peer)
  const link = await openLink(`cannelloni:127.0.0.1:${peer.ownPort}?local=127.0.0.1:0`, options)
  links.push(link)
  peer.port = Number(/\d+$/.exec(link.addresses[0]!)![0])
  const got: LinkFrame[] = []
  link.onFrame((frame) => { got.push(cloneLinkFrame(frame)) })
  return { link, peer, got }
}

linkContract('cannelloni', {
  rich: false, fd: true, times: 'none', idleState: 'up', lostState: 'up', reads: true, stream: false, guards: true,
}, async (options) => {
  const peer = await CannelloniPeer.start()
  peers.push(peer)
  const link = await createLink(`cannelloni:127.0.0.1:${peer.ownPort}?local=127.0.0.1:0`, options)
  return {
    link,
    async connect() {
      await eventually(() => link.state === 'up')
      return Object.assign(peer, { origin: link.origin, port: Number(/\d+$/.exec(link.addresses[0]!)![0]) })
    },
    dispose: async () => undefined,
  }
})

describe('a cannelloni tunnel', () => {
  const fd = RICH_FRAMES.filter(frame => frame.fd)

  it('carries FD frames both ways, and error frames to us', async () => {
    const { link, peer, got } = await pair()
    for (const frame of fd) expect(link.send(frame)).toBe(true)
    for (const frame of [...fd, RICH_FRAMES.find(each => each.error)!]) peer.send(frame)
    await eventually(() => got.length === fd.length + 1 && peer.received.length === fd.length)
    fd.forEach((frame, n) => expect(sameFrame(frame, got[n]!) && sameFrame(frame, peer.received[n]!), `frame ${n}`).toBe(true))
    expect(got[fd.length]!).toMatchObject({ error: true, id: 0x40 })
    expect(link.device).toBe(`cannelloni, 127.0.0.1:${peer.ownPort}`)
  })

  it('counts what is missing by the number of the datagrams, and begins anew with its far end', async () => {
    const { link, peer, got } = await pair()
    const send = async (n: number): Promise<void> => {
      peer.send(numberedFrame(n))
      await eventually(() => got.length === n)
    }
    await send(1)
    peer.skip(3)
    await send(2)
    expect(link.counters.unknownLost).toBe(3)
    peer.skip(-3)
    await send(3)
    expect(link.counters).toMatchObject({ unknownLost: 2 })
    expect(link.counters.malformed.get('overtaken')).toBe(1)
    // It starts anew, with the number 0.
    peer.skip(-3)
    await send(4)
    expect(link.counters.unknownLost).toBe(2)
  })

  it('drops garbage countedly, and goes on', async () => {
    const { link, peer, got } = await pair()
    const id = [0, 0, 1, 0x23]
    for (const bytes of [
      [], [2], [1, 0, 0, 0, 0], [2, 1, 0, 0, 0], [2, 0, 0, 0, 1], [2, 0, 0, 0, 1, ...id, 9, 0], [2, 0, 0, 0, 1, ...id, 2, 1],
      [2, 0, 0, 0, 1, ...id, 0x89, 0], [2, 0, 0, 0, 1, ...id, 0x80], [2, 0, 0, 0, 1, ...id, 0, 7],
    ]) peer.datagram(...bytes)
    peer.send(numberedFrame(5))
    await eventually(() => got.length === 2)
    expect(Object.fromEntries(link.counters.malformed)).toEqual({
      'too-short': 2, 'wrong-version': 1, 'no-data': 1, 'cut-off': 3, 'bad-length': 2, trailing: 1,
    })
  })

  it('is two of ours as well', async () => {
    const { link: a } = await pair()
    const aPort = a.addresses[0]!.split(':').at(-1)!
    const b = await openLink(`cannelloni:127.0.0.1:${aPort}?local=127.0.0.1:0`)
    links.push(b)
    b.send(numberedFrame(8))
    await eventually(() => a.counters.received.in === 1)
  })

  it('says in one line that its port is taken, or where nobody is', async () => {
    const { link } = await pair()
    const port = link.addresses[0]!.split(':').at(-1)!
    await expect(openLink(`cannelloni:127.0.0.1:9?local=127.0.0.1:${port}`)).rejects.toThrow(/cannot use 127\.0\.0\.1:\d+ here: .*EADDRINUSE.*local= names another/)
    await expect(openLink('cannelloni:no.such.host.invalid?local=127.0.0.1:0')).rejects.toThrow('there is no machine named no.such.host.invalid')
  })
})

describe('datagrams of cannelloni', () => {
  it('survive, and any bytes are read without an exception', () => {
    const frame = createLinkFrame()
    fc.assert(fc.property(fc.array(anyClassicFrame(), { maxLength: 20 }), (frames) => {
      const bytes = new Uint8Array(5 + frames.reduce((sum, each) => sum + frameBytes(each), 0))
      expect(frames.reduce((at, each) => writeFrame(each, bytes, at), 5)).toBe(bytes.length)
      writeHead(bytes, 7, frames.length)
      const back: LinkFrame[] = []
      expect(readDatagram(bytes, frame, each => back.push({ ...cloneLinkFrame(each), length: each.length }))).toBeUndefined()
      expect(back.length).toBe(frames.length)
      frames.forEach((each, n) => expect(sameFrame(each, back[n]!)).toBe(true))
    }), { seed: 1 })
    const anyBody = fc.uint8Array({ maxLength: 200 }).map(body => Uint8Array.of(2, 0, 1, 0, ...body))
    fc.assert(fc.property(anyBody, (bytes) => { readDatagram(bytes, frame, () => undefined) }), { seed: 2, numRuns: 2000 })
  })
})
