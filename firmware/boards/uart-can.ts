import { CAN_STATE, type CanState } from '#protocol/index.ts'
import type { FilterBank } from '../hal.ts'
import type { BoardCan } from './board-can.ts'
import type { Uart } from './uart.ts'

/** GVRET, the binary protocol of SavvyCAN (sources: connections/gvretserial.cpp; ESP32RET, gvret_comm.cpp). */
const START = 0xf1
const FRAME = 0
const TIME = 1
const SETUP_BUSES = 5
const BUS_PARAMETERS = 6
const DEVICE_INFO = 7
const KEEP_ALIVE = 9
const BUS_COUNT = 12
const FRAME_HEAD_BYTES = 6
const SETUP_BYTES = 8
/** Behind the command of a frame from the host: identifier, bus, length, data, a checksum that nobody looks at. */
const LENGTH_AT = 5
const DATA_AT = 6
const LONGEST_DATA = 8
/** Marks an identifier of 29 bits: of the highest of its four bytes, bit 7. */
const EXTENDED = 0x80
const HIGHEST_ID = 0x1f
/** To the host: the device's build, no EEPROM, no file, no log, no single wire. */
const BUILD = 618
/** The host sends a sign of life each second; without any for this long nobody is there, as on a bus without other nodes. */
const ALONE_ms = 5000
/** As many as a CAN controller has. */
const BUFFERS = 3
/** Of a transmitter that nobody acknowledges (ISO 11898-1, 12.1.4.4). */
const TEC_ALONE = 128
const RATE = 500_000

/** A transmit buffer: a whole message of GVRET. */
interface Buffer {
  id: number
  readonly bytes: Uint8Array
  count: number
}

/**
 * The CAN port of a board that has none: frames go through its serial port to a gateway, which puts them on a bus
 * (`npx spine car --real FL --listen gvret:/dev/ttyACM0`). While no host is there the port behaves as a controller alone on its
 * bus: it keeps what it was given to send. Filters are kept in software.
 */
export class UartCan implements BoardCan {
  private readonly uart: Uart
  private readonly message: Uint8Array
  private readonly reply: Uint8Array
  private readonly data: Uint8Array
  /** Bytes of the present message that have come: START, command, content. 0: between messages. */
  private have: number
  private need: number
  private heard_ms: number
  /** In use, the oldest first, and free: `BUFFERS` in all. */
  private readonly waiting: Buffer[]
  private readonly free: Buffer[]
  private readonly flushed: () => void
  private banks: FilterBank[]
  /** Asleep: whom the next frame wakes. */
  private woken: (() => void) | undefined
  private receiveHandler: ((id: number, data: Uint8Array, length: number) => void) | undefined
  private sentHandler: ((id: number) => void) | undefined

  constructor(uart: Uart) {
    this.uart = uart
    this.message = new Uint8Array(20)
    this.reply = new Uint8Array(12)
    this.data = new Uint8Array(LONGEST_DATA)
    this.have = 0
    this.need = 0
    this.heard_ms = -ALONE_ms
    this.waiting = []
    this.free = []
    for (let i = 0; i < BUFFERS; i++) this.free.push({ id: 0, bytes: new Uint8Array(20), count: 0 })
    this.flushed = () => this.flush()
    this.banks = []
    this.woken = undefined
    this.receiveHandler = undefined
    this.sentHandler = undefined
    uart.onBytes((bytes, count) => this.take(bytes, count))
  }

  send(id: number, data: Uint8Array, length: number): boolean {
    const buffer = this.free.pop()
    if (buffer === undefined) return false
    const bytes = buffer.bytes
    bytes[0] = START
    bytes[1] = FRAME
    this.putWord(bytes, 2, this.uart.now() * 1000)
    this.putWord(bytes, 6, id)
    bytes[9] = bytes[9]! | EXTENDED
    bytes[10] = length
    for (let i = 0; i < length; i++) bytes[11 + i] = data[i]!
    bytes[11 + length] = 0
    buffer.id = id
    buffer.count = 12 + length
    this.waiting.push(buffer)
    if (!this.alone()) this.uart.defer(this.flushed)
    return true
  }

  abort(id: number): boolean {
    const index = this.waiting.findIndex(buffer => buffer.id === id)
    if (index < 0) return false
    this.free.push(this.waiting.splice(index, 1)[0]!)
    this.uart.defer(() => this.tellSent(id))
    return true
  }

