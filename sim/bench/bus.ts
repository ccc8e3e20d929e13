import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

import { benchBus } from './bus-frames.ts'
import { type BenchRow, median, row } from './measure.ts'

const FRAMES = 500_000
const PEER_FRAMES = 50_000
const ROUNDS = 5
const PYTHON = '/usr/bin/python3'
const PEER = fileURLToPath(new URL('./peers/virtual-bus.py', import.meta.url))
const PEER_NAME = 'python-can virtual bus'

/** The software bus, saturated, with every frame's length exact to the bit, beside python-can's bus that has no time at all. */
export function benchBuses(): BenchRow[] {
  const ours: number[] = []
  const twelve: number[] = []
  const peers: number[] = []
  let problem = ''
  for (let i = 0; i < ROUNDS; i++) {
    ours.push(framesPerSecond(2))
    twelve.push(framesPerSecond(12))
    const peer = peerFramesPerSecond()
    if (typeof peer === 'number') peers.push(peer)
    else problem = peer
  }
  const target = { atLeast: 20, of: 'ratio' } as const
  const beside = peers.length === 0
    ? { note: `no peer: ${problem}` }
    : { peer: { name: PEER_NAME, value: median(peers) }, target }
  return [
    row({ name: 'bus: 2 nodes, exact timing', value: median(ours), unit: 'frames/s', ...beside }),
    row({ name: 'bus: 12 nodes, exact timing', value: median(twelve), unit: 'frames/s' }),
  ]
}

function framesPerSecond(nodes: number): number {
  return benchBus({ nodes, frames: FRAMES, clock_s: () => performance.now() / 1000 }).framesPerSecond
}

/** Frames per second, or why there are none. */
function peerFramesPerSecond(): number | string {
  const run = spawnSync(PYTHON, [PEER, String(PEER_FRAMES)], { encoding: 'utf8', timeout: 60_000 })
  if (run.error !== undefined) return `${PYTHON} does not run (Debian: apt install python3-can)`
  const rate = Number(run.stdout)
  if (run.status === 0 && rate > 0) return rate
  return `${run.stderr.trim().split('\n').at(-1) ?? 'it printed no rate'} (Debian: apt install python3-can)`
}
