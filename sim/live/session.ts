import type { CanFrame } from '#protocol/index.ts'
import { type Car, type CarFaults, CARS, createCar, readFaults, readTopology, schedulePowerFaults, type TopologyData, withBattery } from '../car/index.ts'
import { type FuzzEvent, readScript } from '../fuzz/index.ts'
import { createLinkFrame } from '../gateway/browser.ts'
import {
  BATCH_HEADER_BYTES, decodeEnvelope, encodeEnvelope, encodeStreamFrame, type EnvelopeBody, MessageReader, readRequest, responseBody,
  STREAM_FRAME_BYTES, STREAM_VERSION, writeBatchHeader,
} from '../gateway/spine/codec/index.ts'
import { type Host, Pacer } from '../kernel/index.ts'
import { DataError } from '../schema/index.ts'
import { Controls } from './controls.ts'

/** A car, and what happens to it: what a link to the page carries. Everything but the seed may be left out. */
export interface Drive {
  /** Name of a car of the project, or a topology. */
  readonly car?: string | TopologyData | undefined
  readonly seed: number
  readonly faults?: CarFaults | undefined
  readonly events?: readonly FuzzEvent[] | undefined
  /** Where its time stops by itself, ms. */
  readonly for_ms?: number | undefined
}

/** A drive that has been checked. */
export interface CheckedDrive {
  readonly topology: TopologyData
  readonly seed: number
  readonly faults: CarFaults
  readonly events: readonly FuzzEvent[]
  readonly for_ms: number
}

const LONGEST_ms = 100_000_000

/**
 * Checks what came from outside.
 * @throws DataError with a line for each thing that is wrong.
 */
export function readDrive(data: unknown): CheckedDrive {
  if (typeof data !== 'object' || data === null) throw new DataError(['drive: is no object'])
  const { car = 'sedan', seed = 1, faults = {}, events = [], for_ms = LONGEST_ms }: Partial<Record<keyof Drive, unknown>> = data
  const topology = typeof car === 'string' ? CARS[car] : car
  if (topology === undefined) throw new DataError([`drive.car: "${String(car).slice(0, 40)}" is not one of ${Object.keys(CARS).join(', ')}`])
  readTopology(topology, 'drive.car')
  const script = readScript({ seed, for_ms, events })
  // The topology has just been read.
  const checked = topology as TopologyData
  return { ...script, topology: checked, faults: readFaults(faults, checked, 'drive.faults') }
}

/** How often what has gathered is sent, ms: a picture of a display. */
const FLUSH_ms = 16
/** Frames that gather between two sendings; more are counted, and the other side is told. */
const MOST_FRAMES = 8192

/** Something that is due: what a drive does by itself. */
interface Due { readonly at_ns: number, readonly event: FuzzEvent, readonly ends: boolean }

/** A car in real time with one page at it: speaks the `spine:` stream in whole messages. Same drive, same bytes on the bus. */
export class Session {
  readonly car: Car
  readonly controls: Controls
  private readonly host: Host
  private readonly send: (bytes: Uint8Array) => void
  private readonly agenda: Due[]
  private readonly end_ns: number
  private readonly reader: MessageReader
  private readonly batch = new Uint8Array(BATCH_HEADER_BYTES + MOST_FRAMES * STREAM_FRAME_BYTES)
  private readonly frame = createLinkFrame()
  private used = BATCH_HEADER_BYTES
  private gathered = 0
  private dropped = 0
  private toldDropped = 0
  private pacer: Pacer | undefined
  private factor = 1
  private over = false

  /** `send` is given whole messages with their length in front; the memory is the receiver's. */
  constructor({ topology, seed, faults, events, for_ms }: CheckedDrive, host: Host, send: (bytes: Uint8Array) => void) {
    this.host = host
    this.send = send
    this.car = createCar({ topology: withBattery(topology, faults), seed, faults })
    schedulePowerFaults(this.car, faults)
    this.end_ns = Math.round(for_ms * 1e6)
    this.agenda = agendaOf(events)
    const speed = (): number => this.factor
    this.controls = new Controls(this.car, topology, {
      wake: action => this.wake(action), get speed() { return speed() }, setSpeed: factor => this.setSpeed(factor),
    }, faults)
    this.car.tapFrames(({ frame, end_ns }) => this.gather(frame, end_ns))
    this.reader = new MessageReader((bytes, start, end) => this.message(bytes.subarray(start, end)))
  }

