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
}

export interface GreetingSettings {
  readonly bitrateCommand: string
  readonly bitrate: number
  readonly listenOnly: boolean
  readonly timestamps: boolean
  readonly echo: boolean | undefined
  readonly baud: number | undefined
  readonly probe: boolean
}

/** How a greeting talks: a command, which answers fit, how long to wait. `\a` is a bell. */
export interface GreetingLine {
  readonly place: string
  ask(command: string, fits: (answer: string) => boolean, timeout_ms: number): Promise<string | undefined>
}

const VERSION_TIMEOUT_ms = 1000
const ANSWER_TIMEOUT_ms = 400

const OK = ''
const BELL = '\\a'
const isAnswer = (answer: string): boolean => answer === OK || answer === BELL

/**
 * Closes the channel that another program may have left open, finds out what the adapter can, sets the bit rate and opens
 * the channel. Rejects with one clear line when there is no adapter, or one that refuses.
 */
export async function greetAdapter(line: GreetingLine, settings: GreetingSettings): Promise<Adapter> {
  const found = settings.probe ? await probe(line, settings) : { version: '', echoes: settings.echo ?? false, silent: true }
  const serial = found.silent ? undefined : await line.ask('N', answer => /^N[0-9A-Za-z]{4}$/.test(answer) || answer === BELL, ANSWER_TIMEOUT_ms)
  const set = await line.ask(settings.bitrateCommand, isAnswer, ANSWER_TIMEOUT_ms)
  if (set === BELL) {
    throw new Error(`the adapter on ${line.place} refuses ${settings.bitrate} bit/s (${settings.bitrateCommand}): it has another bit rate, or none such`)
  }
  const confirms = set === OK
  const wait_ms = confirms ? ANSWER_TIMEOUT_ms : 0
  if (settings.timestamps) await line.ask('Z1', isAnswer, wait_ms)
  const opened = await line.ask(settings.listenOnly ? 'L' : 'O', isAnswer, wait_ms)
  if (opened === BELL) throw new Error(`the adapter on ${line.place} refuses to open its channel${settings.listenOnly ? ' listen-only' : ''}`)
  const status = confirms ? await line.ask('F', answer => /^F[0-9A-Fa-f]{2}$/.test(answer) || answer === BELL, ANSWER_TIMEOUT_ms) : undefined
  const polls = status !== undefined && status !== BELL
  const about = [
    found.version || 'SLCAN adapter', ...serial !== undefined && serial !== BELL ? [`serial ${serial.slice(1)}`] : [],
    confirms ? 'confirms frames' : 'confirms nothing', ...polls ? [] : ['tells no status'], ...found.echoes ? ['echoes'] : [],
  ].join(', ')
  return { about, confirms, echoes: found.echoes, polls }
}

/** Asks for the version until it is clear whether an adapter is there. */
async function probe(line: GreetingLine, settings: GreetingSettings): Promise<{ version: string, echoes: boolean, silent: boolean }> {
  let echoes = settings.echo ?? false
  let answers = 0
  const strange: string[] = []
  const isVersion = (answer: string): boolean => {
    if (isAnswer(answer)) answers++
    else if (answer === 'V') echoes = settings.echo ?? true
    else if (/^[Vv][0-9A-Za-z]|can/i.test(answer)) return true
    else if (answer !== 'C' && !/^[tTrR][0-9A-F]{4,}$/.test(answer)) strange.push(answer)
    return false
  }
  const version = await line.ask('\r\rC\rV', isVersion, VERSION_TIMEOUT_ms)
  if (version !== undefined) return { version, echoes, silent: false }
  const at = settings.baud === undefined ? '' : ` at ${settings.baud} baud`
  if (strange.length > 0) {
    throw new Error(`what is on ${line.place} is no SLCAN adapter${at}: it says ${JSON.stringify(strange[0]!.slice(0, 40))}`
      + (settings.baud === undefined ? '' : '; is baud= its rate?'))
  }
  // A plug that loops back sends the two empty lines too, and nothing else.
  if (echoes) answers -= 2
  if (answers <= 0) {
    throw new Error(`nothing on ${line.place} answers like an SLCAN adapter${at}: is it one`
      + `${settings.baud === undefined ? '' : ', is baud= its rate'}? One that never answers needs probe=no`)
  }
  return { version: '', echoes, silent: true }
}
