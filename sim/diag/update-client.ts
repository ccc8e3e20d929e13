import { updateCauseText } from '#protocol/catalogue/index.ts'
import {
  type CanFrame, destinationOf, DID, HUB_TYPE, HUB_TYPE_AT, hubAddress, type HubName, HUBS, IMAGE_ENGINE, IMAGE_FAULT, imageFault,
  type ImageFault, LOCATION, NEGATIVE_RESPONSE, NRC, pduFormatOf, PF_DIAGNOSTIC_PHYSICAL, POSITIVE, readImageHeader, ROUTINE, SERVICE,
  SESSION, sourceOf, UPDATE_CAUSE, UPDATE_STATE, type UpdateCauseName, versionText,
} from '#protocol/index.ts'
import type { CarKeys } from './car-keys.ts'
import type { Clock, Wire } from './isotp-connection.ts'
import { bytesOf, number } from './big-endian.ts'
import { NegativeResponse, NoAnswer, UdsClient } from './uds-client.ts'

/** How far an update is. */
export interface UpdateProgress {
  readonly phase: 'asking' | 'writing' | 'checking' | 'restarting' | 'proving' | 'waiting'
  /** Bytes of the image that the hub has, and all of them. */
  readonly written: number
  readonly total: number
  /** Why it waits; empty otherwise. */
  readonly problem: string
}

export interface UpdateOptions {
  /** Install an older version, too. */
  readonly older?: boolean
  /** Without a byte more for so long, it gives up, ms. Default 60 s. */
  readonly patience_ms?: number
  readonly onProgress?: (progress: UpdateProgress) => void
  /** The workshop's, for a hub with keys. */
  readonly keys?: CarKeys
  /** Ends it before the next request. */
  readonly stop?: AbortSignal
  /** Why the wire carries nothing now, if that is known; empty otherwise. */
  readonly down?: () => string
}

export interface UpdateResult {
  readonly hub: HubName
  /** Versions before and now. */
  readonly before: string
  readonly now: string
  /** Time on the bus for the bytes themselves, and how many of them. */
  readonly transfer_ms: number
  readonly sent: number
  /** How often it went on after an interruption. */
  readonly resumed: number
}

/** An update that failed, in one line that says what to do. */
export class UpdateError extends Error {}

/** What the hub says fits nothing that was asked here: another tester is at it. */
class ForeignTester extends Error {}

const PATIENCE_ms = 60_000
const RETRY_ms = 1000
const POLL_ms = 500
/** Before the first request: another tester that has begun says something within this. */
const LISTEN_ms = 500
/** Another tester of whom nothing is heard for so long has ended. */
const QUIET_ms = 4000
/** Longest that another one is let go first, and how often. */
const GIVE_WAY_ms = 600_000
const MOST_FOREIGN = 3
/** What a hub says to a block or a download that was right a moment ago. */
const FOREIGN: readonly number[] = [NRC.wrongBlockCounter, NRC.requestSequenceError, NRC.requestOutOfRange]
/** A hub is up again within this; its proof takes ten seconds more. */
const RESTART_ms = 15_000
const PROOF_ms = 30_000
const BLOCK_HEAD = 2
const HARD_RESET = 1
const START = 1

const FAULTS: Readonly<Record<ImageFault, string>> = {
  [IMAGE_FAULT.none]: '', [IMAGE_FAULT.notImage]: 'it is no firmware image of ours: build one with npx spine build',
  [IMAGE_FAULT.format]: 'its format is newer than this program: update spine', [IMAGE_FAULT.hubType]: 'it is for another type of hub: build it for this one',
  [IMAGE_FAULT.engine]: 'it is for another engine: build it with the right --engine',
  [IMAGE_FAULT.truncated]: 'it is truncated: build or copy it again', [IMAGE_FAULT.tooLong]: 'it is longer than there is room for',
  [IMAGE_FAULT.hash]: 'its hash is wrong: build or copy it again', [IMAGE_FAULT.older]: 'it is older than what runs: --older installs it all the same',
}

/** What is done about an image that gave way to the old one. */
const ADVICE: Readonly<Partial<Record<UpdateCauseName, string>>> = {
  bootsFailed: 'build it again', supplyAtBoot: 'see to battery, fuse and drop, then start it again',
}

interface Journal {
  readonly state: number
  readonly cause: number
  readonly supply_V: number
  readonly written: number
  readonly tag: number
  readonly boots: number
  /** `IMAGE_ENGINE` of the board; 0: it has no room for a second image. */
  readonly engine: number
  /** Longest image with its header, bytes. */
  readonly room: number
}

