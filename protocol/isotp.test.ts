import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ISOTP, type IsoTpOutcome, IsoTpReceiver, IsoTpSender, separation_ms } from './index.ts'

const FRAME_ms = 0.3

/** What happens to a frame: delivered, lost, delivered twice, or after the next one. */
type Fate = 'whole' | 'lost' | 'twice' | 'late'

interface Setup {
  readonly blockSize?: number
  readonly separation?: number
  readonly capacity?: number
  readonly fate?: (frame: number) => Fate
  readonly held_ms?: number
  /** Calls of `put` that take nothing. */
  readonly refused?: (attempt: number) => boolean
}

/** A sender and a receiver on a wire: a frame takes 0.3 ms, and may get lost. */
class Wire {
  now_ms = 0
  readonly frames: Uint8Array[] = []
  readonly outcomes: IsoTpOutcome[] = []
  readonly messages: Uint8Array[] = []
  /** Between the ends of consecutive frames. */
  readonly gaps_ms: number[] = []
  readonly sender: IsoTpSender
  readonly receiver: IsoTpReceiver
  private readonly events: { at_ms: number, run: () => void }[] = []
  private readonly fate: (frame: number) => Fate
  private late: (() => void) | undefined
  private attempts = 0
  private last_ms = -Infinity

  constructor({ blockSize = 8, separation = 0, capacity = 5000, fate = () => 'whole', held_ms = 0, refused = () => false }: Setup = {}) {
    this.fate = fate
    this.sender = new IsoTpSender(frame => !refused(this.attempts++) && this.carry(frame, true))
    this.receiver = new IsoTpReceiver(frame => !refused(this.attempts++) && this.carry(frame, false), capacity, blockSize, separation)
    this.sender.onDone = outcome => this.outcomes.push(outcome)
    if (held_ms > 0) {
      this.receiver.held = true
      this.events.push({ at_ms: held_ms, run: () => this.receiver.release(this.now_ms) })
    }
  }

  /** Sends a message, and lets time pass until nothing is going on. */
  send(data: Uint8Array): this {
    this.sender.send(data, data.length, this.now_ms)
    for (let steps = 0; ; steps++) {
      if (steps > 20_000) throw new Error(`no end at ${this.now_ms} ms`)
      const next_ms = Math.min(this.sender.due_ms, this.receiver.due_ms, ...this.events.map(event => event.at_ms))
      if (next_ms === Infinity) return this
      this.now_ms = Math.max(this.now_ms, next_ms)
      const index = this.events.findIndex(event => event.at_ms <= this.now_ms)
      if (index >= 0) this.events.splice(index, 1)[0]!.run()
      this.sender.tick(this.now_ms)
      this.receiver.tick(this.now_ms)
    }
  }

  private carry(frame: Uint8Array, fromSender: boolean): true {
    const copy = frame.slice()
    const fate = this.fate(this.frames.length)
    this.frames.push(copy)
    const deliver = (): void => {
      if (!fromSender) this.sender.receive(copy, 8, this.now_ms)
      else if (this.receiver.receive(copy, 8, this.now_ms)) this.messages.push(this.receiver.buffer.slice(0, this.receiver.size))
    }
    this.events.push({
      at_ms: this.now_ms + FRAME_ms,
      run: () => {
        if (fromSender && copy[0]! >> 4 === 2) {
          this.gaps_ms.push(this.now_ms - this.last_ms)
          this.last_ms = this.now_ms
        }
        if (fromSender) this.sender.sent(this.now_ms)
        else this.receiver.sent(this.now_ms)
        const before = this.late
        this.late = fate === 'late' ? deliver : undefined
        if (fate === 'whole' || fate === 'twice') deliver()
        if (fate === 'twice') deliver()
        before?.()
      },
    })
    return true
  }
}

const message = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8))
const hex = (frame: Uint8Array): string => Buffer.from(frame).toString('hex')

