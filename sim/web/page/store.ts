import { computed, effect, signal } from '@preact/signals'
import { SEDAN, type TopologyData } from '#sim/car/index.ts'
import { MonitorModel } from '#sim/diag/index.ts'
import type { LinkFrame } from '#sim/gateway/browser.ts'
import type { Deed } from '#sim/gateway/spine/index.ts'
import type { CarDescription, Drive, LiveSnapshot } from '#sim/live/index.ts'
import { Contacts } from './contacts.ts'
import { contactFaults, type Fault, faultsOf } from './faults.ts'
import { FrameStore } from './frame-store.ts'
import type { LogSource } from './log-source.ts'
import { load } from './parts.ts'
import { pictureOf, pictureOfBus, pictureOfPlan, type Picture } from './picture.ts'
import { Plots } from './plots.ts'
import type { Hello, Source } from './source.ts'
import { ENGLISH, type TextKey, type Texts } from './texts.ts'

export type View = 'car' | 'plots' | 'frames' | 'faults'
/** What of the picture is chosen. */
export interface Selection { readonly kind: 'hub' | 'cable' | 'part', readonly name: string }

/** How often the tables and texts that follow the bus are drawn anew, ms; the car itself is with each picture of the display. */
const SLOW_ms = 150
const WATCH_ms = 3000
const EVENTS = 200

/** A line of what happened. */
export interface Happening { readonly n: number, readonly time_s: number, readonly text: string }

