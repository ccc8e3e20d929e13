import { type Command, InvalidArgumentError } from 'commander'
import { asyncScheduler, lastValueFrom, merge, type SchedulerLike, take } from 'rxjs'
import { DID, type DidName, HUBS, type HubName, NRC, type RoutineName } from '#protocol/index.ts'
import { didNamed, DIDS, type DidValues, dtcNamed, ROUTINE_TEXTS } from '#protocol/catalogue/index.ts'
import { advice, type Clock, type HubTrouble, MissingKey, NegativeResponse, NoAnswer, Technician, type Wire } from '#sim/diag/index.ts'
import { createLinkFrame, type Link, LinkUriError, readEndpoint } from '#sim/gateway/index.ts'
import { Failure, usage } from '../lib/failure.ts'
import { keysOf } from '../lib/key-file.ts'
import { DEFAULT_LINK, isLinkUri, withLink } from '../lib/link.ts'
import { Live } from '../lib/live.ts'
import { REAL_BUSES, refuseIdle, shared } from '../lib/options.ts'
import { right, table } from '../lib/table.ts'
import { aborted, after, closed } from '../lib/streams.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
  list                          hubs that answer: type, firmware, serial number, trouble codes
  dtc [HUB…]                    trouble codes with their circumstances, and what to do about them; all hubs when none is named
  clear [HUB…] [CODE]           forgets trouble codes: all, or one such as U3003-16
  did HUB [NAME…]               reads data: ${Object.keys(DID).join(', ')}
  did HUB NAME=VALUE            writes: workshop, serviced (as 2026-11-29)
  live HUB NAME…                the same again and again, until Ctrl-C
  reset HUB                     restarts a hub
  doip-listen [HOST:PORT]       lets any tester that speaks DoIP (ISO 13400-2) reach the hubs, until Ctrl-C
  routine HUB selfTest          starts a routine: ${ROUTINE_TEXTS.selfTest}

UDS (ISO 14229-1) over ISO-TP (ISO 15765-2), 29-bit normal fixed addresses, from address 0xF9.

