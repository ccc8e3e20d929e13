import { spawn, spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { closeSerial, openLink, openSerial } from '../../gateway/index.ts'
import { encodeSlcanFrame, SLCAN_FRAME_BYTES } from '../../gateway/slcan/index.ts'
import { makePtyPair } from '../../gateway/testing/index.ts'
import { type BenchRow, median, row } from '../measure.ts'
import { sample } from './sample.ts'

const ROUNDS = 3
const FRAMES = 200_000
const PEER_FRAMES = 10_000
const PYTHON = '/usr/bin/python3'
const PEER = fileURLToPath(new URL('../peers/slcan-pty.py', import.meta.url))
const BAUD = 2_000_000

/** SLCAN over a pty, beside python-can and beside the raw pty. */
export async function benchSlcan(): Promise<BenchRow[]> {
  const name = 'gateway: SLCAN over a pty'
  if (spawnSync('socat', ['-V']).status !== 0) return [row({ name, value: NaN, unit: 'frames/s', note: 'no socat here (Debian: apt install socat)' })]
  const [ours, raw, peers]: number[][] = [[], [], []]
  let problem = ''
  for (let i = 0; i < ROUNDS; i++) {
    ours!.push(await onPty(slcanRate))
    raw!.push(await onPty(rawRate))
    const peer = await onPty(peerRate)
    if (typeof peer === 'number') peers!.push(peer)
    else problem = peer
  }
  const value = median(ours!)
  const unit = 'frames/s'
  return [
    row({
      name, value, unit, target: { atLeast: 50, of: 'ratio' },
      ...(peers!.length === 0 ? { note: `no peer: ${problem}` } : { peer: { name: 'python-can slcan', value: median(peers!) } }),
    }),
    row({ name, value, unit, peer: { name: 'the same bytes, raw', value: median(raw!) } }),
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
  const { sent: queue } = adapter.clients[0]!.counters
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
