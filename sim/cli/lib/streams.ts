import { asyncScheduler, defer, endWith, ignoreElements, merge, NEVER, Observable, type SchedulerLike, switchMap, timer } from 'rxjs'
import type { Link } from '#sim/gateway/index.ts'

/** A timer of the engine holds no more, ms. */
const LONGEST_TIMER_ms = 0x7fff_ffff

/** Emits once when `signal` is aborted, at once when it was. */
export function aborted(signal: AbortSignal): Observable<void> {
  return new Observable((subscriber) => {
    const abort = (): void => {
      subscriber.next()
      subscriber.complete()
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    return () => signal.removeEventListener('abort', abort)
  })
}

/** Emits once after `delay_ms`, however long that is; Infinity: never. */
export function after(delay_ms: number, clock: SchedulerLike = asyncScheduler): Observable<unknown> {
  if (delay_ms === Infinity) return NEVER
  if (delay_ms <= LONGEST_TIMER_ms) return timer(delay_ms, clock)
  return timer(LONGEST_TIMER_ms, clock).pipe(switchMap(() => after(delay_ms - LONGEST_TIMER_ms, clock)))
}

/** Emits once when the first of the links is closed, by whatever. */
export function closed(...links: readonly Link[]): Observable<unknown> {
  return merge(...links.map(link => defer(() => link.state$.pipe(ignoreElements(), endWith(true)))))
}
