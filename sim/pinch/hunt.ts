import { Prng } from '../kernel/index.ts'
import { normal } from '../plants/index.ts'
import { type CaseValues, drawCase } from './case.ts'
import { type Detection, pressCase } from './judge.ts'
import { CASE_PARAMETERS, type CaseParameter, type CaseSpace, drawValue, SPACE } from './tolerances.ts'

/** A case that the hunt has tried. */
export interface Prey {
  readonly values: CaseValues
  readonly peak_N: number
}

const POPULATION = 40
/** The best of so many, picked by chance, becomes a parent. */
const RIVALS = 3
const MUTATION = 0.08
/** A step of a mutated value, as a share of its range. */
const STEP = 0.1
/** So many children without a harder case: the hunt begins anew elsewhere. */
const PATIENCE = 600
const DIGITS = 4

/**
 * An evolutionary search for the rod of the law that is pressed hardest: children take each parameter from one of two hard cases,
 * few of them changed, and replace the softest. It begins anew where it finds no more.
 */
export class Hunt {
  best: Prey | undefined = undefined
  tried = 0
  private readonly dice: Prng
  private readonly seed: number
  private readonly detection: Detection
  private readonly space: CaseSpace
  private drawn: number
  private herd: Prey[] = []
  private idle = 0

  /** `part` of several that hunt at once, each for itself; in `space`. */
  constructor(seed: number, part: number, detection: Detection, space: CaseSpace = SPACE) {
    this.dice = new Prng(seed, `pinch hunt ${part}`)
    this.seed = seed
    this.detection = detection
    this.space = space
    this.drawn = part * 1_000_000
  }

  /** Tries one more case. */
  next(): void {
    if (this.herd.length < POPULATION) this.herd.push(this.try(drawCase(this.seed, this.drawn++, this.space)))
    else this.breed()
  }

  private breed(): void {
    const { herd } = this
    const child = this.try(this.child(this.parent(), this.parent()))
    const softest = herd.reduce((least, prey, i) => prey.peak_N < herd[least]!.peak_N ? i : least, 0)
    const hardest_N = Math.max(...herd.map(prey => prey.peak_N))
    if (child.peak_N > herd[softest]!.peak_N) herd[softest] = child
    this.idle = child.peak_N > hardest_N ? 0 : this.idle + 1
    if (this.idle < PATIENCE) return
    this.herd = []
    this.idle = 0
  }

  private try(drawn: CaseValues): Prey {
    const values = { ...this.short(drawn), course: 0 }
    const prey = { values, peak_N: pressCase(values, this.detection).peak_N }
    this.tried++
    if (this.best === undefined || prey.peak_N > this.best.peak_N) this.best = prey
    return prey
  }

  private parent(): Prey {
    let parent = this.herd[this.dice.below(POPULATION)]!
    for (let i = 1; i < RIVALS; i++) {
      const rival = this.herd[this.dice.below(POPULATION)]!
      if (rival.peak_N > parent.peak_N) parent = rival
    }
    return parent
  }

  private child(a: Prey, b: Prey): CaseValues {
    const genes = CASE_PARAMETERS.map((name): [CaseParameter, number] => {
      const value = (this.dice.chance(0.5) ? a : b).values[name]
      return [name, this.dice.chance(MUTATION) ? this.mutated(name, value) : value]
    })
    return Object.fromEntries(genes) as Record<CaseParameter, number>
  }

  /** Drawn anew, or a step aside. */
  private mutated(name: CaseParameter, value: number): number {
    const { low, high, draw } = this.space[name]
    if (draw === 'whole' || this.dice.chance(0.5)) return drawValue(this.dice, this.space[name])
    return Math.max(low, Math.min(high, value + STEP * (high - low) * normal(this.dice)))
  }

  /** With few digits, so that the command that replays it is no longer than it has to be. */
  private short(values: CaseValues): CaseValues {
    const rounded = CASE_PARAMETERS.map((name): [CaseParameter, number] => {
      const { low, high, draw } = this.space[name]
      const value = values[name]
      return [name, draw === 'whole' ? value : Math.max(low, Math.min(high, Number(value.toPrecision(DIGITS))))]
    })
    return Object.fromEntries(rounded) as Record<CaseParameter, number>
  }
}
