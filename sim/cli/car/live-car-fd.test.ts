import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cloneLinkFrame, type Link, openLink } from '#sim/gateway/index.ts'
import { openSpine } from '#sim/gateway/spine/index.ts'
import { eventually, frameOf } from '#sim/gateway/testing/index.ts'
import { LiveCar } from './live-car.ts'

const folder = mkdtempSync(join(tmpdir(), 'spine-fd-'))
const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

describe('a car on a CAN FD bus', () => {
  it('carries FD frames between its links and into its log, beside hubs that are classic', async () => {
    const live = new LiveCar({ speed: 1, dataBitrate: 2_000_000, report: () => undefined })
    const stop = new AbortController()
    const log = join(folder, 'fd.log')
    await live.record(`file:${log}?as=record`)
    for (const uri of ['spine-listen:127.0.0.1:0', 'spine-listen:127.0.0.1:0', 'slcan-listen:127.0.0.1:0']) await live.listen(uri)
    const run = live.run(Infinity, stop.signal)
    ends.push(async () => {
      stop.abort()
      await run
      await live.close()
    })
    const dial = async (n: number, query = ''): Promise<Link> => {
      const link = await openLink(live.links[n]!.addresses[0] + query)
      ends.push(() => link.close())
      return link
    }
    const [tool, other] = [await openSpine(live.links[0]!.addresses[0]), await dial(1)]
    await dial(2, '?timestamps=no')
    ends.push(() => tool.close())
    expect(tool.greeting).toMatchObject({ bitrate: 500_000, dataBitrate: 2_000_000 })
    const got: ReturnType<typeof cloneLinkFrame>[] = []
    let statuses = 0
    other.onFrame((frame) => {
      if (frame.fd) got.push(cloneLinkFrame(frame))
      else statuses++
    })
    await eventually(() => live.links.every(link => link.state === 'up'))
    const bytes = Array.from({ length: 48 }, (_, n) => n)
    tool.send(frameOf({ id: 0x18ef_8181, fd: true, brs: true, bytes }))
    tool.send(frameOf({ id: 0x123, extended: false, fd: true, bytes: bytes.slice(0, 12) }))
    await eventually(() => got.length === 2 && statuses > 0)
    // Arbitration decides which of them is first, if the bus was busy when they came.
    got.sort((a, b) => b.id - a.id)
    expect(got).toMatchObject([{ id: 0x18ef_8181, brs: true, length: 48 }, { id: 0x123, brs: false, length: 12 }])
    expect([...got[0]!.data]).toEqual(bytes)
    await eventually(() => live.links[2]!.counters.sent.dropped.get('unsupported') === 2)
    expect(live.car.bus.counters.errorFrames).toBe(0)
    stop.abort()
    await run
    await live.close()
    expect(readFileSync(log, 'utf8')).toMatch(/18EF8181##10001020304[0-9A-F]+\n/)
    expect(readFileSync(log, 'utf8')).toMatch(/ 123##000010203[0-9A-F]+\n/)
  })
})
