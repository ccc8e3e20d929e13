export { type FeedOwner, IDLE_FACTOR, IDLE_MARGIN_A, PortFeed, WISH_RETRY_ms } from './feed.ts'
export { Lease, stepsUp } from './lease.ts'