/** Installs an image on one hub, over any wire; goes on where it was interrupted. @throws UpdateError */
export class UpdateClient {
  private readonly wire: Wire
  private readonly clock: Clock
  private readonly hub: HubName
  private readonly image: Uint8Array
  private readonly options: UpdateOptions
  private before: string | undefined
  private written = 0
  private transfer_ms = 0
  private sent = 0
  private resumed = 0
  private moved_ms = 0
  /** The hub was asked to check the image, and to boot it next. */
  private armed = false
  /** How often another tester was in the way. */
  private foreign = 0
  /** Counter of a block whose answer did not come in time, and may come late; −1: there is none. */
  private late = -1

  constructor(wire: Wire, clock: Clock, hub: HubName, image: Uint8Array, options: UpdateOptions = {}) {
    this.wire = wire
    this.clock = clock
    this.hub = hub
    this.image = image
    this.options = options
  }

  /** @throws UpdateError, NegativeResponse, NoAnswer */
  async run(): Promise<UpdateResult> {
    const before = await this.examine()
    this.moved_ms = this.clock.now_ms()
    while (!await this.attempt()) if (await this.hearsAnother(RETRY_ms)) await this.giveWay()
    await this.prove()
    return { ...this.soFar(), before, now: versionText(await this.with(client => this.version(client))) }
  }

  /** What is known of the result, also of a run that has failed. */
  soFar(): Omit<UpdateResult, 'before' | 'now'> & { readonly before?: string } {
    const { hub, before, transfer_ms, sent, resumed } = this
    return { hub, ...before !== undefined && { before }, transfer_ms, sent, resumed }
  }

  /** Whether the image is whole, for this hub and its board; resolves with the version that runs. Nothing is written yet. */
  private async examine(): Promise<string> {
    const fault = imageFault(this.image)
    if (fault === IMAGE_FAULT.tooLong) throw new UpdateError('this image cannot be installed: it is longer than its header says: build or copy it again')
    if (fault !== IMAGE_FAULT.none) throw new UpdateError(`this image cannot be installed: ${FAULTS[fault]}`)
    const { hubType, engine, version } = readImageHeader(this.image)!
    if (await this.hearsAnother(LISTEN_ms)) await this.giveWay()
    this.tell('asking')
    return this.with(async (client) => {
      const place = await client.request(SERVICE.read, ...bytesOf(DID.place, 2))
      if (place[2] !== hubType) throw new UpdateError(this.wrongType(nameOf(HUB_TYPE, hubType, 'type'), nameOf(HUB_TYPE, place[2]!, 'type')))
      const board = await this.journal(client)
      if (board.engine === 0) throw new UpdateError(`the board of ${this.hub} has no room for a second image: write it through its cable, npx spine flash`)
      if (board.engine !== engine) {
        const runs = nameOf(IMAGE_ENGINE, board.engine, 'engine')
        throw new UpdateError(`this image is for ${nameOf(IMAGE_ENGINE, engine, 'engine')}, and ${this.hub} runs ${runs}: build it with --engine ${runs}`)
      }
      if (this.image.length > board.room) {
        throw new UpdateError(`${this.hub} has room for an image of ${board.room} bytes, and this one has ${this.image.length}: take a board with more flash`)
      }
      const running = await this.version(client)
      this.before = versionText(running)
      if (version < running && this.options.older !== true) {
        throw new UpdateError(`${this.hub} runs ${this.before}, and this image is ${versionText(version)}: ${FAULTS[IMAGE_FAULT.older]}`)
      }
      return this.before
    })
  }

  private wrongType(wanted: string, found: string): string {
    const fitting = HUBS.filter(hub => HUB_TYPE_AT[hub] === wanted)
    const elsewhere = fitting.length === 0 ? '' : `, or name ${fitting.join(' or ')}`
    return `this image is for a ${wanted} hub, and ${this.hub} is a ${found}: build one with npx spine build ${found}${elsewhere}`
  }

  /** One try from where the hub is to its restart; `false`: it was interrupted, and may go on. */
  private async attempt(): Promise<boolean> {
    try {
      await this.with(client => this.transfer(client))
      return true
    } catch (error) {
      if (error instanceof ForeignTester) {
        await this.giveWay()
        return false
      }
      const problem = this.interruption(error)
      if (problem === undefined) throw error
      if (this.clock.now_ms() - this.moved_ms > (this.options.patience_ms ?? PATIENCE_ms)) {
        throw new UpdateError(`${problem}; ${this.written} of ${this.image.length} bytes are written: start it again to go on`)
      }
      this.tell('waiting', problem)
      return false
    }
  }

