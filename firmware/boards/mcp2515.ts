import { CAN_STATE, type CanState } from '#protocol/index.ts'
import type { FilterBank } from '../hal.ts'
import type { BitTiming } from './bit-timing.ts'
import type { BoardCan } from './board-can.ts'
import type { CanSpi } from './can-spi.ts'

/** Instructions (data sheet DS20001801, table 12-1). */
const RESET = 0xc0
const READ = 0x03
const WRITE = 0x02
const BIT_MODIFY = 0x05
/** From the identifier on; + 4 for the second buffer. Ends with the buffer free. */
const READ_BUFFER = 0x90
/** From the identifier on; + 2 for each further buffer. */
const LOAD_BUFFER = 0x40

const CANSTAT = 0x0e
const CANCTRL = 0x0f
const TEC = 0x1c
const REC = 0x1d
const CNF3 = 0x28
const CANINTE = 0x2b
const CANINTF = 0x2c
const EFLG = 0x2d
const TXB0CTRL = 0x30
const RXB0CTRL = 0x60
const RXM0 = 0x20
/** Of the filters, first those of the first receive buffer. */
const FILTERS = [0x00, 0x04, 0x08, 0x10, 0x14, 0x18]
const FIRST_FILTERS = 2
const NEXT_BUFFER = 0x10

const NORMAL = 0x00
const SLEEP = 0x20
const CONFIGURATION = 0x80
const MODE_MASK = 0xe0
/** The controller changes its mode when the bus is idle: a frame and its intermission are shorter than this many readings. */
const MOST_READINGS = 200

const RX0IF = 0x01
const TX0IF = 0x04
const ALL_TXIF = 0x1c
const ERRIF = 0x20
const WAKIF = 0x40
const MERRF = 0x80
/** Both receive buffers, the three transmit buffers, errors. */
const LISTENED = 0x3f

const BUS_OFF = 0x20
const PASSIVE = 0x18
const OVERFLOWS = 0xc0

const TXREQ = 0x08
const ABORTED = 0x40
const ROLL_OVER = 0x04
const EXTENDED = 0x08

const BUFFERS = 3
/** Of the two bits that say which buffer goes first. */
const LEVELS = 4
const LENGTH_MASK = 0x0f
const LONGEST_DATA = 8
const REMOTE = 0x40
const NOBODY = -1
/** Interrupts served in one callback: the processor has other work too. */
const MOST_ROUNDS = 8

/**
 * Driver of an MCP2515 behind an SPI port (data sheet DS20001801). Its three transmit buffers go out in the order of
 * arbitration, as `runtime/transmit.ts` expects: TXP is set so that it agrees with the identifiers.
 *
 * Two things differ from a controller as one would draw it. The chip leaves bus-off by itself: the driver keeps it in
 * configuration mode instead, until `recover`. And it cannot tell which of its receive buffers is the older: where both are full
 * the first is read first.
 */
export class Mcp2515 implements BoardCan {
  private readonly spi: CanSpi
  private readonly bytes: Uint8Array
  private readonly data: Uint8Array
  /** Identifier in each transmit buffer; `NOBODY`: free. */
  private readonly ids: number[]
  private readonly levels: number[]
  /** In which order they came. */
  private readonly ages: number[]
  private age: number
  /** Withdrawn while it was on the wire: the chip says without an interrupt whether it is gone. */
  private readonly withdrawn: boolean[]
  private receiveHandler: ((id: number, data: Uint8Array, length: number) => void) | undefined
  private sentHandler: ((id: number) => void) | undefined
  private woken: (() => void) | undefined
  private lost: number
  private off: boolean

  /** @throws Error when no controller answers. */
  constructor(spi: CanSpi, timing: BitTiming) {
    this.spi = spi
    this.bytes = new Uint8Array(14)
    this.data = new Uint8Array(LONGEST_DATA)
    this.ids = [NOBODY, NOBODY, NOBODY]
    this.levels = [0, 0, 0]
    this.ages = [0, 0, 0]
    this.age = 0
    this.withdrawn = [false, false, false]
    this.receiveHandler = undefined
    this.sentHandler = undefined
    this.woken = undefined
    this.lost = 0
    this.off = false
    this.bytes[0] = RESET
    spi.transfer(this.bytes, 1)
    if (!this.enter(CONFIGURATION)) throw new Error('no MCP2515 answers: SPI pins, chip select, its crystal?')
    this.bytes[2] = timing.cnf3
    this.bytes[3] = timing.cnf2
    this.bytes[4] = timing.cnf1
    this.write(CNF3, 3)
    this.bytes[2] = LISTENED
    this.write(CANINTE, 1)
    this.bytes[2] = ROLL_OVER
    this.write(RXB0CTRL, 1)
    spi.onInterrupt(() => this.interrupt())
  }