const stored = (name: string): string | undefined => {
  try {
    return localStorage.getItem(`spine.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`spine.${name}`, value)
  } catch {
    // A page from a file may not keep anything: then it forgets.
  }
}

const prefersDark = (): boolean => typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches

export const language = signal<'en' | 'de'>(stored('language') === 'de' || (stored('language') === undefined && navigator.language.startsWith('de')) ? 'de' : 'en')
export const theme = signal<'dark' | 'light'>(stored('theme') === 'light' ? 'light' : stored('theme') === 'dark' || prefersDark() ? 'dark' : 'light')
const german = signal<Texts>(ENGLISH)
/** A text of the page in its language. */
export const t = (key: TextKey): string => (language.value === 'de' ? german.value : ENGLISH)[key]
/** Has the texts of its language; where they cannot be unpacked it speaks English. */
export async function learnLanguage(): Promise<void> {
  if (language.value === 'de' && german.value === ENGLISH) await load('german').then(({ GERMAN }) => { german.value = GERMAN }, () => undefined)
}

export const view = signal<View>('car')
export const selection = signal<Selection | undefined>(undefined)
export const source = signal<Source | undefined>(undefined)
export const sourceName = signal('')
export const hello = signal<Hello | undefined>(undefined)
export const problem = signal('')
export const notice = signal('')
export const description = signal<CarDescription | undefined>(undefined)
export const snapshot = signal<LiveSnapshot | undefined>(undefined)
export const events = signal<readonly Happening[]>([])
export const lost = signal(0)
/** Commands may go onto a bus that is not a car of ours. */
export const unlocked = signal(false)
/** Changes as the bus goes on: what reads it is drawn anew. */
export const beat = signal(0)

export const frames = new FrameStore()
/** What the bus's volts and amperes say of its contacts. */
export const contacts = new Contacts()
export const plots = new Plots(frames, stored('plots'), keys => keep('plots', keys))
/** What the bus says, by our catalogue; anew with each bus. */
export const model = signal(new MonitorModel(500_000))
/** A car of this page will come. */
export const expectsCar = signal(false)

const carElement = document.querySelector('script[data-car]')
/** The car of this page: what it runs, and what a bus or a log is drawn as. */
const ownCar = carElement === null ? SEDAN : JSON.parse(carElement.textContent) as TopologyData
/** It as it is when nothing has been done to it. */
export const untouched: Drive = { ...ownCar !== SEDAN && { car: ownCar }, seed: 1 }

export const topology = computed<TopologyData>(() => description.value?.topology ?? ownCar)
/** The car behind the source can be touched. */
export const hasCar = computed(() => description.value !== undefined)
/** This hub is one of that car, and no real one in its place. */
export const isOfCar = (hub: string): boolean => hasCar.value && (snapshot.value === undefined || hub in snapshot.value.hubs)
export const deeds = computed<readonly Deed[]>(() => snapshot.value?.live.deeds ?? [])
export const picture = computed<Picture>(() => {
  if (snapshot.value !== undefined) return pictureOf(snapshot.value, model.value, topology.value)
  if (hasCar.value || (expectsCar.value && source.value?.kind !== 'log' && source.value?.kind !== 'serial')) return pictureOfPlan(topology.value)
  void beat.value
  return pictureOfBus(model.value, topology.value)
})
export const faults = computed<readonly Fault[]>(() => {
  void beat.value
  const all = [...faultsOf(picture.peek(), model.value), ...contactFaults(topology.value.copper, contacts.found.value)]
  return all.sort((a, b) => Number(b.severe) - Number(a.severe))
})

/** A new bus: nothing of the one before holds. */
function renew(bus: Hello): void {
  model.value = new MonitorModel(bus.bitrate, bus.dataBitrate)
  frames.clear()
  plots.clear()
  hello.value = bus
  problem.value = ''
  events.value = []
  lost.value = 0
  description.value = undefined
  snapshot.value = undefined
  beat.value++
}

/** Takes a frame of the bus; its memory is lent. */
function takeFrame(frame: LinkFrame): void {
  model.peek().receive(frame)
  plots.frame(frame)
  frames.add(frame)
  contacts.frame(frame)
}

/** Joins a source; the one before is over. */
export function open(next: Source, name: string): void {
  source.value?.stop()
  source.value = next
  sourceName.value = name
  selection.value = undefined
  unlocked.value = false
  if (next.kind === 'log') contacts.begin(ownCar, (next as LogSource).frames)
  next.start({
    hello: (bus) => {
      renew(bus)
      if (next.kind !== 'log') void describe(next)
    },
    frame: takeFrame,
    samples: (key, points) => plots.samples(key, points),
    lost: (count) => { lost.value = count },
    ended: (reason) => { if (source.value === next) problem.value = reason },
  })
}

async function describe(from: Source): Promise<void> {
  try {
    const result = await from.ask({ kind: 'describe' })
    if (source.value === from && 'car' in result) description.value = result.car as CarDescription
  } catch {
    // A bus, not a car: it shows what it says.
  }
  if (source.value === from) contacts.begin(topology.value)
}

/** The deed is on, of those that stand. */
export function stands(deed: Deed): boolean {
  return deeds.value.some(other => same(other, deed))
}

function same(one: Deed, other: Deed): boolean {
  return one.kind === other.kind && Object.entries(one.with).every(([name, value]) => other.with[name] === value)
}

export function begin(deed: Deed): void {
  void source.value?.ask({ kind: 'begin', deed }).catch(refused)
}

export function end(deed: Deed): void {
  void source.value?.ask({ kind: 'end', deed }).catch(refused)
}

export function setSpeed(factor: number): void {
  void source.value?.ask({ kind: 'speed', factor }).catch(refused)
}

function refused(error: Error): void {
  notice.value = `${t('notAllowed')}: ${error.message}`
}

/** What has been done to the car up to now, for a link. */
export async function currentDrive(): Promise<Drive | undefined> {
  const from = source.value
  if (from === undefined || !hasCar.value) return undefined
  const result = await from.ask({ kind: 'describe' })
  if (!('car' in result)) return undefined
  const { name, topology: car, faults, script: { seed, events } } = result.car as CarDescription
  return { ...name !== 'sedan' && { car: name ?? car }, seed, ...Object.keys(faults).length > 0 && { faults }, events }
}

/** Pictures of the car with the display, tables more slowly. */
export function run(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
    document.documentElement.lang = language.value
    keep('theme', theme.value)
    keep('language', language.value)
    void learnLanguage()
  })
  let asked = false
  let slow_ms = 0
  let watched_ms = -Infinity
  const step = (now_ms: number): void => {
    requestAnimationFrame(step)
    const from = source.value
    if (now_ms - slow_ms > SLOW_ms) {
      slow_ms = now_ms
      if (snapshot.value !== undefined) model.peek().advance(snapshot.value.time_s * 1e9)
      beat.value++
    }
    if (from === undefined || !hasCar.value || problem.value !== '') return
    if (now_ms - watched_ms > WATCH_ms || plots.wanting) {
      watched_ms = now_ms
      plots.wanting = false
      const signals = plots.watched
      if (signals.length > 0) void from.ask({ kind: 'watch', signals }).catch(() => undefined)
    }
    if (asked) return
    asked = true
    from.ask({ kind: 'snapshot' }).then((result) => {
      if (source.value === from && 'snapshot' in result && hasCar.value) show(result.snapshot as LiveSnapshot)
    }, () => undefined).finally(() => { asked = false })
  }
  requestAnimationFrame(step)
}

function show(seen: LiveSnapshot): void {
  const before = snapshot.value?.live.told ?? 0
  snapshot.value = seen
  plots.snapshot(seen)
  const { told, events: newest } = seen.live
  if (told <= before) return
  const fresh = newest.slice(-(told - before)).map((event, i, all) => (
    { n: told - all.length + i, time_s: event.t_ns / 1e9, text: eventWords(event) }))
  events.value = [...events.value, ...fresh].slice(-EVENTS)
}

let eventWords: (event: LiveSnapshot['live']['events'][number]) => string = event => event.kind
export function speakEvents(words: typeof eventWords): void {
  eventWords = words
}
