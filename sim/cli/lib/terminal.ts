import picocolors from 'picocolors'
import type { SchedulerLike } from 'rxjs'

/** All that a command sees of the process around it, so that tests can put something else in its place. */
export interface Terminal {
  /** Standard output, without a line end of its own; bytes go out as they are, and are copied. */
  write(text: string | Uint8Array): void
  /** Waits while a slow reader of standard output is far behind. */
  drained(): Promise<void>
  /** One line to standard error. */
  warn(line: string): void
  /** Standard output is a screen: colours and live pictures make sense. */
  readonly isTTY: boolean
  /** Standard input is a keyboard. */
  readonly keyboard: boolean
  readonly columns: number
  readonly rows: number
  readonly colors: ReturnType<typeof picocolors.createColors>
  /** Aborted by Ctrl-C, SIGTERM, a closed terminal or a closed pipe. Asking for it takes the signals over. */
  readonly stop: AbortSignal
  readonly input: NodeJS.ReadableStream
  /** The clock of what is shown again and again; left out, the process's own. */
  readonly scheduler?: SchedulerLike
  /** A picture that is redrawn in place; only sensible on a screen. */
  openPicture(): Promise<Picture>
}

/** Lines at the bottom of the screen that replace each other. */
export interface Picture {
  show(text: string): void
  /** Leaves the last one standing. */
  close(): void
}

/** Output is at most this far ahead of its reader before `drained` waits, bytes. */
const AHEAD_bytes = 1 << 20

/** The process's own terminal. */
export function processTerminal(): Terminal {
  const stop = new AbortController()
  let taken = false
  const closed = (error: NodeJS.ErrnoException): void => {
    // The reader (`head`, a closed pager) has seen enough: no error.
    if (error.code !== 'EPIPE' && error.code !== 'EIO' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    stop.abort()
    if (!taken) process.exit(process.exitCode ?? 0)
  }
  process.stdout.on('error', closed)
  process.stderr.on('error', closed)
  return {
    write: (text) => { process.stdout.write(typeof text === 'string' ? text : Uint8Array.from(text)) },
    drained: () => process.stdout.writableLength < AHEAD_bytes || stop.signal.aborted
      ? Promise.resolve()
      : new Promise((resolve) => {
          const done = (): void => {
            process.stdout.off('drain', done)
            stop.signal.removeEventListener('abort', done)
            resolve()
          }
          process.stdout.on('drain', done)
          stop.signal.addEventListener('abort', done)
        }),
    warn: (line) => { process.stderr.write(`${line}\n`) },
    isTTY: process.stdout.isTTY === true,
    keyboard: process.stdin.isTTY === true,
    get columns() { return process.stdout.columns ?? 100 },
    get rows() { return process.stdout.rows ?? 40 },
    colors: picocolors.createColors(picocolors.isColorSupported && process.stdout.isTTY === true),
    get stop() {
      if (!taken) {
        taken = true
        takeSignals(stop)
      }
      return stop.signal
    },
    input: process.stdin,
    openPicture: async () => {
      const { createLogUpdate } = await import('log-update')
      const update = createLogUpdate(process.stdout)
      return { show: text => update(text), close: () => update.done() }
    },
  }
}

/** A terminal and npm both pass Ctrl-C on: what comes this soon after the first is the same key. */
const SAME_KEY_ms = 500

/** The first signal asks to end, a later one ends. */
function takeSignals(stop: AbortController): void {
  let first_ms = -Infinity
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now_ms = performance.now()
      if (!stop.signal.aborted) {
        first_ms = now_ms
        stop.abort()
      } else if (now_ms - first_ms > SAME_KEY_ms) {
        process.exit(signal === 'SIGINT' ? 130 : 143)
      }
    })
  }
}
