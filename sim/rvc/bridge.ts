import { asyncScheduler, filter, interval, type SchedulerLike, Subject, Subscription } from 'rxjs'
import { ENTRIES, FrameDecoder, type MessageEntry } from '#protocol/messages/index.ts'
import { destinationOf, GLOBAL_ADDRESS, PGN_REQUEST, pgnOf, requestedPgn, TOOL_ADDRESSES } from '#protocol/index.ts'
import { type CarKeys, type CommandOutcome, CommandSender } from '../diag/index.ts'
import { createLinkFrame, type Link, type LinkFrame, STALLS } from '../gateway/index.ts'
import { ClaimedAddress } from './address.ts'
import { type Device, devicesOf } from './devices.ts'
import { DATA_BYTES, decodeGroup, LAYOUTS, NOT_AVAILABLE } from './layouts.ts'
import { type CommandFault, TRANSLATIONS, type Wish } from './translate.ts'

/** A status is told when it changes, and so often. */
const REPEAT_ms = 5000
/** A status of ours counts so long. */
const FRESH_ms = 3000
/** A command of RV-C counts so long. */
const LIFETIME_ms = 500
const STATUS_PRIORITY = 6

export interface RvcOptions {
  /** Commands of RV-C become ours. Default false: nothing moves. */
  readonly actuate?: boolean
  readonly devices?: readonly Device[]
  /** Of the NAME, 21 bits. Default 1. */
  readonly serial?: number
  /** The tool's, for a car with keys. */
  readonly keys?: CarKeys | undefined
  /** One line for people: what became of each command. */
  readonly report?: (line: string) => void
  readonly clock?: SchedulerLike
  /** How long what is read now may have waited while this process stood still. */
  readonly waited_ms?: () => number
}

export interface RvcCounts {
  /** Status frames on RV-C. */
  told: number
  /** Commands that a hub accepted. */
  accepted: number
  readonly refused: Map<CommandFault, number>
}

/** What is known of a device, and what it does. */
interface Place {
  readonly device: Device
  readonly entry: MessageEntry
  values?: Readonly<Record<string, number>>
  heard_ms: number
  /** As RV-C was told it last, without the head of our status. */
  shown: string
  lastCommand: number
  isBusy: boolean
  /** One wish waits at most: the newest. */
  waiting?: { readonly wish: Wish, readonly since_ms: number, readonly code: number }
  readonly stop$: Subject<void>
}

/** Our bus beside an RV-C bus: our status as data groups there; commands from there, where it is unlocked, as commands here. */
export class RvcBridge {
  readonly counts: RvcCounts = { told: 0, accepted: 0, refused: new Map() }
  private readonly link: Link
  private readonly rvc: Link
  private readonly actuate: boolean
  private readonly report: (line: string) => void
  private readonly clock: SchedulerLike
  private readonly waited_ms: () => number
  private readonly node: ClaimedAddress
  private readonly sender: CommandSender
  private readonly decoder = new FrameDecoder()
  private readonly places: readonly Place[]
  private readonly running = new Subscription()

  constructor(link: Link, rvc: Link, options: RvcOptions = {}) {
    const { actuate = false, devices = devicesOf(), serial = 1, report = () => undefined, clock = asyncScheduler } = options
    const { waited_ms = () => STALLS.waited_ms(), keys } = options
    this.link = link
    this.rvc = rvc
    this.actuate = actuate
    this.report = report
    this.clock = clock
    this.waited_ms = waited_ms
    this.sender = new CommandSender(link, {}, clock, keys)
    this.places = devices.map(device => ({
      device, entry: ENTRIES.find(({ row }) => row.name === TRANSLATIONS[device.kind].command)!, heard_ms: -Infinity, shown: '',
      lastCommand: NOT_AVAILABLE, isBusy: false, stop$: new Subject<void>(),
    }))
    this.node = new ClaimedAddress(rvc, serial, clock)
    this.running.add(link.onFrame(frame => this.hearOurs(frame)))
    this.running.add(rvc.onFrame(frame => this.hearTheirs(frame)))
    this.running.add(interval(REPEAT_ms, clock).subscribe(() => this.tellAll()))
    // A stop could not come any more.
    this.running.add(rvc.state$.pipe(filter(state => state !== 'up')).subscribe(() => this.stopAll()))
  }

  /** Address on RV-C; undefined while none is ours. */
  get address(): number | undefined {
    return this.node.address
  }

  /** Ends what is held; the links are the caller's to close. */
  close(): void {
    this.running.unsubscribe()
    this.node.close()
    this.stopAll()
  }

  private stopAll(): void {
    for (const place of this.places) {
      delete place.waiting
      place.stop$.next()
    }
  }

  private hearOurs(frame: LinkFrame): void {
    if (frame.error) return
    const decoded = this.decoder.decode(frame)
    if (decoded?.row === undefined) return
    const values: Readonly<Record<string, number>> = { ...decoded.values }
    for (const place of this.places) {
      const { kind, location, channel } = place.device
      if (TRANSLATIONS[kind].status !== decoded.row.name || location !== decoded.location) continue
      if (kind === 'light' && values['channel'] !== channel) continue
      place.values = values
      place.heard_ms = this.clock.now()
      const shown = this.dataOf(place, values).join()
      if (shown === place.shown) continue
      if (this.tell(place)) place.shown = shown
    }
  }

