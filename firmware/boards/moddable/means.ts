import { Holder } from './hold.ts'
import type { SamplerIo, SamplerSetup } from './io.ts'

/**
 * Means of current and plug voltage at 1 kHz. The firmware's own machine is busy for milliseconds at a time; so a second one, in a
 * task of its own, reads the converter and adds up in memory that both see.
 */

/** Of a socket, in words: odd while they change; samples; their sums, which wrap; the last current. */
const SEQUENCE = 0
const COUNT = 1
const CURRENT_SUM = 2
const PLUG_SUM = 3
const LAST_CURRENT = 4
const WORDS = 5
const WORD_BYTES = 4
const SAMPLE_ms = 1
/** A sampler that gave fewer than half of its samples over this long gives no means any more. */
const LATE_ms = 5
const MOST_READINGS = 100

/** Memory for so many sockets. */
export function meansMemory(sockets: number): SharedArrayBuffer {
  return new SharedArrayBuffer(sockets * WORDS * WORD_BYTES)
}

function sampleSocket(words: Int32Array, first: number, current: number, plug: number): void {
  Atomics.add(words, first + SEQUENCE, 1)
  Atomics.add(words, first + CURRENT_SUM, current)
  Atomics.add(words, first + PLUG_SUM, plug)
  Atomics.store(words, first + LAST_CURRENT, current)
  Atomics.add(words, first + COUNT, 1)
  Atomics.add(words, first + SEQUENCE, 1)
}

/** The whole program of the sampler's machine. */
export function sampleForEver(io: SamplerIo, setup: SamplerSetup): void {
  const words = new Int32Array(setup.words)
  const sockets = setup.sockets
  const currents = sockets.map(each => new io.Analog({ pin: each.current }))
  const plugs = sockets.map(each => new io.Analog({ pin: each.plug }))
  const holders = sockets.map((each, i) =>
    new Holder(setup.feeds, i, new io.Digital({ pin: each.enable, mode: io.Digital.Output, initialValue: 0 })))
  io.every(() => {
    const now_ms = io.microseconds() / 1000
    for (let i = 0; i < holders.length; i++) {
      holders[i]!.look(now_ms)
      sampleSocket(words, i * WORDS, currents[i]!.read(), plugs[i]!.read())
    }
  }, SAMPLE_ms)
}

/** One socket's share of the memory, as the firmware reads it. In steps of the converter. */
export class Means {
  current: number
  plug: number
  private readonly words: Int32Array
  private readonly first: number
  private taken_ms: number
  private count: number
  private currentSum: number
  private plugSum: number

  constructor(memory: SharedArrayBuffer, socket: number, now_ms: number) {
    this.current = 0
    this.plug = 0
    this.words = new Int32Array(memory)
    this.first = socket * WORDS
    this.taken_ms = now_ms
    this.count = 0
    this.currentSum = 0
    this.plugSum = 0
  }

  last(): number {
    return Atomics.load(this.words, this.first + LAST_CURRENT)
  }

  /** Ends an interval; one without a sample says what the last one said. NaN: the sampler is not there. */
  take(now_ms: number): void {
    const words = this.words
    const first = this.first
    for (let i = 0; i < MOST_READINGS; i++) {
      const sequence = Atomics.load(words, first + SEQUENCE)
      const count = Atomics.load(words, first + COUNT)
      const currentSum = Atomics.load(words, first + CURRENT_SUM)
      const plugSum = Atomics.load(words, first + PLUG_SUM)
      if (sequence % 2 !== 0 || Atomics.load(words, first + SEQUENCE) !== sequence) continue
      return this.end(now_ms, count, currentSum, plugSum)
    }
    this.current = NaN
    this.plug = NaN
  }

  private end(now_ms: number, count: number, currentSum: number, plugSum: number): void {
    const samples = (count - this.count) | 0
    const elapsed_ms = now_ms - this.taken_ms
    const late = elapsed_ms >= LATE_ms && samples * 2 * SAMPLE_ms < elapsed_ms
    if (samples === 0 && !late) return
    this.current = late ? NaN : ((currentSum - this.currentSum) | 0) / samples
    this.plug = late ? NaN : ((plugSum - this.plugSum) | 0) / samples
    this.taken_ms = now_ms
    this.count = count
    this.currentSum = currentSum
    this.plugSum = plugSum
  }
}
