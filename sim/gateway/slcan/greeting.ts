import { printable } from '../printable.ts'
import { fillerLine, openCommands } from './families.ts'

/** What we found out about an adapter. */
export interface Adapter {
  /** One line for people. */
  readonly about: string
  /** It answers each command and each frame. */
  readonly confirms: boolean
  /** It sends back what it is sent. */
  readonly echoes: boolean
  /** It answers to `F` with status flags. */
  readonly polls: boolean
  /** What opens its channel, in order. */
  readonly openCommands: readonly string[]
  /** One line for people on what they cannot rely on; empty: nothing. */
  readonly caution: string
}

export interface GreetingSettings {
  /** Sets the bit rate: `S6`, `s031C`. */
  readonly bitrateCommand: string
  readonly bitrate: number
  readonly listenOnly: boolean
  /** Ask for time stamps. */
  readonly timestamps: boolean
  /** It sends back what it is sent: told, or found out. */
  readonly echo: boolean | undefined
  /** Its rate, for messages; undefined where it does not matter. */
  readonly baud: number | undefined
  /** Ask who it is, or take it on trust that it is one and never answers. */
  readonly probe: boolean
  /** Its line buffer, as far as it must be filled, bytes. */
  readonly lineBuffer: number
}

/** How a greeting talks: a command, which answers fit, how long to wait. `\a` is a bell. */
export interface GreetingLine {
  readonly place: string
  ask(command: string, fits: (answer: string) => boolean, timeout_ms: number): Promise<string | undefined>
}

const VERSION_TIMEOUT_ms = 1000
const ANSWER_TIMEOUT_ms = 400
/** Pause behind what many adapters do not answer: some take lines that arrive together for one, ms. */
const PAUSE_ms = 100

const OK = ''
const BELL = '\\a'
const isAnswer = (answer: string): boolean => answer === OK || answer === BELL

/**
 * Closes the channel that another program may have left open, finds out what the adapter can, sets the bit rate and opens
 * the channel. Rejects with one clear line when there is no adapter, or one that refuses.
 *
 * Nothing that is sent before `C` is a frame, completes one, or repeats one: first comes a filler line (families.ts), never
 * an empty one, and `C` has a line of its own, because it is a hexadecimal digit too.
 */
export async function greetAdapter(line: GreetingLine, settings: GreetingSettings): Promise<Adapter> {
  const { listenOnly } = settings
  const found = await probe(line, settings)
  const serial = found.silent ? undefined : await line.ask('N', answer => /^N[0-9A-Za-z]{4}$/.test(answer) || answer === BELL, ANSWER_TIMEOUT_ms)
  const set = await line.ask(settings.bitrateCommand, isAnswer, ANSWER_TIMEOUT_ms)
  if (set === BELL) {
    throw new Error(`the adapter on ${line.place} refuses ${settings.bitrate} bit/s (${settings.bitrateCommand}): it has another bit rate, or none such`)
  }
  const confirms = set === OK
  const wait_ms = confirms ? ANSWER_TIMEOUT_ms : 0
  if (settings.timestamps) await line.ask('Z1', isAnswer, wait_ms)
  const { commands, caution } = openCommands(found.version, listenOnly)
  let opened: string | undefined
  for (const command of commands) {
    opened = await line.ask(command, isAnswer, wait_ms)
    if (opened === BELL) {
      throw new Error(`the adapter on ${line.place} refuses to open its channel${listenOnly ? ` listen-only (${command}): it may have no such mode` : ''}`)
    }
  }
  const status = confirms ? await line.ask('F', answer => /^F[0-9A-Fa-f]{2}$/.test(answer) || answer === BELL, ANSWER_TIMEOUT_ms) : undefined
  const polls = status !== undefined && status !== BELL
  const about = [
    found.version || 'SLCAN adapter', ...serial !== undefined && serial !== BELL ? [`serial ${serial.slice(1)}`] : [],
    confirms ? 'confirms frames' : 'confirms nothing', ...listenOnly && (opened !== OK || caution !== '') ? ['listen-only not confirmed'] : [],
    ...polls ? [] : ['tells no status'], ...found.echoes ? ['echoes'] : [],
  ].join(', ')
  return { about, confirms, echoes: found.echoes, polls, openCommands: commands, caution }
}

/** Closes the channel, then asks for the version until it is clear whether an adapter is there. */
async function probe(line: GreetingLine, settings: GreetingSettings): Promise<{ version: string, echoes: boolean, silent: boolean }> {
  const filler = fillerLine(settings.lineBuffer)
  let echoes = settings.echo ?? false
  let answers = 0
  const strange: string[] = []
  const heard = (answer: string): boolean => {
    if (isAnswer(answer)) answers++
    else if (answer === 'V' || answer === filler) echoes = settings.echo ?? true
    else if (/^[Vv][0-9A-Za-z]|can|^WeAct/i.test(answer)) return true
    else if (answer !== 'C' && !answer.endsWith(filler) && !/^[tTrR][0-9A-F]{4,}$/.test(answer)) strange.push(answer)
    return false
  }
  for (const command of [filler, 'C']) await line.ask(command, answer => heard(answer) || isAnswer(answer), PAUSE_ms)
  if (!settings.probe) return { version: '', echoes, silent: true }
  const version = await line.ask('V', heard, VERSION_TIMEOUT_ms)
  if (version !== undefined) return { version: printable(version, 80), echoes, silent: false }
  const at = settings.baud === undefined ? '' : ` at ${settings.baud} baud`
  if (strange.length > 0) {
    throw new Error(`what is on ${line.place} is no SLCAN adapter${at}: it says ${JSON.stringify(strange[0]!.slice(0, 40))}`
      + (settings.baud === undefined ? '' : '; is baud= its rate?'))
  }
  if (answers === 0) {
    throw new Error(`nothing on ${line.place} answers like an SLCAN adapter${at}: is it one`
      + `${settings.baud === undefined ? '' : ', is baud= its rate'}? One that never answers needs probe=no`)
  }
  return { version: '', echoes, silent: true }
}
