import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { imbalance } from '../counters.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { cloneLinkFrame, sameFrame } from '../link-frame.ts'
import { closeAll, eventually, frameOf, GsusbDevice, linkContract, numberedFrame, RICH_FRAMES } from '../testing/index.ts'
import { parseLinkUri } from '../uri.ts'
import { bitTiming, type TimingLimits } from './bit-timing.ts'
import { createGsusbLink } from './gsusb-link.ts'
import { explainLoadError } from './load-usb.ts'

const links: Link[] = []

afterEach(async () => {
  vi.useRealTimers()
  await closeAll(links)
})

function create(plugged: readonly GsusbDevice[], uri = 'gsusb:', options: LinkOptions = {}): Link {
  const link = createGsusbLink(parseLinkUri(uri), options, async () => plugged)
  links.push(link)
  return link
}

async function open(device: GsusbDevice, uri?: string, options?: LinkOptions): Promise<{ link: Link, got: LinkFrame[] }> {
  const link = create([device], uri, options)
  const got: LinkFrame[] = []
  link.onFrame((frame) => { got.push(cloneLinkFrame(frame)) })
  await link.open()
  return { link, got }
}

linkContract('gsusb', {
  rich: false, oneBus: true, times: 'none', idleState: 'up', lostState: 'reconnecting', reads: true, stream: true, guards: true,
}, async (options) => {
  const plugged = [new GsusbDevice()]
  const link = createGsusbLink(parseLinkUri('gsusb:'), options, async () => plugged)
  let first = true
  return {
    link,
    async connect() {
      if (!first) plugged[0] = new GsusbDevice()
      first = false
      const device = plugged[0]!
      await eventually(() => device.running)
      return Object.assign(device, { origin: link.origin })
    },
    dispose: async () => undefined,
  }
})

