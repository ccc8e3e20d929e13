import { signal } from '@preact/signals'
import { type DecodedMessage, entryNamed, FrameDecoder, type NamedValues } from '#protocol/messages/index.ts'
import { type FieldRow, isPhysical } from '#protocol/catalogue/index.ts'
import { createLinkFrame, type LinkFrame } from '#sim/gateway/browser.ts'
import type { LiveSnapshot } from '#sim/live/index.ts'
import type { FrameStore } from './frame-store.ts'
import { Series } from './series.ts'
import { readForeign } from './words.ts'

/**
 * Where a plotted value comes from: a signal of the car itself, each change of it; a field of a message; something of the car's
 * picture; a signal of a DBC. The key names it, `signal:FL.window position_pct`, `dbc:Engine Speed`, and is kept with the layout.
 */
export type PlotKey = `${'signal' | 'field' | 'seen' | 'dbc'}:${string}`

export interface Plotted {
  readonly key: PlotKey
  readonly label: string
  readonly unit: string
  /** Names of codes, for enums and flags. */
  readonly codes: Readonly<Record<number, string>> | undefined
  readonly series: Series
}

const MOST = 24

/** The values that are plotted. */
export class Plots {
  readonly list = signal<readonly Plotted[]>([])
  /** Somebody should tell the car what is watched. */
  wanting = false
  private readonly frames: FrameStore
  private readonly keepKeys: (keys: string) => void
  private readonly decoder = new FrameDecoder()
  private foreign: readonly Plotted[] = []
  private fields: readonly { readonly plotted: Plotted, readonly target: FieldTarget }[] = []

  constructor(frames: FrameStore, kept: string | undefined, keepKeys: (keys: string) => void) {
    this.frames = frames
    this.keepKeys = keepKeys
    for (const key of (kept ?? '').split('\n')) if (/^(signal|field|seen|dbc):./.test(key)) this.add(key as PlotKey)
  }

  has(key: PlotKey): boolean {
    return this.list.value.some(plotted => plotted.key === key)
  }

  toggle(key: PlotKey): void {
    if (this.has(key)) this.remove(key)
    else this.add(key)
  }

  remove(key: PlotKey): void {
    this.set(this.list.value.filter(plotted => plotted.key !== key))
  }

  removeAll(): void {
    this.set([])
  }

  add(key: PlotKey): void {
    if (this.has(key) || this.list.value.length >= MOST) return
    const plotted = plottedOf(key)
    if (plotted === undefined) return
    this.set([...this.list.value, plotted])
    this.wanting = true
    this.backfill(plotted)
  }

  /** Another bus: the layout stays, what was drawn goes. */
  clear(): void {
    this.set(this.list.value.map(({ key }) => plottedOf(key)!))
    this.wanting = true
  }

  /** Signals that the car is to send. */
  get watched(): string[] {
    return this.list.value.filter(({ key }) => key.startsWith('signal:')).map(({ key }) => key.slice('signal:'.length))
  }

  samples(name: string, points: Float64Array): void {
    const plotted = this.list.value.find(({ key }) => key === `signal:${name}`)
    if (plotted === undefined) return
    for (let i = 0; i + 1 < points.length; i += 2) plotted.series.add(points[i]!, points[i + 1]!)
  }

  snapshot(seen: LiveSnapshot): void {
    for (const { key, series } of this.list.value) {
      if (!key.startsWith('seen:')) continue
      const value = valueAt(seen, key.slice('seen:'.length).split(' '))
      if (value !== undefined) series.add(seen.time_s, value)
    }
  }

  frame(frame: LinkFrame): void {
    if (this.foreign.length > 0) for (const plotted of this.foreign) foreignPoint(plotted, frame)
    if (this.fields.length === 0 || !frame.extended || frame.error) return
    const decoded = this.decoder.decode(frame)
    if (decoded?.row === undefined) return
    for (const { plotted, target } of this.fields) this.point(plotted, target, decoded, frame.timestamp_ns)
  }

