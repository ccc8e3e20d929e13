import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { copyFrame, createFrame } from '#protocol/frame.ts'
import { CanBus } from '../bus/bus.ts'
import { Bridge } from '../gateway/bridging/bridge.ts'
import { droppedTotal } from '../gateway/counters.ts'
import type { Link, LinkFrame } from '../gateway/link.ts'
import { createLinkFrame } from '../gateway/link-frame.ts'
import { openLink } from '../gateway/open-link.ts'
import { closeSerial, openSerial } from '../gateway/serial.ts'
import { encodeSlcanFrame, SLCAN_FRAME_BYTES } from '../gateway/slcan/codec.ts'
import { makePtyPair } from '../gateway/testing/socat.ts'
import { Kernel } from '../kernel/kernel.ts'
import { type BenchOptions, type BenchRow, median, row } from './measure.ts'

const ROUNDS = 3
const FRAMES = 200_000
const PEER_FRAMES = 10_000
const PYTHON = '/usr/bin/python3'
const PEER = fileURLToPath(new URL('./peers/slcan-pty.py', import.meta.url))
const BAUD = 2_000_000

/** The gateway: SLCAN over a pty beside python-can and the raw pty, latency from link to link, an hour of traffic. */
export async function benchGateway(options: BenchOptions): Promise<BenchRow[]> {
  return [
    ...await benchSlcan(),
    ...await benchLatency('9,009 frames/s of 8 bytes', 9009, 8, options.long ? 60 : 5),
    ...await benchLatency('20,000 empty frames/s', 20_000, 0, options.long ? 60 : 5),
    await benchMemory(options.long ? 3600 : 600),
  ]
}

function sample(length: number): LinkFrame {
  const frame = createLinkFrame()
  frame.id = 0x18ff_8181
  frame.length = length
  for (let i = 0; i < length; i++) frame.data[i] = i
  return frame
}

async function benchSlcan(): Promise<BenchRow[]> {
  const name = 'gateway: SLCAN over a pty'
  if (spawnSync('socat', ['-V']).status !== 0) return [row({ name, value: NaN, unit: 'frames/s', note: 'no socat here (Debian: apt install socat)' })]
  const [ours, raw, peers]: number[][] = [[], [], []]
  let problem = ''
  for (let i = 0; i < ROUNDS; i++) {
    ours.push(await onPty(slcanRate))
    raw.push(await onPty(rawRate))
    const peer = await onPty(peerRate)
    if (typeof peer === 'number') peers.push(peer)
    else problem = peer
  }
  const value = median(ours)
  const unit = 'frames/s'
  return [
    row({
      name, value, unit, target: { atLeast: 50, of: 'ratio' },
      ...(peers.length === 0 ? { note: `no peer: ${problem}` } : { peer: { name: 'python-can slcan', value: median(peers) } }),
    }),
    row({ name, value, unit, peer: { name: 'the same bytes, raw', value: median(raw) } }),
  ]
}

async function onPty<T>(measure: (near: string, far: string) => Promise<T>): Promise<T> {
  const pty = await makePtyPair()
  try {
    return await measure(...pty.paths)
  } finally {
    await pty.unplug()
  }
}

/** From our adapter at one end to our host at the other. */
async function slcanRate(near: string, far: string): Promise<number> {
  const adapter = await openLink(`slcan-listen:${near}`)
  const host = await openLink(`slcan:${far}?timestamps=no`)
  const frame = sample(8)
  let got = 0
  host.onFrame(() => { got++ })
  const begin_ms = performance.now()
  const { sent: queue } = adapter.clients[0].counters
  for (let sent = 0; got < FRAMES; await turn()) {
    for (let burst = 0; burst < 1000 && sent < FRAMES && queue.queued < 3000; burst++, sent++) adapter.send(frame)
  }
  const seconds = (performance.now() - begin_ms) / 1000
  await Promise.all([adapter.close(), host.close()])
  return FRAMES / seconds
}

/** The same bytes without a meaning. */
async function rawRate(near: string, far: string): Promise<number> {
  const [from, to] = [await openSerial(near, BAUD), await openSerial(far, BAUD)]
  const line = new Uint8Array(SLCAN_FRAME_BYTES)
  const length = encodeSlcanFrame(sample(8), line, 0, false)
  const lines = 1000
  const ahead = 8
  const block = Buffer.alloc(length * lines)
  for (let i = 0; i < lines; i++) block.set(line.subarray(0, length), i * length)
  let got = 0
  to.on('data', (chunk: Uint8Array) => { got += chunk.length })
  const begin_ms = performance.now()
  let left = FRAMES / lines
  const write = (): void => {
    if (left-- > 0) from.write(block, write)
  }
  for (let i = 0; i < ahead; i++) write()
  while (got < FRAMES * length) await turn()
  const seconds = (performance.now() - begin_ms) / 1000
  await Promise.all([closeSerial(from), closeSerial(to)])
  return FRAMES / seconds
}

/** Frames per second of python-can, or why there are none. */
function peerRate(near: string, far: string): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(PYTHON, [PEER, near, far, String(PEER_FRAMES)], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => { out += String(chunk) })
    child.stderr.on('data', (chunk) => { err += String(chunk) })
    child.on('error', error => resolve(error.message))
    child.on('close', () => resolve(Number(out) > 0 ? Number(out) : `${err.trim().split('\n').at(-1)} (Debian: apt install python3-can python3-serial)`))
  })
}

