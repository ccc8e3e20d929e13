import type { Command } from 'commander'
import { TOOL_ADDRESSES } from '#protocol/index.ts'
import { addressNamed, MessageError } from '#protocol/messages/index.ts'
import {
  type CommandOutcome, CommandSender, fieldsJson, fieldsText, identifierText, statusOf, type ToolCommand, toolCommand,
} from '#sim/diag/index.ts'
import type { LinkFrame } from '#sim/gateway/index.ts'
import { Failure, usage } from '../lib/failure.ts'
import { keysOf } from '../lib/key-file.ts'
import { DEFAULT_LINK, isLinkUri, withLink } from '../lib/link.ts'
import { duration, REAL_BUSES, shared } from '../lib/options.ts'
import { senderStart } from '../lib/sender-start.ts'
import { aborted } from '../lib/streams.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Builds the frame with its end-to-end protection, sends it through the link and, where the hub answers with a status,
repeats it every 100 ms until the status echoes sender and sequence; after 500 ms it fails. A held command (window up,
mirror tilt) lasts while it is repeated: --hold does that. Fields left out do not matter.

Examples:
  npx spine send WindowCommand@RR action=goto position_pct=50
  npx spine send WindowCommand@FL action=up --hold 2s
  npx spine send LightCommand@DASH action=set channel=0 level=40% fade=500ms
  npx spine send spine:127.0.0.1:7030 LatchCommand@TRUNK action=release --json`

const TOOLS = TOOL_ADDRESSES.map(address => `0x${address.toString(16).toUpperCase()}`).join(' or ')

interface Options { wait: boolean, keys?: string, hold?: number, source: string, actuate?: boolean, json?: boolean }

/** `spine send`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<words...>', '[LINK] Message@LOCATION field=value …')
    .option('--no-wait', 'send once and do not wait for the echo')
    .option('--hold <duration>', 'repeat it for so long, as a held switch does', duration)
    .option('--source <address>', `address to send from: ${TOOLS}`, 'tool')
    .addOption(shared('keys'))
    .addOption(shared('actuate', `let it onto a real bus (${REAL_BUSES}): real glass moves`))
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: Options) => {
      const [uri, target, ...assignments] = isLinkUri(words[0]!) ? words : [DEFAULT_LINK, ...words]
      const wish = readCommand(target, assignments, options)
      const keys = keysOf(options.keys, 'tool')
      return withLink(uri!, { actuate: options.actuate === true, name: 'send', report: line => terminal.warn(line) }, async (link) => {
        const sender = new CommandSender(link, senderStart(Date.now()), undefined, keys)
        const outcome = await sender.send(wish, {
          wait: options.wait, stop$: aborted(terminal.stop), ...options.hold !== undefined && { hold_ms: options.hold },
        })
        tell(terminal, options.json, () => outcomeJson(wish, outcome), () => outcomeText(wish, outcome, terminal))
        if (outcome.problem !== '') throw new Failure(outcome.problem)
      })
    })
}

function readCommand(target: string | undefined, assignments: readonly string[], options: Options): ToolCommand {
  if (target === undefined) throw usage('which message? For example: WindowCommand@FL action=up')
  try {
    const source = addressNamed(options.source)
    if (!TOOL_ADDRESSES.includes(source)) throw usage(`a tool sends from ${TOOLS}, not from ${options.source}`)
    return toolCommand(target, assignments, source)
  } catch (error) {
    if (error instanceof MessageError || error instanceof RangeError) throw usage(error.message)
    throw error
  }
}

function frameText(frame: LinkFrame): string {
  return `${identifierText(frame.id, true)}#${Buffer.from(frame.data.subarray(0, frame.length)).toString('hex').toUpperCase()}`
}

function outcomeText(wish: ToolCommand, outcome: CommandOutcome, { colors }: Terminal): string {
  const { kind, frames, first, latency_ms, status } = outcome
  if (kind === 'notTaken') return ''
  const head = `${wish.entry.row.name}@${wish.location} ${colors.dim(frameText(first))} ${frames === 1 ? 'sent once' : `sent ${frames} times`}`
  if (kind !== 'accepted') return `${head}\n`
  const { row } = statusOf(wish)!
  return `${head}, ${colors.green('accepted')} after ${latency_ms!.toFixed(0)} ms\n${row.name}@${wish.location} ${fieldsText(row, status!)}\n`
}

function outcomeJson(wish: ToolCommand, outcome: CommandOutcome): Record<string, unknown> {
  const { kind, frames, first, sequence, latency_ms, status } = outcome
  return {
    message: wish.entry.row.name, location: wish.location, id: first.id, frame: frameText(first), sequence, outcome: kind, frames,
    ...latency_ms !== undefined && { latency_ms: Math.round(latency_ms) },
    ...status !== undefined && { status: fieldsJson(statusOf(wish)!.row, status) },
  }
}
