import { CLASSIC_DATA_BYTES, createFrame } from '#protocol/index.ts'
import { CanBus, type CanController } from '../bus/index.ts'
import { Kernel } from '../kernel/index.ts'

export interface BusBenchResult {
  readonly nodes: number
  readonly frames: number
  /** Wall time, s. */
  readonly wall_s: number
  readonly framesPerSecond: number
  /** Virtual time per wall time. */
  readonly timesRealTime: number
  /** Bus load over the run, 0–1. */
  readonly load: number
}

export interface BusBenchOptions {
  /** Nodes on the bus; each sends, all listen. */
  nodes: number
  /** Frames to carry, at least. */
  frames: number
  bitrate?: number
  /** Wall clock, s. */
  clock_s: () => number
}

/**
 * Saturates a software bus: every node always has a frame pending, with identifiers and data that change, and every
 * frame's length is computed to the bit. Measures frames per second of wall time.
 */
export function benchBus(options: BusBenchOptions): BusBenchResult {
  const kernel = new Kernel(1)
  const bus = new CanBus(kernel, { bitrate: options.bitrate ?? 500_000 })
  for (let i = 0; i < options.nodes; i++) saturate(bus.attach(`node${i}`, { profile: 'adapter' }), i)
  const meter = bus.loadMeter()
  run(kernel, bus, Math.min(options.frames, 200_000))
  meter.read()
  const before = bus.counters.frames
  const from_ns = kernel.now_ns
  const start_s = options.clock_s()
  run(kernel, bus, before + options.frames)
  const wall_s = options.clock_s() - start_s
  const frames = bus.counters.frames - before
  return {
    nodes: options.nodes,
    frames,
    wall_s,
    framesPerSecond: frames / wall_s,
    timesRealTime: (kernel.now_ns - from_ns) / 1e9 / wall_s,
    load: meter.read(),
  }
}

function run(kernel: Kernel, bus: CanBus, frames: number): void {
  while (bus.counters.frames < frames) kernel.runUntil(kernel.now_ns + 10_000_000)
}

/** Keeps two frames of a node pending for ever. Its priority falls as it sends, so all nodes get their turn. */
function saturate(node: CanController, index: number): void {
  const frame = createFrame(CLASSIC_DATA_BYTES)
  frame.length = CLASSIC_DATA_BYTES
  let count = 0
  let received = 0
  const next = (): void => {
    count++
    frame.id = 0x0cff_0000 | ((count & 0xff) << 8) | index
    for (let i = 0; i < CLASSIC_DATA_BYTES; i++) frame.data[i] = count >> i
    node.send(frame)
  }
  node.onReceive((other) => {
    received += other.length
  })
  node.onSent(next)
  next()
  next()
  if (received !== 0) throw new Error('received before the bus ran')
}
