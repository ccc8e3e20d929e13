import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { bridgeLinks, cloneLinkFrame, type LinkFrame, openLink } from '#sim/gateway/index.ts'
import { CLASSIC_FRAMES, frameOf, RICH_FRAMES } from '#sim/gateway/testing/index.ts'
import { messageId, WindowCommandCodec } from '#protocol/index.ts'
import type { Case, Facts } from './report.ts'
import { check, checkSums, Dump, ip, openWith, same, tool, told, until } from './tools.ts'

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')

/** As candump -L writes it. */
function written(frame: LinkFrame): string {
  const id = hex(frame.id, frame.extended ? 8 : 3)
  if (frame.remote) return `${id}#R${frame.length > 0 ? frame.length : ''}`
  const data = [...frame.data.subarray(0, frame.length)].map(byte => hex(byte, 2)).join('')
  return frame.fd ? `${id}##${frame.brs ? 1 : 0}${data}` : `${id}#${data}`
}

/** can-utils on the other side of vcan0. */
export const PEER_CASES: readonly Case[] = [
  {
    name: 'candump sees every kind of frame that the link sends, FD too',
    run: async (): Promise<void> => {
      const dump = await Dump.start('vcan0')
      const link = await openLink('socketcan:vcan0')
      const frames = [...CLASSIC_FRAMES, ...RICH_FRAMES.filter(frame => frame.fd)]
      for (const frame of frames) check(link.send(frame), `${written(frame)} was refused`)
      await until(() => link.counters.sent.queued === 0, 'all are confirmed')
      for (const frame of RICH_FRAMES.filter(other => !other.fd)) check(!link.send(frame), 'it cannot carry this')
      same(link.counters.sent.delivered, frames.length, 'delivered')
      checkSums(link)
      await link.close()
      same((await dump.end()).frames, frames.map(written), 'what candump saw')
    },
  },
  ...(['arrival', 'kernel'] as const).map((time): Case => ({
    name: `the link sees what cansend sends, with the time of ${time === 'kernel' ? 'the kernel' : 'its arrival'}`,
    run: async (): Promise<void> => {
      const got: LinkFrame[] = []
      const link = await openWith(`socketcan:vcan0?time=${time}`, (frame) => { got.push(cloneLinkFrame(frame)) })
      const frames = ['123#DEADBEEF', '7FF#', '18FF8100#0011223344556677', '123#R4', '18EAFF81##10102030405060708090A0B0C', '456##0AA']
      const before_ns = Date.now() * 1e6
      for (const frame of frames) await tool('cansend', 'vcan0', frame)
      await until(() => got.length >= frames.length, `${frames.length} frames came`)
      // The package, which alone reads the kernel's time, does not tell the bit rate switch, nor a short FD frame.
      const known = time === 'arrival' ? frames : frames.map(frame => frame.replace('##1', '##0').replace('##0AA', '#AA'))
      same(got.map(written), known, 'what the link saw')
      check(got.every(frame => frame.origin === link.uri), 'an origin is wrong')
      check(got.every(frame => frame.timestamp_ns > before_ns - 1e9 && frame.timestamp_ns < Date.now() * 1e6 + 1e9), 'a time is wrong')
      await link.close()
      checkSums(link)
    },
  })),
  {
    name: 'an FD frame has a length that exists, and an interface for FD',
    run: async (): Promise<void> => {
      const dump = await Dump.start('vcan0')
      const wide = await openLink('socketcan:vcan0')
      for (const length of [9, 13, 63]) check(!wide.send(frameOf({ id: 1, fd: true, length })), `${length} bytes were taken`)
      check(!wide.send(frameOf({ id: 1, length: 9 })), 'a classic frame of 9 bytes was taken')
      check(wide.send(frameOf({ id: 2, fd: true, length: 12 })), '12 bytes were refused')
      await until(() => wide.counters.sent.queued === 0, 'it is sent')
      await wide.close()
      ip('link', 'set', 'vcan0', 'down')
      ip('link', 'set', 'vcan0', 'mtu', '16')
      ip('link', 'set', 'vcan0', 'up')
      const narrow = await openLink('socketcan:vcan0')
      check(!narrow.send(frameOf({ id: 3, fd: true, length: 12 })), 'an FD frame was taken by a classic interface')
      same([wide, narrow].map(link => link.counters.sent.dropped.get('unsupported')), [4, 1], 'counted as unsupported')
      await narrow.close()
      checkSums(wide)
      checkSums(narrow)
      const { frames } = await dump.end()
      same(frames.map(frame => frame.slice(0, 12)), ['00000002##00'], 'what was on the bus')
    },
  },
  {
    name: 'what cannot be opened says why in one line',
    run: async (): Promise<void> => {
      ip('link', 'set', 'vcan1', 'down')
      const wishes = [
        ['socketcan:can9', 'there is no interface can9; there are can0, can1, vcan0, vcan1'],
        ['socketcan:lo', 'lo is no CAN interface'],
        ['socketcan:vcan1', 'vcan1 is down: ip link set vcan1 up'],
        ['socketcan:vcan0?filter=12', '"12" is no filter id:mask'],
        ['socketcan:../vcan0', 'is no name of an interface'],
      ]
      for (const [uri, words] of wishes) {
        const said = await openLink(uri!).then(() => 'it opened', (error: Error) => error.message)
        check(said.includes(words!) && !said.includes('\n'), `${uri}: ${said}`)
      }
    },
  },
  {
    name: 'receive filters are the kernel\'s work',
    run: async (): Promise<void> => {
      const got: string[] = []
      const link = await openWith('socketcan:vcan0?filter=18FF8000:1FFFF000,123:7FF', (frame) => { got.push(written(frame)) })
      for (const frame of ['123#01', '00000123#02', '124#03', '18FF8123#04', '18FF9123#05']) await tool('cansend', 'vcan0', frame)
      await until(() => got.length === 2, 'two frames came')
      await sleep(300)
      same(got, ['123#01', '18FF8123#04'], 'what passed')
      same(link.counters.received.in, 2, 'frames that reached us')
      await link.close()
    },
  },
  {
    name: 'commands that move something reach a virtual bus, and a real one only with actuate',
    run: async (): Promise<void> => {
      const { priority, page, kind } = WindowCommandCodec
      const frame = frameOf({ id: messageId(priority, page, kind, 1, 0xf9), bytes: [0, 0, 0, 0, 0, 0, 0, 0] })
      const uris = [['socketcan:vcan0', true], ['socketcan:can0', false], ['socketcan:can0?actuate=yes', true]] as const
      for (const [uri, taken] of uris) {
        const link = await openLink(uri)
        same(link.send(frame), taken, uri)
        same(link.counters.sent.dropped.get('actuating') ?? 0, taken ? 0 : 1, `${uri}: held back`)
        await link.close()
      }
    },
  },
  {
    name: 'isotpsend reaches isotprecv through a bridge of two links',
    run: async (): Promise<Facts> => {
      const [a, b] = [await openLink('socketcan:vcan0'), await openLink('socketcan:vcan1')]
      const bridge = bridgeLinks(a, b)
      const bytes = Array.from({ length: 1500 }, (_, i) => hex(i * 7 & 255, 2))
      const receiver = spawn('/usr/bin/isotprecv', ['-s', '321', '-d', '123', '-b', '8', 'vcan1'])
      let text = ''
      receiver.stdout.on('data', (chunk: Buffer) => { text += chunk.toString('latin1') })
      await sleep(500)
      const sender = spawn('/usr/bin/isotpsend', ['-s', '123', '-d', '321', '-b', 'vcan0'], { stdio: ['pipe', 'inherit', 'inherit'] })
      sender.stdin.end(bytes.join(' '))
      await Promise.all([once(sender, 'close'), once(receiver, 'close')])
      same(text.trim().split(/\s+/), bytes, 'what isotprecv got')
      bridge.detach()
      await Promise.all([a.close(), b.close()])
      checkSums(a)
      checkSums(b)
      return { bridged: told(a) }
    },
  },
]
