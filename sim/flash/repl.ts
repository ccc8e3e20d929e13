import { CONSOLE_WORD } from '#firmware/boards/index.ts'
import type { Transport } from '../gateway/index.ts'
import type { Clock } from '../diag/index.ts'

/** A board that cannot be written to, in one line that says what to do next. */
export class FlashError extends Error {}

/** The board did not answer; `heard` is what came instead. */
export class Silence extends FlashError {
  readonly heard: string
  /** The line has ended. */
  readonly gone: boolean

  constructor(message: string, heard: string, gone = false) {
    super(message)
    this.heard = heard
    this.gone = gone
  }
}

/** Somebody ended it. */
export class Stopped extends FlashError {}

/** Ctrl-C: ends what runs, and empties the line. */
const BREAK = '\x03'
/** At the beginning of a line: it is not echoed. */
const QUIET = '\x10'
const FLOW_CONTROL = /[\x11\x13]/g
const ANSWER_ms = 2000
const NEVER = /(?!)/
/** A hub on a busy board gives up its console within this. */
const HAND_OVER_ms = 250
/** A line is asked again when its answer does not come; what is asked may be done twice. */
const TRIES = 3
/** Before an answer: longer than what noise says by chance. */
const MARK = '~spine'
/** Of what was heard, kept. */
const MOST_HEARD = 16_384
const SHOWN = 60
const MOST_SAID = 200
/** What is left when the last answer was read. */
const PROMPT_ONLY = /^\s*>?\s*$/
/** A program that computed when Ctrl-C came is halted in the debugger; another Ctrl-C ends it there. */
const DEBUGGER = /debug>|In debug mode/

/**
 * An Espruino's console over a byte stream: one expression after the other, each answered. Our own instead of the package
 * `espruino`: its uploads of up to 512 bytes hang, and it knows neither acknowledged pieces nor a bound on how long it waits.
 */
export class Repl {
  private readonly transport: Transport
  private readonly clock: Clock
  private readonly place: string
  private readonly stop: AbortSignal | undefined
  private readonly listen = (bytes: Uint8Array): void => this.take(bytes)
  private readonly lose = (): void => this.end()
  private heard = ''
  private asked = 0
  private gone = false
  /** Called when something came, or nothing more will. */
  private changed: () => void = () => undefined

  /** `stop`: ends it, also while an answer is awaited. */
  constructor(transport: Transport, clock: Clock, place: string, stop?: AbortSignal) {
    this.transport = transport
    this.clock = clock
    this.place = place
    this.stop = stop
    transport.stream.on('data', this.listen)
    for (const event of ['close', 'end', 'error'] as const) transport.stream.on(event, this.lose)
  }

  /** Breaks off what runs, has a hub that speaks on this line give up its console, and waits for the first answer. @throws Silence */
  async wake(): Promise<void> {
    await this.askForConsole(BREAK)
    await this.ask('1')
  }

  /**
   * The value of an expression, through JSON. It may be computed again when its answer is lost; what took long is done by then.
   * @throws FlashError what the board threw. @throws Silence. @throws Stopped
   */
  async ask(expression: string, limit_ms: number = ANSWER_ms): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(expression, attempt === 1 ? limit_ms : ANSWER_ms)
      } catch (error) {
        if (!(error instanceof Silence) || attempt === TRIES || this.gone) throw error
        await this.askForConsole(DEBUGGER.test(error.heard) ? BREAK : '')
      }
    }
  }

  /** Sends an expression whose answer nobody waits for. @throws Stopped */
  tell(expression: string): void {
    this.checkStop()
    this.write(`${QUIET}${expression}\n`)
  }

  async close(): Promise<void> {
    this.transport.stream.off('data', this.listen)
    await this.transport.close()
  }

  /** A hub takes what comes in pieces: what follows at once may be in the same, and its end alone would be for the console. */
  private async askForConsole(first: string): Promise<void> {
    this.write(`${first}\n${CONSOLE_WORD}\n`)
    await this.until(NEVER, HAND_OVER_ms).catch((error: unknown) => { if (!(error instanceof Silence)) throw error })
  }

  private async once(expression: string, limit_ms: number): Promise<unknown> {
    this.checkStop()
    const mark = `${MARK}${++this.asked}`
    // In halves, so that an echo of the line is no answer.
    const say = (kind: string, value: string): string => `print("${mark}"+"${kind}"+${value}+"~~")`
    this.write(`${QUIET}try{${say('=', `JSON.stringify(${expression})`)}}catch(e){${say('!', 'e')}}\n`)
    const answer = await this.until(new RegExp(`${mark}([=!])([^]*?)~~`), limit_ms)
    if (answer[1] === '!') throw new FlashError(`the board said: ${oneLine(answer[2]!)}`)
    try {
      return JSON.parse(answer[2]!) as unknown
    } catch {
      throw new Silence(`${this.place} answered what cannot be read: ${shown(answer[2]!)}`, answer[2]!)
    }
  }

  private checkStop(): void {
    if (this.stop?.aborted === true) throw new Stopped('stopped')
  }

  private until(pattern: RegExp, limit_ms: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        cancel()
        this.stop?.removeEventListener('abort', stopped)
        this.changed = () => undefined
        end()
      }
      const stopped = (): void => finish(() => reject(new Stopped('stopped')))
      this.stop?.addEventListener('abort', stopped)
      const cancel = this.clock.after(limit_ms, () => finish(() => reject(new Silence(
        `${this.place} does not answer${PROMPT_ONLY.test(this.heard) ? '' : `, but says ${shown(this.heard)}`}`, this.heard))))
      this.changed = () => {
        const match = pattern.exec(this.heard)
        if (match !== null) {
          this.heard = this.heard.slice(match.index + match[0].length)
          finish(() => resolve(match))
        } else if (this.gone) finish(() => reject(new Silence(`${this.place} is gone: plug the board in and write again`, this.heard, true)))
      }
      this.changed()
    })
  }

  private write(text: string): void {
    if (!this.gone && this.transport.stream.writable) this.transport.stream.write(Buffer.from(text, 'latin1'))
  }

  private take(bytes: Uint8Array): void {
    this.heard = (this.heard + Buffer.from(bytes).toString('latin1').replace(FLOW_CONTROL, '')).slice(-MOST_HEARD)
    this.changed()
  }

  private end(): void {
    this.gone = true
    this.changed()
  }
}

/** What an error says, for people. */
function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ').slice(0, MOST_SAID)
}

/** A piece of what was heard, for people. */
export function shown(text: string): string {
  return JSON.stringify(text.trim().slice(-SHOWN))
}
