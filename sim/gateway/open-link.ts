import type { Link, LinkOptions } from './link.ts'
import type { Scheme } from './schemes.ts'
import { type LinkUri, LinkUriError, parseLinkUri } from './uri.ts'

type Create = (uri: LinkUri, options: LinkOptions) => Link

/** The code of each kind, loaded only when it is named. */
const IMPLEMENTATIONS: Readonly<Record<Scheme, () => Promise<Create>>> = {
  'slcan-listen': async () => (await import('./slcan/slcan-listen.ts')).createSlcanListen,
  slcan: async () => (await import('./slcan/slcan-link.ts')).createSlcanLink,
  spine: async () => (await import('./spine/spine-link.ts')).createSpineLink,
  'spine-listen': async () => (await import('./spine/spine-listen.ts')).createSpineListen,
  socketcan: async () => (await import('./socketcan/socketcan-link.ts')).createSocketcanLink,
  gvret: async () => (await import('./gvret/gvret-link.ts')).createGvretLink,
  gsusb: async () => (await import('./gsusb/gsusb-link.ts')).createGsusbLink,
  'gvret-listen': async () => (await import('./gvret/gvret-listen.ts')).createGvretListen,
  'socketcand-listen': async () => (await import('./socketcand/socketcand-listen.ts')).createSocketcandListen,
  socketcand: async () => (await import('./socketcand/socketcand-link.ts')).createSocketcandLink,
  cannelloni: async () => (await import('./cannelloni/cannelloni-link.ts')).createCannelloniLink,
  file: async () => (await import('./file/file-link.ts')).createFileLink,
}

/**
 * Makes the link that `uri` names, not opened yet. Rejects with LinkUriError when the URI is wrong. Options in the URI
 * win over `options`, but cannot change the bit rate of a bus that has one.
 */
export async function createLink(uri: string, options: LinkOptions = {}): Promise<Link> {
  const parsed = parseLinkUri(uri)
  const create = await IMPLEMENTATIONS[parsed.scheme]()
  return create(parsed, mergeOptions(parsed, options))
}

/** Makes and opens it. */
export async function openLink(uri: string, options: LinkOptions = {}): Promise<Link> {
  const link = await createLink(uri, options)
  await link.open()
  return link
}

function mergeOptions(uri: LinkUri, options: LinkOptions): LinkOptions {
  const merged: { -readonly [K in keyof LinkOptions]: LinkOptions[K] } = { ...options }
  const mode = uri.words.get('mode')
  const queue = uri.numbers.get('queue')
  const bitrate = uri.numbers.get('bitrate')
  if (mode === 'normal' || mode === 'listen') merged.mode = mode
  if (queue !== undefined) merged.queue = queue
  if (uri.words.has('actuate')) merged.actuate = uri.words.get('actuate') === 'yes'
  if (bitrate !== undefined && bitrate !== (options.bitrate ?? bitrate)) {
    throw new LinkUriError(`"${uri.text}": bitrate is ${bitrate}, but the bus runs at ${options.bitrate} bit/s`)
  }
  if (bitrate !== undefined) merged.bitrate = bitrate
  return merged
}
