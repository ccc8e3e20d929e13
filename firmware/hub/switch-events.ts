import { type Switch, type SwitchEdge, SwitchEventEncoder, type SwitchEventValues } from '#protocol/index.ts'
import { type HubCounters, type Job, NO_KEY, type Schedule, type Transmitter } from '../runtime/index.ts'

/** Between two looks whether those before have left. */
const PAUSE_ms = 1
/** So many are in the queue of frames at most. */
const AT_ONCE = 4
/** Least room, for packs whose switches the hub has no action for. */
const LEAST_ROOM = 16
/** Durations that wait: from here on outside of what an event tells; not known. */
const LONGEST_ms = 0xfffe
const UNKNOWN_ms = 0xffff
/** The clock of those that wait goes round: none waits for so long. */
const CLOCK_ms = 0x1_0000
/** Words of one that waits: switch, port and edge; duration; when it happened. */
const WORDS = 3
const PORT_BIT = 8
const EDGE_BIT = 12

/**
 * Tells displays and logs of the hub's switches, a few events at a time, in callbacks of the board for themselves. The others wait
 * here, in six bytes each, and not in the queue of frames: a palm on a panel takes little room from commands and states. There is
 * room for a press and a release of every switch that the hub knows.
 */
export class SwitchEvents {
  private readonly transmit: Pick<Transmitter, 'waits' | 'sendLate'>
  private readonly location: number
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly job: Job
  private readonly values: SwitchEventValues
  /** A ring: `waiting` of them from `first` on. */
  private readonly words: Uint16Array
  private readonly room: number
  private first: number
  private waiting: number

  constructor(transmit: Pick<Transmitter, 'waits' | 'sendLate'>, location: number, schedule: Schedule, counters: HubCounters, switches: number) {
    this.transmit = transmit
    this.location = location
    this.schedule = schedule
    this.counters = counters
    this.job = schedule.loner('switch event', () => this.tell())
    this.values = SwitchEventEncoder.create()
    this.room = Math.max(LEAST_ROOM, 2 * switches)
    this.words = new Uint16Array(WORDS * this.room)
    this.first = 0
    this.waiting = 0
  }

  /** Something happened to a switch of the pack at `port`. Without room it is dropped, and counted as by a full queue. */
  add(port: number, code: Switch, edge: SwitchEdge, duration_ms: number): void {
    if (this.waiting === this.room) {
      this.counters.txQueued++
      this.counters.txOverflow++
      return
    }
    const place = WORDS * ((this.first + this.waiting) % this.room)
    this.words[place] = edge << EDGE_BIT | port << PORT_BIT | code
    this.words[place + 1] = duration_ms >= 0 ? Math.min(duration_ms + 0.5, LONGEST_ms) : UNKNOWN_ms
    this.words[place + 2] = this.schedule.now() % CLOCK_ms
    this.waiting++
    this.schedule.notLater(this.job, this.schedule.now_ms)
  }

  /** The next of them, unless some have not left yet. */
  private tell(): void {
    const now = this.schedule.now()
    if (!this.transmit.waits(SwitchEventEncoder, this.location)) for (let i = 0; i < AT_ONCE && this.waiting > 0; i++) this.tellOne(now)
    if (this.waiting > 0) this.schedule.notLater(this.job, now + PAUSE_ms)
  }

  private tellOne(now: number): void {
    const words = this.words
    const place = WORDS * this.first
    const what = words[place]!
    const lasted_ms = words[place + 1]!
    const values = this.values
    values.edge = (what >> EDGE_BIT) as SwitchEdge
    values.port = what >> PORT_BIT & 0x0f
    values.switch = (what & 0xff) as Switch
    values.duration_ms = lasted_ms === UNKNOWN_ms ? NaN : lasted_ms
    const age_ms = (now + CLOCK_ms - words[place + 2]!) % CLOCK_ms
    this.first = (this.first + 1) % this.room
    this.waiting--
    this.transmit.sendLate(SwitchEventEncoder, this.location, values, NO_KEY, now - age_ms)
  }
}
