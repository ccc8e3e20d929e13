import { CAN_STATE, type CanFrame, CLASSIC_DATA_BYTES, createFrame } from '#protocol/index.ts'
import type { CanController } from '../controller.ts'
import { passes } from './acceptance.ts'
import { DLC, EFLG, FLAG, IN_BUFFER, isBitModifiable, MODE, needsConfiguration, REGISTER, REGISTERS, RXBCTRL, SIDL, TXBCTRL } from './registers.ts'

const TX_BUFFERS = 3
const NONE = -1
const SECOND_ns = 1e9
const BUFFER_STEP = 0x10
const PASSIVE = 128
const WARNING = 96
const POWER_ON_CONTROL = 0x87

/** Instructions by their first byte. */
const INSTRUCTION = { reset: 0xc0, read: 0x03, write: 0x02, bitModify: 0x05, readStatus: 0xa0, receiveStatus: 0xb0 } as const
const READ_BUFFER = { mask: 0xf9, code: 0x90 } as const
const LOAD_BUFFER = { mask: 0xf8, code: 0x40 } as const
const REQUEST_TO_SEND = { mask: 0xf8, code: 0x80 } as const

/** What was done to the chip that its data sheet forbids. */
export interface Mcp2515Misuse {
  /** Registers that are written in configuration mode only. */
  outsideConfiguration: number
  /** A transmit buffer that waits to be sent. */
  busyBuffer: number
  /** Bytes that are no instruction. */
  unknownInstruction: number
}

/**
 * An MCP2515 as its data sheet (DS20001801) describes it, from the pins of its SPI port to a node of the bus: instructions,
 * registers, modes, three transmit buffers by TXP, two receive buffers behind masks and filters with roll-over, flags and the
 * interrupt line, error states. With bit timing that is not that of the bus it never takes part. Not in it: loopback and
 * one-shot mode, the pins RXnBF, TXnRTS and CLKOUT.
 */
export class Mcp2515Chip {
  readonly misuse: Mcp2515Misuse = { outsideConfiguration: 0, busyBuffer: 0, unknownInstruction: 0 }
  /** When the dominant level began that woke it last, ns. */
  wokenAt_ns = -Infinity
  private readonly registers = new Uint8Array(REGISTERS)
  private readonly controller: CanController
  private readonly oscillator_Hz: number
  private readonly frame: CanFrame = createFrame(CLASSIC_DATA_BYTES)
  private readonly lineChanged: (low: boolean) => void
  /** The buffer whose frame the protocol controller has. */
  private offered = NONE
  private low = false

  /**
   * `controller`: an `adapter` of its own on the bus, offline. `oscillator_Hz`: of the crystal. `lineChanged` hears of the
   * interrupt line, in the middle of events of the bus and of `transfer`.
   */
  constructor(controller: CanController, oscillator_Hz: number, lineChanged: (low: boolean) => void) {
    this.controller = controller
    this.oscillator_Hz = oscillator_Hz
    this.lineChanged = lineChanged
    controller.onReceive(frame => this.receive(frame))
    controller.onSent(() => this.sent())
    controller.onState(() => this.stateChanged())
    this.reset()
  }

  /** The interrupt line is low. */
  get interrupting(): boolean {
    return this.low
  }

  /** The supply came, or the reset pin was low. */
  reset(): void {
    const { registers, controller } = this
    registers.fill(0)
    controller.online = false
    this.offered = NONE
    registers[REGISTER.canctrl] = POWER_ON_CONTROL
    registers[REGISTER.canstat] = MODE.configuration
    this.drawLine()
  }

  /** One instruction: chip select falls, `count` bytes go in, as many come out in their place, chip select rises. */
  transfer(bytes: Uint8Array, count: number): void {
    const code = bytes[0]!
    if (code === INSTRUCTION.reset) this.reset()
    else if (code === INSTRUCTION.read) this.readOut(bytes, 2, count, bytes[1]!)
    else if (code === INSTRUCTION.write) for (let i = 2; i < count; i++) this.write(bytes[1]! + i - 2, bytes[i]!)
    else if (code === INSTRUCTION.bitModify) this.modify(bytes[1]!, bytes[2]!, bytes[3]!)
    else if (code === INSTRUCTION.readStatus) bytes.fill(this.status(), 1, count)
    else if (code === INSTRUCTION.receiveStatus) bytes.fill(this.receiveStatus(), 1, count)
    else if ((code & READ_BUFFER.mask) === READ_BUFFER.code) this.readBuffer(bytes, count)
    else if ((code & LOAD_BUFFER.mask) === LOAD_BUFFER.code) this.loadBuffer(bytes, count)
    else if ((code & REQUEST_TO_SEND.mask) === REQUEST_TO_SEND.code) this.requestToSend(code)
    else this.misuse.unknownInstruction++
    this.drawLine()
  }