Examples:
  npx spine diag list
  npx spine diag dtc FL
  npx spine diag clear FL U3003-16
  npx spine diag did FL supply ports
  npx spine diag did FL workshop=W1234
  npx spine diag live FL supply temperature --for 10s
  npx spine diag routine FL selfTest
  npx spine diag slcan:/dev/ttyUSB0 reset FL --actuate
  npx spine diag dtc --json
  npx spine diag doip-listen 127.0.0.1:13400`

interface Options { keys?: string, json?: boolean, actuate?: boolean, for?: number, interval?: number, vin?: string }

/** A car has none of its own yet: what a tester is told unless `--vin` says otherwise. */
const VIN = 'SPINE000000000001'
const DOIP_ENDPOINT = { host: '127.0.0.1', port: 13400 } as const

interface Work {
  readonly technician: Technician
  readonly link: Link
  readonly terminal: Terminal
  readonly options: Options
}

/** Frames of a link, and real time. */
export function wireOf(link: Link): Wire {
  return {
    send: frame => link.send(Object.assign(createLinkFrame(), frame)),
    onFrame: handler => link.onFrame((frame) => { if (!frame.error) handler(frame) }),
  }
}

/** The same for requests that wait for an answer: what a real bus is spared without --actuate fails at once. */
export function askingWire(link: Link): Wire {
  const wire = wireOf(link)
  const held = (): number => link.counters.sent.dropped.get('actuating') ?? 0
  return {
    ...wire,
    send: (frame) => {
      const before = held()
      const taken = wire.send(frame)
      if (held() > before) throw usage('nothing was done: --actuate lets it onto a real bus')
      return taken
    },
  }
}

/** Time as the terminal has it. */
export function clockOf(scheduler: SchedulerLike = asyncScheduler): Clock {
  return {
    now_ms: () => scheduler.now(),
    after: (delay_ms, fire) => {
      const subscription = scheduler.schedule(fire, delay_ms)
      return () => subscription.unsubscribe()
    },
  }
}

/** @throws commander's error for what is no vehicle identification number. */
function vinOf(text: string): string {
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(text)) throw new InvalidArgumentError('a VIN has 17 letters and digits, none of them I, O or Q.')
  return text
}

/** The hub of this name. @throws Failure a usage error that names those there are. */
export function hubNamed(word: string | undefined): HubName {
  const hub = HUBS.find(name => name === word?.toUpperCase())
  if (hub === undefined) throw usage(word === undefined ? `which hub? One of ${HUBS.join(', ')}` : `"${word}" is no hub: one of ${HUBS.join(', ')}`)
  return hub
}

/** Runs what talks to hubs: silence, refusals and a key that is not there become one line each that says what to do. */
export async function told<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof MissingKey) throw new Failure(`${error.message}, and this takes it: --keys FILE with one that has it`)
    if (error instanceof NoAnswer || error instanceof NegativeResponse) throw new Failure(advice(error))
    throw error
  }
}

function didOf(word: string): DidName {
  const name = didNamed(word)
  if (name === undefined) throw usage(`"${word}" is no data identifier: one of ${Object.keys(DID).join(', ')}`)
  return name
}

function valuesText(name: DidName, values: readonly DidValues[]): string {
  const units = new Map(DIDS[name].fields.map(field => [field.name, field.unit]))
  const line = (record: DidValues): string => Object.entries(record)
    .map(([field, value]) => `${field} ${value === '' ? '-' : value}${units.get(field) === undefined ? '' : ` ${units.get(field)}`}`).join(', ')
  return values.map((record, port) => DIDS[name].eachPort === true ? `  port ${port}: ${line(record)}` : `  ${line(record)}`).join('\n')
}

async function list({ technician, terminal, options }: Work): Promise<void> {
  const found = await technician.list()
  tell(terminal, options.json, () => found, () => table(
    terminal, [{ title: 'hub' }, { title: 'type' }, { title: 'firmware' }, right('serial'), right('trouble codes')],
    found.map(({ hub, type, version, serial, faults }) => [hub, `${type}`, `${version}`, `${serial}`, `${faults}`]),
  ))
  if (found.length === 0) throw new Failure('no hub answers: is the car awake? See "npx spine monitor"')
}

/** Visits the hubs that are named, or all that answer. */
export async function eachHub(
  words: readonly string[], visit: (hub: HubName) => Promise<void>, all: readonly HubName[] = HUBS,
): Promise<void> {
  const named = words.map(hubNamed)
  let answered = 0
  for (const hub of named.length > 0 ? named : all) {
    try {
      await visit(hub)
      answered++
    } catch (error) {
      // Of all hubs, a car need not have each.
      if (named.length > 0 || !(error instanceof NoAnswer)) throw error
    }
  }
  if (answered === 0) throw new Failure('no hub answers: is the car awake? See "npx spine monitor"')
}

function troubleText({ hub, code, status, description, snapshot, occurrences }: HubTrouble): string {
  const where = description?.port === undefined ? hub : `${hub} port ${description.port}`
  const now = status.includes('failed') ? 'now' : 'not now'
  const lines = [`${code}  ${where}: ${description?.text ?? 'unknown to this program: a newer firmware?'} (${now}, ${occurrences ?? 0} times)`]
  if (description !== undefined) lines.push(`          found by: ${description.test}`, `          do: ${description.remedy}`)
  if (snapshot !== undefined) lines.push(`          when it came: ${Object.entries(snapshot).map(([name, value]) => `${name} ${value}`).join(', ')}`)
  return lines.join('\n')
}

async function dtc({ technician, terminal, options }: Work, words: readonly string[]): Promise<void> {
  const troubles: HubTrouble[] = []
  await eachHub(words, async (hub) => { troubles.push(...await technician.troubles(hub)) })
  tell(terminal, options.json, () => troubles, () => troubles.length === 0 ? 'no trouble codes\n' : `${troubles.map(troubleText).join('\n')}\n`)
}

/** As J2012 writes them, with or without the kind of failure. */
const LIKE_A_CODE = /^[PCBU][0-9A-F]{4}(-[0-9A-F]{2})?$/i

async function clear({ technician, terminal, options }: Work, words: readonly string[]): Promise<void> {
  const strange = words.find(word => LIKE_A_CODE.test(word) && dtcNamed(word) === undefined)
  if (strange !== undefined) throw usage(`there is no trouble code ${strange}: "npx spine diag dtc" shows those that hubs have, "npx spine export uds-markdown" all`)
  const codes = words.filter(word => dtcNamed(word) !== undefined)
  if (codes.length > 1) throw usage('one trouble code at a time, or all')
  const cleared: HubName[] = []
  await eachHub(words.filter(word => dtcNamed(word) === undefined), async (hub) => {
    try {
      await technician.clear(hub, codes[0] === undefined ? undefined : dtcNamed(codes[0]))
      cleared.push(hub)
    } catch (error) {
      // Of all hubs, most have never heard of a port's code.
      if (!(error instanceof NegativeResponse) || error.code !== NRC.requestOutOfRange || words.length > 1) throw error
    }
  })
  tell(terminal, options.json, () => ({ cleared }), () => `cleared: ${cleared.join(', ')}\n`)
}

/** Bytes of a value that is written, as its data identifier wants them. */
function bytesToWrite(name: DidName, value: string): number[] {
  const field = DIDS[name].fields[0]!
  if (DIDS[name].writable !== true) throw usage(`${name} cannot be written; workshop and serviced can`)
  if (field.form === 'date') {
    const match = /^20(\d\d)-(\d\d)-(\d\d)$/.exec(value)
    const day = new Date(`${value}T00:00:00Z`)
    if (match === null || isNaN(day.getTime()) || !day.toISOString().startsWith(value)) throw usage(`"${value}" is no day such as 2026-11-29`)
    return match.slice(1).map(digits => parseInt(digits, 16))
  }
  if (!/^[\x20-\x7e]*$/.test(value) || value.length > field.bytes) throw usage(`"${value}" is longer than ${field.bytes} letters and digits`)
  return [...Buffer.from(value.padEnd(field.bytes), 'latin1')]
}

async function did({ technician, terminal, options }: Work, [hubWord, ...words]: readonly string[]): Promise<void> {
  const hub = hubNamed(hubWord)
  const [assignment] = words.filter(word => word.includes('='))
  if (assignment !== undefined) {
    const name = didOf(assignment.slice(0, assignment.indexOf('=')))
    await technician.write(hub, name, bytesToWrite(name, assignment.slice(assignment.indexOf('=') + 1)))
  }
  const names = words.length === 0 ? Object.keys(DID) as DidName[] : words.map(word => didOf(word.split('=')[0]!))
  const read: Partial<Record<DidName, DidValues[]>> = {}
  for (const name of names) {
    try {
      read[name] = await technician.did(hub, name)
    } catch (error) {
      // Of all there are, a hub need not have each: a car with one spine tells nothing of a second.
      if (words.length > 0 || !(error instanceof NegativeResponse) || error.code !== NRC.requestOutOfRange) throw error
    }
  }
  tell(terminal, options.json, () => ({ hub, ...read }), () => names
    .flatMap(name => read[name] === undefined ? [] : [`${name} (${DIDS[name].text})\n${valuesText(name, read[name])}\n`]).join(''))
}

async function live({ technician, terminal, options }: Work, [hubWord, ...words]: readonly string[]): Promise<void> {
  const hub = hubNamed(hubWord)
  const names = words.map(didOf)
  if (names.length === 0) throw usage(`which data? For example: live ${hub} supply temperature`)
  const interval_ms = options.interval ?? 500
  let latest: Partial<Record<DidName, DidValues[]>> = {}
  let failure: Error | undefined
  let over = false
  const poll = async (): Promise<void> => {
    while (!over) {
      const next: typeof latest = {}
      for (const name of names) next[name] = await technician.did(hub, name)
      latest = next
      await new Promise<void>(resolve => clockOf(terminal.scheduler).after(interval_ms, resolve))
    }
  }
  for (const name of names) latest[name] = await technician.did(hub, name)
  const polling = poll().catch((error: unknown) => { failure = error as Error })
  await new Live(terminal, options).show({
    read: () => latest,
    picture: state => names.flatMap(name => `${hub} ${name}\n${valuesText(name, state[name]!)}`.split('\n')),
    line: state => names.map(name => `${name}:${valuesText(name, state[name]!).replaceAll('\n', ';')}`).join('  '),
    json: state => ({ hub, ...state }),
    every_ms: { picture: 250, line: interval_ms, json: interval_ms },
  })
  over = true
  await polling
  if (failure !== undefined) throw failure
}

async function reset({ technician, terminal, options }: Work, [word]: readonly string[]): Promise<void> {
  const hub = hubNamed(word)
  await technician.reset(hub)
  tell(terminal, options.json, () => ({ hub, reset: true }), () => `${hub} restarts\n`)
}

async function routine({ technician, terminal, options }: Work, [hubWord, name]: readonly string[]): Promise<void> {
  const hub = hubNamed(hubWord)
  if (name !== 'selfTest') {
    const elsewhere = name === 'pair' || name === 'unpair' ? `: "npx spine keys" does that` : ''
    throw usage(`${name === undefined ? 'which routine?' : `"${name}" is no routine that is started here${elsewhere};`} there is selfTest (${ROUTINE_TEXTS.selfTest})`)
  }
  const answer = [...await technician.routine(hub, name satisfies RoutineName)]
  const failing = answer[0] ?? 0
  const text = failing === 0 ? 'no test fails' : `${failing} tests fail: npx spine diag dtc ${hub}`
  tell(terminal, options.json, () => ({ hub, routine: name, failing }), () => `${hub}: ${text}\n`)
}

/** @throws Failure a usage error. */
function endpointOf(target: string): { readonly host: string, readonly port: number } {
  try {
    return readEndpoint({ text: target, target }, DOIP_ENDPOINT)
  } catch (error) {
    if (error instanceof LinkUriError) throw usage(error.message)
    throw error
  }
}

/** Lets any tester reach the hubs by DoIP, until Ctrl-C. */
async function doipListen({ link, terminal, options }: Work, [target = '', ...more]: readonly string[]): Promise<void> {
  const { host, port } = endpointOf(target)
  if (more.length > 0) throw usage(`"${more[0]}" is one word too many: doip-listen [HOST:PORT]`)
  const { ALL_HUBS, DoipServer, ENTITY, logicalAddress } = await import('#sim/doip/index.ts')
  const server = new DoipServer(wireOf(link), clockOf(terminal.scheduler), { host, port, vin: options.vin ?? VIN })
  try {
    await server.start()
  } catch (error) {
    throw new Failure((error as Error).message)
  }
  const hex = (address: number): string => `0x${address.toString(16)}`
  const where = `doip-listen:${host}:${server.port}`
  tell(terminal, options.json, () => ({
    listening: where, entity: ENTITY, hubs: Object.fromEntries(HUBS.map(hub => [hub, logicalAddress(hub)])),
  }), () => [
    `${where}: TCP and UDP, gateway ${hex(ENTITY)}, all hubs ${hex(ALL_HUBS)}, testers 0xe00 to 0xfff`,
    ...HUBS.map(hub => `  ${hub} ${hex(logicalAddress(hub))}`), '',
  ].join('\n'))
  await lastValueFrom(merge(
    aborted(terminal.stop), closed(link), ...options.for === undefined ? [] : [after(options.for, terminal.scheduler ?? asyncScheduler)],
  ).pipe(take(1)), { defaultValue: 0 })
  await server.stop()
  for (const [cause, times] of server.counts) terminal.warn(`${cause}: ${times}`)
}

type Action = (work: Work, words: readonly string[]) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = { list, dtc, clear, did, live, reset, routine, 'doip-listen': doipListen }

/** `spine diag`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<words...>', `[LINK] ${Object.keys(ACTIONS).join('|')} …`)
    .addOption(shared('for', 'end live and doip-listen after so long'))
    .addOption(shared('interval', 'between two readings of live'))
    .addOption(shared('actuate', `let resets and routines onto a real bus (${REAL_BUSES})`))
    .option('--vin <vin>', `what doip-listen says the car is (${VIN})`, vinOf)
    .addOption(shared('keys', 'the car\'s keys, or the workshop\'s alone: for hubs that have some'))
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: Options) => {
      const [uri, what, ...rest] = isLinkUri(words[0]!) ? words : [DEFAULT_LINK, ...words]
      const action = ACTIONS[what ?? '']
      if (action === undefined) throw usage(`${what === undefined ? 'what' : `"${what}" is not known; what`} shall it do? One of ${Object.keys(ACTIONS).join(', ')}`)
      refuseIdle(command, [
        [what !== 'live' && what !== 'doip-listen', ['for'], `with ${what}`],
        [what !== 'live', ['interval'], `with ${what}`],
        [what !== 'doip-listen', ['vin'], `with ${what}`],
      ])
      const keys = keysOf(options.keys)
      return withLink(uri!, { actuate: options.actuate === true, name: 'diag', report: line => terminal.warn(line) }, link => told(
        action({ technician: new Technician(askingWire(link), clockOf(terminal.scheduler), keys), link, terminal, options }, rest)))
    })
}
