import { createReadStream } from 'node:fs'
import type { Command } from 'commander'
import { type FrameDescription, FrameDescriber, identifierText } from '#sim/diag/describe-frame.ts'
import type { LinkFrame } from '#sim/gateway/link.ts'
import { LOG_FORMATS, logFormatOf } from '#sim/gateway/logs/format.ts'
import { Failure, fileFailure } from '../lib/failure.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Reads a candump -L log and prints a line a frame: time, identifier, message@location, sender, fields, and what is wrong
with it. Lines that are no frame are reported with their number and skipped; their count does not change the exit code,
unless no line of the file was a frame.

Examples:
  npx spine decode drive.log
  npx spine decode drive.log --json | jq 'select(.message == "WindowStatus") | .fields.position_pct'
  candump -L can0 | npx spine decode -`

/** Bad lines reported one by one; after that only their number. */
const MOST_REPORTS = 20

/** `spine decode`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<file>', 'candump -L log, or - for standard input')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action((file: string, options: { json?: boolean }) => decode(file, options.json === true, terminal))
}

async function decode(file: string, asJson: boolean, terminal: Terminal): Promise<void> {
  const input = file === '-' ? terminal.input : createReadStream(file)
  const describer = new FrameDescriber()
  const format = logFormatOf(file) ?? LOG_FORMATS[0]
  let out = ''
  let frames = 0
  let bad = 0
  const reader = format.reader({
    onFrame: (frame) => {
      frames++
      const description = describer.describe(frame)
      out += asJson ? jsonLine(frame, description) : textLine(frame, description, terminal)
    },
    onBadLine: ({ line, reason }) => {
      bad++
      if (bad <= MOST_REPORTS) terminal.warn(`${file}:${line}: ${reason}`)
    },
  })
  const flush = (): Promise<void> => {
    terminal.write(out)
    out = ''
    return terminal.drained()
  }
  const stop = terminal.stop
  try {
    for await (const chunk of input) {
      reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
      await flush()
      if (stop.aborted) return
    }
  } catch (error) {
    throw fileFailure('read', file, error)
  }
  reader.end()
  await flush()
  if (bad > MOST_REPORTS) terminal.warn(`${file}: ${bad - MOST_REPORTS} more lines were no frames`)
  if (bad > 0 && frames > 0) terminal.warn(`${file}: ${bad} of ${bad + frames} lines were skipped`)
  if (bad > 0 && frames === 0) throw new Failure(`${file} is no ${format.name} log: none of its lines is a frame`)
}

function textLine(frame: LinkFrame, description: FrameDescription, terminal: Terminal): string {
  const { colors } = terminal
  const time = (frame.timestamp_ns / 1e9).toFixed(6).padStart(12)
  const id = identifierText(frame.id, frame.extended).padStart(8)
  const title = description.title.padEnd(24)
  const problem = description.problem === '' ? '' : `  ${colors.red(`! ${description.problem}`)}`
  return `${colors.dim(time)} ${colors.dim(id)} ${colors.bold(title)} ${description.sender.padEnd(9)} ${description.text}${problem}\n`
}

function jsonLine(frame: LinkFrame, description: FrameDescription): string {
  const head = {
    time_s: Math.round(frame.timestamp_ns / 1000) / 1e6, bus: frame.bus, id: frame.id, extended: frame.extended,
    ...(frame.remote ? { remote: true } : {}), ...(frame.error ? { error: true } : {}), ...(frame.fd ? { fd: true } : {}),
    length: frame.length,
    data: frame.remote ? '' : Buffer.from(frame.data.subarray(0, frame.length)).toString('hex').toUpperCase(),
  }
  const problem = description.problem === '' ? {} : { problem: description.problem }
  return `${JSON.stringify({ ...head, ...description.json, ...problem })}\n`
}