  private get mode(): number {
    return this.registers[REGISTER.canstat]! & MODE.mask
  }

  private readOut(bytes: Uint8Array, from: number, count: number, address: number): void {
    for (let i = from; i < count; i++) bytes[i] = this.read(address + i - from)
  }

  private read(address: number): number {
    const at = address % REGISTERS
    const row = at & 0x0f
    if (row === REGISTER.canstat) return this.registers[REGISTER.canstat]!
    if (row === REGISTER.canctrl) return this.registers[REGISTER.canctrl]!
    if (at === REGISTER.tec) return this.controller.tec
    if (at === REGISTER.rec) return this.controller.rec
    if (at === REGISTER.eflg) return this.errors()
    return this.registers[at]!
  }

  private write(address: number, value: number): void {
    this.modify(address % REGISTERS, 0xff, value)
  }

  private modify(address: number, asked: number, value: number): void {
    const at = address % REGISTERS
    const mask = isBitModifiable(at) ? asked : 0xff
    if (needsConfiguration(at) && this.mode !== MODE.configuration) {
      this.misuse.outsideConfiguration++
      return
    }
    if ((at & 0x0f) === REGISTER.canctrl) return this.control(mask, value)
    const buffer = (at >> 4) - (REGISTER.txb0ctrl >> 4)
    if (buffer >= 0 && buffer < TX_BUFFERS && (at & 0x0f) < IN_BUFFER.end) return this.writeTransmitBuffer(buffer, at, mask, value)
    this.put(at, mask & writable(at), value)
    if (at === REGISTER.rxb0ctrl) this.put(at, RXBCTRL.rollOverCopy, (this.registers[at]! & RXBCTRL.rollOver) >> 1)
  }

  private put(at: number, mask: number, value: number): void {
    this.registers[at] = this.registers[at]! & ~mask | value & mask
  }

  private control(mask: number, value: number): void {
    this.put(REGISTER.canctrl, mask, value)
    const asked = this.registers[REGISTER.canctrl]! & MODE.mask
    if (asked !== this.mode) this.enter(asked)
  }

  private enter(mode: number): void {
    const { controller } = this
    this.registers[REGISTER.canstat] = mode
    this.offered = NONE
    if (mode === MODE.sleep) return controller.sleep(time_ns => this.rouse(time_ns))
    const takesPart = (mode === MODE.normal || mode === MODE.listenOnly) && this.bit_ns() === controller.bus.bit_ns
    controller.listenOnly = mode === MODE.listenOnly
    controller.online = takesPart
    this.offer()
  }

  /**
   * Awake it is in listen-only mode (data sheet, section 10.3). Its oscillator takes its time to start: it hears nothing
   * before the host has set a mode.
   */
  private rouse(time_ns: number): void {
    this.wokenAt_ns = time_ns
    this.registers[REGISTER.canintf]! |= FLAG.wake
    this.put(REGISTER.canctrl, MODE.mask, MODE.listenOnly)
    this.registers[REGISTER.canstat] = MODE.listenOnly
    this.drawLine()
  }

  /** Length of a bit as the CNF registers make it of the crystal's time (data sheet, section 5). */
  private bit_ns(): number {
    const { registers } = this
    const cnf2 = registers[REGISTER.cnf2]!
    const before = 1 + (cnf2 & 7) + 1 + (cnf2 >> 3 & 7) + 1
    const after = (cnf2 & 0x80) === 0 ? Math.max(2, (cnf2 >> 3 & 7) + 1) : (registers[REGISTER.cnf3]! & 7) + 1
    return SECOND_ns * 2 * ((registers[REGISTER.cnf1]! & 0x3f) + 1) * (before + after) / this.oscillator_Hz
  }

  private writeTransmitBuffer(buffer: number, at: number, mask: number, value: number): void {
    const control = REGISTER.txb0ctrl + BUFFER_STEP * buffer
    const busy = (this.registers[control]! & TXBCTRL.request) !== 0
    if (at !== control) {
      if (busy) this.misuse.busyBuffer++
      else this.registers[at] = value
      return
    }
    this.put(at, mask & (TXBCTRL.request | TXBCTRL.priority), value)
    const asks = (this.registers[at]! & TXBCTRL.request) !== 0
    if (asks && !busy) this.put(at, TXBCTRL.aborted, 0)
    if (!asks && busy) this.withdraw(buffer)
    this.offer()
  }

