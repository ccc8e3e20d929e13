import type { Command } from 'commander'
import { UpdateClient, UpdateError, type UpdateProgress, type UpdateResult } from '#sim/diag/index.ts'
import { formatDuration } from '../lib/duration.ts'
import { EXIT, Failure, usage } from '../lib/failure.ts'
import { readImageFile } from '../lib/image-file.ts'
import { keysOf } from '../lib/key-file.ts'
import { DEFAULT_LINK, isLinkUri, withLink } from '../lib/link.ts'
import { REAL_BUSES, shared } from '../lib/options.ts'
import { Progress } from '../lib/progress.ts'
import { tell, tellFailure } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { askingWire, clockOf, hubNamed, told } from './diag.ts'

const HELP = `
Installs a firmware image on one hub over the bus, into the area of its flash that does not run; then the hub restarts and tries it.
An image that does not come up in three boots gives way to the old one, and the cause is told. Power may fail at any time:
the hub runs what it ran before, and the same command goes on where it was. Motors of that hub stand still meanwhile.

Examples:
  npx spine update FL build/door.xs.bin                      # of npx spine build door --image-version 0.2.0
  npx spine update socketcan:can0 RR build/door.xs.bin --actuate
  npx spine update socketcand:192.0.2.7:29536 FL build/door.xs.bin --actuate
  npx spine update FL build/door.xs.bin --keys car.keys
  npx spine update FL yesterday.bin --older --json`

const PERCENT = 100
/** Between two lines of progress. */
const STEP_pct = 10
/** Longest silence. */
const SILENCE_ms = 15_000

interface Options { keys?: string, older?: boolean, actuate?: boolean, json?: boolean }

function text({ phase, written, total, problem }: UpdateProgress, step_pct: number): string {
  if (phase === 'writing') return `writing: ${Math.floor(written / total * PERCENT / step_pct) * step_pct} % of ${total} bytes`
  return problem === '' ? phase : `waiting: ${problem}`
}

/** A line for each change of phase and each tenth of the image, and one where nothing changes for long. */
export function progressLines(warn: (line: string) => void, now_ms: () => number): (progress: UpdateProgress) => void {
  let last = ''
  let since_ms = 0
  let said_ms = 0
  return (progress) => {
    const now = now_ms()
    const line = text(progress, STEP_pct)
    if (line !== last) {
      last = line
      since_ms = now
      warn(line)
    } else if (now - said_ms >= SILENCE_ms) warn(progress.phase === 'writing' ? text(progress, 1) : `${line}, for ${Math.round((now - since_ms) / 1000)} s`)
    else return
    said_ms = now
  }
}

/** The same for a screen, with the time that the rest takes at the pace so far. */
export function progressPicture(now_ms: () => number): (progress: UpdateProgress) => string {
  let begun = { at_ms: 0, written: Infinity }
  return (progress) => {
    const { phase, written, total } = progress
    if (phase !== 'writing') return text(progress, 1)
    // An interruption costs what was not a whole page yet.
    if (written < begun.written) begun = { at_ms: now_ms(), written }
    const left_ms = (now_ms() - begun.at_ms) / (written - begun.written) * (total - written)
    return `${text(progress, 1)}${written > begun.written && written < total ? `, ${formatDuration(left_ms)} to go` : ''}`
  }
}

function resultText({ hub, before, now, transfer_ms, sent, resumed }: UpdateResult): string {
  const rate = transfer_ms > 0 ? `, ${Math.round(sent / transfer_ms * 1000)} bytes a second` : ''
  const times = resumed === 0 ? '' : `, after ${resumed} interruption${resumed === 1 ? '' : 's'}`
  return `${hub} runs ${now} (${before} before)${rate}${times}\n`
}

/** `spine update`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<words...>', '[LINK] HUB FILE')
    .option('--older', 'install it even if it is older than what runs')
    .addOption(shared('actuate', `let it onto a real bus (${REAL_BUSES})`))
    .addOption(shared('keys', 'the car\'s keys, or the workshop\'s alone: for a hub that has some'))
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: Options) => {
      const known = {}
      return tellFailure(terminal, options.json, known, install(words, options, terminal, known))
    })
}

/** What comes to be known of the result goes into `known`. @throws Failure in one line what to do */
async function install(words: readonly string[], options: Options, terminal: Terminal, known: object): Promise<void> {
  const [uri, hubWord, path, ...more] = isLinkUri(words[0]!) ? words : [DEFAULT_LINK, ...words]
  const hub = hubNamed(hubWord)
  Object.assign(known, { hub })
  if (path === undefined || more.length > 0) throw usage('which file? For example: npx spine update FL build/door.xs.bin')
  const image = await readImageFile(path)
  const keys = keysOf(options.keys, 'workshop')
  const { stop } = terminal
  const clock = clockOf(terminal.scheduler)
  const now_ms = (): number => clock.now_ms()
  let screen: Progress | undefined
  const warn = (text: string): void => screen === undefined ? terminal.warn(text) : screen.interrupt(text)
  const result = await withLink(uri!, { actuate: options.actuate === true, name: 'update', report: warn }, async (link) => {
    let line = 'asking'
    screen = terminal.isTTY && options.json !== true ? await Progress.open(terminal, () => line) : undefined
    const picture = progressPicture(now_ms)
    const onProgress = screen === undefined ? progressLines(warn, now_ms) : (progress: UpdateProgress) => {
      line = picture(progress)
      screen!.show()
    }
    const client = new UpdateClient(askingWire(link), clock, hub, image, {
      older: options.older === true, onProgress, stop, down: () => link.state === 'reconnecting' ? link.problem : '', ...keys !== undefined && { keys },
    })
    try {
      return await told(client.run())
    } catch (error) {
      Object.assign(known, client.soFar())
      throw error instanceof UpdateError ? new Failure(error.message, stop.aborted ? EXIT.stopped : EXIT.failure) : error
    } finally {
      screen?.close()
    }
  })
  tell(terminal, options.json, () => ({ ok: true, ...result }), () => resultText(result))
  terminal.warn(`a switch that was pressed meanwhile may have left trouble codes: npx spine diag dtc shows them, npx spine diag clear forgets them`)
}
