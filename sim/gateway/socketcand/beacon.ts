import { createSocket, type Socket } from 'node:dgram'
import { hostname } from 'node:os'
import { readEndpoint, type Endpoint } from '../endpoint.ts'
import type { ClientHost, Entrance } from '../listening-link.ts'
import type { LinkUri } from '../uri.ts'

/** How often the daemon tells, ms, and its port. Source: socketcand, src/beacon.c and beacon.h. */
const PERIOD_ms = 3000
const PORT = 42_000
/** Every listener on this machine hears it. */
const LOOPBACK_BROADCAST = '127.255.255.255'
const LOOPBACK = '127.0.0.1'

/** Where the beacon of `?beacon=…` goes; undefined: none is wanted. Throws LinkUriError. */
export function beaconTarget(uri: LinkUri): Endpoint | undefined {
  const word = uri.words.get('beacon')
  if (word === undefined) return undefined
  return readEndpoint({ ...uri, target: word === 'yes' ? '' : word }, { host: LOOPBACK_BROADCAST, port: PORT })
}

/** What the daemon tells: its name, where it listens, its buses. Kayak and SavvyCAN fill their lists from it. */
export function beaconText(name: string, at: { readonly host: string, readonly port: number }, buses: number): string {
  const list = Array.from({ length: buses }, (_, bus) => `<Bus name="can${bus}"/>`).join('')
  return `<CANBeacon name="${escaped(name)}" type="SocketCAN" description="socketcand">\n<URL>can://${at.host}:${at.port}</URL>${list}</CANBeacon>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** The entrance, which tells where it is as long as it is open. `port` is the one it is bound to. */
export function withBeacon(entrance: Entrance, host: ClientHost, listens: Endpoint, target: Endpoint, port: () => number): Entrance {
  let socket: Socket | undefined
  let timer: NodeJS.Timeout | undefined
  let told = false
  const begin = async (to: Endpoint): Promise<void> => {
    const own = createSocket('udp4')
    socket = own
    await new Promise<void>((resolve, reject) => {
      own.once('error', reject)
      own.once('connect', resolve)
      own.bind(0, () => {
        own.setBroadcast(true)
        own.connect(to.port, to.host)
      })
    })
    // From here on an error concerns one datagram: nobody listens there now.
    own.removeAllListeners('error').on('error', () => undefined)
    const anywhere = listens.host === '0.0.0.0' || listens.host === '::'
    const text = beaconText(hostname(), { host: anywhere ? own.address().address : listens.host, port: port() }, host.buses)
    const tell = (): void => own.send(text, (error) => {
      if (error === null || told || (error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return
      told = true
      host.report(`${host.uri}: the beacon cannot be sent to ${to.host}: ${error.message}`)
    })
    timer = setInterval(tell, PERIOD_ms)
    tell()
  }
  return {
    get addresses() { return entrance.addresses },
    async start() {
      await entrance.start()
      try {
        await begin(target)
      } catch {
        socket?.close()
        // Loopback has no broadcast address everywhere.
        await begin(target.host === LOOPBACK_BROADCAST ? { ...target, host: LOOPBACK } : target)
      }
    },
    async stop() {
      clearInterval(timer)
      socket?.close()
      await entrance.stop()
    },
  }
}
