import type { Command } from 'commander'
import type { SpineLink } from '#sim/gateway/spine/index.ts'
import { knownSwitch, parseHold_ms } from '../car/press-script.ts'
import { formatDuration } from '../lib/duration.ts'
import { Failure, describe, usage } from '../lib/failure.ts'
import { DEFAULT_LINK, isLinkUri, openCar } from '../lib/link.ts'
import { shared } from '../lib/options.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

/** A short press, as a thumb makes it. */
const DEFAULT_HOLD = '200ms'

const HELP = `
Presses a switch of the running car as a thumb would, holds it for the duration (default ${DEFAULT_HOLD}) and lets go. The
command ends when the switch is released; Ctrl-C releases it at once. A short press of a window switch runs the glass all
the way, a longer one moves it while it lasts.

Examples:
  npx spine press DASH.windowFL.down 2s
  npx spine press TRUNK.latch.release
  npx spine press spine:127.0.0.1:7031 TRUNK.latch.release
  npx spine press --list`

interface Options { link?: string, list?: boolean, json?: boolean }

/** `spine press`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[words...]', `[LINK] HUB.switch [DURATION]: such as DASH.windowFL.down 2s (default ${DEFAULT_HOLD})`)
    .option('--list', 'print the switches of the car')
    .option('--link <uri>', `the car, as LINK is (default: "${DEFAULT_LINK}")`)
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action(async (words: readonly string[], options: Options) => {
      const { uri, name, duration } = readWords(words, options)
      if (name !== undefined && options.list === true) throw usage(`--list names the switches: leave out "${name}", or --list`)
      if (name === undefined && options.list !== true) throw usage('which switch? Name one, or see "npx spine press --list"')
      const hold_ms = parseHold_ms(duration)
      const car = await openCar(uri)
      try {
        const switches = await switchesOf(car)
        if (options.list === true) list(switches, options, terminal)
        else await press(car, knownSwitch(name!, switches), hold_ms, options, terminal)
      } finally {
        await car.close()
      }
    })
}

/** @throws Failure */
function readWords(words: readonly string[], options: Options): { uri: string, name: string | undefined, duration: string } {
  const named = words[0] !== undefined && isLinkUri(words[0])
  if (named && options.link !== undefined) throw usage(`the car is named twice: "${words[0]}" and --link ${options.link}`)
  const [name, duration = DEFAULT_HOLD, ...more] = named ? words.slice(1) : words
  if (more.length > 0) throw usage(`a switch and a duration are enough: leave out "${more.join(' ')}"`)
  return { uri: (named ? words[0] : options.link) ?? DEFAULT_LINK, name, duration }
}

async function switchesOf(car: SpineLink): Promise<readonly string[]> {
  const result = await asked(car.control({ kind: 'switches' }))
  return 'switches' in result ? result.switches : []
}

function list(switches: readonly string[], options: Options, terminal: Terminal): void {
  tell(terminal, options.json, () => switches, () => switches.map(name => `${name}\n`).join(''))
}

async function press(car: SpineLink, name: string, hold_ms: number, options: Options, terminal: Terminal): Promise<void> {
  const stop = terminal.stop
  const released = asked(car.control({ kind: 'press', switch: name, hold_ms }))
  let early = false
  const release = (): void => {
    early = true
    void car.control({ kind: 'release', switch: name }).catch(() => undefined)
  }
  stop.addEventListener('abort', release)
  try {
    await released
  } finally {
    stop.removeEventListener('abort', release)
  }
  tell(
    terminal, options.json, () => ({ switch: name, hold_ms, released: true, early }),
    () => early ? `${name} released\n` : `${name} pressed for ${formatDuration(hold_ms)}\n`,
  )
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw new Failure(describe(error))
  }
}
