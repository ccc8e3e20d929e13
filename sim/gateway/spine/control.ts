/** Something that is done to a car, as random runs have it: a kind of event and what it needs. */
export interface Deed {
  /** `press`, `unplug`, `cut`, `obstacle`, …: a kind of `sim/fuzz`. */
  readonly kind: string
  readonly with: Readonly<Record<string, number | string>>
}

/** What a tool may ask of a running car, through the `spine:` stream. */
export type ControlRequest =
  /** Presses a switch such as `DASH.windowFL.up`; released after `hold_ms` on the bus, or held. */
  | { readonly kind: 'press', readonly switch: string, readonly hold_ms?: number }
  | { readonly kind: 'release', readonly switch: string }
  /** Everything a display shows, as plain JSON values. */
  | { readonly kind: 'snapshot' }
  /** The names of all switches. */
  | { readonly kind: 'switches' }
  /** What the car is: its topology, its switches, its seed, and what has been done to it. */
  | { readonly kind: 'describe' }
  /** Does something to the car, and puts it right again. */
  | { readonly kind: 'begin' | 'end', readonly deed: Deed }
  /** Virtual time per real time; 0: stands still. Refused by a car with links. */
  | { readonly kind: 'speed', readonly factor: number }
  /** Which signals the car is to send as they change: `FL.window position_pct`. */
  | { readonly kind: 'watch', readonly signals: readonly string[] }

/** The answer to a request of the same name; those that do something have none beyond being done. */
export type ControlResult =
  | { readonly snapshot: unknown } | { readonly switches: readonly string[] } | { readonly car: unknown } | Record<string, never>

/** Does what is asked. What it throws is told to the tool as its message. */
export type ControlHandler = (request: ControlRequest) => ControlResult | Promise<ControlResult>
