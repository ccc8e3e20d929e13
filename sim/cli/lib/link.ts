import { type Link, type LinkOptions, LinkUriError, openLink } from '#sim/gateway/index.ts'
import type { SpineLink } from '#sim/gateway/spine/index.ts'
import { Failure, describe, usage } from './failure.ts'

/** With no link named, a tool talks to the car on this machine. */
export const DEFAULT_LINK = 'spine:'

/** True for a word that names a link: `scheme:…`. A message or a switch has no colon. */
export function isLinkUri(word: string): boolean {
  return /^[a-z][a-z0-9-]*:/i.test(word)
}

/** The same of a link on which a car may be: no log. */
export function isLiveLink(word: string): boolean {
  return isLinkUri(word) && !word.startsWith('file:')
}

/** What can go wrong while a link is made or opened, in one line: a wrong URI is a usage error. */
export async function explained<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    throw error instanceof LinkUriError ? usage(error.message) : error instanceof Failure ? error : new Failure(describe(error))
  }
}

/** Opens a link, and closes it again when `use` is through with it, whatever came of that. */
export async function withLink<T>(uri: string, options: LinkOptions, use: (link: Link) => Promise<T>): Promise<T> {
  const link = await explained(openLink(uri, options))
  let result: T
  try {
    result = await use(link)
  } finally {
    await link.close()
  }
  // A recording may fail at its very end.
  endedWell(link)
  return result
}

/** Bit rates of the bus behind a link, bit/s, where its far side told them. */
export function toldBitrates(link: Link): { bitrate?: number, dataBitrate?: number } {
  if (!isSpineLink(link)) return {}
  const { bitrate, dataBitrate } = link.greeting ?? {}
  return bitrate !== undefined && bitrate > 0 ? { bitrate, dataBitrate: dataBitrate ?? bitrate } : {}
}

function isSpineLink(link: Link): link is SpineLink {
  return 'greeting' in link
}

/** Throws when one of the links was closed because of a problem. */
export function endedWell(...links: readonly Link[]): void {
  for (const { state, problem } of links) if (state === 'closed' && problem !== '') throw new Failure(problem)
}

/** Opens the stream of a running car, for its controls. */
export async function openCar(uri: string): Promise<SpineLink> {
  if (!uri.startsWith('spine:')) throw usage(`"${uri}" cannot press switches: only a spine: link reaches them, such as ${DEFAULT_LINK}`)
  const { openSpine } = await import('#sim/gateway/spine/spine-link.ts')
  return explained(openSpine(uri))
}
