import type { Comparison } from '#sim/plan/index.ts'
import { right, table } from '../lib/table.ts'
import type { Terminal } from '../lib/terminal.ts'

const ROWS = [{ title: '' }, right('point to point'), right('one cable'), right('saved')]
const ASSUMED = [{ title: 'assumption' }, right('low'), right('high'), { title: 'unit' }, { title: 'of what' }, { title: 'source' }]
const INFLUENCES = [{ title: 'what would make it wrong' }, { title: 'assumption' }, right('low … high'), right('saved at low'), right('saved at high'), right('of the range')]
/** So many of each row's are printed; --json and --html have all. */
const TOLD = 3
const CASES = [{ title: 'known case' }, right('published'), right('by this model'), { title: '' }]

/** A comparison for people. */
export function compareText({ car, family, rows, cases, sensitivity }: Comparison, terminal: Terminal): string {
  const { bold, dim, yellow } = terminal.colors
  const range = ({ low, high }: { readonly low: number, readonly high: number }, digits: number): string =>
    low.toFixed(digits) === high.toFixed(digits) ? low.toFixed(digits) : `${low.toFixed(digits)} … ${high.toFixed(digits)}`
  return [
    `${bold('spine plan --compare')} ${car}: the same functions wired as today and by one cable\n\n`,
    table(terminal, ROWS, rows.map(row => [
      `${row.what}${row.unit === '' ? '' : `, ${row.unit}`}`, range(row.today, row.digits), range(row.spine, row.digits), range(row.saved, row.digits),
    ])),
    dim(`part numbers of ${family.join(', ')}. Low: a module in each door; high: a wire for each signal. Negative: the one cable needs more.\n`), '\n',
    table(terminal, INFLUENCES, sensitivity.flatMap(({ what, digits, influences }) => influences.slice(0, TOLD).map((one, i) => [
      i === 0 ? what : '', one.name, `${one.low} … ${one.high}`, range(one.savedAtLow, digits), range(one.savedAtHigh, digits), `${(100 * one.share).toFixed(0)} %`,
    ]))),
    dim('saved, with this assumption at either end and all others as they are; by how much the range narrows when it is known.\n'), '\n',
    table(terminal, CASES, cases.map(one => [one.what, `${one.published} ${one.unit}`, range(one.model, 0), one.agrees ? 'agrees' : yellow('does not')])),
    dim('\nEvery number rests on assumptions: npx spine plan --list-assumptions shows them; change them with --assumptions FILE.\n'),
  ].join('')
}

/** Every assumption, for people. */
export function assumptionsText({ assumptions }: Pick<Comparison, 'assumptions'>, terminal: Terminal): string {
  return table(terminal, ASSUMED, assumptions.map(one => [one.name, String(one.low), String(one.high), one.unit, one.about, one.source]))
}
