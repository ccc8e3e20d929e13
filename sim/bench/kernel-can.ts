import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type BenchRow, row } from './measure.ts'

const PROGRAM = fileURLToPath(new URL('../../harness-tests/qemu/bench.ts', import.meta.url))

interface Rates {
  readonly missing?: string
  readonly peers: number
  readonly linkReceives: number
  readonly packageReceives: number
  readonly linkSends: number
  readonly packageSends: number
}

/**
 * SocketCAN beside can-utils, and beside the package `socketcan` with nothing around it, in an emulated machine whose
 * kernel has CAN: one processor whose clock is the instructions it runs (500 M/s), so nothing else disturbs the figures.
 */
export async function benchKernelCan(): Promise<BenchRow[]> {
  const rates = await measure()
  const unit = 'frames/s'
  const names = ['gateway: SocketCAN in a guest, receives', 'gateway: SocketCAN in a guest, sends']
  if (rates.missing !== undefined) return names.map(name => row({ name, value: NaN, unit, note: rates.missing! }))
  const peer = { name: 'cangen → candump', value: rates.peers }
  const target = { atLeast: 0.5, of: 'ratio' } as const
  const [receives, sends] = names
  return [
    row({ name: receives!, value: rates.linkReceives, unit, peer, target }),
    row({ name: receives!, value: rates.linkReceives, unit, peer: { name: 'the package alone', value: rates.packageReceives } }),
    row({ name: sends!, value: rates.linkSends, unit, peer, target }),
    row({ name: sends!, value: rates.linkSends, unit, peer: { name: 'the package alone', value: rates.packageSends } }),
  ]
}

function measure(): Promise<Rates> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
    const end = (): void => void child.kill('SIGTERM')
    process.once('exit', end)
    let out = ''
    child.stdout.on('data', (chunk) => { out += String(chunk) })
    child.on('close', () => {
      process.removeListener('exit', end)
      resolve(out.startsWith('{') ? JSON.parse(out) as Rates : { missing: 'the guest did not answer' } as Rates)
    })
  })
}
