import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { hasXs, XS_COMMAND, xsWorkerPath } from './place.ts'

const COLON = 0x3a
const CHUNK_BYTES = 65_536
/** First byte of the worker's answers: done, threw, asks its parent. */
const ANSWER = { done: 0x2e, threw: 0x21, asks: 0x3f } as const
/** Between what the meter says and the result. */
const METER_END = 1

/**
 * One machine of Moddable's XS in a process of its own, spoken to synchronously over two named pipes, so that it can be a
 * hub within the simulator's own loop.
 */
export class XsProcess {
  /** JavaScript heap in slots of the engine, after the last call. */
  heapSlots = 0
  private readonly child: ChildProcess
  private readonly toWorker: number
  private readonly fromWorker: number
  private readonly asked: (request: Uint8Array) => Uint8Array
  private readonly chunk = Buffer.alloc(CHUNK_BYTES)
  private pending = Buffer.alloc(0)

  /** `asked`: answers a request that the running script makes by `issueCommand`. @throws Error where the engine is missing. */
  constructor(asked: (request: Uint8Array) => Uint8Array) {
    if (!hasXs()) throw new Error(`the XS engine is not here; \`${XS_COMMAND}\` brings it (needs a C compiler)`)
    this.asked = asked
    const folder = mkdtempSync(join(tmpdir(), 'spine-xs-'))
    const [to, from] = [join(folder, 'to'), join(folder, 'from')]
    execFileSync('mkfifo', [to, from])
    // Opened for both ways, a pipe neither waits for its other end nor ends with it.
    this.toWorker = openSync(to, 'r+')
    this.fromWorker = openSync(from, 'r+')
    this.child = spawn(xsWorkerPath(), ['-s', '65536'], { stdio: ['ignore', 'inherit', 'inherit', this.toWorker, this.fromWorker] })
    this.child.unref()
    rmSync(folder, { recursive: true })
  }

  /** Evaluates a script. @throws Error what it threw. */
  evaluate(source: string): Uint8Array {
    this.send('e', Buffer.from(source))
    return this.await()
  }

  /** Calls the script's `handleCommand`. @throws Error what it threw. */
  call(request: Uint8Array): Uint8Array {
    this.send('?', request)
    return this.await()
  }

  end(): void {
    this.child.kill('SIGKILL')
    closeSync(this.toWorker)
    closeSync(this.fromWorker)
  }

  private await(): Uint8Array {
    for (;;) {
      const message = this.receive()
      if (message[0] === ANSWER.asks) {
        this.send('/', this.asked(new Uint8Array(message.subarray(1))))
        continue
      }
      if (message[0] === ANSWER.threw) throw new Error(message.subarray(1).toString())
      const end = message.indexOf(METER_END)
      const meter = JSON.parse(message.subarray(1, end).toString()) as { currentHeapCount: number }
      this.heapSlots = meter.currentHeapCount
      return new Uint8Array(message.subarray(end + 1))
    }
  }

  private send(command: string, body: Uint8Array): void {
    const message = Buffer.concat([Buffer.from(`${body.length + command.length}:${command}`), body, Buffer.from(',')])
    for (let sent = 0; sent < message.length;) sent += writeSync(this.toWorker, message, sent)
  }

  private receive(): Buffer {
    for (;;) {
      const colon = this.pending.indexOf(COLON)
      const length = colon < 0 ? NaN : Number(this.pending.subarray(0, colon).toString())
      const end = colon + 1 + length
      if (this.pending.length > end) {
        const message = this.pending.subarray(colon + 1, end)
        this.pending = this.pending.subarray(end + 1)
        return message
      }
      const got = readSync(this.fromWorker, this.chunk, 0, CHUNK_BYTES, null)
      this.pending = Buffer.concat([this.pending, this.chunk.subarray(0, got)])
    }
  }
}
