/**
 * The run-time half of a catalogue row: what a hub needs of it. Instances are generated into `messages.generated.ts`. Every
 * one is also a `Codec<NamedValues>`, for code that serves all messages and reads their fields by name.
 */
export interface Codec<Values> {
  readonly name: string
  readonly kind: number
  readonly page: number
  /** Of kind 14: the class code, which `encode` writes; who calls `decode` has looked at it. */
  readonly class?: number
  readonly priority: number
  /** Bytes of the frame, E2E header included. */
  readonly length: number
  readonly idlePeriod_ms: number
  readonly activePeriod_ms: number
  readonly minimumInterval_ms: number
  readonly lifetime_ms: number
  /** A record with every field at its neutral value, to be reused. */
  create(): Values
  /** Writes bytes 2…length−1 (the E2E header is `e2e.ts`'s). Throws RangeError for a commanded value out of range. */
  encode(values: Values, data: Uint8Array): void
  /** Reads them back. Never throws; `data` holds at least `length` bytes. */
  decode(data: Uint8Array, values: Values): void
}
