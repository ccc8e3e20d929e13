import type { Duplex } from 'node:stream'
import type { LinkFrame } from '../link.ts'
import { frameOf } from './frames.ts'
import type { FarEnd } from './link-contract.ts'

/** Both ends written from the sources of the other programs, byte by byte, and not from ours. */
abstract class GvretPeer implements FarEnd {
  origin = ''
  readonly received: LinkFrame[] = []
  protected readonly stream: Duplex
  private readonly hangUp: () => Promise<void>

  constructor(stream: Duplex, hangUp: () => Promise<void>) {
    this.stream = stream
    this.hangUp = hangUp
    stream.on('data', (chunk: Uint8Array) => chunk.forEach(byte => this.byte(byte)))
    stream.on('error', () => undefined)
  }

  abstract send(frame: LinkFrame): void

  write(...bytes: number[]): void {
    this.stream.write(Uint8Array.from(bytes))
  }

  abstract sendGarbage(): void

  stall(stalled: boolean): void {
    if (stalled) this.stream.pause()
    else this.stream.resume()
  }

  leave(): Promise<void> {
    return this.hangUp()
  }

  /** Takes one more byte of the other side. */
  abstract byte(byte: number): void
}

const word = (value: number): number[] => [value & 255, value >>> 8 & 255, value >>> 16 & 255, value >>> 24]
const idWord = (frame: LinkFrame): number => frame.extended ? (frame.id | 0x8000_0000) >>> 0 : frame.id
const dataOf = (frame: LinkFrame): number[] => [...frame.data.subarray(0, frame.length)]

/** Bytes that follow a reply's 0xF1 and command, as SavvyCAN's state machine reads them. */
const REPLY_BYTES: Readonly<Record<number, number>> = { 1: 4, 6: 10, 7: 6, 12: 1, 13: 15 }

/** SavvyCAN (connections/gvretserial.cpp), with the one difference that it shows frames without data too. */
export class SavvyCan extends GvretPeer {
  /** Replies by command, in the order in which they came. */
  readonly replies: { command: number, bytes: number[] }[] = []
  validated = 0
  private state: 'idle' | 'command' | 'frame' | 'reply' = 'idle'
  private command = 0
  private bytes: number[] = []

  /** What it sends when it is connected. */
  greet(): void {
    this.write(0xe7, 0xe7, 0xf1, 0x0c, 0xf1, 0x06, 0xf1, 0x07, 0xf1, 0x01, 0xf1, 0x09)
  }

  send(frame: LinkFrame): void {
    this.write(0xf1, 0, ...word(idWord(frame)), frame.bus & 3, frame.length, ...dataOf(frame), 0)
  }

  sendGarbage(): void {
    this.write(0x55, 0x55, 0xf1, 0x77, 0xf1, 0, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0xaa, 0)
  }

  override byte(byte: number): void {
    switch (this.state) {
      case 'idle':
        if (byte === 0xf1) this.state = 'command'
        break
      case 'command':
        this.command = byte
        this.bytes = []
        if (byte === 9) this.validated++
        this.state = byte === 0 ? 'frame' : byte in REPLY_BYTES ? 'reply' : 'idle'
        break
      case 'frame':
        this.bytes.push(byte)
        if (this.bytes.length >= 9 && this.bytes.length === 9 + (this.bytes[8]! & 15)) this.frame()
        break
      case 'reply':
        this.bytes.push(byte)
        if (this.bytes.length < REPLY_BYTES[this.command]!) break
        this.replies.push({ command: this.command, bytes: this.bytes })
        this.state = 'idle'
    }
  }

  private frame(): void {
    const view = new DataView(Uint8Array.from(this.bytes).buffer)
    const id = view.getUint32(4, true)
    this.received.push(frameOf({
      timestamp_ns: view.getUint32(0, true) * 1000, id: id & 0x7fff_ffff, extended: id >= 0x8000_0000, bus: this.bytes[8]! >> 4,
      bytes: this.bytes.slice(9),
    }))
    this.state = 'idle'
  }
}

/** An ESP32RET (gvret_comm.cpp). */
export class Esp32Ret extends GvretPeer {
  binary = false
  /** Answers nothing. */
  mute = false
  /** Sends every byte back, and is no device any more. */
  echoes = false
  /** Words of the last `setupBuses`. */
  setup: number[] = []
  commands: number[] = []
  private state: 'idle' | 'command' | 'frame' | 'setup' = 'idle'
  private bytes: number[] = []

  send(frame: LinkFrame): void {
    const time_us = Math.floor(frame.timestamp_ns / 1000) % 2 ** 32
    this.write(0xf1, 0, ...word(time_us), ...word(idWord(frame)), frame.length + (frame.bus << 4), ...dataOf(frame), 0)
  }

  sendGarbage(): void {
    this.write(0x55, 0x55, 0xf1, 0x77, 0xf1, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0x0f, ...new Array<number>(16).fill(0))
  }

  override byte(byte: number): void {
    if (this.echoes) return this.write(byte)
    switch (this.state) {
      case 'idle':
        if (byte === 0xf1) this.state = 'command'
        else if (byte === 0xe7) this.binary = true
        break
      case 'command':
        // It waits for one that it knows.
        if (byte > 20) break
        this.bytes = []
        this.commands.push(byte)
        this.state = byte === 0 ? 'frame' : byte === 5 ? 'setup' : 'idle'
        if (!this.mute) this.answer(byte)
        break
      case 'setup':
        this.bytes.push(byte)
        if (this.bytes.length < 8) break
        this.setup = [0, 4].map(at => new DataView(Uint8Array.from(this.bytes).buffer).getUint32(at, true))
        this.state = 'idle'
        break
      case 'frame':
        this.bytes.push(byte)
        if (this.bytes.length >= 7 && this.bytes.length === 7 + Math.min(8, this.bytes[5]! & 15)) this.frame()
    }
  }

  private answer(command: number): void {
    if (command === 6) this.write(0xf1, 6, 1, ...word(500_000), 1, ...word(250_000))
    if (command === 7) this.write(0xf1, 7, 0x6a, 0x02, 0x20, 0, 0, 0)
    if (command === 9) this.write(0xf1, 9, 0xde, 0xad)
    if (command === 12) this.write(0xf1, 12, 2)
  }

  private frame(): void {
    const id = new DataView(Uint8Array.from(this.bytes).buffer).getUint32(0, true)
    const [extended, bus, bytes] = [id >= 0x8000_0000, this.bytes[4]! & 3, this.bytes.slice(6, -1)]
    if (bus < 2) this.received.push(frameOf({ id: id & 0x7fff_ffff, extended, bus, bytes }))
    this.state = 'idle'
  }
}
