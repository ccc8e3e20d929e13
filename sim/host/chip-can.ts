import { bitTiming, type CanSpi, Mcp2515 } from '#firmware/boards/index.ts'
import type { FilterBank } from '#firmware/index.ts'
import type { CanState } from '#protocol/index.ts'
import type { CanController } from '../bus/index.ts'
import { Mcp2515Chip } from '../bus/mcp2515/index.ts'
import type { Cpu, InterruptSource } from './cpu.ts'
import type { CanModel, HostCan } from './host-can.ts'

/** Of the crystal on the common boards. */
const OSCILLATOR_Hz = 16e6
const SECOND_ns = 1e9
const MS_ns = 1e6
/** Until a crystal swings, and the host can set a mode. */
const OSCILLATOR_START_ns = 1e6

/**
 * A CAN port as the boards have it: their own driver, an SPI port, and an MCP2515 by its registers. For one life of a hub,
 * as `HubCan`.
 */
export class ChipCan implements HostCan {
  /** What a board's code has of it. */
  readonly spi: CanSpi
  private readonly chip: Mcp2515Chip
  private readonly controller: CanController
  private readonly bitrate: number
  private ownDriver: Mcp2515 | undefined = undefined
  private edge: ((time_ns: number) => void) | undefined = undefined
  private alive = true

  /** `controller`: an `adapter`, the chip's own part of the bus. */
  constructor(controller: CanController, cpu: Cpu) {
    let handler = (): void => undefined
    const source: InterruptSource = { serve: () => handler() }
    const deferred: (() => void)[] = []
    const deferSource: InterruptSource = { serve: () => deferred.shift()!() }
    const chip = new Mcp2515Chip(controller, OSCILLATOR_Hz, (low) => {
      if (low && this.alive) this.lineFell(cpu, source)
    })
    this.spi = {
      transfer: (bytes, count) => { if (this.alive) chip.transfer(bytes, count) },
      interrupted: () => chip.interrupting,
      onInterrupt: (then) => { handler = then },
      defer: (then) => {
        deferred.push(then)
        cpu.post(deferSource, 0, 0)
      },
    }
    this.chip = chip
    this.controller = controller
    this.bitrate = SECOND_ns / controller.bus.bit_ns
  }

  /** The driver of the boards, for firmware that brings none of its own. */
  private get driver(): Mcp2515 {
    return this.ownDriver ??= new Mcp2515(this.spi, bitTiming(OSCILLATOR_Hz, this.bitrate))
  }

  sleep(edge: (time_ns: number) => void): void {
    if (!this.alive) return
    this.ownDriver?.sleep(() => undefined)
    this.edge = edge
  }

  wake(): void {
    this.edge = undefined
    if (this.alive) this.ownDriver?.wake()
  }

  dispose(): void {
    this.chip.reset()
    this.alive = false
  }

  send(id: number, data: Uint8Array, length: number): boolean {
    return this.driver.send(id, data, length)
  }

  abort(id: number): boolean {
    return this.driver.abort(id)
  }

  filter(first: FilterBank, second: FilterBank): void {
    this.driver.filter(first, second)
  }

  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void {
    this.driver.onReceive(handler)
  }

  onSent(handler: (id: number) => void): void {
    this.driver.onSent(handler)
  }

  tec(): number {
    return this.driver.tec()
  }

  rec(): number {
    return this.driver.rec()
  }

  state(): CanState {
    return this.driver.state()
  }

  overflows(): number {
    return this.driver.overflows()
  }

  recover(): void {
    this.driver.recover()
  }

  private lineFell(cpu: Cpu, source: InterruptSource): void {
    const { edge } = this
    this.edge = undefined
    if (edge !== undefined) return edge(this.chip.wokenAt_ns)
    // A processor that is awake while its controller sleeps.
    const starts_ns = this.chip.wokenAt_ns + OSCILLATOR_START_ns - this.controller.bus.kernel.now_ns
    if (starts_ns > 0) cpu.after(starts_ns / MS_ns, () => source.serve(0, 0))
    else cpu.interrupt(source, 0, 0)
  }
}

/** An MCP2515 by its registers, driven by the driver of the boards. */
export const REGISTERS: CanModel = { profile: 'adapter', make: (controller, cpu) => new ChipCan(controller, cpu) }
