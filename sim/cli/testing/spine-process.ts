import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command line as its user starts it. */
export const LAUNCHER = fileURLToPath(new URL('../bin/spine.js', import.meta.url))

/** How it ended, and what it said. */
interface Ended { readonly code: number | null, readonly signal: string | null, readonly out: string, readonly err: string }

/** `spine` in a process of its own, off a terminal. */
export class SpineProcess {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  private readonly command: string
  private out = ''
  private err = ''

  constructor(...words: string[]) {
    this.command = `spine ${words.join(' ')}`
    this.child = spawn(process.execPath, [LAUNCHER, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout!.on('data', (chunk) => { this.out += String(chunk) })
    this.child.stderr!.on('data', (chunk) => { this.err += String(chunk) })
    this.ended = new Promise(resolve => this.child.on('close', (code, signal) => resolve({ code, signal, out: this.out, err: this.err })))
  }

  /** Resolves with what it says first that matches: `/slcan:\S+/` once it listens. Rejects when it ends without. */
  says(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.err) ?? pattern.exec(this.out)
        if (found !== null) resolve(found[0])
      }
      look()
      this.child.stdout!.on('data', look)
      this.child.stderr!.on('data', look)
      void this.ended.then(({ code }) => reject(new Error(`${this.command} ended with ${code} without ${pattern}:\n${this.err}${this.out}`)))
    })
  }

  /** Ctrl-C, unless it has ended already. */
  stop(): Promise<Ended> {
    this.child.kill('SIGINT')
    return this.ended
  }
}
