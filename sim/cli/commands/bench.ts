import { type BenchRow, BENCHES } from '#sim/bench/index.ts'
import type { Command } from 'commander'
import { usage } from '../lib/failure.ts'
import { shared } from '../lib/options.ts'
import { type Column, right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Each figure stands beside a peer, or beside code written by hand, that ran in the same minute on the same machine: the
ratio is what counts, seconds say little. Medians of several rounds. Takes a minute or two; "met" compares with the target.
Latencies are told beside a process that only copies bytes and a thread that only sleeps: what those show is the machine.
The sedan is measured by processor time: the same drive again and again, and of each 50 ms of it the quickest counts, as
other work on the machine makes it longer, never shorter; the quickest whole drive and the median stand beside it.

Logs are measured by processor time, too: 100,000 extended frames of 8 bytes of one bus, written and read in memory.

Examples:
  npx spine bench
  npx spine bench codec bus
  npx spine bench --json > bench.json`

/** `spine bench`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[names...]', `what to measure: ${Object.keys(BENCHES).join(', ')} (default: all)`)
    .option('--long', 'gateway: a minute at each rate, an hour of traffic, instead of samples')
    .addOption(shared('json', 'the rows for programs'))
    .addHelpText('after', HELP)
    .action(async (names: string[], options: { json?: boolean, long?: boolean }) => {
      const rows = await measure(names.length === 0 ? Object.keys(BENCHES) : names, options.long === true, terminal)
      tell(terminal, options.json, () => rows, () => text(rows, terminal), 2)
    })
}

async function measure(names: readonly string[], long: boolean, terminal: Terminal): Promise<BenchRow[]> {
  for (const name of names) {
    if (BENCHES[name] === undefined) throw usage(`there is no benchmark "${name}": choose from ${Object.keys(BENCHES).join(', ')}`)
  }
  const rows: BenchRow[] = []
  for (const name of names) {
    terminal.warn(`measuring ${name} …`)
    rows.push(...await BENCHES[name]!({ long }))
  }
  return rows
}

const COLUMNS: readonly Column[] = [
  { title: 'what' }, right('measured'), { title: 'unit' }, { title: 'beside' }, right('its figure'), right('ratio'), right('target'), { title: 'met' },
]

function text(rows: readonly BenchRow[], terminal: Terminal): string {
  const { colors } = terminal
  return table(terminal, COLUMNS, rows.map(row => [
    row.name, figure(row.value), row.unit, row.peer?.name ?? row.note ?? '', row.peer === undefined ? '' : figure(row.peer.value),
    row.ratio === undefined ? '' : `${figure(row.ratio)}×`, targetText(row),
    row.met === undefined ? '' : row.met ? colors.green('yes') : colors.red('no'),
  ]))
}

function targetText(row: BenchRow): string {
  if (row.target === undefined) return ''
  if ('atMost' in row.target) return `≤ ${figure(row.target.atMost)}`
  return `≥ ${figure(row.target.atLeast)}${row.target.of === 'ratio' ? '×' : ''}`
}

/** Three significant figures; above a thousand in groups. */
function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
