import type { SerialPortStream } from '@serialport/stream'
import type { ClientHost, Entrance } from '../listening-link.ts'
import { Reconnect } from '../reconnect.ts'
import { closeSerial, openSerial } from '../serial.ts'
import { DEFAULT_BAUD } from '../transport.ts'
import type { LinkUri } from '../uri.ts'
import { SlcanSession } from './session.ts'

/** The one client is on a serial line, or at the other end of a pty; a device that vanishes is opened again by itself. */
export function ttyEntrance(host: ClientHost, uri: LinkUri): Entrance {
  const path = uri.target
  const baud = uri.numbers.get('baud') ?? DEFAULT_BAUD
  let port: SerialPortStream | undefined
  const reconnect = new Reconnect(connect, error => host.setState('reconnecting', error.message))

  async function connect(): Promise<void> {
    const opened = await openSerial(path, baud)
    if (host.isClosed) return closeSerial(opened)
    port = opened
    reconnect.succeeded()
    const session = new SlcanSession(host, opened, () => undefined, host.nextOrigin(host.uri), path)
    opened.on('data', (chunk: Uint8Array) => session.read(chunk))
    // What the binding does not take for an unplugged device (EIO of a hung-up pty) ends the same way.
    opened.on('error', () => void closeSerial(opened))
    opened.once('close', () => {
      if (port !== opened) return
      port = undefined
      session.disconnect()
      host.setState('reconnecting', `${path} went away`)
      host.removeClient(session)
      reconnect.later()
    })
    host.setState('listening')
    host.addClient(session)
  }

  return {
    get addresses() { return port === undefined ? [] : [`slcan:${path}`] },
    start: () => connect().catch((error: unknown) => {
      throw new Error(`${host.uri}: ${(error as Error).message}`)
    }),
    async stop() {
      reconnect.end()
      const last = port
      port = undefined
      if (last) await closeSerial(last)
    },
  }
}
