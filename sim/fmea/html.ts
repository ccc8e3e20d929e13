import { escaped } from '../markup/index.ts'
import type { Report } from './campaign.ts'
import { SEVERITIES, type Row } from './rows.ts'
import { dutyText, functionsText, harmText, saidText } from './text.ts'
import { type Counts, differences, SEVERITY_NAMES, totalsOf, worstFirst } from './totals.ts'
import { type FaultTree, faultTrees } from './tree.ts'

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#c8c8c8, #484848); --head: light-dark(#f0f0f0, #282828); --bad: light-dark(#a40000, #ff8a80) }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto; max-width: 110rem; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
caption { text-align: left; font-weight: 600; padding: .4rem 0 }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top }
thead th { background: var(--head); position: sticky; top: 0 }
td.n { text-align: right; font-variant-numeric: tabular-nums }
.bad { color: var(--bad); font-weight: 600 }
code { font-size: .9em; overflow-wrap: anywhere }
summary { cursor: pointer; font-weight: 600; padding: .4rem 0 }
details > div, .wide { overflow-x: auto }
`

/** How one row is run again. */
export type Replay = (row: Row) => string

/** The table as a page that needs nothing else: no script, and names are text, never markup. */
export function htmlPage(reports: readonly Report[], replay: (report: Report) => Replay): string {
  const title = `What a single fault takes: ${reports.map(({ car }) => car).join(' and ')}`
  return [
    '<!doctype html>', '<html lang="en">', '<head>', '<meta charset="utf-8">',
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">', `<title>${escaped(title)}</title>`, `<style>${STYLE}</style>`,
    '</head>', '<body>', '<main>', `<h1>${escaped(title)}</h1>`,
    ...reports.length === 2 ? [beside(reports[0]!, reports[1]!)] : [],
    ...reports.map(report => section(report, replay(report))),
    '</main>', '</body>', '</html>', '',
  ].join('\n')
}

function section(report: Report, replay: Replay): string {
  const { car, rows, functions, seed } = report
  const sorted = worstFirst(rows)
  return [
    `<section aria-label="${escaped(car)}">`, `<h2>${escaped(car)}</h2>`,
    `<p>${ran(report)} rows, each run against ${functions.length} functions, seed ${seed}.`
    + ' A function that is not named in a row works as in the healthy car.</p>',
    counts(report), ...faultTrees(report).map(tree),
    '<h3>Rows</h3>',
    ...SEVERITY_NAMES.map(name => ({ name, of: sorted.filter(row => row.severity === name) })).filter(({ of }) => of.length > 0)
      .map(({ name, of }, i) => `<details${i === 0 ? ' open' : ''}><summary>${escaped(name)}: ${of.length} (${escaped(SEVERITIES[name])})</summary><div>${table(name, of, replay)}</div></details>`),
    '</section>',
  ].join('\n')
}

/** How many rows there are, of how many that were asked for. */
function ran({ rows, asked }: Report): string {
  return rows.length === asked ? `${asked}` : `${rows.length} of ${asked}`
}

function counts(report: Report): string {
  const { all, byGroup } = totalsOf(report)
  const row = (name: string, of: Counts): string =>
    `<tr><th scope="row">${escaped(name)}</th>${SEVERITY_NAMES.map(severity => `<td class="n">${of[severity] === 0 ? '·' : of[severity]}</td>`).join('')}</tr>`
  return [
    '<table>', '<caption>Faults by where they are and how bad they are</caption>',
    `<thead><tr><th scope="col">where</th>${SEVERITY_NAMES.map(name => `<th scope="col"><abbr title="${escaped(SEVERITIES[name])}">${escaped(name)}</abbr></th>`).join('')}</tr></thead>`,
    '<tbody>', ...byGroup.map(({ group, counts: of }) => row(group, of)), row('all', all), '</tbody>', '</table>',
    `<dl>${SEVERITY_NAMES.map(name => `<dt>${escaped(name)}</dt><dd>${escaped(SEVERITIES[name])}</dd>`).join('')}</dl>`,
  ].join('\n')
}

function table(name: string, rows: readonly Row[], replay: Replay): string {
  return [
    '<table>', `<caption>${escaped(name)}</caption>`,
    '<thead><tr><th scope="col">fault</th><th scope="col">lost</th><th scope="col">worse</th><th scope="col">interrupted</th><th scope="col">said</th><th scope="col">unsafe</th><th scope="col">judges</th></tr></thead>',
    '<tbody>',
    ...rows.map(row => `<tr><th scope="row">${escaped(row.what)}<br><code>${escaped(replay(row))}</code></th>`
      + `<td>${escaped(functionsText(row, 'lost', Infinity))}</td><td>${escaped(functionsText(row, 'degraded', Infinity))}</td>`
      + `<td>${escaped(functionsText(row, 'interrupted', Infinity))}</td><td>${escaped(saidText(row, Infinity))}</td>`
      + `<td class="bad">${escaped(harmText(row, Infinity))}</td><td>${escaped(dutyText(row, Infinity))}</td></tr>`),
    '</tbody>', '</table>',
  ].join('\n')
}

function tree({ title, needs, asked, leads, near, barriers }: FaultTree): string {
  const rows = (of: readonly Row[]): string => of.length === 0 ? '' : `<ul>${of.map(row => `<li>${escaped(row.what)}</li>`).join('')}</ul>`
  return [
    `<h3>${escaped(title)}</h3>`, `<p>It takes all of:</p><ul>${needs.map(need => `<li>${escaped(need)}</li>`).join('')}</ul>`,
    '<ul>',
    `<li>${leads.single.length} of ${asked.single} single faults lead to it${rows(leads.single)}</li>`,
    ...asked.several === 0 ? [] : [`<li>${leads.several.length} of ${asked.several} pairs lead to it${rows(leads.several)}</li>`],
    `<li>${near.length} come near<ul>${near.map(({ row, text }) => `<li>${escaped(row.what)}: ${escaped(text)}</li>`).join('')}</ul></li>`,
    ...barriers.map(({ name, held, failed }) => `<li>${escaped(name)}: held in ${held} rows${failed === 0 ? '' : `, <span class="bad">failed in ${failed}</span>`}</li>`),
    '</ul>',
  ].join('\n')
}

function beside(first: Report, second: Report): string {
  const [one, two] = [totalsOf(first).all, totalsOf(second).all]
  const lost = (row: Row): string => functionsText(row, 'lost', Infinity) || row.severity
  return [
    '<table>', '<caption>Side by side</caption>',
    `<thead><tr><th scope="col">how bad</th><th scope="col">${escaped(first.car)}</th><th scope="col">${escaped(second.car)}</th><th scope="col">what that means</th></tr></thead>`, '<tbody>',
    ...SEVERITY_NAMES.map(name => `<tr><th scope="row">${escaped(name)}</th><td class="n">${one[name]}</td><td class="n">${two[name]}</td><td>${escaped(SEVERITIES[name])}</td></tr>`),
    // Counts of tables of different length are no comparison.
    `<tr><th scope="row">faults run</th><td class="n">${ran(first)}</td><td class="n">${ran(second)}</td><td>not all parts of one car are in the other</td></tr>`,
    '</tbody>', '</table>',
    '<details><summary>Faults of both that take not the same</summary><div><table>',
    `<thead><tr><th scope="col">fault</th><th scope="col">${escaped(first.car)} loses</th><th scope="col">${escaped(second.car)} loses</th></tr></thead>`, '<tbody>',
    ...differences(first, second).map(one => `<tr><th scope="row">${escaped(one.fault)}</th><td>${escaped(lost(one.first))}</td><td>${escaped(lost(one.second))}</td></tr>`),
    '</tbody>', '</table></div></details>',
  ].join('\n')
}
