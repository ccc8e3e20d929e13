/** What is done to a car in one run, as plain data: it can be printed, kept, shortened and replayed. */
export interface Script {
  /** Of the car: bounces of switches, bit errors, delays. */
  readonly seed: number
  readonly for_ms: number
  /** By time. */
  readonly events: readonly FuzzEvent[]
}

/** One thing done to the car. */
export interface FuzzEvent {
  /** Since power-on. */
  readonly at_ms: number
  /** Name of a `FuzzKind`. */
  readonly kind: string
  /** How long it lasts; 0: it has no end. */
  readonly for_ms: number
  /** What and how much, as the kind reads it. */
  readonly with: Params
}

export type Params = Readonly<Record<string, number | string>>

/** A script whose fields have not been checked. Throws an Error that names what is wrong. */
export function readScript(data: unknown, kinds: readonly string[]): Script {
  const script = record(data, 'the script')
  const events = script['events']
  if (!Array.isArray(events)) throw new Error('the script has no list "events"')
  return {
    seed: number(script, 'seed', 'the script'),
    for_ms: number(script, 'for_ms', 'the script'),
    events: events.map((item, index) => readEvent(item, `events[${index}]`, kinds)).sort((a, b) => a.at_ms - b.at_ms),
  }
}

function readEvent(data: unknown, path: string, kinds: readonly string[]): FuzzEvent {
  const event = record(data, path)
  const kind = event['kind']
  if (typeof kind !== 'string' || !kinds.includes(kind)) throw new Error(`${path}.kind: ${JSON.stringify(kind)} is not one of ${kinds.join(', ')}`)
  const given = record(event['with'] ?? {}, `${path}.with`)
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'number' && typeof value !== 'string') throw new Error(`${path}.with.${name} is neither a number nor a text`)
  }
  return { at_ms: number(event, 'at_ms', path), kind, for_ms: number({ for_ms: 0, ...event }, 'for_ms', path), with: given as Params }
}

function record(data: unknown, path: string): Record<string, unknown> {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as Record<string, unknown>
  throw new Error(`${path} is not an object`)
}

function number(data: Record<string, unknown>, field: string, path: string): number {
  const value = data[field]
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value
  throw new Error(`${path}.${field}: ${JSON.stringify(value)} is not a number of 0 or more`)
}

/** One line an event, as people read it. */
export function describeEvent({ at_ms, kind, for_ms, with: params }: FuzzEvent): string {
  const figures = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  const lasting = for_ms > 0 ? ` for ${for_ms} ms` : ''
  return `${(at_ms / 1000).toFixed(3).padStart(8)} s  ${kind.padEnd(9)} ${figures.join(' ')}${lasting}`.trimEnd()
}