  send(id: number, data: Uint8Array, length: number): boolean {
    const buffer = this.ids.indexOf(NOBODY)
    if (buffer < 0) return false
    const bytes = this.bytes
    bytes[0] = LOAD_BUFFER + 2 * buffer
    this.putId(id, 1)
    bytes[5] = length
    for (let i = 0; i < length; i++) bytes[6 + i] = data[i]!
    this.spi.transfer(bytes, 6 + length)
    this.ids[buffer] = id
    this.ages[buffer] = this.age++
    this.rank(buffer)
    bytes[2] = TXREQ | this.levels[buffer]!
    this.write(TXB0CTRL + NEXT_BUFFER * buffer, 1)
    return true
  }

  abort(id: number): boolean {
    const buffer = this.ids.indexOf(id)
    if (buffer < 0) return false
    this.modify(TXB0CTRL + NEXT_BUFFER * buffer, TXREQ, 0)
    const gone = (this.read(TXB0CTRL + NEXT_BUFFER * buffer) & ABORTED) !== 0
    if (gone) this.ids[buffer] = NOBODY
    else this.withdrawn[buffer] = true
    this.spi.defer(() => {
      if (!gone) this.interrupt()
      else if (this.sentHandler !== undefined) this.sentHandler(id)
    })
    return gone
  }

  filter(first: FilterBank, second: FilterBank): void {
    this.enter(CONFIGURATION)
    for (let i = 0; i < FILTERS.length; i++) {
      const bank = i < FIRST_FILTERS ? first : second
      const filter = bank.filters[i < FIRST_FILTERS ? i : i - FIRST_FILTERS]
      // A filter that is not used repeats the first; an empty bank lets in frames of 11 bits only, which nobody reads.
      const id = filter === undefined ? bank.filters[0] : filter
      this.putId(id === undefined ? 0 : id, 2)
      if (id === undefined) this.bytes[3] = 0
      this.write(FILTERS[i]!, 4)
    }
    this.putId(first.mask, 2)
    this.write(RXM0, 4)
    this.putId(second.mask, 2)
    this.write(RXM0 + 4, 4)
    this.enter(NORMAL)
  }

  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void {
    this.receiveHandler = handler
  }

  onSent(handler: (id: number) => void): void {
    this.sentHandler = handler
  }

  tec(): number {
    return this.off ? 255 : this.read(TEC)
  }

  rec(): number {
    return this.off ? 0 : this.read(REC)
  }

  state(): CanState {
    if (this.off) return CAN_STATE.busOff
    const flags = this.read(EFLG)
    if ((flags & BUS_OFF) !== 0) return CAN_STATE.busOff
    return (flags & PASSIVE) !== 0 ? CAN_STATE.errorPassive : CAN_STATE.errorActive
  }

  /** At least: the chip says that frames were lost, not how many. */
  overflows(): number {
    return this.lost
  }

  recover(): void {
    if (!this.off) return
    this.off = false
    this.enter(NORMAL)
    for (let buffer = 0; buffer < BUFFERS; buffer++) {
      if (this.ids[buffer] !== NOBODY) this.modify(TXB0CTRL + NEXT_BUFFER * buffer, TXREQ, TXREQ)
    }
  }

  sleep(woken: () => void): void {
    this.woken = woken
    for (let buffer = 0; buffer < BUFFERS; buffer++) {
      if (this.ids[buffer] !== NOBODY) this.modify(TXB0CTRL + NEXT_BUFFER * buffer, TXREQ, 0)
      this.ids[buffer] = NOBODY
      this.withdrawn[buffer] = false
    }
    this.off = false
    this.bytes[2] = WAKIF
    this.bytes[3] = 0
    this.write(CANINTE, 2)
    this.enter(SLEEP)
  }

  wake(): void {
    this.woken = undefined
    this.bytes[2] = LISTENED
    this.bytes[3] = 0
    this.write(CANINTE, 2)
    this.enter(NORMAL)
  }

  private interrupt(): void {
    for (let round = 0; round < MOST_ROUNDS && this.serve(); round++);
    if (this.spi.interrupted()) this.spi.defer(() => this.interrupt())
  }

  /** Serves what the controller has; answers whether more may wait. */
  private serve(): boolean {
    for (let buffer = 0; buffer < BUFFERS; buffer++) if (this.withdrawn[buffer]!) this.lookAfter(buffer)
    if (!this.spi.interrupted()) return false
    const bytes = this.bytes
    bytes[0] = READ
    bytes[1] = CANINTF
    this.spi.transfer(bytes, 4)
    const flags = bytes[2]!
    const errors = bytes[3]!
    if ((flags & RX0IF) !== 0) this.take(0)
    if ((flags & RX0IF << 1) !== 0) this.take(1)
    if ((flags & (ALL_TXIF | ERRIF | WAKIF | MERRF)) === 0) return true
    this.modify(CANINTF, flags & (ALL_TXIF | ERRIF | WAKIF | MERRF), 0)
    for (let buffer = 0; buffer < BUFFERS; buffer++) if ((flags & TX0IF << buffer) !== 0) this.free(buffer)
    if ((flags & ERRIF) !== 0) this.heed(errors)
    if ((flags & WAKIF) !== 0) this.rouse()
    return true
  }

