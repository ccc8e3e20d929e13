import type { Prng } from '../kernel/index.ts'

/** One of a list. Throws RangeError when there is none. */
export function pick<Item>(dice: Prng, items: readonly Item[]): Item {
  if (items.length === 0) throw new RangeError('there is nothing to pick from')
  return items[dice.below(items.length)]!
}

/** Uniform, whole. */
export function whole(dice: Prng, from: number, to: number): number {
  return from + dice.below(to - from + 1)
}

/** Between `from` and `to` (both above 0), with small values as likely as large ones by their order of magnitude; four figures. */
export function scaled(dice: Prng, from: number, to: number): number {
  const octaves = Math.log2(to / from)
  return Number((from * 2 ** (dice.next() * octaves)).toPrecision(4))
}
