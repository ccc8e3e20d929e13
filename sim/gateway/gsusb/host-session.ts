import { FD_DATA_BYTES } from '#protocol/index.ts'
import { count, drop } from '../counters.ts'
import type { HostSession, SessionHost } from '../host-link.ts'
import { createLinkFrame } from '../link-frame.ts'
import { busEvent, describeErrorFrame, tellsOverflow } from '../socketcan/index.ts'
import { StampClock } from '../stamp-clock.ts'
import { bitTiming, type BitTiming, type TimingLimits } from './bit-timing.ts'
import {
  CONFIG_BYTES, encodeFrame, encodeTiming, EXTENDED_LIMITS_BYTES, FEATURE, FROM_BUS, HOST_FORMAT, HostFrame, LIMITS_BYTES, MODE_RESET,
  MODE_START, readLimits, REQUEST, words,
} from './codec.ts'
import type { UsbSetup, UsbTransport } from './usb-adapter.ts'

export interface GsusbSettings {
  readonly bitrate: number
  /** Of the inside of FD frames, bit/s; `undefined`: classic frames only. */
  readonly dataBitrate: number | undefined
  readonly channel: number
  readonly listenOnly: boolean
}

/** Frames that wait for their echo: as many as Linux has on their way. */
const WINDOW_FRAMES = 10
/** A frame that could not be sent for so long is taken back: by then it is not what anybody wants any more, ms. */
const UNSENT_ms = 5000
/** How long a controller stays bus-off before it is started anew, ms. */
const BUS_OFF_ms = 1000

/** We are the host of a gs_usb adapter. It echoes a frame when that was on the bus. */
export class GsusbHostSession implements HostSession {
  private readonly transport: UsbTransport
  private readonly host: SessionHost
  private readonly settings: GsusbSettings
  private readonly message = new HostFrame()
  private readonly frame = createLinkFrame()
  private readonly stamps = new StampClock(2 ** 32, 1000)
  private readonly slots = Array.from({ length: WINDOW_FRAMES }, () => new Uint8Array(12 + FD_DATA_BYTES))
  private readonly views = this.slots.map(slot => new DataView(slot.buffer))
  /** When the frame of a slot was written; NaN: the slot is free. */
  private readonly written_ms = new Float64Array(WINDOW_FRAMES).fill(NaN)
  private channels = 0
  private open = false
  private endReason: string | undefined
  private busOffSince_ms = NaN

  constructor(transport: UsbTransport, host: SessionHost, settings: GsusbSettings) {
    this.transport = transport
    this.host = host
    this.settings = settings
  }

  get about(): string {
    if (!this.open) return ''
    const { productName, serialNumber } = this.transport.adapter
    return `gs_usb adapter ${[productName, serialNumber].filter(Boolean).join(', ')}`.trimEnd()
  }

  async start(): Promise<void> {
    const { channel, bitrate, dataBitrate, listenOnly } = this.settings
    await this.tell(REQUEST.hostFormat, 1, words(HOST_FORMAT))
    this.channels = (await this.ask(REQUEST.deviceConfig, 1, CONFIG_BYTES)).getUint8(3) + 1
    if (channel >= this.channels) throw new Error(`the adapter has no channel ${channel}; it has ${this.channels}, the first is 0`)
    const limits = await this.ask(REQUEST.limits, channel, LIMITS_BYTES)
    const features = limits.getUint32(0, true)
    if (listenOnly && (features & FEATURE.listenOnly) === 0) throw new Error('the adapter cannot only listen: mode=listen is not for it')
    if (dataBitrate !== undefined && (features & FEATURE.fd) === 0) throw new Error('the adapter has no CAN FD: leave dbitrate out')
    await this.tell(REQUEST.mode, channel, words(MODE_RESET, 0))
    await this.tell(REQUEST.bitTiming, channel, encodeTiming(timingFor(readLimits(limits), bitrate)))
    if (dataBitrate !== undefined) {
      const own = (features & FEATURE.extendedLimits) !== 0
      const data = own ? readLimits(await this.ask(REQUEST.extendedLimits, channel, EXTENDED_LIMITS_BYTES), 'data') : readLimits(limits)
      await this.tell(REQUEST.dataBitTiming, channel, encodeTiming(timingFor(data, dataBitrate)))
    }
    const flags = (listenOnly ? FEATURE.listenOnly : 0) | (features & FEATURE.timestamps) | (dataBitrate === undefined ? 0 : FEATURE.fd)
    await this.tell(REQUEST.mode, channel, words(MODE_START, flags))
    if (this.endReason !== undefined) throw new Error(this.endReason)
    this.open = true
  }

