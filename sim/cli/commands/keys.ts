import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type HubName, HUBS, KEY_BYTES, KEY_ROLES } from '#protocol/index.ts'
import { type DidValues } from '#protocol/catalogue/index.ts'
import { type CarKeys, makeKeys, Technician } from '#sim/diag/index.ts'
import { Failure, fileFailure, usage } from '../lib/failure.ts'
import { keysOf } from '../lib/key-file.ts'
import { DEFAULT_LINK, isLinkUri, withLink } from '../lib/link.ts'
import { REAL_BUSES, refuseIdle, shared } from '../lib/options.ts'
import { table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { askingWire, clockOf, eachHub, told } from './diag.ts'

const HELP = `
  list [HUB…]                   what each socket may hold; of a hub that is not paired, anything
  pair [HUB…]                   from now on each socket holds what is plugged in now: its class, and of switches their layout
  unpair [HUB…]                 the sockets hold anything again
  create FILE                   makes the keys of a car: a new file that only its owner can read
  give FILE [HUB…]              writes them into hubs, which restart: from then on they obey only who has keys
  revoke [HUB…]                 takes them out again; with --keys, as everything at a hub that has some

All hubs that answer when none is named. Pairing wants the ignition on and the car standing. What is not paired stays without
current, is told as a fault, and in a sleeping car wakes no more than its own hub. To replace a part by one of its class nothing is
needed; for another one, plug it in and pair the hub again.

Examples:
  npx spine keys pair
  npx spine keys list FL
  npx spine keys slcan:/dev/ttyUSB0 pair FL --actuate
  npx spine keys list --json
  npx spine keys create car.keys && npx spine keys give car.keys
  npx spine send WindowCommand@FL action=down --keys car.keys
  npx spine keys give new.keys --keys car.keys               # other keys: rotation
  npx spine keys revoke --keys car.keys

Keys go over the bus in clear: give them where nobody listens. A file may hold one role alone, {"tool": "…"}: it commands, and no more.`

interface Options { json?: boolean, actuate?: boolean, keys?: string }

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

/**
 * Managers first: they tag for hubs that say challenges, and speak to the others as before, while a hub with keys obeys no dash that has
 * none. Where there are keys already, managers last: until then the others understand them.
 */
const MANAGERS: readonly HubName[] = ['DASH', 'TRUNK']
const OTHERS: readonly HubName[] = HUBS.filter(hub => !MANAGERS.includes(hub))

async function changeKeys({ technician, options }: Work, words: readonly string[], keys: CarKeys | undefined): Promise<HubName[]> {
  const done: HubName[] = []
  await eachHub(words, async (hub) => {
    await technician.giveKeys(hub, keys)
    done.push(hub)
  }, options.keys === undefined ? [...MANAGERS, ...OTHERS] : [...OTHERS, ...MANAGERS])
  return done
}

async function give(work: Work, [file, ...words]: readonly string[]): Promise<void> {
  if (file === undefined) throw usage('which keys? For example: give car.keys')
  const done = await changeKeys(work, words, keysOf(file, 'hub', 'tool', 'workshop'))
  tell(work.terminal, work.options.json, () => ({ given: done }), () => `given: ${done.join(', ')}; they restart\n`)
}

async function revoke(work: Work, words: readonly string[]): Promise<void> {
  const done = await changeKeys(work, words, undefined)
  tell(work.terminal, work.options.json, () => ({ revoked: done }), () => `revoked: ${done.join(', ')}; they restart, and obey whoever commands\n`)
}

function create(terminal: Terminal, options: Options, file: string | undefined): void {
  if (file === undefined) throw usage('into which file? For example: create car.keys')
  try {
    writeFileSync(file, `${JSON.stringify(makeKeys(randomBytes(KEY_ROLES * KEY_BYTES)), undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (existsSync(file)) throw new Failure(`${file} exists already, and is not overwritten: name a new file`)
    throw fileFailure('write', file, error)
  }
  tell(terminal, options.json, () => ({ created: file }), () => `${file}: keys of a new car; who loses it, loses the car\n`)
}

type Action = (work: Work, words: readonly string[]) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = { list, pair: changed('pair'), unpair: changed('unpair'), give, revoke }

/** `spine keys`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<words...>', `[LINK] ${Object.keys(ACTIONS).join('|')}|create …`)
    .addOption(shared('actuate', `let pairing onto a real bus (${REAL_BUSES})`))
    .addOption(shared('keys', 'keys of the car as it is, for hubs that have some'))
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: Options) => {
      const [uri, what, ...rest] = isLinkUri(words[0]!) ? words : [DEFAULT_LINK, ...words]
      refuseIdle(command, [[what === 'create', ['actuate', 'keys'], 'with create']])
      if (what === 'create') {
        create(terminal, options, rest[0])
        return undefined
      }
      const action = ACTIONS[what ?? '']
      const keys = keysOf(options.keys)
      if (action === undefined) throw usage(`${what === undefined ? 'what' : `"${what}" is not known; what`} shall it do? One of ${[...Object.keys(ACTIONS), 'create'].join(', ')}`)
      return withLink(uri!, { actuate: options.actuate === true, name: 'keys', report: line => terminal.warn(line) }, link => told(
        action({ technician: new Technician(askingWire(link), clockOf(terminal.scheduler), keys), terminal, options }, rest)))
    })
}