  filter(first: FilterBank, second: FilterBank): void {
    this.banks = [first, second]
  }

  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void {
    this.receiveHandler = handler
  }

  onSent(handler: (id: number) => void): void {
    this.sentHandler = handler
  }

  tec(): number {
    return this.alone() && this.waiting.length > 0 ? TEC_ALONE : 0
  }

  rec(): number {
    return 0
  }

  state(): CanState {
    return this.tec() === TEC_ALONE ? CAN_STATE.errorPassive : CAN_STATE.errorActive
  }

  overflows(): number {
    return 0
  }

  recover(): void {
    this.flush()
  }

  sleep(woken: () => void): void {
    while (this.waiting.length > 0) this.free.push(this.waiting.pop()!)
    this.woken = woken
  }

  wake(): void {
    this.woken = undefined
  }

  private alone(): boolean {
    return this.uart.now() - this.heard_ms >= ALONE_ms
  }

  private flush(): void {
    while (this.waiting.length > 0 && !this.alone()) {
      const buffer = this.waiting.shift()!
      this.uart.write(buffer.bytes, buffer.count)
      this.free.push(buffer)
      this.tellSent(buffer.id)
    }
  }

  private tellSent(id: number): void {
    if (this.sentHandler !== undefined) this.sentHandler(id)
  }

  /** Puts messages together. What is none is passed over, byte by byte, until the next START. */
  private take(bytes: Uint8Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const byte = bytes[i]!
      if (this.have === 0 && byte !== START) continue
      this.message[this.have++] = byte
      if (this.have === 1) this.need = 2
      else if (this.have === 2) this.need = 2 + (byte === FRAME ? FRAME_HEAD_BYTES : byte === SETUP_BUSES ? SETUP_BYTES : 0)
      if (this.have === 2 + DATA_AT && this.message[1] === FRAME) {
        const length = this.message[2 + LENGTH_AT]! & 0x0f
        if (length > LONGEST_DATA) this.have = 0
        else this.need = 2 + DATA_AT + length + 1
      }
      if (this.have < this.need || this.have === 0) continue
      this.have = 0
      this.handle()
    }
  }

  private handle(): void {
    const message = this.message
    const reply = this.reply
    switch (message[1]) {
      case FRAME: return this.received()
      case SETUP_BUSES: return this.greet()
      case KEEP_ALIVE:
        reply[2] = 0xde
        reply[3] = 0xad
        this.answer(4)
        return this.greet()
      case TIME:
        this.putWord(reply, 2, this.uart.now() * 1000)
        return this.answer(6)
      case BUS_COUNT:
        reply[2] = 1
        return this.answer(3)
      case BUS_PARAMETERS:
        reply.fill(0)
        reply[2] = 1
        this.putWord(reply, 3, RATE)
        return this.answer(12)
      case DEVICE_INFO:
        reply.fill(0)
        reply[2] = BUILD & 0xff
        reply[3] = BUILD >> 8
        return this.answer(8)
    }
  }

  /** The host is there: what waited goes out. */
  private greet(): void {
    this.heard_ms = this.uart.now()
    this.flush()
  }

  private answer(count: number): void {
    this.reply[0] = START
    this.reply[1] = this.message[1]!
    this.uart.write(this.reply, count)
  }

  private received(): void {
    const message = this.message
    const woken = this.woken
    if (woken !== undefined) {
      this.woken = undefined
      return woken()
    }
    const top = message[5]!
    if ((top & EXTENDED) === 0 || (top & ~EXTENDED) > HIGHEST_ID || this.receiveHandler === undefined) return
    const id = (top & HIGHEST_ID) << 24 | message[4]! << 16 | message[3]! << 8 | message[2]!
    if (!this.passes(id)) return
    const length = message[2 + LENGTH_AT]! & 0x0f
    for (let i = 0; i < length; i++) this.data[i] = message[2 + DATA_AT + i]!
    this.receiveHandler(id, this.data, length)
  }

  /** Before filters are set everything passes. */
  private passes(id: number): boolean {
    if (this.banks.length === 0) return true
    for (let b = 0; b < this.banks.length; b++) {
      const bank = this.banks[b]!
      for (let f = 0; f < bank.filters.length; f++) if (((id ^ bank.filters[f]!) & bank.mask) === 0) return true
    }
    return false
  }

  private putWord(bytes: Uint8Array, first: number, word: number): void {
    bytes[first] = word
    bytes[first + 1] = word >>> 8
    bytes[first + 2] = word >>> 16
    bytes[first + 3] = word >>> 24
  }
}
