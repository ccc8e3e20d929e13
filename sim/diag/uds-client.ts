import {
  DID, GLOBAL_ADDRESS, hubAddress, ISOTP, LOCATION, type LocationName, NEGATIVE_RESPONSE, NRC, type NrcName, peerId,
  PF_DIAGNOSTIC_FUNCTIONAL, PF_DIAGNOSTIC_PHYSICAL, POSITIVE, securityKey, SERVICE, type Session, SUPPRESS, TOOL_ADDRESSES, UDS_TIMES,
} from '#protocol/index.ts'
import { bytesOf, number } from './big-endian.ts'
import { type CarKeys, workshopAnswer } from './car-keys.ts'
import { type Clock, IsoTpConnection, type Wire } from './isotp-connection.ts'

const PRIORITY = 6
/** For gateways, their queues and busy computers, beyond what the standard gives the hub. */
const ALLOWANCE_ms = 450
/** A session is kept alive well within S3. */
const KEEP_ALIVE_ms = 2000
const SEED_BYTES = 4
/** Why a request did not get through, where a word of the standard says less. */
const UNSENT: Readonly<Partial<Record<number, string>>> = {
  [ISOTP.timeoutA]: 'the link takes no frames', [ISOTP.timeoutBs]: 'nothing after the first frame of the request',
}

/** A hub refused a request. */
export class NegativeResponse extends Error {
  readonly code: number
  readonly reason: NrcName | undefined
  /** Of a wrong key: none were named though the hub has some, the hub has none, or they are others. */
  keys: 'unnamed' | 'needless' | 'others' = 'others'

  constructor(service: number, code: number) {
    const reason = (Object.keys(NRC) as NrcName[]).find(name => NRC[name] === code)
    super(`the hub refused service 0x${service.toString(16)}: ${reason ?? 'code'} (0x${code.toString(16)})`)
    this.code = code
    this.reason = reason
  }
}

/** A hub did not answer. */
export class NoAnswer extends Error {
  constructor(hub: string, why: string) {
    super(`${hub} does not answer (${why})`)
  }
}

/** Asks one hub over a wire, as a tester does: one request at a time, P2 and P2* kept, "response pending" waited for. */
export class UdsClient {
  readonly hub: LocationName
  private readonly clock: Clock
  private readonly connection: IsoTpConnection
  private readonly wire: Wire
  private readonly source: number
  private readonly keys: CarKeys | undefined
  private waiting: ((message: Uint8Array) => void) | undefined
  private cancelKeepAlive: (() => void) | undefined

  /** `keys`: the workshop's, for a hub with keys. */
  constructor(wire: Wire, hub: LocationName, clock: Clock, source: number = TOOL_ADDRESSES[0]!, keys?: CarKeys) {
    this.keys = keys
    const address = hubAddress(LOCATION[hub])
    this.hub = hub
    this.clock = clock
    this.wire = wire
    this.source = source
    const id = (to: number, from: number): number => peerId(PRIORITY, PF_DIAGNOSTIC_PHYSICAL, to, from)
    this.connection = new IsoTpConnection(wire, { extended: true, tx: id(address, source), rx: id(source, address) }, clock)
    this.connection.onMessage = message => this.waiting?.(message)
  }

  /**
   * One request; resolves with the bytes of the positive response behind its service byte.
   * @throws NegativeResponse, NoAnswer
   */
  async request(service: number, ...bytes: readonly number[]): Promise<Uint8Array> {
    const answer = this.answerTo(service)
    const outcome = await this.connection.send(Uint8Array.of(service, ...bytes))
    if (outcome !== ISOTP.ok) {
      this.waiting = undefined
      throw new NoAnswer(this.hub, UNSENT[outcome] ?? `the request was not taken: ${Object.entries(ISOTP).find(([, code]) => code === outcome)![0]}`)
    }
    return answer()
  }