  /** Says nothing until the other tester is quiet. @throws UpdateError it goes on for too long, or comes again and again. */
  private async giveWay(): Promise<void> {
    const { clock, hub } = this
    const advice = `: let it finish, then start this again; ${this.written} of ${this.image.length} bytes are written`
    if (++this.foreign > MOST_FOREIGN) throw new UpdateError(`another tester is at work on ${hub} at the same time${advice}`)
    const begun_ms = clock.now_ms()
    do {
      this.tell('waiting', `another tester is at work on ${hub}: it goes first`)
      if (clock.now_ms() - begun_ms > GIVE_WAY_ms) throw new UpdateError(`another tester is still at work on ${hub}${advice}`)
    } while (await this.hearsAnother(QUIET_ms))
    this.moved_ms = clock.now_ms()
  }

  /** Whether another tester is at work within so long; nothing is sent from here meanwhile. */
  private async hearsAnother(duration_ms: number): Promise<boolean> {
    let heard = false
    // Until something was asked from here, each frame is another's.
    const isSign = (frame: CanFrame): boolean => this.before === undefined || (this.answersBlock(frame) && !this.isLate(frame))
    const unsubscribe = this.wire.onFrame((frame) => { if (this.isOfHub(frame) && isSign(frame)) heard = true })
    try {
      await this.pause(duration_ms)
    } finally {
      unsubscribe()
    }
    return heard
  }

  /** A diagnostic frame to or from this hub. */
  private isOfHub({ id, extended }: CanFrame): boolean {
    const hub = hubAddress(LOCATION[this.hub])
    return extended && pduFormatOf(id) === PF_DIAGNOSTIC_PHYSICAL && (sourceOf(id) === hub || destinationOf(id) === hub)
  }

  /** A frame of this hub's in which it takes or refuses a block, whoever sent that. */
  private answersBlock({ id, data }: CanFrame): boolean {
    if (sourceOf(id) !== hubAddress(LOCATION[this.hub])) return false
    return data[1] === SERVICE.transfer + POSITIVE || (data[1] === NEGATIVE_RESPONSE && data[2] === SERVICE.transfer)
  }

  /** The answer to our own block, of a slow link or a busy machine: such a one comes once. */
  private isLate({ data }: CanFrame): boolean {
    const isOurs = this.late >= 0 && (data[1] === NEGATIVE_RESPONSE || data[2] === this.late)
    const isPending = data[1] === NEGATIVE_RESPONSE && data[3] === NRC.responsePending
    if (isOurs && !isPending) this.late = -1
    return isOurs
  }

  /** A request of the transfer, as nobody else's: @throws ForeignTester */
  private async own(client: UdsClient, service: number, ...bytes: readonly number[]): Promise<Uint8Array> {
    try {
      return await client.request(service, ...bytes)
    } catch (error) {
      if (error instanceof NegativeResponse) this.late = -1
      throw error instanceof NegativeResponse && FOREIGN.includes(error.code) ? new ForeignTester() : error
    }
  }

  /** Why nothing was heard: of the hub, or of the wire before it. */
  private silence({ message }: NoAnswer): string {
    const why = this.options.down?.() ?? ''
    return why === '' ? message : `the link is down (${why})`
  }

  /** Why an attempt broke off, if another one may help. */
  private interruption(error: unknown): string | undefined {
    if (error instanceof NoAnswer) return this.silence(error)
    if (!(error instanceof NegativeResponse)) return undefined
    const reasons: Readonly<Partial<Record<number, string>>> = {
      [NRC.voltageTooLow]: `the supply of ${this.hub} is too low to write: charge the battery`,
      [NRC.conditionsNotCorrect]: `something of ${this.hub} moves, or a new image is being proved`,
      [NRC.vehicleMoves]: 'the car moves: stop it',
      [NRC.wrongBlockCounter]: 'a block was lost', [NRC.requestSequenceError]: 'the hub was reset',
      [NRC.serviceNotInSession]: 'the hub was reset', [NRC.subFunctionNotInSession]: 'the hub was reset', [NRC.delayNotExpired]: 'the hub wants a pause',
    }
    if (error.code === NRC.downloadNotAccepted) throw new UpdateError(`${this.hub} does not take this image: build it again`)
    return reasons[error.code]
  }

  private async transfer(client: UdsClient): Promise<void> {
    const { image } = this
    const journal = await this.journal(client)
    // It was checked, but the answer got lost, or the power failed before the restart.
    if (this.armed && journal.state !== UPDATE_STATE.writing && journal.tag === number(image, 0, 4)) {
      if (journal.state === UPDATE_STATE.trial && journal.boots === 0) await this.restart(client)
      return
    }
    await client.enter(SESSION.extended)
    await client.enter(SESSION.programming)
    await client.unlock()
    const known = journal.state === UPDATE_STATE.writing && journal.tag === number(image, 0, 4)
    const offset = known && journal.written < image.length ? journal.written : 0
    this.written = offset
    const answer = await this.own(client, SERVICE.download, 0, 0x44, ...bytesOf(offset, 4), ...bytesOf(image.length - offset, 4))
    // A hub that refuses again and again, as with too low a supply, goes on only once.
    if (offset > 0 || this.sent > 0) this.resumed++
    await this.blocks(client, offset, number(answer, 1, 2) - BLOCK_HEAD)
    await this.own(client, SERVICE.transferExit)
    this.tell('checking')
    this.armed = true
    const checked = await client.request(SERVICE.routine, START, ...bytesOf(ROUTINE.checkImage, 2), this.options.older === true ? 1 : 0)
    const fault = checked[3] as ImageFault
    if (fault !== IMAGE_FAULT.none) throw new UpdateError(`${this.hub} does not start this image: ${FAULTS[fault]}`)
    await this.restart(client)
  }

