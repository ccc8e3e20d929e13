import { fileURLToPath } from 'node:url'
import type { Report } from './guest/report.ts'
import { bootGuest } from './guest.ts'
import { whatIsMissing } from './image.ts'

/** Measures SocketCAN in a guest and writes one JSON object: frames per second by name, or `missing` with the reason. */
async function bench(): Promise<object> {
  const missing = whatIsMissing()
  if (missing !== '') return { missing }
  let last: Report & { kind: 'end' } | undefined
  const guest = await bootGuest(fileURLToPath(new URL('./guest/bench.ts', import.meta.url)), (report) => {
    if (report.kind === 'end') last = report
  }, { byInstructions: true })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => guest.end())
  await guest.ended
  if (last === undefined) return { missing: `the guest ended: ${guest.console().trim().split('\n').at(-1) ?? ''}` }
  return last.error === undefined ? last.facts : { missing: last.error }
}

process.stdout.write(`${JSON.stringify(await bench().catch((error: Error) => ({ missing: error.message.trim().split('\n').at(-1) })))}\n`)