  /** Enters a session, and keeps it until `close` or another is entered. */
  async enter(session: Session): Promise<void> {
    await this.guarded(SERVICE.session, session)
    this.cancelKeepAlive?.()
    this.cancelKeepAlive = undefined
    if (session !== 1) this.keepAlive()
  }

  /** A request that hubs with keys refuse until they are unlocked: with keys, it is done. */
  async guarded(service: number, ...bytes: readonly number[]): Promise<Uint8Array> {
    try {
      return await this.request(service, ...bytes)
    } catch (error) {
      if (this.keys === undefined || !(error instanceof NegativeResponse) || error.code !== NRC.securityAccessDenied) throw error
      await this.unlock()
      return this.request(service, ...bytes)
    }
  }

  /** @throws NegativeResponse when the hub has enough of wrong keys. */
  async unlock(): Promise<void> {
    const answer = await this.request(SERVICE.security, 1)
    const seed = number(answer, 1, SEED_BYTES)
    if (seed === 0) return
    const key = this.keys === undefined ? securityKey(seed) : workshopAnswer(this.keys, seed)
    try {
      await this.request(SERVICE.security, 2, ...bytesOf(key, SEED_BYTES))
    } catch (error) {
      if (error instanceof NegativeResponse) error.keys = this.keys === undefined ? 'unnamed' : await this.hasKeys() ? 'others' : 'needless'
      throw error
    }
  }

  private async hasKeys(): Promise<boolean> {
    const [keyed] = (await this.request(SERVICE.read, ...bytesOf(DID.keys, 2))).subarray(2)
    return keyed !== 0
  }

  /** Sends one request of at most seven bytes to all hubs; nobody answers. */
  tellAll(service: number, subFunction: number, ...bytes: readonly number[]): void {
    const data = Uint8Array.of(bytes.length + 2, service, subFunction | SUPPRESS, ...bytes, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc).slice(0, 8)
    const id = peerId(PRIORITY, PF_DIAGNOSTIC_FUNCTIONAL, GLOBAL_ADDRESS, this.source)
    this.wire.send({ id, extended: true, remote: false, fd: false, brs: false, bus: 0, length: 8, data })
  }

  close(): void {
    this.cancelKeepAlive?.()
    this.connection.close()
  }

  private keepAlive(): void {
    this.cancelKeepAlive = this.clock.after(KEEP_ALIVE_ms, () => {
      this.tellAll(SERVICE.testerPresent, 0)
      this.keepAlive()
    })
  }

  /** Listens for the answer from now on; what is returned waits for it, P2 from the end of the request. */
  private answerTo(service: number): () => Promise<Uint8Array> {
    const { clock } = this
    let resolve: (answer: Uint8Array) => void
    let reject: (error: Error) => void
    let cancel = (): void => undefined
    const result = new Promise<Uint8Array>((onAnswer, onError) => {
      resolve = onAnswer
      reject = onError
    })
    result.catch(() => undefined)
    const finish = (end: () => void): void => {
      this.waiting = undefined
      cancel()
      end()
    }
    const wait = (limit_ms: number): void => {
      cancel()
      const giveUp = (): void => finish(() => reject(new NoAnswer(this.hub, `nothing within ${limit_ms} ms`)))
      // Where this program was late itself, the answer may lie there unread: timers come before sockets.
      cancel = clock.after(limit_ms, () => { cancel = clock.after(0, giveUp) })
    }
    this.waiting = (message) => {
      if (message[0] === service + POSITIVE) return finish(() => resolve(message.slice(1)))
      if (message[0] !== NEGATIVE_RESPONSE || message[1] !== service || message.length < 3) return
      if (message[2] === NRC.responsePending) return wait(UDS_TIMES.p2Star_ms + ALLOWANCE_ms)
      finish(() => reject(new NegativeResponse(service, message[2]!)))
    }
    return () => {
      if (this.waiting !== undefined) wait(UDS_TIMES.p2_ms + ALLOWANCE_ms)
      return result
    }
  }
}
