/**
 * The SDK here is a folder with scripts that stand for `mcconfig` and ESP-IDF: arguments, exit codes and silence are what they show,
 * no building and no chip.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../diag/index.ts'
import { findModdable, FlashError, ModdableFlasher, type ModdableSdk, writeProject } from './index.ts'

const PROJECT = { 'manifest.json': '{}', 'main.js': '' }
let folder: string
let sdk: ModdableSdk

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spine-moddable-'))
  mkdirSync(join(folder, 'door'))
  writeProject(PROJECT, join(folder, 'door'))
  sdk = madeSdk('mkdir -p "$5/tmp/esp32/release/door/xsProj-esp32/build"; touch "$5/tmp/esp32/release/door/xsProj-esp32/build/flash_args"', 'exit 0')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** `verify`: what `python -m esptool` does. */
function madeSdk(mcconfig: string, verify: string): ModdableSdk {
  const bin = join(folder, 'sdk/build/bin/lin/release')
  mkdirSync(join(folder, 'idf'), { recursive: true })
  mkdirSync(bin, { recursive: true })
  script(join(bin, 'mcconfig'), `echo "$UPLOAD_PORT $@" >> ${folder}/said\n${mcconfig}`)
  writeFileSync(join(folder, 'idf/export.sh'), `python() { echo "$@" >> ${folder}/said; ${verify}; }\n`)
  return findModdable({ MODDABLE: join(folder, 'sdk'), IDF_PATH: join(folder, 'idf') }, 'linux')
}

function script(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
}

/** Time passes at once, when it is asked for. */
const clockOf = (passes: boolean): Clock => ({
  now_ms: () => 0,
  after: (_delay_ms, fire) => {
    const timer = passes ? setTimeout(fire, 300) : undefined
    return () => clearTimeout(timer)
  },
})

const flash = (passes = false, stop = new AbortController().signal): Promise<string> => new ModdableFlasher(sdk, clockOf(passes), () => undefined, stop).run(join(folder, 'door'), '/dev/ttyUSB7')
  .then(() => 'written', (error: unknown) => {
    if (!(error instanceof FlashError)) throw error
    return error.message
  })

describe('an SDK of the engineer', () => {
  it.each<[string, Record<string, string>, string]>([
    ['is not named', {}, 'set MODDABLE to its folder; how to get it'],
    ['is named by nothing', { MODDABLE: '' }, 'set MODDABLE to its folder; how to get it'],
    ['is another folder', { MODDABLE: tmpdir() }, `(${tmpdir()} is none)`],
    ['is a file', { MODDABLE: import.meta.filename }, 'is none)'],
    ['is not there', { MODDABLE: '/nowhere' }, '(/nowhere is none)'],
  ])('%s', (_name, environment, words) => {
    expect(() => findModdable(environment, 'linux')).toThrow(words)
  })

  it('has no tools yet, or no ESP-IDF', () => {
    mkdirSync(join(folder, 'build/makefiles/lin'), { recursive: true })
    expect(() => findModdable({ MODDABLE: folder }, 'linux')).toThrow(/are not built .* cd .*build\/makefiles\/lin && make/)
    expect(() => findModdable({ MODDABLE: sdk.root }, 'linux')).toThrow('set IDF_PATH')
    expect(() => findModdable({ MODDABLE: sdk.root, IDF_PATH: folder }, 'linux')).toThrow(`set IDF_PATH to its folder (${folder} has no export.sh)`)
  })
})

describe('a hub for an ESP32 with XS', () => {
  it('is built, written to the port, and every part verified by its hash', async () => {
    expect(await flash()).toBe('written')
    const out = join(folder, 'door.build')
    const [build, deploy, verify] = readFileSync(join(folder, 'said'), 'utf8').trim().split('\n')
    expect(build).toBe(`/dev/ttyUSB7 -m -p esp32 -o ${out} -t build ${join(folder, 'door/manifest.json')}`)
    expect(deploy).toBe(`/dev/ttyUSB7 -m -p esp32 -o ${out} -t deploy ${join(folder, 'door/manifest.json')}`)
    expect(verify).toBe('-m esptool --chip esp32 -p /dev/ttyUSB7 verify_flash @flash_args')
    expect(existsSync(join(out, 'tmp'))).toBe(true)
  })

  it('says what failed and what to do, in one line', async () => {
    sdk = madeSdk('echo some; echo "fatal: no compiler"; exit 3', 'exit 0')
    expect(await flash()).toMatch(/^building failed: fatal: no compiler \(exit code 3\); does an example of the SDK build/)
    sdk = madeSdk('exit 4', 'exit 0')
    expect(await flash()).toMatch(/^building failed: it said nothing \(exit code 4\); does/)
    sdk = madeSdk('[ "$7" = build ] || { echo "could not open port"; exit 2; }', 'exit 0')
    expect(await flash()).toMatch(/^writing failed: could not open port \(exit code 2\); is \/dev\/ttyUSB7 the board's port/)
    sdk = madeSdk('exit 0', 'exit 0')
    expect(await flash()).toContain('the build left no flash_args')
  })

  it('is not taken for written when the hash of a part differs', async () => {
    sdk = madeSdk('mkdir -p "$5/b"; touch "$5/b/flash_args"', 'echo "verify FAILED (digest mismatch)"; return 1')
    expect(await flash()).toContain('verifying failed: verify FAILED (digest mismatch) (exit code 1); what the board holds is not what')
  })

  it('waits for no tool that has gone silent', async () => {
    sdk = madeSdk('sleep 600', 'exit 0')
    expect(await flash(true)).toMatch(/^building failed: it said nothing for 600 s/)
  })

  it('leaves no tool behind that somebody has stopped', async () => {
    sdk = madeSdk(`echo $$ > ${folder}/pid; echo begun; sleep 600`, 'exit 0')
    const stop = new AbortController()
    const told = new Promise<string>((resolve, reject) => {
      new ModdableFlasher(sdk, clockOf(false), () => stop.abort(), stop.signal).run(join(folder, 'door'), '/dev/ttyUSB7')
        .then(() => resolve('written'), (error: unknown) => error instanceof FlashError ? resolve(error.message) : reject(error as Error))
    })
    expect(await told).toMatch(/^building failed: it was stopped/)
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    await expect.poll(() => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }).toBe(false)
    expect(await flash(false, stop.signal)).toBe('stopped before building')
  })
})
