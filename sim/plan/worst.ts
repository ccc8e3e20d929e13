import type { Admission, Consumer } from '../car/index.ts'

/** What the manager admits that is hardest for one cable or hub. */
interface Worst {
  /** Of the cable, A; or at the hub, V. */
  readonly value: number
  /** Names of the components that run. */
  readonly running: readonly string[]
}

/** By cable and by hub, in the order of the car's copper. */
export interface WorstCases {
  readonly cables: readonly Worst[]
  readonly hubs: readonly Worst[]
}

/**
 * Sets that the manager's own book-keeping admits, for each cable the one that puts most through it, for each hub the one that leaves
 * it least volts. Found by filling up, the heaviest first and the lightest first: a lower bound of the worst, while `limit_A` of a
 * cable and 9 V at a hub bound it from the other side.
 */
export function worstCases(admission: Admission): WorstCases {
  const { capability } = admission
  const hubIndex = new Map(capability.hubs.map((hub, i) => [hub.name, i]))
  const fill = (weight: (one: Consumer) => number): Consumer[][] => [-1, 1].map((direction) => {
    const order = admission.consumers.filter(one => one.run_A > 0).sort((a, b) => direction * (weight(a) - weight(b)))
    const running: Consumer[] = []
    for (const one of order) if (weight(one) > 0 && admission.admits([...running, one])) running.push(one)
    return running
  })
  const by = (table: readonly (readonly number[])[], row: number) => (one: Consumer): number =>
    Math.abs(table[row]![hubIndex.get(one.hub)!]!) * one.run_A
  const best = (sets: readonly Consumer[][], valueOf: (running: readonly Consumer[]) => number, sign: 1 | -1): Worst => {
    const valued = sets.map(running => ({ value: valueOf(running), running: running.map(one => one.name) }))
    return valued.reduce((worst, one) => sign * one.value > sign * worst.value ? one : worst)
  }
  return {
    cables: capability.cables.map((_, i) =>
      best(fill(by(capability.share, i)), running => Math.abs(admission.predict(running).current_A[i]!), 1)),
    hubs: capability.hubs.map((_, i) =>
      best(fill(by(capability.transfer_Ohm, i)), running => admission.predict(running).voltage_V[i]!, -1)),
  }
}
