import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { actuates } from '../actuation.ts'
import { droppedTotal, imbalance } from '../counters.ts'
import type { Link, LinkFrame, LinkState } from '../link.ts'
import { cloneLinkFrame, sameFrame } from '../link-frame.ts'
import { STALLS } from '../stall-watch.ts'
import { CLASSIC_FRAMES, frameOf, numberedFrame, numberOf, RICH_FRAMES } from './frames.ts'
import { eventually } from './wait.ts'

/** What is on the other side of the medium: a program of the kind that the link is made for. */
export interface FarEnd {
  /** The origin its frames have on our side. */
  readonly origin: string
  /** Frames that reached it. */
  readonly received: LinkFrame[]
  /** Sends a frame to the link. */
  send(frame: LinkFrame): void
  /** Sends bytes that are no frame, of the worst kind the medium allows. */
  sendGarbage(): void
  /** Stops reading, and reads on. */
  stall(stalled: boolean): void
  /** Vanishes. */
  leave(): Promise<void>
}

/** A link that was not opened yet, and how to get a far end once it is. */
interface LinkPair {
  readonly link: Link
  connect(): Promise<FarEnd>
  dispose(): Promise<void>
}

/** What a medium can do; the contract holds for the rest in any case. */
export interface Abilities {
  /** FD frames, error frames and buses other than 0 arrive; otherwise they are refused and counted. */
  readonly rich: boolean
  /** FD frames arrive, though not all that `rich` says. */
  readonly fd?: boolean
  /** Remote frames are refused and counted too. */
  readonly noRemote?: boolean
  /** The far end hears bus 0 alone. */
  readonly oneBus?: boolean
  /** It carries the time of a frame: exactly, modulo a minute in ms, or not. */
  readonly times: 'exact' | 'minute' | 'none'
  /** State after opening, before a far end is there. */
  readonly idleState: LinkState
  /** State after the far end vanished. */
  readonly lostState: LinkState
  /** Frames come in through it. */
  readonly reads: boolean
  /** Nothing goes out through it. */
  readonly mute?: boolean
  /** It leads to a real bus: what actuates stays away from it. */
  readonly guards?: boolean
  /** `connect` cannot be called again after the far end vanished. */
  readonly once?: boolean
  /** Its far end is a program: it gets frames at once, can stall, send garbage and vanish. */
  readonly stream: boolean
}

type MakePair = (options: { queue?: number, mode?: 'normal' | 'listen', actuate?: boolean }) => Promise<LinkPair>

/** The rules of `link.ts`, for every kind of link. */
export function linkContract(name: string, abilities: Abilities, makePair: MakePair): void {
  describe(`link contract: ${name}`, () => {
    const pairs: LinkPair[] = []
    const make: MakePair = async (options) => {
      const pair = await makePair(options)
      pairs.push(pair)
      return pair
    }
    const openPair = async (options: Parameters<MakePair>[0] = {}): Promise<{ link: Link, far: FarEnd }> => {
      const pair = await make(options)
      const opened = pair.link.open()
      const far = abilities.idleState === 'up' ? await Promise.all([pair.connect(), opened]).then(([end]) => end) : await opened.then(() => pair.connect())
      await eventually(() => pair.link.state === 'up', () => `up, it is ${pair.link.state}`)
      return { link: pair.link, far }
    }
    afterEach(async () => {
      vi.useRealTimers()
      vi.restoreAllMocks()
      for (const pair of pairs.splice(0)) {
        await pair.link.close()
        expectBalance(pair.link)
        await pair.dispose()
      }
    })
    if (!abilities.mute) describeSending(abilities, openPair)
    if (abilities.reads) describeReceiving(abilities, openPair)
    if (abilities.stream) describeTrouble(abilities, openPair)
    if (abilities.stream && !abilities.once) describeReturn(abilities, openPair, () => pairs[pairs.length - 1]!.connect())
    describeLife(abilities, make, openPair)
  })
}

type OpenPair = (options?: Parameters<MakePair>[0]) => Promise<{ link: Link, far: FarEnd }>

/** The frames of the suite that the medium carries, and those that it has to refuse. */
function carried(abilities: Abilities): readonly LinkFrame[] {
  return abilities.noRemote ? CLASSIC_FRAMES.filter(frame => !frame.remote) : CLASSIC_FRAMES
}

