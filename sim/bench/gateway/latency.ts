import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { LagSummary } from '../../gateway/bridging/index.ts'
import { encodeSlcanFrame, SLCAN_FRAME_BYTES } from '../../gateway/slcan/index.ts'
import { type BenchRow, median, row } from '../measure.ts'
import type { IdlerData } from './idler.ts'
import { sample } from './sample.ts'
import type { SourceData, SourceOrder } from './source.ts'

const SPINE = fileURLToPath(new URL('../../cli/bin/spine.js', import.meta.url))
const RELAY = fileURLToPath(new URL('./relay.ts', import.meta.url))
/** The gateway and the bare relay take turns this long: what the machine does, it does to both. */
const SLICE_s = 0.25
/** Frames that are sent before anything is measured. */
const WARM_UP_s = 2
/** How long the last frame of a slice may take, ms. */
const PATIENCE_ms = 5000
const TARGET_us = 1000

/** A program between two ports, in a process of its own. */
interface Between {
  readonly entrance: number
  readonly sink: Sink
  readonly greeting: Uint8Array
  /** Times of all slices, µs. */
  readonly times_us: Float64Array[]
  /** What it says of its own lag, where it says so. */
  lag(): LagSummary | undefined
  end(): Promise<void>
}

/**
 * How long frames take through `spine gateway` between two SLCAN adapters on TCP, as it runs for everybody: a process of
 * its own that also prints its counters. A worker sends, this process receives. Beside it, in alternate slices, a process
 * that only copies bytes, and a thread that only sleeps: what they show is the machine.
 */
export async function benchLatency(what: string, frames_per_s: number, length: number, duration_s: number): Promise<BenchRow[]> {
  const frames = Math.round(frames_per_s * WARM_UP_s)
  const sent_ms = new Float64Array(new SharedArrayBuffer(frames * 8))
  const bed = (): Int32Array => new Int32Array(new SharedArrayBuffer(8))
  const source = startWorker('./source.ts', { sent_ms, bed: bed() } satisfies SourceData)
  const idle: IdlerData = { late_us: new Float64Array(new SharedArrayBuffer(2 * duration_s * 1100 * 8)), bed: bed() }
  const [gateway, relay] = [await startGateway(), await startRelay()]
  const line = new Uint8Array(SLCAN_FRAME_BYTES)
  const message = line.slice(0, encodeSlcanFrame(sample(length), line, 0, false))
  let lost = 0
  const slice = async (through: Between, seconds: number): Promise<Float64Array> => {
    const total = Math.round(frames_per_s * seconds)
    const times = through.sink.expect(message.length, total, sent_ms)
    const order: SourceOrder = { port: through.entrance, greeting: through.greeting, message, frames_per_s, total }
    source.postMessage(order)
    await once(source, 'message')
    for (const end_ms = performance.now() + PATIENCE_ms; through.sink.got < total && performance.now() < end_ms;) await pause(1)
    if (through === gateway) lost += total - through.sink.got
    return times.slice(0, through.sink.got).sort()
  }
  for (const through of [gateway, relay]) await slice(through, WARM_UP_s)
  lost = 0
  const idler = startWorker('./idler.ts', idle)
  for (let second = 0; second < duration_s; second += SLICE_s) {
    for (const through of [gateway, relay]) through.times_us.push(await slice(through, SLICE_s))
  }
  const idle_us = idle.late_us.slice(0, Math.min(idle.bed[1]!, idle.late_us.length)).sort()
  const lag = gateway.lag()
  await Promise.all([idler.terminate(), source.terminate(), gateway.end(), relay.end()])
  return rowsOf(what, gateway.times_us, relay.times_us, idle_us, lag, lost)
}

