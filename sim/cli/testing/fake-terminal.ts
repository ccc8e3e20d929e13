import { Readable } from 'node:stream'
import picocolors from 'picocolors'
import { type Observable, type SchedulerLike, VirtualTimeScheduler } from 'rxjs'
import { printable } from '../lib/printable.ts'
import type { Key, Terminal } from '../lib/terminal.ts'

/** A terminal that keeps what is written, for tests that call commands in this process. */
export interface FakeTerminal extends Terminal {
  /** Standard output (bytes as Latin-1) and standard error so far. */
  readonly out: string
  readonly err: string
  /** Presses Ctrl-C. */
  interrupt(): void
  /** Resolves when standard output matches; rejects when the command's end comes first (give its promise). */
  shows(pattern: RegExp, end: Promise<unknown>): Promise<void>
}

interface FakeOptions {
  isTTY?: boolean
  columns?: number
  rows?: number
  input?: string | Uint8Array
  scheduler?: SchedulerLike
  keys$?: Observable<Key>
}

export function fakeTerminal(options: FakeOptions = {}): FakeTerminal {
  const stop = new AbortController()
  const watchers = new Set<() => void>()
  let out = ''
  let err = ''
  const changed = (): void => {
    for (const watcher of watchers) watcher()
  }
  return {
    write: (text) => {
      out += typeof text === 'string' ? printable(text, false) : Buffer.from(text).toString('latin1')
      changed()
    },
    drained: () => Promise.resolve(),
    warn: (line) => {
      err += `${printable(line, false)}\n`
      changed()
    },
    isTTY: options.isTTY ?? false,
    columns: options.columns ?? 120,
    rows: options.rows ?? 40,
    colors: picocolors.createColors(false),
    stop: stop.signal,
    ...options.keys$ !== undefined && { keys$: options.keys$ },
    ...options.scheduler !== undefined && { scheduler: options.scheduler },
    input: Readable.from(options.input === undefined ? [] : [options.input]),
    openPicture: () => Promise.resolve({
      show: (text) => {
        out = `${printable(text, false)}\n`
        changed()
      },
      close: () => undefined,
    }),
    get out() { return out },
    get err() { return err },
    interrupt: () => stop.abort(),
    shows: (pattern, end) => new Promise((resolve, reject) => {
      const watcher = (): void => {
        if (!pattern.test(out) && !pattern.test(err)) return
        watchers.delete(watcher)
        resolve()
      }
      watchers.add(watcher)
      const ended = (): void => {
        if (watchers.delete(watcher)) reject(new Error(`ended without ${String(pattern)}:\n${out}${err}`))
      }
      end.then(ended, ended)
      watcher()
    }),
  }
}

/** A clock that stands until it is moved on. */
export class FakeClock extends VirtualTimeScheduler {
  constructor() {
    super(undefined, 0)
  }

  /** Lets `by_ms` pass; what is due happens in its order, promises included. */
  async pass(by_ms: number): Promise<void> {
    const end_ms = this.maxFrames + by_ms
    const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
    await settled()
    while (this.maxFrames < end_ms) {
      this.maxFrames++
      this.flush()
      this.frame = this.maxFrames
      await settled()
    }
  }
}