  /** Says hello, gives the hubs power and lets time pass. */
  start(): void {
    const { bus: { bitrate }, topology: { name } } = this.car
    this.tell({ hello: { version: STREAM_VERSION, name, bitrate, data_bitrate: 0, now_ns: 0, listen_only: false } })
    this.car.boot()
    this.beat()
    void this.run()
  }

  /** Takes bytes of the page. */
  receive(bytes: Uint8Array): void {
    if (!this.reader.push(bytes)) this.stop()
  }

  stop(): void {
    this.over = true
    this.pacer?.stop()
  }

  /** Runs to the end of the drive at once, for tests: what the page sees at any speed. */
  finish(): void {
    while (this.perform()) this.car.run((this.next_ns - this.car.now_ns) / 1e6)
    this.flush()
  }

  /** Lets time pass until the next thing that is due, does it, and so on. */
  private async run(): Promise<void> {
    while (!this.over && this.factor > 0 && this.perform()) {
      const pacer = new Pacer(this.car.kernel, this.host, { speed: this.factor })
      this.pacer = pacer
      const reached = await pacer.start(this.next_ns)
      if (this.pacer !== pacer) return
      this.pacer = undefined
      if (!reached) return
    }
    if (this.car.now_ns >= this.end_ns) this.factor = 0
  }

  /** Does what is due now; false: the drive is at its end. */
  private perform(): boolean {
    const { car, agenda, controls: { hands } } = this
    while (agenda.length > 0 && agenda[0]!.at_ns <= car.now_ns && car.now_ns < this.end_ns) {
      const { event, ends } = agenda.shift()!
      try {
        if (ends) hands.end({ kind: event.kind, with: event.with })
        else hands.begin({ kind: event.kind, with: event.with })
      } catch {
        // Makes no sense now, as in random runs, where it is skipped.
      }
    }
    return car.now_ns < this.end_ns
  }

  private get next_ns(): number {
    return Math.min(this.agenda[0]?.at_ns ?? Infinity, this.end_ns)
  }

  private wake(action: () => void): void {
    if (this.pacer === undefined) action()
    else this.pacer.wake(action)
  }

  private setSpeed(factor: number): void {
    const { pacer } = this
    this.pacer = undefined
    pacer?.stop()
    this.factor = this.car.now_ns < this.end_ns ? factor : 0
    void this.run()
  }

  private gather(frame: CanFrame, end_ns: number): void {
    if (this.gathered >= MOST_FRAMES) {
      this.dropped++
      return
    }
    const seen = this.frame
    Object.assign(seen, frame, { timestamp_ns: end_ns })
    this.used = encodeStreamFrame(seen, this.batch, this.used, 0)
    this.gathered++
  }

  private beat(): void {
    if (this.over) return
    this.flush()
    this.host.after(FLUSH_ms, () => this.beat())
  }

  private flush(): void {
    if (this.gathered > 0) {
      writeBatchHeader(this.used - BATCH_HEADER_BYTES, this.batch, 0)
      this.send(this.batch.slice(0, this.used))
      this.used = BATCH_HEADER_BYTES
      this.gathered = 0
    }
    const series = this.controls.feed.take(performance.now())
    if (series.length > 0) this.tell({ samples: { series } })
    if (this.dropped > this.toldDropped) {
      this.toldDropped = this.dropped
      this.tell({ state: { dropped: this.dropped } })
    }
  }

  private message(bytes: Uint8Array): boolean {
    const body = decodeEnvelope(bytes)
    if (body?.request !== undefined) void this.answer(body.request)
    return body !== undefined
  }

  private async answer(body: NonNullable<EnvelopeBody['request']>): Promise<void> {
    const { id } = body
    try {
      const request = readRequest(body)
      if (request === undefined) throw new RangeError('this car does not know such a request')
      this.tell({ response: responseBody(id, await this.controls.answer(request)) })
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.tell({ response: { id, error: text === '' ? 'it failed' : text, snapshot_json: '', switches: [] } })
    }
  }

  private tell(body: EnvelopeBody): void {
    this.send(encodeEnvelope(body))
  }
}

/** Begins and ends, in the order in which random runs do them. */
function agendaOf(events: readonly FuzzEvent[]): Due[] {
  const agenda = events.flatMap((event, order) => [false, true].map(ends => ({
    at_ns: Math.round((event.at_ms + (ends ? event.for_ms : 0)) * 1e6), order, event, ends,
  })))
  return agenda.sort((a, b) => a.at_ns - b.at_ns || a.order - b.order || Number(a.ends) - Number(b.ends))
}