  private hearTheirs(frame: LinkFrame): void {
    const { id, extended, remote, error, fd, length, data } = frame
    if (!extended || remote || error || fd || this.node.hear(frame)) return
    const pgn = pgnOf(id)
    if (pgn === PGN_REQUEST) {
      const destination = destinationOf(id)
      if (destination === GLOBAL_ADDRESS || destination === this.address) this.tellAll(requestedPgn(data, length))
      return
    }
    const kind = (Object.keys(TRANSLATIONS) as Device['kind'][]).find(each => LAYOUTS[TRANSLATIONS[each].commanded].dgn === pgn)
    if (kind === undefined) return
    const fault = this.take(kind, data, length)
    if (fault !== undefined) this.refuse(fault, `${TRANSLATIONS[kind].commanded} ${length > 0 ? data[0]! : ''}`)
  }

  /** Takes a command; answers why not. */
  private take(kind: Device['kind'], data: Uint8Array, length: number): CommandFault | undefined {
    if (!this.actuate) return 'locked'
    if (length !== DATA_BYTES) return 'wrong-length'
    if (this.waited_ms() > LIFETIME_ms) return 'too-old'
    const { commanded, wish: wishOf } = TRANSLATIONS[kind]
    const fields = decodeGroup(commanded, data)
    if (fields['group'] !== undefined && fields['group'] !== NOT_AVAILABLE) return 'group'
    const place = this.places.find(({ device }) => device.kind === kind && device.instance === fields['instance'])
    if (place === undefined) return 'unknown-instance'
    const wish = wishOf(fields, place.device, this.isFresh(place) ? place.values : undefined)
    if (typeof wish === 'string') return wish
    if (place.waiting !== undefined) this.refuse('too-old', `${commanded} ${place.device.instance}`)
    place.waiting = { wish, since_ms: this.clock.now(), code: fields['command'] ?? NOT_AVAILABLE }
    if (place.isBusy) place.stop$.next()
    else void this.work(place)
    return undefined
  }

  private async work(place: Place): Promise<void> {
    place.isBusy = true
    while (place.waiting !== undefined) {
      const { wish, since_ms, code } = place.waiting
      delete place.waiting
      const { kind, location, instance } = place.device
      const text = `${TRANSLATIONS[kind].commanded} ${instance}`
      if (this.clock.now() - since_ms > LIFETIME_ms) this.refuse('too-old', text)
      else if (this.link.state !== 'up') this.refuse('not-up', text)
      else {
        const command = { entry: place.entry, location, values: wish.values, source: TOOL_ADDRESSES[0]! }
        const { hold_ms } = wish
        this.outcome(place, code, text, await this.sender.send(command, hold_ms === undefined ? {} : { hold_ms, stop$: place.stop$ }))
      }
    }
    place.isBusy = false
  }

  private outcome(place: Place, code: number, text: string, { kind, problem }: CommandOutcome): void {
    if (kind !== 'accepted' && kind !== 'sent') return this.refuse('unanswered', `${text}: ${problem}`)
    this.counts.accepted++
    place.lastCommand = code
    this.report(`${text}: done, ${place.entry.row.name}@${place.device.location}`)
  }

  private refuse(fault: CommandFault, text: string): void {
    const { refused } = this.counts
    const times = (refused.get(fault) ?? 0) + 1
    refused.set(fault, times)
    // A bus can say it a thousand times a second.
    if (Number.isInteger(Math.log10(times))) this.report(`${text}: not done, ${fault}${times > 1 ? `, ${times} times` : ''}`)
  }

  private isFresh({ heard_ms }: Place): boolean {
    return this.clock.now() - heard_ms <= FRESH_ms
  }

  private tellAll(dgn?: number): void {
    for (const place of this.places) {
      if (this.isFresh(place) && (dgn === undefined || dgn === LAYOUTS[TRANSLATIONS[place.device.kind].told].dgn)) this.tell(place)
    }
  }

  private dataOf({ device, lastCommand }: Place, values: Readonly<Record<string, number>>): Uint8Array {
    return TRANSLATIONS[device.kind].encode(device, values, lastCommand)
  }

  /** Tells what is known of a device; false when that is not possible now. */
  private tell(place: Place): boolean {
    const { address } = this.node
    if (address === undefined || place.values === undefined) return false
    const frame = createLinkFrame()
    frame.id = ((STATUS_PRIORITY << 26) | (LAYOUTS[TRANSLATIONS[place.device.kind].told].dgn << 8) | address) >>> 0
    frame.extended = true
    frame.length = DATA_BYTES
    frame.data.set(this.dataOf(place, place.values))
    const isTaken = this.rvc.send(frame)
    if (isTaken) this.counts.told++
    return isTaken
  }
}
