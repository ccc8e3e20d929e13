import { open, stat, type FileHandle } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  CANDUMP, isReadable, isWritable, LOG_FORMATS, type LogFormat, logFormatOf, PieceBuffer, type ReadableFormat, type WritableFormat,
} from '#sim/gateway/logs/index.ts'
import { Failure, fileFailure, usage } from '../lib/failure.ts'
import { kindOption } from '../lib/log-format.ts'
import { LogInput } from '../lib/log-input.ts'
import { LogLosses } from '../lib/log-losses.ts'
import { shared } from '../lib/options.ts'
import { Progress } from '../lib/progress.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Kinds of logs, told by the endings of the names:
${LOG_FORMATS.map(({ name, endings, about }) => `  ${name.padEnd(9)} ${endings.join(', ').padEnd(16)} ${about}`).join('\n')}

"-" is standard input or output, candump unless --from or --to says otherwise. Lines that are no frame are reported
with their number and skipped, CAN XL frames counted; the exit code is 0 as long as something was a frame, or nothing
was wrong. Each distinct name of an interface is a bus of its own, at most 256; candump, mcap, pcapng and csv keep
the names, the other kinds number their channels, and which is which is told. Times are kept to the microsecond (to the
nanosecond in asc, blf, csv, mcap, mf4, pcap and pcapng within a log that begins at 0; to 0.1 ms in trc-1.1); those before
1970 and after 2106 are no frames. CAN FD and remote frames, and which way frames went, are kept in every kind but
trc-1.1; what a kind does not tell or cannot hold is said at the end with the number of frames.

Examples:
  npx spine convert drive.log drive.pcapng && wireshark drive.pcapng
  npx spine convert drive.log drive.mcap            # Foxglove, Lichtblick: topics such as /WindowStatus@FL
  npx spine convert canoe.asc - | npx spine decode -
  npx spine convert tcpdump.pcap can.log
  npx spine convert pcan-view.trc drive.csv
  candump -L can0 | npx spine convert - can0.asc`

/** Long conversions tell how far they are this often. */
const PROGRESS_ms = 2000

interface Options { from?: ReadableFormat, to?: WritableFormat, json?: boolean }

interface Job {
  readonly input: string
  readonly output: string
  readonly from: ReadableFormat
  readonly to: WritableFormat
}

/** `spine convert`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<in>', 'log to read, or -')
    .argument('<out>', 'log to write, or -')
    .addOption(kindOption('--from <kind>', 'read', 'kind of the first'))
    .addOption(kindOption('--to <kind>', 'write', 'kind of the second'))
    .addOption(shared('json', 'the counts at the end for programs'))
    .addHelpText('after', HELP)
    .action((input: string, output: string, options: Options) => {
      const from = options.from ?? kindOf(input, '--from')
      const to = options.to ?? kindOf(output, '--to')
      if (!isReadable(from)) throw usage(`${input}: ${from.name} logs are only written`)
      if (!isWritable(to)) throw usage(`${output}: ${to.name} logs are only read`)
      return convert({ input, output, from, to }, options.json === true, terminal)
    })
}

function kindOf(file: string, option: '--from' | '--to'): LogFormat {
  if (file === '-') return CANDUMP
  const format = logFormatOf(file)
  if (format !== undefined) return format
  const kinds: readonly LogFormat[] = option === '--from' ? LOG_FORMATS.filter(isReadable) : LOG_FORMATS.filter(isWritable)
  const endings = kinds.flatMap(each => each.endings).join(', ')
  throw usage(`${file}: its ending tells no kind of log (${endings}); say it with ${option} ${kinds.map(each => each.name).join('|')}`)
}

async function convert(job: Job, asJson: boolean, terminal: Terminal): Promise<void> {
  const { input, output, from, to } = job
  if (output === '-' && terminal.isTTY && to.unit !== 'line') throw usage(`${to.name} is nothing for a terminal: name a file, or pipe it on`)
  if (output === '-' && asJson) throw usage('--json goes to standard output, as the log does: name a file for the log')
  if (await isSameFile(input, output)) throw usage(`${input} and ${output} are the same file: it would be overwritten while it is read`)
  const target = new Target(output, terminal)
  const writer = to.writer()
  const log = new LogInput(terminal, input, from)
  const losses = new LogLosses(to)
  const size = input === '-' ? NaN : await sizeOf(input)
  let read_bytes = 0
  const progress = await Progress.open(terminal, () => `${input}: ${share(read_bytes, size)}, ${log.frames.toLocaleString('en')} frames`,
    { plain: true, every_ms: PROGRESS_ms })
  try {
    await log.read({
      onFrame: (frame) => {
        losses.see(frame)
        const piece = writer.frame(frame, frame)
        if (piece === undefined) losses.refused++
        else target.pieces.add(piece)
      },
      flush: async (read) => {
        await target.flush()
        read_bytes = read
        progress.show()
      },
    })
    if (!log.isNoLog) target.pieces.add(writer.end())
    await target.flush(!log.isNoLog)
    await target.rewrite(writer.finalHead?.())
  } finally {
    await target.close()
  }
  log.finish('; nothing was written')
  for (const line of losses.lines) terminal.warn(`${output}: ${line}`)
  const { frames, bad } = log
  if (asJson) terminal.write(`${JSON.stringify({ in: input, out: output, from: from.name, to: to.name, frames, bad, lost: losses.lost, refused: losses.refused })}\n`)
  else terminal.warn(`${input} (${from.name}) to ${output} (${to.name}): ${frames.toLocaleString('en')} frames`)
  if (terminal.stop.aborted) throw new Failure(`stopped: ${output} holds what was read so far`)
}

/** Where the log goes. A file is made with its first bytes, so that what is no log leaves none behind. */
class Target {
  readonly pieces = new PieceBuffer()
  private readonly name: string
  private readonly terminal: Terminal
  private file: FileHandle | undefined

  constructor(name: string, terminal: Terminal) {
    this.name = name
    this.terminal = terminal
  }

  /** `always`: even if there is nothing, the file is made. */
  async flush(always = false): Promise<void> {
    if (this.pieces.length === 0 && !always) return
    const bytes = this.pieces.take()
    if (this.name === '-') {
      this.terminal.write(bytes)
      return this.terminal.drained()
    }
    try {
      this.file ??= await open(this.name, 'w')
      for (let at = 0; at < bytes.length;) at += (await this.file.write(bytes, at)).bytesWritten
    } catch (error) {
      throw fileFailure('write', this.name, error)
    }
  }

  /** Writes the beginning anew, where that is possible. */
  async rewrite(head: Uint8Array | undefined): Promise<void> {
    if (head === undefined || this.file === undefined || !(await this.file.stat()).isFile()) return
    await this.file.write(head, 0, head.length, 0)
  }

  async close(): Promise<void> {
    await this.file?.close()
  }
}

async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file).catch(() => ({ size: NaN }))
  return size > 0 ? size : NaN
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map(name => stat(name).catch(() => undefined)))
  return one !== undefined && other !== undefined && one.isFile() && one.ino === other.ino && one.dev === other.dev
}

function share(read: number, size: number): string {
  return Number.isNaN(size) ? `${(read / 1e6).toFixed(0)} MB` : `${(100 * read / size).toFixed(0)} %`
}
