/** Links to buses, named by URI, and the logs of them. */
export { createLinkFrame } from './link-frame.ts'
export type { Link, LinkFrame, LinkOptions, LinkState } from './link.ts'
export { LOG_FORMATS, logFormatOf } from './logs/format.ts'
export { createLink, openLink } from './open-link.ts'
export { SCHEMES } from './schemes.ts'
export { LinkUriError, parseLinkUri } from './uri.ts'