function rowsOf(
  what: string, ours: readonly Float64Array[], bare: readonly Float64Array[], idle_us: Float64Array, lag: LagSummary | undefined,
  lost: number,
): BenchRow[] {
  const [all, others] = [joined(ours), joined(bare)]
  const name = `gateway: link to link, ${what}`
  const one = (title: string, share: number): BenchRow => row({
    name: `${name}, ${title}`, value: at(all, share), unit: 'µs', peer: { name: 'bytes copied by a bare process', value: at(others, share) },
  })
  const within = ours.filter(times => at(times, 0.99) < TARGET_us).length
  const added = median(ours.map((times, n) => at(times, 0.99) - at(bare[n]!, 0.99)))
  return [
    one('p50', 0.5), one('p99', 0.99), one('max', 1),
    row({
      name: `${name}, p99 added`, value: Math.max(0, added), unit: 'µs', target: { atMost: TARGET_us, of: 'value' },
      note: `median of ${ours.length} slices of ${SLICE_s * 1000} ms; ${within} had p99 < 1 ms in all`,
    }),
    row({
      name: `${name}, a sleeping thread woke late, p99`, value: at(idle_us, 0.99), unit: 'µs',
      note: `what the machine did meanwhile; max ${whole(at(idle_us, 1))} µs`,
    }),
    ...lag === undefined ? [] : [row({
      name: `${name}, loop held by its own work, p99`, value: lag.own_p99_ms * 1000, unit: 'µs', target: { atMost: TARGET_us, of: 'value' },
      note: `max ${whole(lag.own_max_ms * 1000)} µs; with the machine's part p99 ${whole(lag.p99_ms * 1000)}, max ${whole(lag.max_ms * 1000)} µs`,
    })],
    row({ name: `${name}, lost`, value: lost, unit: 'frames', target: { atMost: 0, of: 'value' }, note: `of ${all.length + lost}` }),
  ]
}

function joined(slices: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(slices.reduce((sum, times) => sum + times.length, 0))
  let end = 0
  for (const times of slices) {
    all.set(times, end)
    end += times.length
  }
  return all.sort()
}

/** A quantile; a share of 1 is the largest. */
function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

function whole(us: number): string {
  return Math.round(us).toLocaleString('en')
}

/** A worker begins without the loader that reads TypeScript. */
function startWorker(script: string, workerData: SourceData | IdlerData): Worker {
  const [loader, url] = [import.meta.resolve('tsx/esm/api'), new URL(script, import.meta.url).href].map(each => JSON.stringify(each))
  return new Worker(`import(${loader}).then(({ register }) => (register(), import(${url})))`, { eval: true, workerData })
}

function now_ms(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** Counts equal messages as they arrive, and how long each was under way. */
class Sink {
  /** Messages since `expect`. */
  got = 0
  private rest = 0
  private size = 1
  private sent_ms: Float64Array = new Float64Array(0)
  private times_us: Float64Array = new Float64Array(0)
  readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    socket.on('data', chunk => this.arrived(chunk.length))
  }

  /** From now on come so many messages of this size, sent when the source says. Answers their times, filled as they come. */
  expect(size: number, total: number, sent_ms: Float64Array): Float64Array {
    this.size = size
    this.sent_ms = sent_ms
    this.got = this.rest = 0
    this.times_us = new Float64Array(total)
    return this.times_us
  }

  private arrived(bytes: number): void {
    const arrival_ms = now_ms()
    for (this.rest += bytes; this.rest >= this.size; this.rest -= this.size) {
      this.times_us[this.got] = (arrival_ms - this.sent_ms[this.got]!) * 1000
      this.got++
    }
  }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

async function ended(child: ChildProcess, socket: Socket): Promise<void> {
  socket.destroy()
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGINT')
  await once(child, 'exit')
}

async function startGateway(): Promise<Between> {
  const child = spawn(process.execPath, [
    SPINE, 'gateway', 'slcan-listen:127.0.0.1:0?clients=1', 'slcan-listen:127.0.0.1:0?clients=2', '--json', '--interval', '250ms',
  ], { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface(child.stdout)
  const [first] = await once(lines, 'line') as [string]
  let lag: LagSummary | undefined
  lines.on('line', (line) => { lag = (JSON.parse(line) as { lag: LagSummary }).lag })
  const { a, b } = JSON.parse(first) as { a: { addresses: string[] }, b: { addresses: string[] } }
  const portOf = (address: string): number => Number(/\d+$/.exec(address)![0])
  const socket = await dial(portOf(b.addresses[0]!))
  socket.write('O\r')
  await once(socket, 'data')
  return {
    entrance: portOf(a.addresses[0]!), sink: new Sink(socket), greeting: Buffer.from('O\r'), times_us: [],
    lag: () => lag, end: () => ended(child, socket),
  }
}

async function startRelay(): Promise<Between> {
  const child = spawn(process.execPath, ['--import', 'tsx', RELAY], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [first] = await once(createInterface(child.stdout), 'line') as [string]
  const [entrance, exit] = JSON.parse(first) as [number, number]
  const socket = await dial(exit)
  return {
    entrance, sink: new Sink(socket), greeting: new Uint8Array(0), times_us: [],
    lag: () => undefined, end: () => ended(child, socket),
  }
}
