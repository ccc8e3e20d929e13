import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportProtocol } from '#protocol/export/index.ts'
import { run } from '../run.ts'
import { fakeTerminal } from '../testing/fake-terminal.ts'

describe('spine export', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-export-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('prints the protocol, or writes it and tells programs what it wrote', async () => {
    const terminal = fakeTerminal()
    expect(await run(['export', 'dbc'], terminal)).toBe(0)
    expect(terminal.out).toBe(exportProtocol('dbc'))
    const out = join(folder, 'spine.dbc')
    const quiet = fakeTerminal()
    expect(await run(['export', 'dbc', '--out', out, '--json'], quiet)).toBe(0)
    expect(readFileSync(out, 'utf8')).toBe(terminal.out)
    expect(JSON.parse(quiet.out)).toEqual({ format: 'dbc', out, bytes: Buffer.byteLength(terminal.out) })
  })

  it('makes a DBC for tools that match whole identifiers', async () => {
    const terminal = fakeTerminal()
    expect(await run(['export', 'dbc', '--per-sender', '--no-sentinels'], terminal)).toBe(0)
    expect(terminal.out).toBe(exportProtocol('dbc', { perSender: true, sentinels: false }))
  })

  it.each([
    [['kcd', '--per-sender'], 2, 'are for dbc'], [['dbc', '--json'], 2, 'name a file with --out'], [['pdf'], 2, 'unknown format "pdf"'], [['dbc', '--out', '/nowhere/x.dbc'], 1, '/nowhere/x.dbc'],
  ])('%j ends with %d: %s', async (words, code, message) => {
    const terminal = fakeTerminal()
    expect(await run(['export', ...words], terminal)).toBe(code)
    expect(terminal.err).toContain(message)
  })
})
