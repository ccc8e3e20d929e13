import { BatchWriter } from '../batch-writer.ts'
import { count } from '../counters.ts'
import type { HostSession, SessionHost } from '../host-link.ts'
import type { LinkFrame } from '../link.ts'
import { cloneLinkFrame, createLinkFrame, sameFrame } from '../link-frame.ts'
import type { ByteSink } from '../outbox.ts'
import { StampClock } from '../stamp-clock.ts'
import { readStatus, UP, type BusStatus } from './bus-status.ts'
import { decodeSlcanFrame, encodeSlcanFrame, hasExtendedBit, isFrameLetter, readHex, SLCAN_FRAME_BYTES } from './codec.ts'
import { Confirmations, FRAME, POLL } from './confirmations.ts'
import { greetAdapter, type Adapter, type GreetingSettings } from './greeting.ts'
import { SlcanLineReader, type LineHandler } from './line-reader.ts'

export interface HostSettings extends GreetingSettings {
  /** Frames an adapter that confirms them may hold. */
  readonly window: number
}

/** Frames that are written at a time to an adapter which confirms nothing. */
const BATCH_FRAMES = 1024
/** How long an adapter may take to answer, ms. */
const CONFIRM_TIMEOUT_ms = 3000
/** Silence, with questions open, after which it is taken for dead, ms. */
const DEAD_ms = 10_000
const POLL_ms = 1000
/** How long nothing may arrive before people are told, ms. */
const SILENCE_ms = 10_000
const SILENCE = `nothing has arrived for ${SILENCE_ms / 1000} s: is the bus asleep, the bit rate right, the channel open?`
/** First and longest pause before an adapter that went off the bus is put back, ms. */
const RECOVERY_FIRST_ms = 100
const RECOVERY_LONGEST_ms = 5000
/** Being up for so long ends the growth of that pause, ms. */
const RECOVERED_ms = 10_000
/** LAWICEL's stamps are milliseconds of a minute; some firmwares let all 16 bits run. */
const STAMP_WRAP = 60_000
const STAMP_WRAP_16_BITS = 65_536

const LOWER_Z = 0x7a
const UPPER_Z = 0x5a
const UPPER_F = 0x46
const POLL_COMMAND = Uint8Array.of(UPPER_F, 0x0d)

const ENCODER = new TextEncoder()

/** What an answer may be, for whoever waits for one: a line, or `\a` for a bell. */
type Waiter = (answer: string) => void

/** We are the host of an SLCAN adapter. Source: LAWICEL AB, "CAN232 Manual" 3.1 and "CANUSB Manual" 1.0. */
export class SlcanHostSession implements HostSession, LineHandler {
  private readonly host: SessionHost
  private readonly settings: HostSettings
  private readonly writer: BatchWriter
  private readonly confirmations: Confirmations
  private readonly reader = new SlcanLineReader(this, true)
  private readonly frame = createLinkFrame()
  private readonly stamps = new StampClock(STAMP_WRAP, 1e6)
  private adapter: Adapter | undefined
  private waiter: Waiter | undefined
  private phase: 'greeting' | 'open' | 'recovering' | 'over' = 'greeting'
  /** What an echoing adapter will send back. */
  private echoes: LinkFrame[] = []
  private endStart: (reason: Error) => void = () => undefined
  private lastHeard_ms = 0
  /** When the last frame came, or was confirmed. */
  private lastTraffic_ms = 0
  private silent = false
  private bus: BusStatus = UP
  private nextPoll_ms = 0
  private pause_ms = RECOVERY_FIRST_ms
  private upSince_ms = 0
  private recovery: NodeJS.Timeout | undefined

  constructor(sink: ByteSink, host: SessionHost, settings: HostSettings) {
    this.host = host
    this.settings = settings
    this.confirmations = new Confirmations(host.counters.sent, settings.window + 1)
    const room = Math.max(settings.window, BATCH_FRAMES) * SLCAN_FRAME_BYTES
    this.writer = new BatchWriter(sink, room, host.counters.sent, () => this.pump(), error => host.giveUp(error.message))
  }

