import { nearest } from '#protocol/messages/index.ts'
import { eventText, type TraceEvent } from '#sim/trace/index.ts'
import type { Driver } from './driver.ts'
import type { Observed, Observer } from './observer.ts'
import type { StandingFaults } from './standing-faults.ts'

/** How far back a report looks for faults and frames, ms: every status is repeated within a second. */
const RECENT_ms = 3000
const FRAMES = 12
const EVENTS = 8
const LOGS = 12
const TIMERS = 10
/** Names listed at most. */
const LISTED = 12

/** What a report is made of: a vehicle, whatever its parts are called. */
interface Reported {
  readonly driver: Driver
  readonly bus: Observer
  readonly events: readonly TraceEvent[]
  readonly faults: StandingFaults
  readonly now_ms: number
}

const at = (t_ms: number): string => `${t_ms.toFixed(3)} ms`
const seen = ({ t_ms, target, values }: Observed): string => `${at(t_ms)}  ${target}  ${JSON.stringify(values)}`

/** What a reader needs to find the cause: what was read, what the hubs said, what is broken, what is awaited. */
export function situation(car: Reported, reads: Iterable<string> = []): string {
  const recent = car.bus.since(car.now_ms - RECENT_ms)
  const logs = car.events.filter(event => event.kind === 'log' || event.kind === 'reset' || event.kind === 'exception').slice(-LOGS)
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['the condition read:', [...reads]],
    ['hub logs:', logs.map(event => `${at(event.t_ns / 1e6)}  ${eventText(event)}`)],
    ['standing faults:', [...car.faults.lines(), ...faultsToldBy(recent)]],
    ['last frames:', recent.slice(-FRAMES).map(seen)],
    ['last events:', car.events.slice(-EVENTS).map(event => `${at(event.t_ns / 1e6)}  ${eventText(event)}`)],
    ['armed timers:', car.driver.pending().slice(0, TIMERS)],
  ]
  const text = parts.filter(([, lines]) => lines.length > 0).map(([title, lines]) => `${title}\n${lines.map(line => `  ${line}\n`).join('')}`)
  return `${car.driver.name}, ${at(car.now_ms)}\n${text.join('')}`
}

/** Faults that hubs report now, one for each port or channel. */
function faultsToldBy(recent: readonly Observed[]): string[] {
  const newest = new Map<string, Observed>()
  for (const frame of recent) newest.set(`${frame.target} ${String(frame.values['port'] ?? frame.values['channel'] ?? '')}`, frame)
  return [...newest.values()].filter(({ values }) => ![undefined, 'none', false].includes(values['fault'] as undefined)).map(seen)
}

/** Why nothing was heard of a target: what came instead, and whether its hub runs. */
export function unseen(car: Reported, target: string): string {
  const { counts, frames } = car.bus
  const [message = '', location = ''] = target.split('@')
  const listed = (which: (name: string) => boolean): string => {
    const found = [...counts].filter(([name]) => which(name)).map(([name, count]) => `${name} ${count}`)
    return found.length > LISTED ? `${found.slice(0, LISTED).join(', ')}, …` : found.join(', ')
  }
  const elsewhere = listed(name => name.startsWith(`${message}@`))
  const sameHub = listed(name => name.endsWith(`@${location}`))
  const guess = nearest(target, [...counts.keys()])
  const state = location === 'ALL' ? undefined : car.driver.hubState?.(location)
  return [
    `no ${target} was seen up to ${car.now_ms.toFixed(1)} ms`,
    ...(guess === undefined ? [] : [`the nearest that was: ${guess}`]),
    `${message} elsewhere: ${elsewhere === '' ? 'none' : elsewhere}`,
    `at ${location}: ${sameHub === '' ? 'none' : sameHub}`,
    ...(state === undefined ? [] : [`hub ${location} ${state}`]),
    `the bus carried ${frames} frames${frames === 0 ? '' : `: ${listed(() => true)}`}`,
  ].join('\n  ')
}
