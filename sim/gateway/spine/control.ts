/** What a tool may ask of a running car, through the `spine:` stream. */
export type ControlRequest =
  /** Presses a switch such as `DASH.windowFL.up`; released after `hold_ms` on the bus, or held. */
  | { readonly kind: 'press', readonly switch: string, readonly hold_ms?: number }
  | { readonly kind: 'release', readonly switch: string }
  /** Everything a display shows, as plain JSON values. */
  | { readonly kind: 'snapshot' }
  /** The names of all switches. */
  | { readonly kind: 'switches' }

/** The answer to a request of the same name; `press` and `release` have none beyond being done. */
export type ControlResult = { readonly snapshot: unknown } | { readonly switches: readonly string[] } | Record<string, never>

/** Does what is asked. What it throws is told to the tool as its message. */
export type ControlHandler = (request: ControlRequest) => ControlResult | Promise<ControlResult>
