import { readdirSync, readlinkSync, readSync, writeSync } from 'node:fs'
import { Socket, type SocketConstructorOpts } from 'node:net'
import { KernelFrame } from './kernel-frame.ts'
import type { KernelFilter, OutMessage, RawChannel, RawMessage } from './raw-channel.ts'

const DESCRIPTORS = '/proc/self/fd'

/** The handle of Node's own streams over a file descriptor (libuv's uv_pipe_t): opening one makes the socket non-blocking. */
interface PipeHandle {
  /** 0, or a negative error number. From then on the descriptor is the handle's. */
  open(descriptor: number): number
  close(): void
}
type PipeClass = new (type: number) => PipeHandle
const PIPE_SOCKET = 0

/**
 * Channels of the package whose sockets are ours to close. The package closes its socket once more when the channel is
 * collected, and the number may be somebody else's by then: so it never is. A few hundred bytes for each opening.
 */
const kept: RawChannel[] = []

/**
 * Opens a channel of the package, and then reads and writes its socket through Node's own streams: the package makes an
 * object and a buffer for each frame and looks its fields up by name, which takes several times as long. Besides, frames
 * keep their FD format this way. Where Node lets us not get there, the answer is the package's channel as it is.
 */
export function openDirect(open: () => RawChannel): RawChannel {
  const before = sockets()
  const channel = open()
  const fresh = [...sockets()].filter(([socket]) => !before.has(socket))
  // Another thread may have opened one in the same moment.
  if (fresh.length !== 1) return channel
  const descriptor = fresh[0]![1]
  const handle = adopt(descriptor)
  if (handle === undefined) return channel
  kept.push(channel)
  return new DirectChannel(channel, descriptor, handle)
}

/** What the package's channel is still needed for. */
type FilterSetter = Pick<RawChannel, 'setRxFilters' | 'setErrorFilters'>

/** A channel over a descriptor that `handle` owns; filters are still set by the package. */
export class DirectChannel implements RawChannel {
  readonly bothWays = true
  private readonly channel: FilterSetter
  private readonly descriptor: number
  private readonly handle: PipeHandle
  private readonly out = new KernelFrame()
  private readonly frame = new KernelFrame()
  private readonly onMessage: ((message: RawMessage) => void)[] = []
  private readonly onStopped: (() => void)[] = []
  private reader: Socket | undefined
  private isOpen = true

  constructor(channel: FilterSetter, descriptor: number, handle: PipeHandle) {
    this.channel = channel
    this.descriptor = descriptor
    this.handle = handle
  }

  addListener(event: 'onMessage' | 'onStopped', callback: ((message: RawMessage) => void) & (() => void)): void {
    if (event === 'onMessage') this.onMessage.push(callback)
    else this.onStopped.push(callback)
  }

  start(): void {
    const { frame } = this
    // A CAN socket answers each read with one frame.
    const onread = { buffer: frame.bytes, callback: (size: number): boolean => this.deliver(size) }
    const options = { handle: this.handle, readable: true, writable: false, onread }
    this.reader = new Reader(options, () => this.drain())
    // The interface went down, or away.
    this.reader.on('error', () => this.stop())
    this.reader.on('close', () => this.stop())
    this.reader.resume()
  }

  stop(): void {
    if (!this.isOpen) return
    this.release()
    for (const callback of this.onStopped) callback()
  }

  release(): void {
    if (!this.isOpen) return
    this.isOpen = false
    if (this.reader === undefined) this.handle.close()
    else this.reader.destroy()
  }

  send(message: OutMessage): number {
    return this.write(message, false)
  }

  sendFD(message: OutMessage): number {
    return this.write(message, true)
  }

  setRxFilters(filters: KernelFilter | readonly KernelFilter[]): void {
    if (this.isOpen) this.channel.setRxFilters(filters)
  }

  setErrorFilters(mask: number): void {
    if (this.isOpen) this.channel.setErrorFilters(mask)
  }

  private deliver(size: number): boolean {
    const message = this.frame.read(size)
    const listeners = this.onMessage
    if (message !== undefined) for (let i = 0; i < listeners.length; i++) listeners[i]!(message)
    return true
  }

  drain(): void {
    for (let errors = 0; this.isOpen && errors < 2;) {
      try {
        this.deliver(readSync(this.descriptor, this.frame.bytes))
      } catch (error) {
        // That the interface went down comes before the frames that are still there.
        errors += (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 2 : 1
      }
    }
  }

  private write(message: OutMessage, fd: boolean): number {
    const size = this.isOpen ? this.out.write(message, fd) : 0
    if (size === 0) return -1
    try {
      return writeSync(this.descriptor, this.out.bytes, 0, size)
    } catch {
      return -1
    }
  }
}

/** Reads what is left before it closes the descriptor. */
class Reader extends Socket {
  private readonly drain: () => void

  constructor(options: SocketConstructorOpts, drain: () => void) {
    super(options)
    this.drain = drain
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.drain()
    super._destroy(error, callback)
  }
}

/** The sockets of this process by the kernel's name for them, with their descriptors. */
function sockets(): Map<string, number> {
  const found = new Map<string, number>()
  try {
    for (const name of readdirSync(DESCRIPTORS)) {
      const target = nameOf(name)
      if (target.startsWith('socket:')) found.set(target, Number(name))
    }
  } catch { /* No procfs: nothing is found. */ }
  return found
}

function nameOf(descriptor: string): string {
  try {
    return readlinkSync(`${DESCRIPTORS}/${descriptor}`)
  } catch {
    // The folder's own descriptor is gone by now.
    return ''
  }
}

/** Hands a descriptor to a stream handle; `undefined` when Node does not let us. */
export function adopt(descriptor: number): PipeHandle | undefined {
  try {
    const binding = Reflect.get(process, 'binding') as ((name: string) => { Pipe: PipeClass }) | undefined
    if (binding === undefined) return undefined
    const { Pipe } = binding('pipe_wrap')
    const handle = new Pipe(PIPE_SOCKET)
    return handle.open(descriptor) === 0 ? handle : undefined
  } catch {
    return undefined
  }
}
