import type { SerialPortStream } from '@serialport/stream'
import type { LinkFrame, LinkOptions } from '../link.ts'
import { ListeningLink } from '../listening-link.ts'
import { Reconnect } from '../reconnect.ts'
import { closeSerial, openSerial } from '../serial.ts'
import type { LinkUri } from '../uri.ts'
import { SlcanSession, type SessionOwner } from './session.ts'

const DEFAULT_BAUD = 2_000_000

/** We are an SLCAN adapter on a serial line or one end of a pty; a device that vanishes is opened again by itself. */
export class SlcanTty extends ListeningLink {
  private readonly path: string
  private readonly baud: number
  private readonly owner: SessionOwner
  private port: SerialPortStream | undefined
  private readonly reconnect = new Reconnect(() => this.connect(), error => this.setState('reconnecting', error.message))

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri.text, options)
    this.path = uri.target
    this.baud = uri.numbers.get('baud') ?? DEFAULT_BAUD
    this.owner = {
      bitrate: this.bitrate,
      queueFrames: this.queueFrames,
      listenOnly: this.mode === 'listen',
      now_ns: this.now_ns,
      accept: (frame: LinkFrame, from: SlcanSession) => this.accept(frame, from),
      changed: () => this.refreshState(),
    }
  }

  override get addresses(): readonly string[] {
    return this.port ? [`slcan:${this.path}`] : []
  }

  protected override async start(): Promise<void> {
    try {
      await this.connect()
    } catch (error) {
      throw new Error(`${this.uri}: ${(error as Error).message}`)
    }
  }

  protected override async stop(): Promise<void> {
    this.reconnect.end()
    const port = this.port
    this.port = undefined
    this.disconnectAll()
    if (port) await closeSerial(port)
  }

  private async connect(): Promise<void> {
    const port = await openSerial(this.path, this.baud)
    if (this.isClosed) return closeSerial(port)
    this.port = port
    this.reconnect.succeeded()
    const session = new SlcanSession(this.owner, port, () => undefined, this.nextOrigin(this.uri), this.path)
    port.on('data', (chunk: Uint8Array) => session.read(chunk))
    // What the binding does not take for an unplugged device (EIO of a hung-up pty) ends the same way.
    port.on('error', () => void closeSerial(port))
    port.once('close', () => {
      if (this.port !== port) return
      this.port = undefined
      session.disconnect()
      this.setState('reconnecting', `${this.path} went away`)
      this.removeClient(session)
      this.reconnect.later()
    })
    this.setState('listening')
    this.addClient(session)
  }
}