  async start(): Promise<void> {
    const ended = new Promise<never>((_, reject) => { this.endStart = reject })
    const line = { ask: this.ask, place: this.host.place }
    this.adapter = await Promise.race([greetAdapter(line, this.settings), ended])
    if (this.adapter.caution !== '') this.host.report(`${this.host.place}: ${this.adapter.caution}`)
    this.echoes = []
    this.open()
  }

  read(chunk: Uint8Array): void {
    this.lastHeard_ms = performance.now()
    this.reader.push(chunk)
    if (this.phase === 'open') this.pump()
  }

  pump(): void {
    if (this.phase !== 'open') return
    const { writer, confirmations, host: { ring } } = this
    const confirms = this.adapter?.confirms === true
    const now_ms = performance.now()
    while (writer.hasRoom(SLCAN_FRAME_BYTES) && (confirms ? confirmations.frames < this.settings.window : !writer.busy)) {
      const frame = ring.take(now_ms)
      if (frame === undefined) return
      writer.commit(encodeSlcanFrame(frame, writer.bytes, writer.end, false), confirms ? 0 : 1)
      if (confirms) confirmations.expect(FRAME, now_ms)
      if (this.adapter?.echoes === true) this.echoes.push(cloneLinkFrame(frame))
    }
  }

  tick(now_ms: number): void {
    if (this.phase !== 'open') return
    this.confirmations.giveUp(now_ms, CONFIRM_TIMEOUT_ms)
    if (this.confirmations.frames > 0 && now_ms - this.lastHeard_ms > DEAD_ms) return this.host.giveUp('the adapter stopped answering')
    if (now_ms - this.upSince_ms > RECOVERED_ms) this.pause_ms = RECOVERY_FIRST_ms
    if (this.adapter?.polls === true && now_ms >= this.nextPoll_ms && !this.confirmations.full && this.writer.push(POLL_COMMAND)) {
      this.confirmations.expect(POLL, now_ms)
      this.nextPoll_ms = now_ms + POLL_ms
    }
    this.watchSilence(now_ms)
    this.pump()
  }

  /** An adapter that confirms nothing may as well have its channel closed: people are told when nothing arrives. */
  private watchSilence(now_ms: number): void {
    const silent = now_ms - this.lastTraffic_ms > SILENCE_ms
    if (silent === this.silent) return
    this.silent = silent
    this.tell()
    if (silent) this.host.report(`${this.host.place}: ${SILENCE}`)
  }

  private tell(): void {
    const { state, problem } = this.bus
    if (state === 'bus-off') this.recover(problem)
    else this.host.setState(state, problem === '' && this.silent ? SILENCE : problem)
  }

  /** What is on the other side, for people. */
  get about(): string {
    return this.adapter?.about ?? ''
  }

  async farewell(): Promise<void> {
    clearTimeout(this.recovery)
    if (this.phase === 'greeting' || this.writer.busy) return
    this.phase = 'recovering'
    await this.ask('C', answer => answer === '' || answer === '\\a', this.adapter?.confirms === true ? 150 : 30)
  }

  end(reason: string): void {
    clearTimeout(this.recovery)
    this.phase = 'over'
    this.writer.close()
    this.confirmations.clear()
    this.endStart(new Error(reason))
  }

  onLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.phase === 'over') return
    if (end - start > 1 && isFrameLetter(bytes[start]!) && this.waiter === undefined) return this.received(bytes, start, end)
    if (this.waiter !== undefined) return this.waiter(String.fromCharCode(...bytes.subarray(start, end)))
    if (this.phase !== 'open') return
    const letter = bytes[start]
    const length = end - start
    if (length === 0) this.answered(true)
    else if (length === 1 && (letter === LOWER_Z || letter === UPPER_Z)) {
      if (this.confirmations.confirm(FRAME)) this.lastTraffic_ms = this.lastHeard_ms
      else count(this.host.counters.malformed, 'stray-confirmation')
    } else if (length === 3 && letter === UPPER_F && readHex(bytes, start + 1, end) >= 0) this.status(readHex(bytes, start + 1, end))
    else if (this.adapter?.echoes !== true || letter !== UPPER_F) count(this.host.counters.malformed, 'unknown-line')
  }

  onOverlong(): void {
    count(this.host.counters.malformed, 'overlong')
  }

  onBell(): void {
    if (this.waiter !== undefined) this.waiter('\\a')
    else if (this.phase === 'open') this.answered(false)
  }

  private received(bytes: Uint8Array, start: number, end: number): void {
    if (this.phase !== 'open') return
    const { frame, host } = this
    const fault = decodeSlcanFrame(bytes, start, end, frame)
    if (fault !== undefined) return count(host.counters.malformed, fault)
    if (hasExtendedBit(bytes, start)) count(host.counters.malformed, 'id-bit-31')
    if (this.echoes.length > 0 && sameFrame(this.echoes[0]!, frame)) {
      this.echoes.shift()
      return
    }
    this.lastTraffic_ms = this.lastHeard_ms
    const now_ns = host.now_ns()
    const stamp = frame.timestamp_ns < 0 ? -1 : frame.timestamp_ns / 1e6
    if (stamp >= STAMP_WRAP) this.stamps.setWrap(STAMP_WRAP_16_BITS)
    frame.timestamp_ns = stamp < 0 ? now_ns : this.stamps.time_ns(stamp, now_ns)
    host.receive(frame)
  }

  /** A CR or a bell without a word: the answer to the oldest question. */
  private answered(yes: boolean): void {
    if (this.adapter?.confirms !== true) return
    const kind = this.confirmations.confirmOldest(yes)
    if (kind === undefined) count(this.host.counters.malformed, 'stray-confirmation')
    else if (kind === FRAME && yes) this.lastTraffic_ms = this.lastHeard_ms
    else if (kind === POLL && !yes && this.adapter) this.adapter = { ...this.adapter, polls: false }
  }

  private status(flags: number): void {
    this.confirmations.confirm(POLL)
    this.bus = readStatus(flags)
    if (this.bus.lost) this.host.counters.unknownLost++
    this.tell()
  }

  private open(): void {
    this.phase = 'open'
    this.upSince_ms = this.lastHeard_ms = this.lastTraffic_ms = performance.now()
    this.bus = UP
    this.silent = false
    this.nextPoll_ms = this.upSince_ms + POLL_ms
  }

  /** Only closing and opening the channel brings such an adapter back onto the bus. */
  private recover(problem: string): void {
    this.phase = 'recovering'
    this.confirmations.clear()
    this.echoes = []
    this.host.setState('bus-off', problem)
    const pause_ms = this.pause_ms
    this.pause_ms = Math.min(2 * pause_ms, RECOVERY_LONGEST_ms)
    const timeout_ms = this.adapter?.confirms === true ? 1000 : 0
    void this.ask('C', () => true, timeout_ms).then(() => {
      if (this.phase !== 'recovering') return
      this.recovery = setTimeout(() => void this.reopen(timeout_ms), pause_ms)
    })
  }

  private async reopen(timeout_ms: number): Promise<void> {
    for (const command of this.adapter?.openCommands ?? []) {
      await this.ask(command, () => true, timeout_ms)
      if (this.phase !== 'recovering') return
    }
    this.open()
    this.host.setState('up', '')
  }

  /**
   * Sends a command and resolves with the first line or bell (`\a`) that `fits`, or undefined when there is none in time.
   * An adapter's echo of the command itself never fits.
   */
  private readonly ask = (command: string, fits: (answer: string) => boolean, timeout_ms: number): Promise<string | undefined> => {
    return new Promise((resolve) => {
      const done = (answer?: string): void => {
        clearTimeout(timer)
        if (this.waiter === waiter) this.waiter = undefined
        resolve(answer)
      }
      const timer = setTimeout(done, timeout_ms)
      const waiter: Waiter = answer => fits(answer) && done(answer)
      this.waiter = waiter
      this.writer.push(ENCODER.encode(`${command}\r`))
    })
  }
}
