import { type Command, InvalidArgumentError } from 'commander'
import type { MqttBridge } from '#sim/mqtt/index.ts'
import { Failure } from '../lib/failure.ts'
import { keysOf } from '../lib/key-file.ts'
import { DEFAULT_LINK, endedWell, withLink } from '../lib/link.ts'
import { Live } from '../lib/live.ts'
import { shared } from '../lib/options.ts'
import { senderStart } from '../lib/sender-start.ts'
import { closed } from '../lib/streams.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Puts a bus on an MQTT broker: each signal under its VSS name (spine/Vehicle/Speed), retained, told when it changes; Home
Assistant finds the car by discovery, and sees by the last will when it is gone. With --actuate what is published to
…/set becomes a command: a value (50, true), or {"value": 50, "at_s": Unix time}, which expires after 2 s. Retained wishes are
never done. URLs of brokers begin with mqtt://, mqtts://, ws:// or wss://. A broker asks for no password unless it was told to: everyone who reaches it opens the windows.

Examples:
  npx spine mqtt
  npx spine mqtt --broker mqtt://192.0.2.7:1883 --actuate --keys car.keys
  mosquitto_pub -t spine/Vehicle/Cabin/Door/Row1/DriverSide/Window/Position/set -m 50`

interface Options {
  broker: string
  prefix: string
  name: string
  keys?: string
  actuate?: boolean
  for?: number
  interval?: number
  json?: boolean
}

/** `spine mqtt`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[link]', 'the bus', DEFAULT_LINK)
    .option('--broker <url>', 'where the broker is', brokerUrl, 'mqtt://127.0.0.1:1883')
    .option('--prefix <topic>', 'first part of every topic', topicPrefix, 'spine')
    .option('--name <name>', 'of the device in Home Assistant', 'Spine')
    .addOption(shared('actuate', 'do what is published to …/set: real glass moves on a real bus'))
    .addOption(shared('keys'))
    .addOption(shared('for'))
    .addOption(shared('interval'))
    .addOption(shared('json', 'one JSON object an interval'))
    .addHelpText('after', HELP)
    .action((uri: string, options: Options) => {
      const live = new Live(terminal, options)
      const keys = keysOf(options.keys, 'tool')
      return withLink(uri, { actuate: options.actuate === true, name: 'mqtt', report: live.note }, async (link) => {
        const [{ connect }, { MqttBridge, topicsBelow }] = await Promise.all([import('mqtt'), import('#sim/mqtt/index.ts')])
        const will = { topic: topicsBelow(options.prefix).availability, payload: Buffer.from('offline'), qos: 1, retain: true } as const
        // A session that is not kept: no wish waits in the broker for us.
        const client = connect(options.broker, { clean: true, will, reconnectPeriod: 1000, connectTimeout: 5000 })
        const bridge = new MqttBridge(link, client, { ...options, start: senderStart(Date.now()), keys })
        try {
          await connected(client, options.broker)
          client.on('error', error => live.note(`${options.broker}: ${error.message}`))
          client.on('offline', () => live.note(`${options.broker}: away; it is tried again`))
          await live.show(view(bridge), closed(link))
          endedWell(link)
          await bridge.close()
        } finally {
          await client.endAsync(true)
        }
      })
    })
}

const SCHEMES: readonly string[] = ['mqtt:', 'mqtts:', 'ws:', 'wss:']

/** The URL of a broker; throws for what none can have. */
export function brokerUrl(text: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(text)?.[1]?.toLowerCase()
  if (text !== '' && scheme === undefined && URL.canParse(`mqtt://${text}`)) throw new InvalidArgumentError(`Write mqtt://${text}.`)
  if (scheme !== undefined && !SCHEMES.includes(scheme)) throw new InvalidArgumentError(`A broker is not reached by ${scheme} but by ${SCHEMES.join(', ')}.`)
  const url = scheme !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '' || url.port === '0') throw new InvalidArgumentError('It is no URL of a host, and a port from 1 to 65535, such as mqtt://127.0.0.1:1883.')
  return text
}

/** What stands in front of all topics (MQTT 3.1.1, 4.7); throws for what no topic may have. */
export function topicPrefix(text: string): string {
  const fault = text.trim() === '' ? 'It is empty'
    : /[+#]/.test(text) ? '+ and # stand for any topics, and are in no name of one'
      : text.startsWith('$') ? 'Topics that begin with $ are the broker\'s own'
        : text.split('/').some(level => level.trim() === '') ? 'A level between slashes is empty'
          : /\p{Cc}/u.test(text) ? 'It has a control character' : ''
  if (fault !== '') throw new InvalidArgumentError(`${fault}: write words, with slashes between them, such as home/spine.`)
  return text
}

/** Resolves when the broker has taken us, rejects with one line when it does not at first. */
function connected(client: { once(event: 'connect' | 'error' | 'close', listener: (error?: Error) => void): unknown }, broker: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', error => reject(new Failure(`${broker}: ${error?.message === '' ? 'nothing answers' : error?.message ?? 'nothing answers'}`)))
    client.once('close', () => reject(new Failure(`${broker}: the broker does not answer`)))
  })
}

function view(bridge: MqttBridge): Parameters<Live['show']>[0] {
  const read = (): { published: number, accepted: number, refused: Record<string, number> } =>
    ({ ...bridge.counts, refused: Object.fromEntries(bridge.counts.refused) })
  const line = (): string => {
    const { published, accepted, refused } = read()
    return `${published} values told, ${accepted} wishes done${Object.entries(refused).map(([why, times]) => `, ${times} ${why}`).join('')}`
  }
  return { read, picture: () => [line()], line, json: read, every_ms: { picture: 500, line: 10_000, json: 1000 } }
}
