import type { Command } from 'commander'
import type { HubName } from '#protocol/index.ts'
import { type DidValues } from '#protocol/catalogue/index.ts'
import { Technician } from '#sim/diag/index.ts'
import { usage } from '../lib/failure.ts'
import { DEFAULT_LINK, isLinkUri, withLink } from '../lib/link.ts'
import { shared } from '../lib/options.ts'
import { table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { clockOf, eachHub, told, wireOf } from './diag.ts'

const HELP = `
  list [HUB…]                   what each socket may hold; of a hub that is not paired, anything
  pair [HUB…]                   from now on each socket holds what is plugged in now: its class, and of switches their layout
  unpair [HUB…]                 the sockets hold anything again

All hubs that answer when none is named. Pairing wants the ignition on and the car standing. What is not paired stays without
current, is told as a fault, and in a sleeping car wakes no more than its own hub. To replace a part by one of its class nothing is
needed; for another one, plug it in and pair the hub again.

Examples:
  npx spine keys pair
  npx spine keys list FL
  npx spine keys slcan:/dev/ttyUSB0 pair FL --actuate
  npx spine keys list --json`

interface Options { json?: boolean, actuate?: boolean }

interface Work {
  readonly technician: Technician
  readonly terminal: Terminal
  readonly options: Options
}

/** Nothing may be in there: an empty socket of a paired hub. */
const EMPTY = 'none'

function isPaired(ports: readonly DidValues[]): boolean {
  return ports.some(port => port['class'] !== EMPTY)
}

function socketText(port: DidValues): string {
  return port['layout'] === 0 ? `${port['class']}` : `${port['class']} of layout ${port['layout']}`
}

async function list({ technician, terminal, options }: Work, words: readonly string[]): Promise<void> {
  const found: { hub: HubName, ports: DidValues[] }[] = []
  await eachHub(words, async (hub) => { found.push({ hub, ports: await technician.did(hub, 'paired') }) })
  tell(terminal, options.json, () => found.map(({ hub, ports }) => ({ hub, paired: isPaired(ports), ports })), () => table(
    terminal, [{ title: 'hub' }, { title: 'its sockets may hold' }],
    found.map(({ hub, ports }) => [hub, isPaired(ports) ? ports.map(socketText).join(', ') : 'anything: not paired']),
  ))
}

function changed(what: 'pair' | 'unpair'): Action {
  return async ({ technician, terminal, options }, words) => {
    const done: HubName[] = []
    await eachHub(words, async (hub) => {
      await technician.pair(hub, what)
      done.push(hub)
    })
    tell(terminal, options.json, () => ({ [`${what}ed`]: done }), () => `${what}ed: ${done.join(', ')}\n`)
  }
}

type Action = (work: Work, words: readonly string[]) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = { list, pair: changed('pair'), unpair: changed('unpair') }

/** `spine keys`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<words...>', `[LINK] ${Object.keys(ACTIONS).join('|')} …`)
    .addOption(shared('actuate', 'let pairing onto a real bus (slcan:, gvret:, gsusb:, socketcan: but vcan)'))
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: Options) => {
      const [uri, what, ...rest] = isLinkUri(words[0]!) ? words : [DEFAULT_LINK, ...words]
      const action = ACTIONS[what ?? '']
      if (action === undefined) throw usage(`${what === undefined ? 'what' : `"${what}" is not known; what`} shall it do? One of ${Object.keys(ACTIONS).join(', ')}`)
      return withLink(uri!, { actuate: options.actuate === true, name: 'keys', report: line => terminal.warn(line) }, link => told(
        action({ technician: new Technician(wireOf(link), clockOf(terminal.scheduler)), terminal, options }, rest)))
    })
}
