import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const LAUNCHER = fileURLToPath(new URL('./bin/spine.js', import.meta.url))

interface Ended { readonly code: number | null, readonly signal: string | null, readonly out: string, readonly err: string }

function start(...words: string[]): { child: ChildProcess, ended: Promise<Ended> } {
  const child = spawn(process.execPath, [LAUNCHER, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => { out += String(chunk) })
  child.stderr.on('data', (chunk) => { err += String(chunk) })
  const ended = new Promise<Ended>(resolve => child.on('close', (code, signal) => resolve({ code, signal, out, err })))
  return { child, ended }
}

/** Resolves when the process has printed something that matches. */
function prints(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = ''
    const look = (chunk: unknown): void => {
      seen += String(chunk)
      if (pattern.test(seen)) resolve()
    }
    child.stdout!.on('data', look)
    child.stderr!.on('data', look)
    child.on('close', () => reject(new Error(`ended without ${String(pattern)}: ${seen}`)))
  })
}

describe('the command line as a process', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-process-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('exits with 0, 1 and 2, and uses no colours off a terminal', async () => {
    const [help, missing, wrong] = await Promise.all([
      start('--help').ended, start('decode', join(folder, 'nowhere.log')).ended, start('rates', '--no-such-option').ended,
    ])
    expect([help.code, missing.code, wrong.code]).toEqual([0, 1, 2])
    expect(help.out + missing.err + wrong.err).not.toContain('\u001b')
    expect(missing.err.trimEnd().split('\n')).toHaveLength(1)
  })

  it('ends in silence when the reader of its output goes away', async () => {
    const log = join(folder, 'long.log')
    writeFileSync(log, '(0000000001.000000) spine0 09FF81F9#00112233\n'.repeat(100_000))
    const { child, ended } = start('decode', log)
    child.stdout!.once('data', () => child.stdout!.destroy())
    const { code, signal, err } = await ended
    expect({ code, signal, err }).toEqual({ code: 0, signal: null, err: '' })
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('lets go of everything and exits with 0 when a car gets %s', async (signal) => {
    const { child, ended } = start('car', '--headless', '--listen', 'spine-listen:127.0.0.1:0', '--listen', 'slcan-listen:127.0.0.1:0')
    await prints(child, /listening on slcan:127\.0\.0\.1:\d+/)
    child.kill(signal)
    // npm and the terminal both pass the key on.
    child.kill(signal)
    const { code, err } = await ended
    expect(code).toBe(0)
    expect(err).toMatch(/ s of sedan in .* frames, 0 error frames/)
  })
})
