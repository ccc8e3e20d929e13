import type { BusPort as NodePort } from '#sim/car/index.ts'
import { lifetime_ms, type LinkFrame } from '#sim/gateway/index.ts'
import type { Kernel } from '#sim/kernel/index.ts'

/** Between two attempts to take back a command that is on the wire again and again, ns. */
const AGAIN_ns = 1_000_000

interface Waiting {
  readonly controller: NodePort['controllers'][number]
  readonly deadlines_ns: Map<number, number[]>
}

/**
 * What a link sends onto a car's bus: commands that wait there longer than their lifetime, because the bus is stuck, busy or
 * has nobody who acknowledges, are taken back. Only an attempt that is on the wire just then runs to its end.
 */
export class FreshPort {
  /** Commands that got too old in front of the bus. */
  expired = 0
  private readonly node: NodePort
  private readonly kernel: Kernel
  private readonly onExpired: (expired: number) => void
  /** By controller and identifier: when each command that waits is too old, oldest first. */
  private readonly waiting: readonly Waiting[]

  constructor(node: NodePort, kernel: Kernel, onExpired: (expired: number) => void) {
    this.node = node
    this.kernel = kernel
    this.onExpired = onExpired
    this.waiting = node.controllers.map((controller) => {
      const deadlines_ns = new Map<number, number[]>()
      controller.onSent(id => void deadlines_ns.get(id)?.shift())
      return { controller, deadlines_ns }
    })
  }

  /** `false`: not taken. */
  send(frame: LinkFrame): boolean {
    if (!this.node.send(frame)) return false
    const most_ms = lifetime_ms(frame)
    if (most_ms === Infinity) return true
    const { id } = frame
    const due_ns = this.kernel.now_ns + most_ms * 1e6
    for (const one of this.waiting) {
      const deadlines_ns = one.deadlines_ns.get(id)
      if (deadlines_ns === undefined) one.deadlines_ns.set(id, [due_ns])
      else deadlines_ns.push(due_ns)
      this.kernel.after(most_ms * 1e6 + 1, 'a command from a link gets old', () => this.expire(one, id))
    }
    return true
  }

  /** The node went off the bus, and what waited is gone. */
  clear(): void {
    for (const { deadlines_ns } of this.waiting) deadlines_ns.clear()
  }

  private expire(one: Waiting, id: number): void {
    const { controller, deadlines_ns } = one
    const waiting = deadlines_ns.get(id)
    if (waiting === undefined || controller.pendingSend === 0) {
      deadlines_ns.delete(id)
      return
    }
    const before = this.expired
    while (waiting.length > 0 && waiting[0]! < this.kernel.now_ns) {
      if (!controller.abort(id)) {
        this.kernel.after(AGAIN_ns, 'a command from a link is too old', () => this.expire(one, id))
        break
      }
      waiting.shift()
      this.expired++
    }
    if (this.expired > before) this.onExpired(this.expired)
  }
}
