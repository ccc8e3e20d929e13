import { realpathSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { formatEndpoint, readEndpoint, type Endpoint } from './endpoint.ts'
import { closeSerial, isTtyPath, openSerial, usbOf } from './serial.ts'
import { type LinkUri, LinkUriError } from './uri.ts'

/** Where a device is: a serial port or a TCP address. */
export type Place =
  | { readonly kind: 'tty', readonly path: string, readonly baud: number }
  | { readonly kind: 'tcp', readonly endpoint: Endpoint }

/** How to get to a device, and what people call the place. */
export interface Access<T extends Transport = Transport> {
  readonly name: string
  /** Rejects with one clear line. */
  open(): Promise<T>
}

/** A byte stream to a device. */
export interface Transport {
  readonly stream: Duplex
  /** USB vendor and product, `16d0:117e`, where it is such a device and the system tells. */
  readonly usb?: string | undefined
  /** Ends it, whatever state it is in. */
  close(): Promise<void>
}

export const DEFAULT_BAUD = 2_000_000
const DIAL_TIMEOUT_ms = 5000

/** Reads a target: `/dev/ttyUSB0`, `COM3`, `host:port`, `socket://host:port`. Throws LinkUriError. */
export function readPlace(uri: LinkUri, fallback: Endpoint, baud = DEFAULT_BAUD): Place {
  if (isTtyPath(uri.target)) return { kind: 'tty', path: uri.target, baud: uri.numbers.get('baud') ?? baud }
  return { kind: 'tcp', endpoint: readEndpoint({ ...uri, target: uri.target.replace(/^(socket:|tcp:)?\/\//, '') }, fallback) }
}

/** A board's console by name: `/dev/ttyACM0`, `COM3`, `tcp://host:port`. Throws LinkUriError. */
export function consoleAt(text: string, baud: number): Access {
  if (isTtyPath(text)) return accessTo({ kind: 'tty', path: text, baud })
  const [, host, port] = /^tcp:\/\/\[?([^\][:]+|[^\][]+(?=\]))\]?:(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || Number(port) > 65_535) throw new LinkUriError(`"${text}" is no port: name one such as /dev/ttyACM0, COM3 or tcp://host:port`)
  return accessTo({ kind: 'tcp', endpoint: { host, port: Number(port) } })
}

/** The device at a place. */
export function accessTo(place: Place): Access {
  return { name: placeName(place), open: () => openTransport(place) }
}

function placeName(place: Place): string {
  return place.kind === 'tty' ? place.path : formatEndpoint(place.endpoint)
}

/**
 * Whether the rate of the port matters. A USB CDC port and a pty take any and are as fast as they are. Some adapters
 * with an FTDI chip in parallel mode look like a UART all the same: their users say `usb=1`.
 */
function isUart(path: string): boolean {
  let real = path
  try {
    real = realpathSync(path)
  } catch {
    // Not there: opening it says so.
  }
  return !/\/(ttyACM|cu\.usbmodem|tty\.usbmodem|rfcomm|pts\/|pty|ttyp)/.test(real)
}

/** The rate of the serial port, where it matters: a real UART, found out or told by `usb=`. */
export function uartBaud(uri: LinkUri, place: Place): number | undefined {
  if (place.kind !== 'tty') return undefined
  const usb = uri.words.get('usb')
  return usb === '0' || (usb !== '1' && isUart(place.path)) ? place.baud : undefined
}

/** Opens the stream. Rejects with one clear line. */
async function openTransport(place: Place): Promise<Transport> {
  if (place.kind === 'tcp') return tcpTransport(await dialTcp(place.endpoint, `nothing listens on ${placeName(place)}`))
  const port = await openSerial(place.path, place.baud)
  // What the binding does not take for an unplugged device (EIO of a hung-up pty) ends the same way.
  port.on('error', () => void closeSerial(port))
  return { stream: port, usb: await usbOf(place.path), close: () => closeSerial(port) }
}

function tcpTransport(socket: Socket): Transport {
  socket.on('error', () => undefined)
  return {
    stream: socket,
    close: () => new Promise((closed) => {
      if (socket.closed) return closed()
      socket.once('close', () => closed())
      socket.destroy()
    }),
  }
}

/** Opens a TCP connection. Rejects with one clear line: `nothing`, when nobody listens. The caller takes care of later errors. */
export function dialTcp(endpoint: Endpoint, nothing: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true, keepAlive: true })
    socket.setTimeout(DIAL_TIMEOUT_ms, () => socket.destroy(new Error('it did not answer in time')))
    const failed = (error: Error): void => reject(new Error(explainDialError(endpoint, error, nothing)))
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', failed)
      resolve(socket)
    })
  })
}

function explainDialError(endpoint: Endpoint, error: Error, nothing: string): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ECONNREFUSED') return nothing
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no machine named ${endpoint.host}`
  return `cannot reach ${formatEndpoint(endpoint)}: ${error.message}`
}
