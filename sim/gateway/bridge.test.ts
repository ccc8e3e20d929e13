import { afterEach, describe, expect, it } from 'vitest'
import { attachLink, bridgeLinks, type BusPort } from './bridge.ts'
import { imbalance } from './counters.ts'
import type { Link, LinkFrame, LinkMode } from './link.ts'
import { LinkBase } from './link-base.ts'
import { eventually, frameOf, numberedFrame, numberOf } from './testing/index.ts'
import { openLink } from './open-link.ts'

/** A link without a medium. */
class MemoryLink extends LinkBase {
  readonly sent: number[] = []

  constructor(mode: LinkMode = 'normal') {
    super('memory:', { mode })
  }

  override send(frame: LinkFrame): boolean {
    this.sent.push(numberOf(frame))
    return true
  }

  arrive(frame: LinkFrame): boolean {
    return this.receive(frame, this.ownCounters)
  }

  go(state: Link['state']): void {
    this.setState(state)
  }

  protected override async start(): Promise<void> {
    this.setState('up')
  }

  protected override async stop(): Promise<void> {
    this.sent.length = 0
  }
}

class TestPort implements BusPort {
  readonly sent: number[] = []
  readonly online: boolean[] = []
  full = false
  hear: (frame: LinkFrame) => void = () => undefined

  send(frame: LinkFrame): boolean {
    if (!this.full) this.sent.push(numberOf(frame))
    return !this.full
  }

  onFrame(handler: (frame: LinkFrame) => void): () => void {
    this.hear = handler
    return () => {
      this.hear = () => undefined
    }
  }

  setOnline(online: boolean): void {
    this.online.push(online)
  }
}

const links: Link[] = []
afterEach(async () => {
  for (const link of links.splice(0)) await link.close()
})

async function attached(mode: LinkMode = 'normal'): Promise<{ link: MemoryLink, port: TestPort, detach: () => void }> {
  const link = new MemoryLink(mode)
  links.push(link)
  const port = new TestPort()
  const { detach } = attachLink(link, port)
  await link.open()
  return { link, port, detach }
}

describe('a link on a bus', () => {
  it('is a node while it is up', async () => {
    const { link, port } = await attached()
    link.go('reconnecting')
    link.go('up')
    await link.close()
    expect(port.online).toEqual([false, false, true, false, true, false])
  })

  it('carries frames both ways, and says when the bus takes none', async () => {
    const { link, port } = await attached()
    expect(link.arrive(numberedFrame(1))).toBe(true)
    port.hear(numberedFrame(2))
    port.full = true
    expect(link.arrive(numberedFrame(3))).toBe(false)
    expect([port.sent, link.sent]).toEqual([[1], [2]])
    expect(link.counters.received.dropped.get('refused')).toBe(1)
  })

  it('is offered nothing while it is not up', async () => {
    const { link, port } = await attached()
    link.go('listening')
    port.hear(numberedFrame(1))
    expect(link.sent).toEqual([])
  })

  it('keeps error frames off the bus', async () => {
    const { link, port } = await attached()
    expect(link.arrive(frameOf({ error: true }))).toBe(false)
    expect(port.sent).toEqual([])
  })

  it('only hears in the mode "listen"', async () => {
    const { link, port } = await attached('listen')
    expect(link.arrive(numberedFrame(1))).toBe(false)
    port.hear(numberedFrame(2))
    expect([port.sent, link.sent]).toEqual([[], [2]])
    expect(port.online).not.toContain(true)
  })

  it('leaves the bus when it is detached', async () => {
    const { link, port, detach } = await attached()
    detach()
    expect(port.online.at(-1)).toBe(false)
    expect(link.arrive(numberedFrame(1))).toBe(false)
    port.hear(numberedFrame(2))
    expect(link.sent).toEqual([])
  })
})

describe('a bridge', () => {
  it('joins two links without an echo', async () => {
    const [a, b] = [new MemoryLink(), new MemoryLink()]
    links.push(a, b)
    await Promise.all([a.open(), b.open()])
    const { detach } = bridgeLinks(a, b)
    a.arrive(numberedFrame(1))
    b.arrive(numberedFrame(2))
    detach()
    expect(a.arrive(numberedFrame(3))).toBe(false)
    expect([a.sent, b.sent]).toEqual([[2], [1]])
    expect(imbalance(a.counters.received)).toBe(0)
  })

  it('joins two real ones', async () => {
    const [hall, car] = [await openLink('spine-listen:127.0.0.1:0'), await openLink('spine-listen:127.0.0.1:0')]
    const [tool, wire] = [await openLink(hall.addresses[0]!), await openLink(car.addresses[0]!)]
    links.push(tool, wire, hall, car)
    bridgeLinks(hall, wire)
    await eventually(() => hall.state === 'up' && car.state === 'up')
    const got: string[] = []
    tool.onFrame((frame) => { got.push(`tool ${numberOf(frame)}`) })
    car.onFrame((frame) => { got.push(`car ${numberOf(frame)}`) })
    tool.send(numberedFrame(1))
    car.send(numberedFrame(2))
    await eventually(() => got.length === 2)
    expect(got.sort()).toEqual(['car 1', 'tool 2'])
  })
})
