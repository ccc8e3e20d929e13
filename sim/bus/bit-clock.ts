import { PHASE } from './mac.ts'
import type { BusNode, Medium } from './medium.ts'

/**
 * The present bit of a segment that goes bit by bit. Nominal bits lie on a grid that a data phase shifts; in a data phase
 * bits are shorter for all who take part. As soon as somebody signals an error bits are nominal again: who still takes them
 * for short ones sees several at once.
 */
export class BitClock {
  begin_ns = 0
  end_ns = 0
  /** Bits at the data rate that a nominal bit is long. */
  readonly ticks: number
  private readonly bus: Medium
  private readonly nodes: readonly BusNode[]

  constructor(bus: Medium, nodes: readonly BusNode[]) {
    this.bus = bus
    this.nodes = nodes
    this.ticks = bus.bit_ns / bus.dataBit_ns
  }

  /** Whether the present bit is at the data rate. */
  get fast(): boolean {
    return this.end_ns - this.begin_ns < this.bus.bit_ns
  }

  /** Number of the nominal bit of the bus's first grid whose middle is in the present bit; −1 if none is. Bit errors strike by it. */
  get number(): number {
    const bit_ns = this.bus.bit_ns
    const number = Math.ceil(this.begin_ns / bit_ns - 0.5)
    return (number + 0.5) * bit_ns < this.end_ns ? number : -1
  }

  /** The present bit is the nominal one, of the grid through `origin_ns`, whose end is still to come. */
  find(origin_ns: number): void {
    const { bus } = this
    const { bit_ns } = bus
    let end_ns = origin_ns + Math.ceil((bus.kernel.now_ns - origin_ns) / bit_ns) * bit_ns
    if (bus.isPast(end_ns)) end_ns += bit_ns
    this.set(end_ns - bit_ns, end_ns)
  }

  /** The present bit begins at `begin_ns` and is as long as the nodes, which have settled what they drive, make it. */
  next(begin_ns: number): void {
    this.begin_ns = begin_ns
    this.end_ns = begin_ns + (this.ticks > 1 && this.isDataPhase() ? this.bus.dataBit_ns : this.bus.bit_ns)
  }

  /** Goes on with another clock's bit. */
  follow(other: BitClock): void {
    this.set(other.begin_ns, other.end_ns)
  }

  private set(begin_ns: number, end_ns: number): void {
    this.begin_ns = begin_ns
    this.end_ns = end_ns
    this.bus.armBit(end_ns)
  }

  private isDataPhase(): boolean {
    const nodes = this.nodes
    let fast = false
    for (let i = 0; i < nodes.length; i++) {
      const mac = nodes[i]!.mac
      if (mac.phase === PHASE.activeFlag || mac.phase === PHASE.overloadFlag) return false
      if (mac.fast) fast = true
    }
    return fast
  }
}