/** Sends what is due at this rate; `arrived` has to be called for each frame at the other end. Answers the sorted times, µs. */
async function pace(frames_per_s: number, total: number, make: (arrived: () => void) => () => boolean): Promise<Float64Array> {
  const sent_ms = new Float64Array(total)
  const took_us = new Float64Array(total)
  let got = 0
  const send = make(() => {
    took_us[got] = (performance.now() - sent_ms[got]) * 1000
    got++
  })
  const begin_ms = performance.now()
  for (let sent = 0; sent < total; await turn()) {
    const due = Math.min(total, Math.floor((performance.now() - begin_ms) / 1000 * frames_per_s))
    for (; sent < due; sent++) {
      sent_ms[sent] = performance.now()
      if (!send()) break
    }
  }
  for (const end_ms = performance.now() + 2000; got < total && performance.now() < end_ms;) await turn()
  return took_us.subarray(0, got).sort()
}

/**
 * A tool, our adapter, a bridge, our adapter, a tool: the whole way over two TCP connections, with both tools in this
 * process too, so that it shows more than the gateway adds. Beside it the same bytes over two bare connections: what
 * the machine adds.
 */
async function benchLatency(what: string, frames_per_s: number, length: number, duration_s: number): Promise<BenchRow[]> {
  const [a, b] = [await openLink('slcan-listen:127.0.0.1:0'), await openLink('slcan-listen:127.0.0.1:0')]
  const bridge = new Bridge(a, b)
  const tool = (link: Link): Promise<Link> => openLink(`${link.addresses[0]}?timestamps=no&window=4096`)
  const [source, sink] = [await tool(a), await tool(b)]
  const total = Math.round(frames_per_s * duration_s)
  const frame = sample(length)
  const ours = await pace(frames_per_s, total, (arrived) => {
    sink.onFrame(arrived)
    return () => source.send(frame)
  })
  bridge.close()
  await Promise.all([source, sink, a, b].map(link => link.close()))
  const bare = await bareLatency(frames_per_s, total, frame)
  const at = (times: Float64Array, share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN
  const name = `gateway: link to link, ${what}`
  const one = (title: string, share: number): BenchRow => row({
    name: `${name}, ${title}`, value: at(ours, share), unit: 'µs', peer: { name: 'two bare connections', value: at(bare, share) },
  })
  return [
    one('p50', 0.5), one('p99', 0.99), one('max', 1),
    row({ name: `${name}, p99 added`, value: Math.max(0, at(ours, 0.99) - at(bare, 0.99)), unit: 'µs', target: { atMost: 1000, of: 'value' } }),
    row({ name: `${name}, lost`, value: total - ours.length, unit: 'frames', target: { atMost: 0, of: 'value' }, note: `of ${total}` }),
  ]
}

async function bareLatency(frames_per_s: number, total: number, frame: LinkFrame): Promise<Float64Array> {
  const relay = createServer({ noDelay: true }, socket => socket.on('error', () => undefined).pipe(onward))
  const end = createServer({ noDelay: true })
  const listen = (server: Server): Promise<number> => new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  const onward = connect({ port: await listen(end), noDelay: true })
  const [arriving] = await once(end, 'connection') as [Socket]
  const source = connect({ port: await listen(relay), noDelay: true })
  await once(source, 'connect')
  const line = new Uint8Array(SLCAN_FRAME_BYTES)
  const bytes = Buffer.from(line.subarray(0, encodeSlcanFrame(frame, line, 0, false)))
  const times = await pace(frames_per_s, total, (arrived) => {
    let rest = 0
    arriving.on('data', (chunk) => {
      for (rest += chunk.length; rest >= bytes.length; rest -= bytes.length) arrived()
    })
    return () => {
      source.write(bytes)
      return true
    }
  })
  for (const socket of [source, onward, arriving]) socket.destroy()
  relay.close()
  end.close()
  return times
}

/** Traffic of a virtual bus as fast as it goes, through a link to a tool: what stays in memory between a tenth of it and its end. */
async function benchMemory(duration_s: number): Promise<BenchRow> {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel, { bitrate: 500_000 })
  const [sender] = [bus.attach('sender', { profile: 'adapter' }), bus.attach('hearer', { profile: 'adapter' })]
  const link = await openLink('slcan-listen:127.0.0.1:0')
  const tool = await openLink(`${link.addresses[0]}?timestamps=no`)
  let got = 0
  let sent = 0
  tool.onFrame(() => { got++ })
  const seen = createLinkFrame()
  bus.tap(({ frame, end_ns }) => {
    copyFrame(frame, seen)
    seen.timestamp_ns = end_ns
    link.send(seen)
    sent++
  })
  const frame = createFrame(8)
  frame.length = 8
  let early_bytes = 0
  for (let ms = 0; ms < duration_s * 1000; ms += 100) {
    for (let n = 0; n < 30; n++) {
      frame.id = 0x18ff_0081 | (n << 8)
      frame.data[7] = n
      sender.send(frame)
    }
    kernel.runUntil((ms + 100) * 1_000_000)
    while (sent - got > 1000) await turn()
    if (ms === Math.round(duration_s / 10) * 1000) early_bytes = heapAfterCollection()
  }
  while (got < sent && droppedTotal(link.counters.sent) === 0) await turn()
  const grown_MB = (heapAfterCollection() - early_bytes) / 1e6
  await Promise.all([tool.close(), link.close()])
  return row({
    name: `gateway: memory grown in ${duration_s / 60} min of virtual traffic`, value: Math.max(0, grown_MB), unit: 'MB',
    target: { atMost: 2, of: 'value' }, note: `${sent} frames, ${sent - got} lost`,
  })
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
