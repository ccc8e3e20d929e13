/** What of the gateway runs in browsers. */
export { createLinkFrame } from './link-frame.ts'
