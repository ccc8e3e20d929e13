import { setTimeout as sleep } from 'node:timers/promises'
import { numberedFrame } from '#sim/gateway/testing/index.ts'
import type { Case, Facts } from './report.ts'
import { checkSums, Dump, openWith, same, sendAll, Sequence, tool, told, until } from './tools.ts'

const READ_FRAMES = 200_000
const SENT_FRAMES = 20_000
/** No numbered frame has it. */
const LAST_ID = 0x1fff_ffff
const LAST_TEXT = '1FFFFFFF#'

/**
 * vcan queues frames by processor: when a sender moves from one to the other, the kernel itself may swap two of them
 * (`swapped`, for whoever sends). None may be lost or doubled.
 */
export const VOLUME_CASES: readonly Case[] = [
  {
    name: '200,000 numbered frames over vcan, faster than anybody reads: each is received or counted',
    run: async (): Promise<Facts> => {
      const got = new Sequence()
      const link = await openWith('socketcan:vcan0', frame => got.push(frame.data[0]! | frame.data[1]! << 8 | frame.data[2]! << 16))
      const started = performance.now()
      await tool('cangen', '-g', '0', '-n', String(READ_FRAMES), '-e', '-I', '18FF8100', '-L', '8', '-D', 'i', 'vcan0')
      const seconds = (performance.now() - started) / 1000
      const sum = (): number => got.received + link.counters.unknownLost
      await until(() => sum() === READ_FRAMES, `${READ_FRAMES} are accounted for: ${got.received} and ${told(link)}`)
      await sleep(1000)
      same(sum(), READ_FRAMES, 'received and lost')
      same(got.missingOf(READ_FRAMES), link.counters.unknownLost, 'gaps in the sequence')
      same(link.counters.received.delivered, got.received, 'frames we own')
      checkSums(link)
      await link.close()
      const rate = Math.round(READ_FRAMES / seconds)
      return { cangen_per_s: rate, received: got.received, unknown: link.counters.unknownLost, swapped: got.disorder }
    },
  },
  {
    name: '20,000 numbered frames that the link sends: none is lost',
    run: async (): Promise<Facts> => {
      const dump = await Dump.start('vcan0')
      const link = await openWith('socketcan:vcan0', () => undefined)
      const frame = numberedFrame(0)
      const started = performance.now()
      await sendAll(link, SENT_FRAMES, (n) => {
        for (let i = 0; i < 4; i++) frame.data[i] = n >>> 24 - 8 * i & 255
        return frame
      })
      await until(() => link.counters.sent.queued === 0, 'all are confirmed')
      const seconds = (performance.now() - started) / 1000
      same([link.counters.sent.in, link.counters.sent.delivered], [SENT_FRAMES, SENT_FRAMES], 'frames we own')
      // The kernel tells with a frame how many it dropped before it: one more, which finds room, tells of the last.
      await dump.settled()
      await sendAll(link, 1, () => Object.assign(frame, { id: LAST_ID }))
      const { frames, lost } = await dump.end()
      const got = new Sequence()
      for (const text of frames) if (!text.startsWith(LAST_TEXT)) got.push(parseInt(text.slice(9, 17), 16))
      // candump counts what its own socket had no room for.
      same(got.missingOf(SENT_FRAMES), lost, 'frames candump misses, beside those it says it lost')
      same([link.counters.received.in, link.counters.unknownLost], [0, 0], 'frames taken for somebody else\'s, and lost')
      checkSums(link)
      await link.close()
      return { frames_per_s: Math.round(SENT_FRAMES / seconds), candump_lost: lost, swapped: got.disorder, link: told(link) }
    },
  },
]
