import { Argument, type Command } from 'commander'
import { EXPORT_FORMATS, type ExportFormat, exportProtocol, renderPdx } from '#protocol/export/index.ts'
import { usage } from '../lib/failure.ts'
import { shared } from '../lib/options.ts'
import { save } from '../lib/save.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
  dbc       signals, value tables, cycle times, J1939 attributes: python-can with cantools, SavvyCAN, CANdb++
  kcd       the same for kayak and the socketcan package
  proto     the messages and the spine: stream in Protocol Buffers
  vss       a vspec overlay over COVESA VSS 6.0, with dbc2vss for KUKSA's CAN provider
  markdown  the protocol as a page, with how to protect a command
  pdx       UDS of the hubs (ISO 22901-1, ODX 2.2) for testers and odxtools: data, trouble codes, sessions, routines
  odx       the same, without its archive
  uds-markdown  the same as a page

Examples:
  npx spine export dbc --out spine.dbc
  npx spine export dbc --per-sender --no-sentinels --out savvycan.dbc
  npx spine export markdown | less
  npx spine export pdx --out spine.pdx`

/** `spine export`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument('<format>', 'what to make of the catalogue').choices([...EXPORT_FORMATS, 'pdx']))
    .option('--out <file>', 'write it there instead of to standard output (-)', file => file === '-' ? undefined : file)
    .option('--per-sender', 'dbc: a message for each sender, for tools that match whole identifiers, as SavvyCAN and cantools do')
    .option('--no-sentinels', 'dbc: no value tables of "not available" for measured values; SavvyCAN shows no decimals beside one')
    .addOption(shared('json', 'what was written, for programs'))
    .addHelpText('after', HELP)
    .action(async (format: ExportFormat | 'pdx', options: { out?: string, json?: boolean, perSender?: boolean, sentinels: boolean }) => {
      if (format !== 'dbc' && (options.perSender === true || !options.sentinels)) throw usage('--per-sender and --no-sentinels are for dbc')
      if (options.json === true && options.out === undefined) throw usage('--json goes to standard output, as the export does: name a file with --out')
      if (format === 'pdx' && options.out === undefined) throw usage('a PDX is no text: name a file with --out')
      const content = format === 'pdx' ? renderPdx() : exportProtocol(format, options)
      if (options.out === undefined) {
        terminal.write(content)
        await terminal.drained()
        return
      }
      save(options.out, content)
      if (options.json === true) terminal.write(`${JSON.stringify({ format, out: options.out, bytes: Buffer.byteLength(content) })}\n`)
    })
}
