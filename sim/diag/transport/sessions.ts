/** A message that comes in parts. */
export interface Assembly {
  readonly bytes: Uint8Array
  used: number
  /** Number of the next part. */
  next: number
}

/** Messages that come in parts, by who sends them to whom: at most so many at once, the oldest is given up for a new one. */
export class Assemblies<Extra extends object = object> {
  /** Given up before they were whole. */
  abandoned = 0
  private readonly open = new Map<number, Assembly & Extra>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Begins one anew; a former one of the same key is given up. */
  begin(key: number, length: number, next: number, extra: Extra): Assembly & Extra {
    if (this.open.delete(key)) this.abandoned++
    if (this.open.size === this.most) {
      this.open.delete(this.open.keys().next().value!)
      this.abandoned++
    }
    const assembly = { bytes: new Uint8Array(length), used: 0, next, ...extra }
    this.open.set(key, assembly)
    return assembly
  }

  find(key: number): (Assembly & Extra) | undefined {
    return this.open.get(key)
  }

  end(key: number): void {
    this.open.delete(key)
  }
}

/** Adds bytes of a part; whether the message is whole. */
export function addPart(assembly: Assembly, data: Uint8Array, from: number, to: number): boolean {
  const taken = Math.min(to - from, assembly.bytes.length - assembly.used)
  assembly.bytes.set(data.subarray(from, from + taken), assembly.used)
  assembly.used += taken
  return assembly.used === assembly.bytes.length
}
