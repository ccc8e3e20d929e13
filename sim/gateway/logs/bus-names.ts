import type { FrameFault } from './log-frame.ts'

/** Buses a frame can name. */
const MOST_BUSES = 256
const LONGEST_NAME = 64

/**
 * Numbers the interfaces of a log that is read: each distinct name is a bus of its own. It has the number its name ends in
 * if that is free (`can1` is bus 1), otherwise the lowest that is. At most 256.
 */
export class BusNumbers {
  private readonly numbers = new Map<string | number, number>()
  private readonly taken = new Set<number>()

  /** The bus of this name, or of an interface that has a number and no name; −1: 256 others have one. */
  of(name: string | number, wanted = typeof name === 'string' ? numberAtEnd(name) : name): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    if (this.taken.size === MOST_BUSES) return -1
    let number = wanted
    if (!(number >= 0 && number < MOST_BUSES) || this.taken.has(number)) {
      number = 0
      while (this.taken.has(number)) number++
    }
    this.taken.add(number)
    this.numbers.set(name, number)
    return number
  }
}

export function tooManyBuses(name: string): FrameFault {
  return { cause: 'interface', reason: `interface ${name}: there are more than ${MOST_BUSES} interfaces` }
}

function numberAtEnd(name: string): number {
  const digits = /\d{1,9}$/.exec(name)
  return digits === null ? -1 : Number(digits[0])
}

/** Names the buses of a log that is written: as they were named where they come from, `spine` and the number otherwise. */
export class BusNames {
  private readonly names: (string | undefined)[] = []
  private readonly taken = new Set<string>()

  /** Whether the bus has been named. */
  has(bus: number): boolean {
    return this.names[bus] !== undefined
  }

  /** A name without white space, the same for each frame of a bus, and no other bus's. */
  of(bus: number, name: string): string {
    return this.names[bus] ??= this.free(name.replace(/[\0-\x20\x7f\xa0]/g, '_').slice(0, LONGEST_NAME) || `spine${bus}`)
  }

  private free(name: string): string {
    let found = name
    for (let n = 2; this.taken.has(found); n++) found = `${name.slice(0, LONGEST_NAME - 4)}_${n}`
    this.taken.add(found)
    return found
  }
}
