import type { Link, LinkOptions } from '#sim/gateway/link.ts'
import { openLink } from '#sim/gateway/open-link.ts'
import type { SpineLink } from '#sim/gateway/spine/spine-link.ts'
import { LinkUriError } from '#sim/gateway/uri.ts'
import { Failure, describe, usage } from './failure.ts'

/** With no link named, a tool talks to the car on this machine. */
export const DEFAULT_LINK = 'spine:'

/** True for a word that names a link: `scheme:…`. A message or a switch has no colon. */
export function isLinkUri(word: string): boolean {
  return /^[a-z][a-z0-9-]*:/i.test(word)
}

/** Opens a link; what can go wrong becomes one line. */
export async function open(uri: string, options: LinkOptions = {}): Promise<Link> {
  try {
    return await openLink(uri, options)
  } catch (error) {
    throw linkFailure(error)
  }
}

/** Opens the stream of a running car, for its controls. */
export async function openCar(uri: string): Promise<SpineLink> {
  if (!uri.startsWith('spine:')) throw usage(`"${uri}" cannot press switches: only a spine: link reaches them, such as ${DEFAULT_LINK}`)
  const { openSpine } = await import('#sim/gateway/spine/spine-link.ts')
  try {
    return await openSpine(uri)
  } catch (error) {
    throw linkFailure(error)
  }
}

/** What opening a link threw, as an end of a command: a wrong URI is a usage error. */
export function linkFailure(error: unknown): Failure {
  return error instanceof LinkUriError ? usage(error.message) : new Failure(describe(error))
}
