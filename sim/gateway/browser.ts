/** What of the gateway runs in browsers. */
export type { LinkFrame } from './link.ts'
export { createLinkFrame } from './link-frame.ts'
