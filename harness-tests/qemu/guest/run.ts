import { ALL_CASES } from './cases.ts'
import { REPORT_MARK, type Facts, type Report } from './report.ts'
import { resetInterfaces } from './tools.ts'

/** The whole program of the guest: runs every case and reports it. A case that hangs does not keep the others from running. */
const CASE_TIMEOUT_ms = 300_000

function report(line: Report): void {
  process.stdout.write(`\n${REPORT_MARK}${JSON.stringify(line)}\n`)
}

let unhandled: unknown
process.on('unhandledRejection', (error) => { unhandled ??= error })
process.on('uncaughtException', (error) => { unhandled ??= error })

// Of the kernel's command line, where what the kernel does not know becomes the environment of init.
const only = new RegExp(process.env['CASES'] ?? '')

for (const { name, run } of ALL_CASES.filter(other => only.test(other.name))) {
  report({ kind: 'begin', name })
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  let facts: Facts = {}
  let error: unknown
  unhandled = undefined
  try {
    resetInterfaces()
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${CASE_TIMEOUT_ms / 1000} s`)), CASE_TIMEOUT_ms)
    })
    facts = await Promise.race([run(), limit]) ?? {}
  } catch (thrown) {
    error = thrown
  }
  clearTimeout(timer)
  error ??= unhandled
  const took_ms = Math.round(performance.now() - started)
  report({ kind: 'end', name, facts, took_ms, ...error === undefined ? {} : { error: describe(error) } })
}
process.exit(0)

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error)
}
