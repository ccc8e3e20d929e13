import type { Admission, Consumer } from '../car/index.ts'

/** Classes that work for less than a second: they take turns with whatever runs. */
const MOMENTARY: readonly Consumer['class'][] = ['latch']
/** As a multiple of its run current, what a component must get to begin: a hub limits peaks to what its drop carries. */
const BEGINS = 2

/** What a hub should be able to have at once, A, its board included. */
export interface Demand {
  readonly hub: string
  /** All that lasts. */
  readonly run_A: number
  /** The largest start on top. */
  readonly peak_A: number
}

/** What a component has to get when it begins, A. */
export function start_A({ run_A, peak_A }: Consumer): number {
  return Math.min(peak_A, BEGINS * run_A)
}

/** What the hubs of a car should have, each by itself. */
export function demandsOf(admission: Admission): Demand[] {
  return Object.entries(admission.idle).map(([hub, idle_A]) => {
    const parts = admission.consumers.filter(one => one.hub === hub)
    const lasting = parts.filter(one => !MOMENTARY.includes(one.class))
    const others = parts.filter(one => MOMENTARY.includes(one.class))
    const lasting_A = lasting.reduce((sum_A, one) => sum_A + one.run_A, 0)
    const run_A = idle_A + (lasting_A > 0 ? lasting_A : Math.max(0, ...others.map(one => one.run_A)))
    const starts_A = [...lasting.map(one => start_A(one) - one.run_A), ...others.map(one => start_A(one) - (lasting_A > 0 ? 0 : one.run_A))]
    return { hub, run_A, peak_A: run_A + Math.max(0, ...starts_A) }
  })
}

/** By hub: this share of what should run, for all hubs at once. */
export function togetherOf(admission: Admission, demands: readonly Demand[], together: number): Record<string, number> {
  return Object.fromEntries(demands.map(({ hub, run_A }) => {
    const idle_A = admission.idle[hub]!
    return [hub, idle_A + together * (run_A - idle_A)]
  }))
}

/** Whether the manager grants each hub what it should have with all others at rest, and all hubs their share at once. */
export function satisfied(admission: Admission, demands: readonly Demand[], together: number): boolean {
  return demands.every(demand => hubSatisfied(admission, demand)) && togetherSatisfied(admission, demands, together)
}

export function hubSatisfied(admission: Admission, { hub, run_A, peak_A }: Demand): boolean {
  return admission.fits({ ...admission.idle, [hub]: run_A }, { [hub]: peak_A - run_A })
}

export function togetherSatisfied(admission: Admission, demands: readonly Demand[], together: number): boolean {
  const most = demands.reduce((largest, one) => one.peak_A - one.run_A > largest.peak_A - largest.run_A ? one : largest)
  return admission.fits(togetherOf(admission, demands, together), { [most.hub]: together * (most.peak_A - most.run_A) })
}
