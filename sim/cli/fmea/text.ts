import {
  type Counts, differences, dutyText, functionsText, harmText, type Report, type Row, saidText,
  SEVERITIES, SEVERITY_NAMES, totalsOf, worstFirst,
} from '#sim/fmea/index.ts'
import { right, table } from '../lib/table.ts'
import type { Terminal } from '../lib/terminal.ts'

/** Rows that a summary shows; --all shows every one. */
const WORST = 15

/** Summary first, then the worst rows. */
export function reportText(report: Report, replay: (row: Row) => string, all: boolean, terminal: Terminal): string {
  const { colors } = terminal
  const { car, rows, asked, functions, seed } = report
  const totals = totalsOf(report)
  const counts = (name: string, of: Counts): string[] => [name, ...SEVERITY_NAMES.map(severity => of[severity] === 0 ? '·' : String(of[severity]))]
  const told = worstFirst(rows).slice(0, all ? Infinity : WORST)
  return [
    `${car}: ${rows.length === asked ? asked : `${rows.length} of ${asked}`} faults against ${functions.length} functions, seed ${seed}\n\n`,
    ...SEVERITY_NAMES.map(name => `  ${String(totals.all[name]).padStart(5)}  ${paint(name, totals.all[name], terminal)(name.padEnd(18))} ${SEVERITIES[name]}\n`),
    '\n', table(terminal, [{ title: 'where' }, ...SEVERITY_NAMES.map(right)], [...totals.byGroup.map(({ group, counts: of }) => counts(group, of)), counts('all', totals.all)]),
    told.length === 0 ? '' : `\n${told.length < rows.length ? `The worst ${told.length}` : 'All'}:\n`,
    ...told.map(row => `\n${paint(row.severity, 1, terminal)(row.severity)}  ${row.what}\n${effects(row)}    ${colors.dim(replay(row))}\n`),
    told.length < rows.length ? `\n--all shows every row; --csv and --html keep them.\n` : '',
  ].join('')
}

/** One row, with everything. */
export function rowText(row: Row, terminal: Terminal): string {
  return `${paint(row.severity, 1, terminal)(row.severity)}  ${row.what}\n  ${SEVERITIES[row.severity]}\n${effects(row, Infinity)}`
}

/** Two cars beside each other: how many of each severity, and the faults that take not the same. */
export function compareText(first: Report, second: Report, terminal: Terminal): string {
  const [one, two] = [totalsOf(first).all, totalsOf(second).all]
  const other = differences(first, second)
  return [
    table(terminal, [{ title: '' }, right(first.car), right(second.car)], SEVERITY_NAMES.map(name => [name, String(one[name]), String(two[name])])),
    `\n${other.length} faults that both can have take not the same${other.length > WORST ? `; the first ${WORST}` : ''}:\n`,
    table(terminal, [{ title: 'fault' }, { title: `${first.car} loses` }, { title: `${second.car} loses` }],
      other.slice(0, WORST).map(({ fault, first: a, second: b }) => [fault, functionsText(a, 'lost') || a.severity, functionsText(b, 'lost') || b.severity])),
  ].join('')
}

function effects(row: Row, most?: number): string {
  const lines: readonly (readonly [string, string])[] = [
    ['unsafe', harmText(row, most)], ['lost', functionsText(row, 'lost', most)], ['worse', functionsText(row, 'degraded', most)],
    ['interrupted', functionsText(row, 'interrupted', most)], ['said', saidText(row, most)], ['judges', dutyText(row, most)],
  ]
  return lines.filter(([, text]) => text !== '').map(([name, text]) => `    ${`${name}:`.padEnd(13)} ${text}\n`).join('')
}

function paint(severity: Row['severity'], count: number, { colors }: Terminal): (text: string) => string {
  if (count === 0) return colors.dim
  return severity === 'unsafe' ? colors.red : severity.endsWith('Unnoticed') ? colors.yellow : text => text
}