  /** Reads a receive buffer, which frees it. */
  private take(buffer: number): void {
    const bytes = this.bytes
    bytes[0] = READ_BUFFER + 4 * buffer
    this.spi.transfer(bytes, 14)
    const low = bytes[2]!
    const length = bytes[5]! & LENGTH_MASK
    if ((low & EXTENDED) === 0 || (bytes[5]! & REMOTE) !== 0 || this.receiveHandler === undefined) return
    const id = bytes[1]! << 21 | (low & 0xe0) << 13 | (low & 3) << 16 | bytes[3]! << 8 | bytes[4]!
    for (let i = 0; i < LONGEST_DATA; i++) this.data[i] = bytes[6 + i]!
    this.receiveHandler(id, this.data, length > LONGEST_DATA ? LONGEST_DATA : length)
  }

  private heed(errors: number): void {
    if ((errors & OVERFLOWS) !== 0) {
      this.lost++
      this.modify(EFLG, OVERFLOWS, 0)
    }
    if ((errors & BUS_OFF) === 0) return
    this.off = true
    this.enter(CONFIGURATION)
  }

  private rouse(): void {
    const woken = this.woken
    this.woken = undefined
    if (woken !== undefined) woken()
  }

  private lookAfter(buffer: number): void {
    const control = this.read(TXB0CTRL + NEXT_BUFFER * buffer)
    if ((control & ABORTED) !== 0) this.free(buffer)
  }

  private free(buffer: number): void {
    const id = this.ids[buffer]!
    this.withdrawn[buffer] = false
    if (id === NOBODY) return
    this.ids[buffer] = NOBODY
    if (this.sentHandler !== undefined) this.sentHandler(id)
  }

  /**
   * Gives the frame in `buffer` its place among those that wait: a lower identifier first, of equal ones the older. The
   * others' levels are changed only where there is no room between them.
   */
  private rank(buffer: number): void {
    const id = this.ids[buffer]!
    let below = NOBODY
    let above = LEVELS
    for (let other = 0; other < BUFFERS; other++) {
      if (other === buffer || this.ids[other] === NOBODY) continue
      const level = this.levels[other]!
      if (this.ids[other]! > id) below = Math.max(below, level)
      else above = Math.min(above, level)
    }
    const level = above < LEVELS ? above - 1 : below === NOBODY ? 1 : below + 1
    this.levels[buffer] = level
    if (level > below && level < LEVELS) return
    this.levels[buffer] = this.behind(buffer)
    for (let other = 0; other < BUFFERS; other++) {
      if (other !== buffer && this.ids[other] !== NOBODY) this.level(other, this.behind(other))
    }
  }

  /** How many of those that wait go out after this one. */
  private behind(buffer: number): number {
    let count = 0
    for (let other = 0; other < BUFFERS; other++) {
      if (other === buffer || this.ids[other] === NOBODY) continue
      const difference = this.ids[other]! - this.ids[buffer]!
      if (difference > 0 || (difference === 0 && this.ages[other]! > this.ages[buffer]!)) count++
    }
    return count
  }

  private level(buffer: number, level: number): void {
    if (this.levels[buffer] === level) return
    this.levels[buffer] = level
    this.modify(TXB0CTRL + NEXT_BUFFER * buffer, LEVELS - 1, level)
  }

  private enter(mode: number): boolean {
    this.modify(CANCTRL, MODE_MASK, mode)
    for (let i = 0; i < MOST_READINGS; i++) if ((this.read(CANSTAT) & MODE_MASK) === mode) return true
    return false
  }

  /** An extended identifier as four registers hold it, from `first` on. */
  private putId(id: number, first: number): void {
    const bytes = this.bytes
    bytes[first] = id >>> 21
    bytes[first + 1] = id >>> 13 & 0xe0 | EXTENDED | id >>> 16 & 3
    bytes[first + 2] = id >>> 8
    bytes[first + 3] = id
  }

  private read(address: number): number {
    const bytes = this.bytes
    bytes[0] = READ
    bytes[1] = address
    this.spi.transfer(bytes, 3)
    return bytes[2]!
  }

  /** Writes `count` bytes that stand from the third on. */
  private write(address: number, count: number): void {
    this.bytes[0] = WRITE
    this.bytes[1] = address
    this.spi.transfer(this.bytes, 2 + count)
  }

  private modify(address: number, mask: number, value: number): void {
    const bytes = this.bytes
    bytes[0] = BIT_MODIFY
    bytes[1] = address
    bytes[2] = mask
    bytes[3] = value
    this.spi.transfer(bytes, 4)
  }
}
