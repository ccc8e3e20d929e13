import { type CanFrame, type CanState, CLASSIC_DATA_BYTES, createFrame } from '#protocol/index.ts'
import type { FilterBank } from '#firmware/index.ts'
import type { CanController } from '../bus/index.ts'
import type { Cpu, InterruptSource } from './cpu.ts'
import type { CanModel, HostCan } from './host-can.ts'

/** A CAN controller as the firmware of one life of a hub sees it: its interrupts wait for the processor. */
class HubCan implements HostCan {
  private readonly controller: CanController
  private readonly cpu: Cpu
  private readonly incoming: CanFrame = createFrame(CLASSIC_DATA_BYTES)
  private readonly outgoing: CanFrame = createFrame(CLASSIC_DATA_BYTES)
  private readonly receiveSource: InterruptSource
  private readonly sentSource: InterruptSource
  private receiveHandler: ((id: number, data: Uint8Array, length: number) => void) | undefined = undefined
  private sentHandler: ((id: number) => void) | undefined = undefined
  /** The receive interrupt is served or waits to be. */
  private receiving = false
  private alive = true

  constructor(controller: CanController, cpu: Cpu) {
    this.controller = controller
    this.cpu = cpu
    this.receiveSource = { serve: () => this.receiveOne() }
    this.sentSource = { serve: id => this.sentHandler?.(id) }
    controller.reset()
    controller.onReceive(() => this.requestReceive())
    controller.onSent((id) => {
      if (this.alive && this.sentHandler !== undefined) cpu.interrupt(this.sentSource, id, 0)
    })
    controller.online = true
  }

  sleep(edge: (time_ns: number) => void): void {
    if (this.alive) this.controller.sleep(edge)
  }

  wake(): void {
    if (this.alive) this.controller.online = true
  }

  dispose(): void {
    this.alive = false
    this.controller.reset()
  }

  send(id: number, data: Uint8Array, length: number): boolean {
    if (!this.alive) return false
    const frame = this.outgoing
    frame.id = id
    frame.length = length
    for (let i = 0; i < length; i++) frame.data[i] = data[i]!
    return this.controller.send(frame)
  }

  abort(id: number): boolean {
    if (!this.alive || !this.controller.abort(id)) return false
    this.cpu.post(this.sentSource, id, 0)
    return true
  }

  filter(first: FilterBank, second: FilterBank): void {
    if (this.alive) this.controller.filter(first, second)
  }

  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void {
    this.receiveHandler = handler
  }

  onSent(handler: (id: number) => void): void {
    this.sentHandler = handler
  }

  tec(): number {
    return this.controller.tec
  }

  rec(): number {
    return this.controller.rec
  }

  state(): CanState {
    return this.controller.state
  }

  overflows(): number {
    return this.controller.overflows
  }

  recover(): void {
    if (this.alive) this.controller.recover()
  }

  private requestReceive(): void {
    if (!this.alive || this.receiving || this.receiveHandler === undefined) return
    this.receiving = true
    this.cpu.interrupt(this.receiveSource, 0, 0)
  }

  /** Empties one receive buffer; the interrupt line stays low while another one is full. */
  private receiveOne(): void {
    const { incoming, controller } = this
    this.receiving = false
    if (!controller.read(incoming)) return
    if (controller.pendingReceive > 0) {
      this.receiving = true
      this.cpu.post(this.receiveSource, 0, 0)
    }
    if (incoming.extended && !incoming.remote) this.receiveHandler!(incoming.id, incoming.data, incoming.length)
  }
}

/** Their behaviour alone, without registers. */
export const BEHAVIOUR: CanModel = { profile: 'mcp2515', make: (controller, cpu) => new HubCan(controller, cpu) }
