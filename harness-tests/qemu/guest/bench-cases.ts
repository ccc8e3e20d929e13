import { setTimeout as sleep } from 'node:timers/promises'
import { numberedFrame } from '#sim/gateway/testing/frames.ts'
import type { Case, Facts } from './report.ts'
import { Dump, openWith, sendAll, tool, until } from './tools.ts'

const FRAMES = 20_000

const cangen = (): Promise<void> => tool('cangen', '-g', '0', '-n', String(FRAMES), '-e', '-I', '18FF8100', '-L', '8', '-D', 'i', 'vcan0')

/** Frames per second that candump writes into a file while cangen sends as fast as it can. */
async function peersAlone(): Promise<number> {
  const dump = await Dump.start('vcan0')
  const started = performance.now()
  await cangen()
  const seconds = (performance.now() - started) / 1000
  return (await dump.end()).frames.length / seconds
}

/** The same with the link in candump's place. */
async function linkReceives(): Promise<number> {
  let got = 0
  let last_ms = 0
  const link = await openWith('socketcan:vcan0', () => {
    got++
    last_ms = performance.now()
  })
  const started = performance.now()
  await cangen()
  await until(() => performance.now() - last_ms > 300, 'no more frames come')
  await link.close()
  return got / (last_ms - started) * 1000
}

/** The same with the link in cangen's place; every frame is confirmed. */
async function linkSends(): Promise<{ sent: number, dumped: number }> {
  const dump = await Dump.start('vcan0')
  const link = await openWith('socketcan:vcan0', () => undefined)
  const frame = numberedFrame(0)
  const started = performance.now()
  await sendAll(link, FRAMES, () => frame)
  await until(() => link.counters.sent.queued === 0, 'all are confirmed')
  const seconds = (performance.now() - started) / 1000
  await sleep(100)
  await link.close()
  return { sent: FRAMES / seconds, dumped: (await dump.end()).frames.length / seconds }
}

/** Throughput beside the peers, in one guest and one run. */
export const BENCH_CASES: readonly Case[] = [
  {
    name: 'throughput beside cangen and candump',
    run: async (): Promise<Facts> => {
      const before = await peersAlone()
      const receives = await linkReceives()
      const { sent, dumped } = await linkSends()
      const after = await peersAlone()
      const peers = (before + after) / 2
      return {
        peers_per_s: Math.round(peers),
        receive_per_s: Math.round(receives),
        send_per_s: Math.round(sent),
        dumped_per_s: Math.round(dumped),
        receive_ratio: Number((receives / peers).toFixed(2)),
        send_ratio: Number((sent / peers).toFixed(2)),
      }
    },
  },
]
