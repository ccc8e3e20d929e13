import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Clock } from '../diag/index.ts'
import { FlashError } from './repl.ts'

/** The engineer's own SDK. */
export interface ModdableSdk {
  readonly root: string
  readonly mcconfig: string
  /** ESP-IDF. */
  readonly idf: string
}

const HOST: Readonly<Record<string, string>> = { linux: 'lin', darwin: 'mac', win32: 'win' }
const GUIDE = 'https://github.com/Moddable-OpenSource/moddable/blob/public/documentation/devices/esp32.md'

/** @throws FlashError what is missing, and how to get it */
export function findModdable(environment: Readonly<Record<string, string | undefined>>, platform: string): ModdableSdk {
  const { MODDABLE: root = '', IDF_PATH: idf = '' } = environment
  const host = HOST[platform] ?? 'lin'
  const mcconfig = join(root, 'build/bin', host, 'release', platform === 'win32' ? 'mcconfig.exe' : 'mcconfig')
  if (!existsSync(mcconfig)) {
    const makefiles = join(root, 'build/makefiles', host)
    if (root === '' || !existsSync(makefiles)) {
      throw new FlashError(`Moddable's SDK is not found: set MODDABLE to its folder${root === '' ? '' : ` (${root} is none)`}; how to get it: ${GUIDE}`)
    }
    throw new FlashError(`Moddable's tools are not built (${mcconfig}): cd ${makefiles} && make`)
  }
  // What verifies is run through it: without it all would be written, and then not be verified.
  if (idf === '' || !existsSync(join(idf, 'export.sh'))) {
    throw new FlashError(`ESP-IDF is not found: set IDF_PATH to its folder${idf === '' ? '' : ` (${idf} has no export.sh)`}; how to get it: ${GUIDE}`)
  }
  return { root, mcconfig, idf }
}

export type ModdablePhase = 'building' | 'writing' | 'verifying'

interface Step {
  readonly phase: ModdablePhase
  readonly command: string
  readonly words: readonly string[]
  /** Ended when it says nothing for so long. */
  readonly silence_ms: number
  /** What to do when it fails. */
  readonly remedy: string
}

const BUILD_SILENCE_ms = 600_000
const PORT_SILENCE_ms = 60_000
const MOST_KEPT = 4000
/** What a flash of ESP-IDF consists of: where each file goes. */
const PARTS = 'flash_args'
const VERIFY = 'source "$IDF_PATH/export.sh" > /dev/null && cd "$1" && python -m esptool --chip esp32 -p "$2" verify_flash "@flash_args"'

/** Writes into a folder what `mcconfig` builds there. */
export function writeProject(files: Readonly<Record<string, string>>, folder: string): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

/** Builds a project with the engineer's SDK, writes it to the chip and has the chip compute the hash of every part. */
export class ModdableFlasher {
  private readonly sdk: ModdableSdk
  private readonly clock: Clock
  private readonly onProgress: (phase: ModdablePhase, line: string) => void
  private readonly stop: AbortSignal

  /** `stop`: ends the tool that runs, with all that it started. */
  constructor(sdk: ModdableSdk, clock: Clock, onProgress: (phase: ModdablePhase, line: string) => void, stop: AbortSignal) {
    this.sdk = sdk
    this.clock = clock
    this.stop = stop
    this.onProgress = onProgress
  }

  /** `project`: folder of `writeProject`; the build goes beside it, and is kept. @throws FlashError in one line what to do */
  async run(project: string, port: string): Promise<void> {
    const out = `${project}.build`
    mkdirSync(out, { recursive: true })
    const { mcconfig } = this.sdk
    const words = ['-m', '-p', 'esp32', '-o', out, '-t']
    const manifest = join(project, 'manifest.json')
    await this.step({
      phase: 'building', command: mcconfig, words: [...words, 'build', manifest], silence_ms: BUILD_SILENCE_ms,
      remedy: 'does an example of the SDK build for esp32? See its page',
    }, project, port)
    await this.step({
      phase: 'writing', command: mcconfig, words: [...words, 'deploy', manifest], silence_ms: PORT_SILENCE_ms,
      remedy: `is ${port} the board's port, and free? If it does not connect: hold BOOT, press EN, let both go, and write again`,
    }, project, port)
    const parts = partsIn(out)
    if (parts === undefined) throw new FlashError(`the build left no ${PARTS} in ${out}: remove that folder and write again`)
    await this.step({
      phase: 'verifying', command: 'bash', words: ['-c', VERIFY, 'verify', parts, port], silence_ms: PORT_SILENCE_ms,
      remedy: 'what the board holds is not what was written: write again; if it comes back its flash is worn out',
    }, project, port)
  }

  private step({ phase, command, words, silence_ms, remedy }: Step, folder: string, port: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const { sdk, clock, stop } = this
      if (stop.aborted) return reject(new FlashError(`stopped before ${phase}`))
      const child = spawn(command, words, {
        cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, MODDABLE: sdk.root, IDF_PATH: sdk.idf, UPLOAD_PORT: port },
      })
      let said = ''
      let cancel = (): void => undefined
      // A group of its own: a terminal's Ctrl-C does not reach it.
      const kill = (): void => {
        if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
      }
      const stopped = (): void => {
        kill()
        finish('it was stopped')
      }
      const finish = (problem?: string): void => {
        cancel()
        stop.removeEventListener('abort', stopped)
        if (problem === undefined) resolve()
        else reject(new FlashError(`${phase} failed: ${problem}; ${remedy}`))
      }
      const wait = (): void => {
        cancel()
        cancel = clock.after(silence_ms, () => {
          kill()
          finish(`it said nothing for ${silence_ms / 1000} s`)
        })
      }
      const hear = (bytes: Buffer): void => {
        wait()
        said = (said + bytes.toString()).slice(-MOST_KEPT)
        this.onProgress(phase, lastLine(said))
      }
      stop.addEventListener('abort', stopped)
      wait()
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.on('error', error => finish(error.message))
      child.on('close', code => finish(code === 0 ? undefined : `${lastLine(said) || 'it said nothing'} (exit code ${code})`))
    })
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!.trim()
}

/** The folder of the build that says where each part of the flash goes. */
function partsIn(folder: string): string | undefined {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find(name => name.endsWith(PARTS))
  return found === undefined ? undefined : dirname(join(folder, found))
}
