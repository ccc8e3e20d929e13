import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SerialPortStream } from '@serialport/stream'
import { afterEach, describe, expect, it } from 'vitest'
import { messageId } from '#protocol/index.ts'
import { imbalance } from '../counters.ts'
import { createLink, openLink } from '../open-link.ts'
import { closeSerial, openSerial } from '../serial.ts'
import {
  type AdapterManners, eventually, frameOf, linkContract, makePtyPair, numberedFrame, numberOf, type PtyPair, SlcanAdapter,
  socatMissing,
} from '../testing/index.ts'

const missing = socatMissing()
const ports: SerialPortStream[] = []
const ptys: PtyPair[] = []

interface Plugged { path: string, adapter: SlcanAdapter, pty: PtyPair }

async function plug(manners: AdapterManners = {}, links?: readonly [string, string]): Promise<Plugged> {
  const pty = await makePtyPair(links)
  ptys.push(pty)
  const port = await openSerial(pty.paths[1], 2_000_000)
  ports.push(port)
  return { path: links?.[0] ?? pty.paths[0], adapter: new SlcanAdapter(port, manners, () => pty.unplug()), pty }
}

async function cleanUp(): Promise<void> {
  for (const port of ports.splice(0)) await closeSerial(port)
  for (const pty of ptys.splice(0)) await pty.unplug()
}

if (missing) {
  it.skip(`slcan on a tty: ${missing}`, () => undefined)
} else {
  for (const [name, manners] of Object.entries<AdapterManners>({ 'that confirms': {}, 'that confirms nothing': { confirms: false, polls: false } })) {
    linkContract(`slcan on a tty, an adapter ${name}`, {
      rich: false, times: 'none', idleState: 'up', lostState: 'reconnecting', reads: true, stream: true, guards: true, once: true,
    }, async (options) => {
      const { path, adapter } = await plug(manners)
      const link = await createLink(`slcan:${path}`, options)
      return {
        link,
        async connect() {
          await eventually(() => adapter.channel !== 'closed')
          return Object.assign(adapter, { origin: link.origin })
        },
        dispose: cleanUp,
      }
    })
  }

  describe('slcan on a tty', () => {
    afterEach(cleanUp)

    it('says that another program has the device', async () => {
      const { path } = await plug()
      ports.push(await openSerial(path, 115_200))
      await expect(openLink(`slcan:${path}`)).rejects.toThrow(`${path} is in use by another program`)
    })

    it('takes a plug that loops back for no adapter', async () => {
      const pty = await makePtyPair()
      ptys.push(pty)
      const port = await openSerial(pty.paths[1], 2_000_000)
      ports.push(port)
      port.on('data', (chunk: Uint8Array) => port.write(chunk))
      await expect(openLink(`slcan:${pty.paths[0]}`)).rejects.toThrow('answers like an SLCAN adapter')
    })

    it('serves on when the plug is pulled and put back; old commands are gone, the sums are right', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'spine-plug-'))
      const names = [join(folder, 'adapter'), join(folder, 'far')] as const
      const first = await plug({ swallow: n => n >= 5 }, names)
      const link = await openLink(`slcan:${names[0]}?window=10`, { actuate: true })
      const command = frameOf({ id: messageId(2, 1, 8, 1, 0xf9), bytes: [0, 0, 0, 0, 0, 0, 0, 0] })
      for (let n = 0; n < 30; n++) link.send(command)
      await eventually(() => first.adapter.received.length === 15 && link.counters.sent.delivered === 5)
      await first.pty.unplug()
      await eventually(() => link.state === 'reconnecting')
      expect(link.counters.sent).toMatchObject({ in: 30, delivered: 5, queued: 0 })
      expect(imbalance(link.counters.sent)).toBe(0)
      await closeSerial(ports.pop()!)
      const second = await plug({}, names)
      await eventually(() => link.state === 'up')
      for (let n = 0; n < 3; n++) link.send(numberedFrame(n))
      await eventually(() => second.adapter.received.length === 3)
      expect(second.adapter.received.map(numberOf)).toEqual([0, 1, 2])
      await eventually(() => link.counters.sent.delivered === 8)
      await link.close()
      expect(imbalance(link.counters.sent)).toBe(0)
      await rm(folder, { recursive: true })
    })
  })
}
