import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALL_CASES } from './guest/cases.ts'
import type { Report } from './guest/report.ts'
import { bootGuest, type Guest } from './guest.ts'
import { whatIsMissing } from './image.ts'

/** Software emulation on a loaded machine; a quiet one needs a quarter of it. */
const LIMIT_ms = 600_000
const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'guest', 'run.ts')
const missing = whatIsMissing()
/** For whoever works on them: run only the cases that match, such as `SPINE_GUEST_CASES=two.cards`. */
const only = process.env['SPINE_GUEST_CASES'] ?? ''
const inCi = process.env['CI'] === 'true'

if (missing !== '') console.warn(`the kernel's CAN is not tested: ${missing}`)

describe.skipIf(missing !== '' && !inCi)('the kernel\'s CAN, in a guest', () => {
  let guest: Guest | undefined
  const reports = new Map<string, Report & { kind: 'end' }>()
  const waiting = new Map<string, () => void>()
  let over = false

  beforeAll(async () => {
    if (missing !== '') throw new Error(missing)
    guest = await bootGuest(PROGRAM, (report) => {
      if (report.kind === 'begin') return
      reports.set(report.name, report)
      waiting.get(report.name)?.()
    }, { cases: only })
    void guest.ended.then(() => {
      over = true
      for (const wake of waiting.values()) wake()
    })
  }, LIMIT_ms)

  afterAll(async () => {
    guest?.end()
    await guest?.ended
  })

  for (const { name } of ALL_CASES.filter(({ name }) => new RegExp(only).test(name))) {
    it(name, async () => {
      if (over && !reports.has(name)) expect.fail('the guest ended before')
      if (!reports.has(name)) await new Promise<void>(resolve => waiting.set(name, resolve))
      const report = reports.get(name)
      if (report === undefined) expect.fail(`the guest ended. Its console:\n${guest?.console()}`)
      console.info(JSON.stringify({ case: name, took_ms: report.took_ms, ...report.facts }))
      if (report.error !== undefined) expect.fail(`${report.error}\n(in the guest)`)
    }, LIMIT_ms)
  }
})
