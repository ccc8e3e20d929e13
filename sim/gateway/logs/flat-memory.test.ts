import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createLinkFrame } from '../link-frame.ts'
import { isReadable, isWritable, LOG_FORMATS } from './format.ts'
import { latin1Bytes } from './bytes.ts'
import { NO_DETAILS, type LogFrame } from './log-frame.ts'
import type { LogWriter } from './log-io.ts'

const FRAMES = 100_000
/** A frame that is kept takes more than 20 bytes of it. */
const MOST_GROWN_bytes = 2_000_000

/** What is in use after a full collection; the second one waits until the buffers of the first are given back. */
function memory_bytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function bytesOf(piece: string | Uint8Array): Uint8Array {
  return typeof piece === 'string' ? latin1Bytes(piece) : piece
}

/** The next frame of an endless log. */
function advance(frame: ReturnType<typeof createLinkFrame>, n: number): void {
  frame.id = 0x18ff_8081 + n % 0x4000
  frame.length = 8
  for (let i = 0; i < 8; i++) frame.data[i] = n >> i
  frame.timestamp_ns = 1_700_000_000e9 + n * 111_000
}

const STREAMED = LOG_FORMATS
  .filter(format => isReadable(format) && isWritable(format) && format.seeker === undefined)
  .map(({ name }) => name)

it.each(STREAMED)('%s is read and converted piece by piece: what is in memory does not grow', (name) => {
  const format = LOG_FORMATS.find(each => each.name === name)!
  const source: LogWriter = format.writer!()
  const target: LogWriter = LOG_FORMATS.find(each => each.name === (name === 'candump' ? 'asc' : 'candump'))!.writer!()
  let frames = 0
  let written_bytes = 0
  const reader = format.reader!({
    onFrame: (frame: LogFrame) => {
      frames++
      written_bytes += target.frame(frame, frame)?.length ?? 0
    },
    onBadLine: (bad) => { throw new Error(bad.reason) },
  })
  const frame = createLinkFrame()
  const details = { direction: 'received', name: 'can0', lengthCode: 0, esi: false } as const
  let early_bytes = 0
  for (let n = 0; n < FRAMES; n++) {
    advance(frame, n)
    reader.push(bytesOf(source.frame(frame, details)!))
    if (n === FRAMES / 10) early_bytes = memory_bytes()
  }
  const end_bytes = memory_bytes()
  reader.push(bytesOf(source.end()))
  reader.end()
  expect({ name, frames }).toEqual({ name, frames: FRAMES })
  expect(written_bytes).toBeGreaterThan(4_000_000)
  expect(end_bytes - early_bytes, `from ${early_bytes} bytes to ${end_bytes}`).toBeLessThan(MOST_GROWN_bytes)
})

it('mf4 is read out of a file by parts of it', () => {
  const format = LOG_FORMATS.find(each => each.name === 'mf4')!
  const writer = format.writer!()
  const frame = createLinkFrame()
  const pieces = Array.from({ length: 1000 }, (_, n) => {
    advance(frame, n)
    return bytesOf(writer.frame(frame, NO_DETAILS)!).slice()
  })
  const record = pieces[1]!.length
  const head = pieces[0]!.subarray(0, pieces[0]!.length - record)
  const records = Buffer.concat([pieces[0]!.subarray(head.length), ...pieces.slice(1)])
  // A file that was never finished, the same records again and again.
  const read = (at: number, length: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => at + i < head.length ? head[at + i]! : records[(at + i - head.length) % records.length]!)
  const size = head.length + FRAMES * record
  let frames = 0
  let early_bytes = 0
  const seeker = format.seeker!({
    onFrame: () => {
      if (++frames === FRAMES / 10) early_bytes = memory_bytes()
    },
    onBadLine: (bad) => { throw new Error(bad.reason) },
  }, size)
  for (let step = seeker.next(); step.done !== true;) {
    const { at, length } = step.value
    step = seeker.next(read(at, Math.min(length, size - at)))
  }
  const end_bytes = memory_bytes()
  expect(frames).toBe(FRAMES)
  expect(end_bytes - early_bytes, `from ${early_bytes} bytes to ${end_bytes}`).toBeLessThan(MOST_GROWN_bytes)
})
