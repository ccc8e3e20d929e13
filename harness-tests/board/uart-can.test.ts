import { type Uart, UartCan } from '#firmware/boards/index.ts'
import { CAN_STATE } from '#protocol/index.ts'
import { frameOf, SavvyCan } from '#sim/gateway/testing/index.ts'
import fc from 'fast-check'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

/** A board on the desk, the far end of its serial port, and what both hear. */
class Desk {
  now_ms = 0
  readonly heard: { id: number, data: number[] }[] = []
  readonly sent: number[] = []
  readonly peer: SavvyCan
  readonly can: UartCan
  private readonly stream = new PassThrough()
  private handler: (bytes: Uint8Array, count: number) => void = () => undefined
  private readonly waiting: (() => void)[] = []

  constructor() {
    this.peer = new SavvyCan(this.stream, () => Promise.resolve())
    this.stream.removeAllListeners('data')
    this.peer.write = (...bytes) => this.give(bytes)
    const uart: Uart = {
      write: (bytes, count) => { for (let i = 0; i < count; i++) this.peer.byte(bytes[i]!) },
      onBytes: (handler) => { this.handler = handler },
      defer: (then) => { this.waiting.push(then) },
      now: () => this.now_ms,
    }
    this.can = new UartCan(uart)
    this.can.onReceive((id, data, length) => this.heard.push({ id, data: [...data.subarray(0, length)] }))
    this.can.onSent(id => this.sent.push(id))
  }

  give(bytes: readonly number[]): void {
    this.handler(Uint8Array.from(bytes), bytes.length)
    this.settle()
  }

  settle(): void {
    while (this.waiting.length > 0) this.waiting.shift()!()
  }

  send(id: number, data: readonly number[]): boolean {
    const taken = this.can.send(id, Uint8Array.from(data), data.length)
    this.settle()
    return taken
  }

  /** What the far end received, and forgets. */
  arrived(): { id: number, data: number[] }[] {
    return this.peer.received.splice(0).map(({ id, data, length }) => ({ id, data: [...data.subarray(0, length)] }))
  }
}

const extendedId = fc.integer({ min: 0, max: 0x1fff_ffff })
const dataBytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 8 })

describe('a CAN port through the board\'s serial line', () => {
  it('answers a GVRET host as a device does', () => {
    const desk = new Desk()
    desk.peer.greet()
    expect(desk.peer.validated).toBe(1)
    expect(desk.peer.replies.map(reply => reply.command).sort((a, b) => a - b)).toEqual([1, 6, 7, 12])
  })

  it('carries frames both ways, byte for byte, however the line cuts them', () => {
    const desk = new Desk()
    desk.peer.greet()
    fc.assert(fc.property(extendedId, dataBytes, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (id, data, cuts) => {
      desk.heard.length = 0
      expect(desk.send(id, data)).toBe(true)
      expect(desk.arrived()).toEqual([{ id, data }])
      const bytes: number[] = []
      desk.peer.write = (...more) => { bytes.push(...more) }
      desk.peer.send(frameOf({ id, bytes: data }))
      for (let i = 0; bytes.length > 0; i++) desk.give(bytes.splice(0, cuts[i % cuts.length]))
      expect(desk.heard).toEqual([{ id, data }])
    }))
  })

  it('keeps three frames while no host is there, as a controller alone on its bus does, and sends them when one comes', () => {
    const desk = new Desk()
    expect([1, 2, 3, 4].map(id => desk.send(id, [id]))).toEqual([true, true, true, false])
    expect([desk.can.state(), desk.can.tec(), desk.sent]).toEqual([CAN_STATE.errorPassive, 128, []])
    expect(desk.can.abort(2)).toBe(true)
    expect(desk.can.abort(9)).toBe(false)
    desk.peer.greet()
    expect(desk.arrived().map(frame => frame.id)).toEqual([1, 3])
    expect(desk.sent.sort((a, b) => a - b)).toEqual([1, 2, 3])
    expect(desk.can.state()).toBe(CAN_STATE.errorActive)
    desk.now_ms = 5000
    desk.send(5, [])
    expect([desk.arrived(), desk.can.state()]).toEqual([[], CAN_STATE.errorPassive])
  })

  it('lets in what passes its filters', () => {
    const desk = new Desk()
    desk.can.filter({ mask: 0xff, filters: [0x11, 0x22] }, { mask: 0x1f00_0000, filters: [0x0500_0000] })
    for (const id of [0x1911, 0x22, 0x23, 0x0500_0001, 0x0600_0001]) desk.peer.send(frameOf({ id }))
    expect(desk.heard.map(frame => frame.id)).toEqual([0x1911, 0x22, 0x0500_0001])
  })

  it('hears nothing in what is no message, and finds the next one', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (noise, size) => {
      const desk = new Desk()
      for (let i = 0; i < noise.length; i += size) desk.give([...noise.subarray(i, i + size)])
      for (const { id, data } of desk.heard) expect(id <= 0x1fff_ffff && data.length <= 8).toBe(true)
      // The longest rest of a message is 16 bytes.
      desk.give(new Array<number>(16).fill(0))
      desk.heard.length = 0
      desk.peer.send(frameOf({ id: 0x1234_5678, bytes: [1, 2] }))
      expect(desk.heard).toEqual([{ id: 0x1234_5678, data: [1, 2] }])
    }))
  })
})
