import type { Command } from 'commander'
import { type FrameDescription, identifierText, NetworkDescriber } from '#sim/diag/index.ts'
import type { LinkFrame } from '#sim/gateway/index.ts'
import type { ReadableFormat } from '#sim/gateway/logs/index.ts'
import { dbcOption, isoTpOption, loadDbc } from '../lib/foreign.ts'
import { kindOption, readFormat } from '../lib/log-format.ts'
import { LogInput } from '../lib/log-input.ts'
import { shared } from '../lib/options.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Reads a candump -L, Vector ASC or BLF, ASAM MF4, MCAP, pcapng, pcap or PEAK TRC log, told by its ending (.log, .asc, .blf,
.mf4, .mcap, .pcapng, .pcap, .trc; others are taken for candump), and prints a line a frame: time, identifier,
message@location, sender, fields, and what is wrong with it. Lines that are no frame are reported with their number and skipped; their count does not change the exit code, unless no line of the file
was a frame. Of a file that ends in the middle all frames before that are printed. Unpack what is packed (gzip, zip, zstd) first.

Diagnosis is named by its service in UDS, data, trouble code and refusal, with its last part. Frames of any other network are
named, too: parts of ISO-TP (of OBD's identifiers, and of those after --isotp) and of J1939, with the message behind its last part; with --dbc by what a DBC file says of them, which goes before our own
messages: multiplexed signals, value tables, floating-point numbers, J1939 messages by their PGN (those with extended identifiers
whose VFrameFormat is J1939PG, or all in a file whose ProtocolType is J1939 but those whose own VFrameFormat is another). In
JSON a signal is a number or the name of its value, and a string where JSON has no such number: "NaN", "Infinity",
"-Infinity", integers above 2^53. What in such a file
cannot be read is told with its line.

Examples:
  npx spine decode drive.log
  npx spine decode truck.mf4 --dbc j1939.dbc --dbc body.dbc
  npx spine decode obd.log --isotp 7BB,79B
  npx spine decode drive.log --json | jq 'select(.message == "WindowStatus") | .fields.position_pct'
  candump -L can0 | npx spine decode -`

interface Options { from?: ReadableFormat, json?: boolean, dbc?: string[], isotp?: number[] }

/** `spine decode`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<file>', 'log, or - for standard input')
    .addOption(kindOption('--from <kind>', 'read'))
    .addOption(dbcOption())
    .addOption(isoTpOption())
    .addOption(shared('json', 'one JSON object a line'))
    .addHelpText('after', HELP)
    .action((file: string, { from, json = false, dbc = [], isotp = [] }: Options) => {
      const describer = new NetworkDescriber({ ...(dbc.length > 0 && { dbc: loadDbc(dbc, terminal) }), isoTp: new Set(isotp) })
      return decode(file, readFormat(file, from), describer, json, terminal)
    })
}

async function decode(
  file: string, format: ReadableFormat, describer: NetworkDescriber, asJson: boolean, terminal: Terminal,
): Promise<void> {
  const log = new LogInput(terminal, file, format)
  let out = ''
  await log.read({
    onFrame: (frame) => {
      const description = describer.describe(frame)
      out += asJson ? jsonLine(frame, description) : textLine(frame, description, terminal)
    },
    flush: () => {
      terminal.write(out)
      out = ''
      return terminal.drained()
    },
  })
  if (describer.abandoned > 0) terminal.warn(`${file}: ${describer.abandoned} messages of several frames were given up before they were whole`)
  if (!terminal.stop.aborted) log.finish()
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
