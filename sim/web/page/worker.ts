import { type Finding, Watch } from '#sim/check/index.ts'
import { type CheckedDrive, readDrive, Session } from '#sim/live/index.ts'
import type { CopperTopology } from '#sim/power/index.ts'
import { eachFrame, type FrameBatch } from './frame-batch.ts'

/** What the page tells its worker first; bytes of the stream follow. */
export interface Start { readonly drive: unknown }
/** Or that it shall look for bad contacts, so far back; batches of frames follow. */
export interface StartWatch { readonly watch: CopperTopology, readonly window_s: number | undefined }
/** What it answers. */
export interface Likely { readonly likely: readonly Finding[] }
/** What the worker answers to a drive that makes no sense. */
export interface Refusal { readonly refused: string }

/** Turns of a worker's loop without the pause that timers get when they nest. */
const turns = new MessageChannel()
let next: (() => void) | undefined
turns.port1.onmessage = () => {
  const fire = next
  next = undefined
  fire?.()
}

const WORKER_HOST = {
  now_ms: () => performance.now(),
  after: (delay_ms: number, fire: () => void) => {
    if (delay_ms === 0 && next === undefined) {
      next = fire
      turns.port2.postMessage(0)
      return () => { if (next === fire) next = undefined }
    }
    const timer = setTimeout(fire, delay_ms)
    return () => clearTimeout(timer)
  },
}

function checked(drive: unknown): CheckedDrive | undefined {
  try {
    return readDrive(drive)
  } catch (error) {
    self.postMessage({ refused: error instanceof Error ? error.message : String(error) } satisfies Refusal)
    return undefined
  }
}

let told: readonly Finding[] = []
function look(watch: Watch, batch: FrameBatch): void {
  eachFrame(batch, (frame, time_ns) => watch.receive(frame, time_ns))
  const { findings } = watch.look()
  if (findings === told) return
  told = findings
  self.postMessage({ likely: findings } satisfies Likely)
}

// The car, or what goes along with a bus, in a worker of the page.
let session: Session | undefined
let watch: Watch | undefined
self.onmessage = ({ data }: MessageEvent<Start | StartWatch | Uint8Array | FrameBatch>) => {
  if (data instanceof Uint8Array) session?.receive(data)
  else if ('count' in data) look(watch!, data)
  else if ('watch' in data) watch = new Watch(data.watch, data.window_s)
  else start(data)
}

function start(data: Start): void {
  const drive = checked(data.drive)
  if (drive === undefined) return
  session = new Session(drive, WORKER_HOST, bytes => self.postMessage(bytes, { transfer: [bytes.buffer] }))
  session.start()
}
