import { setTimeout as sleep } from 'node:timers/promises'
import type { LinkState } from '#sim/gateway/index.ts'
import { numberedFrame, numberOf } from '#sim/gateway/testing/index.ts'
import type { Case, Facts } from './report.ts'
import { check, checkSums, ip, openWith, same, sendAll, Sequence, tool, told, until } from './tools.ts'

/** An error frame as linux/can/error.h has it. */
const errorFrame = (classes: number, ...data: number[]): string => {
  const bytes = Array.from({ length: 8 }, (_, i) => (data[i] ?? 0).toString(16).padStart(2, '0')).join('')
  return `${(0x2000_0000 | classes).toString(16)}#${bytes}`
}

/** What goes wrong on a bus, and how the link bears it. */
export const TROUBLE_CASES: readonly Case[] = [
  {
    name: 'error frames become states: error-passive, bus-off, restarted',
    run: async (): Promise<void> => {
      const states: LinkState[] = []
      let errors = 0
      const link = await openWith('socketcan:vcan0', (frame) => { if (frame.error) errors++ })
      link.state$.subscribe(state => states.push(state))
      const inject = async (frame: string, state: LinkState): Promise<void> => {
        await tool('cansend', 'vcan0', frame)
        await until(() => link.state === state, `the state is ${state}, it is ${link.state}`)
      }
      await inject(errorFrame(0x004, 0, 0x20), 'error-passive')
      check(/transmit passive/.test(link.problem), `the problem is "${link.problem}"`)
      check(link.send(numberedFrame(0)), 'an error-passive node still sends')
      await inject(errorFrame(0x004, 0, 0x40), 'up')
      await inject(errorFrame(0x040), 'bus-off')
      check(!link.send(numberedFrame(1)), 'a frame was taken in bus-off')
      same(link.counters.sent.dropped.get('not-up'), 1, 'refused in bus-off')
      await inject(errorFrame(0x100), 'up')
      check(link.send(numberedFrame(2)), 'a restarted controller sends')
      await inject(errorFrame(0x004, 0, 0x01 | 0x10), 'error-passive')
      await until(() => link.counters.unknownLost >= 1, 'an overflow of the controller is counted')
      await until(() => link.counters.sent.queued === 0, 'all is confirmed')
      checkSums(link)
      same(errors, 5, 'error frames handed on')
      same(link.counters.sent.delivered, 2, 'frames on the bus')
      same(states.join(' '), 'up error-passive up bus-off up error-passive', 'states')
      await link.close()
    },
  },
  ...['vcan0', 'can0'].map((name): Case => ({
    name: `${name} goes down in mid-stream and comes up again`,
    run: async (): Promise<Facts> => {
      const link = await openWith(`socketcan:${name}`, () => undefined)
      const far = name === 'can0' ? await openWith('socketcan:can1', () => undefined) : undefined
      let going = true
      const stream = (async () => {
        for (let n = 0; going; n++) {
          link.send(numberedFrame(n))
          if (n % 16 === 0) await sleep(1)
        }
      })()
      await until(() => link.counters.sent.delivered > 300, 'it streams')
      ip('link', 'set', name, 'down')
      await until(() => link.state === 'reconnecting', 'the link notices')
      check(link.problem.startsWith(`${name} is down`), `the problem is "${link.problem}"`)
      same(link.counters.sent.queued, 0, 'old commands that are still queued')
      checkSums(link)
      const before = link.counters.sent.delivered
      await until(() => (link.counters.sent.dropped.get('not-up') ?? 0) > 100, 'frames are refused meanwhile')
      ip('link', 'set', name, 'up')
      await until(() => link.state === 'up', 'the link is up again')
      await until(() => link.counters.sent.delivered > before + 300, 'it streams again')
      going = false
      await stream
      await until(() => link.counters.sent.queued === 0, 'all is confirmed')
      checkSums(link)
      await Promise.all([link.close(), far?.close()])
      return { link: told(link) }
    },
  })),
  {
    name: 'an interface that vanishes is found again',
    run: async (): Promise<void> => {
      const got = new Sequence()
      const link = await openWith('socketcan:vcan1', frame => got.push(frame.data[0]!))
      await tool('cansend', 'vcan1', '123#00')
      await until(() => got.received === 1, 'a frame came')
      ip('link', 'del', 'vcan1')
      await until(() => link.state === 'reconnecting', 'the link notices')
      check(link.problem.includes('there is no interface vcan1'), `the problem is "${link.problem}"`)
      ip('link', 'add', 'dev', 'vcan1', 'type', 'vcan')
      ip('link', 'set', 'vcan1', 'up')
      await until(() => link.state === 'up', 'the link is up again')
      await tool('cansend', 'vcan1', '123#01')
      await until(() => got.received === 2, 'the next frame came')
      same(link.counters.unknownLost, 0, 'lost')
      await link.close()
    },
  },
  {
    name: 'a slow reader: what overflowed is counted to the frame',
    run: async (): Promise<Facts> => {
      const frames = 5000
      const got = new Sequence()
      const link = await openWith('socketcan:vcan0', frame => got.push(frame.data[0]! | frame.data[1]! << 8))
      const sending = tool('cangen', '-g', '0', '-n', String(frames), '-I', '100', '-L', '8', '-D', 'i', 'vcan0')
      await until(() => got.received > 0, 'cangen sends')
      const end = performance.now() + 1500
      while (performance.now() < end) { /* The reader is busy with something else. */ }
      await sending
      await until(() => got.received + link.counters.unknownLost === frames, `${frames} are accounted for: ${got.received} and ${told(link)}`)
      await sleep(1500)
      check(link.counters.unknownLost > 0, 'nothing was lost: the reader was not slow')
      same(link.counters.unknownLost, got.missingOf(frames), 'missing numbers')
      same(got.disorder, 0, 'out of order')
      checkSums(link)
      await link.close()
      return { received: got.received, unknown: link.counters.unknownLost }
    },
  },
  {
    name: 'closing while busy: what was queued is counted',
    run: async (): Promise<Facts> => {
      const link = await openWith('socketcan:can0', () => undefined)
      // Nobody acknowledges faster than the card sends: most of it is still queued.
      await sendAll(link, 1000, numberedFrame)
      await link.close()
      checkSums(link)
      same(link.counters.sent.queued, 0, 'queued')
      check(!link.send(numberedFrame(0)), 'a closed link took a frame')
      return { link: told(link) }
    },
  },
  {
    name: 'a frame is not sent back to where it came from',
    run: async (): Promise<void> => {
      const [a, b] = [await openWith('socketcan:vcan0', () => undefined), await openWith('socketcan:vcan1', () => undefined)]
      const numbers: number[] = []
      a.onFrame(frame => b.send(frame))
      b.onFrame((frame) => {
        numbers.push(numberOf(frame))
        return a.send(frame)
      })
      a.onFrame(frame => a.send(frame))
      for (const n of [1, 2, 3]) await tool('cansend', 'vcan0', `123#0000000${n}`)
      for (const n of [4, 5]) await tool('cansend', 'vcan1', `123#0000000${n}`)
      await until(() => a.counters.received.in + b.counters.received.in >= 5, 'all came')
      await sleep(300)
      same([a.counters.received.in, b.counters.received.in], [3, 2], 'frames that came in')
      same([a.counters.sent.delivered, b.counters.sent.delivered], [2, 3], 'frames that went out')
      same(numbers, [4, 5], 'what came in through the second')
      await Promise.all([a.close(), b.close()])
    },
  },
]