  /** A frame on the wire goes on; else it is aborted at once. */
  private withdraw(buffer: number): void {
    const control = REGISTER.txb0ctrl + BUFFER_STEP * buffer
    if (buffer === this.offered && !this.takeBack()) return
    this.put(control, TXBCTRL.aborted, TXBCTRL.aborted)
  }

  private takeBack(): boolean {
    if (!this.controller.abort(this.frame.id, this.frame.extended)) return false
    this.offered = NONE
    return true
  }

  /** Gives the protocol controller the frame that goes next: of the highest TXP, of equal ones the highest buffer. */
  private offer(): void {
    if (this.mode !== MODE.normal || !this.controller.online) return
    let next = NONE
    let highest = NONE
    for (let buffer = 0; buffer < TX_BUFFERS; buffer++) {
      const control = this.registers[REGISTER.txb0ctrl + BUFFER_STEP * buffer]!
      if ((control & TXBCTRL.request) === 0 || (control & TXBCTRL.priority) < highest) continue
      highest = control & TXBCTRL.priority
      next = buffer
    }
    if (next === NONE || next === this.offered) return
    if (this.offered !== NONE && !this.takeBack()) return
    this.readFrame(REGISTER.txb0ctrl + BUFFER_STEP * next)
    this.offered = next
    this.controller.send(this.frame)
  }

  private readFrame(at: number): void {
    const { registers, frame } = this
    const low = registers[at + IN_BUFFER.sidl]!
    const base = registers[at + IN_BUFFER.sidh]! << 3 | low >> 5
    const dlc = registers[at + IN_BUFFER.dlc]!
    frame.extended = (low & SIDL.extended) !== 0
    frame.id = frame.extended
      ? base << 18 | (low & SIDL.high) << 16 | registers[at + IN_BUFFER.eid8]! << 8 | registers[at + IN_BUFFER.eid0]!
      : base
    frame.remote = (dlc & DLC.remote) !== 0
    frame.length = Math.min(CLASSIC_DATA_BYTES, dlc & DLC.length)
    for (let i = 0; i < frame.length; i++) frame.data[i] = registers[at + IN_BUFFER.data + i]!
  }

  private sent(): void {
    const buffer = this.offered
    this.offered = NONE
    if (buffer !== NONE) {
      this.put(REGISTER.txb0ctrl + BUFFER_STEP * buffer, TXBCTRL.request, 0)
      this.registers[REGISTER.canintf]! |= FLAG.tx0 << buffer
    }
    this.offer()
    this.drawLine()
  }

  private receive(frame: CanFrame): void {
    const { registers } = this
    const hit0 = passes(registers, 0, frame)
    const hit1 = hit0 === NONE ? passes(registers, 1, frame) : NONE
    if (hit0 === NONE && hit1 === NONE) return
    const full0 = (registers[REGISTER.canintf]! & FLAG.rx0) !== 0
    const full1 = (registers[REGISTER.canintf]! & FLAG.rx1) !== 0
    const rolls = (registers[REGISTER.rxb0ctrl]! & RXBCTRL.rollOver) !== 0
    if (hit0 !== NONE && !full0) this.store(0, hit0, frame)
    else if (hit0 !== NONE && !rolls) this.overflow(EFLG.rx0Overflow)
    else if (!full1) this.store(1, Math.max(hit0, hit1), frame)
    else this.overflow(EFLG.rx1Overflow)
    this.drawLine()
  }

  private overflow(flag: number): void {
    this.registers[REGISTER.eflg]! |= flag
    this.registers[REGISTER.canintf]! |= FLAG.error
  }

  private store(buffer: 0 | 1, hit: number, frame: CanFrame): void {
    const { registers } = this
    const at = REGISTER.rxb0ctrl + BUFFER_STEP * buffer
    this.put(at, buffer === 0 ? 1 : RXBCTRL.filterHit, hit)
    this.put(at, RXBCTRL.remote, frame.remote ? RXBCTRL.remote : 0)
    const base = frame.extended ? frame.id >>> 18 : frame.id
    registers[at + IN_BUFFER.sidh] = base >>> 3
    const kind = frame.extended ? SIDL.extended | frame.id >>> 16 & SIDL.high : frame.remote ? SIDL.remoteOf11Bits : 0
    registers[at + IN_BUFFER.sidl] = (base & 7) << 5 | kind
    registers[at + IN_BUFFER.eid8] = frame.extended ? frame.id >>> 8 : 0
    registers[at + IN_BUFFER.eid0] = frame.extended ? frame.id : 0
    registers[at + IN_BUFFER.dlc] = frame.length | (frame.remote && frame.extended ? DLC.remote : 0)
    for (let i = 0; i < frame.length && !frame.remote; i++) registers[at + IN_BUFFER.data + i] = frame.data[i]!
    registers[REGISTER.canintf]! |= FLAG.rx0 << buffer
  }

