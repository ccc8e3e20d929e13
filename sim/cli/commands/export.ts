import { writeFileSync } from 'node:fs'
import { Argument, type Command } from 'commander'
import { EXPORT_FORMATS, type ExportFormat, exportProtocol } from '#protocol/export/index.ts'
import { fileFailure, usage } from '../lib/failure.ts'
import { shared } from '../lib/options.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
  dbc       signals, value tables, cycle times, J1939 attributes: python-can with cantools, SavvyCAN, CANdb++
  kcd       the same for kayak and the socketcan package
  proto     the messages and the spine: stream in Protocol Buffers
  vss       a vspec overlay over COVESA VSS 6.0, with dbc2vss for KUKSA's CAN provider
  markdown  the protocol as a page, with how to protect a command

Examples:
  npx spine export dbc --out spine.dbc
  npx spine export dbc --per-sender --no-sentinels --out savvycan.dbc
  npx spine export markdown | less`

/** `spine export`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument('<format>', 'what to make of the catalogue').choices([...EXPORT_FORMATS]))
    .option('--out <file>', 'write it there instead of to standard output')
    .option('--per-sender', 'dbc: a message for each sender, for tools that match whole identifiers, as SavvyCAN and cantools do')
    .option('--no-sentinels', 'dbc: no value tables of "not available" for measured values; SavvyCAN shows no decimals beside one')
    .addOption(shared('json', 'what was written, for programs'))
    .addHelpText('after', HELP)
    .action(async (format: ExportFormat, options: { out?: string, json?: boolean, perSender?: boolean, sentinels: boolean }) => {
      if (format !== 'dbc' && (options.perSender === true || !options.sentinels)) throw usage('--per-sender and --no-sentinels are for dbc')
      if (options.json === true && options.out === undefined) throw usage('--json goes to standard output, as the export does: name a file with --out')
      const text = exportProtocol(format, options)
      if (options.out === undefined) {
        terminal.write(text)
        await terminal.drained()
        return
      }
      try {
        writeFileSync(options.out, text)
      } catch (error) {
        throw fileFailure('write', options.out, error)
      }
      if (options.json === true) terminal.write(`${JSON.stringify({ format, out: options.out, bytes: Buffer.byteLength(text) })}\n`)
    })
}
