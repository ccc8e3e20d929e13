import { DEFAULT_ENDPOINT, readEndpoint } from '../endpoint.ts'
import { HostLink } from '../host-link.ts'
import type { Link, LinkOptions } from '../link.ts'
import { accessTo } from '../transport.ts'
import { LinkUriError, type LinkUri } from '../uri.ts'
import { SocketcandHostSession } from './host-session.ts'

const DEFAULT_BUS = 'can0'

/** `socketcand:host:port?bus=can0`: a bus of a socketcand daemon, in raw mode: classic data frames. */
export function createSocketcandLink(uri: LinkUri, options: LinkOptions): Link {
  const endpoint = readEndpoint(uri, DEFAULT_ENDPOINT.socketcand)
  const bus = uri.words.get('bus') ?? DEFAULT_BUS
  // What the daemon's own buffer holds, and nothing that would end the command.
  if (!/^[^\s<>]{1,15}$/.test(bus)) throw new LinkUriError(`"${uri.text}": bus is "${bus}"; it is an interface's name, such as ${DEFAULT_BUS}`)
  return new HostLink(uri.text, options, accessTo({ kind: 'tcp', endpoint }), {
    warning: '',
    carries: frame => !frame.fd && !frame.error && !frame.remote && frame.bus === 0,
    createSession: (transport, host) => new SocketcandHostSession(transport.stream, host, bus),
  })
}
