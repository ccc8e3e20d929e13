import { type EventByKind, type EventKind, eventText, type TraceEvent } from '#sim/trace/index.ts'

/** Of a fault that begins or ends: which one, at its source. */
interface Step { readonly fault: string, readonly stands: boolean }

/** Events with which a fault begins or ends. */
const STEPS: { readonly [Kind in EventKind]?: (event: EventByKind[Kind]) => Step } = {
  bitErrors: ({ rate }) => ({ fault: 'bit errors', stands: rate > 0 }),
  frameLoss: ({ rate }) => ({ fault: 'frame loss', stands: rate > 0 }),
  dropped: ({ dropped }) => ({ fault: 'dropped', stands: dropped }),
  babbling: ({ babbling }) => ({ fault: 'babbling', stands: babbling }),
  spineCut: ({ position, cut }) => ({ fault: `cut behind ${position}`, stands: cut }),
  dominant: ({ dominant }) => ({ fault: 'dominant', stands: dominant }),
  pickedBits: ({ count }) => ({ fault: 'picked bits', stands: count > 0 }),
  copperFault: ({ fault }) => ({ fault, stands: true }),
  copperRepair: ({ fault }) => ({ fault, stands: false }),
  fuseOpened: () => ({ fault: 'fuse', stands: true }),
  unplug: () => ({ fault: 'unplugged', stands: true }),
  plug: () => ({ fault: 'unplugged', stands: false }),
  pairCut: () => ({ fault: 'data pair', stands: true }),
  pairMended: () => ({ fault: 'data pair', stands: false }),
  obstacle: () => ({ fault: 'obstacle', stands: true }),
  obstacleGone: () => ({ fault: 'obstacle', stands: false }),
}

/** Keeps which of the faults that were made stand. */
export class StandingFaults {
  private readonly standing = new Map<string, TraceEvent>()

  observe(event: TraceEvent): void {
    const step = stepOf(event.kind, event)
    if (step === undefined) return
    const key = `${event.source} ${step.fault}`
    if (step.stands) this.standing.set(key, event)
    else this.standing.delete(key)
  }

  /** A line for each: what, and since when. */
  lines(): string[] {
    return [...this.standing.values()].map(event => `${eventText(event)} (since ${(event.t_ns / 1e6).toFixed(3)} ms)`)
  }
}

function stepOf<Kind extends EventKind>(kind: Kind, event: EventByKind[Kind]): Step | undefined {
  return STEPS[kind]?.(event)
}
