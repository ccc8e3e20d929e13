import { setTimeout as sleep } from 'node:timers/promises'
import { droppedTotal, type Link, type LinkFrame } from '#sim/gateway/index.ts'
import { frameOf, numberOf } from '#sim/gateway/testing/index.ts'
import type { Case, Facts } from './report.ts'
import { check, checkSums, openWith, same, sendAll, Sequence, told, until } from './tools.ts'

const FRAMES = 2000

/** Numbered frames of one sender: two nodes never send one identifier. */
function framesOf(base: number): (n: number) => LinkFrame {
  return n => frameOf({ id: base + n % 0x1000, bytes: [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255, base & 255] })
}

async function settled(link: Link): Promise<void> {
  await until(() => link.counters.sent.queued === 0, `${link.uri} has sent all`)
}

/** Two emulated SJA1000 cards on one bus. */
export const CARD_CASES: readonly Case[] = [
  {
    name: 'two cards, both directions as fast as they go',
    run: async (): Promise<Facts> => {
      const [gotA, gotB] = [new Sequence(), new Sequence()]
      let echoes = 0
      const from = (base: number, got: Sequence) => (frame: LinkFrame): void => {
        if (frame.error) return
        if (frame.id >>> 20 === base >>> 20) got.push(numberOf(frame))
        else echoes++
      }
      const a = await openWith('socketcan:can0', from(0x0c10_0001, gotA))
      const b = await openWith('socketcan:can1', from(0x0c00_0000, gotB))
      const started = performance.now()
      await Promise.all([sendAll(a, FRAMES, framesOf(0x0c00_0000)), sendAll(b, FRAMES, framesOf(0x0c10_0001))])
      await Promise.all([settled(a), settled(b)])
      const seconds = (performance.now() - started) / 1000
      await sleep(2000)
      for (const [near, far, got] of [[a, b, gotB], [b, a, gotA]] as const) {
        checkSums(near)
        const { sent } = near.counters
        same(sent.in, FRAMES, `${near.uri}: frames we own`)
        same(sent.delivered + droppedTotal(sent), FRAMES, `${near.uri}: settled`)
        same(got.disorder, 0, `${far.uri}: out of order`)
        const gaps = got.missingOf(FRAMES)
        const explained = far.counters.unknownLost > 0 || droppedTotal(sent) > 0
        check(gaps === 0 || explained, `${gaps} frames are missing and nothing says so: ${told(near)}; ${told(far)}`)
        const mostSent = sent.delivered + (sent.dropped.get('unconfirmed') ?? 0)
        check(got.received <= mostSent, `more came than were sent: ${told(near)}; ${told(far)}`)
      }
      same(echoes, 0, `own frames taken for somebody else's: ${told(a)}; ${told(b)}`)
      await Promise.all([a.close(), b.close()])
      return {
        frames_per_s: Math.round(2 * FRAMES / seconds),
        missing_a: gotA.missingOf(FRAMES),
        missing_b: gotB.missingOf(FRAMES),
        a: told(a),
        b: told(b),
      }
    },
  },
]