  private readBuffer(bytes: Uint8Array, count: number): void {
    const buffer = bytes[0]! >> 2 & 1
    const start = (bytes[0]! & 2) === 0 ? IN_BUFFER.sidh : IN_BUFFER.data
    this.readOut(bytes, 1, count, REGISTER.rxb0ctrl + BUFFER_STEP * buffer + start)
    this.put(REGISTER.canintf, FLAG.rx0 << buffer, 0)
  }

  private loadBuffer(bytes: Uint8Array, count: number): void {
    const buffer = bytes[0]! >> 1 & 3
    if (buffer >= TX_BUFFERS) {
      this.misuse.unknownInstruction++
      return
    }
    const start = (bytes[0]! & 1) === 0 ? IN_BUFFER.sidh : IN_BUFFER.data
    for (let i = 1; i < count; i++) this.write(REGISTER.txb0ctrl + BUFFER_STEP * buffer + start + i - 1, bytes[i]!)
  }

  private requestToSend(code: number): void {
    for (let buffer = 0; buffer < TX_BUFFERS; buffer++) {
      if ((code & 1 << buffer) !== 0) this.modify(REGISTER.txb0ctrl + BUFFER_STEP * buffer, TXBCTRL.request, TXBCTRL.request)
    }
  }

  private status(): number {
    const flags = this.registers[REGISTER.canintf]!
    let status = flags & (FLAG.rx0 | FLAG.rx1)
    for (let buffer = 0; buffer < TX_BUFFERS; buffer++) {
      if ((this.registers[REGISTER.txb0ctrl + BUFFER_STEP * buffer]! & TXBCTRL.request) !== 0) status |= 4 << 2 * buffer
      if ((flags & FLAG.tx0 << buffer) !== 0) status |= 8 << 2 * buffer
    }
    return status
  }

  /** Which buffers are full, the kind of the frame in the first that is, and the filter that it passed. */
  private receiveStatus(): number {
    const full = this.registers[REGISTER.canintf]! & (FLAG.rx0 | FLAG.rx1)
    if (full === 0) return 0
    const buffer = (full & FLAG.rx0) !== 0 ? 0 : 1
    const at = REGISTER.rxb0ctrl + BUFFER_STEP * buffer
    const extended = (this.registers[at + IN_BUFFER.sidl]! & SIDL.extended) !== 0 ? 0x10 : 0
    const remote = (this.registers[at]! & RXBCTRL.remote) !== 0 ? 0x08 : 0
    return full << 6 | extended | remote | this.registers[at]! & (buffer === 0 ? 1 : RXBCTRL.filterHit)
  }

  private errors(): number {
    const { tec, rec, state } = this.controller
    let flags = this.registers[REGISTER.eflg]! & (EFLG.rx0Overflow | EFLG.rx1Overflow)
    if (state === CAN_STATE.busOff) flags |= EFLG.busOff
    if (tec >= PASSIVE) flags |= EFLG.txPassive
    if (rec >= PASSIVE) flags |= EFLG.rxPassive
    if (tec >= WARNING) flags |= EFLG.txWarning | EFLG.warning
    if (rec >= WARNING) flags |= EFLG.rxWarning | EFLG.warning
    return flags
  }

  /** It begins by itself to count the 128 × 11 bits out of bus-off. */
  private stateChanged(): void {
    const { mode } = this
    if (mode === MODE.configuration || mode === MODE.sleep) return
    this.registers[REGISTER.canintf]! |= FLAG.error
    if (this.controller.state === CAN_STATE.busOff) this.controller.recover()
    this.drawLine()
  }

  private drawLine(): void {
    const low = (this.registers[REGISTER.canintf]! & this.registers[REGISTER.caninte]!) !== 0
    if (low === this.low) return
    this.low = low
    this.lineChanged(low)
  }
}

/** Bits that an instruction can write. */
function writable(at: number): number {
  switch (at) {
    case REGISTER.tec: case REGISTER.rec: case REGISTER.canstat: return 0
    case REGISTER.eflg: return EFLG.rx0Overflow | EFLG.rx1Overflow
    case REGISTER.rxb0ctrl: return RXBCTRL.mode | RXBCTRL.rollOver
    case REGISTER.rxb1ctrl: return RXBCTRL.mode
    default: return (at & 0x0f) === REGISTER.canstat || at > REGISTER.rxb0ctrl ? 0 : 0xff
  }
}
