import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LAUNCHER, SpineProcess } from './testing/spine-process.ts'

describe('the command line as a process', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spine-process-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('exits with 0, 1 and 2, and uses no colours off a terminal', async () => {
    const [help, missing, wrong] = await Promise.all([
      new SpineProcess('--help').ended, new SpineProcess('decode', join(folder, 'nowhere.log')).ended,
      new SpineProcess('rates', '--no-such-option').ended,
    ])
    expect([help.code, missing.code, wrong.code]).toEqual([0, 1, 2])
    expect(help.out + missing.err + wrong.err).not.toContain('\u001b')
    expect(missing.err.trimEnd().split('\n')).toHaveLength(1)
  })

  it('ends in silence when the reader of its output goes away', async () => {
    const log = join(folder, 'long.log')
    writeFileSync(log, '(0000000001.000000) spine0 09FF81F9#00112233\n'.repeat(100_000))
    const { child, ended } = new SpineProcess('decode', log)
    child.stdout!.once('data', () => child.stdout!.destroy())
    const { code, signal, err } = await ended
    expect({ code, signal, err }).toEqual({ code: 0, signal: null, err: '' })
  })

  it.skipIf(!existsSync('/dev/full')).each([
    [['rates']], [['car', '--json', '--for', '60s', '--listen', 'spine-listen:127.0.0.1:0']],
  ])('%j fails in one line when its output cannot be written', async (words) => {
    const child = spawn(process.execPath, [LAUNCHER, ...words], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] })
    let err = ''
    child.stderr!.on('data', (chunk) => { err += String(chunk) })
    const code = await new Promise(resolve => child.on('close', resolve))
    expect(err).toMatch(/^spine: cannot write to standard output: the disk is full$/m)
    expect(err).not.toMatch(/^ +at /m)
    expect(code).toBe(1)
  })

  it('prints no control characters of the names that it was given', async () => {
    const { code, err } = await new SpineProcess('decode', join(folder, 'no\u001b[2J\u0007where.log')).ended
    expect(code).toBe(1)
    expect(err).toContain('no\\u001b[2J\\u0007where.log')
    expect(err.trimEnd()).toMatch(/^[\u0020-\u007e]*$/)
  })

  it.skipIf(!existsSync('/proc/self/status')).each([
    ['decode'], ['convert', '-', '--to', 'asc'],
  ])('%s of a pipe that nobody writes into ends with the second Ctrl-C', async (name, ...words) => {
    const pipe = join(folder, `${name}.log`)
    execFileSync('mkfifo', [pipe])
    const { child, ended } = new SpineProcess(name, pipe, ...words)
    // SIGHUP is caught from when the command has taken the signals over.
    const signalsTaken = (): boolean => /^SigCgt:.*[13579bdf]$/m.test(readFileSync(`/proc/${child.pid}/status`, 'latin1'))
    while (child.exitCode === null && !signalsTaken()) await new Promise(resolve => setImmediate(resolve))
    const keys = setInterval(() => child.kill('SIGINT'), 100)
    const { code, signal } = await ended
    clearInterval(keys)
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' })
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('lets go of everything and exits with 0 when a car gets %s', async (signal) => {
    const car = new SpineProcess('car', '--headless', '--listen', 'spine-listen:127.0.0.1:0', '--listen', 'slcan-listen:127.0.0.1:0')
    await car.says(/listening on slcan:127\.0\.0\.1:\d+/)
    car.child.kill(signal)
    // npm and the terminal both pass the key on.
    car.child.kill(signal)
    const { code, err } = await car.ended
    expect(code).toBe(0)
    expect(err).toMatch(/ s of sedan in .* frames, 0 error frames/)
  })
})