function special(abilities: Abilities): readonly LinkFrame[] {
  const rich = abilities.oneBus ? RICH_FRAMES.filter(frame => frame.bus === 0) : RICH_FRAMES
  return abilities.noRemote ? [...rich, ...CLASSIC_FRAMES.filter(frame => frame.remote)] : rich
}

function describeSending(abilities: Abilities, openPair: OpenPair): void {
  const frames = carried(abilities)
  const others = special(abilities)
  it('sends classic frames in order and unchanged', async () => {
    const { link, far } = await openPair()
    for (const frame of frames) expect(link.send(frame)).toBe(true)
    if (!abilities.stream) await link.close()
    await eventually(() => far.received.length === frames.length, () => `${frames.length} frames, there are ${far.received.length}`)
    frames.forEach((frame, n) => {
      expect(sameFrame(frame, far.received[n]!), `frame ${n}`).toBe(true)
      expectTime(abilities, frame, far.received[n]!)
    })
    await eventually(() => link.counters.sent.queued === 0)
    expect(link.counters.sent).toMatchObject({ in: frames.length, delivered: frames.length })
  })

  it(abilities.rich ? 'sends FD and error frames and the second bus' : 'refuses and counts FD and error frames', async () => {
    const { link, far } = await openPair()
    const before = link.counters.sent.in
    const taken = others.filter(frame => link.send(frame))
    if (abilities.rich) {
      if (!abilities.stream) await link.close()
      await eventually(() => far.received.length === others.length)
      others.forEach((frame, n) => expect(sameFrame(frame, far.received[n]!), `frame ${n}`).toBe(true))
    } else {
      const mayHaveFd = abilities.fd === true
      expect(taken.every(frame => (mayHaveFd || !frame.fd) && !frame.error && !(abilities.noRemote && frame.remote))).toBe(true)
      const { dropped } = link.counters.sent
      const errors = others.filter(frame => frame.error).length
      expect([dropped.get('unsupported'), dropped.get('error-frame')]).toEqual([others.length - taken.length - errors, errors])
    }
    expect(link.counters.sent.in - before).toBe(others.length)
    expectBalance(link)
  })

  it('copies what it is handed: the caller may reuse the frame', async () => {
    const { link, far } = await openPair()
    const frame = numberedFrame(0)
    for (let n = 0; n < 100; n++) {
      Object.assign(frame, numberedFrame(n))
      link.send(frame)
      frame.data.fill(0xee)
    }
    if (!abilities.stream) await link.close()
    await eventually(() => far.received.length === 100)
    expect(far.received.map(numberOf)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  it(abilities.guards ? 'holds back what actuates, countedly, and lets it pass with `actuate`' : 'carries what actuates', async () => {
    expect(actuates(COMMAND)).toBe(true)
    const { link, far } = await openPair()
    // However slow this machine is: the command must not get too old here.
    vi.useFakeTimers({ toFake: ['performance'] })
    vi.spyOn(STALLS, 'waited_ms').mockReturnValue(0)
    expect(link.send(COMMAND)).toBe(!abilities.guards)
    expect(link.send(numberedFrame(1))).toBe(true)
    if (!abilities.stream) await link.close()
    await eventually(() => far.received.length === (abilities.guards ? 1 : 2))
    expect(link.counters.sent.dropped.get('actuating') ?? 0).toBe(abilities.guards ? 1 : 0)
    if (!abilities.guards) return
    vi.useRealTimers()
    const free = await openPair({ actuate: true })
    expect(free.link.send(COMMAND)).toBe(true)
    await eventually(() => free.far.received.length === 1)
  })

  it('does not send a frame back to where it came from', async () => {
    const { link, far } = await openPair()
    expect(link.send(Object.assign(numberedFrame(1), { origin: far.origin }))).toBe(true)
    expect(link.send(Object.assign(numberedFrame(2), { origin: 'elsewhere' }))).toBe(true)
    if (!abilities.stream) await link.close()
    await eventually(() => far.received.length > 0)
    expect(far.received.map(numberOf)).toEqual([2])
  })
}

/** A command to a window, whose row says that it actuates. */
const COMMAND = frameOf({ id: 0x09ff_81f9, bytes: [1, 2, 3] })

function describeReceiving(abilities: Abilities, openPair: OpenPair): void {
  const frames = carried(abilities)
  it('receives classic frames in order and unchanged, as callbacks and as a stream', async () => {
    const { link, far } = await openPair()
    const called: LinkFrame[] = []
    const streamed: LinkFrame[] = []
    link.frames$.subscribe(frame => streamed.push(frame))
    link.onFrame((frame) => { called.push(cloneLinkFrame(frame)) })
    for (const frame of frames) far.send(frame)
    await eventually(() => called.length === frames.length, () => `${frames.length} frames, there are ${called.length}`)
    frames.forEach((frame, n) => {
      expect(sameFrame(frame, called[n]!), `frame ${n}`).toBe(true)
      expect(sameFrame(frame, streamed[n]!), `frame ${n}`).toBe(true)
      expect(called[n]!.origin).toBe(far.origin)
    })
    expect(link.counters.received).toMatchObject({ in: frames.length, delivered: frames.length })
  })

  it('counts frames that nobody took, and why', async () => {
    const { link, far } = await openPair()
    far.send(numberedFrame(0))
    await eventually(() => link.counters.received.in === 1)
    expect(link.counters.received.dropped.get('unclaimed')).toBe(1)
    const stop = link.onFrame(() => false)
    far.send(numberedFrame(1))
    await eventually(() => link.counters.received.in === 2)
    expect(link.counters.received.dropped.get('refused')).toBe(1)
    stop()
    link.onFrame(() => undefined)
    far.send(numberedFrame(2))
    await eventually(() => link.counters.received.in === 3)
    expect(link.counters.received.delivered).toBe(1)
    expectBalance(link)
  })

  it('carries both directions at once without loss', async () => {
    const { link, far } = await openPair({ queue: 5000 })
    const got: number[] = []
    link.onFrame((frame) => { got.push(numberOf(frame)) })
    for (let n = 0; n < 2000; n++) {
      expect(link.send(numberedFrame(n))).toBe(true)
      far.send(numberedFrame(10_000 + n))
    }
    await eventually(() => got.length === 2000 && far.received.length === 2000, () => `all, there are ${got.length} and ${far.received.length}`)
    const wanted = Array.from({ length: 2000 }, (_, n) => n)
    expect(got).toEqual(wanted.map(n => 10_000 + n))
    expect(far.received.map(numberOf)).toEqual(wanted)
  })

  it('lets nothing onto the bus in the mode "listen"', async () => {
    const { link, far } = await openPair({ mode: 'listen' })
    const got: number[] = []
    link.onFrame((frame) => { got.push(numberOf(frame)) })
    const serves = abilities.idleState === 'listening'
    expect(link.send(numberedFrame(1))).toBe(serves)
    far.send(numberedFrame(2))
    await eventually(() => link.counters.received.in === 1)
    expect(got).toEqual(serves ? [] : [2])
    const refusing = serves ? link.counters.received : link.counters.sent
    expect(refusing.dropped.get('listen-only')).toBe(1)
    if (serves) await eventually(() => far.received.length === 1)
  })
}

function describeTrouble(abilities: Abilities, openPair: OpenPair): void {
  it('drops from a bounded queue, countedly, while the far end does not read, and loses nothing of what it took', async () => {
    const queue = 2048
    const { link, far } = await openPair({ queue })
    // However slow this machine is: a far end that does not read for seconds would be taken for dead.
    vi.useFakeTimers({ toFake: ['performance'] })
    far.stall(true)
    let sent = 0
    const taken: number[] = []
    while (taken.length === sent) {
      for (let burst = 0; burst < queue / 2; burst++, sent++) {
        if (link.send(numberedFrame(sent))) taken.push(sent)
      }
      expect(link.counters.sent.queued).toBeLessThanOrEqual(queue)
      expectBalance(link)
      await turn()
    }
    expectBalance(link)
    expect(link.counters.sent.in).toBe(sent)
    expect(link.counters.sent.dropped.get('queue-full')).toBe(sent - taken.length)
    far.stall(false)
    await eventually(() => far.received.length === taken.length, () => `${taken.length} frames, there are ${far.received.length}`)
    expect(far.received.map(numberOf)).toEqual(taken)
    await eventually(() => link.counters.sent.queued === 0)
    expect(link.counters.sent.delivered).toBe(taken.length)
  }, 120_000)

  it('survives garbage, counts it, and serves on', async () => {
    const { link, far } = await openPair()
    far.sendGarbage()
    await eventually(() => [...link.counters.malformed.values()].some(times => times > 0), () => 'garbage to be counted')
    expect(['up', 'listening', 'reconnecting']).toContain(link.state)
    expectBalance(link)
  })

  it('notices that the far end vanished, and its counters add up', async () => {
    const { link, far } = await openPair()
    far.stall(true)
    for (let n = 0; n < 1000; n++) link.send(numberedFrame(n))
    await far.leave()
    await eventually(() => link.state === abilities.lostState, () => `${abilities.lostState}, it is ${link.state}`)
    await eventually(() => link.counters.sent.queued === 0)
    expectBalance(link)
    expect(link.send(numberedFrame(0))).toBe(false)
    expectBalance(link)
  })

  it('closes while busy: what was queued is counted as dropped', async () => {
    const { link, far } = await openPair({ queue: 512 })
    far.stall(true)
    for (let n = 0; n < 512; n++) expect(link.send(numberedFrame(n))).toBe(true)
    await link.close()
    const { sent } = link.counters
    expect(sent).toMatchObject({ in: 512, queued: 0 })
    expect(sent.delivered + droppedTotal(sent)).toBe(512)
    const { closed = 0, unconfirmed = 0, device = 0 } = Object.fromEntries(sent.dropped)
    expect(closed + unconfirmed + device).toBe(512 - sent.delivered)
  })
}

function describeReturn(abilities: Abilities, openPair: OpenPair, again: () => Promise<FarEnd>): void {
  it('serves the next far end after one vanished, and gives it nothing that is old', async () => {
    const { link, far } = await openPair()
    far.stall(true)
    for (let n = 0; n < 1000; n++) link.send(numberedFrame(n))
    await far.leave()
    await eventually(() => link.state === abilities.lostState, () => `${abilities.lostState}, it is ${link.state}`)
    const next = await again()
    await eventually(() => link.state === 'up', () => `up, it is ${link.state}`)
    const before = next.received.length
    expect(link.send(numberedFrame(5000))).toBe(true)
    await eventually(() => next.received.length === before + 1)
    expect(numberOf(next.received[before]!)).toBe(5000)
    if (next !== far) expect(before).toBe(0)
    expectBalance(link)
  })
}

function describeLife(abilities: Abilities, make: MakePair, openPair: OpenPair): void {
  it('goes through its states once, and ends its streams', async () => {
    const pair = await make({})
    const { link } = pair
    const states: LinkState[] = []
    let framesEnded = false
    let statesEnded = false
    link.state$.subscribe({ next: state => states.push(state), complete: () => { statesEnded = true } })
    link.frames$.subscribe({ complete: () => { framesEnded = true } })
    const opened = link.open()
    if (abilities.idleState === 'up') await pair.connect()
    await opened
    expect(link.state).toBe(abilities.idleState)
    expect(link.problem).toBe('')
    await expect(link.open()).rejects.toThrow('opened once')
    await Promise.all([link.close(), link.close()])
    expect(states).toEqual(['closed', 'opening', abilities.idleState, 'closed'])
    expect([framesEnded, statesEnded]).toEqual([true, true])
    await expect(link.open()).rejects.toThrow('opened once')
  })

  it('takes nothing after it was closed', async () => {
    const { link } = await openPair()
    await link.close()
    expect(link.send(numberedFrame(0))).toBe(false)
    expect(link.counters.sent.dropped.get('closed')).toBe(1)
    expect(link.addresses).toEqual([])
    expect(link.clients).toEqual([])
  })

  it('can be closed before it was opened', async () => {
    const { link } = await make({})
    await link.close()
    expect(link.state).toBe('closed')
    expect(link.send(numberedFrame(0))).toBe(false)
  })
}

function expectBalance(link: Link): void {
  const { received, sent } = link.counters
  expect(imbalance(received), 'received adds up').toBe(0)
  expect(imbalance(sent), 'sent adds up').toBe(0)
}

function expectTime(abilities: Abilities, sent: LinkFrame, received: LinkFrame): void {
  if (abilities.times === 'exact') expect(received.timestamp_ns).toBe(sent.timestamp_ns)
  if (abilities.times === 'minute') expect(received.timestamp_ns).toBe(Math.floor(sent.timestamp_ns / 1e6) % 60_000 * 1e6)
}
