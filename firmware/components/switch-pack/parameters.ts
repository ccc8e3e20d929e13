/** Times of the switch pack driver. */
export const SWITCH_PARAMETERS = {
  /** A contact counts when it has rested this long. */
  debounce_ms: 15,
  /** How often a bouncing contact is looked at. */
  settlePoll_ms: 5,
  /** A contact that never comes to rest counts as open after this long. */
  chatter_ms: 1000,
  /** A press becomes a hold. */
  hold_ms: 400,
  /** A switch pressed longer than this is stuck: it counts as released until it was really released once. */
  stuck_ms: 30000,
} as const
