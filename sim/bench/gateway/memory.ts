import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { copyFrame, createFrame } from '#protocol/index.ts'
import { CanBus } from '../../bus/index.ts'
import { createLinkFrame, droppedTotal, openLink } from '../../gateway/index.ts'
import { Kernel } from '../../kernel/index.ts'
import { type BenchRow, row } from '../measure.ts'

/** Traffic of a virtual bus as fast as it goes, through a link to a tool: what stays in memory between a tenth of it and its end. */
export async function benchMemory(duration_s: number): Promise<BenchRow[]> {
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
  let early = memory()
  for (let ms = 0; ms < duration_s * 1000; ms += 100) {
    for (let n = 0; n < 30; n++) {
      frame.id = 0x18ff_0081 | (n << 8)
      frame.data[7] = n
      sender.send(frame)
    }
    kernel.runUntil((ms + 100) * 1_000_000)
    while (sent - got > 1000) await turn()
    if (ms === Math.round(duration_s / 10) * 1000) early = memory()
  }
  while (got < sent && droppedTotal(link.counters.sent) === 0) await turn()
  const end = memory()
  await Promise.all([tool.close(), link.close()])
  const name = `gateway: memory grown in ${duration_s / 60} min of virtual traffic`
  const MB = (bytes: number): number => Math.round(bytes / 1e5) / 10
  return [
    row({
      name: `${name}, heap and buffers`, value: Math.max(0, end.heap_bytes - early.heap_bytes) / 1e6, unit: 'MB', target: { atMost: 2, of: 'value' },
      note: `from ${MB(early.heap_bytes)} MB to ${MB(end.heap_bytes)} MB; ${sent} frames, ${sent - got} lost`,
    }),
    row({
      name: `${name}, resident`, value: Math.max(0, end.resident_bytes - early.resident_bytes) / 1e6, unit: 'MB', target: { atMost: 20, of: 'value' },
      note: `from ${MB(early.resident_bytes)} MB to ${MB(end.resident_bytes)} MB`,
    }),
  ]
}

/** What is in use after a full collection, and what the process holds. */
function memory(): { readonly heap_bytes: number, readonly resident_bytes: number } {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heap_bytes: heapUsed + arrayBuffers, resident_bytes: rss }
}