describe('a gs_usb adapter', () => {
  it('is told its byte order, bit timing and mode, and is reset at the end', async () => {
    const device = new GsusbDevice()
    const { link } = await open(device, 'gsusb:A1?channel=1', { bitrate: 500_000, mode: 'listen' })
    expect(link.device).toBe('gs_usb adapter candleLight, A1')
    // 48 MHz / 6 / 16 quanta, the sample point at 14/16.
    expect(device.told).toEqual([[0, 1, 0xbeef], [2, 1, 0, 0], [1, 1, 6, 7, 2, 1, 6], [2, 1, 1, 0b1_0001]])
    await link.close()
    expect(device.told.at(-1)).toEqual([2, 1, 0, 0])
  })

  it('carries FD frames where a data bit rate is given and it has them', async () => {
    const device = new GsusbDevice()
    device.features |= 1 << 8 | 1 << 10
    const { link, got } = await open(device, 'gsusb:?dbitrate=2000000')
    expect(device.told.find(([request]) => request === 10)).toEqual([10, 0, 8, 9, 6, 3, 1])
    expect(device.told.at(-1)).toEqual([2, 0, 1, 1 << 8 | 1 << 4])
    const frames = RICH_FRAMES.filter(frame => frame.fd)
    for (const frame of frames) {
      expect(link.send(frame)).toBe(true)
      device.send(frame)
    }
    await eventually(() => got.length === frames.length && device.received.length === frames.length)
    frames.forEach((frame, n) => expect([sameFrame(frame, got[n]!), sameFrame(frame, device.received[n]!)]).toEqual([true, true]))
  })

  it.each([
    ['no gs_usb adapter is plugged in', 'gsusb:', []],
    ['name one by its serial number: A1, B2', 'gsusb:', ['A1', 'B2']],
    ['no gs_usb adapter with the serial number C3 is plugged in; there is A1, B2', 'gsusb:C3', ['A1', 'B2']],
    ['has no channel 2; it has 2', 'gsusb:?channel=2', ['A1']],
    ['has no CAN FD', 'gsusb:?dbitrate=2000000', ['A1']],
    ['clock is 48 MHz, cannot make 999983 bit/s', 'gsusb:?bitrate=999983', ['A1']],
  ])('tells "%s"', async (words, uri, serials) => {
    const bitrate = parseLinkUri(uri).numbers.get('bitrate')
    await expect(create(serials.map(serial => new GsusbDevice(serial)), uri, { ...bitrate && { bitrate } }).open()).rejects.toThrow(words)
  })

  it('has error frames, overflows counted as lost, and the state of its controller', async () => {
    const device = new GsusbDevice()
    const { link, got } = await open(device)
    device.sendTo(0, frameOf({ id: 4, extended: false, error: true, bytes: [0, 0x20, 0, 0, 0, 0, 0, 0] }))
    await eventually(() => link.state === 'error-passive')
    device.sendTo(0, numberedFrame(1), 1)
    device.sendTo(1, numberedFrame(2))
    device.sendTo(0, frameOf({ id: 4, extended: false, error: true, bytes: [0, 0x41, 0, 0, 0, 0, 0, 0] }))
    await eventually(() => link.state === 'up')
    expect(got.map(frame => [frame.error, frame.id])).toEqual([[true, 4], [false, numberedFrame(1).id], [true, 4]])
    expect(link.counters.unknownLost).toBe(2)
    device.sendTo(0, frameOf({ id: 0x40, extended: false, error: true, bytes: [0, 0, 0, 0, 0, 0, 0, 0] }))
    await eventually(() => link.state === 'bus-off')
    expect(link.send(numberedFrame(3))).toBe(false)
  })

  it('has ten frames on their way and no more, and takes them back when it cannot send them', async () => {
    const device = new GsusbDevice()
    device.deaf = true
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
    const { link } = await open(device)
    for (let n = 0; n < 30; n++) link.send(numberedFrame(n))
    await vi.advanceTimersByTimeAsync(4000)
    expect(link.state).toBe('up')
    await vi.advanceTimersByTimeAsync(2000)
    expect(link.problem).toContain('could not send a frame for 5 s')
    expect(link.counters.sent.dropped.get('unconfirmed')).toBe(10)
    expect(imbalance(link.counters.sent)).toBe(0)
  })

  it('may send anything', async () => {
    const device = new GsusbDevice()
    const { link } = await open(device)
    const head = fc.tuple(fc.constantFrom(0, 9, 10, 0xff), fc.uint8Array({ maxLength: 100, size: 'max' }))
    for (const [echo, bytes] of fc.sample(head, { seed: 1, numRuns: 2000 })) {
      const message = bytes.slice()
      if (echo === 0xff) message.fill(0xff, 0, 4)
      else message.set([echo, 0, 0, 0].slice(0, message.length))
      if (message.length > 9) message[9]! &= 1
      device.put(message)
    }
    device.send(numberedFrame(7))
    const before = link.counters.received.in
    await eventually(() => link.counters.received.in > before)
    await eventually(() => (link.counters.malformed.get('unknown-echo') ?? 0) > 0 && (link.counters.malformed.get('short-message') ?? 0) > 0)
    expect(imbalance(link.counters.received)).toBe(0)
  })

  it('may answer anything', async () => {
    const answer = fc.uint8Array({ maxLength: 80, size: 'max' })
    for (const [config, limits] of fc.sample(fc.tuple(answer, answer), { seed: 2, numRuns: 100 })) {
      const device = new GsusbDevice()
      device.answers.set(5, config).set(4, limits)
      await create([device]).open().catch((error: unknown) => expect(String(error)).toContain('gsusb:: the adapter'))
    }
  })
})

describe('bit timing', () => {
  it('gives the rate exactly, within the limits', () => {
    const small = (most: number): fc.Arbitrary<number> => fc.nat(most)
    const limits: fc.Arbitrary<TimingLimits> = fc.record({
      clock_Hz: fc.constantFrom(0, 24e6, 36e6, 48e6, 80e6, 2 ** 32 - 1), tseg1Min: small(4),
      tseg1Max: small(256), tseg2Min: small(4), tseg2Max: small(128),
      sjwMax: small(128), brpMin: small(3), brpMax: fc.constantFrom(0, 32, 1024, 2 ** 32 - 1), brpInc: small(3),
    })
    fc.assert(fc.property(limits, fc.constantFrom(10_000, 125_000, 500_000, 800_000, 1_000_000), (of, bitrate) => {
      const timing = bitTiming(of, bitrate)
      if (timing === undefined) return
      const tseg1 = timing.propSeg + timing.phaseSeg1
      expect(of.clock_Hz / timing.brp / (1 + tseg1 + timing.phaseSeg2)).toBe(bitrate)
      expect(tseg1 >= of.tseg1Min && tseg1 <= of.tseg1Max && timing.phaseSeg2 >= of.tseg2Min && timing.phaseSeg2 <= of.tseg2Max).toBe(true)
    }), { seed: 3 })
  })
})

it('says in one line that the package usb is missing', () => {
  const missing = Object.assign(new Error('Cannot find package \'usb\''), { code: 'ERR_MODULE_NOT_FOUND' })
  expect(explainLoadError(missing)).toContain('npm install --include=optional')
})
