/** What both halves of a codec know of their catalogue row. */
export interface CodecRow<Values> {
  readonly kind: number
  readonly page: number
  /** Of kind 14: the class code, which `encode` writes; who calls `decode` has looked at it. */
  readonly class?: number
  /** Bytes of the frame, E2E header included. */
  readonly length: number
  readonly lifetime_ms: number
  /** A record with every field at its neutral value, to be reused. */
  create(): Values
}

/** The half of who sends a message: an image that only sends it carries no more. */
export interface Encoder<Values> extends CodecRow<Values> {
  readonly name: string
  readonly priority: number
  readonly idlePeriod_ms: number
  readonly activePeriod_ms: number
  readonly minimumInterval_ms: number
  /** Writes bytes 2…length−1 (the E2E header is `e2e.ts`'s). Throws RangeError for a commanded value out of range. */
  encode(values: Values, data: Uint8Array): void
}

/** The half of who hears it. */
export interface Decoder<Values> extends CodecRow<Values> {
  /** Where the catalogue has it, a bit a location: bit 0 to all, bit 1 FL, …; at others it is no message. */
  readonly locations: number
  /** Reads bytes 2…length−1. Never throws; `data` holds at least `length` bytes. */
  decode(data: Uint8Array, values: Values): void
}

/**
 * The run-time half of a catalogue row, for programs that do both. Instances of all three are generated into
 * `messages.generated.ts`. Every one is also a `Codec<NamedValues>`, for code that serves all messages and reads their fields by name.
 */
export interface Codec<Values> extends Encoder<Values>, Decoder<Values> {}
