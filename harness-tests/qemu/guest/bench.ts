import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { ACCEPT_NOTHING, type OutMessage, type RawChannel } from '#sim/gateway/socketcan/index.ts'
import { numberedFrame } from '#sim/gateway/testing/index.ts'
import { REPORT_MARK, type Facts } from './report.ts'
import { Dump, openWith, resetInterfaces, tool, until } from './tools.ts'

const FRAMES = 8000
const WARM_UPS = 4
const ROUNDS = 3
const ID = 0x18ff_8100

const cangen = (): Promise<void> => tool('cangen', '-g', '0', '-n', String(FRAMES), '-e', '-I', ID.toString(16), '-L', '8', '-D', 'i', 'vcan0')

/** Frames per second of a reader while cangen sends as fast as it can; what it loses does not count. */
async function receiving(count: () => number): Promise<number> {
  const before = count()
  const started = performance.now()
  await cangen()
  const seconds = (performance.now() - started) / 1000
  return (count() - before) / seconds
}

/** Frames per second that reach candump while `send` is busy; it resolves when all are sent. */
async function sending(send: () => Promise<void>): Promise<number> {
  const dump = await Dump.start('vcan0')
  const started = performance.now()
  await send()
  const seconds = (performance.now() - started) / 1000
  return (await dump.end()).frames.length / seconds
}

async function linkReceives(): Promise<number> {
  let got = 0
  const link = await openWith('socketcan:vcan0', () => { got++ })
  const rate = await receiving(() => got)
  await link.close()
  return rate
}

function linkSends(): Promise<number> {
  return sending(async () => {
    const link = await openWith('socketcan:vcan0', () => undefined)
    const frame = numberedFrame(0)
    frame.id = ID
    frame.length = 8
    for (let n = 0; n < FRAMES; n++) {
      while (link.counters.sent.queued >= 2048) await sleep(1)
      link.send(frame)
    }
    await until(() => link.counters.sent.queued === 0, 'all are sent')
    await link.close()
  })
}

interface Package { createRawChannelWithOptions(name: string, options: { non_block_send: boolean }): RawChannel }

/** The package with nothing around it: the most that any program gets out of it. */
function channel(): RawChannel {
  const socketcan = createRequire('/spine/run.mjs')('socketcan') as Package
  return socketcan.createRawChannelWithOptions('vcan0', { non_block_send: true })
}

async function packageReceives(): Promise<number> {
  let got = 0
  const reader = channel()
  reader.addListener('onMessage', () => { got++ })
  reader.start()
  const rate = await receiving(() => got)
  reader.setRxFilters(ACCEPT_NOTHING)
  reader.stop()
  return rate
}

function packageSends(): Promise<number> {
  return sending(async () => {
    const writer = channel()
    writer.setRxFilters(ACCEPT_NOTHING)
    const message: OutMessage = { id: ID, ext: true, rtr: false, fd_brs: false, data: Buffer.alloc(8), ts_sec: 0, ts_usec: 0 }
    for (let n = 0; n < FRAMES; n++) writer.send(message)
  })
}

const WORKS = { peers: () => sending(cangen), linkReceives, packageReceives, linkSends, packageSends } as const

/** Frames per second of each, as medians over rounds in which they take turns. The engine has compiled what it runs by then. */
async function measure(): Promise<Facts> {
  for (let i = 0; i < WARM_UPS; i++) {
    for (const work of [linkReceives, linkSends, packageReceives, packageSends]) await work()
  }
  const rates = new Map<string, number[]>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(WORKS)) rates.set(name, [...rates.get(name) ?? [], await work()])
  }
  return Object.fromEntries([...rates].map(([name, all]) => [name, Math.round(all.sort((a, b) => a - b)[ROUNDS >> 1]!)]))
}

function report(line: object): void {
  process.stdout.write(`\n${REPORT_MARK}${JSON.stringify({ kind: 'end', name: 'bench', took_ms: 0, facts: {}, ...line })}\n`)
}

resetInterfaces()
report(await measure().then(facts => ({ facts }), (error: unknown) => ({ error: String(error) })))
process.exit(0)
