import { type CheckedDrive, readDrive, Session } from '#sim/live/index.ts'

/** What the page tells its worker first; bytes of the stream follow. */
export interface Start { readonly drive: unknown }
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

// The car, in a worker of the page.
let session: Session | undefined
self.onmessage = ({ data }: MessageEvent<Start | Uint8Array>) => {
  if (data instanceof Uint8Array) {
    session?.receive(data)
    return
  }
  const drive = checked(data.drive)
  if (drive === undefined) return
  session = new Session(drive, WORKER_HOST, bytes => self.postMessage(bytes, { transfer: [bytes.buffer] }))
  session.start()
}
