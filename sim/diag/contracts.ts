import { GRANT_RESULT } from '#protocol/index.ts'
import type { DecodedMessage } from '#protocol/messages/index.ts'
import { fieldText } from './fields.ts'

/** The manager counts a lease so much longer than its hub, which lets go first. */
const MARGIN_ns = 100e6
/** Sequences count to 15 and begin anew: one that is ahead by less than this is not older. */
const HALF = 8
const LEAST_PRIORITY = 3
/** What a level switches off. */
const SHED = ['nothing', 'idle comfort', 'all comfort', 'all but safety']

interface Amperes { readonly run_A: number, readonly peak_A: number }
/** What one port asked for last, what it was told about it, and what it has. */
interface Contract {
  readonly location: string
  readonly port: number
  asked: Amperes & { readonly priority: number } | undefined
  /** Of a wish that waits or is refused: told once. */
  answer: number | undefined
  held: Amperes & { readonly sequence: number, readonly priority: number, readonly end_ns: number } | undefined
}

/** Contracts between ports and the power manager, as the frames of a bus tell them: made, changed, ended, refused; in words, each once. */
export class Contracts {
  private readonly nameOf: (location: string, port: number) => string
  private readonly tell: (at_ns: number, text: string) => void
  private readonly contracts = new Map<string, Contract>()
  private level = 0
  private next_ns = Infinity

  /** `nameOf`: what is plugged into a port. `tell` takes what happened, and when. */
  constructor(nameOf: (location: string, port: number) => string, tell: (at_ns: number, text: string) => void) {
    this.nameOf = nameOf
    this.tell = tell
  }

  /** Takes a message that has passed its end-to-end check. */
  receive(decoded: DecodedMessage, now_ns: number): void {
    if (decoded.name === 'PowerRequest') this.request(decoded)
    else if (decoded.name === 'PowerGrant') this.answered(decoded, now_ns)
    else if (decoded.name === 'PowerRelease') this.release(decoded, now_ns)
    else if (decoded.name === 'PowerShed') this.shed(decoded, now_ns)
  }

  /** Ends leases that nobody renewed. */
  advance(now_ns: number): void {
    if (now_ns < this.next_ns) return
    this.next_ns = Infinity
    for (const contract of this.contracts.values()) {
      const { held } = contract
      if (held === undefined) continue
      if (held.end_ns <= now_ns) this.end(contract, held.end_ns, 'not renewed')
      else this.next_ns = Math.min(this.next_ns, held.end_ns)
    }
  }

  private request({ location, values: { port, run_A, peak_A, priority } }: DecodedMessage<'PowerRequest'>): void {
    this.contractOf(location, port).asked = { run_A, peak_A, priority }
  }

  private answered({ location, values }: DecodedMessage<'PowerGrant'>, now_ns: number): void {
    const contract = this.contractOf(location, values.port)
    const { asked, held } = contract
    const place = this.nameOf(location, values.port)
    if (values.result === GRANT_RESULT.granted) {
      const { run_A, peak_A, lease_ms, sequence } = values
      const lease_ns = Number.isNaN(lease_ms) ? Infinity : lease_ms * 1e6
      if (held === undefined) this.tell(now_ns, `${place} may take ${runText(values, asked)} from the spine for ${lease_ms / 1000} s${startText(values, asked)}`)
      else if (held.run_A !== run_A || held.peak_A !== peak_A) this.tell(now_ns, `${place} may go on with ${runText(values, asked)}${startText(values, asked)}`)
      contract.held = { run_A, peak_A, sequence, priority: asked?.priority ?? 0, end_ns: now_ns + lease_ns + MARGIN_ns }
      contract.answer = undefined
      this.next_ns = Math.min(this.next_ns, contract.held.end_ns)
    } else if (values.result === GRANT_RESULT.revoked) {
      this.end(contract, now_ns, 'taken back by the manager')
    } else if (contract.answer !== values.result) {
      contract.answer = values.result
      const verb = values.result === GRANT_RESULT.deferred ? 'has to wait for' : 'is refused'
      this.tell(now_ns, `${place} ${verb} ${asked === undefined ? 'what it asked for' : `${runText(asked)}${startText(asked)}`}`)
    }
  }

  private release({ location, values: { port, sequence } }: DecodedMessage<'PowerRelease'>, now_ns: number): void {
    const contract = this.contractOf(location, port)
    contract.answer = undefined
    if (contract.held !== undefined && (sequence - contract.held.sequence & 15) < HALF) this.end(contract, now_ns, 'released')
  }

  private shed({ row, values }: DecodedMessage<'PowerShed'>, now_ns: number): void {
    const { level } = values
    if (level === this.level) return
    this.level = level
    const why = fieldText(row.fields.reason!, values.reason)
    this.tell(now_ns, level === 0 ? 'the manager sheds nothing any more' : `the manager sheds ${SHED[level]!}: ${why}`)
    for (const contract of this.contracts.values()) {
      if (contract.held !== undefined && contract.held.priority > LEAST_PRIORITY - level) this.end(contract, now_ns, `shed, ${why}`)
    }
  }

  private end(contract: Contract, at_ns: number, why: string): void {
    const { location, port, held } = contract
    if (held === undefined) return
    contract.held = undefined
    this.tell(at_ns, `${this.nameOf(location, port)}: its contract over ${runText(held)} ended: ${why}`)
  }

  private contractOf(location: string, port: number): Contract {
    const key = `${location}#${port}`
    let contract = this.contracts.get(key)
    if (contract === undefined) {
      contract = { location, port, asked: undefined, answer: undefined, held: undefined }
      this.contracts.set(key, contract)
    }
    return contract
  }
}

/** `9.0 A`; `8.0 of 9.0 A` where it is less than was asked for. */
function part(given_A: number, wished_A = given_A): string {
  return `${given_A < wished_A ? `${given_A.toFixed(1)} of ${wished_A.toFixed(1)}` : given_A.toFixed(1)} A`
}

function runText({ run_A }: Amperes, asked?: Amperes): string {
  return part(run_A, asked?.run_A)
}

/** Empty where a start takes no more than what runs. */
function startText({ run_A, peak_A }: Amperes, asked?: Amperes): string {
  return peak_A > run_A ? `, and ${part(peak_A, asked?.peak_A)} to start` : ''
}
