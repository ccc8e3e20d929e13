import { emitKeypressEvents } from 'node:readline'
import type { ReadStream } from 'node:tty'
import picocolors from 'picocolors'
import { Observable, type SchedulerLike } from 'rxjs'
import { EXIT, fileFailure } from './failure.ts'
import { printable } from './printable.ts'

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
  readonly columns: number
  readonly rows: number
  readonly colors: ReturnType<typeof picocolors.createColors>
  /** Aborted by Ctrl-C, SIGTERM, a closed terminal or a closed pipe. Asking for it takes the signals over. */
  readonly stop: AbortSignal
  readonly input: NodeJS.ReadableStream
  /** Keys while somebody listens, but Ctrl-C; left out where there is nobody to press any. */
  readonly keys$?: Observable<Key>
  /** The clock of what is shown again and again; left out, the process's own. */
  readonly scheduler?: SchedulerLike
  /** A picture that is redrawn in place; only sensible on a screen. */
  openPicture(): Promise<Picture>
}

/** A key that was pressed. */
export interface Key {
  /** `up`, `return`, `escape`, `space`, a letter in lower case …; empty: it has no name. */
  readonly name: string
  /** What it writes; empty: nothing. */
  readonly text: string
}

/** Lines at the bottom of the screen that replace each other. */
export interface Picture {
  show(text: string): void
  /** Leaves the last one standing. */
  close(): void
}

/** Output is at most this far ahead of its reader before `drained` waits, bytes. */
const AHEAD_bytes = 1 << 20

/** What a stream says when its reader (`head`, a closed pager, a closed terminal) has seen enough. */
const GONE = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']

/** The process's own terminal. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process
  const stop = new AbortController()
  const colors = picocolors.createColors(picocolors.isColorSupported && stdout.isTTY === true)
  const { isColorSupported } = colors
  let taken = false
  let failed = false
  const broken = (stream: string) => (error: NodeJS.ErrnoException): void => {
    if (!failed && !GONE.includes(error.code ?? '')) {
      failed = true
      stderr.write(`spine: ${fileFailure('write to', stream, error).message}\n`)
    }
    stop.abort()
    if (!taken) process.exit(failed ? EXIT.failure : process.exitCode ?? EXIT.ok)
  }
  const outBroken = broken('standard output')
  stdout.on('error', outBroken)
  stderr.on('error', broken('standard error'))
  process.on('exit', () => {
    if (failed) process.exitCode = EXIT.failure
  })
  return {
    write: text => void stdout.write(typeof text === 'string' ? printable(text, isColorSupported) : Uint8Array.from(text)),
    drained: () => drained(stdout, stop.signal),
    warn: line => void stderr.write(`${printable(line, isColorSupported)}\n`),
    isTTY: stdout.isTTY === true,
    get columns() { return stdout.columns ?? 100 },
    get rows() { return stdout.rows ?? 40 },
    colors,
    get stop() {
      if (!taken) {
        taken = true
        takeSignals(stop)
      }
      return stop.signal
    },
    input: process.stdin,
    ...process.stdin.isTTY && { keys$: keysOf(process.stdin) },
    openPicture: async () => {
      const { createLogUpdate } = await import('log-update')
      const update = createLogUpdate(stdout)
      return { show: text => update(printable(text, isColorSupported)), close: () => update.done() }
    },
  }
}

/** What a terminal does of itself when Ctrl-C is pressed, it does not while keys are read one by one. */
function keysOf(input: ReadStream): Observable<Key> {
  return new Observable((subscriber) => {
    const pressed = (text: string | undefined, { name = '', ctrl, meta }: { name?: string, ctrl: boolean, meta: boolean }): void => {
      if (ctrl && name === 'c') process.kill(process.pid, 'SIGINT')
      else subscriber.next({ name, text: ctrl || meta || text === undefined || text < ' ' || text === '\u007f' ? '' : text })
    }
    emitKeypressEvents(input)
    input.setRawMode(true)
    input.on('keypress', pressed)
    input.resume()
    return () => {
      input.off('keypress', pressed)
      input.setRawMode(false)
      input.pause()
    }
  })
}

/** Waits while the reader of a stream is far behind, or until the command ends. */
async function drained(stream: NodeJS.WriteStream, stop: AbortSignal): Promise<void> {
  if (stream.writableLength < AHEAD_bytes || stop.aborted) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      stop.removeEventListener('abort', done)
      resolve()
    }
    stream.on('drain', done)
    stop.addEventListener('abort', done)
  })
}

/** A terminal and npm both pass Ctrl-C on: what comes this soon after the first is the same key. */
const SAME_KEY_ms = 500

/** The first signal asks to end, a later one ends, even a process that waits for a file nobody writes into. */
function takeSignals(stop: AbortController): void {
  let first_ms = -Infinity
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now_ms = performance.now()
      if (!stop.signal.aborted) {
        first_ms = now_ms
        stop.abort()
      } else if (now_ms - first_ms > SAME_KEY_ms) {
        // The signal's own way ends it at once; an orderly exit would wait for what is being opened.
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      }
    })
  }
}
