import {
  CLASSIC_DATA_BYTES, destinationOf, GLOBAL_ADDRESS, hubAddress, ISOTP_PCI, IsoTpReceiver, IsoTpSender, PF_DIAGNOSTIC_FUNCTIONAL,
  PF_DIAGNOSTIC_PHYSICAL, peerId, pduFormatOf, sourceOf,
} from '#protocol/index.ts'
import type { Job } from '../runtime/index.ts'
import { Update } from '../update/index.ts'
import type { DiagnosedHub } from './hub.ts'
import { Server } from './server.ts'
import type { Service } from './service.ts'

/** Longest request: a block of an image with its head. */
const REQUEST_BYTES = 258
/** What we ask of a tester: 8 frames until the next flow control, 10 ms apart. */
const BLOCK_SIZE = 8
const SEPARATION_ms = 10
const PRIORITY = 6
const NOBODY = -1

/** A hub's end of the diagnostic connections: one tester at a time physically, all of them functionally. */
export class Diagnosis {
  private readonly hub: DiagnosedHub
  private readonly server: Server
  private readonly receiver: IsoTpReceiver
  private readonly sender: IsoTpSender
  private readonly job: Job
  private readonly request: Uint8Array
  private readonly broadcast: Uint8Array
  /** Address of the tester whose message is under way. */
  private tester: number

  constructor(hub: DiagnosedHub, services: readonly Service[]) {
    const put = (frame: Uint8Array): boolean => this.put(frame)
    const flash = hub.hal.flash
    const update = flash === undefined ? undefined : new Update(hub.hal, flash, hub.type, hub.schedule, () => hub.address.operating())
    this.hub = hub
    this.receiver = new IsoTpReceiver(put, REQUEST_BYTES, BLOCK_SIZE, SEPARATION_ms)
    this.sender = new IsoTpSender(put)
    this.request = new Uint8Array(REQUEST_BYTES)
    this.broadcast = new Uint8Array(CLASSIC_DATA_BYTES)
    this.job = hub.schedule.job('ISO-TP', () => this.tick())
    this.tester = NOBODY
    this.server = new Server(hub, services, update, this)
    this.sender.onDone = () => this.server.answered()
    const before = hub.transmit.onPeerSent
    hub.transmit.onPeerSent = (id) => {
      before(id)
      this.sent(id)
    }
  }

  start(): void {
    this.server.watch.start()
  }

  /** A frame for PF 0xDA or 0xDB. `false`: it is no diagnostic one. */
  receive(id: number, data: Uint8Array, length: number): boolean {
    const format = pduFormatOf(id)
    const toAll = format === PF_DIAGNOSTIC_FUNCTIONAL
    if (!toAll && format !== PF_DIAGNOSTIC_PHYSICAL) return false
    if (destinationOf(id) !== (toAll ? GLOBAL_ADDRESS : hubAddress(this.hub.hal.location)) || !this.hub.address.operating()) return false
    const now = this.hub.schedule.now()
    if (toAll) this.receiveFromAll(sourceOf(id), data, length)
    else if (this.turnTo(sourceOf(id))) {
      if (length > 0 && data[0]! >> 4 === ISOTP_PCI.flow) this.sender.receive(data, length, now)
      else if (this.receiver.receive(data, length, now)) this.serve()
    }
    this.arm()
    return true
  }

  answer(data: Uint8Array, length: number): void {
    this.sender.send(data, length, this.hub.schedule.now())
    this.arm()
  }

  /** To all only in one frame, and beside a longer message of one tester. */
  private receiveFromAll(source: number, data: Uint8Array, length: number): void {
    const size = length > 0 ? data[0]! : 0
    if (size === 0 || size >= length || !this.turnTo(source)) return
    for (let i = 0; i < size; i++) this.broadcast[i] = data[1 + i]!
    this.server.request(this.broadcast, size, true)
  }

  /** One tester at a time: others are heard when its message is through. */
  private turnTo(source: number): boolean {
    if (source !== this.tester && (this.receiver.busy() || this.sender.busy())) return false
    this.tester = source
    return true
  }

  /** The request stays as it is while it is worked on. */
  private serve(): void {
    if (this.server.working()) return
    const length = this.receiver.size
    for (let i = 0; i < length; i++) this.request[i] = this.receiver.buffer[i]!
    this.server.request(this.request, length, false)
  }

  private put(frame: Uint8Array): boolean {
    const id = this.answerId()
    return !this.hub.transmit.holds(id) && this.hub.transmit.sendPeer(id, frame, frame.length)
  }

  private answerId(): number {
    return peerId(PRIORITY, PF_DIAGNOSTIC_PHYSICAL, this.tester, hubAddress(this.hub.hal.location))
  }

  private sent(id: number): void {
    if (pduFormatOf(id) !== PF_DIAGNOSTIC_PHYSICAL) return
    const now = this.hub.schedule.now()
    this.receiver.sent(now)
    this.sender.sent(now)
    this.arm()
  }

  private tick(): void {
    const now = this.hub.schedule.now()
    this.receiver.tick(now)
    this.sender.tick(now)
    this.arm()
  }

  private arm(): void {
    const due_ms = Math.min(this.receiver.due_ms, this.sender.due_ms)
    if (due_ms < Infinity) this.hub.schedule.startAt(this.job, due_ms)
    else this.hub.schedule.stop(this.job)
  }
}
