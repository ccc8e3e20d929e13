import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DID, SERVICE } from '#protocol/index.ts'
import { attachNode, createCar } from '../car/index.ts'
import type { Clock, Wire } from '../diag/index.ts'
import { ACTIVATION, DOIP, DoipReader, doipMessage, HEADER_NACK, LONGEST_PAYLOAD, MESSAGE_NACK, readDatagram, word, wordBytes } from './codec.ts'
import { ALL_HUBS, DoipServer, ENTITY, logicalAddress } from './index.ts'

const VIN = 'SPINE0000000TEST7'
const TESTER = 0xe80
const OTHER = 0xe81
const FL = logicalAddress('FL')

interface Heard { readonly type: number, readonly payload: Uint8Array }

/** A tester's end: what it hears, in order. */
class Tester {
  readonly socket: Socket
  private readonly heard: Heard[] = []
  private bytes = Buffer.alloc(0)
  private wake: () => void = () => undefined
  private over = false

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.over = true
      this.wake()
    })
    this.socket.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk])
      while (this.bytes.length >= 8 && this.bytes.length >= 8 + this.bytes.readUInt32BE(4)) {
        const end = 8 + this.bytes.readUInt32BE(4)
        this.heard.push({ type: this.bytes.readUInt16BE(2), payload: Uint8Array.from(this.bytes.subarray(8, end)) })
        this.bytes = this.bytes.subarray(end)
      }
      this.wake()
    })
  }

  say(type: number, ...payload: (number | Uint8Array | readonly number[])[]): void {
    this.socket.write(doipMessage(2, type, ...payload))
  }

  /** The next message; undefined: the connection ended. */
  async next(): Promise<Heard | undefined> {
    while (this.heard.length === 0 && !this.over) await new Promise<void>((resolve) => { this.wake = resolve })
    return this.heard.shift()
  }

  async activate(address = TESTER): Promise<number> {
    this.say(DOIP.activate, wordBytes(address), 0, [0, 0, 0, 0])
    return (await this.next())!.payload[4]!
  }

  ask(target: number, ...request: number[]): void {
    this.say(DOIP.message, wordBytes(TESTER), wordBytes(target), request)
  }
}

