import type { BusPort as NodePort } from '#sim/car/index.ts'
import { lifetime_ms, type LinkFrame } from '#sim/gateway/index.ts'
import type { Kernel } from '#sim/kernel/index.ts'

/** Between two attempts to take back a command that is on the wire again and again, ns. */
const AGAIN_ns = 1_000_000

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
  /** By identifier: when each command that waits is too old, oldest first. */
  private readonly deadlines_ns = new Map<number, number[]>()

  constructor(node: NodePort, kernel: Kernel, onExpired: (expired: number) => void) {
    this.node = node
    this.kernel = kernel
    this.onExpired = onExpired
    node.controller.onSent(id => void this.deadlines_ns.get(id)?.shift())
  }

  /** `false`: not taken. */
  send(frame: LinkFrame): boolean {
    if (!this.node.send(frame)) return false
    const most_ms = lifetime_ms(frame)
    if (most_ms === Infinity) return true
    const { id } = frame
    const due_ns = this.kernel.now_ns + most_ms * 1e6
    const waiting = this.deadlines_ns.get(id)
    if (waiting === undefined) this.deadlines_ns.set(id, [due_ns])
    else waiting.push(due_ns)
    this.kernel.after(most_ms * 1e6 + 1, 'a command from a link gets old', () => this.expire(id))
    return true
  }

  /** The node went off the bus, and what waited is gone. */
  clear(): void {
    this.deadlines_ns.clear()
  }

  private expire(id: number): void {
    const waiting = this.deadlines_ns.get(id)
    if (waiting === undefined || this.node.controller.pendingSend === 0) {
      this.deadlines_ns.delete(id)
      return
    }
    const before = this.expired
    while (waiting.length > 0 && waiting[0]! < this.kernel.now_ns) {
      if (!this.node.controller.abort(id)) {
        this.kernel.after(AGAIN_ns, 'a command from a link is too old', () => this.expire(id))
        break
      }
      waiting.shift()
      this.expired++
    }
    if (this.expired > before) this.onExpired(this.expired)
  }
}