  private point({ series }: Plotted, target: FieldTarget, decoded: DecodedMessage, time_ns: number): void {
    const values: NamedValues = decoded.values
    if (decoded.name !== target.message || decoded.location !== target.location) return
    if (target.index !== undefined && values['port'] !== target.index && values['channel'] !== target.index) return
    const value = values[target.field]
    if (value !== undefined) series.add(time_ns / 1e9, Number.isFinite(value) ? value : NaN)
  }

  /** What is kept of the frames tells the past of a field. */
  private backfill(plotted: Plotted): void {
    const target = targetOf(plotted.key)
    const isForeign = plotted.key.startsWith('dbc:')
    if (target === undefined && !isForeign) return
    const frame = createLinkFrame()
    const decoder = new FrameDecoder()
    for (let n = this.frames.first; n < this.frames.total; n++) {
      if (!this.frames.read(n, frame) || frame.error) continue
      if (isForeign) foreignPoint(plotted, frame)
      if (target === undefined || !frame.extended) continue
      const decoded = decoder.decode(frame)
      if (decoded?.row !== undefined) this.point(plotted, target, decoded, frame.timestamp_ns)
    }
  }

  private set(list: readonly Plotted[]): void {
    this.list.value = list
    this.foreign = list.filter(({ key }) => key.startsWith('dbc:'))
    this.fields = list.flatMap((plotted) => {
      const target = targetOf(plotted.key)
      return target === undefined ? [] : [{ plotted, target }]
    })
    this.keepKeys(list.map(({ key }) => key).join('\n'))
  }
}

/** `dbc:Engine Speed` */
function foreignPoint({ key, series }: Plotted, frame: LinkFrame): void {
  const reading = readForeign(frame)
  if (reading === undefined || !key.startsWith(`dbc:${reading.message.name} `)) return
  const read = reading.signals.find(({ signal: { name } }) => key === `dbc:${reading.message.name} ${name}`)
  if (read !== undefined) series.add(frame.timestamp_ns / 1e9, Number(read.value))
}

interface FieldTarget { readonly message: string, readonly location: string, readonly index: number | undefined, readonly field: string }

/** `field:PortStatus@FL#0 current_A` */
function targetOf(key: PlotKey): FieldTarget | undefined {
  const match = /^field:(\w+)@(\w+)(?:#(\d+))? (\w+)$/.exec(key)
  if (match === null) return undefined
  return { message: match[1]!, location: match[2]!, index: match[3] === undefined ? undefined : Number(match[3]), field: match[4]! }
}

/** Undefined: there is no such thing, a kept layout of another day. */
function plottedOf(key: PlotKey): Plotted | undefined {
  const target = targetOf(key)
  if (target === undefined) {
    if (key.startsWith('field:')) return undefined
    const label = key.slice(key.indexOf(':') + 1)
    return { key, label, unit: unitOf(label), codes: undefined, series: new Series() }
  }
  try {
    const field: FieldRow | undefined = entryNamed(target.message).row.fields[target.field]
    if (field === undefined) return undefined
    return { key, label: key.slice('field:'.length), unit: field.unit ?? '', codes: codesOf(field), series: new Series() }
  } catch {
    return undefined
  }
}

function codesOf(field: FieldRow): Readonly<Record<number, string>> | undefined {
  if (field.kind === 'flag') return { 0: 'no', 1: 'yes' }
  if (isPhysical(field) || field.values === undefined) return undefined
  return Object.fromEntries(Object.entries(field.values).map(([name, code]) => [code, name]))
}

const UNITS: Readonly<Record<string, string>> = { pct: '%', C: '°C', deg: '°', s: 'mm/s', kmh: 'km/h', rpm: '1/min' }

/** Units are last in names. */
function unitOf(name: string): string {
  const last = /_([A-Za-z]+)$/.exec(name)?.[1] ?? ''
  return UNITS[last] ?? last
}

function valueAt(seen: object, path: readonly string[]): number | undefined {
  let value: unknown = seen
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined
}