  private async restart(client: UdsClient): Promise<void> {
    this.tell('restarting')
    await client.enter(SESSION.extended)
    await client.guarded(SERVICE.reset, HARD_RESET)
  }

  private async blocks(client: UdsClient, offset: number, size: number): Promise<void> {
    const { image, clock } = this
    let counter = 1
    for (let from = offset; from < image.length; from += size) {
      this.goOn()
      const begun_ms = clock.now_ms()
      const block = image.subarray(from, from + size)
      this.late = counter & 0xff
      const answer = await this.own(client, SERVICE.transfer, counter & 0xff, ...block)
      this.late = -1
      if (answer[0] !== (counter & 0xff)) throw new ForeignTester()
      counter++
      this.written = from + block.length
      this.sent += block.length
      this.moved_ms = clock.now_ms()
      this.transfer_ms += this.moved_ms - begun_ms
      this.tell('writing')
    }
  }

  /** Waits until the new image has proved itself, or the old one runs again. */
  private async prove(): Promise<void> {
    const { version } = readImageHeader(this.image)!
    const end_ms = this.clock.now_ms() + RESTART_ms + PROOF_ms
    this.tell('proving')
    let silence = ''
    while (this.clock.now_ms() < end_ms) {
      await this.pause(POLL_ms)
      try {
        const [running, journal] = await this.with(async client => [await this.version(client), await this.journal(client)] as const)
        if (journal.state === UPDATE_STATE.running && journal.cause !== UPDATE_CAUSE.none) throw new UpdateError(this.rollback(journal))
        if (journal.state === UPDATE_STATE.running && running === version) return
        silence = ''
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        silence = this.silence(error)
      }
      this.tell('proving', silence)
    }
    if (silence !== '') throw new UpdateError(`${silence} since ${this.hub} was restarted: see to power and link, then npx spine diag did ${this.hub} update says what came of it`)
    throw new UpdateError(`${this.hub} does not say that the new image works: npx spine diag did ${this.hub} update`)
  }

  private rollback({ cause, supply_V }: Journal): string {
    const name = (Object.keys(UPDATE_CAUSE) as UpdateCauseName[]).find(key => UPDATE_CAUSE[key] === cause) ?? 'damaged'
    return `${this.hub} runs its old image again: ${updateCauseText(name, supply_V)}: ${ADVICE[name] ?? 'start it again'}`
  }

  private async version(client: UdsClient): Promise<number> {
    return number(await client.request(SERVICE.read, ...bytesOf(DID.version, 2)), 2, 4)
  }

  private async journal(client: UdsClient): Promise<Journal> {
    const answer = await client.request(SERVICE.read, ...bytesOf(DID.update, 2))
    return {
      state: answer[2]!, cause: answer[4]!, supply_V: answer[5]! / 10, written: number(answer, 6, 4), tag: number(answer, 10, 4),
      boots: answer[14]!, engine: answer[16] ?? 0, room: number(answer, 17, 4),
    }
  }

  private tell(phase: UpdateProgress['phase'], problem = ''): void {
    this.options.onProgress?.({ phase, written: this.written, total: this.image.length, problem })
  }

  private async pause(duration_ms: number): Promise<void> {
    await new Promise<void>(resolve => this.clock.after(duration_ms, resolve))
    this.goOn()
  }

  /** @throws UpdateError somebody stopped it */
  private goOn(): void {
    if (this.options.stop?.aborted !== true) return
    const { hub } = this
    throw new UpdateError(this.armed ? `stopped while ${hub} tries the new image: npx spine diag did ${hub} update says what came of it`
      : `stopped: ${this.written} of ${this.image.length} bytes are written; start it again to go on`)
  }

  private async with<Result>(work: (client: UdsClient) => Promise<Result>): Promise<Result> {
    this.goOn()
    const client = new UdsClient(this.wire, this.hub, this.clock, undefined, this.options.keys)
    try {
      return await work(client)
    } finally {
      client.close()
    }
  }
}

function nameOf(codes: Readonly<Record<string, number>>, code: number, kind: string): string {
  return Object.entries(codes).find(([, each]) => each === code)?.[0] ?? `${kind} ${code}`
}
