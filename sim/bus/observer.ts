import { type CanFrame, leastFdFrameBits, leastFrameBits } from '#protocol/index.ts'
import type { CanController } from './controller.ts'
import { ERROR_TYPE, NEWS, PHASE } from './mac.ts'
import type { Medium } from './medium.ts'

/** Counts and hands out what happens on one segment: good frames and errors, to taps and to the nodes. */
export class Observer {
  /** Error or overload flags and delimiters are on the bus: what comes now belongs to the error already counted. */
  signalling = false
  private readonly bus: Medium
  private readonly nodes: readonly CanController[]
  private readonly half: number
  /** Stubs are no part of the bus's statistics. */
  private readonly counted: boolean

  constructor(bus: Medium, nodes: readonly CanController[], half: number, counted: boolean) {
    this.bus = bus
    this.nodes = nodes
    this.half = half
    this.counted = counted
  }

  /** A transmitter found nobody that acknowledged. */
  lonely(node: CanController, time_ns: number): void {
    if (this.counted) this.bus.countErrorFrame(node, ERROR_TYPE.ack, true, time_ns)
    this.bus.reportError(node, ERROR_TYPE.ack, true, time_ns)
  }

  /** A frame that is good: counts it and shows it to the taps. */
  publish(frame: CanFrame, start_ns: number, end_ns: number, bits: number, sender: string): void {
    const bus = this.bus
    if (this.counted) {
      const counters = bus.counters
      counters.frames++
      counters.bits += bits
      counters.stuffBits += bits - (frame.fd
        ? leastFdFrameBits(frame.extended, frame.length)
        : leastFrameBits(frame.extended, frame.remote ? 0 : frame.length))
    }
    const taps = bus.taps.items
    if (taps.length === 0) return
    const tapped = bus.tapped
    tapped.frame = frame
    tapped.start_ns = start_ns
    tapped.end_ns = end_ns
    tapped.bits = bits
    tapped.sender = sender
    tapped.half = this.half
    for (let i = 0; i < taps.length; i++) taps[i]!(tapped)
  }

  /** Looks at what the nodes found in the bit that ends at `end_ns`. */
  report(end_ns: number): void {
    const nodes = this.nodes
    let news = 0
    let flags = false
    for (let i = 0; i < nodes.length; i++) {
      const mac = nodes[i]!.mac
      news |= mac.news
      if (mac.phase >= PHASE.activeFlag) flags = true
    }
    if (news !== 0) {
      if ((news & (NEWS.error | NEWS.overload)) !== 0) this.reportErrors(end_ns)
      if ((news & (NEWS.received | NEWS.sent)) !== 0) this.reportFrame(end_ns)
    }
    this.signalling = flags
    for (let i = 0; i < nodes.length; i++) nodes[i]!.noticeState()
  }

  private reportErrors(end_ns: number): void {
    let first: CanController | undefined
    let overload = false
    for (const node of this.nodes) {
      const mac = node.mac
      if ((mac.news & NEWS.overload) !== 0) overload = true
      if ((mac.news & NEWS.error) === 0) continue
      if (first === undefined || (mac.errorAsTransmitter && !first.mac.errorAsTransmitter)) first = node
      this.bus.reportError(node, mac.errorType, mac.errorAsTransmitter, end_ns)
    }
    if (this.signalling || !this.counted) return
    if (first !== undefined && first.mac.phase !== PHASE.busOff) {
      this.bus.countErrorFrame(first, first.mac.errorType, first.mac.errorAsTransmitter, end_ns)
    } else if (overload) this.bus.counters.overloadFrames++
  }

  /** A frame as its `holder` has it. */
  private show(holder: CanController, sender: CanController | undefined, end_ns: number): void {
    const frame = holder.sending?.frame ?? holder.mac.coder.frame
    const { age, fastAge } = holder.mac
    const length_ns = (age - fastAge) * this.bus.bit_ns + fastAge * this.bus.dataBit_ns
    this.publish(frame, end_ns - length_ns, end_ns, age, sender?.name ?? '')
  }

  /** Someone holds a frame to be good. */
  private reportFrame(end_ns: number): void {
    const nodes = this.nodes
    let sent: CanController | undefined
    let repeats: CanController | undefined
    let received: CanController | undefined
    for (const node of nodes) {
      const mac = node.mac
      if ((mac.news & NEWS.sent) !== 0) {
        node.sending = mac.slot
        mac.slot = undefined
        mac.transmitting = false
        node.tx.take(node.sending!)
        sent ??= node
      } else if ((mac.news & NEWS.received) !== 0) received ??= node
      else if ((mac.news & NEWS.repeats) !== 0) repeats ??= node
    }
    if (sent === undefined) this.show(received!, repeats, end_ns)
    else {
      // Two that do not hear each other send at once, each its own, which those hear who hear it.
      for (const node of nodes) {
        if (node.sending !== undefined && (node === sent || node.sending.frame.id !== sent.sending!.frame.id)) this.show(node, node, end_ns)
      }
    }
    for (const node of nodes) {
      if ((node.mac.news & NEWS.received) === 0) continue
      const frame = node.mac.coder.frame
      frame.bus = this.bus.index
      node.deliver(frame)
    }
    for (const node of nodes) {
      const slot = node.sending
      if (slot === undefined) continue
      node.sending = undefined
      node.finishSending(slot)
    }
  }
}