  read(chunk: Uint8Array): void {
    if (!this.open) return
    const { message, host } = this
    const fault = message.load(chunk)
    if (fault !== undefined) return count(host.counters.malformed, fault)
    if (message.channel >= this.channels) return count(host.counters.malformed, 'channel')
    if (message.channel !== this.settings.channel) return
    if (message.echo === FROM_BUS) return this.received()
    if (message.overflow) host.counters.unknownLost++
    this.confirmed(message.echo)
  }

  pump(): void {
    if (!this.open || !Number.isNaN(this.busOffSince_ms)) return
    const now_ms = performance.now()
    for (let slot = this.written_ms.findIndex(Number.isNaN); slot >= 0; slot = this.written_ms.findIndex(Number.isNaN)) {
      const frame = this.host.ring.take(now_ms)
      if (frame === undefined) return
      const bytes = encodeFrame(frame, slot, this.settings.channel, this.views[slot]!)
      this.written_ms[slot] = now_ms
      this.transport.stream.write(this.slots[slot]!.subarray(0, bytes))
    }
  }

  tick(now_ms: number): void {
    if (!this.open) return
    if (now_ms - this.busOffSince_ms > BUS_OFF_ms) return this.host.giveUp('bus-off: the adapter is started anew')
    if (this.written_ms.some(written_ms => now_ms - written_ms > UNSENT_ms)) {
      this.host.giveUp(`the adapter could not send a frame for ${UNSENT_ms / 1000} s, and is started anew: is anybody else on the bus?`)
    }
  }

  async farewell(): Promise<void> {
    if (this.open) await this.tell(REQUEST.mode, this.settings.channel, words(MODE_RESET, 0)).catch(() => undefined)
  }

  end(reason: string): void {
    this.endReason = reason
    this.open = false
    const { sent } = this.host.counters
    this.written_ms.forEach((written_ms, slot) => {
      if (Number.isNaN(written_ms)) return
      this.written_ms[slot] = NaN
      sent.queued--
      drop(sent, 'unconfirmed')
    })
  }

  private received(): void {
    const { message, frame, host } = this
    const fault = message.read(frame)
    if (message.overflow || (fault === undefined && frame.error && tellsOverflow(frame.id, frame.data))) host.counters.unknownLost++
    if (fault !== undefined) return count(host.counters.malformed, fault)
    const now_ns = host.now_ns()
    frame.timestamp_ns = Number.isNaN(message.timestamp_us) ? now_ns : this.stamps.time_ns(message.timestamp_us, now_ns)
    if (frame.error) this.follow()
    host.receive(frame)
  }

  /** What the error frame says of the controller. */
  private follow(): void {
    const { frame, host } = this
    const event = busEvent(frame.id, frame.data)
    if (event === undefined) return
    const isOff = event === 'bus-off'
    if (!isOff) this.busOffSince_ms = NaN
    else if (Number.isNaN(this.busOffSince_ms)) this.busOffSince_ms = performance.now()
    if (isOff || event === 'error-passive') host.setState(event, describeErrorFrame(frame.id, frame.data))
    else host.setState('up', '')
  }

  private confirmed(slot: number): void {
    if (!(slot < WINDOW_FRAMES) || Number.isNaN(this.written_ms[slot])) return count(this.host.counters.malformed, 'unknown-echo')
    this.written_ms[slot] = NaN
    const { sent } = this.host.counters
    sent.queued--
    sent.delivered++
    this.pump()
  }

  private async tell(request: number, value: number, data: Uint8Array<ArrayBuffer>): Promise<void> {
    const { status } = await this.transport.adapter.controlTransferOut(setup(request, value), data).catch(refused)
    if (status !== 'ok') refused(new Error(`request ${request}: ${status}`))
  }

  private async ask(request: number, value: number, bytes: number): Promise<DataView> {
    const { status, data } = await this.transport.adapter.controlTransferIn(setup(request, value), bytes).catch(refused)
    if (status !== 'ok' || data === undefined) return refused(new Error(`request ${request}: ${status}`))
    if (data.byteLength < bytes) return refused(new Error(`request ${request}: ${data.byteLength} bytes in place of ${bytes}`))
    return data
  }
}

function setup(request: number, value: number): UsbSetup {
  return { requestType: 'vendor', recipient: 'interface', request, value, index: 0 }
}

function refused(error: Error): never {
  throw new Error(`the adapter does not answer as a gs_usb adapter does (${error.message})`, { cause: error })
}

function timingFor(limits: TimingLimits, bitrate: number): BitTiming {
  const timing = bitTiming(limits, bitrate)
  if (timing === undefined) throw new Error(`the adapter, whose clock is ${limits.clock_Hz / 1e6} MHz, cannot make ${bitrate} bit/s`)
  return timing
}