describe('a tester that speaks DoIP', () => {
  let server: DoipServer
  const testers: Tester[] = []
  let run: () => void = () => undefined

  beforeEach(async () => {
    const car = createCar({ seed: 4 })
    const node = attachNode(car, { name: 'gateway' })
    node.setOnline(true)
    car.boot()
    car.setIgnition('on')
    car.run(3000)
    // The car runs whenever somebody sent something, or waits.
    let due: NodeJS.Immediate | undefined
    run = () => {
      due ??= setImmediate(() => {
        due = undefined
        car.run(20)
      })
    }
    const wire: Wire = {
      send(frame) {
        run()
        return node.send(frame)
      },
      onFrame: handler => node.onFrame(handler),
    }
    const clock: Clock = {
      now_ms: () => car.now_ns / 1e6,
      after(delay_ms, fire) {
        const timer = car.kernel.timer('doip', fire)
        timer.startIn(Math.ceil(delay_ms * 1e6))
        return () => timer.stop()
      },
    }
    server = new DoipServer(wire, clock, { host: '127.0.0.1', port: 0, vin: VIN })
    await server.start()
  })
  afterEach(async () => {
    for (const tester of testers.splice(0)) tester.socket.destroy()
    await server.stop()
  })

  function tester(): Tester {
    const one = new Tester(server.port)
    testers.push(one)
    return one
  }

  it('finds the car by datagram, by its VIN too, and hears nothing for another', async () => {
    const socket = createSocket('udp4')
    const ask = async (bytes: Uint8Array): Promise<Uint8Array> => {
      socket.send(bytes, server.port, '127.0.0.1')
      return (await once(socket, 'message') as [Uint8Array])[0]
    }
    const answer = readDatagramOf(await ask(doipMessage(0xff, DOIP.identify)))
    expect([answer.type, word(answer.payload, 17)]).toEqual([DOIP.vehicle, ENTITY])
    expect(Buffer.from(answer.payload.subarray(0, 17)).toString()).toBe(VIN)
    socket.send(doipMessage(2, DOIP.identifyByVin, Buffer.from('SOMEBODYELSESCAR7')), server.port, '127.0.0.1')
    expect(readDatagramOf(await ask(doipMessage(2, DOIP.identifyByVin, Buffer.from(VIN)))).type).toBe(DOIP.vehicle)
    expect([...readDatagramOf(await ask(doipMessage(2, DOIP.entityRequest))).payload]).toEqual([0, 2, 0, 0, 0, 0x0f, 0xff])
    expect([...readDatagramOf(await ask(doipMessage(2, 0x1234))).payload]).toEqual([HEADER_NACK.type])
    socket.close()
  })

  it('activates its routing and reads data of a hub, in one part and in several', async () => {
    const one = tester()
    expect(await one.activate()).toBe(ACTIVATION.active)
    one.ask(FL, SERVICE.read, DID.supply >> 8, DID.supply & 0xff)
    expect(await one.next()).toEqual({ type: DOIP.ack, payload: Uint8Array.of(...wordBytes(FL), ...wordBytes(TESTER), 0) })
    const answer = (await one.next())!
    expect([answer.type, answer.payload[4]]).toEqual([DOIP.message, SERVICE.read + 0x40])
    expect([word(answer.payload, 0), word(answer.payload, 2)]).toEqual([FL, TESTER])
    expect(word(answer.payload, 7) / 100).toBeGreaterThan(11)
    one.ask(FL, SERVICE.read, DID.ports >> 8, DID.ports & 0xff)
    expect((await one.next())!.type).toBe(DOIP.ack)
    expect((await one.next())!.payload.length).toBeGreaterThan(4 + 7)
  })

  it('asks all hubs at once, and hears each under its own address', async () => {
    const one = tester()
    await one.activate()
    one.ask(ALL_HUBS, SERVICE.testerPresent, 0)
    expect((await one.next())!.type).toBe(DOIP.ack)
    const who = new Set<number>()
    while (who.size < 8) who.add(word((await one.next())!.payload, 0))
    expect(who.has(FL)).toBe(true)
  })

  it('is refused what cannot be: no activation, an unknown hub, a foreign address', async () => {
    const early = tester()
    early.ask(FL, SERVICE.testerPresent, 0)
    expect((await early.next())!.payload[4]).toBe(MESSAGE_NACK.source)
    expect(await early.next()).toBeUndefined()
    const one = tester()
    await one.activate()
    one.ask(0x1fff, SERVICE.testerPresent, 0)
    expect(await one.next()).toEqual({ type: DOIP.nack, payload: Uint8Array.of(0x1f, 0xff, ...wordBytes(TESTER), MESSAGE_NACK.target) })
    expect(await tester().activate(0x0101)).toBe(ACTIVATION.unknownSource)
    expect(server.counts.get('message refused: source')).toBe(1)
  })

  it('takes the place of one that does not answer any more, and shares the bus with another', async () => {
    const gone = tester()
    expect(await gone.activate()).toBe(ACTIVATION.active)
    expect(await tester().activate()).toBe(ACTIVATION.sourceInUse)
    // The first says nothing when it is asked whether it lives.
    expect((await gone.next())!.type).toBe(DOIP.aliveRequest)
    for (let i = 0; i < 30; i++) {
      run()
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(await gone.next()).toBeUndefined()
    const [again, other] = [tester(), tester()]
    expect([await again.activate(), await other.activate(OTHER)]).toEqual([ACTIVATION.active, ACTIVATION.active])
  })

  it('loses its connection when nobody knows any more where a message begins', async () => {
    const one = tester()
    one.socket.write(Uint8Array.of(2, 2, 0, 5, 0, 0, 0, 7))
    expect([...(await one.next())!.payload]).toEqual([HEADER_NACK.pattern])
    expect(await one.next()).toBeUndefined()
  })

  it('whatever is sent, in whatever pieces, the next tester is served', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.constantFrom(...Object.values(DOIP), 0x9999), fc.uint8Array({ maxLength: 30 }))
        .map(([type, payload]) => doipMessage(2, type, payload)),
    ), { maxLength: 12 }), async (pieces) => {
      const hostile = tester()
      for (const piece of pieces) hostile.socket.write(piece)
      hostile.socket.end()
      await once(hostile.socket, 'close')
      const one = tester()
      expect(await one.activate()).toBe(ACTIVATION.active)
      one.ask(FL, SERVICE.testerPresent, 0)
      expect((await one.next())!.type).toBe(DOIP.ack)
      one.socket.destroy()
      await once(one.socket, 'close')
      // Its end has to be seen before the next comes.
      while (server.testers > 0) await new Promise(resolve => setImmediate(resolve))
    }), { numRuns: 40 })
  })
})

describe('a stream of DoIP', () => {
  it('is the same in whatever pieces it comes, and holds no more than one message', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (bytes, cuts) => {
      const whole = readAll([bytes])
      expect(readAll(split(bytes, cuts))).toEqual(whole)
    }))
  })

  it('passes over what is too long, and goes on behind it', () => {
    const long = doipMessage(2, DOIP.message, new Uint8Array(LONGEST_PAYLOAD + 1))
    expect(readAll([long, doipMessage(2, DOIP.aliveRequest)])).toEqual([`refused ${HEADER_NACK.tooLarge}`, `${DOIP.aliveRequest} `])
  })
})

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + cuts[i % cuts.length]!
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return pieces
}

function readAll(pieces: readonly Uint8Array[]): string[] {
  const seen: string[] = []
  const reader = new DoipReader({
    onMessage: ({ type, payload }) => seen.push(`${type} ${Buffer.from(payload).toString('hex')}`),
    onRefused: code => seen.push(`refused ${code}`),
  })
  for (const piece of pieces) reader.push(piece)
  return seen
}

function readDatagramOf(bytes: Uint8Array): Heard {
  // Answers are of types that a tester does not send: read by hand.
  expect(readDatagram(doipMessage(2, DOIP.identify))).toMatchObject({ type: DOIP.identify })
  return { type: word(bytes, 2), payload: bytes.subarray(8) }
}
