import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

/**
 * Sends frames at a rate, as a worker: its stalls delay what it sends and not what it measures, since each frame's
 * time is taken when it is handed to the kernel.
 */

/** What the source is told when it is made. */
export interface SourceData {
  /** When each frame of the run was sent: `process.hrtime` in ms. */
  readonly sent_ms: Float64Array
  /** Never changes: the source sleeps on it. */
  readonly bed: Int32Array
}

/** One run: so many equal messages at a rate. */
export interface SourceOrder {
  readonly port: number
  readonly greeting: Uint8Array
  readonly message: Uint8Array
  readonly frames_per_s: number
  readonly total: number
}

/** Sleeps between two looks at the clock, ms. */
const NAP_ms = 0.05
const { sent_ms, bed } = workerData as SourceData
const sockets = new Map<number, Socket>()

function now_ms(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

async function socketOf(order: SourceOrder): Promise<Socket> {
  const known = sockets.get(order.port)
  if (known !== undefined) return known
  const socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.resume()
  socket.on('error', () => undefined)
  if (order.greeting.length > 0) socket.write(order.greeting)
  sockets.set(order.port, socket)
  return socket
}

async function run(order: SourceOrder): Promise<void> {
  const socket = await socketOf(order)
  const { message, frames_per_s, total } = order
  const begin_ms = now_ms()
  for (let sent = 0; sent < total; await turn()) {
    const due = Math.min(total, Math.floor((now_ms() - begin_ms) / 1000 * frames_per_s))
    for (; sent < due; sent++) {
      sent_ms[sent] = now_ms()
      socket.write(message)
    }
    Atomics.wait(bed, 0, 0, NAP_ms)
  }
}

parentPort!.on('message', (order: SourceOrder) => {
  void run(order).then(() => parentPort!.postMessage('sent'))
})