describe('ISO-TP', () => {
  it('carries every length from 1 to 4,200 bytes, over the escape to 32 bits too', () => {
    for (let length = 1; length <= 4200; length = length < 300 || (length > 4080 && length < 4110) ? length + 1 : length + 37) {
      const wire = new Wire({ blockSize: length % 17 }).send(message(length))
      expect([wire.outcomes, wire.messages], `${length} bytes`).toEqual([[ISOTP.ok], [message(length)]])
    }
  })

  it('writes the frames of the standard, padded', () => {
    expect(new Wire().send(message(3)).frames.map(hex)).toEqual(['03001f3ecccccccc'])
    expect(new Wire({ blockSize: 2, separation: 0x14 }).send(message(24)).frames.map(hex)).toEqual([
      '1018001f3e5d7c9b', '300214cccccccccc', '21bad9f817365574', '2293b2d1f00f2e4d', '300214cccccccccc', '236c8baac9cccccc',
    ])
    expect(hex(new Wire().send(message(4096)).frames[0]!)).toBe('100000001000001f')
  })

  it('keeps the separation time and the blocks that the receiver asks for', () => {
    const wire = new Wire({ blockSize: 8, separation: 10 }).send(message(1000))
    const within = wire.gaps_ms.slice(1).filter((_, i) => (i + 1) % 8 !== 0)
    expect(Math.min(...within)).toBeGreaterThanOrEqual(10)
    expect(wire.frames.filter(frame => frame[0] === 0x30)).toHaveLength(Math.ceil((1000 - 6) / 7 / 8))
    expect(1000 / wire.now_ms * 1000, 'bytes a second').toBeGreaterThan(400)
    expect([0, 0x7f, 0x80, 0xf0, 0xf1, 0xf9, 0xfa, 0xff].map(separation_ms)).toEqual([0, 127, 127, 127, 0.1, 0.9, 127, 127])
  })

  it('asks to wait while there is no room, and gives up after ten times', () => {
    const patient = new Wire({ held_ms: 2200 }).send(message(100))
    expect([patient.outcomes, patient.messages.length]).toEqual([[ISOTP.ok], 1])
    expect(patient.frames.filter(frame => frame[0] === 0x31)).toHaveLength(5)
    const endless = new Wire({ held_ms: 60_000 }).send(message(100))
    expect(endless.frames.filter(frame => frame[0] === 0x31)).toHaveLength(10)
    expect([endless.outcomes, endless.receiver.counts[ISOTP.waitOverrun]]).toEqual([[ISOTP.timeoutBs], 1])
    const sender = new IsoTpSender(() => true)
    sender.send(message(100), 100, 0)
    for (let i = 0; i < 11; i++) sender.receive(Uint8Array.of(0x31, 0, 0), 3, i)
    expect([sender.busy(), sender.counts[ISOTP.waitOverrun]]).toEqual([false, 1])
  })

  it('refuses what does not fit, and the sender hears of it', () => {
    const wire = new Wire({ capacity: 64 }).send(message(65))
    expect([wire.outcomes, wire.messages, wire.receiver.counts[ISOTP.overflow]]).toEqual([[ISOTP.overflow], [], 1])
    expect(wire.frames.map(hex)[1]).toMatch(/^32/)
    expect(wire.send(message(64)).messages).toEqual([message(64)])
  })

  it('ends within its timers whatever is lost: N_Bs, N_Cr, N_A', () => {
    const noFlow = new Wire({ fate: frame => frame === 1 ? 'lost' : 'whole' }).send(message(100))
    expect([noFlow.outcomes, noFlow.receiver.counts[ISOTP.timeoutCr]]).toEqual([[ISOTP.timeoutBs], 1])
    const noLast = new Wire({ blockSize: 0, fate: frame => frame === 3 ? 'lost' : 'whole' }).send(message(20))
    expect([noLast.messages, noLast.receiver.counts[ISOTP.timeoutCr]]).toEqual([[], 1])
    const deaf = new Wire({ refused: () => true }).send(message(100))
    expect(deaf.outcomes).toEqual([ISOTP.timeoutA])
    expect(deaf.now_ms).toBeCloseTo(1000, -1)
    const stuck = new IsoTpSender(() => true)
    stuck.send(message(5), 5, 0)
    stuck.tick(1000)
    expect(stuck.counts[ISOTP.timeoutA]).toBe(1)
  })

  it('waits for a controller that is full now and then', () => {
    const wire = new Wire({ refused: attempt => attempt % 3 !== 2 }).send(message(500))
    expect([wire.outcomes, wire.messages]).toEqual([[ISOTP.ok], [message(500)]])
  })

  it('never delivers a wrong message, and always ends, with frames lost, doubled and swapped', () => {
    const fates = fc.infiniteStream(fc.oneof(
      { weight: 12, arbitrary: fc.constant<Fate>('whole') },
      { weight: 1, arbitrary: fc.constantFrom<Fate>('lost', 'twice', 'late') },
    ))
    fc.assert(fc.property(fates, fc.integer({ min: 1, max: 400 }), fc.nat(20), fc.nat(2), (stream, length, blockSize, separation) => {
      const iterator: Iterator<Fate, Fate> = stream
      const fate = (): Fate => iterator.next().value
      const wire = new Wire({ blockSize, separation, fate }).send(message(length))
      for (const got of wire.messages) expect(got).toEqual(message(length))
      expect(wire.outcomes).toHaveLength(1)
      // Whoever is told that all went well to the last frame may still have lost that one: only an answer proves more.
      expect(wire.receiver.busy()).toBe(false)
      expect(wire.send(message(5)).outcomes).toHaveLength(2)
    }), { numRuns: 400 })
  })

  it('survives any bytes: never throws, keeps to its buffer, and a message after them arrives', () => {
    const piece = fc.record({ data: fc.uint8Array({ minLength: 0, maxLength: 8 }), flow: fc.boolean(), gap_ms: fc.nat(600) })
    fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), fc.boolean(), (pieces, sends) => {
      let now_ms = 0
      const receiver = new IsoTpReceiver(() => true, 64, 4, 0)
      const sender = new IsoTpSender(() => true)
      if (sends) sender.send(message(200), 200, 0)
      for (const { data, flow, gap_ms } of pieces) {
        now_ms += gap_ms
        if (flow) sender.receive(data, data.length, now_ms)
        else if (receiver.receive(data, data.length, now_ms)) expect(receiver.size).toBeLessThanOrEqual(64)
        receiver.sent(now_ms)
        sender.sent(now_ms)
        receiver.tick(now_ms)
        sender.tick(now_ms)
      }
      expect(receiver.receive(Uint8Array.of(2, 0x3e, 0), 3, now_ms)).toBe(true)
      expect([...receiver.buffer.subarray(0, receiver.size)]).toEqual([0x3e, 0])
    }), { numRuns: 500 })
  })

  it('counts what is no frame by cause', () => {
    const receiver = new IsoTpReceiver(() => true, 64, 0, 0)
    const bad = ['', '00', '0411', '081122334455667788', '1005112233445566', '100000000fff1122', '10ff11', '40', 'f0']
    for (const text of bad) receiver.receive(Buffer.from(text, 'hex').subarray(0, 8), Math.min(8, text.length / 2), 0)
    expect(receiver.counts[ISOTP.malformed]).toBe(bad.length)
    receiver.receive(Buffer.from('2100', 'hex'), 2, 0)
    expect(receiver.counts[ISOTP.unexpected]).toBe(1)
    receiver.receive(Buffer.from('100a010203040506', 'hex'), 8, 0)
    receiver.receive(Buffer.from('100a010203040506', 'hex'), 8, 1)
    expect(receiver.counts[ISOTP.unexpected]).toBe(2)
    receiver.receive(Buffer.from('2207080900000000', 'hex'), 8, 2)
    expect([receiver.counts[ISOTP.wrongSequence], receiver.busy()]).toEqual([1, false])
  })
})
